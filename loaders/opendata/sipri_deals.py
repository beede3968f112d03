"""A deal of SIPRI's register as claims: who delivers what to whom, how many, since when."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import Literal, NamedNode

from hauberk.graph.spool import Counts
from hauberk.graph.terms import Fact, decimal, partial_date
from hauberk.loaders import parts
from hauberk.loaders.opendata.parties import Party
from hauberk.loaders.opendata.run import Run
from hauberk.loaders.opendata.sipri_comments import EUROPEAN_UNION, Remarks, remarks
from hauberk.loaders.opendata.sipri_products import category
from hauberk.loaders.opendata.sipri_text import Broken
from hauberk.ontology.names import HBK, code, digest, dossier, slug

_KNOWN_ORGANISATIONS: Final = {"European Union": EUROPEAN_UNION, "NATO": "organisation/nato"}
"""Organisations that have a dossier of their own under the same name."""
_POSSIBLY_TRUE: Final = "3"
_MOST_NOTE: Final = 1000
_CONDITIONS: Final = {
    "new": "",
    "second hand": "Second-hand.",
    "second hand but modernized": "Second-hand, modernized before delivery.",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A number or year, and whether SIPRI marks it as uncertain."""

    text: str
    estimated: bool = False


@dataclass(slots=True)
class Deal:
    """A deal as the register has it, whichever the form of the file."""

    key: str
    """What the register knows it by, or a digest of what tells it from others."""
    row: int
    supplier: str
    recipient: str
    designation: str
    description: str
    armament: str = ""
    ordered: Told | None = None
    number: Told | None = None
    delivered: Told | None = None
    years: list[Told] = field(default_factory=list)
    """The years of delivery that are known one by one."""
    span: str = ""
    """The years of delivery in the register's words, where they are several."""
    yearly: list[tuple[str, Told]] = field(default_factory=list)
    """How many were delivered in which year, where that is known."""
    condition: str = "New"
    comments: str = ""
    is_licensed: bool = False
    """The file itself, and not a comment, says that it is made in the recipient's country."""


@dataclass(slots=True)
class _Facts:
    """What is told for certain, and what as an estimate."""

    firm: list[Fact] = field(default_factory=list)
    estimated: list[Fact] = field(default_factory=list)

    def add(self, facts: Sequence[Fact], *, estimated: bool = False) -> None:
        (self.estimated if estimated else self.firm).extend(facts)


def some(told: Told) -> Told | None:
    """Return what is told, or None for nothing and for zero, which SIPRI writes for nothing."""
    return told if told.text.strip("0.") else None


def deal_key(recipient: str, supplier: str, ordered: str, designation: str, twins: Counts) -> str:
    """Return what a deal without a number is known by: a digest, and which of its equals it is."""
    name = digest("\n".join((recipient, supplier, ordered, designation)))
    count = twins.add(name)
    return f"legacy-{name}" + (f"-{count}" if count > 1 else "")


def condition(given: str) -> str:
    """Return the words for a deal's condition; raises Broken where it is none of SIPRI's."""
    words = _CONDITIONS.get(given.strip().casefold().replace("-", " "))
    if words is None:
        raise Broken("status", given, "is none of New, Second hand, Second hand but modernized")
    return words


def party(run: Run, name: str, side: str) -> NamedNode | None:
    """Return the state or organisation that *name* means, or None where SIPRI knows it not.

    Raises Broken for armed groups, which SIPRI marks with one asterisk: the model has no class
    for them. So it does for names of no state of ISO 3166, past or present.
    """
    if name.casefold().startswith("unknown"):
        return None
    if name.endswith("**"):
        return _organisation(run, name.rstrip("* "))
    if name.endswith("*"):
        raise Broken(side, name, "is an armed group, which is no party that is modelled here")
    state = run.state(name)
    if state is None:
        raise Broken(side, name, "is no state of ISO 3166, past or present")
    return state


def _organisation(run: Run, name: str) -> NamedNode:
    local = _KNOWN_ORGANISATIONS.get(name, f"organisation/sipri-{slug(name)}")
    return run.party(Party(local.partition("/")[2], name, "organisation"))


def tell(run: Run, deal: Deal, said: Literal | None) -> None:
    """State a deal; raises Broken, having stated nothing, where it cannot be read."""
    manner = condition(deal.condition)
    supplier = party(run, deal.supplier, "supplier")
    recipient = party(run, deal.recipient, "recipient")
    held = remarks(deal.comments)
    if deal.is_licensed and recipient is not None:
        held.licence, held.wholly = recipient, True
    about = run.open(f"agreement/sipri-{deal.key}", _label(deal, held))
    facts = _Facts()
    supplying = supplier or _undisclosed(run, deal, "supplier")
    receiving = recipient or _undisclosed(run, deal, "recipient")
    _parties(run, facts, about, supplying, receiving, held)
    _product(facts, about, deal, held)
    _course(facts, about, deal, held)
    if held.amount:
        facts.add(parts.value(about, decimal(held.amount), _qualifier(estimated=False),
                              held.currency))  # fmt: skip
    if kind := _kind(held, supplying):
        facts.add([(about, HBK.kind, code("agreement-kind", kind))])
    modality = "expected" if held.is_unsigned else "reported"
    source = run.source()
    run.claim(about, facts.firm, source, row=deal.row, modality=modality, said=said,
              note=_note(deal, manner))  # fmt: skip
    run.claim(about, facts.estimated, source, row=deal.row, modality=modality, said=said,
              credibility=_POSSIBLY_TRUE)  # fmt: skip


def _label(deal: Deal, held: Remarks) -> str:
    what = deal.designation or deal.description
    if deal.designation and deal.description and deal.description != deal.designation:
        what = f"{deal.designation} ({deal.description})"
    year = f", ordered {deal.ordered.text}" if deal.ordered and not held.is_unsigned else ""
    return f"{what}: {deal.supplier} to {deal.recipient}{year}"


def _undisclosed(run: Run, deal: Deal, side: str) -> NamedNode:
    """Open the dossier of a party that SIPRI does not know: one for each deal, which may differ."""
    return run.open(
        f"undisclosed/sipri-{deal.key}-{side}",
        f"unknown {side} of {deal.designation or deal.description}",
        more=[
            (HBK.undisclosedReason, code("reason-undisclosed", "unknown")),
            (HBK.undisclosedNote, Literal(f"SIPRI's register lists the {side} as unknown.")),
        ],
    )


def _parties(  # noqa: PLR0913, PLR0917
    run: Run,
    facts: _Facts,
    about: NamedNode,
    supplier: NamedNode,
    recipient: NamedNode,
    held: Remarks,
) -> None:
    doubted = held.doubts_supplier
    if held.licence is None or not held.wholly:
        facts.add(parts.participation(about, supplier, code("role", "supplier")), estimated=doubted)
    if held.licence is not None:
        facts.add(parts.participation(about, supplier, code("role", "licensor")), estimated=doubted)
        facts.add(parts.site(about, held.licence))
    role = code("role", "beneficiary") if held.is_gift else code("role", "customer")
    facts.add(parts.participation(about, recipient, role))
    for funder in held.funders:
        if funder == dossier(EUROPEAN_UNION):
            _organisation(run, "European Union")
        facts.add(parts.participation(about, funder, code("role", "funder")))


def _product(facts: _Facts, about: NamedNode, deal: Deal, held: Remarks) -> None:
    if deal.designation:
        name: Fact = (about, HBK.productName, Literal(deal.designation))
        facts.add([name], estimated=held.doubts_designation)
    if found := category(deal.description or deal.designation, deal.armament):
        facts.add([(about, HBK.category, found)])


def _course(facts: _Facts, about: NamedNode, deal: Deal, held: Remarks) -> None:
    """Add when it was ordered and delivered, and how many."""
    unit = deal.description or deal.designation
    ordered, number, delivered = deal.ordered, deal.number, deal.delivered
    if ordered and not held.is_unsigned:
        day: Fact = (about, HBK.signed, partial_date(ordered.text))
        facts.add([day], estimated=ordered.estimated)
    if number:
        facts.add(_quantity(about, number, unit), estimated=number.estimated)
    if delivered:
        facts.add(_quantity(about, delivered, f"{unit}, delivered"), estimated=delivered.estimated)
    for year, some in deal.yearly:
        facts.add(_quantity(about, some, f"{unit}, delivered in {year}"), estimated=some.estimated)
    if deal.years:
        first = min(deal.years, key=lambda told: told.text)
        handed: Fact = (about, HBK.delivered, partial_date(first.text))
        facts.add([handed], estimated=first.estimated)
    if number and delivered and float(delivered.text) >= float(number.text):
        done: Fact = (about, HBK.status, code("status", "delivered"))
        facts.add([done], estimated=number.estimated or delivered.estimated)
    elif number and not delivered and not held.is_unsigned:
        facts.add([(about, HBK.status, code("status", "signed"))])


def _qualifier(*, estimated: bool) -> NamedNode:
    return code("value-qualifier", "approx") if estimated else code("value-qualifier", "exact")


def _quantity(about: NamedNode, told: Told, unit: str) -> list[Fact]:
    return parts.quantity(about, decimal(told.text), _qualifier(estimated=told.estimated), unit)


def _kind(held: Remarks, supplier: NamedNode) -> str:
    """Return the kind of agreement where the comment leaves no doubt, or nothing."""
    if held.licence is not None and held.wholly:
        return "licensed-production"
    if held.is_gift or supplier in held.funders:
        return "loan-or-grant"
    if held.funders:
        return "donor-funded-procurement"
    return "supply-contract" if held.amount else ""


def _note(deal: Deal, manner: str) -> str | None:
    said = [manner] if manner else []
    if deal.span:
        said.append(f"Years of delivery: {deal.span}.")
    if comment := deal.comments.strip():
        said.append(f"Comment in the register: {comment}")
    return " ".join(said)[:_MOST_NOTE] or None
