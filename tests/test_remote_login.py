"""Logins and addresses of remote stores: a secret goes to its own host, and is never told."""

from pathlib import Path

import pytest

from hauberk.graph.errors import RemoteError
from hauberk.graph.remote.address import address, login
from hauberk.graph.remote.store import RemoteStore
from hauberk.loaders.sync import batch, load
from hauberk.tests.remote import asked_once, refused, rows_of
from hauberk.tests.services import PASSWORD, Reply, false_service, virtuoso
from hauberk.tests.support import Run, Write, deals

pytestmark = pytest.mark.usefixtures("no_login")


@pytest.mark.parametrize(
    ("settings", "sent"),
    [
        ({}, " "),
        ({"HAUBERK_USER": "ann", "HAUBERK_PASSWORD": "p:é"}, "ann:p:é"),
        ({"HAUBERK_TOKEN": "t0ken"}, "Bearer t0ken"),
        ({"HAUBERK_TOKEN": "t0ken", "HAUBERK_USER": "x"}, "Bearer t0ken"),
    ],
)
def test_login_is_the_environments(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], sent: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    asked, _ = asked_once(lambda _: Reply(body=rows_of("a")))
    assert [each.login for each in asked] == [sent]


def test_login_is_netrcs_for_its_host_alone(tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    file.write_text(f"machine 127.0.0.1 login ann password {PASSWORD}\n", encoding="utf-8")
    asked, _ = asked_once(lambda _: Reply(body=rows_of("a")))
    assert [each.login for each in asked] == [f"ann:{PASSWORD}"]
    assert login("elsewhere.example", {"NETRC": str(file)}) is None
    assert PASSWORD not in repr(login("127.0.0.1", {"NETRC": str(file)}))


def test_netrc_that_cannot_be_read_is_told_without_its_words(tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    file.write_text(f"machine x {PASSWORD} secret", encoding="utf-8")
    with pytest.raises(RemoteError, match="netrc") as raised:
        login("x", {"NETRC": str(file)})
    assert PASSWORD not in str(raised.value)


@pytest.mark.parametrize(
    "settings",
    [{"HAUBERK_USER": "ann"}, {"HAUBERK_PASSWORD": PASSWORD}, {"HAUBERK_TOKEN": "a\nb"}],
)
def test_half_a_login_is_refused(settings: dict[str, str]) -> None:
    with pytest.raises(RemoteError) as raised:
        login("x", settings)
    assert PASSWORD not in str(raised.value)


@pytest.mark.parametrize(
    "given",
    [
        f"https://ann:{PASSWORD}@host/sparql", f"https://{PASSWORD}@host/sparql", "ftp://host/x",
        "https://", "http://host:port/x", "https://host/a b", "https://hôst/",
    ],
)  # fmt: skip
def test_address_with_a_password_or_none_at_all_is_refused(run: Run, given: str) -> None:
    done = run("--store", given, "status")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert PASSWORD not in done.stderr


@pytest.mark.parametrize(
    ("given", "update"),
    [
        ("http://h/query", "http://h/update"),
        ("http://h/ds/query", "http://h/ds/update"),
        ("https://h/sparql", "https://h/sparql"),
        ("https://h/repositories/x", "https://h/repositories/x/statements"),
    ],
)
def test_update_address_follows_from_the_query_address(given: str, update: str) -> None:
    assert address(given, {}).update == update
    assert address(given, {"HAUBERK_UPDATE": given + "-auth"}).update == given + "-auth"


def test_updates_go_to_no_other_host() -> None:
    with pytest.raises(RemoteError, match="HAUBERK_UPDATE"):
        address("https://h/sparql", {"HAUBERK_UPDATE": "https://elsewhere/sparql"})


def test_login_in_clear_is_warned_of(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAUBERK_TOKEN", "t0ken")
    monkeypatch.setenv("HAUBERK_TIMEOUT", "0.5")
    done = run("--store", "http://host.invalid/sparql", "status")
    assert "in clear" in done.stderr
    assert "t0ken" not in done.stderr


def test_redirect_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAUBERK_TOKEN", "t0ken")
    with false_service(lambda _: Reply(body=rows_of("a"))) as other:
        for status in (301, 302, 303, 307, 308):
            said = refused(
                lambda _, status=status: Reply(status, b"", {"Location": other.url + "?k=v"})  # type: ignore[misc]
            )
            assert f"has moved to {other.url};" in said
    assert other.asked == []


def test_secret_that_a_service_repeats_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAUBERK_USER", "ann")
    monkeypatch.setenv("HAUBERK_PASSWORD", PASSWORD)
    said = refused(lambda asked: Reply(
        500, f"ann {PASSWORD} {asked.headers['authorization']}".encode()))  # fmt: skip
    assert said == "URL: answered 500: ann … Basic …"
    assert "does not take the login of HAUBERK_USER" in refused(lambda _: Reply(401, b""))


def test_digest_login_of_virtuoso_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, facts: Write
) -> None:
    with virtuoso(tmp_path) as running:
        running.sql('revoke SPARQL_UPDATE from "SPARQL";')
        running.sql(f"DB.DBA.USER_CREATE('ann', '{PASSWORD}');")
        running.sql('grant SPARQL_UPDATE to "ann";')
        with pytest.raises(RemoteError) as raised:
            load(RemoteStore(running.query), batch([facts(deals(1))]))
        assert "\n" not in str(raised.value)
        monkeypatch.setenv("HAUBERK_UPDATE", f"{running.query}-auth")
        monkeypatch.setenv("HAUBERK_USER", "ann")
        monkeypatch.setenv("HAUBERK_PASSWORD", "wrong-" + PASSWORD)
        with pytest.raises(RemoteError, match="does not take the login of HAUBERK_USER") as raised:
            load(RemoteStore(running.query), batch([facts(deals(1))]))
        assert PASSWORD not in str(raised.value)
        monkeypatch.setenv("HAUBERK_PASSWORD", PASSWORD)
        assert load(RemoteStore(running.query), batch([facts(deals(1))])).added == 1
