"""Every page and every link of the bundled facts: nothing dead, nothing malformed, nothing huge.

Claims, their entries, sources and speakers have ten thousand pages that differ in little: one in
four is asked for, and a link to another must lead to what the graph describes. With
`HAUBERK_CRAWL=whole` in the environment all are asked for, which takes some minutes.
"""

import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, urldefrag, urlsplit

import pytest
from pyoxigraph import NamedNode

from hauberk.graph.claims import CURRENT
from hauberk.graph.store import Store
from hauberk.ontology.names import BASE, HBK, RDF
from hauberk.tests import checker
from hauberk.tests.crawl import Crawl, Seen, one_in, shape, spread
from hauberk.tests.web import Server

MOST_BYTES: Final = 300_000
_DOWNLOAD: Final = re.compile(r"\.(ttl|nt|rdf|jsonld|trig|nq|csv|bib|csl|json)$")
_ONE_DOWNLOAD_IN: Final = 60
"""Every page has several; one in so many is taken."""
_NUMEROUS: Final = re.compile(r"^(/doc)?/id/(claim|entry|source|speaker)/")
_ONE_NUMEROUS_IN: Final = 1 if os.environ.get("HAUBERK_CRAWL") == "whole" else 4
_ONE_CHECKED_IN: Final = 40
"""Pages of a sort that the HTML checker reads, where there are many."""
_VARIANTS: Final = 10
_QUESTIONED: Final = 2
"""Addresses with a query that are followed for each sort of page and combination of fields; fewer
of each question, since there are many questions."""


@dataclass(frozen=True, slots=True)
class Walked:
    """What the crawl found, and where the pages that are to be checked lie."""

    seen: Mapping[str, Seen]
    met: Mapping[str, str]
    folder: Path

    @property
    def pages(self) -> Iterator[Seen]:
        """All pages."""
        return (each for each in self.seen.values() if each.is_page)

    def end(self, address: str) -> Seen | None:
        """Return what an address leads to in the end."""
        found = self.seen.get(urldefrag(address).url)
        while found is not None and found.moved:
            found = self.seen.get(found.moved)
        return found


def things(store: Path) -> Iterator[str]:
    """Yield the address of everything that the graph describes."""
    with Store(store).read() as snapshot:
        quads = snapshot.database.quads_for_pattern(None, RDF.type, None, CURRENT)
        names = {each.subject.value for each in quads if isinstance(each.subject, NamedNode)}
    for name in sorted(names):
        if name.startswith(BASE):
            yield quote("/" + name.partition("#")[0].removeprefix(BASE), safe="/%:@!$&'()*+,;=~")


def followed(held: frozenset[str]) -> Callable[[str], bool]:
    """Return what tells whether an address is asked for, where the graph describes *held*."""

    def wanted(address: str) -> bool:
        path, query = urlsplit(address).path, urlsplit(address).query
        if query or path.startswith("/data/"):  # dumps of the whole have tests of their own
            return False
        if _DOWNLOAD.search(path):
            return one_in(_ONE_DOWNLOAD_IN, address)
        thing = path.removeprefix("/doc")
        numerous = _NUMEROUS.match(path) and thing in held
        return not numerous or one_in(_ONE_NUMEROUS_IN, thing)

    return wanted


@pytest.fixture(scope="session")
def walked(explorer: Server, tmp_path_factory: pytest.TempPathFactory) -> Walked:
    folder = tmp_path_factory.mktemp("pages")
    often: Counter[str] = Counter()

    def kept(seen: Seen) -> Path | None:
        sort = shape(seen.address)
        often[sort] += 1
        if often[sort] > 2 and not one_in(_ONE_CHECKED_IN, seen.address):
            return None
        return folder / f"{quote(seen.address, safe='')[:200]}.html"

    held = frozenset(things(explorer.store))
    crawl = Crawl(explorer.port, followed(held), kept)
    crawl.walk(dict.fromkeys(["/", *filter(crawl.wanted, sorted(held))], ""))
    # Addresses with a query have no end: each sort of page is asked in some of its variants.
    taken: Counter[str] = Counter()
    for _ in range(2):
        variants: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for page in crawl.seen.values():
            for link in page.links | page.asked:
                address = urldefrag(link).url
                if urlsplit(address).query and address not in crawl.seen:
                    variants[shape(address)][address] = page.address
        chosen = {
            address: found[address]
            for sort, found in variants.items()
            if (more := (_QUESTIONED if "/queries/" in sort else _VARIANTS) - taken[sort]) > 0
            for address in spread(found, more)
        }
        taken.update(map(shape, chosen))
        crawl.walk(chosen)
    return Walked(crawl.seen, crawl.known, folder)


def test_every_address_is_answered(walked: Walked) -> None:
    bad = {
        each.address: f"{each.status}, linked from {walked.met[each.address]}"
        for each in walked.seen.values()
        if each.status not in {200, 303, 307, 308}
    }
    assert bad == {}
    assert sum(1 for _ in walked.pages) > 4_000


def test_every_page_is_html_that_is_valid(walked: Walked) -> None:
    assert len(list(walked.folder.iterdir())) > 300
    assert checker.faults(walked.folder) == []


def test_every_page_is_sound(walked: Walked) -> None:
    assert {each.address: each.faults for each in walked.pages if each.faults} == {}


def test_every_page_has_one_heading_of_the_first_rank(walked: Walked) -> None:
    assert {each.address: each.headings for each in walked.pages if each.headings != 1} == {}


def test_every_page_has_a_title_that_no_other_has(walked: Walked) -> None:
    titled: defaultdict[str, set[str]] = defaultdict(set)
    for each in walked.pages:
        own = each.canonical.removeprefix(BASE)
        titled[each.title].add(own if own != each.canonical else each.address)
    assert "" not in titled, sorted(titled[""])[:20]
    assert {title: found for title, found in titled.items() if len(found) > 1} == {}


def test_every_page_is_small(walked: Walked) -> None:
    assert {each.address: each.size for each in walked.pages if each.size >= MOST_BYTES} == {}


def test_every_link_into_a_page_finds_its_place_there(walked: Walked) -> None:
    lost: dict[str, str] = {}
    for page in walked.pages:
        for link in page.links:
            address, place = urldefrag(link)
            found = walked.end(address) if place else None
            if found is not None and found.is_page and place not in found.ids:
                lost[link] = page.address
    assert lost == {}


def test_every_tie_and_party_is_reached_from_the_home_page_by_links(
    walked: Walked, explorer: Server
) -> None:
    reached, waiting = {"/"}, ["/"]
    while waiting:
        page = walked.seen.get(waiting.pop())
        if page is None:
            continue
        for link in (*page.links, *page.asked, *filter(None, [page.moved])):
            address = urldefrag(link).url
            if address not in reached:
                reached.add(address)
                waiting.append(address)
    with Store(explorer.store).read() as snapshot:
        held = {
            "/doc/" + each.subject.value.removeprefix(BASE)
            for sort in (HBK.Tie, HBK.Firm, HBK.PublicBody, HBK.UndisclosedParty)
            for each in snapshot.database.quads_for_pattern(None, RDF.type, sort, CURRENT)
            if isinstance(each.subject, NamedNode)
        }
    assert len(held) > 1_000
    assert sorted(held - reached) == []
