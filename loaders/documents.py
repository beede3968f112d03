"""YAML, JSON and JSON Lines read as nested text with line numbers, from files unvouched for.

Every scalar stays text: `NO` is Norway and `1_000` no number until the schema says what it is.
Read from the parser's events, never composed by it: libyaml's own composer overruns the C
stack on deep nesting, and aliases, which make small files huge, are refused as they come.
"""

import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Final, NoReturn

import yaml

from hauberk.graph.errors import Fault

MAX_FILE: Final = 64 * 1024 * 1024
"""Bytes of a file."""
MAX_LINE: Final = 1024 * 1024
"""Bytes of one line of a JSON Lines file."""
MAX_SCALAR: Final = 16 * 1024
"""Characters of one text."""
MAX_DEPTH: Final = 16
"""Mappings and lists inside one another; a fact file needs seven."""

FORMATS: Final = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".jsonl": "jsonl",
                  ".ndjson": "jsonl"}  # fmt: skip

_TOO_LARGE: Final = f"is larger than {MAX_FILE // (1024 * 1024)} MB; split it"
_CONTROL: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_JSON_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"(\s*:)?|[{}\n]', re.DOTALL)


class Record(dict[str, Any]):
    """A mapping of a document, with the line it begins on and the line of each key."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class Listing(list[Any]):
    """A list of a document, with the line it begins on and the line of each item."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


class Unreadable(Exception):  # noqa: N818 - carries a fault, it is not one
    """The file cannot be read as what it is; the fault says where it stops being so."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


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
    read: Callable[[str], Any] = _read_yaml if form == "yaml" else _read_json
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
            yield _document(_read_json(_decoded(data, number), number))
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


def clean(text: str, line: int) -> str:
    """Return *text* in Unicode's composed form (NFC).

    Raises Unreadable for control characters, bidirectional overrides and oversized text.
    """
    if len(text) > MAX_SCALAR:
        raise Unreadable(line, f"has a text of over {MAX_SCALAR // 1024} KB; facts are short")
    if found := _CONTROL.search(text):
        point = ord(found.group())
        raise Unreadable(line, f"has the control character U+{point:04X} in a text; remove it")
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _add(record: Record, key: str, value: Any, line: int) -> None:  # noqa: ANN401
    if key in record:
        first = record.lines[key]
        raise Unreadable(line, f"`{key}` is given twice, first on line {first}; keep one")
    record[key] = value
    record.lines[key] = line


# -- YAML ---------------------------------------------------------------------------------


def _read_yaml(text: str) -> Any:  # noqa: ANN401
    try:
        return _YamlReading(text).document()
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        raise Unreadable(mark.line + 1 if mark else 0, f"is not YAML: {exc.problem}") from None
    except yaml.reader.ReaderError as exc:
        line = text.count("\n", 0, int(exc.position)) + 1 if isinstance(exc.position, int) else 0
        raise Unreadable(line, f"has a character YAML forbids: {exc.reason}") from None


class _YamlReading:
    """One YAML document built from libyaml's events, at a bounded depth."""

    def __init__(self, text: str) -> None:
        # A text stream makes libyaml report characters, and lets it stop early.
        self.events = yaml.parse(io.StringIO(text), Loader=yaml.CBaseLoader)

    def document(self) -> Any:  # noqa: ANN401
        event: Any = next(self.events)
        value: Any = None
        count = 0
        while not isinstance(event, yaml.StreamEndEvent):
            if isinstance(event, yaml.DocumentStartEvent):
                count += 1
                if count > 1:
                    self._refuse(event, "holds a second document (`---`); keep one a file")
            elif not isinstance(event, yaml.StreamStartEvent | yaml.DocumentEndEvent):
                value = self._value(event, 0)
            event = next(self.events)
        return value

    def _value(self, event: Any, depth: int) -> Any:  # noqa: ANN401
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self._refuse(event, "uses a YAML anchor or alias; write the value out")
        if event.tag is not None and event.tag != "!":
            self._refuse(event, f"uses the YAML tag {event.tag[:60]!r}; tags are not used here")
        if isinstance(event, yaml.ScalarEvent):
            return clean(event.value, line)
        if depth >= MAX_DEPTH:
            self._refuse(event, f"nests deeper than {MAX_DEPTH} levels")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(line, depth)
        return self._mapping(line, depth)

    def _sequence(self, line: int, depth: int) -> Listing:
        listing = Listing(line)
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            listing.append(self._value(event, depth + 1))
            listing.lines.append(event.start_mark.line + 1)
        return listing

    def _mapping(self, line: int, depth: int) -> Record:
        record = Record(line)
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._value(event, depth + 1)
            at = event.start_mark.line + 1
            if not isinstance(key, str):
                self._refuse(event, "has a mapping or list for a key; keys are words")
            _add(record, key, self._value(self._next(), depth + 1), at)
        return record

    def _next(self) -> Any:  # noqa: ANN401 - the stubs know no marks
        return next(self.events)

    def _refuse(self, event: Any, message: str) -> NoReturn:  # noqa: ANN401
        raise Unreadable(event.start_mark.line + 1, message)


# -- JSON ---------------------------------------------------------------------------------


def _read_json(text: str, line: int | None = None) -> Any:  # noqa: ANN401
    """Return the JSON value *text* writes; all of it stands on *line* where that is given."""
    lines = _object_lines(text) if line is None else None
    _check_json_depth(text, line)

    def record(pairs: list[tuple[str, Any]]) -> Record:
        start, keys = next(lines) if lines else (line or 1, [line or 1] * len(pairs))
        made = Record(start)
        for (key, value), at in zip(pairs, keys, strict=True):
            _add(made, clean(key, at), _scalar(value, at), at)
        return made

    def constant(name: str) -> NoReturn:
        raise Unreadable(line or 0, f"has {name}, which is not JSON")

    try:
        return json.loads(
            text, object_pairs_hook=record, parse_int=str, parse_float=str, parse_constant=constant
        )
    except json.JSONDecodeError as exc:
        raise Unreadable(line or exc.lineno, f"is not JSON: {exc.msg}") from None


def _scalar(value: Any, line: int) -> Any:  # noqa: ANN401
    if isinstance(value, str):
        return clean(value, line)
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    if isinstance(value, list) and not isinstance(value, Listing):
        listing = Listing(line)
        listing.extend(_scalar(item, line) for item in value)
        listing.lines = [item.line if isinstance(item, Record) else line for item in value]
        return listing
    return value


def _check_json_depth(text: str, line: int | None) -> None:
    depth = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', text, re.DOTALL):
        found = token.group()
        if found in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                at = line or text.count("\n", 0, token.start()) + 1
                raise Unreadable(at, f"nests deeper than {MAX_DEPTH} levels")
        elif found in "]}":
            depth -= 1


def _object_lines(text: str) -> Iterator[tuple[int, list[int]]]:
    """Yield each object's first line and its keys' lines, in the order the objects end.

    That is the order in which the standard library hands objects to its hook.
    """
    line = 1
    open_objects: list[tuple[int, list[int]]] = []
    for token in _JSON_TOKEN.finditer(text):
        found = token.group()
        if found == "{":
            open_objects.append((line, []))
        elif found == "}":
            if open_objects:
                yield open_objects.pop()
        elif token.group(1) is not None and open_objects:
            open_objects[-1][1].append(line)
        line += found.count("\n")
