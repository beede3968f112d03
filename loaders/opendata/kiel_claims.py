"""What a row of the Kiel tracker's main sheet says, as claims about one package of aid."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from pyoxigraph import Literal, NamedNode

from hauberk.graph.terms import Fact, partial_date
from hauberk.loaders import parts
from hauberk.loaders.opendata import kiel_sums
from hauberk.loaders.opendata.kiel_cells import Line, UnreadableCellError, names, publisher
from hauberk.loaders.opendata.kiel_entry import Entry
from hauberk.loaders.opendata.kiel_notes import goods_note, package_note
from hauberk.loaders.opendata.kiel_words import (
    KNOWN_ORGANISATIONS,
    ORGANISATIONS,
    UNDISCLOSED,
    UNNAMED_CHANNELS,
    category,
)
from hauberk.loaders.opendata.parties import Party
from hauberk.loaders.opendata.run import Run
from hauberk.ontology.names import HBK, code, digest, dossier, slug

_UKRAINE: Final = dossier("state/UA")
_UNNAMED: Final = "unnamed items"


class Sheet:
    """The main sheet as it is read: what must be remembered from one row to another."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.kiel = run.source()
        self.day = partial_date(run.day) if run.day else None
        self.committed: dict[str, NamedNode] = {}
        """The package of each activity that a commitment was read of."""
        self.days: dict[str, Literal] = {}
        """The day of each package's first row; later rows tell of what was added to it."""
        self.sums: Counter[str] = Counter()
        """How many rows of a package give a sum: they add up, they are no rivals."""
        self.lots: Counter[tuple[str, str]] = Counter()
        """How many rows of a package name the same item: they add up as well."""
        self.stated: set[tuple[object, ...]] = set()
        """What rows of the package at hand have stated."""
        self.donors: dict[str, tuple[NamedNode, str]] = {}
        self.is_bought = False

    def see(self, package: Iterable[Line]) -> None:
        """Look at the rows of one package together: what it is depends on all of them."""
        self.stated.clear()
        self.is_bought = any(
            "procurement" in line.words("source_of_weapon").casefold()
            or line.words("aid_type_specific").startswith("Funding for Weapon Acquisition")
            for line in package
        )

    def state(self, line: Line) -> None:
        """State what a row says; raises UnreadableCellError before anything of it is stated."""
        entry = Entry(line)
        bought_in = [self._seller(name) for name in names(line.words("procurement_location"))]
        _Package(self, entry, self.donor(line.words("donor")), bought_in).state()

    def _seller(self, name: str) -> NamedNode:
        state = self.run.state(name)
        if state is None:
            raise UnreadableCellError("procurement_location", name, "is no state")
        return state

    def donor(self, given: str) -> tuple[NamedNode, str]:
        """Return a donor and its name."""
        if given not in self.donors:
            self.donors[given] = self._donor(given)
        return self.donors[given]

    def _donor(self, given: str) -> tuple[NamedNode, str]:
        if given in KNOWN_ORGANISATIONS:
            local, name = KNOWN_ORGANISATIONS[given]
            return self.run.party(Party(local, name, "organisation")), name
        state = self.run.state(given)
        if state is None:
            message = "is neither a state nor a donor known here; add it to kiel_words.py"
            raise UnreadableCellError("donor", given, message)
        known = self.run.vocabulary.states
        return state, next((name for name in known if name.casefold() == given.casefold()), given)


class _Package:
    """The package of aid that a row is about, and what the row says of it."""

    def __init__(
        self,
        sheet: Sheet,
        entry: Entry,
        donor: tuple[NamedNode, str],
        bought_in: Sequence[NamedNode],
    ) -> None:
        self.sheet = sheet
        self.entry = entry
        self.line = entry.line
        self.donor, self.donor_name = donor
        self.bought_in = bought_in
        what = f"{entry.aid} aid{' pledged' if entry.is_commitment else ''} to Ukraine"
        label = f"{self.donor_name}: {what}, {entry.given_id}"
        self.tie = sheet.run.open(f"agreement/{entry.name}", label)
        if entry.is_commitment:
            sheet.committed.setdefault(self.line.given("activity_id"), self.tie)
        sheet.sums[entry.name] += any(entry.amount())
        self.item = self._item()

    def state(self) -> None:
        """State the package, what was announced of it, its value, estimates and deliveries."""
        line = self.line
        sources = [self.sheet.kiel, *map(self._page, self.entry.cited)]
        grade = "2" if line.is_marked("official_source_dummy") else None
        value = kiel_sums.announced(self.tie, self.entry, self._scope)
        worked_out = kiel_sums.estimates(self.tie, self.entry, self.item, self._scope)
        stated = [
            self._claim(
                self._package(), sources, grade, self.entry.announced,
                package_note(line, self.entry.announced, self.entry.unaddressed),
            ),
            self._claim(self._goods(), sources, grade, self.entry.announced, goods_note(line)),
            self._claim(value, sources, grade, self.sheet.day or self.entry.announced),
            self._state_delivery(),
            self._claim(worked_out, [self.sheet.kiel], "3", self.sheet.day),
        ]  # fmt: skip
        self.sheet.run.merged += not any(stated)

    def _claim(
        self,
        facts: Iterable[Fact],
        sources: Sequence[NamedNode],
        grade: str | None,
        said: Literal | None,
        note: str | None = None,
    ) -> bool:
        """State a claim, and tell whether it is news: rows of a package repeat one another."""
        content = (tuple(facts), tuple(sources), grade, said, note)
        if content in self.sheet.stated:
            return False
        self.sheet.stated.add(content)
        made = self.sheet.run.claim(
            self.tie, content[0], sources, row=self.line.number, credibility=grade,
            said=said, note=note,
        )  # fmt: skip
        return made is not None

    def _item(self) -> str:
        """Return the item's name; the second row on the same item in a package is its lot 2."""
        item = self.line.words("item")
        if not item:
            return ""
        self.sheet.lots[self.entry.name, item] += 1
        lot = self.sheet.lots[self.entry.name, item]
        return item if lot == 1 else f"{item} (lot {lot})"

    def _package(self) -> Iterator[Fact]:
        """Yield what holds of the package whole: its kind, its day, who gives, which way."""
        tie, line = self.tie, self.line
        bought = self.entry.aid == "military" and self.sheet.is_bought
        kind = "donor-funded-procurement" if bought else "loan-or-grant"
        yield tie, HBK.kind, code("agreement-kind", kind)
        yield tie, HBK.status, code("status", "announced")
        when = self.entry.announced or self.entry.spanned
        if when is not None and when == self.sheet.days.setdefault(self.entry.name, when):
            yield tie, HBK.announced, when
        yield from parts.participation(tie, self.donor, code("role", "funder"))
        yield from parts.participation(tie, _UKRAINE, code("role", "beneficiary"))
        yield from self._channels()
        whole = self.sheet.committed.get(line.given("activity_id"), tie)
        if whole != tie:
            yield tie, HBK.partOf, whole

    def _goods(self) -> Iterator[Fact]:
        """Yield what the row says of one thing in the package: what, how many, by whom, where."""
        tie, line = self.tie, self.line
        for supplier in self._suppliers():
            yield from parts.participation(tie, supplier, code("role", "supplier"))
        if item := line.words("item"):
            yield tie, HBK.productName, Literal(item)
        if found := category(line.words("item_sub_type"), line.words("item_type")):
            yield tie, HBK.category, code("product-category", found)
        yield from kiel_sums.quantity(tie, self.entry, "item_numb", self.item or _UNNAMED)
        yield from self._sites()

    def _suppliers(self) -> Iterator[NamedNode]:
        """Yield the contractors: firms by name, never merged by it, or one that is undisclosed."""
        for name in names(self.line.given("procurement_contractor")):
            if name.casefold() in UNDISCLOSED:
                yield self._unnamed("contractor", "unnamed contractor", name)
            else:
                local = f"kiel-{slug(name) or digest(name)}"
                yield self.sheet.run.party(Party(local, name))

    def _channels(self) -> Iterator[Fact]:
        """Yield the way the aid goes: an organisation takes part, a joint fund is a wider tie."""
        for name in names(self.line.words("channel")):
            local = f"kiel-{slug(name) or digest(name)}"
            if name in UNNAMED_CHANNELS:
                agent = self._unnamed("channel", f"unnamed {name}", name)
            elif name in ORGANISATIONS:
                local, label = KNOWN_ORGANISATIONS.get(name, (local, name))
                agent = self.sheet.run.party(Party(local, label, "organisation"))
            else:
                yield self.tie, HBK.partOf, self.sheet.run.open(f"programme/{local}", name)
                continue
            yield from parts.participation(self.tie, agent, code("role", "participant"))

    def _unnamed(self, what: str, label: str, given: str) -> NamedNode:
        told = f"The tracker says “{given}” for the {what} and names nobody."
        return self.sheet.run.open(
            f"undisclosed/{self.entry.name}-{what}",
            f"{label} of {self.donor_name}, {self.entry.given_id}",
            more=[
                (HBK.undisclosedReason, code("reason-undisclosed", "unknown")),
                (HBK.undisclosedNote, Literal(told)),
            ],
        )

    def _sites(self) -> Iterator[Fact]:
        """Yield where the goods are bought, and where in Ukraine the aid is put to work."""
        for state in self.bought_in:
            yield from parts.site(self.tie, state)
        for place in names(self.line.words("location")):
            yield from parts.site(self.tie, _UKRAINE, place)

    def _scope(self, what: str) -> str | None:
        """Return what a sum covers: one that adds to another says its day and for which year."""
        number = self.sheet.sums[self.entry.name]
        if number <= 1:
            return what or None
        day = self.entry.announced
        when = day.value if day else self.line.words("announcement_date")
        year = self.line.words("earmarked_year")
        told = f"further sum no. {number}, {when}" + (f", for {year}" if year else "")
        return f"{told}; {what}" if what else told

    def _state_delivery(self) -> bool:
        """State how many were handed over, by the source that the row gives for that."""
        unit = f"{self.item or _UNNAMED}, delivered"
        facts = kiel_sums.quantity(self.tie, self.entry, "item_numb_deliv", unit)
        if not facts:
            return False
        pages, _ = self.entry.pages(["deliv_source"])
        grade = "2" if self.line.is_marked("deliv_official_source_dummy") else None
        sources = [self.sheet.kiel, *map(self._page, pages)]
        return self._claim(facts, sources, grade, self.sheet.day)

    def _page(self, address: str) -> NamedNode:
        return self.sheet.run.source(address, publisher=publisher(address))
