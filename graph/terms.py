"""Literals of the graph: dates that keep their precision, plain decimals, and their order."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from pyoxigraph import Literal, NamedNode

from hauberk.ontology.names import XSD

Term = NamedNode | Literal
Fact = tuple[NamedNode, NamedNode, Term]
"""A triple as a plain tuple: cheaper to make, hash and compare than the engine's own."""

DATE_FORMS: Final = "write YYYY, YYYY-MM or YYYY-MM-DD"
_DATE: Final = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?\Z", re.ASCII)
_ESCAPE: Final = re.compile(r"\\(?:\\([uU])|u([0-9A-Fa-f]{4})|.)", re.DOTALL)
"""An escape of the serialiser: a backslash with the `u` behind it, a code point, another."""
_DECIMAL: Final = re.compile(r"-?\d{1,30}(?:\.\d{1,12})?\Z", re.ASCII)


def partial_date(text: str) -> Literal:
    """Return the date that *text* writes, as xsd:date, xsd:gYearMonth or xsd:gYear.

    Raises ValueError for anything that is not a day, month or year of the calendar, and for
    years before 1900: no source here is that old, so it is a slip.
    """
    match = _DATE.match(text)
    if not match:
        raise ValueError(f"{text!r} is not a date; {DATE_FORMS}")
    year, month, day = match.groups()
    if int(year) < 1900:  # noqa: PLR2004
        raise ValueError(f"{text!r} lies before 1900; check the year")
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise ValueError(f"{text!r} is not a day of the calendar; {DATE_FORMS}") from None
    datatype = XSD.date if day else XSD.gYearMonth if month else XSD.gYear
    return Literal(text, datatype=datatype)


def whole_day(text: str) -> str:
    """Return *text* where it is a day of the calendar written YYYY-MM-DD; raises ValueError."""
    match = _DATE.match(text)
    if not match or not match[3]:
        raise ValueError(f"“{text}” is no day of the calendar; write YYYY-MM-DD")
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
    except ValueError:
        raise ValueError(f"“{text}” is no day of the calendar; write YYYY-MM-DD") from None


def earliest(value: Literal | None) -> str:
    """Return the first day a partial date can mean, as YYYY-MM-DD; "" for no date at all.

    >>> earliest(partial_date("2025-06"))
    '2025-06-01'
    """
    return f"{value.value}-01-01"[:10] if value else ""


def decimal(text: str) -> Literal:
    """Return the number that *text* writes in plain digits, as an xsd:decimal in one spelling.

    Raises ValueError for exponents, separators, signs of other kinds, and endless digits.
    """
    if not _DECIMAL.match(text):
        raise ValueError(f"{text!r} is not a plain number; write digits, like 35000000 or 12.5")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a plain number") from None
    written = format(number.normalize(), "f")
    return Literal("0" if written == "-0" else written, datatype=XSD.decimal)


def english(text: str) -> Literal:
    """Return *text* as a literal in English."""
    return Literal(text, language="en")


def same_date(one: str, other: str) -> bool:
    """Tell whether two partial dates can be the same day: one is written more exactly."""
    return one.startswith(other) or other.startswith(one)


def written(term: NamedNode | Literal) -> str:
    r"""Return a term in SPARQL, in ASCII, so that no engine reads any of it otherwise.

    Beyond the serialiser's own escapes, characters outside ASCII are written as code points,
    since some engines take U+2028 or U+0085 for an end of line, and so is a `u` after a
    backslash: SPARQL 1.1 section 19.2 has code point escapes read before strings are, so that
    some engines take the text `\u0022` for a quotation mark.
    """
    apart = _ESCAPE.sub(_without_code_point, str(term))
    return "".join(
        char if char.isascii() and char.isprintable() else _code_point(char) for char in apart
    )


def _without_code_point(escape: re.Match[str]) -> str:
    if escape[1]:
        return escape[0][:2] + _code_point(escape[1])
    return f"\\U0000{escape[2]}" if escape[2] else escape[0]


def _code_point(char: str) -> str:
    """Return the escape of eight digits: rdflib takes four and four more hex letters for one."""
    return f"\\U{ord(char):08X}"


__all__ = [
    "DATE_FORMS",
    "Fact",
    "Term",
    "decimal",
    "earliest",
    "english",
    "partial_date",
    "same_date",
    "whole_day",
    "written",
]
