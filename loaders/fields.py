"""The words of a fact file: what a claim may say, and the property that each word stands for."""

from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode

from hauberk.ontology.names import AGENT_KINDS, HBK, TIE_KINDS


@dataclass(frozen=True, slots=True)
class Field:
    """One key of `says`: its property, and how its value is read.

    *reads* is `date`, `text`, `state`, a part (`value`, `quantity`, `participation`, `site`,
    `renaming`), or `code` and `dossier`, which take *scheme* and *kinds*. With *many*, a list may
    be given.
    """

    property: NamedNode
    reads: str
    help: str
    scheme: str = ""
    kinds: frozenset[str] = frozenset()
    many: bool = False


_TIES: Final = TIE_KINDS
_MODEL: Final = frozenset({"model"})
_PRODUCT: Final = frozenset({"product"})


def _date(prop: NamedNode, help_: str) -> Field:
    return Field(prop, "date", help_)


def _model(prop: NamedNode, help_: str) -> Field:
    return Field(prop, "dossier", help_, kinds=_MODEL, many=True)


def _tie(prop: NamedNode, help_: str) -> Field:
    return Field(prop, "dossier", help_, kinds=_TIES, many=True)


SAYS: Final = {
    "kind": Field(HBK.kind, "code", "what sort of tie it is", scheme="agreement-kind"),
    "status": Field(HBK.status, "code", "how far it has come", scheme="status"),
    "category": Field(
        HBK.category, "code", "what it is about", scheme="product-category", many=True
    ),
    "product": Field(HBK.productName, "text", "the product, as the source names it", many=True),
    "products": Field(
        HBK.concernsProduct, "dossier", "the product's dossier", kinds=_PRODUCT, many=True
    ),
    "announced": _date(HBK.announced, "the day it was made public"),
    "approved": _date(HBK.approved, "the day an authority approved it"),
    "signed": _date(HBK.signed, "the day it was signed"),
    "started": _date(HBK.started, "the day it began"),
    "production-started": _date(HBK.productionStarted, "the day production began"),
    "delivered": _date(HBK.delivered, "the day of delivery, or of the first"),
    "ended": _date(HBK.ended, "the day it ended"),
    "value": Field(HBK.hasValue, "value", "money: amount, currency, qualifier, scope", many=True),
    "quantity": Field(HBK.hasQuantity, "quantity", "amount, unit, qualifier", many=True),
    "participations": Field(
        HBK.hasParticipation, "participation", "who takes part in which role", many=True
    ),
    "sites": Field(HBK.hasSite, "site", "where it is made: `in` a state, `place`", many=True),
    "establishes-model": _model(HBK.establishesModel, "it set the model up"),
    "follows-model": _model(HBK.followsModel, "it is made after the model"),
    "called-template-of": _model(HBK.calledTemplateOf, "someone calls it a template"),
    "may-become-template-of": _model(HBK.mayBecomeTemplateOf, "someone says it may become one"),
    "called-first-of-its-kind": _model(HBK.calledFirstOfItsKind, "someone calls it a first"),
    "part-of": _tie(HBK.partOf, "the wider tie it belongs to"),
    "implements": _tie(HBK.implements, "the tie it carries out"),
    "succeeds": _tie(HBK.succeeds, "the tie it comes after"),
    "amends": _tie(HBK.amends, "the tie it changes"),
    "supersedes": _tie(HBK.supersedes, "the tie it replaces"),
    "identified-as": Field(
        HBK.identifiedAs, "dossier", "who the undisclosed party is", kinds=AGENT_KINDS, many=True
    ),
    "parent": Field(HBK.parent, "dossier", "the agent it belongs to", kinds=AGENT_KINDS, many=True),
    "renamed": Field(
        HBK.hasRenaming, "renaming", "the name it gave up, the one it took, and when", many=True
    ),
    "state": Field(HBK.state, "state", "the state of its seat"),
}
"""What a claim can say, by the key a fact file uses."""

CODED: Final = {
    "modality": "modality",
    "credibility": "credibility",
    "likelihood": "likelihood",
    "reliability": "reliability",
    "role": "role",
    "qualifier": "value-qualifier",
}
"""Keys outside `says` whose value is a code, and the scheme of each."""

CLAIM_KEYS: Final = (
    "from", "by", "modality", "credibility", "likelihood", "said", "passage", "contests",
    "says", "denies", "note", "checked", "sought",
)  # fmt: skip
DOSSIER_KEYS: Final = (
    "label", "aliases", "description", "state", "withheld", "unknown", "collective",
    "identifiers", "website", "claims",
)  # fmt: skip
SOURCE_KEYS: Final = (
    "url", "title", "publisher", "published", "language", "licence", "reliability",
    "reliability-reason",
)  # fmt: skip
IDENTIFIERS: Final = ("wikidata", "lei", "pic", "ticker")
PARTS: Final = {
    "value": ("amount", "currency", "qualifier", "scope"),
    "quantity": ("amount", "unit", "qualifier"),
    "participation": ("agent", "role", "share", "since", "until"),
    "site": ("in", "place"),
    "renaming": ("from", "to", "on"),
}
"""The keys of a value that is itself a mapping."""
