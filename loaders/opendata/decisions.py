"""Decisions on who is who, taken by people, as SSSOM (https://mapping-commons.github.io/sssom/)."""

import csv
from collections.abc import Mapping
from importlib.resources import files
from typing import Final

from pyoxigraph import NamedNode

from hauberk.ontology.names import dossier

SAME: Final = "skos:exactMatch"
COLUMNS: Final = (
    "subject_id", "subject_label", "predicate_id", "object_id", "object_label",
    "confidence", "mapping_justification", "author_label", "mapping_date", "comment",
)  # fmt: skip


def decisions() -> Mapping[NamedNode, NamedNode]:
    """Return which party of open data is decided to be which known one."""
    text = files("hauberk.loaders").joinpath("decisions.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t")
    return {
        dossier(row["subject_id"]): dossier(row["object_id"])
        for row in rows
        if row["predicate_id"] == SAME
    }
