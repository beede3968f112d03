"""Past days made ready beside the server, once somebody has looked at one of the generation."""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from hauberk.graph.errors import HauberkError
from hauberk.graph.generations import Generations

_SECONDS: Final = 3.0
"""Between two looks."""


class Ladder:
    """Watches the store, and starts a process that makes past days ready; one at a time."""

    def __init__(self, store: Path) -> None:
        self.store = store
        self.generations = Generations(store)
        self._watch: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to watch."""
        self._watch = asyncio.create_task(self._watching())

    async def stop(self) -> None:
        """Stop watching, and what was started."""
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch

    async def _watching(self) -> None:
        done = 0
        while True:
            await asyncio.sleep(_SECONDS)
            with suppress(HauberkError, OSError):  # told to whoever asks for something
                current = self.generations.current() or 0
                if current != done and self.generations.days(current).is_dir():
                    done = current
                    await self._climb()

    async def _climb(self) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hauberk.graph.ladder", str(self.store),
            stdin=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            await process.wait()
        except asyncio.CancelledError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            raise
