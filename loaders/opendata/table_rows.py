"""A row of a table of deals, read as a fact file's record would be, and stated as a claim."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pyoxigraph import NamedNode

from hauberk.graph.terms import Fact
from hauberk.loaders import parts
from hauberk.loaders.content import content
from hauberk.loaders.opendata.run import Run
from hauberk.loaders.opendata.table_columns import FACTS, Layout
from hauberk.loaders.opendata.table_parties import Named, Namesakes, UnknownPartyError
from hauberk.loaders.opendata.table_sources import Problem, Sources
from hauberk.loaders.reading import Findings, Reading
from hauberk.loaders.records import Listing, Record, Unreadable, add, clean
from hauberk.ontology.names import TIE_KINDS, code, dossier, is_key, slug

_VALUE: Final = {
    "amount": "value", "currency": "currency", "qualifier": "value-qualifier",
    "scope": "value-scope",
}  # fmt: skip
_QUANTITY: Final = {"amount": "quantity", "unit": "unit", "qualifier": "quantity-qualifier"}


class Rows:
    """The rows of one sheet, one after the other."""

    def __init__(self, run: Run, layout: Layout, namesakes: Namesakes) -> None:
        self.run = run
        self.layout = layout
        self.namesakes = namesakes
        self.sources = Sources(run)
        self.roles = [r for r in run.vocabulary.codes["role"] if r in self._keys()]

    def _keys(self) -> set[str]:
        return {*self.layout.at, *self.layout.always}

    def state(self, number: int, cells: Sequence[str]) -> None:
        """State what a row says, or reject it for each cell that cannot be read."""
        row = _Row(self, number, self._given(cells))
        row.read()
        for problem in row.problems:
            place, given = self.layout.place(problem.key), row.cells.get(problem.key, "")
            reason = f"{place}, row {number}: {problem.message}"
            self.run.reject(number, place, given, reason)
        if not row.problems:
            row.state()

    def _given(self, cells: Sequence[str]) -> dict[str, str]:
        given = dict(self.layout.always)
        for key, column in self.layout.at.items():
            if column < len(cells) and cells[column]:
                given[key] = cells[column]
        return given


class _Row:
    """One row: all of it is read before any of it is stated."""

    def __init__(self, rows: Rows, number: int, cells: Mapping[str, str]) -> None:
        self.rows = rows
        self.run = rows.run
        self.number = number
        self.problems: list[Problem] = []
        self.cells = dict(self._clean(cells))
        self.facts: list[Fact] = []
        self.parties: list[tuple[str, Named]] = []

    def _clean(self, cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for key, given in cells.items():
            try:
                yield key, clean(given, self.number)
            except Unreadable as exc:
                self.problems.append(Problem(key, exc.message))

    # -- Reading -----------------------------------------------------------------------

    def read(self) -> None:
        """Read the deal, its source, who says it how firmly, and what is said."""
        self.label = self.cells.get("label", "")
        self.about = self._deal()
        self.source, problems = self.rows.sources.read(self.cells, self.number)
        self.problems += problems
        self.modality = self._code("modality", "modality") or code("modality", "reported")
        self.credibility = self._code("credibility", "credibility")
        with_said = self._reading()
        self.said = with_said.date(self._record("said"), "said")
        self._note(with_said, {})
        self.by = self._speaker()
        self._contents()
        for role in self.rows.roles:
            self._parties(role)
        if not (self.facts or self.parties or self.cells.get("note") or self.problems):
            self.problems.append(Problem("label", "the row says nothing of the deal; fill a cell"))

    def _deal(self) -> NamedNode:
        given = self.cells.get("id", "")
        name = given if "/" in given else f"agreement/{slug(given or self.label)}"
        if not given and not self.label:
            self.problems.append(Problem("label", "is empty; name the deal"))
        elif not is_key(name) or name.partition("/")[0] not in TIE_KINDS:
            wanted = "write agreement/its-name, programme/… or stake/…"
            self.problems.append(Problem("id", f"“{name}” is no id of a deal; {wanted}"))
        elif not self.label and not self.rows.namesakes.is_known(dossier(name)):
            self.problems.append(Problem("id", f"“{name}”: no such deal; give it a label"))
        return dossier(name if is_key(name) else "agreement/unread")

    def _code(self, key: str, scheme: str) -> NamedNode | None:
        reading = self._reading()
        found = reading.code(self._record(key), key, scheme)
        self._note(reading, {})
        return found

    def _speaker(self) -> NamedNode | str:
        given = self.cells.get("by", "")
        if is_key(given):
            node = dossier(given)
            if not self.rows.namesakes.is_known(node):
                self.problems.append(Problem("by", f"“{given}”: no such dossier"))
            return node
        publisher = self.source.publisher if self.source else None
        if not given and publisher is None and self.source is not None:
            message = "is empty, and so is by; say who publishes the source, or who speaks"
            self.problems.append(Problem("source-publisher", message))
        return given or publisher or ""

    def _contents(self) -> None:
        """Read what is said, each group of columns by itself, so that faults find their column."""
        for word in FACTS:
            if word in self.cells:
                listed = FACTS[word].many
                value = self._listing(word) if listed else self.cells[word]
                self._content(word, value, {word: word})
                self._known(word)
        for word, keys in (("value", _VALUE), ("quantity", _QUANTITY)):
            if word in self.cells:
                part = Record(self.number)
                for name, key in keys.items():
                    if name == "qualifier":
                        add(part, name, self.cells.get(key, "exact"), self.number)
                    elif key in self.cells:
                        add(part, name, self.cells[key], self.number)
                self._content(word, part, keys)
        for site in self._parted("sites"):
            self._site(site)

    def _site(self, given: str) -> None:
        name, _, place = (part.strip() for part in given.partition(":"))
        state = self.run.state(name)
        if state is None:
            self.problems.append(Problem("sites", f"“{name}” is no state; write UA: Kyiv"))
        else:
            self.facts += parts.site(self.about, state, place or None)

    def _content(self, word: str, value: object, keys: Mapping[str, str]) -> None:
        says = Record(self.number)
        add(says, word, value, self.number)
        reading = self._reading()
        self.facts += content(reading, self.about, says)
        self._note(reading, keys)

    def _known(self, word: str) -> None:
        """Note the dossiers that a column names and that are not there."""
        if FACTS[word].reads == "dossier":
            for given in self._parted(word):
                node = dossier(given) if is_key(given) else None
                if node and node != self.about and not self.rows.namesakes.is_known(node):
                    self.problems.append(Problem(word, f"“{given}”: no such dossier"))

    def _parties(self, role: str) -> None:
        for given in self._parted(role):
            try:
                named = self.rows.namesakes.named(given, role, self.about, self.label)
            except UnknownPartyError as exc:
                self.problems.append(Problem(role, str(exc)))
            else:
                self.parties.append((role, named))

    def _parted(self, key: str) -> list[str]:
        return [part.strip() for part in self.cells.get(key, "").split(";") if part.strip()]

    def _listing(self, key: str) -> Listing:
        listing = Listing(self.number)
        for part in self._parted(key):
            listing.append(part)
            listing.lines.append(self.number)
        return listing

    def _record(self, key: str) -> Record:
        record = Record(self.number)
        if key in self.cells:
            add(record, key, self.cells[key], self.number)
        return record

    def _reading(self) -> Reading:
        return Reading(self.run.path.name, "", self.run.vocabulary, Findings())

    def _note(self, reading: Reading, keys: Mapping[str, str]) -> None:
        for fault in reading.findings.faults:
            self.problems.append(Problem(keys.get(fault.field, fault.field), fault.message))

    # -- Stating -----------------------------------------------------------------------

    def state(self) -> None:
        """State the deal, its source, its parties and the claim that the row makes."""
        run, tie = self.run, self.about
        if self.source is None:
            return
        if self.label:
            name = tie.value.rpartition("/id/")[2]
            aliases = self._parted("aliases")
            tie = run.open(
                name, self.label, aliases=aliases, description=self.cells.get("description")
            )
            self.rows.namesakes.opened.add(tie.value)
        source = self.rows.sources.state(self.source, self.number)
        facts = list(self.facts)
        for role, named in self.parties:
            facts += parts.participation(tie, named.stated(run), code("role", role))
        grade = self.credibility.value.rpartition("/")[2] if self.credibility else None
        run.claim(
            tie, facts, source, row=self.number,
            modality=self.modality.value.rpartition("/")[2], credibility=grade, by=self.by,
            said=self.said or self.source.published, note=self.cells.get("note"),
        )  # fmt: skip
