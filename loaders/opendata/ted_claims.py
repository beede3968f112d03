"""What a notice says, as claims of its buyer: one agreement for each contract or awarded lot."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pyoxigraph import Literal, NamedNode

from hauberk.graph.terms import Fact, partial_date
from hauberk.loaders import parts
from hauberk.loaders.opendata.run import Run
from hauberk.loaders.opendata.ted_deals import NOTHING, Deal, calls_of, deals_of, says_nothing
from hauberk.loaders.opendata.ted_model import Notice
from hauberk.loaders.opendata.ted_parties import Broken, Parties
from hauberk.loaders.opendata.ted_remarks import notes_on, notes_on_hidden, notes_on_law
from hauberk.loaders.opendata.ted_values import (
    framework_values,
    is_whole,
    notice_values,
    tender_values,
)
from hauberk.loaders.opendata.ted_words import (
    FRAMEWORKS,
    WINNER,
    category_of,
    kind_of,
)
from hauberk.ontology.names import HBK, code, dossier, slug

_LONGEST_TITLE: Final = 500
_WHOLE: Final = "whole notice"


def tell(run: Run, of: Notice, number: int | None = None) -> None:
    """State what a notice says; *number* is its place in an archive.

    Each contract is a record, and so is each lot that no contract covers. A bad one is rejected.
    """
    try:
        teller = _Teller(run, of, number)
    except Broken as exc:
        run.records += 1
        run.reject(number or 1, exc.field, exc.value, exc.reason)
        return
    found = list(calls_of(of) if of.calls_for_subcontractors else deals_of(of))
    if not found:
        run.records += 1
        run.reject(number or 1, "NoticeResult", of.id, "tells of no lot and no contract")
    deals = []
    for deal in found:
        run.records += 1
        if why := says_nothing(deal, of):
            what = next((each.code for each in deal.results), "")
            run.reject(number or deal.line, deal.id, what, why)
        else:
            deals.append(deal)
    if len(deals) > 1:
        teller.tell_whole()
    for deal in deals:
        try:
            teller.tell(deal, is_only=len(deals) == 1)
        except Broken as exc:
            run.reject(number or deal.line, f"{deal.id} {exc.field}", exc.value, exc.reason)


class _Teller:
    def __init__(self, run: Run, of: Notice, number: int | None) -> None:
        self.run = run
        self.of = of
        self.number = number
        self.parties = Parties(run, of)
        if not of.buyers:
            raise Broken("ContractingParty", of.id, "the notice names no buyer")
        self.said = _date("IssueDate", of.day) if of.day else None
        if self.said is not None:
            run.day = max(run.day, self.said.value)
        self._owners: set[str] = set()
        self._whole: NamedNode | None = None

    def tell(self, deal: Deal, *, is_only: bool) -> None:
        """State a deal; raises Broken, having stated nothing of it, where it cannot be read."""
        of, run = self.of, self.run
        name = self._name(deal.id)
        about = run.parties.decisions.get(dossier(name), dossier(name))
        notes = list(notes_on(self.of, deal))
        facts = [*tender_values(self.of, about, deal), *framework_values(about, deal)]
        if is_only:
            if not is_whole(deal, of):
                facts += notice_values(self.of, about, _WHOLE)
            notes += notes_on_hidden(self.of)
        facts += self._dates(about, deal, notes) + self._nature(about, deal)
        facts += self._sites(about, deal, notes) + self._amendments(about, notes)
        taking, winners = self._participations(about, deal, notes)
        facts += taking
        if self._whole is not None:
            facts.append((about, HBK.partOf, self._whole))
        self._open(name, self._label(deal, winners), deal)
        self._claim(about, facts, deal.line, " ".join(dict.fromkeys(notes)))
        for id_ in winners:
            if id_ not in self._owners:
                self._owners.add(id_)
                by = self.parties.organisation(of.buyers[0])
                self.parties.tell_owners(id_, self.said, by, self.number or deal.line)

    def tell_whole(self) -> None:
        """State what is said of all contracts of the notice together: an agreement they belong to.

        Its sum is no sum of theirs: some can be withheld, and some have a value without a sum.
        """
        try:
            name = self._name("")
            about = self.run.parties.decisions.get(dossier(name), dossier(name))
            facts = notice_values(self.of, about, None)
            for buyer in self._buyers():
                facts += parts.participation(about, buyer, code("role", "customer"))
            facts += self._nature(about, replace(NOTHING, lots=(self.of.whole,)))
            notes = [*notes_on_hidden(self.of), *notes_on_law(self.of)]
        except Broken as exc:
            self.run.reject(self.number or 1, exc.field, exc.value, exc.reason)
            return
        label = f"Award of {self.parties.name(self.of.buyers[0])}, TED {self._shown()}"
        self._open(name, label, replace(NOTHING, lots=(self.of.whole,)))
        self._claim(about, facts, self.of.whole.line, " ".join(notes))
        self._whole = about

    # -- Dossier and claim -------------------------------------------------------------

    def _name(self, id_: str) -> str:
        name = f"agreement/{self.parties.key}"
        return f"{name}-{slug(id_)}" if id_ else name

    def _shown(self) -> str:
        return self.of.published or self.of.id

    def _label(self, deal: Deal, winners: Sequence[str]) -> str:
        buyer = self.parties.name(self.of.buyers[0])
        if self.of.calls_for_subcontractors:
            return f"Subcontract sought by {buyer}, TED {self._shown()}, {deal.id}"
        who = " and ".join(self.parties.name(id_) for id_ in winners[:3]) or "a withheld winner"
        who += f" and {len(winners) - 3} more" if len(winners) > 3 else ""  # noqa: PLR2004
        return f"{who} for {buyer}, TED {self._shown()}, {deal.id}"

    def _open(self, name: str, label: str, deal: Deal) -> None:
        titles = [deal.contract.title if deal.contract else "", self.of.whole.title]
        if len(deal.lots) == 1:
            titles.append(deal.lots[0].title)
        aliases = [each for each in titles if each and len(each) <= _LONGEST_TITLE]
        self.run.open(name, label, aliases=aliases)

    def _claim(self, about: NamedNode, facts: Sequence[Fact], line: int, note: str) -> None:
        planned = self.of.form in {"dir-awa-pre", "subco"}
        self.run.claim(
            about,
            facts,
            self.parties.page(),
            row=self.number or line,
            modality="expected" if planned else "confirmed",
            credibility="2",
            by=self.parties.organisation(self.of.buyers[0]),
            said=self.said,
            note=note or None,
        )

    # -- Facts -------------------------------------------------------------------------

    def _buyers(self) -> list[NamedNode]:
        return [self.parties.organisation(id_) for id_ in self.of.buyers]

    def _participations(
        self, about: NamedNode, deal: Deal, notes: list[str]
    ) -> tuple[list[Fact], list[str]]:
        """Return who takes part in which role, and the ids of the winners that are named.

        Raises Broken where one is no organisation of the notice, before any is opened.
        """
        found = [(id_, "customer") for id_ in self.of.buyers]
        hidden = [each for one in deal.results for each in one.withheld if each.field == WINNER]
        winners: list[str] = []
        for tender in deal.tenders if not hidden else ():
            group = self.of.groups.get(tender.party)
            if group is None or not group.members:
                raise Broken("TenderingParty", tender.party, "is no tendering party of the notice")
            winners += group.members
            found += [(id_, "supplier") for id_ in group.members]
            found += [(id_, "lead") for id_ in group.leaders]
            found += [(id_, "participant") for id_ in group.subcontractors]
            if group.subcontractors:
                names = ", ".join(map(self.parties.name, group.subcontractors))
                notes.append(f"Subcontractor: {names.rstrip('.')}.")
        found += [(id_, "funder") for result in deal.results for id_ in result.funders]
        for id_, _ in found:
            self.parties.must_have(id_)
        agents = [(self.parties.organisation(id_), role) for id_, role in dict.fromkeys(found)]
        if hidden:
            who = f"winner of {deal.id}"
            nobody = self.parties.withheld(f"{slug(deal.id)}-winner", who, hidden)
            agents.append((nobody, "supplier"))
        facts: list[Fact] = []
        for agent, role in dict.fromkeys(agents):
            facts += parts.participation(about, agent, code("role", role))
        return facts, list(dict.fromkeys(winners))

    def _dates(self, about: NamedNode, deal: Deal, notes: list[str]) -> list[Fact]:
        status = "announced"
        facts: list[Fact] = []
        if deal.contract and deal.contract.signed and self.of.form != "dir-awa-pre":
            facts.append((about, HBK.signed, _date("IssueDate", deal.contract.signed)))
            status = "signed"
        if deal.contract and deal.contract.awarded:
            awarded = _date("AwardDate", deal.contract.awarded).value
            notes.append(f"Winner chosen on {awarded}.")
        facts.append((about, HBK.status, code("status", status)))
        return facts

    def _nature(self, about: NamedNode, deal: Deal) -> list[Fact]:
        facts: list[Fact] = []
        lots = deal.lots or (self.of.whole,)
        is_framework = any(lot.framework in FRAMEWORKS for lot in lots)
        cpv = next((lot.cpv for lot in lots if lot.cpv), self.of.whole.cpv)
        nature = next((lot.nature for lot in lots if lot.nature), self.of.whole.nature)
        if kind := kind_of(cpv, nature, is_framework=is_framework):
            facts.append((about, HBK.kind, code("agreement-kind", kind)))
        codes = [each.cpv for each in lots if each.cpv] or [self.of.whole.cpv]
        categories = dict.fromkeys(filter(None, map(category_of, codes)))
        facts += [(about, HBK.category, code("product-category", each)) for each in categories]
        return facts

    def _sites(self, about: NamedNode, deal: Deal, notes: list[str]) -> list[Fact]:
        facts: list[Fact] = []
        for lot in deal.lots:
            for given, town in lot.sites:
                state = self.run.state(given) if given else None
                if state is not None:
                    facts += parts.site(about, state, town or None)
                elif given:
                    notes.append(f"Place in the notice, of no state known here: {given}.")
        return list(dict.fromkeys(facts))

    def _amendments(self, about: NamedNode, notes: list[str]) -> list[Fact]:
        """Return which contract of an earlier notice this one changes, where that is known here."""
        facts: list[Fact] = []
        for former, section, why in self.of.amends:
            earlier = former.rpartition("-")[0] if former.count("-") > 4 else former  # noqa: PLR2004
            node = dossier(f"agreement/ted-{slug(earlier)}-{slug(section)}")
            held = self.run.parties.held
            if section and held is not None and held.is_known(node):
                facts.append((about, HBK.amends, node))
            note = f"Changes {section or 'a contract'} of notice {former}"
            notes.append(note + (f", for the reason “{why}”." if why else "."))
        return facts


def _date(field: str, given: str) -> Literal:
    try:
        return partial_date(given)
    except ValueError:
        raise Broken(field, given, "is no day of the calendar") from None
