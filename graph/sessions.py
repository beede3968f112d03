"""A command's hold on the store: opened once, filled with the bundled facts on first use."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from hauberk.graph.cli import store_path
from hauberk.graph.errors import BadParameterError, StoreError
from hauberk.graph.store import Snapshot, Store

if TYPE_CHECKING:
    from hauberk.graph.remote.store import RemoteStore

_FILL: Final = "hauberk.loaders.commands:fill"
"""How an empty default store is filled: named, not imported, so that no arrow turns round."""

Command = TypeVar("Command", bound=Callable[..., Any])


def named_store() -> "Store | RemoteStore":
    """Return the store that the command line names, in a folder or a service, or the default."""
    given = click.get_current_context().find_root().obj
    if not given or "://" not in given:
        return Store(store_path(given))
    from hauberk.graph.remote.store import RemoteStore

    found = RemoteStore(given)
    if found.service.sends_in_clear:
        click.echo(f"Warning: the login goes to {found} in clear; use https.", err=True)
    return found


def current_store() -> Store:
    """Return the store that the command line names, or the default one, where it is a folder's.

    Raises StoreError where it is a service: what has generations of its own is a folder.
    """
    found = named_store()
    if not isinstance(found, Store):
        command = click.get_current_context().info_name
        raise StoreError(f"{found}: `{command}` needs a store in a folder; give --store PATH")
    return found


def filled_store() -> Store:
    """Return the current store; an empty default store is filled with the bundled facts first."""
    store = current_store()
    if store.is_empty and not click.get_current_context().find_root().obj:
        click.echo("The store is empty: loading the bundled facts first.", err=True)
        module, _, name = _FILL.partition(":")
        getattr(import_module(module), name)(store)
    return store


@contextmanager
def snapshot(day: str | None = None) -> Iterator[Snapshot]:
    """Yield the current generation, or what the rule gave on *day* (YYYY-MM-DD).

    An empty default store is filled with the bundled facts first. A service is read as it is; a
    past day of it is derived here.
    """
    named = named_store()
    with (filled_store() if isinstance(named, Store) else named).read() as opened:
        if day is None:
            yield opened
            return
        undated = opened.undated_claims()
        if undated:
            click.echo(f"As of {day}: {undated} undated claims are left out.", err=True)
        yield opened.as_of(day)


def parse_day(_ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Return an option's value where it is a day of the calendar, YYYY-MM-DD, or None."""
    if value is None:
        return None
    from hauberk.graph.terms import whole_day

    try:
        return whole_day(value)
    except ValueError as exc:
        raise BadParameterError(f"{param.opts[0]}: {exc}") from exc


def as_of_option(command: Command) -> Command:
    """Add `--as-of DATE` to a command, as the argument `as_of`."""
    return click.option(
        "--as-of",
        metavar="DATE",
        callback=parse_day,
        help="Answer from the claims said by that day (YYYY-MM-DD); undated ones are left out.",
    )(command)


def is_talkative() -> bool:
    """Tell whether stderr is a terminal, where progress can be drawn."""
    return sys.stderr.isatty()
