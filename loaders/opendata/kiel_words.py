"""What the words of the Kiel tracker's cells mean: donors, channels, kinds of item."""

import re
from collections.abc import Mapping
from typing import Final

MISSING: Final = frozenset({"", ".", "-", "n/a", "none", "nan"})
"""What stands where nothing applies, or nothing was looked for."""
UNDISCLOSED: Final = frozenset(
    {"undisclosed", "not given", "not disclosed", "no value available", "unknown", "unclear",
     "unspecified", "classified"}
)  # fmt: skip
"""What stands where there is something, and it is not made public."""

KNOWN_ORGANISATIONS: Final[Mapping[str, tuple[str, str]]] = {
    "EU (Commission and Council)": ("european-union", "European Union"),
    "EU Institutions": ("european-union", "European Union"),
    "European Union": ("european-union", "European Union"),
    "European Investment Bank": ("european-investment-bank", "European Investment Bank"),
    "European Peace Facility": ("european-peace-facility", "European Peace Facility"),
    "EDA": ("european-defence-agency", "European Defence Agency (EDA)"),
    "EIB": ("european-investment-bank", "European Investment Bank"),
    "NATO": ("nato", "NATO"),
}
"""Donors that are no states, and channels: the organisation's id and name, by what it is called."""

ORGANISATIONS: Final = frozenset(
    {"EBRD", "EDA", "EIB", "EU HERA", "HALO Trust", "IAEA", "ICRC", "IMF", "NATO", "OPCW",
     "International Commission on Missing Persons", "International Federation of the Red Cross",
     "International Telecommunication Union (ITU)", "Save the Children", "UN", "UN FAO",
     "UN ILO", "UN IOM", "UN OCHA", "UNOCHA", "UN OHCHR", "UN WFP", "UN WHO", "UNDP", "UNESCO",
     "UNFPA", "UNHCR", "UNICEF", "UNIDO", "UNOPS", "WB", "WB IDA",
     "WB International Finance Corporation", "WB MIGA", "WHO", "WFP"}
)  # fmt: skip
"""Channels that are organisations. The others are funds, coalitions and joint purchases."""

UNNAMED_CHANNELS: Final = frozenset({"NGO", "NGOs", "International NGO", "International NGOs"})
"""Channels of which only the sort is told."""

LEGAL_FORMS: Final = re.compile(
    r"(?:inc|ltd|llc|plc|corp|co|ag|gmbh|s\.?a|s\.?p\.?a|a\.?s|s\.?r\.?o|as|ab|oy|b\.?v|n\.?v)\.?\Z",
    re.IGNORECASE,
)
"""What stands after the comma of a firm's own name."""

_CATEGORIES: Final = (
    (r"vessel|coastal combatant", "naval"),
    (r"overhaul|repair|training", "services"),
    (r"spare part", "other"),
    (r"manpads ammunition|missile ammunition", "missile"),
    (r"ammunition|\bround\b|\bmine\b", "ammunition"),
    (r"anti-aircraft|manpads|anti-drone", "air-defence"),
    (r"missile|missle", "missile"),
    (r"ground vehicle|non combat military vehicle", "other"),
    (r"drone", "uav"),
    (r"helicopter", "helicopter"),
    (r"aircraft", "aircraft"),
    (r"armored|armoured|fighting vehicle|battle tank|assault gun|launched bridge|patrol vehicle",
     "armoured-vehicle"),
    (r"howitzer|mlrs|mortar", "artillery"),
    (r"radar", "radar"),
    (r"salw|recoilless|grenade launcher|anti-materiel|anti-armor", "small-arms"),
    (r"explosive", "explosives"),
    (r"military equipment|humanitarian", "other"),
)  # fmt: skip
_PATTERNS: Final = [(re.compile(pattern), code) for pattern, code in _CATEGORIES]


def category(sub_type: str, item_type: str) -> str | None:
    """Return the product category of an item's sub-type, or of its type where that tells more.

    >>> category("155mm howitzer ammunition", "Ammunition for heavy weapon")
    'ammunition'
    """
    for words in (sub_type.casefold(), item_type.casefold()):
        for pattern, code in _PATTERNS:
            if pattern.search(words):
                return code
    return None
