"""The guide to the catalogue, `queries/README.md`: made from the query files' headers.

`python -m hauberk.queries.guide > queries/README.md` writes it anew.
"""

import sys

from hauberk.queries.catalog import catalog

_HOW = """\
# How we ask

Each file is one question, and valid SPARQL as it stands: run it in any client, or by its name with
`hauberk query NAME`. A parameter is a line `VALUES ?name { UNDEF }`, which the runner fills with
one typed, escaped term, or drops. `GRAPH hbg:current` is what is held true; `GRAPH ?claim`, with
`?claim a hbk:Claim`, is what someone claimed.

To add a question, write `<shelf>/<name>.rq` with a header like those here, give it golden rows in
`tests/golden/`, worked out by hand on `tests/data/fixture.yaml`, and write this page anew:
`python -m hauberk.queries.guide > queries/README.md`.

A parameter with an asterisk is needed, or another with one in its place: without, the answer would
be the whole store. The file's header says so in `needs`.
"""


def guide() -> str:
    """Return the guide in Markdown: every query by shelf, with its question and parameters."""
    shelves: dict[str, list[str]] = {}
    for query in catalog().values():
        parameters = ", ".join(
            f"`{name}` ({parameter.scheme or parameter.type})" + "\\*" * (name in query.needs)
            for name, parameter in query.parameters.items()
        )
        row = (
            f"| [`{query.name}`]({query.shelf}/{query.name}.rq) | {query.summary} | {parameters} |"
        )
        shelves.setdefault(query.shelf, []).append(row)
    parts = [_HOW]
    for shelf, rows in shelves.items():
        head = f"## {shelf.capitalize()}\n\n| query | question | parameters |\n|---|---|---|\n"
        parts.append(head + "\n".join(rows) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(guide())
