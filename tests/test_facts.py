"""The bundled facts as data under test: sourced, dated, whole, and as many as they should be."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from pyoxigraph import NamedNode
from pyoxigraph import Store as Database

from hauberk.graph.claims import CURRENT
from hauberk.graph.ledger import Ledger
from hauberk.loaders.sync import Sync, bundled, scratch
from hauberk.ontology.names import HBK, RDF, TIE_KINDS
from hauberk.tests.support import ROOT

FACTS = sorted((ROOT / "loaders" / "facts").glob("*.yaml"))
DOCUMENTS = {
    path.name: yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506
    for path in FACTS
}
TODAY = date.today().isoformat()  # noqa: DTZ011 - a fact's day has no zone


def sources() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, document in DOCUMENTS.items():
        for key, record in (document.get("sources") or {}).items():
            yield name, key, record


def claims() -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    for name, document in DOCUMENTS.items():
        for key, record in (document.get("dossiers") or {}).items():
            for claim in record.get("claims") or []:
                yield name, key, claim, document["sources"]


@pytest.fixture(scope="module")
def base() -> Database:
    from pyoxigraph import Literal

    from hauberk.ontology.names import XSD

    ledger = scratch()
    plan = Sync(bundled()).prepare(ledger)
    ledger.carry_out(plan, Literal("2026-01-01T00:00:00Z", datatype=XSD.dateTime))
    return ledger.store


def count(base: Database, cls: NamedNode) -> int:
    return len(Ledger(base).subjects(RDF.type, cls))


def test_every_source_has_an_absolute_address_a_publisher_and_a_reasoned_grade() -> None:
    for name, key, record in sources():
        where = f"{name}, source {key}"
        parts = urlsplit(record.get("url", ""))
        assert parts.scheme in {"http", "https"}, where
        assert "." in (parts.hostname or ""), where
        assert record.get("publisher"), f"{where}: name the publisher"
        assert record.get("reliability"), f"{where}: grade it A to F"
        assert record.get("reliability-reason"), f"{where}: say why that grade"


def test_every_source_is_cited() -> None:
    for name, document in DOCUMENTS.items():
        cited: set[str] = set()
        for file, _, claim, _ in claims():
            if file == name:
                given = claim["from"]
                cited |= {given} if isinstance(given, str) else set(given)
        assert not set(document.get("sources") or {}) - cited, f"{name}: cite or remove these"


def test_no_date_lies_in_the_future() -> None:
    for name, key, record in sources():
        assert record.get("published", "") <= TODAY, f"{name}, source {key}"
    for name, key, claim, _ in claims():
        assert claim.get("said", "") <= TODAY, f"{name}, {key}"


def test_no_claim_is_said_after_the_source_it_was_read_in() -> None:
    for name, key, claim, known in claims():
        given = claim["from"]
        dates = [known[each].get("published") for each in
                 ([given] if isinstance(given, str) else given)]  # fmt: skip
        if claim.get("said") and all(dates):
            latest = max(dates)
            width = min(len(latest), len(claim["said"]))
            assert claim["said"][:width] <= latest[:width], f"{name}, {key}: {claim['said']}"


def test_nothing_announced_or_signed_lies_after_it_was_said() -> None:
    for name, key, claim, _ in claims():
        if claim["modality"] in {"expected", "opinion"} or not claim.get("said"):
            continue
        for word in ("announced", "signed", "approved", "delivered"):
            day = claim.get("says", {}).get(word)
            if day:
                width = min(len(day), len(claim["said"]))
                assert day[:width] <= claim["said"][:width], f"{name}, {key}: {word} {day}"


def test_passages_are_pointed_to_and_never_quoted() -> None:
    pointed = [claim["passage"] for _, _, claim, _ in claims() if "passage" in claim]
    assert len(pointed) >= 20
    assert all(set(passage) <= {"paragraph", "start", "end", "sha256"} for passage in pointed)


def test_notes_are_short_and_in_our_own_words() -> None:
    for name, key, claim, _ in claims():
        note = claim.get("note", "")
        assert len(note) <= 600, f"{name}, {key}: a note of {len(note)} characters; restate it"


def test_no_two_dossiers_of_a_kind_bear_one_label() -> None:
    labels = Counter(
        (key.partition("/")[0], record["label"].casefold())
        for document in DOCUMENTS.values()
        for key, record in (document.get("dossiers") or {}).items()
        if "label" in record
    )
    assert not [label for label, times in labels.items() if times > 1]


LEGAL_FORMS = frozenset(
    {
        "ab", "ag", "as", "bv", "co", "corp", "doo", "gmbh", "inc", "jsc", "kg", "limited", "llc",
        "ltd", "nv", "oy", "oyj", "pjsc", "plc", "sa", "sas", "se", "spa", "srl", "sro", "the",
    }
)  # fmt: skip


def normalised(name: str) -> str:
    """Return a name without case, accents, punctuation and legal form."""
    letters = unicodedata.normalize("NFKD", name)
    plain = "".join(char for char in letters if not unicodedata.combining(char)).casefold()
    return " ".join(word for word in re.findall(r"\w+", plain) if word not in LEGAL_FORMS)


def test_no_two_parties_go_by_one_name_unless_told_apart() -> None:
    told = yaml.safe_load((ROOT / "tests" / "data" / "told-apart.yaml").read_text(encoding="utf-8"))
    apart = {frozenset(each["parties"]) for each in told}
    assert all(each["reason"] for each in told)
    named: dict[str, set[str]] = {}
    for document in DOCUMENTS.values():
        for key, record in (document.get("dossiers") or {}).items():
            if key.partition("/")[0] in {"firm", "body", "organisation"} and "label" in record:
                for name in [record["label"], *(record.get("aliases") or [])]:
                    named.setdefault(normalised(name), set()).add(key)
    meeting = {name: keys for name, keys in named.items() if len(keys) > 1}
    undecided = {name: keys for name, keys in meeting.items() if frozenset(keys) not in apart}
    assert not undecided, "make them one dossier, or say in tests/data/told-apart.yaml why not"


@pytest.mark.parametrize(
    ("cls", "least"),
    [
        (HBK.Tie, 690), (HBK.Firm, 320), (HBK.PublicBody, 80), (HBK.CooperationModel, 30),
        (HBK.UndisclosedParty, 90), (HBK.Person, 45), (HBK.Source, 1500), (HBK.Claim, 2400),
        (HBK.State, 45), (HBK.Renaming, 30),
    ],
)  # fmt: skip
def test_the_base_holds_as_much_as_it_should(cls: NamedNode, least: int, base: Database) -> None:
    found = count(base, cls)
    assert found >= least, f"{cls.value}: {found}; did a file go missing?"


def test_a_dozen_undisclosed_parties_were_identified_since(base: Database) -> None:
    named = {q.subject for q in base.quads_for_pattern(None, HBK.identifiedAs, None, CURRENT)}
    assert len(named) >= 12


@pytest.mark.parametrize(
    ("theme", "least"),
    [
        ("acquisitions", 2), ("air-", 46), ("aircraft-", 13), ("ammunition-", 47),
        ("armoured-", 72), ("artillery", 21), ("british-", 6), ("build-with-ukraine", 10),
        ("combat-air", 11), ("danish-model", 16), ("demining", 8), ("donor-paid-arms", 7),
        ("drone-", 15), ("drones-", 70), ("electronics-", 17), ("engines", 14),
        ("european-", 11), ("explosives", 8), ("frameworks", 35), ("french-", 10), ("funds-", 41),
        ("helicopters", 12), ("joint-ventures-", 4), ("land-systems", 11), ("licences-", 4),
        ("loitering-", 12), ("missiles", 30), ("naval-", 44), ("ownership", 40), ("radar", 10),
        ("rheinmetall-", 4), ("security-agreements", 29), ("services", 9), ("small-arms", 7),
        ("space", 10), ("stakes", 9), ("ukrainian-production-", 11), ("ventures-of-2026", 7),
        ("western-treaties", 7),
    ],
)  # fmt: skip
def test_each_theme_has_the_ties_it_should(theme: str, least: int) -> None:
    files = [name for name in DOCUMENTS if name.startswith(theme)]
    held = [
        key
        for name in files
        for key, record in (DOCUMENTS[name].get("dossiers") or {}).items()
        if key.partition("/")[0] in TIE_KINDS and "label" in record
    ]
    assert len(held) >= least, f"{theme}*.yaml: {len(held)} ties; did a file or dossier go missing?"


def test_every_claim_is_graded_and_was_looked_for_again() -> None:
    bare = [
        f"{name}: {key}: give claim {claim.get('from')} a credibility, and `checked` or `sought`"
        for name, key, claim, _ in claims()
        if "credibility" not in claim or not {"checked", "sought"} & claim.keys()
    ]
    assert not bare, "\n".join(bare)


def test_every_record_of_the_first_part_is_a_dossier(base: Database) -> None:
    ledger = Ledger(base)
    for key in (
        "agreement/fr-ua-carmaker-drones-lci-2025-06",
        "agreement/renault-ukraine-drones-franceinfo-2025-06",
        "agreement/renault-ukraine-drones-ambassador-2025-09",
        "agreement/chorus-dga-initial-contract-2025-12",
        "agreement/renault-turgis-gaillard-chorus-2026-01",
        "agreement/renault-chorus-le-mans-announcement-2026-02",
        "agreement/mbda-one-way-effector-carmaker-2025-06",
        "agreement/dga-mbda-one-way-effector-2025-12",
        "programme/danish-model",
        "agreement/g7-vilnius-declaration",
    ):
        assert ledger.is_known(NamedNode("https://w3id.org/hauberk/id/" + key)), key


def test_a_deal_only_expected_or_denied_makes_no_tie(base: Database) -> None:
    ledger = Ledger(base)
    denied = NamedNode("https://w3id.org/hauberk/id/agreement/leonardo-ukraine-drone-denied")
    assert ledger.is_known(denied)
    assert HBK.Tie not in {q.object for q in base.quads_for_pattern(denied, RDF.type, None, None)}
