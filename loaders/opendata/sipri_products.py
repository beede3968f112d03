"""What sort of weapon SIPRI's words mean, as codes of product-category."""

import re
from typing import Final

from pyoxigraph import NamedNode

from hauberk.ontology.names import code

_DESCRIPTIONS: Final = tuple(
    (re.compile("|".join(patterns), re.IGNORECASE), category)
    for category, patterns in (
        ("loitering-munition", (r"loitering", r"one-way attack")),
        ("uav", (r"\bUAV", r"\bdrone", r"\bUCAV")),
        ("engine", (r"engine\b", r"turbofan", r"turboprop", r"turbojet", r"turboshaft",
                    r"gas turbine")),
        ("radar", (r"radar(?! missile)", r"sonar", r"electro-optical", r"\bsensor",
                   r"air-search system", r"\bsigint", r"\belint", r"direction finder")),
        ("space", (r"satellite",)),
        ("helicopter", (r"helicopter",)),
        ("air-defence", (r"anti-aircraft gun", r"\bAA gun", r"air[- ]defence", r"SAM system",
                         r"ABM system", r"\bCIWS")),
        ("ammunition", (r"guided (?:glide )?bomb", r"guided shell", r"depth charge",
                        r"\bmine\b")),
        ("missile", (r"missile", r"\w*(?:SAM|AAM|ASM|SSM)\b", r"torpedo", r"guided rocket",
                     r"coastal defence system")),
        ("armoured-vehicle", (r"armoured", r"\bAP[CV]\b", r"\bIFV", r"\bAFSV",
                              r"\b(?:AEV|ARV|ALV|AV)\b", r"(?<!anti-)tank\b",
                              r"infantry fighting", r"bridgelayer", r"reconnaissance vehicle")),
        ("naval", (r"naval gun", r"anti-submarine (?:mortar|rocket)", r"\bASW")),
        ("artillery", (r"\bgun\b", r"\bMRL\b", r"rocket launcher", r"mortar", r"howitzer")),
        ("aircraft", (r"air refuel system", r"aircraft(?! carrier)", r"fighter", r"bomber",
                      r"trainer", r"airship", r"glider")),
        ("naval", (r"ship\b", r"\bboat", r"craft\b", r"frigate", r"corvette", r"submarine",
                   r"destroyer", r"cruiser", r"carrier", r"minehunter", r"minesweeper",
                   r"\b(?:FAC|OPV|MCM|AALS|LPD|LST)\b", r"tanker", r"\btug\b", r"cutter")),
    )
)  # fmt: skip
"""The words of a description, the telling ones first, and the category that they mean."""

_ARMAMENT: Final = {
    "aircraft": "aircraft",
    "air defence systems": "air-defence",
    "anti submarine warfare weapons": "naval",
    "armoured vehicles": "armoured-vehicle",
    "artillery": "artillery",
    "engines": "engine",
    "missiles": "missile",
    "naval weapons": "naval",
    "satellites": "space",
    "sensors": "radar",
    "ships": "naval",
    "other": "other",
}


def category(description: str, armament: str = "") -> NamedNode | None:
    """Return the category of a weapon by its description, or by SIPRI's armament category."""
    for pattern, found in _DESCRIPTIONS:
        if pattern.search(description):
            return code("product-category", found)
    kept = _ARMAMENT.get(armament.casefold().replace("-", " "))
    return code("product-category", kept) if kept else None
