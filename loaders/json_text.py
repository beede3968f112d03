"""JSON read strictly: no key twice, no NaN, numbers as the text they are, lines known."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final, NoReturn

from hauberk.loaders.records import MAX_DEPTH, Listing, Record, Unreadable, add, clean

_JSON_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"(\s*:)?|[{}\n]', re.DOTALL)


def read_json(text: str, line: int | None = None) -> Any:  # noqa: ANN401
    """Return the JSON value *text* writes; all of it stands on *line* where that is given.

    Raises Unreadable where it is none.
    """
    lines = _object_lines(text) if line is None else None
    _check_json_depth(text, line)

    def record(pairs: list[tuple[str, Any]]) -> Record:
        start, keys = next(lines) if lines else (line or 1, [line or 1] * len(pairs))
        made = Record(start)
        for (key, value), at in zip(pairs, keys, strict=True):
            add(made, clean(key, at), _scalar(value, at), at)
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
