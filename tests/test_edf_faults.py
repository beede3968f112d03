"""Files of the Funding & Tenders portal that are broken or hostile: rejects, or one clear line."""

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from hauberk.graph.errors import FaultsError
from hauberk.graph.store import Store
from hauberk.loaders.opendata.json_objects import MAX_DEPTH
from hauberk.loaders.opendata.rejects import Reject
from hauberk.loaders.sync import Sync, batch, compare
from hauberk.tests.support import ROOT

DATA = ROOT / "tests" / "data" / "opendata" / "edf"
MAIN, PEOPLE = "main.csv", "metadata_participants.csv"


def copied(folder: Path, *names: str) -> list[Path]:
    for name in names:
        (folder / name).write_bytes((DATA / name).read_bytes())
    return [folder / name for name in names]


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def reading(path: Path) -> tuple[int, int, list[Reject]]:
    """Return a file's records, its claims, and its rejects."""
    sync = Sync(batch([path], form="edf"))
    compare(sync, Store(path.parent / "none"))
    (found,) = sync.readings
    return found.records, found.claims, list(found.rejects.kept)


def refusal(path: Path) -> str:
    """Return the one line with which a file is refused, in little memory."""
    tracemalloc.start()
    try:
        with pytest.raises(FaultsError) as refused:
            reading(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 150e6
    (fault,) = refused.value.faults
    assert Path(fault.file) == path
    assert "\n" not in str(fault)
    return str(fault).removeprefix(f"{path.parent}/")


@pytest.mark.parametrize(
    ("old", "new", "field", "reason"),
    [
        (",900000066,", ",90000006,", "pic", "is no PIC of nine digits"),
        (",900000066,", ",,", "pic", "is no PIC of nine digits"),
        ("ELM AERO SAS", "N/A", "legalName", "is no name"),
        ("ELM AERO SAS", "E" * 501, "legalName", "is no name"),
        (",700000,", ',"700.000,50",', "eucontribution", "is no amount of money"),
        (",700000,", ",-700000,", "eucontribution", "is no amount of money"),
        (",700000,", ",1e999,", "eucontribution", "is no amount of money"),
        ("0,coordinator,", "0,conductor,", "role", "is no role known of the portal"),
        ("0.metadata.participants.0,0,", "0.metadata.participants.0,9,", "_link_main",
         "is no project of the main file"),
        ("0.metadata.participants.0,", "0.metadata.participants.0,,", "",
         "has another number of fields"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("alone", [False, True])
def test_a_broken_participation_is_rejected_and_the_others_are_read(  # noqa: PLR0913, PLR0917
    old: str, new: str, field: str, reason: str, alone: bool, tmp_path: Path
) -> None:
    path, *_ = copied(tmp_path, *([PEOPLE] if alone else [PEOPLE, MAIN]))
    changed(path, old, new)
    records, claims, rejects = reading(path)
    if alone and field == "_link_main":
        assert (records, claims, rejects) == (9, 9, [])
        return
    assert (records, claims, len(rejects)) == (9, 8, 1)
    assert (rejects[0].line, rejects[0].field) == (8, field)
    assert reason in rejects[0].reason


def test_a_broken_project_is_rejected_with_the_participations_that_need_it(
    tmp_path: Path,
) -> None:
    people, main = copied(tmp_path, PEOPLE, MAIN)
    changed(main, ",101900002,", ",no number,")
    records, _, rejects = reading(main)
    assert (records, [(r.line, r.field, r.value) for r in rejects]) == (
        3, [(4, "projectId", "no number")],
    )  # fmt: skip
    records, claims, rejects = reading(people)
    assert (records, claims, [r.line for r in rejects]) == (9, 7, [8, 9])
    assert rejects[0].reason == "names a project whose projectId is no project's number"


def test_a_sum_of_a_project_that_is_no_number_leaves_its_participations(tmp_path: Path) -> None:
    people, main = copied(tmp_path, PEOPLE, MAIN)
    changed(main, ",7500000.25,", ",many,")
    assert reading(main)[2][0].field == "euContributionAmount"
    assert reading(people) == (9, 9, [])


def test_an_unknown_date_status_or_state_is_kept_as_a_note(tmp_path: Path) -> None:
    people, main = copied(tmp_path, PEOPLE, MAIN)
    changed(main, "2023-12-01T00:00:00.000+0100", "soon")
    changed(main, ",Ongoing,", ",Dreaming,")
    changed(people, ",EL,", ",XX,")
    assert reading(main)[2] == reading(people)[2] == []
    sync = Sync(batch([main, people], form="edf"))
    statements = [s for _, s in compare(sync, Store(tmp_path / "none")).new]
    notes = {note for s in statements if (note := getattr(s, "note", None))}
    assert any("Date started in the portal: soon." in note for note in notes)
    assert any("Status in the portal: Dreaming." in note for note in notes)
    assert "State in the portal, unknown here: XX." in notes


def test_json_with_broken_parts_rejects_them_by_their_number(tmp_path: Path) -> None:
    (path,) = copied(tmp_path, "api.json")
    records = json.loads(path.read_text(encoding="utf-8"))
    records[0]["metadata"]["participants"] = ["[{]"]
    records[1]["metadata"]["participants"] = ['[7, {"pic": 900000011, "legalName": "\\ud800"}]']
    records[2]["metadata"]["projectId"] = [{"deep": []}]
    path.write_text(json.dumps([*records, 7, "x", {"metadata": None}]), encoding="utf-8")
    count, _, rejects = reading(path)
    assert [(r.line, r.field) for r in rejects] == [
        (1, "participants"), (3, "participants"), (4, "legalName"), (5, "projectId"),
        (6, "projectId"),
    ]  # fmt: skip
    assert count == 6


HOSTILE_CSV: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "nul": (lambda data: data + b"1\0,2\n", "holds NUL bytes"),
    "columns": (lambda data: data + b"," * 50_000_000, "a record is longer than 1 MB"),
    "lines in quotes": (
        lambda data: data + b'"' + b"a\n" * 5_000_000,
        "is broken CSV (field larger",
    ),
    "field": (lambda data: data + b"a" * 200_000 + b"\n", "is broken CSV (field larger"),
    "latin": (lambda data: data + b"\xe9,2\n", "is not UTF-8 (byte 0xe9)"),
    "cut off": (lambda data: data[: data.rindex(b"Two lines")], "is broken CSV (unexpected end"),
    "twice": (lambda data: data.replace(b"apiVersion,", b"_link,", 1), "two columns have one"),
    "utf-16": (lambda data: data.decode().encode("utf-16"), "is not main.csv"),
    "empty": (lambda _: b"", "is empty: it is not main.csv"),
    "other": (lambda _: b"a,b\n1,2\n", "is not main.csv"),
}


@pytest.mark.parametrize("name", HOSTILE_CSV)
def test_hostile_csv_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    spoil, message = HOSTILE_CSV[name]
    (path,) = copied(tmp_path, MAIN)
    path.write_bytes(spoil(path.read_bytes()))
    assert message in refusal(path)


HEAD = '[{"apiVersion": "2", "reference": "1", "database": "SEDIA_NONH2020_PROD", "metadata": '
HOSTILE_JSON = {
    "deep lists": (HEAD + "[" * 100_000, "is nested more than 24 deep"),
    "deep objects": (HEAD + '{"a":' * 100_000, "is nested more than 24 deep"),
    "cut off": (HEAD + '{"projectId": ["1019', "is broken JSON"),
    "no end": (HEAD + '{"title": ["' + "a" * 40_000_000, "more than 4 MB"),
    "endless keys": (HEAD + "{" + '"k": 1,' * 4_000_000, "more than 4 MB"),
    "number": (HEAD + '{"overallBudget": ' + "9" * 100_000 + "}}]", "more than 1000 digits"),
    "trash": (HEAD + "trash}", "is broken JSON"),
    "exponent": (HEAD + '{"overallBudget": 1e99999999999999999999}}]', "is broken JSON"),
    "latin": (HEAD + '{"title": ["\udce9"]}}]', "is broken JSON"),
    "blanks": (HEAD + " " * 40_000_000, "more than 4 MB"),
}


@pytest.mark.parametrize("name", HOSTILE_JSON)
def test_hostile_json_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    text, message = HOSTILE_JSON[name]
    path = tmp_path / "api.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert message in refusal(path)


def test_participants_nested_without_end_are_rejected(tmp_path: Path) -> None:
    (path,) = copied(tmp_path, "api.json")
    records = json.loads(path.read_text(encoding="utf-8"))
    records[0]["metadata"]["participants"] = ["[" * 100_000]
    path.write_text(json.dumps(records), encoding="utf-8")
    assert [(r.line, r.reason) for r in reading(path)[2]] == [(1, "is no JSON")]
    assert MAX_DEPTH < 100
