"""Question pages: forms, tables that sort and turn, charts, and what an answer leaves out."""

import csv
import io
import re
import shlex
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from hauberk.graph.errors import BadHeaderError
from hauberk.graph.store import Store
from hauberk.loaders.sync import batch, load
from hauberk.queries import catalog
from hauberk.tests.support import FIXTURE, deals
from hauberk.tests.web import Answer, Server, serving

PAGE = {"Accept": "text/html"}
QUERIES = list(catalog.catalog().values())


@pytest.fixture(scope="module")
def server(fixture_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("questions") / "log"
    with serving(fixture_store.root, log, "--workers", "1") as running:
        yield running


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server of a store with 5,000 deals of one state."""
    folder = tmp_path_factory.mktemp("crowded")
    file = folder / "deals.yaml"
    file.write_text(deals(5000), encoding="utf-8")
    store = Store(folder / "store")
    load(store, batch([FIXTURE, file]))
    with serving(store.root, folder / "log", "--workers", "1") as running:
        yield running


def page(server: Server, path: str) -> str:
    answer = server.ask(path, headers=PAGE)
    assert answer.status == 200, (path, answer.text[:500])
    assert answer.type == "text/html"
    return answer.text


def rows(text: str) -> list[list[str]]:
    """Return the cells of the answer's table, as their text."""
    found = re.search(r'<table class="full answer".*?</table>', text, re.DOTALL)
    assert found, text[-2000:]
    body = found[0].partition("<tbody>")[2]
    return [
        [unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in
         re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    ]  # fmt: skip


def links(text: str, rel: str) -> list[str]:
    return [unescape(each) for each in re.findall(rf'<a href="([^"]+)" rel="{rel}"', text)]


# -- The list ---------------------------------------------------------------------------------


def test_every_question_stands_on_its_shelf_with_one_line(server: Server) -> None:
    text = page(server, "/queries")
    for query in QUERIES:
        assert f'href="/queries/{query.name}"' in text
        assert query.summary.replace("'", "&#39;") in text
        assert f'id="shelf-{query.shelf}"' in text


# -- The form ---------------------------------------------------------------------------------


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_a_question_s_form_has_a_labelled_field_for_each_parameter(
    query: catalog.Query, server: Server
) -> None:
    text = page(server, f"/queries/{query.name}")
    for name in query.parameters:
        assert f'<label for="p-{name}">' in text
        assert f'id="p-{name}" name="{name}"' in text
    assert text.count("<h1") == 1


def test_states_and_codes_are_picked_and_parties_are_typed(server: Server) -> None:
    text = page(server, "/queries/production-in-ukraine")
    assert '<select id="p-origin"' in text
    assert re.search(r'<input id="p-party"[^>]* data-suggest="[a-z,]*firm', text)
    assert 'name="as-of"' in text


def test_a_name_is_enough_for_a_party_and_the_form_tells_whom_it_means(server: Server) -> None:
    text = page(server, "/queries/ties-of-firm?firm=alder&run=1")
    assert 'value="firm/alder-works"' in text
    assert "Alder Works" in text


def test_a_name_that_is_nearly_right_leads_to_those_that_are(server: Server) -> None:
    answer = server.ask("/queries/ties-of-firm?firm=aldr&run=1", headers=PAGE)
    assert (answer.status, answer.type) == (404, "text/html")
    assert 'role="alert"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "no-store" in answer.headers["cache-control"]
    found = re.search(
        r'<a href="(/queries/ties-of-firm\?[^"]*firm%2Falder-works[^"]*)"', answer.text
    )
    assert found
    assert "Alder and Birch open a workshop" in page(server, unescape(found[1]))


def test_what_is_no_date_is_said_beside_its_field(server: Server) -> None:
    answer = server.ask("/queries/hedged-claims?since=soon", headers=PAGE)
    assert answer.status == 400
    assert 'id="p-since-problem"' in answer.text
    assert server.ask("/queries/hedged-claims?since=soon").status == 400


# -- The answer -------------------------------------------------------------------------------


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_every_question_is_answered_as_a_page(query: catalog.Query, server: Server) -> None:
    needed = {"claims-about": "dossier=carmaker-lines", "claims-by-speaker": "words=e",
              "partners-of-firm": "firm=alder"}  # fmt: skip
    text = page(server, f"/queries/{query.name}?run=1&{needed.get(query.name, '')}")
    whole = server.ask(f"/queries/{query.name}?format=csv&{needed.get(query.name, '')}")
    count = len(list(csv.reader(io.StringIO(whole.text)))) - 1
    assert f"Answer: {count} row{'' if count == 1 else 's'}" in text
    assert "style=" not in text
    if count:
        assert len(rows(text)) == min(count, 100)


def test_cells_lead_to_dossiers_claims_and_sources(server: Server) -> None:
    text = page(server, "/queries/template-deals-by-country?country=UA")
    assert '<a href="/id/agreement/alder-birch">Alder and Birch open a workshop</a>' in text
    assert re.search(r'<a href="/id/claim/[0-9a-f]{16}">claim</a>', text)
    assert 'rel="nofollow noopener">example.org</a>' in text
    assert '<span class="modality opinion">opinion</span>' in text


def test_a_table_is_sorted_by_the_column_asked_for_empty_cells_last(server: Server) -> None:
    text = page(server, "/queries/deals-by-country?country=FR&sort=-signed")
    head = re.search(r'<th scope="col" aria-sort="descending"[^>]*><a[^>]*>([^<]*)<', text)
    assert head
    assert head[1] == "signed"
    signed = [row[4] for row in rows(text)]
    assert signed[0] == "10 March 2025"
    assert signed == [each for each in signed if each] + [each for each in signed if not each]
    names = [row[0] for row in rows(page(server, "/queries/deals-by-country?country=FR&sort=deal"))]
    assert names == sorted(names, key=str.casefold)
    backwards = rows(page(server, "/queries/deals-by-country?country=FR&sort=-deal"))
    assert [row[0] for row in backwards] == names[::-1]


def test_the_order_asked_for_holds_in_every_format(server: Server) -> None:
    answer = server.ask("/queries/deals-by-country?country=FR&sort=-deal&format=csv")
    names = [row["dealLabel"] for row in csv.DictReader(io.StringIO(answer.text))]
    assert names == sorted(names, key=str.casefold, reverse=True)
    assert server.ask("/queries/deals-by-country?sort=colour").status == 400


def test_numbers_are_sorted_as_numbers(server: Server) -> None:
    answer = server.ask("/queries/sources?sort=-claims&format=csv")
    counts = [int(row["claims"]) for row in csv.DictReader(io.StringIO(answer.text))]
    assert counts == sorted(counts, reverse=True)


def test_downloads_share_link_and_curl_line_give_the_same_answer(server: Server) -> None:
    text = page(server, "/queries/deals-by-country?country=FR&as-of=2025-12-31")
    found = dict(re.findall(r'<li><a href="([^"]+)" download="deals-by-country\.(\w+)"', text))
    by_form = {form: unescape(address) for address, form in found.items()}
    assert by_form.keys() == {"csv", "tsv", "json", "xml", "md"}
    direct = server.ask(by_form["csv"])
    assert direct.type == "text/csv"
    shared = re.search(r'<input id="share"[^>]* value="([^"]+)"', text)
    assert shared
    assert unescape(shared[1]).startswith(f"{server.root}/queries/deals-by-country?")
    assert page(server, unescape(shared[1]).removeprefix(server.root)) == text
    line = re.search(r"<code>(curl [^<]+)</code>", text)
    assert line
    said = subprocess.run(
        shlex.split(unescape(line[1])), capture_output=True, check=True, timeout=60
    )
    assert said.stdout == direct.body


def test_the_query_stands_below_with_its_parameters_in_it(server: Server) -> None:
    text = unescape(page(server, "/queries/deals-by-country?country=FR"))
    assert "VALUES ?country { <https://w3id.org/hauberk/id/state/FR> }" in text


def test_thousands_of_rows_are_turned_page_by_page_in_300_kb_each(crowded: Server) -> None:
    where, seen = "/queries/deals-by-country?country=FR&sort=deal", 0
    pages = 0
    while where and pages < 4:
        answer: Answer = crowded.ask(where, headers=PAGE)
        assert len(answer.body) < 300_000
        assert "data-sortable>" not in answer.text.partition('class="full answer"')[2][:40]
        seen += len(rows(answer.text))
        where = next(iter(links(answer.text, "next")), "")
        pages += 1
    assert seen == 400
    total = int(answer.headers["x-total-count"])
    assert total > 5000
    assert f"301 to 400 of {total:,}" in answer.text
    last = page(crowded, links(answer.text, "last")[0])
    assert not links(last, "next")
    assert len(rows(last)) == total % 100 or 100


def test_no_limit_makes_a_page_longer_than_300_kb(crowded: Server) -> None:
    answer = crowded.ask("/queries/deals-by-country?country=FR&limit=100000", headers=PAGE)
    assert answer.status == 200
    assert len(answer.body) < 300_000


# -- Charts -----------------------------------------------------------------------------------


def test_the_header_s_first_chart_that_has_two_things_to_compare_is_drawn(server: Server) -> None:
    everywhere = page(server, "/queries/deals-by-country?run=1")
    assert 'class="figure map"' in everywhere
    assert "Deals by country" in everywhere
    one = page(server, "/queries/deals-by-country?country=FR")
    assert 'class="figure bars"' in one
    assert 'class="figure map"' not in one


def test_a_state_of_the_map_leads_to_the_question_about_it(server: Server) -> None:
    text = page(server, "/queries/deals-by-country?run=1&as-of=2025-12-31")
    assert 'href="/queries/deals-by-country?run=1&amp;as-of=2025-12-31&amp;country=FR"' in text


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_every_question_names_a_chart(query: catalog.Query) -> None:
    assert query.header.chart


@pytest.mark.parametrize("line", ["figure: pie, of: a, title: T", "figure: bars, of: b, title: T"])
def test_a_chart_of_no_figure_or_column_is_a_bad_header(line: str, tmp_path: Path) -> None:
    file = tmp_path / "odd.rq"
    file.write_text(
        "#+ summary: What?\n#+ description: A row.\n#+ tags: [deals]\n#+ columns: {a: A thing.}\n"
        f"#+ chart: [{{{line}}}]\nSELECT ?a WHERE {{ ?a ?b ?c }}\n", encoding="utf-8",
    )  # fmt: skip
    with pytest.raises(BadHeaderError):
        catalog._read("shelf", file)


# -- What the answer does not say -------------------------------------------------------------


LEFT = {
    "FR": {"alleged": 1, "opinion": 3},  # A4; A3, B2 and G2
    "DK": {"opinion": 1, "graded": 2},  # C4; C2 for its credibility, C3 for its source
    "PL": {"expected": 2, "denied": 1},  # D1 and D2; F2
}
"""Claims of the fixture that are left out of what is accepted of a state, by why."""


@pytest.mark.parametrize("state", LEFT)
def test_claims_left_out_are_counted_by_what_keeps_them_out_and_listed(
    state: str, server: Server
) -> None:
    text = page(server, f"/queries/deals-by-country?country={state}")
    said = re.search(r"leaves out (\d+) claims?:", text)
    assert said
    link = r'<a href="(/queries/deals-by-country/unsaid\?[^"]*standing=(\w+))">'
    parts = re.findall(link + r'<span class="modality \w+">(\d+) ', text)
    assert {standing: int(count) for _, standing, count in parts} == LEFT[state]
    assert int(said[1]) == sum(LEFT[state].values())
    for address, standing, count in parts:
        listed = page(server, unescape(address))
        claims = set(re.findall(r'href="(/id/claim/[0-9a-f]{16})"', listed))
        assert len(claims) == int(count), standing


def test_claims_that_the_answer_lists_itself_are_not_counted_again(server: Server) -> None:
    shown = page(server, "/queries/template-deals-by-country?country=FR")
    inside = set(re.findall(r'href="(/id/claim/[0-9a-f]{16})"', shown))
    assert inside
    left = page(server, "/queries/template-deals-by-country/unsaid?country=FR")
    assert not inside & set(re.findall(r'href="(/id/claim/[0-9a-f]{16})"', left))


def test_questions_about_the_claims_themselves_leave_none_out(server: Server) -> None:
    assert "What does this not say?" not in page(server, "/queries/hedged-claims?run=1")
    assert server.ask("/queries/hedged-claims/unsaid").status == 404


def test_contested_dossiers_of_the_subject_are_named(server: Server) -> None:
    text = page(server, "/queries/deals-by-country/unsaid")
    assert "contested dossier" in text
    assert 'href="/queries/contested-facts?run=1"' in text


def test_unsaid_takes_no_standing_there_is_not(server: Server) -> None:
    assert server.ask("/queries/deals-by-country/unsaid?standing=loud").status == 400
    assert server.ask("/queries/deals-by-country/unsaid?country=XX").status == 400
    assert server.ask("/queries/nothing/unsaid").status == 404
