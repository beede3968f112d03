"""Loads, stops, neighbours and a store that goes away, while a server runs."""

import os
import signal
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hauberk.graph.store import Store
from hauberk.loaders.sync import batch, load
from hauberk.tests.support import FIXTURE, deals
from hauberk.tests.web import LIMITED, SMALL, Server, needs_linux, served, serving, varied

server = served(*LIMITED)


def test_a_load_during_a_stream_of_requests_fails_none_and_mixes_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    load(store, batch([FIXTURE]))
    more = tmp_path / "more.yaml"
    # Each generation has one more deal, and as many statuses: an answer that mixes two has not.
    query = """SELECT (COUNT(DISTINCT ?d) AS ?n) (COUNT(?s) AS ?m) {
      ?d a hbk:Agreement . FILTER(STRSTARTS(STR(?d), CONCAT(STR(id:), "agreement/deal-")))
      GRAPH ?claim { ?d hbk:status ?s } ?claim a hbk:Claim }"""
    pairs: list[tuple[int, list[str]]] = []
    statuses: list[int] = []
    stop = threading.Event()

    def stream(server: Server, seed: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            text = query if number % 2 else varied(query, 1_000_000 * seed + number)
            answer = server.sparql(text)
            statuses.append(answer.status)
            if answer.status == 200:
                pairs.append((int(answer.headers["etag"][3:].split("-")[0]), answer.values[0]))

    with serving(store.root, tmp_path / "log") as server, ThreadPoolExecutor(4) as threads:
        streams = [threads.submit(stream, server, seed) for seed in range(4)]
        try:
            for count in range(1, 4):
                more.write_text(deals(count), encoding="utf-8")
                load(store, batch([more]))
                server.settles(generation=count + 1)
        finally:
            stop.set()
        for each in streams:
            each.result()
        last = server.sparql(query).values[0]
    assert set(statuses) == {200}
    assert len(statuses) > 50
    assert {generation for generation, _ in pairs} >= {1, 4}
    for generation, counted in pairs:
        assert counted == [str(generation - 1)] * 2
    assert last == ["3", "3"]


@needs_linux
def test_a_server_told_to_stop_answers_what_is_under_way(
    fixture_store: Store, tmp_path: Path, background: ThreadPoolExecutor
) -> None:
    slow = (
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(STRLEN(STR(?f)) = 1) "
        "FILTER(STRLEN(STR(?c)) < 100) }"
    )
    with serving(fixture_store.root, tmp_path / "log", "--workers", "2") as server:
        asking = background.submit(server.sparql, slow)
        server.settles(busy=1)
        idle = server.connect()
        server.process.send_signal(signal.SIGTERM)
        for process in (server.nursery(), *server.workers()):  # as a service manager does
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGINT)
        answer = asking.result()
        assert answer.status == 200
        assert answer.values
        assert server.process.wait(20) in {0, -signal.SIGTERM}
        assert idle.recv(10) == b""
        idle.close()
        with pytest.raises(ConnectionError):
            server.ask("/healthz")


def test_several_servers_share_a_store(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    load(store, batch([FIXTURE]))
    with (
        serving(store.root, tmp_path / "log-1", "--workers", "2") as first,
        serving(store.root, tmp_path / "log-2", "--workers", "2") as second,
    ):
        tags = {each.sparql(SMALL).headers["etag"] for each in (first, second)}
        assert len(tags) == 1, "servers behind one proxy must agree on tags"
        more = tmp_path / "more.yaml"
        more.write_text(deals(2), encoding="utf-8")
        load(store, batch([more]))
        for each in (first, second):
            assert len(each.sparql(SMALL).values) == 6
        first.process.kill()
        first.process.wait()
        assert len(second.sparql(varied(SMALL, 1)).values) == 6


def test_a_port_in_use_is_told_in_one_line(server: Server, fixture_store: Store) -> None:
    from hauberk.tests.support import command

    words = command("--store", str(fixture_store.root), "serve", "--port", str(server.port))
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=60, check=False, env=os.environ
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: cannot listen on 127.0.0.1, port {server.port}: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_server_whose_store_goes_away_says_so_and_recovers(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    load(store, batch([FIXTURE]))
    with serving(store.root, tmp_path / "log") as server:
        assert server.sparql(SMALL).status == 200
        current = store.root / "CURRENT"
        text = current.read_text(encoding="utf-8")
        current.unlink()
        assert server.ask("/healthz").status == 503
        assert server.sparql(varied(SMALL, 1)).status in {404, 503}
        current.write_text("nonsense", encoding="utf-8")
        assert server.ask("/healthz").status == 503
        assert server.sparql(SMALL).status == 503
        current.write_text(text, encoding="utf-8")
        assert server.ask("/healthz").status == 200
        assert server.sparql(SMALL).status == 200
