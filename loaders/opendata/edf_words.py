"""The portal's words, and the nearest codes here: roles, types, statuses, instruments."""

import re
from typing import Final

from hauberk.loaders.opendata.edf_records import BrokenError, Participant

ROLES: Final = {
    "coordinator": "coordinator", "participant": "participant", "beneficiary": "participant",
    "thirdparty": "participant", "affiliatedentity": "participant",
    "associatedpartner": "partner",
}  # fmt: skip
"""Roles of the portal, in small letters alone, and the nearest role here."""
SAY_ENOUGH: Final = frozenset({"coordinator", "participant"})
KINDS: Final = {"PUB": "body", "HES": "body", "REC": "body", "PRC": "firm"}
"""Types of organisation: public bodies, higher education, research, firms."""
STATUSES: Final = {
    "signed": "signed", "ongoing": "in-force", "ended": "completed", "closed": "completed",
    "terminated": "cancelled", "suspended": "suspended",
}  # fmt: skip
FUNDS: Final = {
    "EDF": ("agreement/edf-european-defence-fund", "research-and-development"),
    "ASAP": ("agreement/asap-ammunition-act", "loan-or-grant"),
    "EDIRPA": ("agreement/edirpa-instrument", "loan-or-grant"),
}
"""Each instrument's dossier in the fact base, and what its projects are: the Defence Fund pays
for research and development; ASAP and EDIRPA give money towards production and purchases."""


def fund_of(topic: str) -> str:
    """Return the instrument that a topic is of: its name is a part of the topic's."""
    return next((name for name in ("ASAP", "EDIRPA") if name in topic.split("-")), "EDF")


def role_of(found: Participant) -> str:
    """Return the nearest role here; raises BrokenError for one that the portal does not have."""
    folded = re.sub(r"[^a-z]", "", found.role.casefold())
    if folded not in ROLES:
        raise BrokenError("role", found.role, "is no role known of the portal")
    return ROLES[folded]


def kind_of(found: Participant) -> str:
    """Return the kind of dossier of an organisation.

    Public bodies, universities and research organisations are bodies, and so are others, such as
    associations and foundations, unless they are there for profit; what has no type is a firm.
    """
    if found.type == "OTH":
        return "firm" if found.activity == "Private for profit organisation" else "body"
    return KINDS.get(found.type, "firm")
