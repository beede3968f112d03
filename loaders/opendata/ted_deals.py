"""Which deals a notice tells of: each contract, and each awarded lot that no contract covers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from hauberk.loaders.opendata.ted_model import Contract, Lot, Notice, Result, Tender
from hauberk.loaders.opendata.ted_words import WINNER


@dataclass(frozen=True, slots=True)
class Deal:
    """A contract with its tenders, or a lot that was awarded without one being named."""

    id: str
    line: int
    contract: Contract | None
    results: tuple[Result, ...]
    tenders: tuple[Tender, ...]
    lots: tuple[Lot, ...]


NOTHING: Final = Deal("", 0, None, (), (), ())


def deals_of(of: Notice) -> Iterator[Deal]:
    """Yield what a notice tells of: contracts with their lots, then lots without a contract."""
    for contract in of.contracts.values():
        results = tuple(
            each
            for each in of.results
            if contract.id in each.contracts or set(contract.tenders) & set(each.tenders)
        )
        named = contract.tenders or tuple(id_ for each in results for id_ in _best(of, each))
        tenders = tuple(of.tenders[id_] for id_ in dict.fromkeys(named) if id_ in of.tenders)
        lots = [*(each.lot for each in results), *(each.lot for each in tenders)]
        yield Deal(contract.id, contract.line, contract, results, tenders, _lots(of, lots))
    covered = {id_ for one in of.contracts.values() for id_ in one.tenders}
    for result in of.results:
        in_contract = any(id_ in of.contracts for id_ in result.contracts)
        if in_contract or (result.tenders and covered.issuperset(result.tenders)):
            continue
        tenders = tuple(of.tenders[id_] for id_ in _best(of, result))
        id_ = result.lot or result.id
        yield Deal(id_, result.line, None, (result,), tenders, _lots(of, [result.lot]))


def calls_of(of: Notice) -> Iterator[Deal]:
    """Yield the lots that subcontractors are sought for."""
    for lot in of.lots.values():
        yield Deal(lot.id, lot.line, None, (), (), (lot,))


def _best(of: Notice, result: Result) -> Iterator[str]:
    """Yield the tenders of a lot that won: those without a rank, or of the first."""
    for id_ in result.tenders:
        if id_ in of.tenders and of.tenders[id_].rank in {"", "1"}:
            yield id_


def _lots(of: Notice, ids: Sequence[str]) -> tuple[Lot, ...]:
    return tuple(of.lots[id_] for id_ in dict.fromkeys(ids) if id_ in of.lots)


def says_nothing(deal: Deal, of: Notice) -> str | None:
    """Return why a record says nothing of a tie, or None where it does."""
    codes = {each.code for each in deal.results}
    if deal.contract is None and codes and codes <= {"clos-nw", "open-nw"}:
        return "no winner was chosen for the lot"
    hidden = any(each.field == WINNER for one in deal.results for each in one.withheld)
    if not deal.tenders and not hidden and not of.calls_for_subcontractors:
        return "no winning tender is named"
    return None
