r"""The words of a SPARQL query that are its own: neither strings, IRIs, names nor comments.

Code point escapes (\u0022) are read here where they stand, in strings and IRIs, as the engine
does; SPARQL 1.1 section 19.2 has them read before all else, and some engines do.
"""

import re
from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Final

from hauberk.graph.errors import QueryError

_COMMENT: Final = r"\#[^\n\r]*"
_IRI: Final = r"<(?:[^<>\"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>"
_LONG: Final = r"\"{3}(?:\"{0,2}(?:[^\"\\]|\\.))*\"{3}|'{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}"
_SHORT: Final = r"\"(?:[^\"\\\n\r]|\\.)*\"|'(?:[^'\\\n\r]|\\.)*'"
_NAMED: Final = r"\\.|[?$]\w+|:[\w-]+"  # an escape in a name, a variable, a name's local part

_SILENT: Final = re.compile("|".join((_COMMENT, _IRI, _LONG, _SHORT, _NAMED)), re.DOTALL)
_CODE_POINT: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_FLEETING_WORDS: Final = ("NOW", "RAND", "UUID", "BNODE")
_MARKED: Final = (
    "SERVICE", "INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH",
    *_FLEETING_WORDS,
)  # fmt: skip
_FROM: Final = re.compile(r"\bFROM\b(?![\w-]*:)", re.IGNORECASE)
_FLEETING: Final = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE)\b", re.IGNORECASE)


def keywords(text: str) -> str:
    """Return *text* without what no keyword can stand in: strings, IRIs, names and comments."""
    return _SILENT.sub(" ", text)


def unescaped(text: str) -> str:
    """Return *text* with all code point escapes read; raises QueryError where one is of none."""

    def char(match: re.Match[str]) -> str:
        point = int(match.group(1) or match.group(2), 16)
        if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF:  # noqa: PLR2004
            raise QueryError(f"{match.group()} is no character")
        return chr(point)

    return _CODE_POINT.sub(char, text)


def names_dataset(text: str) -> bool:
    """Tell whether a query says itself, by FROM, which graphs it is asked of."""
    return "FROM" in text.upper() and bool(_FROM.search(keywords(text)))


def is_innocent(text: str) -> bool:
    """Tell a text without the letters, anywhere, of a word that needs a closer look.

    It reads, it names no server, and it answers alike each time. Most texts are such.
    """
    if "\\" in text or not text.isascii():
        return False
    spoken = text.upper()
    for word in _MARKED:  # noqa: SIM110  (a generator costs more than all it looks for)
        if word in spoken:
            return False
    return True


def is_fleeting(text: str) -> bool:
    """Tell whether a query can answer otherwise when asked again of the same graph."""
    spoken = text.upper()
    # Most texts hold none of the letters anywhere, and to look for those costs next to nothing.
    if not any(word in spoken for word in _FLEETING_WORDS):
        return False
    return bool(_FLEETING.search(keywords(text)))


# -- A word that must not be missed ---------------------------------------------------------

_MARK: Final = re.compile(r"[#<\"'\\?$:]")
_SURE: Final = {
    mark: re.compile(pattern, re.DOTALL)
    for marks, pattern in (("\"'", f"{_LONG}|{_SHORT}"), ("\\?$:", _NAMED))
    for mark in marks
}
"""What begins with a mark and is read alike by all, where it can be read so."""
_UNSURE: Final = {
    "#": (re.compile(_COMMENT), re.compile(r"#[^\n]*")),
    '"': (re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL), re.compile('"')),
    "'": (re.compile(r"'(?:[^'\\]|\\.)*'", re.DOTALL), re.compile("'")),
    **{mark: (re.compile(re.escape(mark)),) for mark in "\\?$:"},
}
"""What else may begin with a mark: engines differ, or the grammar around it decides."""
_WHOLE_IRI: Final = re.compile(_IRI)
_IN_IRI: Final = re.compile(r"['#\\]")


def may_use(word: str, text: str) -> bool:
    """Tell whether *word* stands outside strings, IRIs, names and comments in any reading.

    Every reading is followed: code point escapes before all else or in their place, `<` as the
    beginning of an IRI or as an operator, either end of a line as a comment's. A part of a longer
    word counts too. A false alarm is possible, a miss is not meant to be.
    """
    if word not in text.casefold() and "\\" not in text:
        return False
    sought = re.compile(re.escape(word), re.IGNORECASE)
    return any(_is_open(sought, reading) for reading in {text, unescaped(text)})


def _is_open(sought: re.Pattern[str], text: str) -> bool:
    """Tell whether a match of *sought* can be reached from the start, between what is silent."""
    if not sought.search(text):
        return False
    waiting, seen = [0], {0}
    while waiting:
        start = heappop(waiting)
        mark = _MARK.search(text, start)
        end = mark.start() if mark else len(text)
        if sought.search(text, start, end):
            return True
        ends = _after_angle(sought, text, end) if text[end : end + 1] == "<" else _ends(text, end)
        for after in ends:
            if after not in seen:
                seen.add(after)
                heappush(waiting, after)
    return False


def _ends(text: str, start: int) -> Iterator[int]:
    """Yield where what begins with the mark at *start* can end."""
    mark = text[start : start + 1]
    sure = _SURE[mark].match(text, start) if mark in _SURE else None
    if sure:
        yield sure.end()
        return
    for pattern in _UNSURE.get(mark, ()):
        if match := pattern.match(text, start):
            yield match.end()


def _after_angle(sought: re.Pattern[str], text: str, start: int) -> Iterator[int]:
    """Yield where to read on from a `<`, which begins an IRI or compares.

    What looks like an IRI holds neither space nor brace, so that it could be read as an operator
    and a clause with *sought* only where a name, a comment and a line's end complete the clause.
    What else tells the two readings apart is a string, a comment or an escape that begins in it.
    """
    match = _WHOLE_IRI.match(text, start)
    if match is None:
        yield start + 1
        return
    yield match.end()
    word = sought.search(text, start, match.end())
    named = re.compile(r"[?$:][^#]*#").search(text, word.end(), match.end()) if word else None
    mark = _IN_IRI.search(text, start, match.end())
    if named:
        yield start + 1
    elif mark:
        yield mark.start()
