"""Which firm of SIPRI's Top 100 belongs to which, by the latest table that lists it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from hauberk.loaders.opendata.sipri_ranking import Listed
from hauberk.loaders.vocabulary import vocabulary
from hauberk.ontology.names import slug

_EUROPE: Final = {"Trans-European", "WEU"}
"""What SIPRI writes for a country where a parent has none."""


@dataclass(frozen=True, slots=True)
class Owned:
    """A firm, its parent, and the years whose tables say so."""

    name: str
    parent: str
    country: str
    row: int
    years: tuple[str, ...]


class Ownership:
    """What the tables say of parents, table by table."""

    def __init__(self) -> None:
        self._tables: dict[str, dict[str, tuple[Listed, str, str]]] = {}
        """By the slug of a firm and the year: the row, and the parent and its country."""

    def note(self, listed: Listed, names: Collection[str]) -> None:
        """Note what a row says; *names* are those of the firms in the same table.

        What stands in brackets is the parent of a row that is ranked S. Of another row it is
        only where the same table lists a firm of that name.
        """
        parent, country = parted(listed.bracket)
        if not listed.is_subsidiary and parent.casefold() not in names:
            parent = ""
        if slug(parent) == slug(listed.name):
            parent = ""
        self._tables.setdefault(slug(listed.name), {})[listed.year] = listed, parent, country

    def owned(self) -> Iterator[Owned]:
        """Yield each firm whose latest table names a parent of it."""
        for tables in self._tables.values():
            listed, parent, country = tables[max(tables)]
            if slug(parent):
                years = sorted(
                    year for year, (_, other, _) in tables.items() if slug(other) == slug(parent)
                )
                yield Owned(listed.name, parent, country, listed.row, tuple(years))


def parted(bracket: str) -> tuple[str, str]:
    """Return a parent's name and its country, which stands behind it, if anything does.

    >>> parted("Finmeccanica Italy"), parted("EADS"), parted("MBDA Trans-European")
    (('Finmeccanica', 'Italy'), ('EADS', ''), ('MBDA', ''))
    """
    words = bracket.split()
    known = vocabulary().states
    for place in range(1, len(words)):
        country = " ".join(words[place:])
        if country in _EUROPE:
            return " ".join(words[:place]), ""
        if country in known:
            return " ".join(words[:place]), country
    return bracket.strip(), ""
