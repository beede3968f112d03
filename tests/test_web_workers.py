"""Workers that end, by a query or by a kill, are replaced, and only their own client notices."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from hauberk.graph.store import Store
from hauberk.queries.web import crew
from hauberk.queries.web.births import Births
from hauberk.queries.web.frames import Limits, Reply, Task, packed
from hauberk.queries.web.pool import Pool
from hauberk.queries.web.problems import ProblemError
from hauberk.tests.web import (
    CSV,
    ENDLESS,
    LIMITED,
    PATIENT,
    SMALL,
    Hung,
    Server,
    needs_linux,
    served,
    serving,
    varied,
)

server = served(*LIMITED)
patient = served(*PATIENT)


def test_what_waits_behind_a_query_that_ends_its_worker_is_answered_by_others(
    server: Server, background: ThreadPoolExecutor
) -> None:
    deep = f"SELECT ({'(' * 100_000}1{')' * 100_000} AS ?x) {{}}"
    for number in range(5):
        asked = [varied(SMALL, 10_000 + 100 * number + each) for each in range(12)]
        small = [background.submit(server.sparql, query) for query in asked[:6]]
        ending = [background.submit(server.post, varied(deep, number))]
        small += [background.submit(server.sparql, query) for query in asked[6:]]
        assert [each.result().status for each in ending] == [413]
        assert {len(each.result().values) for each in small} == {4}
    assert server.settles(workers=4, busy=0)["status"] == "ok"


@needs_linux
def test_a_worker_that_is_killed_is_replaced(server: Server) -> None:
    server.settles(workers=4, busy=0)
    before = server.health["replaced"]
    victims = server.workers()
    assert len(victims) == 4
    for victim in victims:
        victim.kill()
    state = server.settles(workers=4, replaced=before + 4)
    assert state["status"] == "ok"
    assert len(server.sparql(varied(SMALL, 3)).values) == 4


@needs_linux
def test_a_worker_that_is_killed_at_work_is_told_to_its_client_alone(
    patient: Server, background: ThreadPoolExecutor
) -> None:
    asking = background.submit(patient.sparql, ENDLESS)
    patient.settles(busy=1)
    patient.busiest().kill()
    answer = asking.result()
    assert answer.status == 500
    assert answer.problem["title"] == "Worker lost"
    patient.settles(workers=4, busy=0)


def test_where_there_is_no_nursery_workers_are_started_one_by_one(
    fixture_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "births", Births)
    small, endless = (
        packed(Task(operation="sparql", arguments={"query": query, "accept": CSV}))
        for query in (SMALL, ENDLESS)
    )

    async def ask() -> None:
        pool = Pool(fixture_store.root, workers=2, limits=Limits(queued_each=3))
        await pool.start()
        try:
            for _ in range(2):
                replies: list[Reply | ProblemError] = []
                given_up = pool.ask(endless, "a", replies.append)
                for _ in range(3):
                    pool.ask(small, "a", replies.append)
                assert pool.state()["waiting"] == 3
                pool.give_up(given_up)
                while len(replies) < 3:
                    await asyncio.sleep(0.01)
                assert {isinstance(each, Reply) and each.status for each in replies} == {200}
            assert pool.state()["replaced"] == 2
        finally:
            await pool.stop()

    asyncio.run(ask())


@needs_linux
def test_a_nursery_that_is_killed_is_replaced_with_its_workers(patient: Server) -> None:
    patient.settles(workers=4, busy=0)
    before = patient.health["replaced"]
    workers = {each.pid for each in patient.workers()}
    with Hung(patient, ENDLESS, 1):
        patient.settles(busy=1)
        patient.nursery().kill()
        patient.settles(replaced=before + 4)
    state = patient.settles(workers=4, busy=0, waiting=0)
    assert state["status"] == "ok"
    assert len(patient.sparql(varied(SMALL, 4)).values) == 4
    assert workers.isdisjoint(each.pid for each in patient.workers())


@needs_linux
def test_a_server_that_is_killed_leaves_no_workers(fixture_store: Store, tmp_path: Path) -> None:
    with serving(fixture_store.root, tmp_path / "log", "--workers", "4") as server:
        with Hung(server, ENDLESS, 2):
            server.settles(busy=2)
            workers = server.workers()
            assert len(workers) == 4
            server.process.kill()
            server.process.wait()
        gone, alive = psutil.wait_procs(workers, timeout=10)
        assert alive == [], [each.status() for each in alive]
        assert len(gone) == 4
