"""The command `serve`."""

import sys

import click

from hauberk.graph.sessions import filled_store


@click.command(epilog="Example: hauberk serve --port 8765")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="Processes that answer queries.  [default: three for a processor, at least 6]",
)
@click.option(
    "--time-limit",
    default=30.0,
    show_default=True,
    type=click.FloatRange(0.1, 3600),
    help="Seconds a query may take.",
)
@click.option(
    "--memory-limit",
    default=1024,
    show_default=True,
    type=click.IntRange(200),
    help="Megabytes a worker may take.",
)
@click.option(
    "--row-limit",
    default=200_000,
    show_default=True,
    type=click.IntRange(1),
    help="Rows an answer may have.",
)
@click.option(
    "--byte-limit",
    default=64_000_000,
    show_default=True,
    type=click.IntRange(1000),
    help="Bytes an answer may have.",
)
@click.option(
    "--queue-limit",
    default=100,
    show_default=True,
    type=click.IntRange(1),
    help="Requests that may wait for a worker; a client may have a quarter of them.",
)
@click.option("--access-log/--no-access-log", default=True, help="A line of JSON per request.")
@click.option(
    "--behind-proxy",
    is_flag=True,
    help="Take clients' addresses from X-Forwarded-For; only where a proxy sets it.",
)
def serve(  # noqa: PLR0913, PLR0917
    host: str,
    port: int,
    workers: int | None,
    time_limit: float,
    memory_limit: int,
    row_limit: int,
    byte_limit: int,
    queue_limit: int,
    access_log: bool,
    behind_proxy: bool,
) -> None:
    """Serve the graph over HTTP: SPARQL endpoint, canned queries, linked data, pages.

    It listens on this machine alone unless --host says otherwise. A load published meanwhile is
    served from then on; nothing has to be restarted.
    """
    from hauberk.queries.web.frames import Limits
    from hauberk.queries.web.pool import Pool
    from hauberk.queries.web.server import listening
    from hauberk.queries.web.server import serve as run
    from hauberk.queries.web.service import Service

    store = filled_store()
    limits = Limits(
        seconds=time_limit, megabytes=memory_limit, rows=row_limit, bytes=byte_limit,
        queued=queue_limit, queued_each=max(1, queue_limit // 4),
    )  # fmt: skip
    if sys.platform != "linux":
        click.echo("Workers can open sockets on this system; SERVICE is refused by text.", err=True)
    door = listening(host, port)
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"Serving {store.root} at http://{shown}:{door.getsockname()[1]}/", err=True)
    run(
        Service(Pool(store.root, workers, limits)),
        door, behind_proxy=behind_proxy, access_log=access_log,
    )  # fmt: skip
