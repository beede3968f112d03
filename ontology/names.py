"""The names of things: namespaces, and how the IRI of a dossier, claim or source is minted."""

import re
import unicodedata
from hashlib import sha256
from typing import Final

from pyoxigraph import NamedNode

BASE: Final = "https://w3id.org/hauberk/"
ID: Final = BASE + "id/"
CODE: Final = BASE + "code/"

KINDS: Final = {
    "agreement": "Agreement",
    "programme": "Programme",
    "stake": "Stake",
    "firm": "Firm",
    "body": "PublicBody",
    "organisation": "InternationalOrganisation",
    "undisclosed": "UndisclosedParty",
    "person": "Person",
    "model": "CooperationModel",
    "product": "Product",
    "state": "State",
    "source": "Source",
    "speaker": "DescribedSpeaker",
}
"""The first part of a dossier's id, and the class it stands for; `hbk:dossierKind` agrees."""

TIE_KINDS: Final = frozenset({"agreement", "programme", "stake"})
AGENT_KINDS: Final = frozenset({"state", "firm", "body", "organisation", "undisclosed", "person"})
WRITTEN_KINDS: Final = frozenset(KINDS) - {"state", "source", "speaker"}
"""The kinds a fact file may open a dossier of; the others are reference data or minted."""

_KEY: Final = re.compile(r"[a-z]+/[A-Za-z0-9]+(?:[-.][A-Za-z0-9]+)*\Z", re.ASCII)


class Namespace:
    """A vocabulary's IRI; its attributes are the terms in it, made once each.

    >>> HBK.Claim
    <NamedNode value=https://w3id.org/hauberk/ns#Claim>
    """

    def __init__(self, iri: str) -> None:
        self._iri = iri

    def __getattr__(self, name: str) -> NamedNode:
        if name.startswith("__"):
            raise AttributeError(name)
        node = NamedNode(self._iri + name)
        setattr(self, name, node)
        return node

    def __call__(self, name: str) -> NamedNode:
        """Return the term of that name, where it is no Python name or is computed."""
        return NamedNode(self._iri + name)

    def __str__(self) -> str:
        return self._iri


HBK: Final = Namespace(BASE + "ns#")
HBG: Final = Namespace(BASE + "graph/")
DCTERMS: Final = Namespace("http://purl.org/dc/terms/")
FOAF: Final = Namespace("http://xmlns.com/foaf/0.1/")
OA: Final = Namespace("http://www.w3.org/ns/oa#")
OWL: Final = Namespace("http://www.w3.org/2002/07/owl#")
PROV: Final = Namespace("http://www.w3.org/ns/prov#")
RDF: Final = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS: Final = Namespace("http://www.w3.org/2000/01/rdf-schema#")
SKOS: Final = Namespace("http://www.w3.org/2004/02/skos/core#")
VOID: Final = Namespace("http://rdfs.org/ns/void#")
XSD: Final = Namespace("http://www.w3.org/2001/XMLSchema#")


def slug(label: str) -> str:
    """Return the part of an IRI that stands for *label*: ASCII, lower case, hyphens.

    Accents and punctuation are dropped, so spellings that differ only in them meet in one
    slug. A label of other scripts alone has an empty slug.

    >>> slug("Škoda JS, a.s.")
    'skoda-js-a-s'
    """
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def digest(text: str) -> str:
    """Return 16 hex digits of the SHA-256 of *text*: the name of a claim, an entry, a source."""
    return sha256(text.encode()).hexdigest()[:16]


def is_key(key: str) -> bool:
    """Tell whether *key* has the form of a dossier's id, `<kind>/<slug>`."""
    return bool(_KEY.match(key)) and key.partition("/")[0] in KINDS


def dossier(key: str) -> NamedNode:
    """Return the IRI of the dossier whose id is *key*, `firm/renault-group` say."""
    return NamedNode(ID + key)


def key(node: NamedNode) -> str | None:
    """Return the id of a dossier or of the dossier a part belongs to; None for other IRIs.

    >>> key(NamedNode("https://w3id.org/hauberk/id/agreement/x#value-5-EUR"))
    'agreement/x'
    """
    value = node.value
    if not value.startswith(ID):
        return None
    return value[len(ID) :].partition("#")[0]


def kind(node: NamedNode) -> str:
    """Return the kind in a dossier's IRI, or an empty string."""
    return (key(node) or "").partition("/")[0]


def part(whole: NamedNode, name: str) -> NamedNode:
    """Return the IRI of the part of a dossier or a claim that *name* stands for."""
    return NamedNode(f"{whole.value}#{name}")


def code(scheme: str, notation: str) -> NamedNode:
    """Return the IRI of a code in a scheme, `status` and `signed` say."""
    return NamedNode(f"{CODE}{scheme}/{notation}")


def source(identity: str) -> NamedNode:
    """Return the IRI of the source known by *identity*: its URL, or what it has for one."""
    return dossier("source/" + digest(identity))


def speaker(description: str) -> NamedNode:
    """Return the IRI of a speaker that a source only describes, "industry analysts" say.

    Two descriptions are two speakers, however alike: the digest keeps them apart.
    """
    name = slug(description)[:60].strip("-") or "described"
    return dossier(f"speaker/{name}-{digest(description)[:6]}")
