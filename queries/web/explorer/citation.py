"""A dossier as something to cite: BibTeX, CSL-JSON, and its claims as CSV."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec

from hauberk.queries.web.explorer.dossier import Dossier
from hauberk.queries.web.explorer.values import plain
from hauberk.queries.web.explorer.voices import Read, Voice

_SPECIAL: Final = re.compile(r"[\\{}$&#^_%~]")
_ESCAPED: Final = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "^": r"\textasciicircum{}", "_": r"\_", "%": r"\%", "~": r"\textasciitilde{}",
}  # fmt: skip
_COLUMNS: Final = (
    "standing", "property", "value", "speaker", "modality", "said", "reliability", "credibility",
    "note", "source", "url", "passage", "claim",
)  # fmt: skip


def bibtex(shown: Dossier) -> bytes:
    """Return the dossier and every source its claims rest on, as BibTeX entries."""
    entries = [
        _entry(_name(shown.id), {
            "title": shown.label,
            "author": "{Hauberk}",
            "howpublished": "Hauberk, a knowledge graph of European defence-industrial ties",
            "year": _recorded(shown)[:4],
            "note": f"Dossier {shown.id}; claims recorded up to {_recorded(shown)}",
            "url": shown.iri,
        }),
        *(
            _entry(_name(read.id), {
                "title": read.label,
                "author": f"{{{_tex(read.publisher)}}}" if read.publisher else "",
                "year": read.published[:4],
                "date": read.published,
                "url": read.url,
            })
            for read in _reads(shown)
        ),
    ]  # fmt: skip
    return "\n".join(entries).encode()


def csl(shown: Dossier) -> bytes:
    """Return the same as CSL-JSON, which reference managers import."""
    items: list[dict[str, Any]] = [
        {
            "id": shown.id,
            "type": "dataset",
            "title": shown.label,
            "author": [{"literal": "Hauberk"}],
            "container-title": "Hauberk, a knowledge graph of European defence-industrial ties",
            "issued": _csl_date(_recorded(shown)),
            "URL": shown.iri,
            "language": "en-GB",
        }
    ]
    items += [
        {
            "id": read.id,
            "type": "webpage",
            "title": read.label,
            "publisher": read.publisher,
            "issued": _csl_date(read.published),
            "URL": read.url,
        }
        for read in _reads(shown)
    ]
    kept = [{name: value for name, value in item.items() if value} for item in items]
    return msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n"


def table(shown: Dossier) -> bytes:
    """Return what is said of the dossier as CSV: a row for each value, voice and source."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for standing, name, value, voice in _rows(shown):
        for read in voice.sources or [Read(id="", label="", publisher="", url="", reliability="")]:
            grade = (read.reliability, voice.grade.credibility)
            writer.writerow((
                standing, name, value, voice.speaker, voice.modality_label, voice.said, *grade,
                voice.note, read.label, read.url, "; ".join(voice.places), voice.id,
            ))  # fmt: skip
    return out.getvalue().encode()


def _rows(shown: Dossier) -> Iterator[tuple[str, str, str, Voice]]:
    standings = {
        "accepted": shown.accepted, "other value accepted": shown.set_aside,
        "not accepted": shown.hedged, "denied": shown.denied,
    }  # fmt: skip
    for standing, groups in standings.items():
        for group in groups:
            for line in group.lines:
                for voice in line.voices:
                    yield standing, group.name, plain(line.pieces), voice
    for standing, voices in (("note", shown.notes), ("hedged note", shown.hedged_notes),
                             ("denied note", shown.denied_notes)):  # fmt: skip
        for voice in voices:
            yield standing, "", "", voice


def _reads(shown: Dossier) -> list[Read]:
    found = {read.id: read for voice in shown.voices for read in voice.sources}
    return sorted(found.values(), key=lambda read: (read.published, read.id))


def _recorded(shown: Dossier) -> str:
    return max((voice.recorded for voice in shown.voices), default="")


def _csl_date(given: str) -> dict[str, list[list[int]]] | None:
    return {"date-parts": [[int(part) for part in given.split("-")]]} if given else None


def _entry(name: str, fields: dict[str, str]) -> str:
    lines = [f"@misc{{{name}"]
    for field, value in fields.items():
        if value:
            told = value if field == "author" else _tex(value)
            if field == "url":
                told = value.replace("{", "%7B").replace("}", "%7D")
            lines.append(f"  {field} = {{{told}}}")
    return ",\n".join(lines) + "\n}\n"


def _name(key: str) -> str:
    return key.replace("/", ":")


def _tex(words: str) -> str:
    return _SPECIAL.sub(lambda match: _ESCAPED[match[0]], words)


CITED: Final[Mapping[str, Callable[[Dossier], bytes]]] = {
    "csv": table,
    "bib": bibtex,
    "csl": csl,
}
"""What a dossier can be taken away as, by the ending of its address."""
