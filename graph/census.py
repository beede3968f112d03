"""The census: how many ties, parties, models, sources and claims a database holds."""

from typing import Final

from pyoxigraph import Store as Database

from hauberk.graph.claims import CURRENT
from hauberk.ontology.names import HBK, RDF

COUNTED: Final = {
    "ties": HBK.Tie, "agreements": HBK.Agreement, "programmes": HBK.Programme,
    "stakes": HBK.Stake, "firms": HBK.Firm, "public bodies": HBK.PublicBody,
    "international organisations": HBK.InternationalOrganisation,
    "undisclosed parties": HBK.UndisclosedParty, "persons": HBK.Person,
    "cooperation models": HBK.CooperationModel, "states": HBK.State,
    "sources": HBK.Source, "claims": HBK.Claim, "withdrawn claims": HBK.WithdrawnClaim,
}  # fmt: skip
"""What is counted, by the class that says so."""


DISTINCT: Final = {
    "undisclosed parties identified": HBK.identifiedAs,
    "contested dossiers": HBK.contestedIn,
}
"""What is counted by the subjects of a property."""


def census(database: Database) -> dict[str, int]:
    """Return how many of each there are, undisclosed parties identified and contested dossiers."""
    found = {
        name: sum(1 for _ in database.quads_for_pattern(None, RDF.type, each, CURRENT))
        for name, each in COUNTED.items()
    }
    for name, predicate in DISTINCT.items():
        quads = database.quads_for_pattern(None, predicate, None, CURRENT)
        found[name] = len({quad.subject for quad in quads})
    return found
