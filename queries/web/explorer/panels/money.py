"""Money that crosses a state's border, by currency, from the ties it pays for or is paid under."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

import msgspec

from hauberk.queries.web.explorer.book import Book
from hauberk.queries.web.explorer.tie import Tie

_PAID: Final = ("supplier", "producer", "beneficiary", "seller")


class Purse(msgspec.Struct, kw_only=True):
    """What is paid in one currency; an empty one where no source says which."""

    currency: str
    alone: Decimal = Decimal(0)
    """Sum of the ties in which those of the state alone pay, or are paid."""
    shared: Decimal = Decimal(0)
    """Sum of the ties with others on the same side, their money included."""
    ties: int = 0
    rough: int = 0
    """How many of the ties have no exact value."""

    @property
    def millions(self) -> tuple[Decimal, Decimal]:
        """Both sums in millions, rounded: to tenths, or to thousandths where they are less."""
        return _rounded(self.alone), _rounded(self.shared)


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """Money out and in, the most frequent currency first; `unvalued` ties have no known value."""

    paid: list[Purse]
    received: list[Purse]
    unvalued: int


def money(book: Book, state: str) -> Money:
    """Return the money out of and into a state, of what it is, houses or funds.

    Who pays is the funder of a tie, or else its customer or buyer; who is paid is its supplier,
    producer, seller or beneficiary. A tie that stays within the state is neither; one that is
    negotiated, cancelled, superseded, or part of a wider one valued in the same currency is left
    out.
    """
    paid: dict[str, Purse] = {}
    received: dict[str, Purse] = {}
    unvalued = 0
    for tie in book.of_state[state]:
        if not tie.moves_money:
            continue
        payers, payees = _seats(book, payers_of(tie)), _seats(book, tie.agents(*_PAID))
        out = state in payers and bool(payees - {state})
        into = state in payees and bool(payers - {state})
        worth = _counted(book, tie)
        if (out or into) and not tie.amounts:
            unvalued += 1
        for each in worth:
            if out:
                _add(paid, tie, each, alone=payers == {state})
            if into:
                _add(received, tie, each, alone=payees == {state})
    return Money(paid=_ranked(paid), received=_ranked(received), unvalued=unvalued)


def payers_of(tie: Tie) -> list[str]:
    """Return who pays under a tie: its funders, or else its customers and buyers."""
    return tie.agents("funder") or tie.agents("customer", "buyer-of-stake")


def _seats(book: Book, agents: Iterable[str]) -> set[str]:
    """Return the states of parties; a party of none stands for itself."""
    return {book.seat(each) or each for each in agents}


def _counted(book: Book, tie: Tie) -> list[str]:
    """Return the currencies in which a tie counts: not those of a wider one that it is part of."""
    wider: set[str] = set()
    for name in tie.within:
        held = book.ties.get(name)
        if held:
            wider |= set(held.worth())
    return [currency for currency in tie.worth() if currency not in wider]


def _add(held: dict[str, Purse], tie: Tie, currency: str, *, alone: bool) -> None:
    purse = held.setdefault(currency, Purse(currency=currency))
    value = tie.worth()[currency]
    purse.ties += 1
    purse.rough += value.qualifier != "exact"
    if alone:
        purse.alone += value.amount
    else:
        purse.shared += value.amount


def _ranked(held: dict[str, Purse]) -> list[Purse]:
    return sorted(
        held.values(), key=lambda purse: (not purse.currency, -purse.ties, purse.currency)
    )


def _rounded(amount: Decimal) -> Decimal:
    millions = amount / 1_000_000
    return round(millions, 1 if millions >= 1 else 3).normalize()
