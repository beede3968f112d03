"""What the tests of remote stores share: what a service holds, is sent, and is refused for."""

import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hauberk.graph.errors import HauberkError, RemoteError
from hauberk.graph.remote import transport
from hauberk.graph.remote.service import Service
from hauberk.graph.store import Snapshot
from hauberk.tests.services import Asked, Reply, false_service, oxigraph, virtuoso

WRITABLE = {"oxigraph": oxigraph, "virtuoso": virtuoso}
LAST_LOOKS = re.compile(r"<http://www\.w3\.org/ns/prov#(?:generated|invalidated)AtTime>|^_:| _:")


@pytest.fixture
def no_login(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the user's own logins out."""
    for name in [each for each in os.environ if each.startswith("HAUBERK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let nobody wait; return how long they would have."""
    waited: list[float] = []
    monkeypatch.setattr(transport, "time", _Clock(waited))
    return waited


class _Clock:
    """The clock of a module under test, which does not sleep."""

    def __init__(self, waited: list[float]) -> None:
        self.sleep = waited.append
        self.monotonic = time.monotonic
        self.time = time.time


def lines(snapshot: Snapshot) -> list[str]:
    """Return what a snapshot holds, but for when it was recorded and for blank nodes."""
    found = snapshot.dump().decode().splitlines()
    return [line for line in found if not LAST_LOOKS.search(line)]


def rows_of(*values: str) -> bytes:
    rows = [{"x": {"type": "literal", "value": value}} for value in values]
    return json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": rows}}).encode()


def asked_once(
    answer: Callable[[Asked], Reply], text: str = "SELECT ?x { GRAPH ?g { ?x ?y ?z } }"
) -> tuple[list[Asked], list[object]]:
    with false_service(answer) as service:
        return service.asked, [row["x"] for row in Service(service.url).rows(text)]


def refused(answer: Callable[[Asked], Reply], error: type[HauberkError] = RemoteError) -> str:
    """Return what is said, in one line, of a service that answers so."""
    with false_service(answer) as service, pytest.raises(error) as raised:
        Service(service.url).rows("SELECT ?x { GRAPH ?g { ?x ?y ?z } }")
    assert "\n" not in str(raised.value)
    assert service.url in str(raised.value)
    return str(raised.value).replace(service.url, "URL")
