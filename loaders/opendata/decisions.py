"""Decisions on who is who, taken by people, as SSSOM (https://mapping-commons.github.io/sssom/).

A line says that a party of open data is a known one (`skos:exactMatch`) or is not
(`owl:differentFrom`). Whoever edits the file decides; each load applies it anew, so a line taken
out is a decision taken back.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode

from hauberk.graph.errors import Fault, FaultsError, HauberkError
from hauberk.ontology.names import dossier, is_key

SAME: Final = "skos:exactMatch"
APART: Final = "owl:differentFrom"
FILE: Final = "decisions.tsv"
_BY_HAND: Final = "semapv:ManualMappingCuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A line of the file; ids are dossiers' ids, `firm/pic-940660023` say."""

    subject_id: str
    subject_label: str = ""
    predicate_id: str
    object_id: str
    object_label: str = ""
    confidence: str = ""
    mapping_justification: str = _BY_HAND
    author_label: str = ""
    mapping_date: str = ""
    comment: str = ""


COLUMNS: Final = tuple(each.name for each in fields(Decision))


def bundled() -> list[Decision]:
    """Return the decisions that the package ships."""
    with_them = files("hauberk.loaders").joinpath("decisions.tsv")
    return _read(with_them.read_text(encoding="utf-8"), "hauberk/decisions.tsv")


def read(path: Path) -> list[Decision]:
    """Return the decisions in a file; none where there is no file.

    Raises FaultsError with every line that is no decision.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as exc:
        raise HauberkError(f"cannot read {path}: {exc}") from exc
    return _read(text, str(path))


def _read(text: str, shown: str) -> list[Decision]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    needed = {"subject_id", "predicate_id", "object_id"}
    if missing := needed - set(rows.fieldnames or ()):
        message = f"the columns {', '.join(sorted(missing))} are missing; see the SSSOM standard"
        raise FaultsError([Fault(shown, 1, "", "", message)])
    found, faults = [], []
    for row in rows:
        made = Decision(**{name: (row.get(name) or "").strip() for name in COLUMNS})
        if fault := _fault(made):
            faults.append(Fault(shown, rows.line_num, made.subject_id, fault[0], fault[1]))
        found.append(made)
    if faults:
        raise FaultsError(faults)
    return found


def _fault(made: Decision) -> tuple[str, str] | None:
    for name in ("subject_id", "object_id"):
        if not is_key(getattr(made, name)):
            return name, f"“{getattr(made, name)}” is no id; write kind/name"
    if made.predicate_id not in {SAME, APART}:
        return "predicate_id", f"“{made.predicate_id}”: write {SAME} or {APART}"
    if made.subject_id == made.object_id:
        return "object_id", "is the subject itself; name two"
    return None


def same(decided: Iterable[Decision]) -> dict[NamedNode, NamedNode]:
    """Return which dossier stands for which: the last decision on a subject holds.

    Chains lead to their end; a ring leads nowhere.
    """
    target: dict[str, str] = {}
    for each in decided:
        if each.predicate_id == SAME:
            target[each.subject_id] = each.object_id
        elif target.get(each.subject_id) == each.object_id:
            del target[each.subject_id]
    found = {}
    for subject, first in target.items():
        seen, end = {subject}, first
        while end in target and end not in seen:
            seen.add(end)
            end = target[end]
        if end not in seen:
            found[dossier(subject)] = dossier(end)
    return found


def decided_on(decided: Iterable[Decision]) -> Mapping[NamedNode, frozenset[NamedNode]]:
    """Return for each party the others that it was decided on with, one way or the other."""
    found: dict[NamedNode, set[NamedNode]] = {}
    for each in decided:
        one, other = dossier(each.subject_id), dossier(each.object_id)
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {node: frozenset(others) for node, others in found.items()}


def add(path: Path, made: Decision) -> None:
    """Append a decision to a file, which is made where there is none."""
    write(path, [*read(path), made])


def forget(path: Path, subject: str, other: str | None = None) -> int:
    """Take back the decisions on *subject*, or those on it and *other*; return how many."""
    held = read(path)
    kept = [
        each
        for each in held
        if subject not in {each.subject_id, each.object_id}
        or (other is not None and other not in {each.subject_id, each.object_id})
    ]
    if len(kept) < len(held):
        write(path, kept)
    return len(held) - len(kept)


def write(path: Path, decided: Iterable[Decision]) -> None:
    """Write decisions to a file, at once or not at all."""
    aside = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("w", encoding="utf-8", newline="") as file:
            file.write("\t".join(COLUMNS) + "\n")
            for each in decided:
                cells = (str(cell).translate(_NO_BREAKS) for cell in asdict(each).values())
                file.write("\t".join(cells) + "\n")
        aside.replace(path)
    except OSError as exc:
        raise HauberkError(f"cannot write {path}: {exc.strerror}") from exc


_NO_BREAKS: Final = {ord(each): " " for each in "\t\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"}


def today() -> str:
    """Return today's day, YYYY-MM-DD."""
    return date.today().isoformat()  # noqa: DTZ011  (a day has no zone)
