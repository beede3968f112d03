# ruff: noqa: S311
"""How long comparing the names of 100,000 parties takes.

Run it from the checkout: `python tests/benchmarks/bench_identity.py`. Names of two made-up words
out of 30,000 and a number. In one process on a busy machine of two cores: 23.5 s of processor
time; comparing each with each would be 5,000 million comparisons.
"""

import random
import string
import time

import click

from hauberk.loaders.identity import Known, candidates
from hauberk.ontology.names import dossier


def main() -> None:
    """Print the seconds and the pairs found."""
    random.seed(1)
    words = ["".join(random.choices(string.ascii_lowercase, k=7)) for _ in range(30_000)]
    names = [f"{random.choice(words)} {random.choice(words)} {n}" for n in range(100_000)]
    known = [Known(dossier(f"firm/n{n}"), name, frozenset({name})) for n, name in enumerate(names)]
    start = time.process_time()
    found = candidates(known)
    click.echo(f"{len(names):,} names: {time.process_time() - start:.1f} s, {len(found)} pairs")


if __name__ == "__main__":
    main()
