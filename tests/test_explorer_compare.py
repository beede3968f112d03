"""Compare and matrix: numbers side by side, each leading to the list of what it counts."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote

import pytest

from hauberk.graph.store import Store
from hauberk.tests.web import Server, serving


@pytest.fixture(scope="module")
def server(fixture_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("compare") / "log"
    with serving(fixture_store.root, log, "--workers", "1") as running:
        yield running


def page(server: Server, path: str) -> str:
    answer = server.ask(path)
    assert answer.status == 200, (path, answer.text[:500])
    return answer.text


def counted(server: Server, address: str) -> int:
    """Return how many rows the question at an address has."""
    return int(
        server.ask(unescape(address), headers={"Accept": "text/csv"}).headers["x-total-count"]
    )


def line(text: str, label: str) -> list[tuple[str, str]]:
    """Return address and text of each number in a line of a comparison."""
    found = re.search(rf'<th scope="row">{re.escape(label)}</th>(.*?)</tr>', text, re.DOTALL)
    assert found, label
    cells = re.findall(r"<td[^>]*>(.*?)</td>", found[1], re.DOTALL)
    return [
        (re.search(r'href="([^"]*)"', cell)[1] if "href" in cell else "",  # type: ignore[index]
         re.sub(r"<[^>]+>", " ", cell).split()[0])
        for cell in cells
    ]  # fmt: skip


# -- Compare ----------------------------------------------------------------------------------


def test_the_form_is_there_without_a_choice(server: Server) -> None:
    text = page(server, "/compare")
    assert '<option value="state/FR"' in text
    assert 'name="a"' in text
    assert text.count("<h1") == 1


def test_two_states_stand_side_by_side_and_each_number_leads_to_its_list(server: Server) -> None:
    text = page(server, "/compare?a=state/FR&b=state/DE")
    assert "<h1>France and Germany</h1>" in text
    kinds = 0
    for label in ("All ties", "co-production", "programme", "equity stake", "framework agreement"):
        for address, number in line(text, label):
            kinds += 1
            if address:
                assert counted(server, address) == int(number), (label, address)
            else:
                assert number == "0", label
    assert kinds == 10
    common = re.search(r'They have (\d+) ties? in common.* <a href="([^"]+)"', text)
    assert common
    assert counted(server, common[2]) == int(common[1]) == 2


def test_partners_in_common_and_apart_are_told_with_their_numbers(server: Server) -> None:
    text = page(server, "/compare?a=FR&b=DE")
    shared = text[text.index("Partner states") :]
    assert re.search(r"In common <span class=\"soft\">2</span>", shared)
    only = re.findall(r"Only (\w+) <span class=\"soft\">(\d+)</span>", shared)
    assert ("France", "1") in only
    for address, number in re.findall(
        r'<a href="(/queries/deals-between-states[^"]+)">(\d+)</a>', shared
    ):
        assert counted(server, address) == int(number), address


def test_programmes_models_and_values_are_compared(server: Server) -> None:
    text = page(server, "/compare?a=FR&b=DE")
    assert "/id/programme/fixture-programme" in text
    assert "/id/model/open-workshop" in text
    assert [number for _, number in line(text, "EUR million")] == ["35", "35"]
    assert 'class="figure lines"' in text


def test_two_firms_are_compared_by_name(server: Server) -> None:
    text = page(server, "/compare?a=Alder&b=firm/birch-dynamics")
    assert "<h1>Alder Works and Birch Dynamics</h1>" in text
    (address, number), _ = line(text, "All ties")
    assert counted(server, address) == int(number)


@pytest.mark.parametrize(
    ("a", "b", "told"),
    [
        ("FR", "firm/alder-works", "a state cannot be compared with a firm"),
        ("FR", "France", "the same as the first"),
        ("model/open-workshop", "FR", "only states and firms can be compared"),
        ("FR", "Atlantis", "no state or firm goes by"),
        ("FR", "<script>alert(1)</script>", "no state or firm goes by"),
    ],
)
def test_what_cannot_be_compared_is_told_in_a_line(
    server: Server, a: str, b: str, told: str
) -> None:
    answer = server.ask(f"/compare?a={quote(a)}&b={quote(b)}")
    assert (answer.status, answer.type) == (400, "text/html")
    assert told in answer.text
    assert "<script>alert" not in answer.text


def test_a_comparison_is_of_the_day_asked_for(server: Server) -> None:
    early = page(server, "/compare?a=FR&b=DE&as-of=2025-03-31")
    now = page(server, "/compare?a=FR&b=DE")
    assert int(line(early, "All ties")[0][1]) < int(line(now, "All ties")[0][1])
    for address, number in line(early, "All ties"):
        assert "as-of=2025-03-31" in address
        assert counted(server, address) == int(number)


# -- Matrix -----------------------------------------------------------------------------------


def cells(text: str) -> list[tuple[str, str]]:
    """Return address and number of each cell of two states."""
    found = re.search(r'<table class="matrix">.*?</table>', text, re.DOTALL)
    assert found, text[-1500:]
    return re.findall(r'<td class="shade-\d"><a href="([^"]+)">([^<]+)</a></td>', found[0])


@pytest.mark.parametrize(
    "asked",
    ["", "?kind=co-production", "?from=2025", "?to=2024", "?from=2025-04-01&to=2025-04-30",
     "?as-of=2025-03-31"],
)  # fmt: skip
def test_each_cell_leads_to_the_list_of_as_many_ties(server: Server, asked: str) -> None:
    found = cells(page(server, f"/matrix{asked}"))
    assert found
    for address, number in found:
        assert counted(server, address) == int(number), address


def test_a_cell_of_values_is_the_sum_of_its_list(server: Server) -> None:
    found = cells(page(server, "/matrix?measure=value&currency=EUR"))
    assert found
    for address, number in found:
        answer = server.ask(unescape(address), headers={"Accept": "application/json"})
        rows = answer.json["results"]["bindings"]
        assert sum(float(row["amount"]["value"]) for row in rows) / 1e6 == float(number)


def test_the_matrix_is_the_same_from_either_side(server: Server) -> None:
    text = page(server, "/matrix")
    found = dict(cells(text))
    for address, number in found.items():
        a, b = re.search(r"a=(\w\w)&amp;b=(\w\w)", address).groups()  # type: ignore[union-attr]
        assert found[address.replace(f"a={a}&amp;b={b}", f"a={b}&amp;b={a}")] == number


def test_the_states_are_named_in_rows_and_columns(server: Server) -> None:
    text = page(server, "/matrix")
    assert '<abbr title="Ukraine">UA</abbr>' in text
    assert '<th scope="row"><a href="/id/state/UA">' in text
    assert "The strongest pairs" in text


@pytest.mark.parametrize(
    "asked", ["kind=x", "from=soon", "measure=weight", "currency=ZZZ", "states=1000", "colour=red"]
)
def test_a_choice_there_is_not_is_refused_in_words(server: Server, asked: str) -> None:
    answer = server.ask(f"/matrix?{asked}")
    assert answer.status == 400
    assert answer.problem["detail"]


def test_a_time_without_ties_says_so(server: Server) -> None:
    assert "No accepted tie of this kind and time" in page(server, "/matrix?to=1950")
