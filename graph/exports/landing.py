"""Where an export lands: written aside and renamed, so that nothing half-done is ever there."""

import os
import re
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from hauberk.graph.errors import HauberkError

_BUFFER: Final = 1024 * 1024
_NO_DATE: Final = (1980, 1, 1, 0, 0, 0)
"""The date of all files in an archive: the day of an export must not change its bytes."""

Fill = Callable[[Path], None]
"""Writes the files of an export into an empty folder."""


@contextmanager
def landed(path: Path | None) -> Iterator[IO[bytes]]:
    """Yield a file to write; it takes the place of *path* once it is whole.

    Where anything goes wrong, what was at *path* stays as it was. None stands for standard
    output. Raises HauberkError where the file cannot be written.
    """
    if path is None:
        with _told("standard output", ""):
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        return
    with _told(path):
        if path.is_dir():
            raise HauberkError(f"cannot write {path}: it is a folder; give a file's name")
        number, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
        aside = Path(name)
        try:
            with os.fdopen(number, "wb", buffering=_BUFFER) as file:
                yield file
                file.flush()
            aside.chmod(_mode(path))
            aside.replace(path.resolve())
        finally:
            aside.unlink(missing_ok=True)


def land_folder(path: Path, fill: Fill, marker: str) -> None:
    """Make *path* a folder with the files that *fill* writes; `.zip` makes an archive of them.

    A folder that is there is replaced where it is empty or holds *marker*, which an export
    writes; another one is left alone. Raises HauberkError where that cannot be done.
    """
    with _told(path):
        if path.suffix == ".zip":
            with tempfile.TemporaryDirectory() as name, landed(path) as file:
                fill(Path(name))
                _pack(Path(name), file)
            return
        if path.exists() and not path.is_dir():
            raise HauberkError(f"cannot write {path}: it is a file; give a folder, or a .zip")
        if path.is_dir() and any(path.iterdir()) and not (path / marker).is_file():
            raise HauberkError(
                f"cannot write {path}: the folder holds something else; give a new or empty one"
            )
        aside = Path(tempfile.mkdtemp(prefix=f".{path.name[:100]}.", dir=path.parent))
        try:
            fill(aside)
            aside.chmod(0o777 & ~_mask())
            _exchange(aside, path)
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def _exchange(new: Path, path: Path) -> None:
    """Put *new* at *path*; what was there ends up where *new* was."""
    if not path.exists():
        new.rename(path)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{path.name[:100]}.", dir=path.parent))
    try:
        path.rename(old)
        try:
            new.rename(path)
        except OSError:
            old.rename(path)
            raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _pack(folder: Path, file: IO[bytes]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _NO_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # as on Unix, on every system: the archive's bytes are the same
            with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
                shutil.copyfileobj(source, target, _BUFFER)


@contextmanager
def _told(path: Path | str, after: str = "; nothing was changed") -> Iterator[None]:
    """Turn what the system refuses into one line that says what and where."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as exc:
        told = os.strerror(exc.errno) if exc.errno else str(exc)
        reason = re.sub(r" \(os error \d+\)$", "", told)  # as the engine has it
        raise HauberkError(f"cannot write {path}: {reason}{after}") from exc


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_mask()


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
