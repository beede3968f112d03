"""Pages of a past day: what was known then, links that keep the day, what has changed since."""

import re

import pytest

from hauberk.tests.web import Answer, Server

HTML = {"Accept": "text/html"}
DEAL = "/doc/id/agreement/fr-ua-carmaker-drones-lci-2025-06"
DAY = "2025-06-07"
PAGES = (
    "/", DEAL, "/queries", "/search?q=renault", "/matrix", "/compare?a=FR&b=UA", "/doc/ns",
    "/queries/template-deals-by-country?country=FR&run=1", "/doc/id/state/UA",
    "/doc/code/status/signed",
)  # fmt: skip


def _asked(explorer: Server, path: str, **headers: str) -> Answer:
    return explorer.ask(path, headers={**HTML, **headers})


def _dated(path: str, day: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}as-of={day}"


@pytest.mark.parametrize("path", PAGES)
def test_page_of_a_past_day_says_so_and_its_links_keep_it(explorer: Server, path: str) -> None:
    answer = _asked(explorer, _dated(path, DAY))
    assert answer.status == 200
    assert "As publicly known on 7 June 2025." in answer.text
    links = re.findall(r'href="(/[^"]*)"', answer.text)
    dated = [link for link in links if f"as-of={DAY}" in link]
    assert len(dated) > 5
    for link in set(links) - set(dated):
        assert re.match(r"/(static|data|dataset|catalogue|openapi|\.well-known)", link), link
    for form in re.findall(r"<form\b.*?</form>", answer.text, re.DOTALL):
        assert 'name="as-of"' in form


@pytest.mark.parametrize("path", PAGES)
def test_page_of_today_has_the_control_and_no_day(explorer: Server, path: str) -> None:
    answer = _asked(explorer, path)
    assert answer.status == 200
    assert "As publicly known on" not in answer.text
    assert '<input id="as-of" type="date" name="as-of"' in answer.text


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("day", ["yesterday", "2025-02-30", "2025-06"])
def test_what_is_no_day_is_refused_clearly(explorer: Server, path: str, day: str) -> None:
    answer = _asked(explorer, _dated(path, day))
    assert answer.status == 400
    assert "is no day of the calendar; write YYYY-MM-DD" in answer.problem["detail"]


def test_thing_leads_to_its_document_of_the_same_day(explorer: Server) -> None:
    answer = _asked(explorer, f"/id/firm/renault-group?as-of={DAY}")
    assert answer.status == 303
    assert answer.headers["location"] == f"/doc/id/firm/renault-group?as-of={DAY}"


def test_party_is_unnamed_before_it_was_named_and_named_after(explorer: Server) -> None:
    before, after = (_asked(explorer, _dated(DEAL, day)).text for day in (DAY, "2025-08-01"))
    accepted = [re.sub(r"<[^>]*>", "", text.split('id="accepted"')[1]) for text in (before, after)]
    assert "whom a source had left unnamed" not in accepted[0]
    assert "Renault Group as producer, whom a source had left unnamed" in accepted[1]


def test_past_page_marks_what_has_changed_since(explorer: Server) -> None:
    text = _asked(explorer, _dated(DEAL, DAY)).text
    assert "What has changed since" in text
    assert re.search(r'<a class="tag change" href="#since">named since</a>', text)
    assert re.search(r'<a class="tag change" href="#since">contested since</a>', text)
    assert 'id="since"' in text
    assert f"?since={DAY}" in text


def test_todays_page_marks_what_is_new_since_a_day(explorer: Server) -> None:
    text = _asked(explorer, f"{DEAL}?since={DAY}").text
    assert "Today, with what is new since 7 June 2025 marked." in text
    assert "New since 7 June 2025" in text
    assert "named since" in text
    assert "as-of=" not in "".join(re.findall(r'href="(/[^"]*)"', text))
    assert _asked(explorer, f"{DEAL}?since=then").status == 400


def test_notable_days_lead_from_one_to_the_next(explorer: Server) -> None:
    text = _asked(explorer, _dated(DEAL, DAY)).text
    assert re.search(r'rel="prev" href="\?as-of=2025-06-06"', text)
    assert re.search(r'rel="next" href="\?as-of=2025-06-08"', text)
    todays = _asked(explorer, DEAL).text
    assert re.search(r'rel="prev" href="\?as-of=20\d\d-\d\d-\d\d"', todays)
    assert 'rel="next" href="?as-of' not in todays


def test_control_keeps_what_else_the_page_was_asked(explorer: Server) -> None:
    text = _asked(explorer, _dated("/compare?a=FR&b=UA", DAY)).text
    control = text.split('<form class="asof-form"')[1].split("</form>")[0]
    assert '<input type="hidden" name="a" value="FR">' in control
    assert '<input type="hidden" name="b" value="UA">' in control
    assert 'href="?a=FR&amp;b=UA"' in text


def test_dossier_not_known_then_says_when_it_became_known(explorer: Server) -> None:
    answer = _asked(explorer, _dated(DEAL, "2024-12-31"))
    assert answer.status == 404
    assert answer.type == "text/html"
    assert "It first became known on 30 January 2025." in answer.text
    assert 'href="?as-of=2025-01-30"' in answer.text
    assert _asked(explorer, _dated(DEAL, "2025-01-30")).status == 200


def test_claim_not_made_yet_says_when_it_was(explorer: Server) -> None:
    today = _asked(explorer, f"{DEAL}.csv")
    assert today.status == 200
    said = _asked(explorer, f"{DEAL}?as-of=2025-08-01").text
    claims = {
        claim for claim in re.findall(r"/id/(claim/[0-9a-f]{16})", said)
        if _asked(explorer, f"/doc/id/{claim}?as-of={DAY}").status == 404
    }  # fmt: skip
    assert claims
    told = [_asked(explorer, f"/doc/id/{claim}?as-of={DAY}").text for claim in claims]
    assert any("It first became known on 9 June 2025." in text for text in told)
    for text in told:
        assert "It first became known on" in text or "carry no date" in text


def test_graph_formats_of_a_past_day_hold_that_day_alone(explorer: Server) -> None:
    turtle = explorer.ask(f"{DEAL}.ttl?as-of={DAY}")
    assert turtle.status == 200
    assert "disclosedOn" not in turtle.text
    assert turtle.headers["content-location"] == f"{DEAL}.ttl?as-of={DAY}"
    assert f".jsonld?as-of={DAY}>" in turtle.headers["link"]
    assert "disclosedOn" in explorer.ask(f"{DEAL}.ttl").text
    unknown = explorer.ask(f"{DEAL}.ttl?as-of=2024-12-31")
    assert unknown.problem["first_known"] == "2025-01-30"


def test_each_day_has_a_tag_of_its_own(explorer: Server) -> None:
    days = ("", f"?as-of={DAY}", "?as-of=2025-08-01", f"?since={DAY}")
    answers = [_asked(explorer, DEAL + day) for day in days]
    tags = [answer.headers["etag"] for answer in answers]
    assert len(set(tags)) == len(days)
    for day, tag, answer in zip(days, tags, answers, strict=True):
        again = _asked(explorer, DEAL + day, **{"If-None-Match": tag})
        assert again.status == 304
        assert _asked(explorer, DEAL + day).body == answer.body
    assert "etag" not in _asked(explorer, _dated(DEAL, "2024-12-31")).headers


def test_hostile_values_stay_text(explorer: Server) -> None:
    answer = _asked(explorer, _dated("/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", DAY))
    assert "<script>alert" not in answer.text
