"""Reading files of open data into statements, with what could not be read beside them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pyoxigraph import Literal, NamedNode

from hauberk.graph.claims import Claim, Statement
from hauberk.graph.errors import Fault
from hauberk.graph.holdings import Holdings
from hauberk.graph.terms import partial_date
from hauberk.loaders.opendata import decisions
from hauberk.loaders.opendata.parties import Parties
from hauberk.loaders.opendata.registry import source
from hauberk.loaders.opendata.rejects import Rejects
from hauberk.loaders.opendata.run import Run, drained
from hauberk.ontology.names import DCTERMS, HBK, key

Steps = Callable[[str, int | None], Callable[[int], None]]


class Given(Protocol):
    """A file of open data, the dataset it is, and the name of its source."""

    @property
    def path(self) -> Path | None:
        """Where it lies."""

    @property
    def shown(self) -> str:
        """What messages call it."""

    @property
    def dataset(self) -> NamedNode:
        """The dataset it is."""

    @property
    def form(self) -> str | None:
        """The name of its source."""


@dataclass(slots=True)
class Reading:
    """One file being read: its statements once, one by one, then what is to be told of it."""

    shown: str
    title: str
    dataset: NamedNode
    provider: str
    credit: str
    statements: Iterator[Statement] = field(default_factory=lambda: iter(()))
    """They are read while they are asked for, in the order of the readings: who a party is, is
    told by those before."""
    terms: list[tuple[NamedNode, NamedNode | Literal]] = field(default_factory=list)
    rejects: Rejects = field(default_factory=Rejects)
    records: int = 0
    claims: int = 0
    """How many claims the file makes."""
    merged: int = 0
    """Records that say nothing which an earlier one did not say."""
    passed_over: int = 0
    """Records of parties that the graph knows nothing of."""


def read(
    given: Sequence[Given], held: Holdings, steps: Steps, decided: Path | None = None
) -> Iterator[Reading]:
    """Yield a reading of each file; parties are those that *held* knows, or new.

    The decisions that are shipped are applied, and after them those in the file *decided*.

    The statements raise FaultsError where a file is not what it seems.
    """
    lines = [*decisions.bundled(), *(decisions.read(decided) if decided else ())]
    parties = Parties(held, decisions.same(lines), {item.dataset for item in given})
    for item in given:
        provider = source(item.form or "").PROVIDER
        path = item.path or Path()
        found = Reading(item.shown, path.name, item.dataset, provider.name, provider.credit)
        found.statements = _statements(item, found, parties, steps)
        yield found


def _statements(item: Given, found: Reading, parties: Parties, steps: Steps) -> Iterator[Statement]:
    module = source(item.form or "")
    path = item.path or Path()
    run = Run(path, module.PROVIDER, parties)
    found.rejects = run.rejects
    parties.begin(item.dataset, module.PROVIDER.url)
    advance = steps(f"Reading {path.name}", run.total)
    for further, stated in drained(module.read(run), run):
        found.claims += sum(isinstance(statement, Claim) for statement in stated)
        yield from stated
        if further:
            advance(further)
    parties.end(run.day)
    found.records, found.merged, found.passed_over = run.records, run.merged, run.passed_over
    provider = run.provider  # a file can have terms of its own
    found.credit = provider.credit
    found.terms = list(_terms(provider.licence, provider.credit, provider.url, run.digest()))
    if run.day:
        found.terms.append((DCTERMS.issued, partial_date(run.day)))


def place(shown: str, statement: Statement) -> Fault:
    """Return where a statement of open data stands, for a fault: the row it was read in."""
    row = getattr(statement, "row", None) or ""
    number = row.rpartition(":")[2]
    line = int(number) if number.isdigit() else 0
    return Fault(shown, line, key(statement.about) or "", "", "")


def _terms(
    licence: str, credit: str, url: str, digest: str
) -> Iterator[tuple[NamedNode, NamedNode | Literal]]:
    """Yield what is noted of the dataset: terms of use, credit, where it is from, which bytes."""
    yield DCTERMS.license, NamedNode(licence) if "://" in licence else Literal(licence)
    yield DCTERMS.rights, Literal(credit)
    yield DCTERMS.source, NamedNode(url)
    yield HBK.contentHash, Literal(f"sha256:{digest}")
