"""The commands `query` and `sparql`."""

import sys
from collections.abc import Callable
from typing import IO, Any, TypeVar

import click

from hauberk.graph.errors import NotFoundError
from hauberk.graph.sessions import as_of_option, snapshot
from hauberk.queries import catalog
from hauberk.queries.runner import Table

Command = TypeVar("Command", bound=Callable[..., Any])
_FORMATS = ("table", "csv", "tsv", "json", "xml", "md")


def _format_option(command: Command) -> Command:
    return click.option(
        "--format",
        "form",
        type=click.Choice(_FORMATS),
        default="table",
        show_default=True,
        help="table fits the terminal; json and xml are the SPARQL results formats.",
    )(command)


def _output_option(command: Command) -> Command:
    return click.option(
        "-o",
        "--output",
        type=click.File("w", encoding="utf-8", lazy=True),
        default="-",
        help="Where to write; - is standard output.  [default: -]",
    )(command)


def _write(table: Table, form: str, output: IO[str]) -> None:
    from hauberk.queries.render import FORMATS, draw

    if form == "table":
        draw(table, sys.stdout if getattr(output, "name", "-") in {"-", "<stdout>"} else output)
        rows = len(table.rows)
        click.echo(f"{rows} row{'s' if rows != 1 else ''}", err=True)
        return
    text = FORMATS[form](table)
    if getattr(output, "name", "-") in {"-", "<stdout>"}:
        sys.stdout.buffer.write(text.encode())
    else:
        output.write(text)


class Shelves(click.Group):
    """The canned queries as commands, each with its own parameters as options."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the queries' names."""
        return catalog.names()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """Return the query as a command; raises NotFoundError with near names."""
        return _command(catalog.find(cmd_name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the queries by shelf, each with its question."""
        shelves: dict[str, list[tuple[str, str]]] = {}
        for found in catalog.catalog().values():
            shelves.setdefault(found.shelf, []).append((found.name, found.summary))
        for shelf, rows in shelves.items():
            with formatter.section(shelf.capitalize()):
                formatter.write_dl(rows)


@click.group(
    cls=Shelves,
    invoke_without_command=True,
    epilog="Example: hauberk query template-deals-by-country --country FR --format csv",
)
@click.pass_context
def query(ctx: click.Context) -> None:
    """List the canned queries by shelf, or run one by its name."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def _command(found: catalog.Query) -> click.Command:
    """Return a canned query as a command whose options are its parameters."""

    def run_it(as_of: str | None, form: str, output: IO[str], **given: str | None) -> None:
        from hauberk.queries.runner import run

        chosen = {name: value for name, value in given.items() if value is not None}
        if found.lacks(chosen):
            options = " or ".join(f"--{name.replace('_', '-')}" for name in found.needs)
            raise click.UsageError(f"Give {options}: without, it is all that the store holds.")
        with snapshot(as_of) as opened:
            _write(run(found, opened, chosen), form, output)

    options = [
        click.Option(
            [f"--{name.replace('_', '-')}", name],
            metavar=parameter.type.upper(),
            help=_option_help(parameter) + _need(found, name),
        )
        for name, parameter in found.parameters.items()
    ]
    example = " ".join(
        f"--{name.replace('_', '-')} '{parameter.example}'"
        for name, parameter in found.parameters.items()
        if parameter.example
    )
    columns = "".join(f"\n  {name}: {text}" for name, text in found.columns.items())
    command = click.Command(
        found.name,
        params=list(options),
        callback=run_it,
        help=f"{found.summary}\n\n{found.description}\n\n\b\nColumns:{columns}",
        short_help=found.summary,
        epilog=f"Example: hauberk query {found.name} {example}".rstrip(),
    )
    for decorate in (_output_option, _format_option, as_of_option):
        decorate(command)
    return command


def _need(found: catalog.Query, name: str) -> str:
    """Return what an option's help says of its being needed."""
    if name not in found.needs:
        return ""
    others = " or ".join(f"--{each}" for each in found.needs if each != name)
    return f"  [needed, or {others}]" if others else "  [needed]"


def _option_help(parameter: catalog.Parameter) -> str:
    taken = {
        "state": "a state by code or name",
        "code": f"a code of {parameter.scheme}",
        "date": "YYYY-MM-DD",
        "boolean": "true or false",
        "integer": "a whole number",
        "text": "text",
        "agent": "an agent by id or name",
    }.get(parameter.type, f"a {parameter.type} by id or name")
    example = f", like {parameter.example}" if parameter.example else ""
    return f"{parameter.description or parameter.label}: {taken}{example}."


@click.command(epilog="Example: hauberk sparql 'SELECT ?deal { ?deal a hbk:Tie } LIMIT 5'")
@click.argument("text", metavar="[QUERY]", required=False)
@click.option("-f", "--file", type=click.File(encoding="utf-8"), help="Read it from a file or -.")
@_output_option
@_format_option
@as_of_option
def sparql(
    text: str | None, file: IO[str] | None, output: IO[str], form: str, as_of: str | None
) -> None:
    """Run a SPARQL query of your own, read-only.

    The default graph is what is accepted (hbg:current); GRAPH ?claim { } reaches every claim.
    The prefixes hbk:, hbg:, prov:, dcterms:, skos:, rdf:, rdfs: and xsd: need not be declared.
    Updates and SERVICE are refused. CONSTRUCT and DESCRIBE print Turtle.
    """
    from hauberk.queries.free import answer

    if (text is None) == (file is None):
        raise click.UsageError("Give the query, or a file with -f; not both.")
    asked = text if text is not None else (file.read() if file else "")
    if not asked.strip():
        raise NotFoundError("the query is empty; write SELECT, ASK, CONSTRUCT or DESCRIBE")
    with snapshot(as_of) as opened:
        found = answer(opened, asked)
        if isinstance(found, Table):
            _write(found, form, output)
        elif isinstance(found, bool):
            _write_boolean(found, form, output)
        else:
            output.write(found)


def _write_boolean(found: bool, form: str, output: IO[str]) -> None:
    from hauberk.queries.free import boolean

    output.write(boolean(found, form))
