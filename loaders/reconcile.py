"""The command `reconcile`: which parties could be one, and what people decided."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from hauberk.graph.errors import NotFoundError
from hauberk.graph.holdings import Holdings
from hauberk.graph.sessions import named_store
from hauberk.graph.store import Store
from hauberk.loaders.identity import THRESHOLD, Candidate, Known, candidates, parties
from hauberk.loaders.opendata import decisions
from hauberk.loaders.opendata.decisions import APART, SAME, Decision
from hauberk.ontology.names import key

_ANSWERS = {"s": SAME, "d": APART}

_file = click.option(
    "--decisions",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file of decisions.  [default: decisions.tsv in the store's folder]",
)
_threshold = click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    default=THRESHOLD,
    show_default=True,
    help="How alike names must be, from 0 to 1.",
)


@click.group(
    invoke_without_command=True, epilog="Example: hauberk reconcile --format tsv > candidates.tsv"
)
@_file
@_threshold
@click.option("--format", "form", type=click.Choice(["table", "tsv"]), default="table")
@click.pass_context
def reconcile(ctx: click.Context, path: Path | None, threshold: float, form: str) -> None:
    """List the parties of open data that could be a known one, and that nobody has decided on.

    Parties with the same identifier (PIC, LEI, Wikidata, ROR) are one already. Names alone decide
    nothing: `reconcile review` asks a person. A decision is a line of the file, in the SSSOM form;
    it is applied whenever the open data that brought the party is loaded, and taken back with its
    line.
    """
    ctx.obj = {"path": path, "threshold": threshold}
    if ctx.invoked_subcommand is not None:
        return
    found = list(_open_candidates(path, threshold))
    if form == "tsv":
        click.echo("\t".join(decisions.COLUMNS))
        for each in found:
            click.echo("\t".join(_line(each)))
    else:
        for each in found:
            one, other = each.subject, each.object
            click.echo(f"{each.score:.2f}  {_shown(one)}  =?  {_shown(other)}")
    click.echo(f"{len(found)} pair{'' if len(found) == 1 else 's'} await a decision.", err=True)


@reconcile.command(epilog="Example: hauberk reconcile review --author 'the desk'")
@click.option("--author", default="", help="Who decides: it stands in the file.")
@click.pass_obj
def review(given: dict[str, object], author: str) -> None:
    """Walk through the pairs: s same, d different, k skip, q quit. Each answer is kept at once."""
    path, threshold = _given(given)
    file = _path(path)
    found = list(_open_candidates(path, threshold))
    for number, each in enumerate(found, 1):
        click.echo(f"\n{number} of {len(found)}, score {each.score:.2f}: {each.by}")
        for party in (each.subject, each.object):
            click.echo(f"  {_shown(party)}")
            click.echo(f"    {'; '.join(sorted(party.names))}")
            for scheme, value in sorted(party.identifiers):
                click.echo(f"    {scheme.rpartition('#')[2].rpartition('/')[2]} {value}")
        answer = _asked()
        if answer == "q":
            break
        if answer in _ANSWERS:
            decisions.add(file, _decision(each, _ANSWERS[answer], author))
    click.echo(f"Decisions stand in {file}; load the open data again to apply them.", err=True)


@reconcile.command(epilog="Example: hauberk reconcile forget firm/pic-940660023")
@click.argument("subject")
@click.argument("other", required=False)
@click.pass_obj
def forget(given: dict[str, object], subject: str, other: str | None) -> None:
    """Take back the decisions on a party, or on two."""
    path, _ = _given(given)
    count = decisions.forget(_path(path), subject, other)
    if not count:
        raise NotFoundError(f"no decision on {subject} stands in {_path(path)}")
    click.echo(f"{count} decision{'' if count == 1 else 's'} taken back.")


def _given(given: dict[str, object]) -> tuple[Path | None, float]:
    path, threshold = given["path"], given["threshold"]
    return (path if isinstance(path, Path) else None), float(str(threshold))


def _asked() -> str:
    if not sys.stdin.isatty():
        line = sys.stdin.readline()
        return line.strip().lower()[:1] or "q"
    return click.prompt("same, different, skip, quit", type=click.Choice(["s", "d", "k", "q"]))[0]


def _path(path: Path | None) -> Path:
    if path is not None:
        return path
    store = named_store()
    if not isinstance(store, Store):
        raise NotFoundError("a remote store has no folder; name the file with --decisions")
    return store.root / decisions.FILE


def _open_candidates(path: Path | None, threshold: float) -> Iterator[Candidate]:
    store = named_store()
    decided = [*decisions.bundled(), *decisions.read(_path(path))]
    with store.read() as snapshot:
        known = parties(Holdings(snapshot.database))
    for each in candidates(known, decisions.decided_on(decided), threshold):
        if not (each.subject.is_curated and each.object.is_curated):
            yield each


def _shown(party: Known) -> str:
    return f"{party.label} ({key(party.node)}{f', {party.state}' if party.state else ''})"


def _line(each: Candidate) -> Iterator[str]:
    """Yield the cells of a candidate: a decision without the predicate, which people write."""
    made = _decision(each, "", "")
    for name in decisions.COLUMNS:
        yield str(getattr(made, name))


def _decision(each: Candidate, predicate: str, author: str) -> Decision:
    return Decision(
        subject_id=key(each.subject.node) or "",
        subject_label=each.subject.label,
        predicate_id=predicate,
        object_id=key(each.object.node) or "",
        object_label=each.object.label,
        confidence=f"{each.score:.2f}",
        mapping_justification=(
            "semapv:ManualMappingCuration"
            if predicate
            else "semapv:LexicalSimilarityThresholdMatching"
        ),
        author_label=author,
        mapping_date=decisions.today() if predicate else "",
        comment=each.by,
    )
