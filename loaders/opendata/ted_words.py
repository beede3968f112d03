"""The codes of eForms notices, and what they are called here."""

from typing import Final

DIRECTIVES: Final = {
    "32009L0081": "2009/81/EC (defence and security procurement)",
    "32014L0023": "2014/23/EU (concessions)",
    "32014L0024": "2014/24/EU (public procurement)",
    "32014L0025": "2014/25/EU (utilities)",
}
"""Legal bases by their CELEX number."""

FRAMEWORKS: Final = frozenset({"fa-mix", "fa-w-rc", "fa-wo-rc"})
"""Codes of the ways in which a contract can be a framework agreement."""

REASONS: Final = {
    "eo-int": "commercial interests of an economic operator",
    "fair-comp": "fair competition",
    "law-enf": "law enforcement",
    "oth-int": "other public interest",
    "rd-ser": "research and development services",
}
"""Why a field is not published."""

UNPUBLISHED: Final = frozenset({"unpublished", "-1", "1970-01-01"})
"""What TED writes in the place of a field that is not published."""

NOTICE_VALUE: Final = "not-val"
WINNER: Final = "win-cho"
WITHHELD: Final = {
    "gro-max-val": "framework maximum of a group of lots",
    "gro-ree-val": "re-estimated value of a group of lots",
    "max-val": "framework maximum",
    "no-awa-rea": "reason for no award",
    "not-max-val": "framework maximum of the notice",
    NOTICE_VALUE: "value of the notice",
    "ree-val": "re-estimated framework value",
    "sub-con": "subcontracting",
    "sub-des": "description of the subcontracting",
    "sub-per": "share of the subcontracting",
    "sub-val": "value of the subcontracting",
    WINNER: "choice of the winner",
    "win-ten-val": "value of the winning tender",
}
"""What the fields are called that a notice can withhold and a claim would hold."""

_CATEGORIES: Final = {
    "3532": "small-arms",
    "35322": "artillery",
    "3533": "ammunition",
    "3541": "armoured-vehicle",
    "355": "naval",
    "3561": "aircraft",
    "35612": "helicopter",
    "35613": "uav",
    "3562": "missile",
    "3563": "space",
    "35722": "radar",
    "35723": "radar",
    "3573": "electronic-warfare",
}
"""Product categories by the first digits of the procurement vocabulary's (CPV) codes."""

_REPAIR: Final = "50"
_RESEARCH: Final = "73"


def category_of(cpv: str) -> str | None:
    """Return the product category that a CPV code is of beyond doubt.

    >>> category_of("35613000-4")
    'uav'
    """
    for length in (5, 4, 3):
        if found := _CATEGORIES.get(cpv[:length]):
            return found
    return None


def kind_of(cpv: str, nature: str, *, is_framework: bool) -> str | None:
    """Return the kind of agreement that a purchase is; works of building are of no kind here."""
    if is_framework:
        return "framework-agreement"
    if cpv.startswith(_RESEARCH):
        return "research-and-development"
    if cpv.startswith(_REPAIR):
        return "maintenance-and-repair"
    return "supply-contract" if nature in {"supplies", "services", "combined"} else None
