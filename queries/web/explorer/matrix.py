"""The matrix: states by states, how many ties they have or what those are worth."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import combinations
from typing import Any, Final

import msgspec
from pyoxigraph import NamedNode

from hauberk.graph.store import Snapshot
from hauberk.graph.terms import whole_day
from hauberk.ontology.names import ID, code
from hauberk.queries.web.choices import Choice
from hauberk.queries.web.explorer.bonds import Bond, Bonds
from hauberk.queries.web.explorer.figures.scales import bounds, class_of
from hauberk.queries.web.explorer.kept import once
from hauberk.queries.web.explorer.turns import address
from hauberk.queries.web.frames import Limits, Reply
from hauberk.queries.web.pages import number, page
from hauberk.queries.web.problems import bad_request

SIZES: Final = (12, 24, 40)
"""How many states a matrix shows, of those with most ties."""
MEASURES: Final = ("ties", "value")
_USUAL: Final = 24
_STATE: Final = ID + "state/"
_YEAR: Final = re.compile(r"\d{4}", re.ASCII)
_MILLION: Final = 1_000_000
_PAIRS: Final = 15

_Pair = tuple[str, str]


def in_millions(value: Decimal) -> Decimal:
    """Return an amount in millions, with as many digits as can matter.

    >>> in_millions(Decimal("8440811221.37")), in_millions(Decimal(4250000))
    (Decimal('8441'), Decimal('4.3'))
    """
    millions = value / _MILLION
    digits = 0 if millions >= 10 else 1 if millions >= 1 else 3  # noqa: PLR2004
    return Decimal(format(round(millions, digits).normalize(), "f"))


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """What the matrix is of: ties of a kind and a time, counted or valued in a currency."""

    kind: str
    since: str
    until: str
    measure: str
    currency: str
    size: int
    as_of: str

    def takes(self, bond: Bond) -> bool:
        """Tell whether a tie is in the matrix."""
        return (
            self.kind in {"", bond.kind}
            and (not self.since or bond.day >= self.since)
            and (not self.until or "" < bond.day <= self.until)
            and (self.measure == "ties" or self.currency in bond.amounts)
        )

    def worth(self, bond: Bond) -> Decimal:
        """Return what a tie adds to a cell."""
        return Decimal(1) if self.measure == "ties" else bond.amounts[self.currency]

    def told(self, value: Decimal) -> str:
        """Return a cell's value as it is written: a count, or millions of the currency."""
        if self.measure == "ties":
            return number(value)
        return number(in_millions(value))

    def asked(self, a: str, b: str = "") -> str:
        """Return the address of the question that lists the ties of a cell, or of a row."""
        return address("/queries/deals-between-states", {
            "a": a, "b": b, "kind": self.kind, "since": self.since, "until": self.until,
            "currency": self.currency if self.measure == "value" else "", "as-of": self.as_of,
        })  # fmt: skip


class Cell(msgspec.Struct, frozen=True):
    """A cell: what it holds as it is written, where its ties are listed, how dark it is."""

    text: str = ""
    href: str = ""
    shade: int = 0


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A state: its letters, name, dossier, all its ties with others, and its cells."""

    letters: str
    name: str
    href: str
    total: Cell
    cells: list[Cell]


def matrix(snapshot: Snapshot, given: Mapping[str, Any], _limits: Limits) -> Reply:
    """Give the page of the matrix; raises ProblemError 400 for a choice there is not."""
    bonds = once(snapshot, Bonds)
    currencies = Counter(each for bond in bonds.all.values() for each in bond.amounts)
    kinds = Counter(bond.kind for bond in bonds.all.values() if bond.kind)
    chosen = _chosen(given, kinds, currencies)
    cells, rows = _summed([bond for bond in bonds.all.values() if chosen.takes(bond)], chosen)
    ranked = sorted(rows, key=lambda each: (-rows[each], each))
    states = ranked[: chosen.size]
    inside = set(states)
    lower = bounds([float(cells[pair]) for pair in cells if inside.issuperset(pair)])
    names = {each: snapshot.directory.label(NamedNode(_STATE + each)) for each in ranked}

    def cell(a: str, b: str) -> Cell:
        value = cells.get((a, b) if a < b else (b, a))
        if a == b or not value:
            return Cell()
        return Cell(chosen.told(value), chosen.asked(a, b), class_of(float(value), lower))

    return page(
        "matrix.html", section="matrix", chosen=chosen, sizes=SIZES, known=len(ranked),
        kinds=_kinds(snapshot, kinds), currencies=[each for each, _ in currencies.most_common()],
        states=[(each, names[each]) for each in states],
        rows=[
            Row(letters=a, name=names[a], href=f"/id/state/{a}",
                total=Cell(chosen.told(rows[a]), chosen.asked(a)),
                cells=[cell(a, b) for b in states])
            for a in states
        ],
        pairs=[
            (names[a], f"/id/state/{a}", names[b], f"/id/state/{b}", cell(a, b))
            for a, b in sorted(cells, key=lambda pair: (-cells[pair], pair))[:_PAIRS]
        ],
        pairs_known=len(cells),
        limits=[(chosen.told(Decimal(each)), class_of(each, lower)) for each in lower],
        sizing=[(size, address("/matrix", {**_words(given), "states": size})) for size in SIZES],
    )  # fmt: skip


def _chosen(
    given: Mapping[str, Any], kinds: Mapping[str, int], currencies: Mapping[str, int]
) -> Chosen:
    measure = _one_of("measure", given["measure"] or "ties", MEASURES)
    size = given["states"] or str(_USUAL)
    most = max(currencies, key=lambda each: currencies[each], default="")
    currency = given["currency"] or ("EUR" if "EUR" in currencies else most)
    return Chosen(
        kind=_one_of("kind", given["kind"], ("", *kinds)),
        since=_day("from", given["from"], "01-01"), until=_day("to", given["to"], "12-31"),
        measure=measure, currency=_one_of("currency", currency, (*currencies, "EUR")),
        size=int(_one_of("states", size, [str(each) for each in SIZES])),
        as_of=given.get("as_of") or "",
    )  # fmt: skip


def _one_of(name: str, given: str, taken: Iterable[str]) -> str:
    known = list(taken)
    if given not in known:
        listing = ", ".join(each for each in known if each)
        raise bad_request(f"{name}: “{given[:50]}” is none here; taken are {listing}")
    return given


def _day(name: str, given: str, rest: str) -> str:
    """Return a day, the first or last of a year where a year is given."""
    if not given:
        return ""
    try:
        return whole_day(f"{given}-{rest}" if _YEAR.fullmatch(given) else given)
    except ValueError as exc:
        raise bad_request(f"{name}: give a year or a day, 2024 or 2024-05-31: {exc}") from exc


def _summed(
    bonds: Iterable[Bond], chosen: Chosen
) -> tuple[dict[_Pair, Decimal], dict[str, Decimal]]:
    """Return what each pair of states has in common, and each state with all others."""
    cells: dict[_Pair, Decimal] = defaultdict(Decimal)
    rows: dict[str, Decimal] = defaultdict(Decimal)
    for bond in bonds:
        states = sorted(each.removeprefix(_STATE) for each in bond.states)
        if len(states) > 1:
            worth = chosen.worth(bond)
            for state in states:
                rows[state] += worth
            for pair in combinations(states, 2):
                cells[pair] += worth
    return dict(cells), dict(rows)


def _kinds(snapshot: Snapshot, kinds: Mapping[str, int]) -> list[Choice]:
    found = [Choice(each, snapshot.directory.label(code("agreement-kind", each))) for each in kinds]
    return sorted(found, key=lambda choice: choice.label.casefold())


def _words(given: Mapping[str, Any]) -> dict[str, str]:
    names = ("kind", "from", "to", "measure", "currency")
    return {**{name: given[name] for name in names}, "as-of": given.get("as_of") or ""}
