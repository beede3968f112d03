"""Files of SIPRI's register that are broken or hostile: rejects, or one clear line."""

from pathlib import Path

import pytest

from hauberk.graph.errors import FaultsError
from hauberk.graph.store import Store
from hauberk.tests.sipri import DATA, bring, reading

HEAD = (DATA / "web.csv").read_text(encoding="utf-8").splitlines(keepends=True)[:6]


# -- What cannot be read -----------------------------------------------------------------


def test_rejects_of_the_web_export_name_line_field_value_and_reason(tmp_path: Path) -> None:
    found = reading(DATA / "web.csv", tmp_path)
    assert [
        (r.line, r.field, r.value[:13], r.reason.split(",")[0]) for r in found.rejects.kept
    ] == [
        (14, "recipient", "Gorse (Rohan)", "is an armed group"),
        (15, "supplier", "Atlantis", "is no state of ISO 3166"),
        (16, "numbers delivered", "four", "is no number"),
        (17, "order date is estimate", "Perhaps", "is neither Yes nor No"),
        (18, "", "111,Norway,Uk", "has 10 cells where the header row has 17"),
        (19, "sipri at database id", "101", "the row is the same as that of line 8"),
        (20, "recipient", "Czechia", "differs from that of the same deal in line 7"),
    ]
    assert found.records == 15


def test_rejects_of_the_older_table_are_the_rest_of_broken_rows_too(tmp_path: Path) -> None:
    found = reading(DATA / "legacy.csv", tmp_path)
    assert [(r.line, r.field, r.value) for r in found.rejects.kept] == [
        (2, "recipient", ""),
        (10, "number ordered?", "x"),
        (11, "year of order", "20200"),
    ]
    assert found.records == 10


# -- Hostile files -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "has no header row"),
        (b"a,b,c\n1,2,3\n", "has no header row"),
        ("".join(HEAD).encode("utf-16"), "has no header row"),
        ("".join(HEAD).encode() + b"101,\0,Poland\n", "holds NUL bytes; save"),
        ("".join(HEAD).encode() + b"," * 1_000_000, "the line is longer than 64 KB"),
        ("".join(HEAD).encode() + b'101,"' + b"x\n" * 5000, "is not closed within 100 lines"),
        (b"{\\rtf1 SIPRI recipient trash", "holds no deal"),
        (b"{\\rtf1 SIPRI recipient " + b"{" * 100_000, "is nested deeper"),
        (b"{\\rtf1 SIPRI recipient " + b"x" * 1_000_000, "a paragraph is longer"),
        (b"{\\rtf1 SIPRI recipient \\bin99999999 " + bytes(range(256)), "holds binary data"),
        (b"{\\rtf1" + bytes(range(256)) * 100, "holds no deal"),
    ],
)
def test_hostile_file_is_refused_in_one_line(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "hostile"
    path.write_bytes(data)
    store = Store(tmp_path / "store")
    with pytest.raises(FaultsError) as refused:
        bring(store, path)
    assert len(refused.value.faults) == 1
    assert message in str(refused.value.faults[0])
    assert store.is_empty


def test_truncated_file_loses_no_more_than_its_last_row(tmp_path: Path) -> None:
    whole = (DATA / "web.csv").read_text()
    path = tmp_path / "cut.csv"
    path.write_text(whole[: whole.index("Elm,trainer") + 9])
    found = reading(path, tmp_path)
    assert [reject.line for reject in found.rejects.kept] == [12]
    assert found.records == 6
