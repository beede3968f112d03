"""SIPRI's register as a table: the new web export, and the older trade register.

The web export has a row for each year of delivery; the deal is known by its number in the
database. The older table has a row for each deal, and a column without a name after some, which
holds a question mark where the value to its left is uncertain; the deal is known by a digest.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from pyoxigraph import Literal

from hauberk.graph.spool import Counts
from hauberk.loaders.opendata.run import Run
from hauberk.loaders.opendata.sipri_deals import Deal, Told, deal_key, some, tell
from hauberk.loaders.opendata.sipri_table import WEB_KEY, Table, mark, number, year, yes
from hauberk.loaders.opendata.sipri_text import Broken

_OF_A_DEAL: Final = (
    "supplier", "recipient", "designation", "description", "armament category", "order date",
    "order date is estimate", "status", "local production",
)  # fmt: skip
"""What the rows of one deal of the web export have in common."""
_Row = Mapping[str, str]


def read_register(run: Run) -> Iterator[int]:
    """Read a register that is a table."""
    table = Table(run)
    run.day = table.said.value if table.said is not None else ""
    read = _web if table.is_web else _legacy
    taken = 0
    for line, broken in read(run, table):
        if broken is not None:
            run.reject(line, broken.field, broken.value, broken.reason)
        yield table.text.taken - taken
        taken = table.text.taken


def attempt(run: Run, deal: Deal, said: Literal | None) -> Broken | None:
    """State a deal; return why it cannot be read, where it cannot."""
    try:
        tell(run, deal, said)
    except Broken as exc:
        return exc
    return None


# -- The older table: a row a deal ----------------------------------------------------------


def _legacy(run: Run, table: Table) -> Iterator[tuple[int, Broken | None]]:
    twins = Counts()
    for line, record in table.rows():
        run.records += 1
        if isinstance(record, Broken):
            yield line, record
            continue
        try:
            deal = _legacy_deal(record, line, twins)
        except Broken as exc:
            yield line, exc
        else:
            yield line, attempt(run, deal, table.said)


def _legacy_deal(record: _Row, line: int, twins: Counts) -> Deal:
    if not record["recipient"] or not record["supplier"]:
        raise Broken("recipient", record["recipient"], "is empty: no deal, or the rest of one")
    ordered = Told(year("year of order", record["year of order"]), _mark(record, "year of order"))
    ordered_number, delivered = (
        Told(number(name, record[name]), _mark(record, name))
        for name in ("number ordered", "number delivered")
    )
    given = [each.strip() for each in record["year(s) of delivery"].split(";")]
    years = sorted({year("year(s) of delivery", each) for each in given} - {""})
    late = _mark(record, "year(s) of delivery")
    if not (record["weapon designation"] or record["weapon description"]):
        raise Broken("weapon designation", "", "is empty, and so is the description")
    return Deal(
        key=deal_key(record["recipient"], record["supplier"], ordered.text,
                     record["weapon designation"], twins),
        row=line,
        supplier=record["supplier"],
        recipient=record["recipient"],
        designation=record["weapon designation"],
        description=record["weapon description"],
        ordered=some(ordered),
        number=some(ordered_number),
        delivered=some(delivered),
        years=[Told(each, late) for each in years],
        span=", ".join(years) if len(years) > 1 else "",
        condition=record["status"],
        comments=record["comments"],
    )  # fmt: skip


def _mark(record: _Row, name: str) -> bool:
    return mark(name, record.get(f"{name}?", ""))


# -- The web export: a row a year of delivery ------------------------------------------------


def _web(run: Run, table: Table) -> Iterator[tuple[int, Broken | None]]:
    """Read the web export: a deal is told once the last of its rows is read, wherever it stands.

    The rows of each deal are counted first, so that only those of deals begun are kept.
    """
    ahead, met = Counts(), Counts()
    for _, record in Table(run).rows():
        if not isinstance(record, Broken):
            ahead.add(record[WEB_KEY])
    begun: dict[str, list[tuple[int, _Row]]] = {}
    for line, record in table.rows():
        run.records += 1
        if isinstance(record, Broken):
            yield line, record
            continue
        name = record[WEB_KEY]
        kept = begun.setdefault(name, [])
        try:
            _check(record, kept)
        except Broken as exc:
            yield line, exc
        else:
            kept.append((line, record))
            yield line, None
        if met.add(name) == ahead.of(name):
            del begun[name]
            broken = attempt(run, _web_deal(kept), table.said) if kept else None
            if broken is not None:
                yield from ((where, broken) for where, _ in kept)


def _check(record: _Row, kept: Sequence[tuple[int, _Row]]) -> None:
    """Raise Broken where a row cannot be read, or is none of the deal whose number it bears."""
    if not re.fullmatch(r"\d{1,12}", record[WEB_KEY], re.ASCII):
        raise Broken(WEB_KEY, record[WEB_KEY], "is no number of a deal")
    for name in ("supplier", "recipient"):
        if not record[name]:
            raise Broken(name, "", "is empty")
    if not (record["designation"] or record["description"]):
        raise Broken("designation", "", "is empty, and so is the description")
    year("order date", record["order date"])
    year("delivery year", record["delivery year"])
    number("numbers delivered", record["numbers delivered"])
    for name, given in record.items():
        if name.endswith(" is estimate") or name == "local production":
            yes(name, given)
    for line, other in kept:
        _compare(record, line, other)


def _compare(record: _Row, line: int, other: _Row) -> None:
    """Raise Broken where two rows of a deal are the same, or of two different deals."""
    if other == record:
        raise Broken(WEB_KEY, record[WEB_KEY], f"the row is the same as that of line {line}")
    for name in _OF_A_DEAL:
        if other.get(name) != record.get(name):
            told = f"differs from that of the same deal in line {line}"
            raise Broken(name, record.get(name, ""), told)


def _web_deal(kept: Sequence[tuple[int, _Row]]) -> Deal:
    line, first = kept[0]
    years: dict[str, bool] = {}
    sums: dict[str, Told] = {}
    total = Told("0")
    for _, row in kept:
        given = Told(row["numbers delivered"], _estimate(row, "numbers delivered"))
        when, late = row["delivery year"], _estimate(row, "delivery year")
        if given.text and some(given) is None:
            continue  # none were delivered
        if when:
            years[when] = years.get(when, False) or late
        if given.text:
            total = _sum(total, given)
        if given.text and when:
            sums[when] = _sum(sums.get(when, Told("0", late)), given)
    return Deal(
        key=first[WEB_KEY],
        row=line,
        supplier=first["supplier"],
        recipient=first["recipient"],
        designation=first["designation"],
        description=first["description"],
        armament=first.get("armament category", ""),
        ordered=some(Told(first["order date"], _estimate(first, "order date"))),
        delivered=some(total),
        years=[Told(when, late) for when, late in sorted(years.items())],
        yearly=sorted(sums.items()) if len(years) > 1 else [],
        condition=first["status"],
        is_licensed=yes("local production", first.get("local production", "")),
    )


def _estimate(row: _Row, name: str) -> bool:
    name = f"{name} is estimate"
    return yes(name, row.get(name, ""))


def _sum(one: Told, other: Told) -> Told:
    amount = format(Decimal(one.text) + Decimal(other.text), "f")
    return Told(amount, one.estimated or other.estimated)
