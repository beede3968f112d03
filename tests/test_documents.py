"""Files nobody vouches for: an error with its line, or a right reading, at a bounded cost."""

import io
import json
import resource
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from hauberk.graph.errors import Fault
from hauberk.loaders.documents import MAX_FILE, MAX_LINE, stream_documents
from hauberk.loaders.records import MAX_DEPTH, Listing, Record
from hauberk.tests.support import Run, command


def read(data: bytes | str, form: str = "yaml") -> tuple[list[Record], list[Fault]]:
    faults: list[Fault] = []
    raw = data.encode() if isinstance(data, str) else data
    return list(stream_documents(io.BytesIO(raw), form, "f", faults)), faults


def refused(data: bytes | str, form: str = "yaml") -> Fault:
    documents, faults = read(data, form)
    assert not documents
    assert len(faults) == 1, faults
    return faults[0]


@pytest.mark.parametrize("word", ["NO", "no", "1_000", "0x1F", "1e3", "2025-02-30", "~", "null",
                                  "yes", "12:30:45", ".inf", "0777", "="])  # fmt: skip
def test_every_scalar_is_read_as_the_text_it_is(word: str) -> None:
    documents, faults = read(f"key: {word}\n")
    assert not faults
    assert documents == [{"key": word}]


@pytest.mark.parametrize("number", ["1.50", "-0", "1e400", "12345678901234567890"])
def test_json_numbers_are_read_as_the_text_they_are(number: str) -> None:
    documents, faults = read(f'{{"key": {number}}}', "json")
    assert not faults
    assert documents == [{"key": number}]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "`a` is given twice, first on line 1"),
        ("a: &x [1]\nb: *x\n", 1, "anchor"),
        ("a: 1\nb: *nowhere\n", 2, "anchor"),
        ("a: 1\nb: !!python/object/apply:os.system [id]\n", 2, "tag"),
        ("a: !!binary aGk=\n", 1, "tag"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "is not YAML"),
        ("a: 1\n\tb: 2\n", 2, "is not YAML"),
        ("? [a, b]\n: c\n", 1, "for a key"),
        ('a: 1\nb: "x\\u0007y"\n', 2, "U+0007"),
        ("a: 1\nb: x\u202ey\n", 2, "U+202E"),
        ('a: "\\ud800"\n', 1, "invalid Unicode"),
        ("- a\n- b\n", 1, "holds no mapping"),
        ("just text\n", 1, "holds no mapping"),
        ("", 1, "holds no mapping"),
        ("a: " + "x" * 20000 + "\n", 1, "text of over 16 KB"),
    ],
)
def test_yaml_that_could_mislead_is_refused_with_its_line(
    text: str, line: int, message: str
) -> None:
    fault = refused(text)
    assert message in fault.message
    assert fault.line == line


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('{"a": 1,\n "a": 2}', 2, "`a` is given twice"),
        ('{"a": 1,\n "b": NaN}', 0, "NaN"),
        ('{"a": 1,\n "b": [1,}', 2, "is not JSON"),
        ('{"a": "x\\u0000y"}', 1, "U+0000"),
        ('{"a": "\\ud800"}', 1, "U+D800"),
        ('["a"]', 1, "holds no mapping"),
        ("", 1, "is not JSON"),
    ],
)
def test_json_that_could_mislead_is_refused_with_its_line(
    text: str, line: int, message: str
) -> None:
    fault = refused(text, "json")
    assert message in fault.message
    assert fault.line == line


@pytest.mark.parametrize(
    ("opening", "form"),
    [("[", "yaml"), ("{a: ", "yaml"), ("- ", "yaml"), ("? ", "yaml"), ('{"a":', "json"),
     ("[", "json"), ('{"a":[', "jsonl")],
)  # fmt: skip
def test_deep_nesting_is_refused_where_it_begins_to_be_deep(opening: str, form: str) -> None:
    fault = refused(opening * 100_000, form)
    assert f"deeper than {MAX_DEPTH}" in fault.message


def test_an_anchor_bomb_is_refused_at_its_first_anchor() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
    )
    assert "anchor" in refused(bomb).message


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1", "cp1252"])
def test_other_encodings_are_named_not_guessed(encoding: str) -> None:
    fault = refused("a: 1\nname: Müller €\n".encode(encoding, "replace"))
    assert "not UTF-8" in fault.message or "YAML forbids" in fault.message


def test_a_file_of_mixed_encodings_is_refused_at_the_line_where_it_turns() -> None:
    fault = refused("a: Müller\nb: 1\nc: ".encode() + "Müller\n".encode("latin-1"))
    assert "not UTF-8 (byte 0xfc)" in fault.message
    assert fault.line == 3


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    documents, faults = read(b"\xef\xbb\xbfa: 1\n")
    assert not faults
    assert documents == [{"a": "1"}]


def test_decomposed_letters_are_read_as_composed() -> None:
    documents, _ = read("a: Mu\u0308ller\n")
    assert documents == [{"a": "Müller"}]


def test_lines_are_known_of_keys_and_items() -> None:
    yaml_document = read("a: 1\nb:\n  - x\n  - c: 1\n    d: 2\n")[0][0]
    json_document = read('{"a": 1,\n"b":\n  ["x",\n {"c": 1,\n "d": 2}]}', "json")[0][0]
    assert yaml_document.lines == {"a": 1, "b": 2}
    assert yaml_document["b"].lines == [3, 4]
    assert yaml_document["b"][1].lines == {"c": 4, "d": 5}
    assert json_document.lines == {"a": 1, "b": 2}
    assert json_document["b"][1].lines == {"c": 4, "d": 5}


def test_a_bad_line_of_json_lines_does_not_hide_the_others() -> None:
    documents, faults = read('{"a": 1}\n{"a": \n\n{"b": 2}\n{"c": 1, "c": 2}\n', "jsonl")
    assert documents == [{"a": "1"}, {"b": "2"}]
    assert [fault.line for fault in faults] == [2, 5]


def test_a_line_without_end_is_refused_before_it_fills_memory() -> None:
    fault = refused(b'{"a": "' + b"x" * (MAX_LINE + 10), "jsonl")
    assert "line is longer than 1 MB" in fault.message


def test_a_file_too_large_is_refused_after_its_first_megabytes() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            self.given += len(buffer)
            buffer[:] = b"#" * len(buffer)
            return len(buffer)

    endless = Endless()
    faults: list[Fault] = []
    assert not list(stream_documents(io.BufferedReader(endless), "yaml", "f", faults))
    assert "is larger than 64 MB" in faults[0].message
    assert endless.given < 2 * MAX_FILE


_LITTLE = 600_000_000
"""Bytes that a process may take for a file of a gigabyte."""


@pytest.mark.parametrize("name", ["huge.yaml", "huge.json", "huge.jsonl"])
def test_a_file_of_a_gigabyte_costs_a_line_and_little_memory(name: str, tmp_path: Path) -> None:
    huge = tmp_path / name
    with huge.open("wb") as file:
        file.write(b'{"dossiers": {}}\n' if name.endswith("l") and "json" in name else b"{")
        file.truncate(1 << 30)  # sparse: a gigabyte of NUL bytes
    done = subprocess.run(
        command("--store", str(tmp_path / "store"), "check", str(huge)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (_LITTLE, _LITTLE)),
    )
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 1, done.stderr[-500:]
    assert f"{huge}" in done.stdout


def test_json_lines_that_never_end_are_refused_at_the_limit(run: Run) -> None:
    line = b'{"dossiers": {"firm/a": {"label": "' + b"a" * 10_000 + b'"}}}\n'
    done = run("check", "-", "--as", "jsonl", stdin=line * (MAX_FILE // len(line) + 2))
    assert done.returncode == 1
    assert "is larger than 64 MB; split it" in done.stdout


texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20
)
values = st.recursive(
    texts, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


def plain(value: object) -> object:
    if isinstance(value, Record):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Listing):
        return [plain(item) for item in value]
    return value


@settings(deadline=None)
@given(document=st.dictionaries(texts, values, max_size=4))
def test_what_a_yaml_or_json_writer_writes_is_read_back(document: dict[str, object]) -> None:
    import unicodedata

    def composed(value: object) -> object:
        if isinstance(value, dict):
            return {composed(key): composed(item) for key, item in value.items()}
        if isinstance(value, list):
            return [composed(item) for item in value]
        return unicodedata.normalize("NFC", str(value))

    written: Callable[[object], str]
    for form, written in (
        ("yaml", lambda d: yaml.safe_dump(d, allow_unicode=True)),
        ("json", lambda d: json.dumps(d, indent=1)),
        ("jsonl", json.dumps),
    ):
        documents, faults = read(written(document), form)
        if faults:  # two keys that compose to one, a bidirectional override
            assert "twice" in faults[0].message or "control" in faults[0].message, faults
        else:
            assert plain(documents[0]) == composed(document)


@settings(deadline=None, max_examples=300)
@given(data=st.binary(max_size=200), form=st.sampled_from(["yaml", "json", "jsonl"]))
def test_any_bytes_end_in_documents_or_faults(data: bytes, form: str) -> None:
    documents, faults = read(data, form)
    assert documents or faults or form == "jsonl"
