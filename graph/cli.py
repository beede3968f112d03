"""The command line: a switchboard that names each command's room and imports it on use."""

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Final

import click

COMMANDS: Final = {
    "load": ("hauberk.loaders.commands:load", "Bring the store into step with fact files."),
    "check": ("hauberk.loaders.commands:check", "Check fact files and the store; write nothing."),
    "query": ("hauberk.queries.commands:query", "List the canned queries, or run one."),
    "sparql": ("hauberk.queries.commands:sparql", "Run a SPARQL query of your own, read-only."),
    "show": ("hauberk.graph.commands:show", "Show a dossier: what is accepted, and who says so."),
    "search": ("hauberk.graph.commands:search", "Find dossiers by name or alias."),
    "export": ("hauberk.graph.exports.commands:export", "Hand the graph over whole, in a file."),
    "serve": ("hauberk.queries.web.commands:serve", "Serve the graph over HTTP."),
    "fetch": ("hauberk.loaders.fetch:fetch", "Fetch open data on known parties to a file."),
    "reconcile": ("hauberk.loaders.reconcile:reconcile", "Decide which parties are one."),
    "status": ("hauberk.graph.commands:status", "Count what the store holds."),
    "log": ("hauberk.graph.commands:log", "List the published generations."),
    "rollback": ("hauberk.graph.commands:rollback", "Go back to an earlier generation."),
    "completion": ("hauberk.graph.commands:completion", "Print the shell completion script."),
    "example": ("hauberk.loaders.example:example", "Write a starter file: a table of deals."),
    "schema": ("hauberk.loaders.commands:schema", "Print the JSON Schema of fact files."),
}
"""Each command's function, and its line in `hauberk --help`: neither needs the room imported."""


class Switchboard(click.Group):
    """A group whose commands are imported when they are used, not when they are listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; near names are offered where there is none."""
        if cmd_name not in COMMANDS:
            import difflib

            near = difflib.get_close_matches(cmd_name, COMMANDS)
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            ctx.fail(f"No such command '{cmd_name}'.{hint}")
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; what the user can mend ends in its one line and exit code 1."""
        from hauberk.graph.errors import HauberkError

        try:
            return super().invoke(ctx)
        except HauberkError as exc:
            click.echo(f"Error: {exc}", err=True)
            ctx.exit(1)
        except BrokenPipeError:  # the reader, `head` say, has seen enough
            sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
            ctx.exit(0)


@click.group(
    cls=Switchboard,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: hauberk query template-deals-by-country --country France",
)
@click.option(
    "--store",
    envvar="HAUBERK_STORE",
    metavar="PATH|URL",
    help="The store's folder, or the query address of a SPARQL service.  [default: the user's"
    " data folder; environment: HAUBERK_STORE]",
)
@click.version_option(package_name="hauberk")
@click.pass_context
def main(ctx: click.Context, store: str | None) -> None:
    """Hauberk: European defence-industrial ties, and who said what of them, when, how firmly."""
    ctx.obj = store


def store_path(given: str | None) -> Path:
    """Return the store's folder: the one given, or the default in the user's data folder."""
    if given:
        return Path(given)
    from platformdirs import user_data_path

    return user_data_path("hauberk", appauthor=False) / "store"
