"""SIPRI Top 100: what the largest arms-producing firms earn with arms, year by year.

A workbook has a sheet for each year. A firm's figure of the year before stands there too; where
two sheets agree on it, it is the same claim.
"""

from collections.abc import Iterator
from typing import Final

from pyoxigraph import NamedNode

from hauberk.graph.terms import decimal, partial_date
from hauberk.loaders import parts
from hauberk.loaders.opendata.grid import grids, mentions
from hauberk.loaders.opendata.parties import Party
from hauberk.loaders.opendata.provider import Provider, Sample
from hauberk.loaders.opendata.run import Run
from hauberk.loaders.opendata.sipri_ownership import Ownership
from hauberk.loaders.opendata.sipri_ranking import Figure, Listed, Ranking, is_year, retrieved
from hauberk.loaders.opendata.sipri_text import Broken, refuse
from hauberk.ontology.names import HBK, code, slug

PROVIDER: Final = Provider(
    name="sipri-top100",
    title="SIPRI Arms Industry Database: Top 100 arms-producing companies",
    publisher="SIPRI",
    url="https://www.sipri.org/databases/armsindustry",
    licence="SIPRI: free to read and to cite with the credit line; no commercial use without"
    " its agreement.",
    credit="Information from the SIPRI Arms Industry Database.",
    reliability="B",
    reliability_reason="Independent institute that weighs open sources by a published method.",
)
_MILLION: Final = 10**6
_POSSIBLY_TRUE: Final = "3"
_WORDS: Final = (b"SIPRI Top 100", b"Company (")


def recognises(sample: Sample) -> bool:
    """Tell a workbook whose texts name the Top 100 and its column of companies."""
    return sample.is_zip and sample.path is not None and mentions(sample.path, _WORDS)


def read(run: Run) -> Iterator[int]:
    """Read the sheet of each year; a subsidiary's parent is that of its latest table."""
    ownership = Ownership()
    told: set[tuple[NamedNode, Figure]] = set()
    with grids(run.path) as sheets:
        rankings = [Ranking(sheet) for sheet in sheets if is_year(sheet.name)]
        if not rankings:
            refuse(run.path, 0, "has no sheet named after a year; give the workbook as SIPRI"
                   " made it")  # fmt: skip
        for ranking in rankings:
            ranking.read(run.path)
            run.day = max(run.day, retrieved(ranking.preamble))
            yield from _sheet(run, ranking, ownership, told)
    _parents(run, ownership)


def _sheet(
    run: Run, ranking: Ranking, ownership: Ownership, told: set[tuple[NamedNode, Figure]]
) -> Iterator[int]:
    for number, cells, taken in ranking.records:
        run.records += 1
        try:
            listed = ranking.listed(number, cells)
            firm = slug(listed.name)
            if not firm:
                raise Broken("Company", listed.name, "has no letter that an id can hold")
        except Broken as exc:
            run.reject(number, f"{ranking.year} {exc.field}", exc.value, exc.reason)
        else:
            _tell(run, listed, told)
            ownership.note(listed, ranking.names)
        yield taken


def _tell(run: Run, listed: Listed, told: set[tuple[NamedNode, Figure]]) -> None:
    """State what a row says that no row before it did."""
    state = run.state(listed.country) if listed.country else None
    firm = run.party(Party(f"sipri-{slug(listed.name)}", listed.name, state=state))
    said = partial_date(run.day) if run.day else None
    for figure in listed.figures:
        if (firm, figure) in told:
            continue
        told.add((firm, figure))
        amount = decimal(format(figure.millions * _MILLION, "f"))
        qualifier = (
            code("value-qualifier", "approx")
            if figure.estimated
            else code("value-qualifier", "exact")
        )
        run.claim(
            firm,
            parts.arms_revenue(firm, amount, qualifier, "USD", figure.year),
            run.source(),
            row=listed.row,
            said=said,
            credibility=_POSSIBLY_TRUE if figure.estimated else None,
            note=figure.note or None,
        )


def _parents(run: Run, ownership: Ownership) -> None:
    """State each subsidiary's parent; a parent that is no firm of a table is opened by it."""
    said = partial_date(run.day) if run.day else None
    for owned in ownership.owned():
        state = run.state(owned.country) if owned.country else None
        firm = run.party(Party(f"sipri-{slug(owned.name)}", owned.name))
        parent = run.party(Party(f"sipri-{slug(owned.parent)}", owned.parent, state=state))
        if firm == parent:
            continue  # people decided that they are one
        run.claim(
            firm,
            [(firm, HBK.parent, parent)],
            run.source(),
            row=owned.row,
            said=said,
            note=f"As listed in the tables of {', '.join(owned.years)}.",
        )
