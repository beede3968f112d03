"""The commands `load`, `check` and `schema`."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hauberk.graph.errors import Fault, FaultsError
from hauberk.graph.ledger import Tally
from hauberk.graph.sessions import is_talkative, named_store, parse_day
from hauberk.graph.store import Store
from hauberk.loaders.opendata.decisions import FILE
from hauberk.loaders.opendata.registry import SOURCES
from hauberk.loaders.sync import (
    Batch,
    Steps,
    Sync,
    batch,
    bundled,
    compare,
    rehearse,
    silent,
    standard_input,
)
from hauberk.loaders.sync import load as bring_in

if TYPE_CHECKING:
    from hauberk.graph.remote.store import RemoteStore
    from hauberk.loaders.opendata.reading import Reading

_FORMS = ("yaml", "json", "jsonl", *SOURCES)


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


def _report_readings(readings: "Sequence[Reading]", rejects: Path | None) -> None:
    """Say what each file of open data gave and what of it was left out, and why."""
    for reading in readings:
        click.echo(
            f"{reading.title} ({reading.provider}): {reading.records} records,"
            f" {reading.claims} claims, {reading.rejects.count} rejects. {reading.credit}"
        )
        told = [
            ("repeats an earlier record", reading.merged),
            ("is of a party that the graph does not know", reading.passed_over),
            *reading.rejects.reasons.most_common(10),
        ]
        for reason, count in told:
            if count:
                click.echo(f"  {count:>6}  {reason}", err=True)
    if rejects is not None:
        from hauberk.loaders.opendata.rejects import write

        write(rejects, {reading.title: reading.rejects for reading in readings})


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
@click.option(
    "--decisions",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Decisions on who is who in open data.  [default: decisions.tsv in the store's folder]",
)
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what of open data was left out to this CSV file: file, line, field, value, reason.",
)
def load(  # noqa: PLR0913, PLR0917  (an option each)
    paths: tuple[str, ...],
    form: str | None,
    dataset: str | None,
    dry_run: bool,
    rejects: Path | None,
    decisions: Path | None,
) -> None:
    """Bring the store into step with fact files or open data: PATHs, folders, -, or the bundled.

    Claims that a file no longer holds are withdrawn, not erased. Everything is checked first;
    with any fault in a fact file, all faults are listed and nothing is loaded. A file of open
    data is known by its content, or by --as; its records that cannot be read are left out, counted
    and listed.
    """
    given = _given(paths, form, dataset)
    store = named_store()
    given.decisions = decisions or (store.root / FILE if isinstance(store, Store) else None)
    with _progress() as steps:
        tally = rehearse(store, given, steps) if dry_run else bring_in(store, given, steps)
    _report_readings(given.readings, rejects)
    if dry_run:
        click.echo(_report(tally, "Would be: "))
        return
    click.echo(_report(tally))
    if not isinstance(store, Store):
        click.echo(f"{store} is in step." if tally.changes else "Nothing changed.", err=True)
    elif tally.changes:
        click.echo(f"Generation {store.generations.current()} is published.", err=True)
    else:
        click.echo("Nothing changed; no new generation.", err=True)


@click.command(epilog="Example: hauberk check my-facts.yaml --since 2026-01-01")
@_paths
@_as
@click.option(
    "--since",
    metavar="DATE",
    callback=parse_day,
    help="A claim not checked since then counts as unchecked.  [default: a year ago]",
)
@click.option(
    "--format",
    "shown",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How faults and quality are printed.",
)
def check(paths: tuple[str, ...], form: str | None, since: str | None, shown: str) -> None:
    """Check fact files, or the bundled facts, against schema, shapes and store; write nothing.

    Every fault is printed with its file and line. The store is checked too: what is accepted in
    it must follow from its claims, and all that is named must be there. The exit code is 1 if
    there is any fault. With none, the quality of the files' facts is told: how much rests on one
    source, and lacks a grade, a date, a status or a check.
    """
    given = _given(paths, form, None)
    store = named_store()
    try:
        with _progress() as steps:
            sync = Sync(given, steps, keeps=True)
            tally = compare(sync, store).tally
    except FaultsError as exc:
        _print_faults(exc.faults, shown)
        sys.exit(1)
    if lines := _audit(store):
        _print_faults([Fault(str(store), 0, "", "", line) for line in lines], shown)
        sys.exit(1)
    _print_quality(sync, tally, len(given.inputs), since or _a_year_ago(), shown)


def _a_year_ago() -> str:
    from datetime import UTC, datetime, timedelta

    return (datetime.now(UTC) - timedelta(days=365)).date().isoformat()


def _print_faults(faults: Sequence[Fault], shown: str) -> None:
    import json
    from dataclasses import asdict

    if shown == "json":
        click.echo(json.dumps({"faults": [asdict(fault) for fault in faults]}, indent=2))
        return
    for fault in faults:
        click.echo(str(fault))
    click.echo(f"{len(faults)} fault{'s' if len(faults) != 1 else ''}.", err=True)


def _print_quality(sync: Sync, tally: Tally, files: int, since: str, shown: str) -> None:
    """Print what the files alone hold, and how good it is."""
    import msgspec

    from hauberk.graph.quality import quality

    found = quality(sync.alone(), since)
    if shown == "json":
        encoded = {"faults": [], "quality": msgspec.to_builtins(found), "unchecked_since": since}
        click.echo(msgspec.json.format(msgspec.json.encode(encoded), indent=2))
        return
    click.echo(
        f"{files} file{'s' if files != 1 else ''} in order:"
        f" {tally.added + tally.unchanged} claims, {tally.added} of them new to the store."
    )
    for name in found.__struct_fields__:
        share = getattr(found, name)
        words = name.replace("_", " ") + (f" since {since}" if name.endswith("unchecked") else "")
        click.echo(f"  {words:<36} {share.count:>6} of {share.of:>6}  {share.percent:5.1f} %")


def _audit(store: "Store | RemoteStore") -> list[str]:
    from hauberk.graph.audit import audit

    if store.is_empty:
        return []
    with store.read() as snapshot:
        return list(audit(snapshot.whole.ledger))


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
