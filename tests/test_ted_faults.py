"""Notices of TED that are changed, broken or hostile: differences, rejects, or one clear line."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from hauberk.graph.store import Store
from hauberk.loaders.opendata import ted
from hauberk.loaders.opendata.provider import HEAD_BYTES, Sample
from hauberk.loaders.opendata.ted_xml import MAX_BYTES
from hauberk.tests.support import Run
from hauberk.tests.ted import AWARD, DATA, bring, message, rejected, written

# -- Rejects, differences ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "field", "reason"),
    [
        ("2500000.50", "2,5 mln", "CON-0001 amount", "is no amount of money in plain digits"),
        ("2500000.50", "-5", "CON-0001 amount", "is below zero"),
        ("2026-02-20+01:00", "2026-02-31+01:00", "CON-0001 IssueDate", "is no day of the calendar"),
        ("<efac:Tenderer><cbc:ID>ORG-0002", "<efac:Tenderer><cbc:ID>ORG-0009",
         "CON-0001 organisation", "is no organisation of the notice"),
        ('currencyID="EUR">2500000.50', 'currencyID="euro">1', "CON-0001 currencyID",
         "is no currency"),
    ],
)  # fmt: skip
def test_a_broken_contract_is_rejected_and_the_others_are_kept(
    old: str, new: str, field: str, reason: str, tmp_path: Path
) -> None:
    assert old in AWARD
    records, found = rejected(written(tmp_path, AWARD.replace(old, new)), tmp_path)
    assert records == 3
    assert [(each.field, each.reason) for each in found] == [
        ("LOT-0003", "no winner was chosen for the lot"),
        (field, reason),
    ]
    assert all(each.line > 1 for each in found)


def test_a_contract_without_lot_and_tender_is_rejected(tmp_path: Path) -> None:
    stray = "<efac:SettledContract><cbc:ID>CON-0009</cbc:ID></efac:SettledContract>"
    text = AWARD.replace("</efac:NoticeResult>", f"{stray}</efac:NoticeResult>")
    records, found = rejected(written(tmp_path, text), tmp_path)
    assert records == 4
    assert ("CON-0009", "no winning tender is named") in [(e.field, e.reason) for e in found]


def test_a_changed_notice_changes_by_difference(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    path = written(tmp_path, AWARD)
    assert bring(store, path).added == 5
    assert not bring(store, path).changes
    changed = bring(store, written(tmp_path, AWARD.replace("2500000.50", "2400000")))
    assert (changed.added, changed.withdrawn, changed.unchanged) == (1, 1, 4)


def test_an_archive_holds_notices_and_a_bad_one_in_it_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "day.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/1.xml", AWARD)
        archive.writestr("a/2.xml", "<broken")
        archive.writestr("a/3.xml", (DATA / "subcontract.xml").read_text(encoding="utf-8"))
        archive.writestr("a/4.xml", b" " * (MAX_BYTES + 1))
        archive.writestr("a/readme.txt", "no notice")
    assert ted.recognises(Sample("day.zip", path.read_bytes()[:HEAD_BYTES], path))
    records, found = rejected(path, tmp_path)
    assert records == 3 + 1 + 1 + 1
    assert [each.field for each in found] == ["LOT-0003", "a/2.xml", "a/4.xml"]
    store = Store(tmp_path / "store")
    assert bring(store, path).added == 6


# -- Hostile files -----------------------------------------------------------------------


def bomb(text: str) -> str:
    levels = "".join(
        f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' if n else '<!ENTITY e0 "ha">' for n in range(10)
    )
    doctype = f"<!DOCTYPE ContractAwardNotice [{levels}]>"
    return text.replace("<ContractAwardNotice", f"{doctype}<ContractAwardNotice", 1).replace(
        "C/2026/1", "&e9;"
    )


def external(text: str) -> str:
    doctype = '<!DOCTYPE ContractAwardNotice [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    return text.replace("<ContractAwardNotice", f"{doctype}<ContractAwardNotice", 1).replace(
        "C/2026/1", "&x;"
    )


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (bomb, "has a document type"),
        (external, "has a document type"),
        (lambda text: text[: len(text) // 2], "is no whole XML"),
        (lambda text: text.replace("C/2026/1", "\0"), "NUL bytes"),
        (lambda text: text.replace("C/2026/1", "<a>" * 100_000), "is no whole XML"),
        (lambda text: text + " " * MAX_BYTES, "is larger than 20 MB"),
        (lambda _: "", "is empty"),
        (lambda _: "<html><body>Not found</body></html>", "is no result notice"),
    ],
    ids=["bomb", "external", "cut", "nul", "deep", "large", "empty", "html"],
)
def test_a_hostile_file_is_refused_in_one_line(
    spoil: Callable[[str], str], says: str, tmp_path: Path
) -> None:
    path = written(tmp_path, spoil(AWARD))
    found = message(path, tmp_path)
    assert says in found
    assert found.startswith("notice.xml:")


def test_a_swelling_archive_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1.xml", b"<a>" * (5 << 20))
    _, found = rejected(path, tmp_path)
    assert [each.reason for each in found] == ["unpacks to more than a notice holds"]


def test_an_archive_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("1.xml", AWARD)
    path.write_bytes(path.read_bytes()[:2000])
    assert "is no whole archive" in message(path, tmp_path)


def test_the_command_says_what_it_read_and_credits_the_publisher(run: Run, tmp_path: Path) -> None:
    done = run("load", str(DATA / "award.xml"), "--dry-run", store=tmp_path / "store")
    assert done.returncode == 0, done.stderr
    assert "award.xml (ted): 3 records, 5 claims, 1 rejects. © European Union, TED" in done.stdout
