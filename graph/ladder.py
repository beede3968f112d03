"""The ladder: past days of the current generation made ready, so that others are quickly made.

`python -m hauberk.graph.ladder <store>` does it in a process of its own, after everybody else.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from hauberk.graph.errors import HauberkError
from hauberk.graph.store import Store

_NICENESS: Final = 15


def climb(store: Store) -> list[str]:
    """Make the days ready, latest first; return them. Nothing is made of an empty store."""
    if store.is_empty:
        return []
    with store.read() as snapshot:
        days = snapshot.days
        if days is None:
            return []
        rungs = days.rungs()
        for day in rungs:
            days.keep(day)
        return rungs


def main() -> None:
    """Make ready what the store named on the command line has; say nothing where it cannot."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    with suppress(HauberkError, OSError, RuntimeError):
        climb(Store(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
