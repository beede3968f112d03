"""From claims to what is accepted: the rule's promises, on many made-up histories."""

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad
from pyoxigraph import Store as Database

from hauberk.graph.claims import CURRENT, Claim, Entry, Statement
from hauberk.graph.ledger import Ledger
from hauberk.graph.past import as_of
from hauberk.graph.terms import Fact, english, partial_date
from hauberk.ontology.names import HBK, RDF, RDFS, SKOS, XSD, Namespace, code, dossier, part, source
from hauberk.tests.support import dossier_facts

DEAL = dossier("agreement/deal")
PARTY = dossier("undisclosed/party")
FIRMS = [dossier("firm/alder"), dossier("firm/birch")]
SOURCES = [source(f"https://{grade}.example.org/") for grade in "BCE"]
NOW = Literal("2026-01-01T00:00:00Z", datatype=XSD.dateTime)


def entry(node: NamedNode, *facts: Fact) -> Entry:
    return Entry(node, ((node, SKOS.prefLabel, english(str(node.value[-5:]))), *facts))


def graded(node: NamedNode, grade: str) -> Entry:
    return Entry(
        node,
        ((node, RDF.type, HBK.Source), (node, HBK.reliability, code("reliability", grade))),
    )


GROUND: list[Statement] = [
    entry(DEAL),
    entry(PARTY, (PARTY, HBK.state, dossier("state/FR"))),
    entry(FIRMS[0], (FIRMS[0], HBK.state, dossier("state/DE"))),
    entry(FIRMS[1]),
    *(graded(node, grade) for node, grade in zip(SOURCES, "BCE", strict=True)),
]


def takes_part(agent: NamedNode, role: str) -> list[Fact]:
    node = part(DEAL, f"{role}-{agent.value.rpartition('/')[2]}")
    return [
        (DEAL, HBK.hasParticipation, node),
        (node, RDF.type, HBK.Participation),
        (node, HBK.agent, agent),
        (node, HBK.role, code("role", role)),
    ]


CONTENTS: list[tuple[NamedNode, list[Fact]]] = [
    (DEAL, [(DEAL, HBK.status, code("status", "signed"))]),
    (DEAL, [(DEAL, HBK.status, code("status", "announced"))]),
    (DEAL, [(DEAL, HBK.signed, partial_date("2025-06"))]),
    (DEAL, [(DEAL, HBK.signed, partial_date("2025-06-06"))]),
    (DEAL, [(DEAL, HBK.signed, partial_date("2025-07-01"))]),
    (DEAL, takes_part(PARTY, "producer")),
    (DEAL, takes_part(FIRMS[0], "customer")),
    (DEAL, takes_part(dossier("state/UA"), "host")),
    (PARTY, [(PARTY, HBK.identifiedAs, FIRMS[0])]),
    (PARTY, [(PARTY, HBK.identifiedAs, FIRMS[1])]),
]
MODALITIES = ["confirmed", "reported", "expected", "alleged", "opinion"]
DAYS = ["2025", "2025-06", "2025-06-06", "2025-06-07", None]


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    about, facts = draw(st.sampled_from(CONTENTS))
    said = draw(st.sampled_from(DAYS))
    grade = draw(st.sampled_from(["1", "3", "4", "6", None]))
    return Claim(
        about=about,
        facts=tuple(facts),
        modality=code("modality", draw(st.sampled_from(MODALITIES))),
        speaker=FIRMS[0],
        sources=(draw(st.sampled_from(SOURCES)),),
        denies=draw(st.booleans()),
        said=partial_date(said) if said else None,
        credibility=code("credibility", grade) if grade else None,
    )


histories = st.lists(claims(), max_size=8)


def ledger() -> Ledger:
    made = Ledger(Database())
    made.install()
    return made


_EMPTY = [*ledger().store]


def fresh() -> Ledger:
    """Return a ledger with the reference data, without reading the ontology again."""
    store = Database()
    store.bulk_extend(_EMPTY)
    return Ledger(store)


def sync(held: Ledger, name: str, statements: Iterable[Statement]) -> bool:
    plan = held.plan({dossier(f"dataset/{name}"): (name, statements)})
    held.carry_out(plan, NOW)
    return plan.tally.changes


def held_of(*statements: Statement) -> Ledger:
    held = fresh()
    sync(held, "all", [*GROUND, *statements])
    return held


def accepted(held: Ledger, subject: NamedNode, predicate: NamedNode) -> set[str]:
    quads = held.store.quads_for_pattern(subject, predicate, None, CURRENT)
    return {str(quad.object) for quad in quads}


def claim(  # noqa: PLR0913 - one argument an axis of the model
    facts: Sequence[Fact],
    modality: str = "reported",
    said: str | None = "2025-06-06",
    *,
    about: NamedNode = DEAL,
    denies: bool = False,
    credibility: str | None = None,
    sources: tuple[NamedNode, ...] = (SOURCES[0],),
    contests: tuple[NamedNode, ...] = (),
) -> Claim:
    return Claim(
        about=about,
        facts=tuple(facts),
        modality=code("modality", modality),
        speaker=FIRMS[0],
        sources=sources,
        denies=denies,
        said=partial_date(said) if said else None,
        credibility=code("credibility", credibility) if credibility else None,
        contests=contests,
    )


SIGNED = [(DEAL, HBK.status, code("status", "signed"))]
ANNOUNCED = [(DEAL, HBK.status, code("status", "announced"))]

# -- Properties ---------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(history=histories, cut=st.integers(0, 8), flip=st.booleans())
def test_order_of_loading_does_not_matter(history: list[Claim], cut: int, flip: bool) -> None:
    one, other = history[:cut], history[cut:]
    straight, turned = fresh(), fresh()
    parts: dict[str, Sequence[Statement]] = {"a": GROUND, "b": one, "c": other}
    for held, order in ((straight, "abc"), (turned, "cab" if flip else "bca")):
        for name in order:
            sync(held, name, parts[name])
    assert set(straight.store) == set(turned.store)


@settings(deadline=None, max_examples=40)
@given(history=histories)
def test_loading_twice_changes_nothing(history: list[Claim]) -> None:
    held = held_of(*history)
    before = set(held.store)
    assert not sync(held, "all", [*GROUND, *history])
    assert set(held.store) == before


@settings(deadline=None, max_examples=60)
@given(kept=histories, passing=histories)
def test_withdrawing_undoes_exactly_what_loading_did(
    kept: list[Claim], passing: list[Claim]
) -> None:
    held = held_of(*kept)
    before = dossier_facts(held.store)
    sync(held, "passing", passing)
    sync(held, "passing", [])
    assert dossier_facts(held.store) == before
    for found in kept:
        assert (found.iri, RDF.type, HBK.Claim) in {
            (q.subject, q.predicate, q.object) for q in held.store.quads_for_pattern(
                found.iri, RDF.type, None, CURRENT)
        }  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(history=histories)
def test_what_is_withdrawn_and_comes_back_is_as_if_it_had_never_left(history: list[Claim]) -> None:
    held = held_of(*history)
    before = set(held.store)
    sync(held, "all", GROUND)
    sync(held, "all", [*GROUND, *history])
    assert set(held.store) == before


@settings(deadline=None, max_examples=100)
@given(history=histories)
def test_only_affirmed_confirmed_or_reported_claims_yield_accepted_facts(
    history: list[Claim],
) -> None:
    held = held_of(*history)
    carried = {
        fact
        for found in history
        if not found.denies and found.modality.value.endswith(("confirmed", "reported"))
        and (found.credibility is None or found.credibility.value[-1] in "123")
        and found.sources != (SOURCES[2],)
        for fact in found.facts
    }  # fmt: skip
    for about, facts in CONTENTS:
        for fact in facts:
            if fact[1] in {HBK.agent, RDF.type}:
                continue  # an identified party shows its agent; types follow from the link
            if Quad(*fact, CURRENT) in held.store:
                assert fact in carried, (about, fact)


@settings(deadline=None, max_examples=60)
@given(history=histories, day=st.sampled_from(["2025-01-01", "2025-06-06", "2025-12-31"]))
def test_a_past_day_is_the_rule_over_the_claims_said_by_then(
    history: list[Claim], day: str
) -> None:
    said = [c for c in history if c.said and f"{c.said.value}-01-01"[:10] <= day]
    past = as_of(held_of(*history).store, day)
    assert dossier_facts(past) == dossier_facts(held_of(*said).store)


@given(history=histories)
@settings(deadline=None, max_examples=60)
def test_a_single_valued_property_keeps_one_value(history: list[Claim]) -> None:
    held = held_of(*history)
    for predicate in (HBK.status, HBK.signed):
        assert len(accepted(held, DEAL, predicate)) <= 1
    assert len(accepted(held, PARTY, HBK.identifiedAs)) <= 1


# -- Single steps of the rule -------------------------------------------------------------


@pytest.mark.parametrize("modality", ["expected", "alleged", "opinion"])
def test_hedged_claims_make_no_tie(modality: str) -> None:
    held = held_of(claim(takes_part(FIRMS[0], "producer"), modality))
    assert accepted(held, DEAL, RDF.type) == {str(HBK.Dossier)}
    assert not accepted(held, DEAL, HBK.hasParticipation)


def test_a_participation_makes_a_tie_that_involves_the_states() -> None:
    held = held_of(
        claim(takes_part(FIRMS[0], "producer")), claim(takes_part(dossier("state/UA"), "host"))
    )
    assert {str(HBK.Tie), str(HBK.Agreement)} <= accepted(held, DEAL, RDF.type)
    states = {str(dossier("state/DE")), str(dossier("state/UA"))}
    assert accepted(held, DEAL, HBK.involvesState) == states


@pytest.mark.parametrize(
    ("denial", "stands"),
    [
        ({"said": "2025-06-07"}, False),
        ({"said": "2025-06-06"}, False),
        ({"said": "2025-06-05"}, True),
        ({"said": "2025-06-07", "credibility": "1"}, False),
        ({"said": "2025-06-07", "sources": (SOURCES[1],)}, True),
        ({"said": "2025-06-07", "modality": "alleged"}, True),
        ({"said": None}, True),
    ],
)
def test_a_denial_needs_an_equal_grade_and_no_older_date(
    denial: dict[str, str], stands: bool
) -> None:
    held = held_of(claim(SIGNED), claim(SIGNED, denies=True, **denial))  # type: ignore[arg-type]
    assert bool(accepted(held, DEAL, HBK.status)) is stands


def test_a_denied_participation_leaves_no_tie_and_no_loose_part() -> None:
    facts = takes_part(FIRMS[0], "producer")
    held = held_of(claim(facts), claim(facts, denies=True, said="2025-06-08"))
    assert accepted(held, DEAL, RDF.type) == {str(HBK.Dossier)}
    assert accepted(held, DEAL, HBK.contestedIn) == {str(HBK.hasParticipation)}
    assert not any(held.store.quads_for_pattern(facts[0][2], None, None, CURRENT))  # type: ignore[arg-type]


def test_the_latest_status_wins_without_being_contested() -> None:
    held = held_of(
        claim(SIGNED, said="2025-06-07"), claim(ANNOUNCED, "confirmed", said="2025-06-06")
    )
    assert accepted(held, DEAL, HBK.status) == {str(code("status", "signed"))}
    assert not accepted(held, DEAL, HBK.contestedIn)


def test_two_statuses_of_one_day_are_contested_and_the_better_graded_wins() -> None:
    held = held_of(claim(SIGNED), claim(ANNOUNCED, "confirmed"))
    assert accepted(held, DEAL, HBK.status) == {str(code("status", "announced"))}
    assert accepted(held, DEAL, HBK.contestedIn) == {str(HBK.status)}


@pytest.mark.parametrize(
    ("dates", "winner", "contested"),
    [
        ([("2025-06", "confirmed"), ("2025-06-06", "reported")], "2025-06", False),
        ([("2025-06-06", "confirmed"), ("2025-07-01", "reported")], "2025-06-06", True),
        ([("2025-06-06", "expected"), ("2025-07-01", "reported")], "2025-07-01", False),
    ],
)
def test_the_best_graded_date_wins_and_a_coarser_one_does_not_contest_it(
    dates: list[tuple[str, str]], winner: str, contested: bool
) -> None:
    held = held_of(
        *(claim([(DEAL, HBK.signed, partial_date(day))], firmness) for day, firmness in dates)
    )
    assert accepted(held, DEAL, HBK.signed) == {str(partial_date(winner))}
    assert bool(accepted(held, DEAL, HBK.contestedIn)) is contested


def test_values_of_two_scopes_do_not_contest_each_other() -> None:
    def worth(amount: str, scope: str) -> list[Fact]:
        node = part(DEAL, f"value-{amount}-{scope}")
        return [
            (DEAL, HBK.hasValue, node),
            (node, HBK.amount, Literal(amount, datatype=XSD.decimal)),
            (node, HBK.scope, Literal(scope)),
        ]

    held = held_of(claim(worth("5", "first")), claim(worth("9", "second"), "confirmed"))
    assert len(accepted(held, DEAL, HBK.hasValue)) == 2
    assert not accepted(held, DEAL, HBK.contestedIn)
    held = held_of(claim(worth("5", "first")), claim(worth("9", "first"), "confirmed"))
    assert accepted(held, DEAL, HBK.hasValue) == {str(part(DEAL, "value-9-first"))}
    assert accepted(held, DEAL, HBK.contestedIn) == {str(HBK.hasValue)}


def test_a_claim_can_say_that_it_contests_a_property_with_many_values() -> None:
    facts = takes_part(FIRMS[0], "producer")
    held = held_of(claim(facts, contests=(HBK.hasSite,)))
    assert accepted(held, DEAL, HBK.contestedIn) == {str(HBK.hasSite)}


def test_an_identified_party_shows_the_agent_the_placeholder_and_the_day() -> None:
    named = [(PARTY, HBK.identifiedAs, FIRMS[0])]
    held = held_of(
        claim(takes_part(PARTY, "producer"), "confirmed"),
        claim(named, said="2025-06-08", about=PARTY),
        claim(named, "confirmed", said="2025-09-02", about=PARTY),
        claim([(PARTY, HBK.identifiedAs, FIRMS[1])], "opinion", "2025-06-09", about=PARTY),
    )
    node = part(DEAL, "producer-party")
    assert accepted(held, node, HBK.agent) == {str(FIRMS[0])}
    assert accepted(held, node, HBK.namedInsteadOf) == {str(PARTY)}
    assert accepted(held, node, HBK.disclosedOn) == {str(partial_date("2025-06-08"))}
    assert accepted(held, DEAL, HBK.involvesState) == {str(dossier("state/DE"))}
    before = Ledger(as_of(held.store, "2025-06-07"))
    assert accepted(before, node, HBK.agent) == {str(PARTY)}
    assert accepted(before, DEAL, HBK.involvesState) == {str(dossier("state/FR"))}


def test_a_group_left_unnamed_keeps_every_identification() -> None:
    held = held_of(
        Entry(PARTY, ((PARTY, RDF.type, HBK.UndisclosedGroup),)),
        claim(takes_part(PARTY, "producer")),
        claim([(PARTY, HBK.identifiedAs, FIRMS[0])], about=PARTY),
        claim([(PARTY, HBK.identifiedAs, FIRMS[1])], about=PARTY),
    )
    shown = accepted(held, part(DEAL, "producer-party"), HBK.agent)
    assert shown == {str(FIRMS[0]), str(FIRMS[1]), str(PARTY)}, "others may still be unnamed"
    assert not accepted(held, PARTY, HBK.contestedIn)


def test_regrading_a_source_settles_the_ties_that_rest_on_it() -> None:
    facts = takes_part(FIRMS[0], "producer")
    held = fresh()
    sync(held, "ground", [s for s in GROUND if s.about != SOURCES[0]])
    sync(held, "source", [graded(SOURCES[0], "B")])
    sync(held, "claims", [claim(facts)])
    assert accepted(held, DEAL, HBK.hasParticipation)
    sync(held, "source", [graded(SOURCES[0], "E")])
    assert not accepted(held, DEAL, HBK.hasParticipation)


def test_a_firms_seat_shows_in_its_ties_when_it_becomes_known() -> None:
    held = held_of(claim(takes_part(FIRMS[1], "producer")))
    assert not accepted(held, DEAL, HBK.involvesState)
    sync(held, "seat", [entry(FIRMS[1], (FIRMS[1], HBK.state, dossier("state/SE")))])
    assert accepted(held, DEAL, HBK.involvesState) == {str(dossier("state/SE"))}


def test_a_claim_stands_on_its_best_source_and_falls_only_with_all_of_them() -> None:
    unjudged = source("https://f.example.org/")
    both, alone = (SOURCES[2], unjudged), (SOURCES[2],)
    held = held_of(graded(unjudged, "F"), claim(SIGNED, sources=both))
    assert accepted(held, DEAL, HBK.status)
    assert not accepted(held_of(claim(SIGNED, sources=alone)), DEAL, HBK.status)


def test_a_site_whose_name_stands_for_a_place_is_put_on_the_map() -> None:
    def site(state: str, place: str) -> list[Fact]:
        node = part(DEAL, f"site-{state}")
        return [
            (DEAL, HBK.hasSite, node),
            (node, HBK.inState, dossier(f"state/{state}")),
            (node, HBK.place, Literal(place)),
        ]

    held = held_of(claim(site("FR", "Le Mans")), claim(site("UA", "Le Mans")))
    (place,) = accepted(held, part(DEAL, "site-FR"), HBK.atPlace)
    latitude = Namespace("http://www.w3.org/2003/01/geo/wgs84_pos#").lat
    (degrees,) = accepted(held, NamedNode(place.strip("<>")), latitude)
    assert degrees.startswith('"48.0')
    assert not accepted(held, part(DEAL, "site-UA"), HBK.atPlace)


def test_states_are_agents_and_dossiers_as_their_classes_say() -> None:
    france = dossier("state/FR")
    held = fresh()
    assert {str(HBK.Agent), str(HBK.Dossier)} <= accepted(held, france, RDF.type)
    above = {str(fact[2]) for fact in held.derived(HBK.State) if fact[1] == RDFS.subClassOf}
    assert str(HBK.Agent) in above
