"""Nothing that a client or a fact says is markup in a page that a browser shows."""

import html
import re
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest

from hauberk.graph.store import Store
from hauberk.loaders.sync import batch, load
from hauberk.tests.support import FIXTURE, HOSTILE
from hauberk.tests.web import JSON, Server, served, serving

MARKUP: Final = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "\x00<b>\u202e",
    "</textarea></code></pre></option></select><svg onload=alert(1)>",
)

server = served("--time-limit", "10")


@pytest.mark.parametrize("text", [*HOSTILE, *MARKUP], ids=lambda text: repr(text)[:30])
def test_what_a_client_says_comes_back_as_text_in_pages(text: str, server: Server) -> None:
    page = {"Accept": "text/html"}
    for path in (
        f"/queries/sources?words={quote(text)}&run=1",
        f"/queries/sources?as-of={quote(text)}",
        f"/queries/deals-by-country?country={quote(text)}",
        f"/queries/{quote(text, safe='')}",
        f"/queries/sources?{quote(text)}=1",
        f"/sparql?query={quote(text)}",
        f"/{quote(text, safe='')}",
    ):
        answer = server.ask(path, headers=page)
        assert answer.status in {200, 400, 403, 404, 406}, (path, answer.status)
        assert answer.headers["x-content-type-options"] == "nosniff"
        if answer.type == "text/html":
            shown = answer.text
            assert_escaped(text, shown)
        else:
            assert answer.type.endswith("json")


def assert_escaped(text: str, page: str) -> None:
    """Assert that nothing of a text is markup in a page."""
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<svg onload" not in page
    assert "' onmouseover='alert" not in page
    if "<" in text and len(text) > 3:
        assert text not in page or html.escape(text) == text


BAD_FACTS: Final = """\
sources:
  evil:
    url: https://evil.example.org/?a=%3Cscript%3E&b='x
    title: "</title><script>alert(1)</script>"
    publisher: "\\"><img src=x onerror=alert(1)>"
    published: 2025-01-01
    reliability: B
dossiers:
  firm/evil:
    label: "<script>alert(1)</script> & 'co' \\""
    state: FR
    aliases: ["\\" onmouseover=\\"alert(1)", "{{ 7 * 7 }}"]
    claims:
      - from: evil
        by: "</td><svg onload=alert(1)>"
        modality: reported
        note: "<img src=x onerror=alert(1)>"
  agreement/evil-deal:
    label: "</h1><script>alert(1)</script>"
    claims:
      - from: evil
        by: firm/evil
        modality: confirmed
        says:
          status: signed
          participations:
            - {agent: firm/evil, role: customer}
            - {agent: state/UA, role: supplier}
          sites: [{in: UA, place: "<svg onload=alert(1)>"}]
"""


def test_what_facts_say_comes_as_text_in_pages(tmp_path: Path) -> None:
    facts = tmp_path / "evil.yaml"
    facts.write_text(BAD_FACTS, encoding="utf-8")
    store = Store(tmp_path / "store")
    load(store, batch([FIXTURE, facts]))
    page = {"Accept": "text/html"}
    with serving(store.root, tmp_path / "log") as server:
        names = [each["name"] for each in server.ask("/queries", headers={"Accept": "*/*"}).json[
            "queries"]]  # fmt: skip
        for path in (
            "/queries", "/", "/id/firm/evil", "/id/agreement/evil-deal", "/doc/firm/evil.html",
            "/doc/agreement/evil-deal.html", *(f"/queries/{name}?run=1" for name in names),
        ):  # fmt: skip
            answer = server.ask(path, headers=page)
            if answer.status == 303:
                answer = server.ask(answer.headers["location"], headers=page)
            if answer.type == "text/html":
                assert_escaped("", answer.text)
                assert "javascript:" not in answer.text
                assert not re.search(r"<[^>]* on[a-z]+=", answer.text), path


def test_a_link_leads_to_the_web_or_nowhere() -> None:
    from hauberk.queries.web.pages import href

    for bad in (
        "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x",
        " javascript:x", "file:///etc/passwd", "//evil.example/", "ftp://x/", "",
    ):  # fmt: skip
        assert href(bad) == "", bad
    assert href("https://example.org/") == "https://example.org/"


def test_hostile_hosts_and_headers_are_not_echoed_into_answers(server: Server) -> None:
    for header in ("Host: evil.example", "X-Forwarded-Host: evil.example",
                   "X-Forwarded-Proto: javascript"):  # fmt: skip
        extra = "" if header.startswith("Host") else "Host: 127.0.0.1\r\n"
        sent = f"GET /sparql HTTP/1.1\r\n{extra}{header}\r\nAccept: text/html\r\nConnection: close"
        assert b"evil" not in server.raw(f"{sent}\r\n\r\n".encode())
    sent = "GET /sparql?query=x%0D%0ASet-Cookie:%20a=b HTTP/1.1\r\nHost: x\r\nConnection: close"
    head = server.raw(f"{sent}\r\n\r\n".encode()).partition(b"\r\n\r\n")[0]
    assert b"Set-Cookie" not in head
    assert server.ask(f"/sparql?query={quote('ASK {}')}", headers={"Accept": JSON}).status == 200
