"""The quality of what is held: how much rests on one source, lacks a grade, date or check."""

from collections.abc import Iterable

import msgspec
from pyoxigraph import Literal, NamedNode

from hauberk.graph.claims import CURRENT
from hauberk.graph.holdings import Holdings
from hauberk.graph.terms import earliest
from hauberk.ontology.names import DCTERMS, HBK, RDF

_DATES = (HBK.announced, HBK.signed, HBK.approved, HBK.started, HBK.delivered, HBK.ended)


class Share(msgspec.Struct, frozen=True):
    """So many of so many things."""

    count: int
    of: int

    @property
    def percent(self) -> float:
        """The share in percent; none of none is 0."""
        return 100 * self.count / self.of if self.of else 0.0


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """Shares of the ties, claims and sources held that a curator should look at."""

    ties_single_sourced: Share
    ties_undated: Share
    ties_without_status: Share
    claims_ungraded: Share
    claims_undated: Share
    claims_unchecked: Share
    claims_sought_in_vain: Share
    sources_ungraded: Share
    dossiers_contested: Share


def quality(held: Holdings, since: str) -> Quality:
    """Return the quality of what *held* holds; a claim last checked before *since* is unchecked.

    A tie is single-sourced where the live claims about it, other than hedged ones, cite one
    source; undated where no date of it is accepted.
    """
    ties = held.subjects(RDF.type, HBK.Tie)
    claims = held.subjects(RDF.type, HBK.Claim)
    sources = held.subjects(RDF.type, HBK.Source)
    contested = {
        q.subject for q in held.store.quads_for_pattern(None, HBK.contestedIn, None, CURRENT)
    }

    def lacking(nodes: Iterable[NamedNode], *predicates: NamedNode) -> int:
        return sum(all(held.object_of(node, p) is None for p in predicates) for node in nodes)

    def checked(claim: NamedNode) -> bool:
        day = held.object_of(claim, HBK.checked)
        return isinstance(day, Literal) and earliest(day) >= since

    return Quality(
        ties_single_sourced=Share(sum(_sources(held, tie) == 1 for tie in ties), len(ties)),
        ties_undated=Share(lacking(ties, *_DATES), len(ties)),
        ties_without_status=Share(lacking(ties, HBK.status), len(ties)),
        claims_ungraded=Share(lacking(claims, HBK.credibility), len(claims)),
        claims_undated=Share(lacking(claims, DCTERMS.issued), len(claims)),
        claims_unchecked=Share(sum(not checked(claim) for claim in claims), len(claims)),
        claims_sought_in_vain=Share(
            sum(held.object_of(claim, HBK.sought) is not None for claim in claims), len(claims)
        ),
        sources_ungraded=Share(lacking(sources, HBK.reliability), len(sources)),
        dossiers_contested=Share(len(contested), len(held.dossiers())),
    )


def _sources(held: Holdings, tie: NamedNode) -> int:
    """Return how many sources affirm something of a tie, confirmed or reported."""
    firm = {"confirmed", "reported"}
    return len(
        {
            source
            for statement in held.statements(tie)
            if statement.facts and not statement.denies and statement.modality
            and statement.modality.value.rpartition("/")[2] in firm
            for source in statement.sources
        }
    )  # fmt: skip
