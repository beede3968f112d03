"""Answers as text: a table for people, the W3C's result formats and Markdown for the rest."""

import io
import json
from collections.abc import Callable, Mapping
from typing import IO, Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from hauberk.ontology.names import CODE, ID, XSD
from hauberk.queries.runner import Cell, Table

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
    return json.dumps(answer, ensure_ascii=False, indent=1) + "\n"


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

    Where *out* is no terminal and no width is given, lines are as long as they need to be.
    A column of IRIs is left out where a column of the same name with `Label` stands beside it.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    shown = [
        index
        for index, column in enumerate(table.columns)
        if f"{column}Label" not in table.columns and column != "claim"
    ]
    natural = sum(
        max([len(table.columns[i]), *(len(plain(row[i])) for row in table.rows)]) + 3 for i in shown
    )
    if width is None and not out.isatty():
        width = natural + 4
    console = Console(file=out, width=width, highlight=False, soft_wrap=False)
    drawn = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for index in shown:
        name = table.columns[index].removesuffix("Label") or table.columns[index]
        is_url = any(plain(row[index]).startswith("http") for row in table.rows)
        drawn.add_column(_words(name), overflow="fold", min_width=8 if is_url else None)
    for row in table.rows:
        drawn.add_row(*(Text(plain(row[index])) for index in shown))
    console.print(drawn)


def _words(name: str) -> str:
    return "".join(f" {char.lower()}" if char.isupper() else char for char in name)
