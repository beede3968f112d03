"""A past day is what the rule gives for the claims said by then, however it is worked out."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad
from pyoxigraph import Store as Database

from hauberk.graph import days as kept_days
from hauberk.graph import past
from hauberk.graph.claims import CURRENT
from hauberk.graph.ladder import climb
from hauberk.graph.store import PastSnapshot, Snapshot, Store
from hauberk.graph.terms import earliest
from hauberk.loaders.sync import batch, load
from hauberk.ontology.names import DCTERMS, HBK, RDF
from hauberk.tests.support import Write, source_text

DAYS = ("1990-01-01", "2023-08-15", "2025-06-07", "2026-12-31")


@pytest.fixture(scope="module")
def own_store(bundled_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Return a copy of the store of the bundled facts, in which days can be kept."""
    folder = tmp_path_factory.mktemp("asof") / "store"
    shutil.copytree(bundled_store, folder, ignore=shutil.ignore_patterns("*.days"))
    return Store(folder)


@pytest.fixture(scope="module")
def today(own_store: Store) -> Iterator[Snapshot]:
    with own_store.read() as snapshot:
        yield snapshot


@pytest.fixture(scope="module")
def plainly(today: Snapshot) -> dict[str, Database]:
    """Return each day as the plain copy of `hauberk.graph.past` gives it: the definition."""
    return {day: past.as_of(today.database, day) for day in DAYS}


@pytest.mark.parametrize("day", [DAYS[2], DAYS[0], DAYS[3], DAYS[1]])
def test_a_kept_day_holds_the_quads_of_the_plain_copy(
    today: Snapshot, plainly: dict[str, Database], day: str
) -> None:
    made = today.as_of(day).whole
    assert set(made.database) == set(plainly[day])


@pytest.mark.parametrize("day", DAYS)
def test_every_subject_derived_alone_is_as_in_the_plain_copy(
    today: Snapshot, plainly: dict[str, Database], day: str
) -> None:
    lazy = PastSnapshot(Snapshot(today.database, today.generation), day)
    subjects = {quad.subject for quad in _quads(today.database)}
    for subject in subjects:
        pattern = (subject, None, None, CURRENT)
        found = set(lazy.view.quads_for_pattern(*pattern))
        assert found == set(plainly[day].quads_for_pattern(*pattern)), subject
    assert not lazy.view.is_whole


@settings(max_examples=60)
@given(data=st.data())
def test_any_pattern_finds_what_it_finds_in_the_plain_copy(
    today: Snapshot, plainly: dict[str, Database], data: st.DataObject
) -> None:
    day = data.draw(st.sampled_from(DAYS))
    either = st.sampled_from([_quads(today.database), _quads(plainly[day])])
    quad = data.draw(either.flatmap(st.sampled_from))
    keeps = data.draw(st.tuples(st.booleans(), st.just(True), st.just(True), st.booleans()))
    pattern = _pattern(quad, *keeps)
    lazy = PastSnapshot(Snapshot(today.database, today.generation), day)
    found = lazy.view._found(*pattern)  # None: the whole day is asked
    if found is not None:
        assert set(found) == set(plainly[day].quads_for_pattern(*pattern))


_listed: dict[int, list[Quad]] = {}


def _quads(database: Database) -> list[Quad]:
    if id(database) not in _listed:
        _listed[id(database)] = list(database)[::7]
    return _listed[id(database)]


def _pattern(
    quad: Quad, subject: bool, predicate: bool, value: bool, graph: bool
) -> tuple[NamedNode | None, NamedNode | None, NamedNode | None, NamedNode | None]:
    kept = zip(
        (quad.subject, quad.predicate, quad.object, quad.graph_name),
        (subject, predicate, value, graph),
        strict=True,
    )
    s, p, o, g = (term if keep else None for term, keep in kept)
    return s, p, o, g  # type: ignore[return-value]


def test_days_between_two_claims_are_one(today: Snapshot) -> None:
    assert today.days is not None
    said = today.days.said
    assert said == sorted(set(said))
    for day in ("2025-06-07", "2024-01-01"):
        effective = today.days.effective(day)
        assert effective == max(each for each in said if each <= day)
    assert today.days.effective("1900-01-01") == kept_days.NEVER


def test_the_ladder_makes_days_ready_from_which_others_differ_little(own_store: Store) -> None:
    rungs = climb(own_store)
    assert len(rungs) > 5
    assert rungs == sorted(rungs, reverse=True)
    with own_store.read() as snapshot:
        assert snapshot.days is not None
        assert set(rungs) <= set(snapshot.days.kept())
        between = "2025-03-03"
        made = snapshot.as_of(between).whole
        assert set(made.database) == set(past.as_of(snapshot.database, between))


FACTS = source_text("press") + (
    "dossiers:\n"
    "  agreement/deal:\n"
    "    label: Deal\n"
    "    claims:\n"
    "      - {from: press, said: 2024-05, modality: reported, says: {status: announced,"
    " participations: [{agent: undisclosed/maker, role: producer},"
    " {agent: state/UA, role: host}]}}\n"
    "      - {from: press, said: 2025-02-01, modality: confirmed, says: {status: signed}}\n"
    "      - {from: press, said: 2025-03-01, modality: confirmed, denies: {status: signed}}\n"
    "      - {from: press, modality: confirmed, says: {kind: co-production}}\n"
    "  undisclosed/maker:\n"
    "    label: A maker\n"
    "    state: FR\n"
    "    withheld: it is to say so itself\n"
    "    claims:\n"
    "      - {from: press, said: 2025-01-05, modality: reported,"
    " says: {identified-as: firm/acme}}\n"
    "  firm/acme: {label: Acme, state: FR}\n"
)


@pytest.mark.parametrize(
    "day", ["2024-04-30", "2024-05-01", "2025-01-05", "2025-02-28", "2025-03-01", "2026-01-01"]
)
def test_status_identity_and_denial_stand_as_on_the_day(
    tmp_path: Path, facts: Write, day: str
) -> None:
    store = Store(tmp_path / "store")
    load(store, batch([facts(FACTS)]))
    deal = NamedNode("https://w3id.org/hauberk/id/agreement/deal")
    acme = NamedNode("https://w3id.org/hauberk/id/firm/acme")
    with store.read() as snapshot:
        plain = past.as_of(snapshot.database, day)
        shown = snapshot.as_of(day)
        assert isinstance(shown, PastSnapshot)
        ledger = shown.ledger
        status = ledger.object_of(deal, HBK.status)
        ends = {"announced": "2024-05-01", "signed": "2025-02-01"}
        name = status.value.rpartition("/")[2] if status else ""
        assert (name == "") == (day < ends["announced"])
        assert (name == "signed") == (ends["signed"] <= day < "2025-03-01")
        named = [*shown.database.quads_for_pattern(None, HBK.agent, acme, CURRENT)]
        assert bool(named) == (day >= "2025-01-05")
        assert bool(ledger.object_of(deal, HBK.kind)) == (day >= "2025-01-01")  # its source's day
        assert not shown.view.is_whole
        assert set(shown.whole.database) == set(plain)


def test_a_day_is_made_once_for_all_readers_and_goes_with_its_generation(
    tmp_path: Path, facts: Write
) -> None:
    store = Store(tmp_path / "store")
    load(store, batch([facts(FACTS)]))
    with store.read() as one:
        first = one.as_of("2025-01-31").whole.dump()
        folder = store.generations.days(one.generation)
        made = (folder / "2025-01-05").stat().st_ino
        with store.read() as other:
            past_day = other.as_of("2025-01-20")
            assert past_day.dump() == first
        assert (folder / "2025-01-05").stat().st_ino == made
        del past_day
    load(store, batch([facts(FACTS.replace("Acme,", "Acme Works,"))]))
    assert not folder.exists()


def test_what_a_maker_that_died_left_is_removed(tmp_path: Path, facts: Write) -> None:
    store = Store(tmp_path / "store")
    load(store, batch([facts(FACTS)]))
    folder = store.generations.days(1)
    (folder / "2025-02-01.99.new").mkdir(parents=True)
    (folder / "2025-02-01.99.new" / "000001.sst").write_bytes(b"half")
    (folder / "2025-02-01.99.making").touch()
    with store.read() as snapshot:
        assert snapshot.as_of("2025-01-31").whole.dump()
    names = {path.name for path in folder.iterdir()}
    assert names == {"2025-01-05", "2025-01-05.lock"}


def test_days_longest_unused_make_room(
    tmp_path: Path, facts: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_days, "MOST_KEPT", 2)
    monkeypatch.setattr(kept_days, "FEWEST_KEPT", 2)
    store = Store(tmp_path / "store")
    load(store, batch([facts(FACTS)]))
    with store.read() as snapshot:
        assert snapshot.days is not None
        for day in ("2024-05-01", "2025-01-05", "2025-02-01"):
            snapshot.days.keep(day)
        assert snapshot.days.kept() == ["2025-01-05", "2025-02-01"]
        with snapshot.days.held("2025-01-05"), snapshot.days.held("2025-02-01"):
            snapshot.days.keep("2025-03-01")
            assert set(snapshot.days.kept()) == {"2025-01-05", "2025-02-01", "2025-03-01"}


def test_where_no_day_can_be_kept_it_is_worked_out_in_memory(tmp_path: Path, facts: Write) -> None:
    store = Store(tmp_path / "store")
    load(store, batch([facts(FACTS)]))
    store.generations.days(1).write_text("a file stands in the way")
    with store.read() as snapshot:
        plain = past.as_of(snapshot.database, "2025-02-02")
        assert set(snapshot.as_of("2025-02-02").whole.database) == set(plain)


def test_undated_claims_are_counted(today: Snapshot) -> None:
    claims = [quad.subject for quad in today.database.quads_for_pattern(
        None, RDF.type, HBK.Claim, CURRENT)]  # fmt: skip
    dated = {quad.subject for quad in today.database.quads_for_pattern(
        None, DCTERMS.issued, None, CURRENT)}  # fmt: skip
    assert today.undated_claims() == len(set(claims) - dated) > 0
    assert earliest(None) == ""
