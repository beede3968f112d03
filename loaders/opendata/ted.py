"""TED: result notices of European public procurement, in eForms.

Award, modification and direct award notices, and calls for subcontractors under the defence
directive, are read: one notice a file, or a .zip of such files. What a notice holds is in
`ted_notice`; what it says, in `ted_claims`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final
from zipfile import BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError  # noqa: N812 - it is one, and named like a function

from hauberk.graph.errors import Fault, FaultsError
from hauberk.loaders.opendata.provider import HEAD_BYTES, Provider, Sample
from hauberk.loaders.opendata.run import Run
from hauberk.loaders.opendata.ted_claims import tell
from hauberk.loaders.opendata.ted_notice import is_result, notice
from hauberk.loaders.opendata.ted_xml import MAX_BYTES, Unreadable

PROVIDER: Final = Provider(
    name="ted",
    title="TED: notices of European public procurement",
    publisher="Publications Office of the European Union, TED",
    url="https://ted.europa.eu/",
    licence="https://creativecommons.org/licenses/by/4.0/",
    credit="© European Union, TED (Tenders Electronic Daily), CC BY 4.0; restated as claims",
    reliability="B",
    reliability_reason="official journal: it publishes what the buyers themselves state",
)
MAX_MEMBERS: Final = 100_000
MAX_RATIO: Final = 200
"""How many times its size a notice in an archive may unpack to, once that is no longer small."""
_SMALL: Final = 1 << 20
_BROKEN: Final = (BadZipFile, ZlibError, OSError, EOFError, NotImplementedError, RuntimeError)


def recognises(sample: Sample) -> bool:
    """Tell a result notice by its root element, or an archive by the first one in it."""
    if not sample.is_zip:
        return is_result(sample.head)
    if sample.path is None:
        return False
    try:
        with ZipFile(sample.path) as archive:
            members = _members(archive)
            return bool(members) and any(
                is_result(_head(archive, member)) for member in members[:20]
            )
    except (*_BROKEN, ValueError):
        return False


def read(run: Run) -> Iterator[int]:
    """Read a notice, or each notice of an archive; a bad one in an archive is rejected."""
    with run.path.open("rb") as file:
        is_archive = file.read(4) == b"PK\x03\x04"
    if is_archive:
        yield from _read_archive(run)
        return
    try:
        with run.path.open("rb") as file:
            found = notice(_bounded(file))
    except Unreadable as exc:
        raise _refused(run.path, exc.line, str(exc)) from exc
    tell(run, found)
    yield run.path.stat().st_size


def _read_archive(run: Run) -> Iterator[int]:
    try:
        with ZipFile(run.path) as archive:
            members = _members(archive)
            if not members:
                raise _refused(run.path, 0, "is an archive without an .xml file; give TED notices")
            if len(members) > MAX_MEMBERS:
                message = f"holds over {MAX_MEMBERS} files; split it"
                raise _refused(run.path, 0, message)
            for number, member in enumerate(members, 1):
                _read_member(run, archive, member, number)
                yield member.compress_size
    except _BROKEN as exc:
        raise _refused(run.path, 0, f"is no whole archive: {exc}; fetch it again") from exc


def _read_member(run: Run, archive: ZipFile, member: ZipInfo, number: int) -> None:
    """Read one file of an archive; its records are numbered by its place there."""
    swells = member.file_size > max(_SMALL, member.compress_size * MAX_RATIO)
    if swells or member.file_size > MAX_BYTES:
        run.records += 1
        run.reject(number, member.filename, member.file_size, "unpacks to more than a notice holds")
        return
    try:
        with archive.open(member) as file:
            found = notice(_bounded(file))
    except Unreadable as exc:
        run.records += 1
        run.reject(number, member.filename, f"line {exc.line}", str(exc))
        return
    tell(run, found, number)


def _members(archive: ZipFile) -> list[ZipInfo]:
    return [
        each
        for each in archive.infolist()
        if each.filename.lower().endswith(".xml")
        and not each.filename.startswith(("__MACOSX/", "xl/", "[Content", "_rels/", "docProps/"))
    ]


def _head(archive: ZipFile, member: ZipInfo) -> bytes:
    with archive.open(member) as file:
        return file.read(HEAD_BYTES)


def _bounded(file: IO[bytes]) -> bytes:
    """Return what a file holds; raises Unreadable where that is more than a notice can hold."""
    held = file.read(MAX_BYTES + 1)
    if len(held) > MAX_BYTES:
        raise Unreadable(f"is larger than {MAX_BYTES >> 20} MB, which no notice is", 1)
    return held


def _refused(path: Path, line: int, message: str) -> FaultsError:
    return FaultsError([Fault(path.name, line, "", "", message)])
