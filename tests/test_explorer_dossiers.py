"""The pages of dossiers, claims and sources, as a reader's browser gets them."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import lxml.html
import pytest
from babel import Locale

from hauberk.graph.store import Store
from hauberk.loaders.sync import batch, load
from hauberk.queries.web import texts
from hauberk.queries.web.catalogue import catalogue, folder_of_pages
from hauberk.tests.support import deals, source_text
from hauberk.tests.web import Server, serving

Element = Any  # lxml has no types
HTML: Final = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def server(fixture_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("dossiers") / "log"
    with serving(fixture_store.root, log, "--workers", "1") as running:
        yield running


def page(server: Server, path: str) -> Element:
    answer = server.ask(f"/doc/{path}", headers=HTML)
    assert answer.status == 200, answer.body[:500]
    return lxml.html.fromstring(answer.text)


def words(element: Element) -> str:
    """Return an element's text, each run of white space one space."""
    return " ".join(element.text_content().split())


def section(shown: Element, heading: str) -> Element:
    """Return the section that a heading of the second level opens."""
    for each in shown.iter("section"):
        if any(words(title).startswith(heading) for title in each.findall("h2")):
            return each
    raise AssertionError(f"no section {heading!r}")


def has_section(shown: Element, heading: str) -> bool:
    return any(words(title).startswith(heading) for title in shown.iter("h2"))


def line(inside: Element, name: str, value: str) -> Element:
    """Return the line that gives a property a value."""
    for group in inside.cssselect("dl.facts > div"):
        if words(group.find("dt")).startswith(name):
            for each in group.cssselect("li"):
                shown = each.cssselect(".value")
                if shown and words(shown[0]) == value:
                    return each
    raise AssertionError(f"no {name}: {value}")


# -- Dossiers ----------------------------------------------------------------------------------


def test_accepted_facts_come_first_and_each_opens_who_says_so(server: Server) -> None:
    shown = page(server, "id/agreement/alder-birch")
    assert words(shown.find(".//h1")) == "Alder and Birch open a workshop"
    assert next(words(h) for h in shown.iter("h2")) == "Accepted"
    status = line(section(shown, "Accepted"), "Status", "in force")
    mark = status.cssselect("details.mark")[0]
    assert words(mark.find("summary")) == "reported C3 1 claim"
    voice = words(mark.cssselect(".voices li")[0])
    assert "Example Wire" in voice
    assert "April 2025" in voice
    assert mark.cssselect('a[href="https://example.org/wire/2025-04"]')
    assert mark.cssselect('a[href^="/id/claim/"]')
    assert mark.cssselect('a[href^="/id/source/"]')


def test_contested_values_stand_side_by_side_and_the_accepted_one_is_marked(
    server: Server,
) -> None:
    disputes = section(page(server, "id/agreement/alder-birch"), "Contested")
    sides = {
        words(each.cssselect(".value")[0]): "accepted" in (each.get("class") or "")
        for each in disputes.cssselect(".side")
        if "EUR" in words(each)
    }
    assert sides == {"EUR 35,000,000": True, "about EUR 40,000,000": False}


def test_a_contested_share_is_told_with_the_party_it_belongs_to(server: Server) -> None:
    disputes = section(page(server, "id/stake/birch-in-cedar"), "Contested")
    heading = next(words(h) for h in disputes.iter("h3") if words(h).startswith("Share"))
    assert "Birch Dynamics as buyer of stake" in heading
    values = [words(each) for each in disputes.cssselect(".side .value")]
    assert {"25", "20"} <= set(values)


def test_what_is_hedged_or_superseded_is_kept_apart_from_the_facts(server: Server) -> None:
    shown = page(server, "id/agreement/alder-birch")
    accepted = words(section(shown, "Accepted"))
    assert "90,000,000" not in accepted
    hedged = section(shown, "Hedged")
    assert "hedged" in (hedged.get("class") or "")
    assert line(hedged, "Value", "at least EUR 90,000,000") is not None
    assert line(section(shown, "Said firmly"), "Status", "signed") is not None


def test_a_denied_deal_shows_no_fact_and_its_denial_in_a_style_of_its_own(server: Server) -> None:
    shown = page(server, "id/agreement/denied-order")
    assert "No claim about it is accepted" in words(section(shown, "Accepted"))
    denied = section(shown, "Denied")
    assert "denials" in (denied.get("class") or "")
    mark = line(denied, "Parties", 'Cedar "Yards" {Nord} as supplier').cssselect(".mark")[0]
    assert words(mark.find("summary")).startswith("denied confirmed")
    assert "Cedar denies every part of it." in words(mark)


def test_a_rumoured_tie_stands_with_the_party_s_hedges_and_not_among_its_ties(
    server: Server,
) -> None:
    shown = page(server, "id/firm/birch-dynamics")
    ties = section(shown, "Takes part in")
    assert "Poland may follow" not in words(ties)
    assert "Poland may follow the open workshop" in words(section(shown, "Hedged"))


def test_the_history_tells_what_happened_was_said_and_was_recorded(server: Server) -> None:
    shown = page(server, "id/agreement/alder-birch")
    events = [(each.get("class"), words(each)) for each in shown.cssselect(".chronicle > li")]
    assert ("happened", "10 March 2025 happened Signed") in events
    said = next(text for kind, text in events if kind == "said" and "10 March 2025" in text)
    assert "Minister of Fixtures" in said
    assert any(kind == "recorded" and "claims recorded here" in text for kind, text in events)
    order = [each.find(".//time") for each in shown.cssselect(".chronicle > li")]
    days = [f"{each.get('datetime')}-01-01"[:10] for each in order if each is not None]
    assert days == sorted(days)


def test_the_network_around_a_dossier_is_drawn_with_its_table(server: Server) -> None:
    around = section(page(server, "id/agreement/alder-birch"), "Around it")
    assert around.cssselect("svg")
    assert {"Alder Works", "Birch Dynamics", "Ukraine"} <= {
        words(cell) for cell in around.cssselect("table tbody td, table tbody th")
    }


# -- Parties left unnamed ----------------------------------------------------------------------


def test_an_unnamed_party_s_page_tells_who_guessed_and_who_confirmed(server: Server) -> None:
    story = section(page(server, "id/undisclosed/carmaker"), "Left unnamed, and named since")
    named, guess = story.cssselect(".naming")
    assert words(named.cssselect(".value")[0]) == "Elm Motors accepted"
    assert "First confirmed by Elm Motors, 20 June 2025" in words(named)
    assert words(guess.cssselect(".value")[0]) == "Fir Motors a guess, not accepted"
    assert "First named by industry analysts, 20 May 2025" in words(guess)
    assert "No party to the matter has confirmed it." in words(guess)
    known = words(story.cssselect(".steps > li")[0])
    assert "withheld: it is to announce it itself" in known
    assert 'Carmaker "lines" {phase 1}, 30 April 2025' in known
    assert "51 days later" in words(story)


def test_a_party_that_nobody_named_shows_who_denies_to_be_it(server: Server) -> None:
    story = section(page(server, "id/undisclosed/drone-maker"), "Unnamed; there are guesses")
    naming = story.cssselect(".naming")[0]
    assert "Birch Dynamics a guess, not accepted" in words(naming)
    assert "1 claim denies it" in words(naming)


def test_a_firm_s_page_tells_which_unnamed_parties_it_is_said_to_be(server: Server) -> None:
    behind = words(section(page(server, "id/firm/fir-motors"), "Unnamed parties"))
    assert behind.startswith("Unnamed parties it is said to be unnamed French carmaker not accep")


# -- Many ties ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("busy")
    facts, store = folder / "deals.yaml", Store(folder / "store")
    text = deals(60).replace("role: customer", "role: supplier", 7)
    facts.write_text(text, encoding="utf-8")
    load(store, batch([facts]))
    facts.write_text(text.replace("        modality: reported\n        says:\n"
                                  "          status: signed", "        modality: confirmed\n"
                                  "        says:\n          status: signed", 1),
                     encoding="utf-8")  # fmt: skip
    load(store, batch([facts]))
    with serving(store.root, folder / "log", "--workers", "1") as running:
        yield running


def rows(shown: Element) -> list[str]:
    table = section(shown, "Takes part in").cssselect("tbody tr")
    return [words(row.cssselect("td")[1]) for row in table]


def test_many_ties_are_counted_and_paged_so_that_each_stands_on_one_page(busy: Server) -> None:
    first = page(busy, "id/state/FR")
    assert words(section(first, "Takes part in").find("h2")) == "Takes part in (60)"
    pages = [rows(page(busy, f"id/state/FR?page={number}")) for number in (1, 2, 3)]
    assert [len(each) for each in pages] == [25, 25, 10]
    assert pages[0] == rows(first)
    assert {name for each in pages for name in each} == {f"Deal {n}" for n in range(60)}
    following = section(first, "Takes part in").cssselect("nav a[rel=next]")[0].get("href")
    assert following is not None
    assert rows(page(busy, following.removeprefix("/doc/").partition("#")[0])) == pages[1]


def test_ties_can_be_narrowed_to_a_role_with_the_count_told_before(busy: Server) -> None:
    ties = section(page(busy, "id/state/FR"), "Takes part in")
    choices = {words(each): each.get("href") for each in ties.cssselect(".filters a")}
    address = choices["supplier 7"]
    assert address is not None
    narrowed = page(busy, address.removeprefix("/doc/").partition("#")[0])
    assert len(rows(narrowed)) == 7
    assert "7 of 60 ties fit." in words(section(narrowed, "Takes part in"))


def test_a_page_past_the_end_is_the_last_and_nonsense_is_a_bad_request(busy: Server) -> None:
    assert len(rows(page(busy, "id/state/FR?page=99"))) == 10
    for wrong in ("0", "-1", "x", "1e3", quote("٣"), "9" * 40):
        answer = busy.ask(f"/doc/id/state/FR?page={wrong}", headers=HTML)
        assert answer.problem["status"] == 400, wrong


def test_a_withdrawn_claim_stands_in_the_history(busy: Server) -> None:
    shown = page(busy, "id/agreement/deal-0")
    withdrawn = [words(each) for each in shown.cssselect(".chronicle > .withdrawn")]
    assert len(withdrawn) == 1
    assert "1 claim withdrawn: press" in withdrawn[0]


# -- Claims, sources, speakers -----------------------------------------------------------------


def claim_of(server: Server, path: str, name: str, value: str, heading: str = "Accepted") -> str:
    """Return the path of the first claim for a value."""
    found = line(section(page(server, path), heading), name, value)
    address: str = found.cssselect('a[href^="/id/claim/"]')[0].get("href")
    return address.removeprefix("/")


def test_a_claim_s_page_says_in_words_who_says_what_and_what_is_accepted(server: Server) -> None:
    path = claim_of(server, "id/agreement/alder-birch", "Kind", "co-production")
    shown = page(server, path)
    text = words(shown.find(".//main"))
    assert words(shown.find(".//h1")) == ("Minister of Fixtures on Alder and Birch open a workshop")
    assert "On 10 March 2025, Minister of Fixtures said this of Alder and Birch" in text
    facts = {
        words(each.find("dt")): words(each.find("dd")) for each in shown.cssselect("dl.facts > div")
    }
    assert facts["Kind"] == "co-production accepted"
    assert facts["Status"] == "signed not accepted"
    assert facts["Grade"].startswith("B1 source: B usually reliable; claim: 1 confirmed")
    assert shown.cssselect('a[href="https://example.org/gazette/2025-03-10"]')


def test_a_denial_s_page_denies(server: Server) -> None:
    path = claim_of(server, "id/agreement/denied-order", "Kind", "supply contract", "Denied")
    shown = page(server, path)
    assert words(shown.find(".//h1")).startswith('Denial by Cedar "Yards" {Nord} of Order from')
    assert "accepted" not in words(shown.cssselect(".sheet")[0])


def test_a_source_s_page_tells_its_grade_and_why_and_every_claim_on_it(server: Server) -> None:
    shown = page(server, "id/agreement/alder-birch")
    link = next(
        each.getparent().cssselect('a[href^="/id/source/"]')[0].get("href")
        for each in shown.cssselect('a[href="https://example.org/gazette/2025-03-10"]')
    )
    source = page(server, link.removeprefix("/"))
    text = words(source.find(".//main"))
    assert "B usually reliable" in text
    assert "fixture, usually reliable" in text
    assert "Example Gazette, 10 March 2025" in text
    claims = source.cssselect("tbody tr")
    assert len(claims) == 4  # A1, F1, G2, H2
    assert words(section(source, "4 claims rest on it").find("h2")) == "4 claims rest on it"


def test_a_described_speaker_s_page_lists_what_it_says(server: Server) -> None:
    shown = page(server, "id/agreement/alder-birch")
    link = shown.cssselect('.voices a[href*="/id/speaker/industry-analysts"]')[0].get("href")
    assert link is not None
    speaker = page(server, link.removeprefix("/"))
    assert words(speaker.find(".//h1")) == "Said by industry analysts"
    assert len(speaker.cssselect("tbody tr")) == 5  # I1, A3, B2, C4, D1


def test_what_a_firm_says_itself_stands_on_its_page(server: Server) -> None:
    says = section(page(server, "id/firm/birch-dynamics"), "What it says itself")
    assert len(says.cssselect("tbody tr")) == 2  # J1, C2
    listed = page(server, "id/firm/birch-dynamics?list=claims")
    assert words(listed.find(".//h1")) == "Said by Birch Dynamics"


def test_a_code_s_page_lists_the_dossiers_that_name_it(server: Server) -> None:
    shown = page(server, "code/agreement-kind/co-production")
    users = section(shown, "2 dossiers name it")
    assert {words(each) for each in users.iter("li")} == {
        "Alder and Birch open a workshop", 'Carmaker "lines" {phase 1}',
    }  # fmt: skip


def test_a_browser_gets_a_page_for_what_is_not_there_and_other_clients_a_problem(
    server: Server, tmp_path: Path
) -> None:
    answer = server.ask("/doc/id/firm/no-such-works", headers=HTML)
    assert (answer.status, answer.type) == (404, "text/html")
    shown = lxml.html.fromstring(answer.text)
    assert words(shown.find(".//h1")) == "Nothing here"
    assert shown.cssselect('main a[href="/search?q=no+such+works"]')
    assert server.ask("/doc/id/firm/no-such-works").problem["title"] == "Not found"
    facts, store = tmp_path / "deals.yaml", Store(tmp_path / "store")
    for count in (2, 1):
        facts.write_text(deals(count), encoding="utf-8")
        load(store, batch([facts]))
    with serving(store.root, tmp_path / "log", "--workers", "1") as other:
        gone = other.ask("/doc/id/agreement/deal-1", headers=HTML)
        assert (gone.status, gone.type) == (410, "text/html")
        assert "was withdrawn on" in words(lxml.html.fromstring(gone.text))


# -- Taking it away ----------------------------------------------------------------------------


def test_a_dossier_s_claims_can_be_had_as_csv(server: Server) -> None:
    answer = server.ask("/doc/id/agreement/alder-birch.csv")
    assert answer.type == "text/csv"
    table = list(csv.DictReader(io.StringIO(answer.text)))
    signed = [row for row in table if row["property"] == "Status" and row["value"] == "signed"]
    assert [row["standing"] for row in signed] == ["other value accepted"]
    assert signed[0]["speaker"] == "Minister of Fixtures"
    assert signed[0]["url"] == "https://example.org/gazette/2025-03-10"
    assert {row["standing"] for row in table} == {
        "accepted", "other value accepted", "not accepted",
    }  # fmt: skip


def test_a_dossier_can_be_cited_in_bibtex_with_its_sources(server: Server) -> None:
    answer = server.ask("/doc/id/agreement/alder-birch.bib")
    assert answer.type == "application/x-bibtex"
    entries = answer.text.split("\n\n")
    assert entries[0].startswith("@misc{agreement:alder-birch,")
    assert "url = {https://w3id.org/hauberk/id/agreement/alder-birch}" in entries[0]
    assert len(entries) == 6  # and the five sources of its claims
    assert r'title = {Rumours of the "fixture" \{trade\}}' in answer.text
    for entry in entries:
        plain = entry.replace(r"\{", "").replace(r"\}", "")
        assert plain.count("{") == plain.count("}")


def test_a_dossier_can_be_cited_in_csl_json(server: Server) -> None:
    answer = server.ask("/doc/id/agreement/alder-birch.csl")
    assert answer.type == "application/vnd.citationstyles.csl+json"
    items = json.loads(answer.body)
    assert items[0]["URL"] == "https://w3id.org/hauberk/id/agreement/alder-birch"
    gazette = next(item for item in items if item["title"] == "Two fixture makers sign")
    assert gazette["issued"] == {"date-parts": [[2025, 3, 10]]}
    assert gazette["type"] == "webpage"


def test_what_is_no_dossier_has_no_citation(server: Server) -> None:
    for path in ("code/status/signed", "id/firm/nobody"):
        assert server.ask(f"/doc/{path}.bib").status == 404


# -- Care --------------------------------------------------------------------------------------


def test_what_a_fact_file_says_is_never_markup(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script><b onclick='x'>&amp;"
    facts, store = tmp_path / "facts.yaml", Store(tmp_path / "store")
    facts.write_text(
        source_text("press")
        + "dossiers:\n  agreement/evil:\n"
        + f'    label: "{evil}"\n    aliases: ["{evil} too"]\n    description: "{evil}"\n'
        + "    claims:\n      - from: press\n"
        + f'        by: "{evil}"\n        modality: reported\n        note: "{evil}"\n'
        + "        says:\n          status: signed\n"
        + "          participations: [{agent: state/FR, role: customer}]\n",
        encoding="utf-8",
    )
    load(store, batch([facts]))
    with serving(store.root, tmp_path / "log", "--workers", "1") as server:
        paths = ["id/agreement/evil", "id/state/FR"]
        claim = claim_of(server, "id/agreement/evil", "Status", "signed")
        for path in [*paths, claim]:
            answer = server.ask(f"/doc/{path}", headers=HTML)
            assert answer.status == 200
            assert "<script>alert" not in answer.text
            assert "<b onclick" not in answer.text
            assert "&lt;script&gt;alert" in answer.text


def test_pages_hold_no_inline_style_or_script(server: Server) -> None:
    for path in ("id/agreement/alder-birch", "id/undisclosed/carmaker", "id/state/FR"):
        shown = page(server, path)
        assert not shown.xpath("//*[@style]")
        assert not shown.xpath("//*[@*[starts-with(name(), 'on')]]")
        assert not [each for each in shown.iter("script") if not each.get("src")]
        assert not list(shown.iter("style"))


# -- Texts, numbers, dates ---------------------------------------------------------------------


def test_the_catalogue_of_texts_is_up_to_date() -> None:
    held = (folder_of_pages() / "locale" / "hauberk.pot").read_bytes()
    assert held == catalogue(), "run python -m hauberk.queries.web.catalogue"
    assert b'msgid "Takes part in"' in held
    assert b'msgid_plural "%(num)s claims"' in held


def test_numbers_and_dates_keep_their_precision() -> None:
    assert texts.number("35000000") == "35,000,000"
    assert texts.number("1028608251.4") == "1,028,608,251.4"
    assert texts.number("NaN") == "NaN"
    assert texts.number("many") == "many"
    assert texts.day("2025-06-07") == "7 June 2025"
    assert texts.day("2025-06") == "June 2025"
    assert texts.day("2025") == "2025"
    assert texts.day("2026-11-24T14:51:39.152Z") == "24 November 2026"
    assert texts.day("undated") == "undated"
    assert texts.day("2025-02-31") == "2025-02-31"


def test_a_translation_is_a_copy_of_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    german = catalogue().replace(
        b'msgid "Takes part in"\nmsgstr ""', b'msgid "Takes part in"\nmsgstr "Beteiligt"'
    )
    assert texts.compiled(german).gettext("Takes part in") == "Beteiligt"
    assert texts.compiled(german).gettext("Contested") == "Contested"
    monkeypatch.setattr(texts, "locale", lambda: Locale.parse("de"))
    assert texts.number("35000000") == "35.000.000"
    assert texts.day("2025-06") == "Juni 2025"
