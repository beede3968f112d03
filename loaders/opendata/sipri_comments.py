"""What the comments of SIPRI's register say in fixed words; all else stays a note."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final

from pyoxigraph import NamedNode

from hauberk.loaders.reading import Vocabulary
from hauberk.loaders.vocabulary import vocabulary
from hauberk.ontology.names import dossier

EUROPEAN_UNION: Final = "organisation/european-union"
_SHORT: Final = {"US", "UK", "USA", "UAE"}
_OTHER_NAMES: Final = {"EU": EUROPEAN_UNION, "FRG": "state/DE"}
_ADJECTIVES: Final = {
    "American": "US", "Australian": "AU", "Austrian": "AT", "Belgian": "BE", "British": "GB",
    "Canadian": "CA", "Chinese": "CN", "Czech": "CZ", "Danish": "DK", "Dutch": "NL",
    "Estonian": "EE", "Finnish": "FI", "French": "FR", "German": "DE", "Greek": "GR",
    "Italian": "IT", "Japanese": "JP", "Latvian": "LV", "Lithuanian": "LT", "Norwegian": "NO",
    "Polish": "PL", "Saudi": "SA", "South Korean": "KR", "Spanish": "ES", "Swedish": "SE",
    "Turkish": "TR", "UAE": "AE", "UK": "GB", "US": "US",
}  # fmt: skip
_CURRENCIES: Final = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP"}
_SCALES: Final = {"k": 10**3, "m": 10**6, "b": 10**9}
_MONEY: Final = r"(US\$|\$|€|£|[A-Z]{3}) ?(\d{1,9}(?:\.\d{1,6})?) ?([kmb])"
_VALUE: Final = re.compile(
    rf"{_MONEY}(?: \({_MONEY}\))? (?:deal|contract|order)", re.ASCII
)  # anything more, such as “part of” or “incl …”, makes it another sum than the deal's
_GIFT: Final = re.compile(
    r"(?:aid|gift|donation|donated)(?: after (?:\d{4} )?Russian invasions? of Ukraine)?",
    re.IGNORECASE,
)
_UNSIGNED: Final = re.compile(
    r"\bselected but (?:(?:the )?contract |order )?(?:was )?not yet (?:ordered|signed)\b",
    re.IGNORECASE,
)
_MOST: Final = 4000
"""Characters of a comment that are looked at."""


@dataclass(slots=True)
class Remarks:
    """What a comment says beyond doubt."""

    amount: str = ""
    currency: str = ""
    funders: tuple[NamedNode, ...] = ()
    licence: NamedNode | None = None
    """The state where the weapons, or some of them, are made under licence."""
    wholly: bool = False
    """All are made there."""
    is_gift: bool = False
    is_unsigned: bool = False
    """The weapon was chosen, and nothing is ordered yet."""
    doubts_supplier: bool = False
    doubts_designation: bool = False


def remarks(comment: str) -> Remarks:
    """Read a comment: whole clauses of fixed wording count; a hedge or an addition undoes them.

    >>> remarks("Second-hand; EUR161 m deal; financed by Germany").amount
    '161000000'
    """
    found = Remarks()
    text = comment[:_MOST]
    words = _words()
    for clause in _clauses(text):
        if value := _VALUE.fullmatch(clause):
            scaled = Decimal(value[2]) * _SCALES[value[3]]
            found.amount = format(scaled.normalize(), "f")
            found.currency = _CURRENCIES.get(value[1], value[1])
        elif _GIFT.fullmatch(clause):
            found.is_gift = True
        elif licence := words.licence.fullmatch(clause):
            found.licence = words.party(licence["state"])
            found.wholly = not licence["some"]
        elif clause.casefold() == "supplier uncertain":
            found.doubts_supplier = True
        elif clause.casefold().startswith("designation uncertain"):
            found.doubts_designation = True
    found.funders = tuple(words.funders(text))
    found.is_unsigned = bool(_UNSIGNED.search(text))
    return found


def _clauses(text: str) -> Iterator[str]:
    """Yield what stands between semicolons that no brackets enclose."""
    depth, start = 0, 0
    for place, char in enumerate(text):
        if char == "(":
            depth += 1
        elif char == ")":
            depth = max(0, depth - 1)
        elif char == ";" and not depth:
            yield text[start:place].strip()
            start = place + 1
    yield text[start:].strip()


class _Words:
    """The patterns that hold names of states."""

    def __init__(self, known: Vocabulary) -> None:
        self.names: Mapping[str, str] = {
            **{
                name: f"state/{two}"
                for name, two in known.states.items()
                if len(name) > 3 or name in _SHORT  # noqa: PLR2004
            },
            **_OTHER_NAMES,
        }
        name = "|".join(re.escape(each) for each in sorted(self.names, key=len, reverse=True))
        adjective = "|".join([*_ADJECTIVES, "EU"])
        self.licence = re.compile(
            rf"(?P<some>incl(?:uding)? (?:some )?(?:\d+ )?)?(?:(?i:produced)|production)"
            rf" under licen[cs]e(?: of \d+)? in (?P<state>{name})(?: as [\w '-]+)?"
        )
        begin = r"(?:\A|; )(?:[Pp]artly )?[Ff]inanced by "
        end = rf"(?: as aid[^;(]*| after [^;(]*)?(?:;(?! (?:{name})(?: and|;))|\Z)"
        self._list = re.compile(
            rf"{begin}(?:aid from )?"
            rf"(?P<all>(?:{name})(?:[;,] (?:{name}))* and (?:{name})(?: aid)?|(?:{name})){end}"
        )
        self._aid = re.compile(rf"{begin}(?P<adjective>{adjective}) (?:financial )?aid{end}")
        self._name = re.compile(name)

    def party(self, name: str) -> NamedNode:
        return dossier(self.names[name])

    def funders(self, text: str) -> Iterator[NamedNode]:
        """Yield who pays, where a clause names nobody else and is not hedged."""
        if listed := self._list.search(text):
            for name in self._name.findall(listed["all"]):
                yield self.party(name)
        elif aid := self._aid.search(text):
            adjective = aid["adjective"]
            two = _ADJECTIVES.get(adjective)
            yield dossier(f"state/{two}" if two else EUROPEAN_UNION)


@cache
def _words() -> _Words:
    return _Words(vocabulary())
