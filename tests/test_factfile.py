"""Fact files: every fault at once, with file, line, dossier, field and remedy."""

from pathlib import Path

import pytest
from pyoxigraph import Literal

from hauberk.graph.claims import Claim
from hauberk.graph.errors import FaultsError
from hauberk.graph.store import Store
from hauberk.loaders.documents import documents
from hauberk.loaders.factfile import FactFile
from hauberk.loaders.sync import batch, load, rehearse
from hauberk.loaders.vocabulary import vocabulary
from hauberk.ontology.names import HBK, dossier
from hauberk.tests.support import Run, Write, source_text

HEAD = source_text("press")
DEAL = HEAD + (
    "dossiers:\n"
    "  firm/alder-works:\n"
    "    label: Alder Works\n"
    "  model/open-workshop:\n"
    "    label: Open workshop\n"
    "  agreement/deal:\n"
    "    label: A deal\n"
    "    claims:\n"
    "      - from: press\n"
    "        modality: reported\n"
    "        says: {SAYS}\n"
)


def faults_of(path: Path) -> list[str]:
    with pytest.raises(FaultsError) as refused:
        rehearse(Store(path.parent / "none"), batch([path]))
    return [str(fault).removeprefix(f"{path.parent}/") for fault in refused.value.faults]


def claims_of(path: Path) -> list[Claim]:
    reader = FactFile("f", vocabulary())
    made = list(reader.statements(documents(path, None, "f", reader.findings.faults)))
    assert not reader.findings.faults
    return [each for each in made if isinstance(each, Claim)]


@pytest.mark.parametrize(
    ("says", "message"),
    [
        ("{status: sighned}", "status: “sighned” is no status; did you mean signed?"),
        ("{status: zzz}", "status: “zzz” is no status; taken are announced, "),
        ("{statsu: signed}", "statsu: no such key; did you mean status"),
        ("{signed: 2025-02-30}", "signed: '2025-02-30' is not a day of the calendar"),
        ("{signed: 06/06/2025}", "signed: '06/06/2025' is not a date; write YYYY, YYYY-MM or"),
        ("{signed: 0025-06-06}", "lies before 1900"),
        ("{signed: [2025, 2026]}", "signed: is a list; one value is taken"),
        ("{signed: }", "signed: is empty; give a value, or leave the key out"),
        ("{value: {amount: 1_000, currency: EUR, qualifier: exact}}", "'1_000' is not a plain"),
        ("{value: {amount: 1e9, currency: EUR, qualifier: exact}}", "'1e9' is not a plain number"),
        ("{value: {amount: -5, currency: EUR, qualifier: exact}}", "“-5” is below zero"),
        ("{value: {amount: 5, currency: euro, qualifier: exact}}", "“euro” is no currency"),
        ("{value: {amount: 5, currency: EUR}}", "qualifier: is missing"),
        ("{value: 5}", "value: is no mapping; write it like {amount: 35000000"),
        ("{sites: [{in: FX, place: Metz}]}", "in: “FX”: no such state; did you mean"),
        ("{sites: [{in: Frnace}]}", "in: “Frnace”: no such state; did you mean FR?"),
        ("{sites: [{in: France}]}", "in: “France”: no such state; did you mean FR?"),
        ("{sites: [{place: Metz}]}", "in: is missing"),
        ("{follows-model: model/open-workshp}", "no such dossier; did you mean model/open-worksh"),
        ("{follows-model: firm/alder-works}", "is not of the kind taken here: model"),
        ("{follows-model: open workshop}", "“open workshop” is no id; write kind/name"),
        ("{participations: [{agent: firm/alder-work, role: producer}]}", "mean firm/alder-works?"),
        ("{participations: [{agent: state/UA, role: hst}]}", "“hst” is no role; did you mean host"),
        ("{participations: [{agent: state/UA}]}", "role: is missing"),
        ("{participations: [{agent: state/UA, role: host, share: 150}]}", "no percentage from 0"),
        ("{renamed: {to: Alder Works}}", "from: is missing"),
        ("{renamed: {from: A, to: B, on: April}}", "is not a date; write YYYY"),
        ("{participations: []}", "participations: is an empty list"),
        ("[signed]", "says: is no mapping; write it like {status: signed}"),
        ("{}", "says: says nothing; give `says`, `denies` or a `note`"),
    ],
)
def test_a_slip_in_what_a_claim_says_is_answered_with_a_remedy(
    says: str, message: str, facts: Write
) -> None:
    found = faults_of(facts(DEAL.replace("{SAYS}", says)))
    assert len(found) == 1, found
    assert message in found[0]
    assert found[0].startswith("facts.yaml:17: agreement/deal, ")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("from: press", "from: pres", "from: “pres”: this file has no such source; did you mean p"),
        ("- from: press\n", "- said: 2025\n", "from: is missing; name the source"),
        ("modality: reported", "modality: rumoured", "“rumoured” is no modality"),
        ("modality: reported", "credibility: 2", "modality: is missing"),
        ("modality: reported", "modality: reported\n        credibility: 7", "is no credibility"),
        ("modality: reported", "modality: reported\n        by: person/no-one", "no such dossier"),
        ("modality: reported", "modality: reported\n        contests: [place]", "is no key of"),
        ("modality: reported", "modality: reported\n        denies: {status: signed}", "beside"),
        ("modality: reported", "modality: reported\n        passage: {paragraph: 0, sha256: "
         + "a" * 64 + "}", "counts from 1"),
        ("modality: reported", "modality: reported\n        passage: {paragraph: 1, sha256: A}",
         "is not 64 hex digits"),
        ("    label: A deal\n", "", "label: no such dossier; give it a label here"),
        ("  agreement/deal:", "  agrement/deal:", "is no id; did you mean agreement?"),
        ("  agreement/deal:", "  agreement/the deal:", "is no id"),
        ("  agreement/deal:", "  agreement/../deal:", "is no id"),
        ("label: A deal", "label: A deal\n    withheld: secret", "is for undisclosed parties"),
        ("label: A deal", "lable: A deal", "no such key; did you mean label?"),
        ("url: https://press.example.org/", "url: ftp://press/", "is not a web address"),
        ("url: https://press.example.org/", "url: 'https://a b/'", "is not a web address"),
        ("url: https://press.example.org/", "title: T", None),
        ("url: https://press.example.org/", "language: en", "is missing; give it, or a title and"),
        ("reliability: B", "reliability: G", "“G” is no reliability; taken are A, B, C, D, E, F"),
        ("published: 2025-01-01", "published: 2025-13", "is not a day of the calendar"),
    ],
)  # fmt: skip
def test_a_slip_in_a_record_is_answered_with_a_remedy(
    old: str, new: str, message: str | None, facts: Write
) -> None:
    text = DEAL.replace("{SAYS}", "{status: signed}")
    assert old in text
    path = facts(text.replace(old, new, 1))
    if message is None:
        assert rehearse(Store(path.parent / "none"), batch([path])).added == 1
        return
    found = faults_of(path)
    assert any(message in fault for fault in found), found
    assert all(fault.startswith("facts.yaml:") and fault[11].isdigit() for fault in found), found


def test_all_faults_of_a_load_are_told_at_once_in_order(facts: Write, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    says = "{status: sighned, signed: 2025-02-30, sites: [{in: FX}, {in: FR}]}"
    (folder / "a.yaml").write_text(DEAL.replace("{SAYS}", says), encoding="utf-8")
    (folder / "b.yaml").write_text("sources: [\n", encoding="utf-8")
    (folder / "c.json").write_text('{"dossiers": {"firm/x": {"lable": "X"}}}', encoding="utf-8")
    with pytest.raises(FaultsError) as refused:
        rehearse(Store(tmp_path / "none"), batch([folder]))
    files = [Path(fault.file).name for fault in refused.value.faults]
    assert files == ["a.yaml"] * 3 + ["b.yaml"] + ["c.json"] * 2
    assert "6 faults; nothing was loaded." in str(refused.value)


def test_norway_is_no_and_numbers_and_dates_keep_their_form(facts: Write) -> None:
    says = (
        "{sites: [{in: NO}], signed: 2025-06, started: 2025, value: {amount: 0012.50,"
        " currency: NOK, qualifier: approx}}"
    )
    (claim,) = claims_of(facts(DEAL.replace("{SAYS}", says)))
    held = {(predicate, value) for _, predicate, value in claim.facts}
    assert (HBK.inState, dossier("state/NO")) in held
    written = {str(value) for _, value in held if isinstance(value, Literal)}
    xsd = "http://www.w3.org/2001/XMLSchema#"
    assert {f'"2025-06"^^<{xsd}gYearMonth>', f'"2025"^^<{xsd}gYear>'} <= written
    assert f'"12.5"^^<{xsd}decimal>' in written


def test_yaml_json_and_json_lines_make_the_same_claims(facts: Write) -> None:
    import json

    import yaml

    text = DEAL.replace("{SAYS}", "{status: signed, sites: [{in: NO, place: Moss}]}")
    document = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - our own text
    line = json.dumps(document)
    forms = [
        facts(text),
        facts(json.dumps(document, indent=2), "facts.json"),
        facts(line + "\n", "facts.jsonl"),
    ]
    names = {tuple(claim.iri.value for claim in claims_of(path)) for path in forms}
    assert len(names) == 1


def test_a_claims_name_is_the_hash_of_all_it_says(facts: Write) -> None:
    text = DEAL.replace("{SAYS}", "{status: signed}")
    (plain,) = claims_of(facts(text))
    assert plain.iri.value.startswith("https://w3id.org/hauberk/id/claim/")
    assert len(plain.iri.value.rpartition("/")[2]) == 16
    changes = [
        ("modality: reported", "modality: confirmed"),
        ("modality: reported", "modality: reported\n        credibility: 2"),
        ("modality: reported", "modality: reported\n        said: 2025-01-02"),
        ("modality: reported", "modality: reported\n        by: someone else"),
        ("modality: reported", "modality: reported\n        note: in our words"),
        ("status: signed", "status: announced"),
        ("says:", "denies:"),
        ("https://press", "https://other"),
    ]
    others = {claims_of(facts(text.replace(old, new)))[0].iri for old, new in changes}
    assert len(others) == len(changes)
    assert plain.iri not in others
    same = text.replace("Alder Works", "Alder").replace("reliability: B", "reliability: C")
    assert claims_of(facts(same))[0].iri == plain.iri


def test_the_same_url_under_two_keys_is_one_source_and_two_descriptions_are_a_fault(
    facts: Write, tmp_path: Path
) -> None:
    one = facts(DEAL.replace("{SAYS}", "{status: signed}"), "one.yaml")
    again = HEAD.replace("  press:", "  other-key:") + "dossiers: {}\n"
    same = facts(again, "same.yaml")
    load(Store(tmp_path / "store"), batch([one, same]))
    with Store(tmp_path / "store").read() as snapshot:
        found = snapshot.query("SELECT ?s { ?s a <https://w3id.org/hauberk/ns#Source> }")
        assert len(list(found)) == 1  # type: ignore[arg-type]
    other = facts(again.replace("reliability: B", "reliability: D"), "same.yaml")
    with pytest.raises(FaultsError, match=r"is described otherwise in .*one.yaml:2; make them"):
        rehearse(Store(tmp_path / "none"), batch([one, other]))


def test_a_dossier_opened_twice_is_a_fault_and_claims_may_be_added_elsewhere(
    facts: Write, tmp_path: Path
) -> None:
    one = facts(DEAL.replace("{SAYS}", "{status: signed}"), "one.yaml")
    twice = facts("dossiers:\n  firm/alder-works:\n    label: Alder\n", "two.yaml")
    with pytest.raises(FaultsError, match=r"is opened twice, first in .*one.yaml:9"):
        rehearse(Store(tmp_path / "none"), batch([one, twice]))
    added = HEAD + (
        "dossiers:\n  agreement/deal:\n    claims:\n"
        "      - {from: press, modality: reported, says: {signed: 2025}}\n"
    )
    more = facts(added, "more.yaml")
    store = Store(tmp_path / "store")
    assert load(store, batch([one, more])).added == 2
    with pytest.raises(FaultsError, match="no such dossier; give it a label here, or load the"):
        rehearse(Store(tmp_path / "none"), batch([more]))
    fresh = Store(tmp_path / "later")
    load(fresh, batch([one]))
    assert load(fresh, batch([more])).added == 1


def test_no_path_of_the_users_machine_is_published(facts: Write, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    load(store, batch([facts(DEAL.replace("{SAYS}", "{status: signed}"))]))
    with store.read() as snapshot:
        assert str(tmp_path).encode() not in snapshot.dump()


def test_check_prints_every_fault_with_its_line_and_load_changes_nothing(
    facts: Write, run: Run, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    good = facts(DEAL.replace("{SAYS}", "{status: signed}"))
    assert run("load", str(good), store=store).returncode == 0
    before = run("log", store=store).stdout
    broken = facts(DEAL.replace("{SAYS}", "{status: sighned, sites: [{in: Frnace}]}"))
    checked = run("check", str(broken), store=store)
    assert checked.returncode == 1
    assert [line.split(": ")[0] for line in checked.stdout.splitlines()] == [f"{broken}:17"] * 2
    loaded = run("load", str(broken), store=store)
    assert loaded.returncode == 1
    assert "did you mean signed?" in loaded.stderr
    assert "2 faults; nothing was loaded." in loaded.stderr
    assert run("log", store=store).stdout == before


def test_shapes_refuse_what_the_form_lets_through(facts: Write) -> None:
    text = DEAL.replace("{SAYS}", "{status: signed}").replace(
        "    label: A deal\n", "    label: A deal\n    identifiers: {lei: NOT-AN-LEI}\n"
    )
    found = faults_of(facts(text))
    assert len(found) == 1
    assert found[0].startswith("facts.yaml:12: agreement/deal, lei: ")


def test_two_datasets_that_describe_a_source_differently_still_give_it_one_of_each(
    facts: Write, tmp_path: Path
) -> None:
    store = Store(tmp_path / "store")
    head = HEAD.replace("    publisher: press\n", "    publisher: press\n    language: LANGUAGE\n")
    for language in ("en", "fr"):
        text = head.replace("LANGUAGE", language).replace(
            "publisher: press", f"title: T {language}"
        )
        load(store, batch([facts(text + "dossiers: {}\n", f"{language}.yaml")]))
    with store.read() as snapshot:
        answer = snapshot.query(
            "PREFIX dcterms: <http://purl.org/dc/terms/> SELECT ?language ?title"
            "{ ?s a <https://w3id.org/hauberk/ns#Source> ; dcterms:language ?language ;"
            " dcterms:title ?title }"
        )
        assert len(list(answer)) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize("outcome", ["checked", "sought"])
def test_a_look_changes_the_day_and_not_the_claim(
    facts: Write, tmp_path: Path, outcome: str
) -> None:
    text = DEAL.replace("{SAYS}", "{status: signed}")
    later = text.replace("modality: reported", f"modality: reported\n        {outcome}: DAY")
    store = Store(tmp_path / "store")
    load(store, batch([facts(text)]))
    days = []
    for day in ("2026-11-01", "2026-11-24", "2026-11-24", "2026-10-01"):
        tally = load(store, batch([facts(later.replace("DAY", day))]))
        assert (tally.added, tally.unchanged, tally.withdrawn) == (0, 1, 0)
        with store.read() as snapshot:
            answer = snapshot.query(
                "SELECT ?d { ?c <https://w3id.org/hauberk/ns#" + outcome + "> ?d }"
            )
            days.append([row[0].value for row in answer])  # type: ignore[union-attr]
    assert days == [["2026-11-01"], ["2026-11-24"], ["2026-11-24"], ["2026-11-24"]]
    assert store.generations.current() == 3, "a check that is no news publishes nothing"
