"""A crawler of the pages: it follows every link once and keeps what it saw of each page."""

import hashlib
import http.client
import queue
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urldefrag, urlencode, urljoin, urlsplit

from lxml import html

WIDTH: Final = 8
"""Connections at a time."""
_LOADED: Final = {
    "script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src",
    "object": "data", "image": "href", "use": "href",
}  # fmt: skip
"""What a browser fetches of itself, by element."""
_DATA: Final = frozenset({"application/json", "application/ld+json"})
_MERE_LINKS: Final = frozenset({"alternate", "canonical", "describedby", "license"})


@dataclass(slots=True)
class Seen:
    """What one address answered."""

    address: str
    status: int
    type: str
    size: int
    moved: str = ""
    """Where it redirects to."""
    title: str = ""
    canonical: str = ""
    """The address that a page says is its own, where it says so."""
    headings: int = 0
    ids: frozenset[str] = frozenset()
    faults: list[str] = field(default_factory=list)
    links: frozenset[str] = frozenset()
    """Addresses on this server, with their fragments."""
    asked: frozenset[str] = frozenset()
    """What its forms ask for as they stand, and with another choice of each pick-list."""

    @property
    def is_page(self) -> bool:
        """Whether it is HTML that was found."""
        return self.status == http.client.OK and self.type == "text/html"


class Crawl:
    """A walk from some addresses along every link that *wanted* lets pass, each taken once."""

    def __init__(
        self, port: int, wanted: Callable[[str], bool], keep: Callable[[Seen], Path | None]
    ) -> None:
        self.port = port
        self.wanted = wanted
        self.keep = keep
        self.seen: dict[str, Seen] = {}
        self.known: dict[str, str] = {}
        """Each address that was met, and where it was met first."""
        self._waiting: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._open = 0
        self._broken: list[BaseException] = []

    def walk(self, begin: Mapping[str, str]) -> None:
        """Visit the addresses of *begin*, each with where it was found, and all they lead to."""
        self._waiting = queue.SimpleQueue()
        for address, where in begin.items():
            self._meet(address, where, asked=True)
        if not self._open:
            return
        walkers = [threading.Thread(target=self._walker, args=(n,)) for n in range(WIDTH)]
        for each in walkers:
            each.start()
        for each in walkers:
            each.join()
        if self._broken:
            raise self._broken[0]

    def _meet(self, address: str, where: str, *, asked: bool = False) -> None:
        with self._lock:
            if address in self.known or not (asked or self.wanted(address)):
                return
            self.known[address] = where
            self._open += 1
        self._waiting.put(address)

    def _walker(self, number: int) -> None:
        # A client is an address: several share the server's workers better than one.
        source = (f"127.0.0.{2 + number}", 0)
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=120, source_address=source
        )
        try:
            while (address := self._waiting.get()) is not None:
                self._visit(connection, address)
                with self._lock:
                    self._open -= 1
                    done = not self._open
                if done:
                    break
        except BaseException as exc:  # noqa: BLE001  (handed to the one who waits)
            self._broken.append(exc)
        finally:
            connection.close()
            self._waiting.put(None)

    def _visit(self, connection: http.client.HTTPConnection, address: str) -> None:
        connection.request("GET", address, headers={"Accept": "text/html, */*;q=0.5"})
        answer = connection.getresponse()
        body = answer.read()
        seen = Seen(
            address, answer.status, (answer.getheader("Content-Type") or "").partition(";")[0],
            len(body),
        )  # fmt: skip
        moved = answer.getheader("Location")
        if moved:
            seen.moved = urldefrag(urljoin(address, moved)).url
            self._meet(seen.moved, address)
        elif seen.is_page:
            read(seen, body)
            file = self.keep(seen)
            if file:
                file.write_bytes(body)
            for link in seen.links:
                self._meet(urldefrag(link).url, address)
        self.seen[address] = seen


def read(seen: Seen, body: bytes) -> None:
    """Note down what a page holds, and what is plainly wrong with it."""
    root = html.document_fromstring(body, parser=html.HTMLParser(encoding="utf-8"))
    titles = root.findall(".//head/title")
    seen.title = (titles[0].text or "").strip() if len(titles) == 1 else ""
    seen.headings = len(root.findall(".//h1"))
    own = root.xpath("//head/link[@rel='canonical']/@href")
    seen.canonical = str(own[0]) if own else ""
    if root.get("lang") != "en-GB":
        seen.faults.append("the page does not say that it is in en-GB")
    named = Counter(each.get("id") for each in root.iterfind(".//*[@id]"))
    seen.ids = frozenset(named)
    seen.faults += [f"id “{name}” stands {count} times" for name, count in named.items()
                    if count > 1]  # fmt: skip
    links = set()
    for each in root.iter(html.etree.Element):
        name = str(each.tag)
        seen.faults += _unsafe(each, name)
        for attribute in ("href", "src", "data"):
            value = each.get(attribute)
            if value is None or name == "form":
                continue
            if not value.strip():
                seen.faults.append(f"<{name}> with an empty {attribute}")
            elif link := _here(seen.address, value):
                links.add(link)
        if name == "th" and not (each.text_content().strip() or each.get("aria-label")):
            seen.faults.append("a heading of a table that says nothing")
        if name == "a" and each.get("href") and not _called(each):
            seen.faults.append(f"a link without words, to {each.get('href')}")
    seen.links = frozenset(links)
    seen.asked = frozenset(_asked(seen.address, root))


def _asked(page: str, root: html.HtmlElement) -> Iterator[str]:
    """Yield what the forms of a page lead to."""
    for form in root.forms:
        if (form.get("method") or "get").lower() != "get":
            continue
        fields = [(str(name), str(value)) for name, value in form.form_values()]
        button = form.find(".//button[@name]")
        if button is not None:
            fields.append((str(button.get("name")), button.get("value") or ""))
        target = _here(page, form.get("action") or urlsplit(page).path)
        if not target:
            continue
        yield f"{target}?{urlencode(fields)}"
        for select in form.iterfind(".//select[@name]"):
            choices = [each.get("value", each.text) or "" for each in select.iter("option")]
            for choice in {*choices[1:2], *choices[-1:]}:
                other = [(n, choice if n == select.get("name") else v) for n, v in fields]
                yield f"{target}?{urlencode(other)}"


def _unsafe(each: html.HtmlElement, name: str) -> list[str]:
    """Return what a strict Content-Security-Policy forbids, or leads a browser elsewhere."""
    found = [f"<{name} {attribute}>" for attribute in each.attrib
             if attribute == "style" or attribute.startswith("on")]  # fmt: skip
    inside = name == "script" and not each.get("src") and each.get("type") not in _DATA
    if name == "style" or inside:
        found.append(f"<{name}> inside the page")
    loaded = each.get(_LOADED[name], "") if name in _LOADED else ""
    mere = name == "link" and set((each.get("rel") or "").split()) <= _MERE_LINKS
    if urlsplit(loaded).netloc and not mere:
        found.append(f"<{name}> from another host: {loaded}")
    if name == "a" and (each.get("href") or "").lower().startswith(("javascript:", "data:")):
        found.append(f"a link to {each.get('href')}")
    return found


def _called(each: html.HtmlElement) -> str:
    """Return the words of a link as a screen reader has them."""
    words = str(each.text_content()) + (each.get("aria-label") or "") + (each.get("title") or "")
    return (words + "".join(image.get("alt") or "" for image in each.iterfind(".//img"))).strip()


def _here(page: str, value: str) -> str:
    """Return the address on this server that a page's link leads to, or `""`."""
    given = urlsplit(value)
    if given.scheme or given.netloc:
        return ""
    return urljoin(page, value)


def shape(address: str) -> str:
    """Return what addresses of one sort have in common: the path's beginning and the fields.

    >>> shape("/doc/id/firm/renault?as-of=2025-06-07")
    '/doc/id/firm?as-of'
    """
    parts = urlsplit(address)
    path = parts.path.split("/")
    fields = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return f"{'/'.join(path[:4] if len(path) > 4 else path)}?{'&'.join(fields)}"


def spread(addresses: Iterable[str], most: int) -> list[str]:
    """Return at most so many of the addresses, evenly from the first to the last in order."""
    ordered = sorted(addresses)
    step = max(1, -(-len(ordered) // most))
    return ordered[::step]


def one_in(count: int, text: str) -> bool:
    """Tell whether *text* is of the one in *count* that are looked at: the same each time."""
    return hashlib.blake2b(text.encode(), digest_size=4).digest()[0] % count == 0
