"""Published generations: immutable checkpoints, the one that is current, and those kept behind it.

```
<store>/CURRENT            the number of the generation that readers open
<store>/PENDING            the number a writer is about to publish; left behind by a crash only
<store>/published/<n>/     a checkpoint
<store>/published/<n>.json what made it; readers hold a shared lock on this file
```
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec
import portalocker

from hauberk.graph.errors import NotFoundError, StoreError


class Generation(msgspec.Struct, frozen=True, kw_only=True):
    """What made a generation: when, by which command, from which one, and what it changed."""

    number: int
    published: str
    action: str
    parent: int | None = None
    added: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    version: str = ""


Stamp = tuple[int, int]
"""What tells one publishing from another without reading which generation it named."""


class Generations:
    """The generations of the store in folder *root*."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.published = root / "published"
        self._current = str(root / "CURRENT")

    def current(self) -> int | None:
        """Return the number of the generation that readers open; None in an empty store.

        Raises StoreError where the folder holds something else than a store.
        """
        try:
            text = (self.root / "CURRENT").read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        except OSError as exc:
            raise StoreError(f"cannot read the store {self.root}: {exc.strerror}") from exc
        if not text.isascii() or not text.isdigit():
            raise StoreError(f"{self.root / 'CURRENT'} names no generation; this is no store")
        return int(text)

    def stamp(self) -> Stamp | None:
        """Return what changes whenever another generation becomes current; None in an empty store.

        It costs a few microseconds: a server asks at each request.
        """
        try:
            found = os.stat(self._current)  # noqa: PTH116  (Path.stat costs twice as much)
        except FileNotFoundError:
            return None
        except OSError as exc:
            raise StoreError(f"cannot read the store {self.root}: {exc.strerror}") from exc
        return found.st_ino, found.st_mtime_ns

    def folder(self, number: int) -> Path:
        """Return the checkpoint's folder."""
        return self.published / str(number)

    def manifest(self, number: int) -> Path:
        """Return the file that says what made the generation."""
        return self.published / f"{number}.json"

    def listed(self) -> list[Generation]:
        """Return what made every generation, newest first; those pruned too."""
        pending = self._pending()
        found = []
        for path in self.published.glob("*.json"):
            try:
                generation = msgspec.json.decode(path.read_bytes(), type=Generation)
            except FileNotFoundError:
                continue
            except (msgspec.DecodeError, OSError) as exc:
                raise StoreError(f"{path} cannot be read: {exc}") from exc
            if generation.number != pending or generation.number == self.current():
                found.append(generation)
        return sorted(found, key=lambda generation: -generation.number)

    def is_held(self, number: int) -> bool:
        """Tell whether the checkpoint is still there to go back to."""
        return self.folder(number).is_dir()

    @contextmanager
    def pinned(self) -> Iterator[int]:
        """Yield the current generation's number and keep it from being pruned meanwhile.

        Raises NotFoundError where nothing has been published yet.
        """
        for _ in range(100):
            number = self.current()
            if number is None:
                raise NotFoundError(f"the store {self.root} is empty; run `hauberk load` first")
            try:
                file = self.manifest(number).open("rb")
            except FileNotFoundError:
                continue  # pruned between the two reads: CURRENT names a newer one by now
            except OSError as exc:
                raise StoreError(f"cannot read the store {self.root}: {exc.strerror}") from exc
            with file:
                if not self._share(file) or not self.is_held(number):
                    continue
                try:
                    yield number
                finally:
                    portalocker.unlock(file)
                return
        raise StoreError(
            f"{self.root / 'CURRENT'} names a generation that is not there; run `hauberk rollback`"
        )

    @staticmethod
    def _share(file: IO[bytes]) -> bool:
        try:
            portalocker.lock(file, portalocker.LOCK_SH | portalocker.LOCK_NB)
        except portalocker.exceptions.LockException:
            return False
        return True

    # -- For the one writer -------------------------------------------------------------

    def next_number(self) -> int:
        """Return a number no generation has had."""
        return max((generation.number for generation in self.listed()), default=0) + 1

    def announce(self, number: int) -> None:
        """Note that generation *number* is being made, so that a crash leaves no false one."""
        _write(self.root / "PENDING", f"{number}\n")

    def commit(self, generation: Generation) -> None:
        """Make a checkpoint that stands complete in its folder the current generation.

        The one rename of CURRENT decides: before it, readers see the old generation, after it
        the new one.
        """
        _write(self.manifest(generation.number), msgspec.json.encode(generation).decode() + "\n")
        self.point_to(generation.number)
        (self.root / "PENDING").unlink(missing_ok=True)

    def point_to(self, number: int) -> None:
        """Make a generation that is held the current one.

        Raises NotFoundError for one that is not held.
        """
        if not self.is_held(number):
            held = [g.number for g in self.listed() if self.is_held(g.number)]
            listing = ", ".join(map(str, sorted(held))) or "none"
            raise NotFoundError(f"generation {number} is not held; held are: {listing}")
        _write(self.root / "CURRENT", f"{number}\n")

    def clear_crashed(self) -> None:
        """Remove what a writer that died left unpublished."""
        pending = self._pending()
        if pending is not None and pending != self.current():
            shutil.rmtree(self.folder(pending), ignore_errors=True)
            self.manifest(pending).unlink(missing_ok=True)
        (self.root / "PENDING").unlink(missing_ok=True)

    def prune(self, keep: int) -> list[int]:
        """Remove all but the newest *keep* checkpoints, but none that a reader holds.

        Returns the numbers removed. What made them stays in the log.
        """
        current = self.current()
        held = [g.number for g in self.listed() if self.is_held(g.number)]
        removed = []
        for number in [n for n in held if n != current][max(keep - 1, 0) :]:
            with self.manifest(number).open("rb") as file:
                try:
                    portalocker.lock(file, portalocker.LOCK_EX | portalocker.LOCK_NB)
                except portalocker.exceptions.LockException:
                    continue
                shutil.rmtree(self.folder(number))
                portalocker.unlock(file)
            removed.append(number)
        return removed

    def _pending(self) -> int | None:
        try:
            text = (self.root / "PENDING").read_text(encoding="utf-8").strip()
        except OSError:
            return None
        return int(text) if text.isascii() and text.isdigit() else None


def _write(path: Path, text: str) -> None:
    """Replace a file's content at once and for good: written aside, synced, renamed."""
    aside = path.with_name(path.name + ".new")
    with aside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
