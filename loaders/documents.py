"""Documents of YAML, JSON and JSON Lines files, read from files that nobody vouches for.

Every scalar stays text: `NO` is Norway and `1_000` no number until the schema says what it is.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Final

from hauberk.graph.errors import Fault
from hauberk.loaders.json_text import read_json
from hauberk.loaders.records import Record, Unreadable
from hauberk.loaders.yaml_text import read_yaml

MAX_FILE: Final = 64 * 1024 * 1024
"""Bytes of a file."""
MAX_LINE: Final = 1024 * 1024
"""Bytes of one line of a JSON Lines file."""
FORMATS: Final = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".jsonl": "jsonl",
                  ".ndjson": "jsonl"}  # fmt: skip

_TOO_LARGE: Final = f"is larger than {MAX_FILE // (1024 * 1024)} MB; split it"


def documents(path: Path, form: str | None, shown: str, faults: list[Fault]) -> Iterator[Record]:
    """Yield the documents of the file at *path*: one, or one a line of a JSON Lines file.

    The form is told by the file's name where it is None. What cannot be read is added to
    *faults*, under the name *shown*, and not yielded.
    """
    form = form or FORMATS.get(path.suffix.lower())
    if form is None:
        known = ", ".join(FORMATS)
        faults.append(Fault(shown, 0, "", "", f"what kind of file is this? Known are {known}"))
        return
    try:
        with path.open("rb") as file:
            if path.stat().st_size > MAX_FILE:
                faults.append(Fault(shown, 0, "", "", _TOO_LARGE))
                return
            yield from stream_documents(file, form, shown, faults)
    except OSError as exc:
        faults.append(Fault(shown, 0, "", "", f"cannot be read: {exc.strerror}"))


def stream_documents(
    file: IO[bytes], form: str, shown: str, faults: list[Fault]
) -> Iterator[Record]:
    """Yield the documents of an open file of the form `yaml`, `json` or `jsonl`."""
    if form == "jsonl":
        yield from _lines(file, shown, faults)
        return
    read: Callable[[str], Any] = read_yaml if form == "yaml" else read_json
    try:
        data = file.read(MAX_FILE + 1)
        if len(data) > MAX_FILE:
            raise Unreadable(0, _TOO_LARGE)
        yield _document(read(_decoded(data, 1)))
    except Unreadable as exc:
        faults.append(Fault(shown, exc.line, "", "", exc.message))


def _lines(file: IO[bytes], shown: str, faults: list[Fault]) -> Iterator[Record]:
    total = 0
    number = 0
    while data := file.readline(MAX_LINE + 1):
        number += 1
        total += len(data)
        if len(data) > MAX_LINE or total > MAX_FILE:
            what = "the line is longer than 1 MB" if len(data) > MAX_LINE else _TOO_LARGE
            faults.append(Fault(shown, number, "", "", what))
            return
        if not data.strip():
            continue
        try:
            yield _document(read_json(_decoded(data, number), number))
        except Unreadable as exc:
            faults.append(Fault(shown, number, "", "", exc.message))


def _document(value: Any) -> Record:  # noqa: ANN401 - whatever the file holds
    if isinstance(value, Record):
        return value
    raise Unreadable(1, "holds no mapping; begin with `sources:` and `dossiers:`")


def _decoded(data: bytes, line: int) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line += data.count(b"\n", 0, exc.start)
        byte = data[exc.start]
        raise Unreadable(line, f"is not UTF-8 (byte {byte:#04x}); save it as UTF-8") from None
