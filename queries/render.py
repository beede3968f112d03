"""Answers as text: a table for people, the W3C's result formats and Markdown for the rest."""

import io
from collections.abc import Callable, Mapping
from typing import IO, TYPE_CHECKING, Any, Final

import msgspec
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from hauberk.ontology.names import CODE, ID, XSD
from hauberk.queries.runner import Cell, Table

if TYPE_CHECKING:
    from rich.table import Table as RichTable

_WORD: Final = 12
"""Characters of a word that a column keeps together, where the terminal is narrow."""
_RESULTS: Final = "http://www.w3.org/2005/sparql-results#"


def plain(cell: Cell) -> str:
    """Return a term as people read it: the text of a literal, an id without its namespace."""
    if cell is None:
        return ""
    if isinstance(cell, Literal):
        return cell.value
    if isinstance(cell, NamedNode):
        return cell.value.removeprefix(CODE).removeprefix(ID)
    return str(cell)


# -- SPARQL 1.1 Query Results JSON, https://www.w3.org/TR/sparql11-results-json/ ------------


def to_json(table: Table) -> str:
    """Return SPARQL 1.1 Query Results JSON."""
    bindings = [
        {
            column: _json_term(cell)
            for column, cell in zip(table.columns, row, strict=True)
            if cell is not None
        }
        for row in table.rows
    ]
    answer = {"head": {"vars": list(table.columns)}, "results": {"bindings": bindings}}
    # Python's own encoder takes ten times as long to indent.
    return msgspec.json.format(msgspec.json.encode(answer), indent=1).decode() + "\n"


def _json_term(cell: NamedNode | Literal | BlankNode | Triple) -> dict[str, Any]:
    if isinstance(cell, NamedNode):
        return {"type": "uri", "value": cell.value}
    if isinstance(cell, BlankNode):
        return {"type": "bnode", "value": cell.value}
    if isinstance(cell, Triple):  # RDF 1.2; a query can make one with TRIPLE()
        parts = {"subject": cell.subject, "predicate": cell.predicate, "object": cell.object}
        return {"type": "triple", "value": {k: _json_term(v) for k, v in parts.items()}}
    term = {"type": "literal", "value": cell.value}
    if cell.language:
        term["xml:lang"] = cell.language
    elif cell.datatype != XSD.string:
        term["datatype"] = cell.datatype.value
    return term


# -- SPARQL 1.1 Query Results CSV and TSV, https://www.w3.org/TR/sparql11-results-csv-tsv/ --


def to_csv(table: Table) -> str:
    """Return CSV as RFC 4180 has it: plain values, CRLF, quotes doubled."""
    import csv

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow([_value(cell) for cell in row])
    return out.getvalue()


def to_tsv(table: Table) -> str:
    """Return TSV with each term in its Turtle form."""
    lines = ["\t".join(f"?{column}" for column in table.columns)]
    lines += [
        "\t".join("" if cell is None else _tsv_term(cell) for cell in row) for row in table.rows
    ]
    return "\n".join(lines) + "\n"


def _tsv_term(cell: NamedNode | Literal | BlankNode | Triple) -> str:
    return str(cell).replace("\t", "\\t")


def _value(cell: Cell) -> str:
    if cell is None:
        return ""
    return str(cell) if isinstance(cell, BlankNode | Triple) else cell.value


# -- SPARQL Query Results XML, https://www.w3.org/TR/rdf-sparql-XMLres/ ---------------------


def to_xml(table: Table) -> str:
    """Return SPARQL Query Results XML."""
    from xml.etree import ElementTree as ET

    root = ET.Element("sparql", xmlns=_RESULTS)
    head = ET.SubElement(root, "head")
    for column in table.columns:
        ET.SubElement(head, "variable", name=column)
    results = ET.SubElement(root, "results")
    for row in table.rows:
        result = ET.SubElement(results, "result")
        for column, cell in zip(table.columns, row, strict=True):
            if cell is not None:
                _xml_term(ET.SubElement(result, "binding", name=column), cell)
    ET.indent(root, " ")
    return '<?xml version="1.0"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _xml_term(binding: Any, cell: NamedNode | Literal | BlankNode | Triple) -> None:  # noqa: ANN401
    from xml.etree import ElementTree as ET

    if isinstance(cell, Literal):
        literal = ET.SubElement(binding, "literal")
        literal.text = cell.value
        if cell.language:
            literal.set("xml:lang", cell.language)
        elif cell.datatype != XSD.string:
            literal.set("datatype", cell.datatype.value)
    elif isinstance(cell, NamedNode):
        ET.SubElement(binding, "uri").text = cell.value
    else:
        ET.SubElement(binding, "bnode").text = str(cell).removeprefix("_:")


# -- For people -----------------------------------------------------------------------------


def to_markdown(table: Table) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(table.columns) + " |", "|" + " --- |" * len(table.columns)]
    for row in table.rows:
        cells = [plain(cell).replace("|", "\\|").replace("\n", " ") for cell in row]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


FORMATS: Final[Mapping[str, Callable[[Table], str]]] = {
    "csv": to_csv,
    "tsv": to_tsv,
    "json": to_json,
    "xml": to_xml,
    "md": to_markdown,
}
"""Every format but `table`, which is drawn to the terminal's width."""


def draw(table: Table, out: IO[str], *, width: int | None = None) -> None:
    """Draw the table to the terminal's width, or to *width* columns.

    Where *out* is no terminal and no width is given, lines are as long as they need to be. Where
    a table is too wide, addresses become numbered notes below it. A column of IRIs is left out
    where a column of the same name with `Label` stands beside it, and so is one without values.
    """
    from rich.console import Console

    natural = Console(file=io.StringIO(), width=100_000)
    if width is None:
        width = Console(file=out).width if out.isatty() else None
    drawn = _drawn(table, notes=None)
    needed = natural.measure(drawn).maximum
    console = Console(
        file=out, width=needed if width is None else width, highlight=False, soft_wrap=False
    )
    notes: dict[str, int] = {}
    if width is not None and needed > width:
        drawn = _drawn(table, notes)
    with console.capture() as captured:
        console.print(drawn)
    lines = captured.get().splitlines()
    out.write("\n".join(line.rstrip() for line in lines) + "\n")
    for url, number in notes.items():
        out.write(f"[{number}] {url}\n")


def _drawn(table: Table, notes: dict[str, int] | None) -> "RichTable":
    """Return the table for the terminal; with *notes*, each address as the number of a note."""
    from rich import box
    from rich.table import Table as Drawn
    from rich.text import Text

    drawn = Drawn(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    shown = [
        index
        for index, column in enumerate(table.columns)
        if f"{column}Label" not in table.columns
        and (not table.rows or any(row[index] is not None for row in table.rows))
        and column != "claim"
    ]
    for index in shown:
        words = _words(table.columns[index].removesuffix("Label") or table.columns[index])
        cells = [plain(row[index]) for row in table.rows]
        longest = max(len(word) for text in [words, *cells] for word in (text.split() or [""]))
        drawn.add_column(words, overflow="fold", min_width=min(longest, _WORD))
    for row in table.rows:
        drawn.add_row(*(Text(_noted(plain(row[index]), notes)) for index in shown))
    return drawn


def _noted(text: str, notes: dict[str, int] | None) -> str:
    if notes is None or not text.startswith(("http://", "https://")):
        return text
    return f"[{notes.setdefault(text, len(notes) + 1)}]"


def _words(name: str) -> str:
    return "".join(f" {char.lower()}" if char.isupper() else char for char in name)
