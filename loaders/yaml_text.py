"""YAML read from the parser's events, at a bounded depth and with no aliases.

Never composed by libyaml: its own composer overruns the C stack on deep nesting, and aliases,
which make small files huge, are refused as they come.
"""

import io
from typing import Any, NoReturn

import yaml

from hauberk.loaders.records import MAX_DEPTH, Listing, Record, Unreadable, add, clean


def read_yaml(text: str) -> Any:  # noqa: ANN401
    """Return the YAML document that *text* writes; raises Unreadable where it is none."""
    try:
        return _YamlReading(text).document()
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        if "nesting depth" in (exc.problem or ""):  # newer libyaml stops by itself, further on
            message = f"nests deeper than {MAX_DEPTH} levels"
            raise Unreadable(mark.line + 1 if mark else 0, message) from None
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
            add(record, key, self._value(self._next(), depth + 1), at)
        return record

    def _next(self) -> Any:  # noqa: ANN401 - the stubs know no marks
        return next(self.events)

    def _refuse(self, event: Any, message: str) -> NoReturn:  # noqa: ANN401
        raise Unreadable(event.start_mark.line + 1, message)
