"""The commands `load`, `check` and `schema`."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from hauberk.graph.errors import FaultsError
from hauberk.graph.ledger import Tally
from hauberk.graph.sessions import current_store, is_talkative
from hauberk.graph.store import Store
from hauberk.loaders.sync import Batch, Steps, batch, bundled, rehearse, silent, standard_input
from hauberk.loaders.sync import load as bring_in

_FORMS = ("yaml", "json", "jsonl")


@contextmanager
def _progress() -> Iterator[Steps]:
    """Yield what draws progress bars on stderr where that is a terminal, and nothing elsewhere."""
    if not is_talkative():
        yield silent
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bars:

        def begin(name: str, total: int | None) -> Callable[[int], None]:
            task = bars.add_task(name, total=total)
            return lambda advance: bars.advance(task, advance)

        yield begin


def _given(paths: tuple[str, ...], form: str | None, dataset: str | None) -> Batch:
    if not paths:
        return bundled()
    if "-" in paths:
        if len(paths) > 1:
            raise click.UsageError("- stands alone: standard input is one dataset.")
        return standard_input(sys.stdin.buffer, form or "yaml", dataset)
    return batch([Path(path) for path in paths], dataset, form)


def _report(tally: Tally, verb: str = "") -> str:
    words = f"{tally.added} claims added, {tally.unchanged} unchanged, {tally.withdrawn} withdrawn"
    return f"{verb}{words}"


_paths = click.argument("paths", nargs=-1, metavar="[PATH]…")
_as = click.option(
    "--as", "form", type=click.Choice(_FORMS), help="The format, whatever the file's name says."
)
_dataset = click.option(
    "--dataset", metavar="NAME", help="Sync with this dataset, wherever the file now lies."
)


@click.command(epilog="Example: hauberk load my-facts.yaml")
@_paths
@_as
@_dataset
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
def load(paths: tuple[str, ...], form: str | None, dataset: str | None, dry_run: bool) -> None:
    """Bring the store into step with fact files: PATHs, folders, - or the bundled facts.

    Claims that a file no longer holds are withdrawn, not erased. Everything is checked first;
    with any fault, all faults are listed and nothing is loaded.
    """
    given = _given(paths, form, dataset)
    store = current_store()
    with _progress() as steps:
        tally = rehearse(store, given, steps) if dry_run else bring_in(store, given, steps)
    if dry_run:
        click.echo(_report(tally, "Would be: "))
        return
    click.echo(_report(tally))
    if tally.changes:
        click.echo(f"Generation {store.generations.current()} is published.", err=True)
    else:
        click.echo("Nothing changed; no new generation.", err=True)


@click.command(epilog="Example: hauberk check my-facts.yaml")
@_paths
@_as
def check(paths: tuple[str, ...], form: str | None) -> None:
    """Check fact files, or the bundled facts, against schema, shapes and store; write nothing.

    Every fault is printed with its file and line. The store is checked too: what is accepted in
    it must follow from its claims, and all that is named must be there. The exit code is 1 if
    there is any fault.
    """
    given = _given(paths, form, None)
    store = current_store()
    try:
        with _progress() as steps:
            tally = rehearse(store, given, steps)
    except FaultsError as exc:
        for fault in exc.faults:
            click.echo(str(fault))
        count = len(exc.faults)
        click.echo(f"{count} fault{'s' if count != 1 else ''}.", err=True)
        sys.exit(1)
    faults = _audit(store)
    for line in faults:
        click.echo(f"{store.root}: {line}")
    if faults:
        sys.exit(1)
    files = len(given.inputs)
    click.echo(
        f"{files} file{'s' if files != 1 else ''} in order:"
        f" {tally.added + tally.unchanged} claims, {tally.added} of them new to the store."
    )


def _audit(store: Store) -> list[str]:
    from hauberk.graph.audit import audit

    if store.is_empty:
        return []
    with store.read() as snapshot:
        return list(audit(snapshot.ledger))


@click.command(epilog="Example: hauberk schema > hauberk-facts.schema.json")
def schema() -> None:
    """Print the JSON Schema of fact files, for completion and checks in an editor."""
    import json

    from hauberk.loaders.schema import fact_schema

    click.echo(json.dumps(fact_schema(), ensure_ascii=False, indent=2))


def fill(store: Store) -> None:
    """Load the bundled facts into an empty store, with progress where stderr is a terminal."""
    with _progress() as steps:
        bring_in(store, bundled(), steps)
