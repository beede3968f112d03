"""The terms that a query can be written with: prefixes, classes, properties, codes, states."""

from collections.abc import Mapping
from typing import Any

import msgspec

from hauberk.graph.store import Snapshot
from hauberk.ontology.names import BASE, HBK, ID
from hauberk.queries.free import PREFIXES
from hauberk.queries.web.documents import vocabulary
from hauberk.queries.web.frames import Limits, Reply


class Term(msgspec.Struct, frozen=True, omit_defaults=True):
    """A term as a query writes it, its kind, and what it means."""

    text: str
    kind: str
    label: str
    definition: str = ""
    of: str = ""
    takes: str = ""


def terms(snapshot: Snapshot, _given: Mapping[str, Any], _limits: Limits) -> Reply:
    """Give the prefixes and terms as JSON, for the editor to complete."""
    found = vocabulary()
    told = {
        "prefixes": {name: str(iri) for name, iri in PREFIXES.items()},
        "terms": [
            *(_term(each, "class") for each in found["classes"]),
            *(_term(each, "property") for each in found["properties"]),
            *(
                Term(f"<{code['iri']}>", "code", f"{code['label']} ({scheme['label']})",
                     code["definition"])
                for scheme in found["schemes"] for code in scheme["codes"]
            ),
            *(
                Term(f"<{ID}state/{each.key.partition('/')[2]}>", "state", each.label)
                for each in _states(snapshot)
            ),
        ],
    }  # fmt: skip
    return Reply(format="application/json", body=msgspec.json.encode(told) + b"\n")


def _states(snapshot: Snapshot) -> list[Any]:
    directory = snapshot.directory
    nodes = {node for _, node in directory.names({"state"})}
    return sorted(map(directory.listed, nodes), key=lambda each: each.label)


def _term(each: Mapping[str, Any], kind: str) -> Term:
    iri = each["iri"]
    name = f"hbk:{each['name']}" if iri.startswith(str(HBK)) else f"<{iri}>"
    return Term(
        name, kind, each["label"], each["definition"],
        ", ".join(_short(iri) for iri, _ in each["domain"]),
        ", ".join(_short(iri) for iri, _ in each["range"]),
    )  # fmt: skip


def _short(iri: str) -> str:
    return iri.rpartition("#")[2] or iri.removeprefix(BASE)
