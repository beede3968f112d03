"""The commands that look at the store itself: show, search, status, log, rollback, completion."""

import sys

import click

from hauberk.graph.errors import NotFoundError
from hauberk.graph.sessions import as_of_option, current_store, named_store, snapshot
from hauberk.ontology.names import KINDS

_SEARCHED = sorted(set(KINDS) - {"source", "speaker"})


@click.command(epilog="Example: hauberk show undisclosed/example-carmaker --as-of 2025-06-07")
@click.argument("name", metavar="NAME-OR-IRI")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@as_of_option
def show(name: str, form: str, as_of: str | None) -> None:
    """Show a dossier: what is accepted, and under each fact who says so, how firmly, how graded.

    Below stand what is only expected, alleged or thought, what is denied, and notes. The grade
    is the source's reliability, A to F, and the claim's credibility, 1 to 6.
    """
    import msgspec

    from hauberk.graph.profile import profile
    from hauberk.graph.profile_text import write

    with snapshot(as_of) as opened:
        directory = opened.directory
        found = directory.named(name, _SEARCHED)
        if not found:
            near = directory.near(name, _SEARCHED)
            listing = " or ".join(f"{each.label} ({each.key})" for each in near)
            hint = f"did you mean {listing}?" if listing else "`hauberk search` finds names"
            raise NotFoundError(f"no dossier goes by “{name}”; {hint}")
        if len(found) > 1:
            listing = "; ".join(f"{each.label} ({each.key})" for each in found[:8])
            raise NotFoundError(f"“{name}” can mean {len(found)} dossiers; give an id: {listing}")
        opened.prepare(found[0].node)
        shown = profile(opened, found[0].node)
        if form == "json":
            encoded = msgspec.json.format(msgspec.json.encode(shown), indent=2)
            click.echo(encoded)
        else:
            write(shown, sys.stdout, as_of)


@click.command(epilog="Example: hauberk search renault --kind firm")
@click.argument("words", nargs=-1, required=True, metavar="TEXT…")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(_SEARCHED), help="Only these.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
def search(words: tuple[str, ...], kinds: tuple[str, ...], limit: int) -> None:
    """Find dossiers by name or alias: those with every word first, then near names."""
    with snapshot() as opened:
        found = opened.directory.search(" ".join(words), kinds or _SEARCHED, limit)
        if not found:
            raise NotFoundError(f"nothing goes by “{' '.join(words)}”, or by a name like it")
        width = max(len(each.key) for each in found)
        for each in found:
            alias = f"  (as “{each.matched}”)" if each.matched not in {"", each.label} else ""
            click.echo(f"{each.key:<{width}}  {each.label}{alias}")


@click.command(epilog="Example: hauberk --store ./facts.store status")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def status(form: str) -> None:
    """Count what the store holds: ties, parties, models, sources, claims, and its datasets."""
    import json

    with snapshot() as opened:
        datasets = opened.datasets()
        found: dict[str, str | int] = {"store": str(named_store())}
        if opened.generation:  # a service has none
            found["generation"] = opened.generation
        found |= opened.counts()
    if form == "json":
        click.echo(json.dumps({**found, "datasets": datasets}, ensure_ascii=False, indent=2))
        return
    width = max(map(len, found))
    for name, value in found.items():
        click.echo(f"{name:<{width}}  {value}")
    click.echo("datasets (statements held):")
    for title, held in sorted(datasets.items()):
        click.echo(f"  {title}  {held}")


@click.command(epilog="Example: hauberk log")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def log(form: str) -> None:
    """List the published generations, newest first; * marks the one that readers see."""
    import msgspec

    generations = current_store().generations
    current = generations.current()
    listed = generations.listed()
    if form == "json":
        encoded = msgspec.json.format(msgspec.json.encode(listed), indent=2)
        click.echo(encoded)
        return
    if not listed:
        click.echo(f"{generations.root}: nothing has been loaded yet", err=True)
    for each in listed:
        mark = "*" if each.number == current else " "
        pruned = "" if generations.is_held(each.number) else "  (pruned)"
        parent = "" if each.parent is None else f" from {each.parent}"
        click.echo(
            f"{mark} {each.number:>4}{parent}  {each.published}  {each.action}:"
            f" {each.added} added, {each.unchanged} unchanged, {each.withdrawn} withdrawn{pruned}"
        )


@click.command(epilog="Example: hauberk rollback --to 3")
@click.option("--to", "number", type=click.IntRange(1), help="The generation to go back to.")
def rollback(number: int | None) -> None:
    """Go back to the generation before, or to any that is held; the next load starts there."""
    went_to = current_store().rollback(number)
    click.echo(f"Generation {went_to} is current.")


@click.command(epilog='Example: eval "$(hauberk completion bash)"')
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that completes commands, queries and options in your shell."""
    from click.shell_completion import get_completion_class

    root = click.get_current_context().find_root()
    found = get_completion_class(shell)
    if found is None:
        raise NotFoundError(f"no completion for {shell}")
    click.echo(found(root.command, {}, "hauberk", "_HAUBERK_COMPLETE").source())
