"""An accepted tie as pages look at it: its parties, money, dates and sites."""

from decimal import Decimal
from typing import Final

import msgspec

_NO_MONEY: Final = frozenset({"cancelled", "negotiating", "superseded"})


class Part(msgspec.Struct, frozen=True):
    """A party's part in a tie: the party's id, its role's code, its share in percent."""

    agent: str
    role: str
    share: str = ""
    since: str = ""
    until: str = ""


class Amount(msgspec.Struct, frozen=True):
    """An amount of money as it is accepted; `scope` says of what part of the tie, or is empty."""

    currency: str
    amount: Decimal
    qualifier: str
    scope: str = ""


class Site(msgspec.Struct, frozen=True):
    """Where work is done: the state's letters, the place's name and, where known, coordinates."""

    state: str
    place: str = ""
    at: tuple[float, float] | None = None


class Tie(msgspec.Struct, frozen=True, kw_only=True):
    """An accepted tie; kind and status are codes, states two letters, the others ids."""

    id: str
    kind: str = ""
    status: str = ""
    began: str = ""
    states: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    amounts: tuple[Amount, ...] = ()
    sites: tuple[Site, ...] = ()
    follows: tuple[str, ...] = ()
    within: tuple[str, ...] = ()

    @property
    def moves_money(self) -> bool:
        """Tell whether its money counts: not where it is negotiated, cancelled or superseded."""
        return self.status not in _NO_MONEY

    def agents(self, *roles: str) -> list[str]:
        """Return the ids of the parties in any of the roles, or of all without roles, once each."""
        taken = (part.agent for part in self.parts if not roles or part.role in roles)
        return list(dict.fromkeys(taken))

    def worth(self) -> dict[str, Amount]:
        """Return one amount in each currency: that of the whole, or else the greatest part."""
        found: dict[str, Amount] = {}
        for each in self.amounts:
            held = found.get(each.currency)
            if held is None or (not each.scope, each.amount) > (not held.scope, held.amount):
                found[each.currency] = each
        whole = {currency: each for currency, each in found.items() if not each.scope}
        return whole or found
