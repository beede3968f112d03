"""Who is who: likeness of names measured on real pairs, candidates, and decisions of people."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hauberk.graph.errors import FaultsError
from hauberk.graph.holdings import Holdings
from hauberk.graph.store import Store
from hauberk.loaders.identity import (
    THRESHOLD,
    Known,
    candidates,
    normalised,
    parties,
    similarity,
)
from hauberk.loaders.opendata import decisions
from hauberk.loaders.opendata.decisions import APART, SAME, Decision
from hauberk.ontology.names import dossier, slug
from hauberk.tests.support import ROOT, Run

PAIRS = ROOT / "tests" / "data" / "name-pairs.tsv"
OTHER_STATE = 0.8


def pairs() -> list[dict[str, str]]:
    lines = [
        line for line in PAIRS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    ]
    return list(csv.DictReader(lines, delimiter="\t"))


def score(pair: dict[str, str]) -> float:
    found = similarity(pair["name"], pair["other_name"])
    states = {pair["state"], pair["other_state"]}
    return found * OTHER_STATE if len(states) == 2 and "" not in states else found


def party(name: str, *names: str, state: str = "", **identifiers: str) -> Known:
    return Known(
        dossier(f"firm/{slug(name)}"), name, frozenset({name, *names}), state,
        frozenset(identifiers.items()),
    )  # fmt: skip


def test_precision_and_recall_on_real_pairs_stay_as_good_as_they_were() -> None:
    """Pairs that names cannot tell, such as another language's, are among the true ones."""
    labelled = pairs()
    assert len(labelled) >= 300
    true = [score(pair) >= THRESHOLD for pair in labelled if pair["same"] == "1"]
    false = [score(pair) >= THRESHOLD for pair in labelled if pair["same"] == "0"]
    recall = sum(true) / len(true)
    precision = sum(true) / (sum(true) + sum(false))
    assert recall >= 0.55, recall
    assert precision >= 0.94, precision


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Škoda JS, a.s.", "skoda js"),
        ("Fincantieri S.p.A.", "fincantieri"),
        ("SAAB AKTIEBOLAG", "saab"),
        ("Thales Deutschland Gesellschaft mit beschränkter Haftung", "thales deutschland"),
        ("„Весна“ ТОВ", "vesna"),  # noqa: RUF001  (Cyrillic is the point)
        ("", ""),
        ("GmbH", "gmbh"),
    ],
)
def test_case_accents_script_and_legal_form_are_taken_off(name: str, plain: str) -> None:
    assert normalised(name) == plain


@given(st.text(max_size=60), st.text(max_size=60))
def test_likeness_is_between_nothing_and_all_and_the_same_both_ways(one: str, other: str) -> None:
    found = similarity(one, other)
    assert 0 <= found <= 1
    assert found == similarity(other, one)


def test_different_identifiers_of_one_scheme_keep_two_parties_apart() -> None:
    alike = [party("Alder Works", pic="1"), party("Alder Works SA", pic="2")]
    assert candidates(alike) == []
    assert len(candidates([party("Alder Works", pic="1"), party("Alder Works SA", lei="2")])) == 1


def test_another_state_makes_two_parties_less_alike() -> None:
    one = candidates([party("Alder Works", state="FR"), party("Alder Works SA", state="FR")])
    two = candidates([party("Alder Works", state="FR"), party("Alder Works SA", state="DE")])
    assert one[0].score > two[0].score


def test_decided_pairs_are_no_candidates() -> None:
    known = [party("Alder Works"), party("Alder Works SA")]
    for predicate in (SAME, APART):
        decided = [
            Decision(
                subject_id="firm/alder-works-sa",
                predicate_id=predicate,
                object_id="firm/alder-works",
            )
        ]
        assert candidates(known, decisions.decided_on(decided)) == []
    assert len(candidates(known)) == 1


def test_names_with_a_telling_word_in_common_are_found_among_many() -> None:
    many = [party(f"Number {n:05} of Example {n % 97}") for n in range(3000)]
    many += [party("Alder Works Nantes"), party("Alder Works Nantes SA")]
    found = candidates(many, threshold=0.99)
    assert [{c.subject.label, c.object.label} for c in found] == [
        {"Alder Works Nantes", "Alder Works Nantes SA"}
    ]


# -- Decisions ------------------------------------------------------------------------------


def test_decisions_lead_to_the_end_of_a_chain_and_a_ring_leads_nowhere() -> None:
    def line(one: str, other: str, predicate: str = SAME) -> Decision:
        return Decision(subject_id=one, predicate_id=predicate, object_id=other)

    chain = decisions.same([line("firm/a", "firm/b"), line("firm/b", "firm/c")])
    assert chain == {dossier("firm/a"): dossier("firm/c"), dossier("firm/b"): dossier("firm/c")}
    assert decisions.same([line("firm/a", "firm/b"), line("firm/b", "firm/a")]) == {}
    assert decisions.same([line("firm/a", "firm/b"), line("firm/a", "firm/b", APART)]) == {}


def test_a_decision_is_kept_and_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "decisions.tsv"
    made = Decision(
        subject_id="firm/a", predicate_id=SAME, object_id="firm/b", comment="tab\tand\nline"
    )
    decisions.add(path, made)
    decisions.add(path, Decision(subject_id="firm/c", predicate_id=APART, object_id="firm/d"))
    read = decisions.read(path)
    assert [each.subject_id for each in read] == ["firm/a", "firm/c"]
    assert read[0].comment == "tab and line"
    assert decisions.forget(path, "firm/a") == 1
    assert [each.subject_id for each in decisions.read(path)] == ["firm/c"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a\tskos:exactMatch\tfirm/b", "“a” is no id"),
        ("firm/a\tskos:broadMatch\tfirm/b", "write skos:exactMatch or owl:differentFrom"),
        ("firm/a\tskos:exactMatch\tfirm/a", "is the subject itself"),
        ("firm/a", "is no id"),
    ],
)
def test_a_line_that_is_no_decision_is_told_with_its_place(
    tmp_path: Path, line: str, message: str
) -> None:
    path = tmp_path / "decisions.tsv"
    path.write_text(f"subject_id\tpredicate_id\tobject_id\n{line}\n", encoding="utf-8")
    with pytest.raises(FaultsError, match=r"decisions\.tsv:2") as raised:
        decisions.read(path)
    assert message in str(raised.value)


def test_bundled_decisions_can_be_read() -> None:
    assert isinstance(decisions.bundled(), list)


def test_fact_files_parties_await_no_decision(run: Run, fixture_store: Store) -> None:
    with fixture_store.read() as snapshot:
        assert all(each.is_curated for each in parties(Holdings(snapshot.database)))
    done = run("reconcile", "--threshold", "0.1", store=fixture_store.root)
    assert (done.returncode, done.stdout) == (0, "")
    assert "0 pairs await a decision." in done.stderr


def test_an_unknown_decision_cannot_be_taken_back(run: Run, fixture_store: Store) -> None:
    done = run("reconcile", "forget", "firm/nobody", store=fixture_store.root)
    assert done.returncode == 1
    assert "no decision on firm/nobody" in done.stderr
