"""What records of the Funding & Tenders portal say, as claims of the European Commission."""

from collections.abc import Sequence
from typing import Final

from pyoxigraph import Literal, NamedNode

from hauberk.graph.spool import Counts, Index
from hauberk.graph.terms import Fact
from hauberk.loaders import parts
from hauberk.loaders.opendata.edf_names import changes, folded
from hauberk.loaders.opendata.edf_records import Participant, Project, amount, day
from hauberk.loaders.opendata.edf_words import (
    FUNDS,
    SAY_ENOUGH,
    STATUSES,
    fund_of,
    kind_of,
    role_of,
)
from hauberk.loaders.opendata.parties import Party
from hauberk.loaders.opendata.run import Run
from hauberk.ontology.names import HBK, code, digest, dossier, slug

CREDIBILITY: Final = "2"
"""The Commission speaks of grants that it gives itself; nothing else is compared with it."""
_BUDGET: Final = "whole budget"
_GRANT: Final = "part of the Union"


_Name = tuple[NamedNode, str, int, list[tuple[str, str]]]
"""An organisation, its name and the row it stands in, and what other files call it, and when."""


class Book:
    """States what the records of one file say."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._shares = Counts()
        self._names: Index[_Name | None] = Index()
        self._groups = Counts()
        self._topics: set[NamedNode] = set()

    # -- Projects ----------------------------------------------------------------------

    def project(self, found: Project, row: int) -> None:
        """State what a project's record says of the whole."""
        told = found.told
        money = [
            (_GRANT, amount("euContributionAmount", told.get("contribution", ""))),
            (_BUDGET, amount("overallBudget", told.get("budget", ""))),
        ]
        about, source = self.open(found), self.source(found)
        commission = self._commission()
        _, kind = FUNDS[fund_of(found.topic)]
        facts: list[Fact] = [(about, HBK.kind, code("agreement-kind", kind))]
        notes = [f"Type of action: {told['action']}."] if told.get("action") else []
        status = told.get("status", "")
        if known := STATUSES.get(status.casefold()):
            facts.append((about, HBK.status, code("status", known)))
        elif status:
            notes.append(f"Status in the portal: {status}.")
        coming: list[Fact] = []
        for name, given in (("signed", HBK.signed), ("started", HBK.started), ("ended", HBK.ended)):
            when = day(told.get(name, ""))
            if when is not None:
                over = name != "ended" or known == "completed"
                past = when.value <= found.day.value if found.day else over
                (facts if past else coming).append((about, given, when))
            elif told.get(name):
                notes.append(f"Date {name} in the portal: {told[name]}.")
        for scope, sum_ in money:
            if sum_ is not None:
                exact = code("value-qualifier", "exact")
                facts += parts.value(about, sum_, exact, "EUR", scope)
        facts += parts.participation(about, commission, code("role", "funder"))
        if found.topic:
            facts.append((about, HBK.partOf, self._topic(found, row)))
        note = " ".join(notes) or None
        self._claim(about, facts, source, row, found.day, note=note)
        self._claim(about, coming, source, row, found.day, modality="expected")

    def open(self, found: Project) -> NamedNode:
        """Open the dossier of a project."""
        acronym = found.acronym or found.title
        label = f"{acronym}, " if acronym else ""
        label += f"{fund_of(found.topic)} project {found.number}"
        aliases = [name for name in (found.acronym, found.title) if name]
        return self.run.open(f"agreement/edf-{found.number}", label, aliases=aliases)

    def source(self, found: Project) -> NamedNode:
        """Describe a project's page in the portal, as fact files do too."""
        title = f"{found.acronym or found.title or 'A project'}, project {found.number}"
        return self.run.source(found.page, title=title, language="en")

    def _commission(self) -> NamedNode:
        party = Party("european-commission", "European Commission", "organisation")
        return self.run.party(party)

    def _topic(self, found: Project, row: int) -> NamedNode:
        """Open the topic that a project was chosen under: a part of its instrument."""
        fund = fund_of(found.topic)
        name, label = f"programme/edf-topic-{slug(found.topic)}", f"{found.topic}, {fund} topic"
        about = self.run.open(name, label, aliases=[found.topic])
        if about in self._topics:
            return about
        self._topics.add(about)
        facts = [
            (about, HBK.kind, code("agreement-kind", "programme")),
            *parts.participation(about, self._commission(), code("role", "funder")),
        ]
        instrument = dossier(FUNDS[fund][0])
        held = self.run.parties.held
        if held is not None and held.is_known(instrument):
            facts.append((about, HBK.partOf, instrument))
        self._claim(about, facts, self.run.source(language="en"), row, None)
        return about

    # -- Participations ----------------------------------------------------------------

    def participant(self, found: Participant, of: Project, row: int) -> None:
        """State who takes part in a project, in which role, with how much of the grant."""
        role = role_of(found)
        self._participant(found, role, self.open(of), self.source(of), row, of.day)

    def unnumbered(self, group: Sequence[tuple[int, Participant]]) -> None:
        """State the participations of a project whose number the file does not hold.

        It is known by who takes part in it, and, of several with the same participants, by its
        place among them, so that reading the file again meets it.
        """
        leads = [one.name for _, one in group if one.role == "coordinator"]
        pics = " ".join(sorted(one.pic for _, one in group))
        name = f"agreement/edf-unnumbered-{digest(pics)[:12]}"
        count = self._groups.add(name)
        if count > 1:
            name += f"-{count}"
        label = f"European Defence Fund project of {leads[0] if leads else group[0][1].name}"
        if len(group) > 1:
            label += f" and {len(group) - 1} others"
        why = "Its number and name are not in the file that tells of it."
        about = self.run.open(name, label, description=why)
        source = self.run.source(language="en")
        for row, found in group:
            self._participant(found, role_of(found), about, source, row, None)

    def _participant(  # noqa: PLR0913, PLR0917
        self,
        found: Participant,
        role: str,
        about: NamedNode,
        source: NamedNode,
        row: int,
        when: Literal | None,
    ) -> None:
        state = self.run.state(found.country) if found.country else None
        agent = self.run.party(
            Party(f"pic-{found.pic}", found.name, kind_of(found), state, {"pic": found.pic})
        )
        facts = parts.participation(about, agent, code("role", role))
        if found.contribution is not None:
            exact = code("value-qualifier", "exact")
            scope = self._scope(about, found.pic)
            facts += parts.value(about, found.contribution, exact, "EUR", scope)
        notes = []
        if found.role not in SAY_ENOUGH:
            notes.append(f"Role in the portal: {found.role}.")
        if found.status and found.status != "Active":
            notes.append(f"Status of the participation in the portal: {found.status}.")
        if found.country and state is None:
            notes.append(f"State in the portal, unknown here: {found.country}.")
        self._claim(about, facts, source, row, when, note=" ".join(notes) or None)
        if when is not None:
            self._note_name(found, agent, row)

    def _scope(self, about: NamedNode, pic: str) -> str:
        """Return what a participant's share of the grant is known by.

        That is its PIC, which outlives its name, so that a later sum takes the place of an
        earlier one. Who stands twice in a project, as two others' third party, has two shares.
        """
        count = self._shares.add(f"{about.value} {pic}")
        return f"{_GRANT} to PIC {pic}" + (f", entry {count}" if count > 1 else "")

    def _note_name(self, found: Participant, agent: NamedNode, row: int) -> None:
        """Keep what is needed to tell of a change of name once the file is read."""
        if found.pic in self._names:
            return
        url = self.run.provider.url
        others = [
            (naming.name, naming.day)
            for naming in self.run.parties.namings(agent)
            if naming.source == url and naming.day
        ]
        differ = any(folded(name) != folded(found.name) for name, _ in others)
        self._names[found.pic] = (agent, found.name, row, others) if differ else None

    def close(self) -> None:
        """State the changes of name, where other files of the portal, of other days, tell others.

        Whichever file is read last tells of it, and each would tell the same.
        """
        today, source = self.run.day, self.run.source(language="en")
        for agent, name, row, others in filter(None, self._names.values()):
            for former, new, before, after in changes([(name, today), *others]):
                if folded(name) in {folded(former), folded(new)}:
                    note = (
                        f"The portal's records of {before} still have the former name, those of"
                        f" {after} the new one, under the same PIC."
                    )
                    facts = parts.renaming(agent, former, new)
                    when = day(after)
                    self._claim(agent, facts, source, row, when, modality="reported", note=note)

    def _claim(  # noqa: PLR0913
        self,
        about: NamedNode,
        facts: Sequence[Fact],
        source: NamedNode,
        row: int,
        said: Literal | None,
        *,
        modality: str = "confirmed",
        note: str | None = None,
    ) -> None:
        if said is not None:
            self.run.day = max(self.run.day, said.value)
        self.run.claim(
            about,
            facts,
            source,
            row=row,
            modality=modality,
            credibility=CREDIBILITY,
            by=self._commission(),
            said=said,
            note=note,
        )
