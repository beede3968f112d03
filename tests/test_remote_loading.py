"""Remote stores loaded: a service holds what a folder would, wherever a load was cut off."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hauberk.graph.claims import CURRENT
from hauberk.graph.errors import FaultsError, RemoteError
from hauberk.graph.remote.store import RemoteStore
from hauberk.graph.remote.updates import PENDING
from hauberk.graph.store import Store
from hauberk.loaders.sync import batch, load, rehearse
from hauberk.tests.remote import WRITABLE, lines
from hauberk.tests.services import Running, cutting, post
from hauberk.tests.support import FIXTURE, HOSTILE, Run, Write, deals, source_text

pytestmark = pytest.mark.usefixtures("no_login")


@pytest.fixture(scope="module", params=WRITABLE)
def writable(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    with WRITABLE[request.param](tmp_path_factory.mktemp(request.param)) as running:
        yield running


@pytest.fixture
def empty(writable: Running) -> Running:
    """Return a service that holds nothing and takes updates."""
    writable.reset()
    return writable


def held(running: Running) -> list[str]:
    with RemoteStore(running.query).read() as snapshot:
        return lines(snapshot)


def loaded(folder: Path, *files: Path, dataset: str | None = None) -> list[str]:
    """Return what a store in a folder holds after it has loaded the files one after another."""
    store = Store(folder)
    for file in files:
        load(store, batch([file], dataset))
    with store.read() as snapshot:
        return lines(snapshot)


def test_load_makes_of_a_service_what_it_makes_of_a_folder(empty: Running, tmp_path: Path) -> None:
    store = RemoteStore(empty.query)
    assert rehearse(store, batch([FIXTURE])).added == 26
    assert store.is_empty
    assert load(store, batch([FIXTURE])).added == 26
    assert held(empty) == loaded(tmp_path / "store", FIXTURE)


def test_loading_again_changes_nothing(empty: Running) -> None:
    store = RemoteStore(empty.query)
    load(store, batch([FIXTURE]))
    with store.read() as snapshot:
        before = snapshot.dump()
    assert not load(RemoteStore(empty.query), batch([FIXTURE])).changes
    with store.read() as snapshot:
        assert snapshot.dump() == before


def test_claims_gone_from_a_file_are_withdrawn_and_can_come_back(
    empty: Running, facts: Write, tmp_path: Path
) -> None:
    store = RemoteStore(empty.query)
    for status in ("signed", "completed", "signed"):
        file = facts(deals(3, status))
        load(store, batch([file]))
        load(Store(tmp_path / "store"), batch([file]))
        with Store(tmp_path / "store").read() as snapshot:
            assert held(empty) == lines(snapshot)


def test_another_file_settles_what_depends_on_it(
    empty: Running, facts: Write, tmp_path: Path
) -> None:
    """A source's new grade, a party's seat and identity reach ties that another file holds."""
    party = "  undisclosed/yard:\n    label: a yard\n    unknown: nobody has said\n"
    tie = (
        "  agreement/frame:\n    label: Frame\n    claims:\n      - from: press\n"
        "        modality: reported\n        says:\n          participations:\n"
        "            - {agent: undisclosed/yard, role: producer}\n"
    )
    named = (
        "  firm/oak:\n    label: Oak\n    state: DE\n"
        "  undisclosed/yard:\n    label: a yard\n    unknown: nobody has said\n    claims:\n"
        "      - {from: press, modality: confirmed, says: {identified-as: firm/oak}}\n"
    )
    first = facts(source_text("press") + "dossiers:\n" + tie + party, "ties.yaml")
    second = facts(source_text("press") + "dossiers:\n" + named, "names.yaml")
    for file in (first, second):
        load(RemoteStore(empty.query), batch([file]))
    assert held(empty) == loaded(tmp_path / "store", first, second)


def test_hostile_texts_come_back_as_they_were(empty: Running, facts: Write, tmp_path: Path) -> None:
    odd = [*HOSTILE, "a\tb", "a\nb", "é 😀", "\\u0022 }", "'''" + '"""']
    text = source_text("press") + "dossiers:\n"
    for number, value in enumerate(odd):
        said = json.dumps(value, ensure_ascii=False)
        text += (
            f"  agreement/odd-{number}:\n    label: {said}\n    claims:\n      - from: press\n"
            f"        modality: reported\n        note: {said}\n        says:\n"
            "          participations: [{agent: state/FR, role: customer}]\n"
        )
    file = facts(text)
    expected = loaded(tmp_path / "store", file)
    load(RemoteStore(empty.query), batch([file]))
    assert held(empty) == expected
    assert not load(RemoteStore(empty.query), batch([file])).changes


def test_faulty_facts_leave_the_service_as_it_was(empty: Running, facts: Write) -> None:
    load(RemoteStore(empty.query), batch([FIXTURE]))
    before = held(empty)
    wrong = facts(deals(2).replace("state/FR", "firm/nobody"), "wrong.yaml")
    with pytest.raises(FaultsError):
        load(RemoteStore(empty.query), batch([wrong]))
    assert held(empty) == before


@pytest.mark.parametrize("before", [True, False], ids=["request", "answer"])
def test_load_cut_off_anywhere_is_taken_up_again(  # noqa: PLR0913
    empty: Running,
    facts: Write,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    at_once: list[float],
    *,
    before: bool,
) -> None:
    """Whichever request is the last to get through, a second load ends as if none were lost."""
    old, new = facts(deals(4)), facts(deals(4, "completed"), "new.yaml")
    expected = loaded(tmp_path / "store", old, new, dataset="deals")
    cut = 0
    while True:
        load(RemoteStore(empty.query), batch([old], "deals"))
        monkeypatch.setattr("hauberk.graph.remote.updates.SIZE", 60)
        with cutting(empty, cut, before=before) as way, suppress(RemoteError):
            load(RemoteStore(way.url), batch([new], "deals"))
            break
        assert half_written(empty) == set()
        load(RemoteStore(empty.query), batch([new], "deals"))
        assert held(empty) == expected, cut
        assert not post_rows(empty, f"GRAPH {PENDING} {{ ?s ?p ?o }}")
        cut += 1
    assert cut > 3
    assert at_once


def post_rows(running: Running, pattern: str) -> list[dict[str, dict[str, str]]]:
    answer = json.loads(post(running.query, query=f"SELECT * WHERE {{ {pattern} }}"))
    rows: list[dict[str, dict[str, str]]] = answer["results"]["bindings"]
    return rows


def half_written(running: Running) -> set[str]:
    """Return the dossiers whose accepted status is not the one that its live claim carries."""
    status = "<https://w3id.org/hauberk/ns#status>"
    accepted = post_rows(running, f"GRAPH {CURRENT} {{ ?deal {status} ?status }}")
    said = post_rows(
        running,
        f"GRAPH {CURRENT} {{ ?claim a <https://w3id.org/hauberk/ns#Claim> }}"
        f" GRAPH ?claim {{ ?deal {status} ?status }}",
    )
    claimed = {(row["deal"]["value"], row["status"]["value"]) for row in said}
    held_ = {(row["deal"]["value"], row["status"]["value"]) for row in accepted}
    return {deal for deal, _ in claimed ^ held_}


def test_dossier_written_in_part_is_mended(empty: Running, facts: Write, tmp_path: Path) -> None:
    """Where a request is no transaction, what was cut off in it is pending, and written anew."""
    file = facts(deals(3))
    load(RemoteStore(empty.query), batch([file]))
    deal = "https://w3id.org/hauberk/id/agreement/deal-1"
    (claim,) = {
        row["g"]["value"] for row in post_rows(empty, f"GRAPH ?g {{ <{deal}> ?p ?o }}")
        if "/id/claim/" in row["g"]["value"]
    }  # fmt: skip
    post(
        empty.update,
        update=f"DELETE WHERE {{ GRAPH <{claim}> {{ ?s ?p ?o }} }};"
        f"DELETE WHERE {{ GRAPH {CURRENT} {{ <{deal}> ?p ?o }} }};"
        f'INSERT DATA {{ GRAPH {PENDING} {{ <{deal}> <http://purl.org/dc/terms/date> "x" }} }}',
    )
    load(RemoteStore(empty.query), batch([file]))
    assert held(empty) == loaded(tmp_path / "store", file)


def test_new_reference_data_takes_the_place_of_the_old(empty: Running, tmp_path: Path) -> None:
    load(RemoteStore(empty.query), batch([FIXTURE]))
    digest = "<https://w3id.org/hauberk/ontology> <https://w3id.org/hauberk/ns#contentHash>"
    post(
        empty.update,
        update=f"DELETE WHERE {{ GRAPH {CURRENT} {{ {digest} ?d }} }};"
        f'INSERT DATA {{ GRAPH {CURRENT} {{ {digest} "old" . <urn:old> <urn:p> <urn:o> }} }}',
    )
    assert load(RemoteStore(empty.query), batch([FIXTURE])).reference_changed
    assert held(empty) == loaded(tmp_path / "store", FIXTURE)


def test_empty_service_is_told(empty: Running, run: Run) -> None:
    done = run("--store", empty.query, "query", "sources")
    assert done.returncode == 1
    assert done.stderr == (
        f"Error: {empty.query}: holds no Hauberk graph; run `hauberk load` first\n"
    )
