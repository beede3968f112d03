"""Helpers that tests share: the command as a process, fact files as text, what is derived."""

import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

from pyoxigraph import NamedNode, Quad
from pyoxigraph import Store as Database

from hauberk.graph.claims import CURRENT
from hauberk.graph.reference import is_reference
from hauberk.ontology.names import kind

ROOT = Path(__file__).parent.parent
FIXTURE = ROOT / "tests" / "data" / "fixture.yaml"
HOSTILE = (ROOT / "tests" / "data" / "hostile-strings.txt").read_text("utf-8").splitlines()

Run = Callable[..., CompletedProcess[str]]
Write = Callable[..., Path]

METADATA = frozenset({"claim", "entry", "dataset", "speaker"})


def command(*words: str) -> list[str]:
    """Return the words that start `hauberk` in this environment as a process of its own."""
    return [sys.executable, "-m", "hauberk.graph", *words]


def dossier_facts(database: Database) -> set[Quad]:
    """Return what `current` holds of dossiers, their parts and sources: all that is derived."""
    return {
        quad
        for quad in database.quads_for_pattern(None, None, None, CURRENT)
        if isinstance(quad.subject, NamedNode)
        and not is_reference(quad.subject)
        and kind(quad.subject) not in METADATA
    }


def source_text(*keys: str) -> str:
    """Return the `sources:` section of a fact file with a source of each key, graded B."""
    lines = ["sources:"]
    for key in keys:
        lines += [
            f"  {key}:",
            f"    url: https://{key}.example.org/",
            f"    publisher: {key}",
            "    published: 2025-01-01",
            "    reliability: B",
        ]
    return "\n".join(lines) + "\n"


def deals(count: int, status: str = "signed") -> str:
    """Return a fact file of *count* deals."""
    text = source_text("press") + "dossiers:\n"
    for number in range(count):
        text += (
            f"  agreement/deal-{number}:\n"
            f"    label: Deal {number}\n"
            "    claims:\n"
            "      - from: press\n"
            "        modality: reported\n"
            "        says:\n"
            f"          status: {status}\n"
            "          participations:\n"
            "            - {agent: state/FR, role: customer}\n"
        )
    return text
