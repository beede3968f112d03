"""Search: names are found whatever the accents and slips, and said of what kind they are."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from hauberk.graph.store import Store
from hauberk.loaders.sync import batch, load
from hauberk.queries.web.explorer.names import Names, folded
from hauberk.tests.support import FIXTURE, Write, source_text
from hauberk.tests.web import Server, serving

PAGE = {"Accept": "text/html"}
NAMES = """\
dossiers:
  firm/skoda-js:
    label: Škoda JS
    aliases: [Шкода ЯС]
    state: CZ
  firm/gotz-werke:
    label: Götz-Werke
    aliases: ["O'Brien & <b>Söhne</b>"]
    state: DE
  firm/rheinfall:
    label: Rheinfall
    state: CH
  firm/rheinfall-landsysteme:
    label: Rheinfall Landsysteme
    state: CH
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("search")
    facts = folder / "names.yaml"
    facts.write_text(source_text("press") + NAMES, encoding="utf-8")
    store = Store(folder / "store")
    load(store, batch([FIXTURE, facts]))
    with serving(store.root, folder / "log", "--workers", "1") as running:
        yield running


def suggested(server: Server, text: str, **fields: str) -> list[str]:
    answer = server.ask(f"/suggest?{urlencode({'q': text, **fields})}")
    assert answer.type == "application/json"
    return [each["id"] for each in answer.json["suggestions"]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Škoda", "firm/skoda-js"), ("skoda", "firm/skoda-js"), ("SKODA JS", "firm/skoda-js"),
        ("шкода", "firm/skoda-js"), ("skdoa", "firm/skoda-js"), ("gotz", "firm/gotz-werke"),
        ("goetz werke", "firm/gotz-werke"), ("GötzWerke", "firm/gotz-werke"),
        ("rheinfal", "firm/rheinfall"), ("reinfall", "firm/rheinfall"),
        ("landsysteme", "firm/rheinfall-landsysteme"), ("france", "state/FR"),
        ("ukrane", "state/UA"), ("alder", "firm/alder-works"), ("FR", "state/FR"),
        ("alder birch workshop", "agreement/alder-birch"),
    ],
)  # fmt: skip
def test_what_is_meant_comes_first(server: Server, text: str, found: str) -> None:
    assert suggested(server, text)[0] == found


def test_the_shorter_name_comes_before_the_longer(server: Server) -> None:
    assert suggested(server, "rheinfall")[:2] == ["firm/rheinfall", "firm/rheinfall-landsysteme"]


def test_a_suggestion_says_kind_state_and_the_name_it_was_found_by(server: Server) -> None:
    found = server.ask("/suggest?q=sohne").json["suggestions"][0]
    assert found["label"] == "Götz-Werke"
    assert (found["kind"], found["states"]) == ("firm", ["Germany"])
    assert found["matched"] == "O'Brien & <b>Söhne</b>"
    assert server.ask(found["href"], headers=PAGE).status == 303
    plain = server.ask("/suggest?q=skoda").json["suggestions"][0]
    assert "matched" not in plain


def test_suggestions_can_be_of_some_kinds_and_no_more_than_asked(server: Server) -> None:
    assert all(each.startswith("firm/") for each in suggested(server, "al", kind="firm"))
    assert suggested(server, "france", kind="firm,body")[:1] != ["state/FR"]
    answer = server.ask("/suggest?q=a&limit=2").json
    assert len(answer["suggestions"]) == 2
    assert answer["total"] > 2
    assert server.ask("/suggest?q=a&kind=claim").status == 400
    assert server.ask("/suggest?q=a&limit=51").status == 400
    assert server.ask("/suggest?q=a&more=1").status == 400
    assert server.ask(f"/suggest?q={'a' * 201}").status == 400


def test_suggestions_are_kept_for_a_generation(server: Server) -> None:
    first = server.ask("/suggest?q=skoda")
    again = server.ask("/suggest?q=skoda", headers={"If-None-Match": first.headers["etag"]})
    assert again.status == 304


def test_questions_are_suggested_by_their_words(server: Server) -> None:
    questions = server.ask("/suggest?q=template+deals").json["questions"]
    assert questions[0]["href"] == "/queries/template-deals-by-country"
    assert server.ask("/suggest?q=template+deals&kind=firm").json["questions"] == []


def test_the_page_lists_what_was_found_with_counts_by_kind(server: Server) -> None:
    page = server.ask("/search?q=alder").text
    assert page.count("<h1") == 1
    assert '<a href="/id/firm/alder-works">Alder Works</a>' in page
    assert "/search?q=alder&amp;kind=agreement" in page
    only = server.ask("/search?q=alder&kind=agreement").text
    assert "/id/agreement/alder-birch" in only
    assert '<a href="/id/firm/alder-works">' not in only


def test_a_page_of_nothing_and_one_of_no_text_lead_on(server: Server) -> None:
    assert "Nothing goes by a name like this" in server.ask("/search?q=zzzzqqq").text
    assert server.ask("/search").status == 200
    assert server.ask("/search?q=").status == 200


def test_long_lists_are_turned_page_by_page_to_their_end(server: Server) -> None:
    where, seen = "/search?q=a", 0
    while where:
        page = server.ask(where).text
        seen += page.count('<span class="soft">', page.index('<ol class="results"'))
        found = re.search(r'<a href="([^"]+)" rel="next">', page)
        where = found[1].replace("&amp;", "&") if found else ""
    assert seen == server.ask("/suggest?q=a").json["total"] > 40


def test_what_is_looked_for_comes_back_as_text(server: Server) -> None:
    page = server.ask(f"/search?q={quote('<script>alert(1)</script>')}").text
    assert "<script>alert" not in page
    assert "O&#39;Brien &amp; &lt;b&gt;" in server.ask("/search?q=Sohne").text


def test_search_is_of_the_day_asked_for(server: Server) -> None:
    def states(**fields: str) -> list[str]:
        asked = urlencode({"q": "alder birch workshop", **fields})
        found = server.ask(f"/suggest?{asked}").json["suggestions"][0]
        assert found["id"] == "agreement/alder-birch"
        return list(found.get("states", []))

    assert states() == ["France", "Germany", "Ukraine"]
    assert states(**{"as-of": "2025-03-31"}) == ["France", "Germany"]
    assert server.ask("/search?q=a&as-of=never").status == 400


def test_thousands_of_names_are_searched_in_milliseconds(facts: Write, tmp_path: Path) -> None:
    text = source_text("press") + "dossiers:\n" + "".join(
        f"  firm/maker-{n}:\n    label: Maker {n * 7919 % 5003} of {n:05d} arms\n    state: FR\n"
        for n in range(5000)
    )  # fmt: skip
    store = Store(tmp_path / "store")
    load(store, batch([facts(text)]))
    with store.read() as snapshot:
        names = Names(snapshot)
    for text in ("maker 4711", "makre", "m", "arms of maker"):
        start = time.process_time()
        assert names.find(text)
        assert time.process_time() - start < 0.2, text


def test_folding_leaves_letters_and_digits_of_latin() -> None:
    assert folded("ŠKODA Łódź Ærø ß") == "skoda lodz aero ss"
    assert folded("Рейнметалл") == "rejnmetall"
