"""The figures: each tells in words and in a table what it draws, and draws what it is given."""

import itertools
import json
import math
import re
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Any, Final

import lxml.etree
import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from hauberk.queries.web.explorer.figures import (
    Edge,
    Node,
    Point,
    bars,
    lines,
    network,
    spans,
    state_map,
    timeline,
)
from hauberk.queries.web.explorer.figures.places import capitals, outlines, state_names
from hauberk.queries.web.explorer.figures.projection import FINE, HEIGHT, WIDTH, projected
from hauberk.queries.web.explorer.figures.scales import CLASSES, bounds, class_of, rounded_up, ticks

HOSTILE: Final = """</title><script>alert("1")</script> & 'two' {{ 7 * 7 }}"""
Element = Any  # lxml has no types

DRAWN: Final[dict[str, Callable[[str], Markup]]] = {
    "bars": lambda name: bars([(name, 3), ("other", 1.5)], title=name, unit=name),
    "lines": lambda name: lines(
        {name: [("2024", 1), ("2025-06-01", 4)], "other": [("2025-02", 2)]}, title=name, unit=name
    ),
    "network": lambda name: network(
        [Node("a", name, "firm", "/id/firm/a"), Node("b", "other", name)],
        [Edge("a", "b", 2, name)],
        title=name,
    ),
    "spans": lambda name: spans([(name, "2020", "2024-05"), ("other", "", "")], title=name),
    "map": lambda name: state_map(
        {"FR": 3, "UA": 9, "KR": 1, "US": 2},
        arcs=[("FR", "UA", 3), ("US", "UA", 2)],
        points=[Point(48.0, 0.2, name, "/id/agreement/x")],
        names={"FR": name},
        title=name,
        unit=name,
    ),
    "timeline": lambda name: timeline(
        [("2024-03", name, 2), ("2024", "other", 1), ("2023-11-30", "other", 4)], title=name
    ),
}


def read(drawing: Markup) -> Element:
    """Return the figure read as strict XML, which HTML can hold too."""
    return lxml.etree.fromstring(str(drawing).encode())


def svg(drawing: Markup) -> Element:
    return read(drawing).find(".//div[@class='canvas']/svg")


def rows(drawing: Markup, number: int = 0) -> list[list[str]]:
    """Return the cells of a figure's table."""
    table = read(drawing).findall(".//table")[number]
    return [["".join(cell.itertext()) for cell in row] for row in table.find("tbody")]


def told(drawing: Markup) -> str:
    return str(svg(drawing).find("desc").text)


@pytest.mark.parametrize("kind", DRAWN)
def test_figure_tells_in_words_and_in_a_table_what_it_draws(kind: str) -> None:
    figure = read(DRAWN[kind]("Renault"))
    drawing = figure.find(".//div[@class='canvas']/svg")
    named = [figure.find(f".//*[@id='{each}']") for each in drawing.get("aria-labelledby").split()]
    assert [each.tag for each in named] == ["title", "desc"]
    assert all(each.text for each in named)
    assert figure.find("figcaption").text == "Renault"
    assert figure.find("details/summary").text
    assert "Renault" in "".join(figure.find("details").itertext())


@pytest.mark.parametrize("kind", DRAWN)
def test_hostile_names_come_out_as_text(kind: str) -> None:
    drawing = DRAWN[kind](HOSTILE)
    assert "<script" not in drawing
    assert HOSTILE in "".join(read(drawing).itertext())
    ours = {"figure", "figcaption", "div", "svg", "title", "desc", "a", "g", "path", "rect",
            "circle", "text", "ul", "li", "span", "p", "details", "summary", "table", "thead",
            "tbody", "tr", "th", "td"}  # fmt: skip
    assert {each.tag for each in lxml.html.fromstring(str(drawing)).iter()} <= ours


@pytest.mark.parametrize("kind", DRAWN)
def test_figure_has_no_style_or_script_of_its_own(kind: str) -> None:
    for each in read(DRAWN[kind]("Renault")).iter():
        assert "style" not in each.attrib
        assert not [name for name in each.attrib if name.startswith("on")]


@pytest.mark.parametrize("kind", DRAWN)
def test_links_in_a_drawing_stand_in_its_table_for_the_keyboard(kind: str) -> None:
    figure = read(DRAWN[kind]("Renault"))
    drawn = figure.findall(".//div[@class='canvas']//a")
    assert {each.get("tabindex") for each in drawn} <= {"-1"}
    listed = {each.get("href") for each in figure.findall("details//a")}
    assert {each.get("href") for each in drawn} <= listed
    assert figure.find(".//div[@class='canvas']/svg").get("role") == ("group" if drawn else "img")


def test_figures_of_nothing_are_empty() -> None:
    assert [bars([], title="x"), lines({"a": []}, title="x"), timeline([], title="x"),
            network([Node("a", "A")], [], title="x"), spans([("a", "", "")], title="x"),
            state_map({}, title="x")] == [Markup("")] * 6  # fmt: skip


# -- Scales ---------------------------------------------------------------------------------

values = st.lists(st.integers(1, 10_000), min_size=1, max_size=60)


@given(values)
def test_a_greater_value_never_has_a_paler_shade(found: list[int]) -> None:
    lower = bounds(found)
    shades = [class_of(value, lower) for value in sorted(found)]
    assert shades == sorted(shades)
    assert set(shades) <= set(range(1, CLASSES + 1))
    assert class_of(max(found), lower) == CLASSES


@given(values)
def test_five_different_values_at_most_have_each_a_shade(found: list[int]) -> None:
    different = set(sorted(set(found))[:CLASSES])
    lower = bounds(list(different))
    assert len({class_of(value, lower) for value in different}) == len(different)


@given(st.floats(0.001, 1e15))
def test_an_axis_ends_at_a_round_number_that_holds_the_value(value: float) -> None:
    most = rounded_up(value)
    assert value <= most <= max(10 * value, 1)
    marks = ticks(most)
    assert marks[0] == 0
    assert marks[-1] == pytest.approx(most)


# -- The map --------------------------------------------------------------------------------


def polygons(code: str) -> list[list[tuple[float, float]]]:
    """Return the outline of a state as rings in units of the drawing."""
    found = []
    for part in outlines()[0][code].split("M")[1:]:
        numbers = [int(each) for each in re.findall(r"-?\d+", part)]
        x, y = numbers[:2]
        ring = [(x / FINE, y / FINE)]
        for dx, dy in zip(numbers[2::2], numbers[3::2], strict=True):
            x, y = x + dx, y + dy
            ring.append((x / FINE, y / FINE))
        found.append(ring)
    return found


def inside(at: tuple[float, float], ring: Sequence[tuple[float, float]]) -> bool:
    found = False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > at[1]) != (y2 > at[1]) and at[0] < (x2 - x1) * (at[1] - y1) / (y2 - y1) + x1:
            found = not found
    return found


def lies_in(code: str, lat: float, long: float) -> bool:
    return any(inside(projected(lat, long), ring) for ring in polygons(code))


def test_outlines_tell_their_origin_and_are_small() -> None:
    file = files("hauberk.queries.web.explorer.figures").joinpath("europe.json")
    assert len(file.read_bytes()) < 80_000
    origin = json.loads(file.read_text(encoding="utf-8"))["origin"]
    assert "Natural Earth" in origin
    assert "public domain" in origin


def test_every_member_of_the_european_union_and_ukraine_is_on_the_map() -> None:
    members = {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
        "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    }  # fmt: skip
    assert members | {"UA", "GB", "NO", "CH", "MD", "XK", "TR", "GE"} <= set(outlines()[0])


def test_outlines_and_names_are_of_states_that_the_ontology_knows_or_of_their_lands() -> None:
    lands = {"", "GL", "FO", "AX", "IM", "JE", "GG", "SJ"}
    assert set(outlines()[0]) <= set(state_names()) | lands


@pytest.mark.parametrize(("code", "lat", "long"), [
    ("FR", 46.0, 2.5), ("FR", 42.1, 9.1), ("UA", 49.0, 31.0), ("UA", 45.2, 34.3),
    ("UA", 45.9, 33.9), ("DE", 51.0, 10.0), ("CY", 35.0, 33.2), ("CY", 35.32, 33.5),
    ("PL", 52.0, 19.0), ("GB", 52.5, -1.5), ("IE", 53.2, -7.8), ("XK", 42.6, 20.9),
])  # fmt: skip
def test_places_lie_in_the_state_they_belong_to(code: str, lat: float, long: float) -> None:
    assert [each for each in outlines()[0] if each and lies_in(each, lat, long)] == [code]


def test_capitals_on_the_map_lie_in_their_own_states_or_on_their_shores() -> None:
    checked = 0
    for code, (x, y) in capitals().items():
        if code in outlines()[0] and 0 < x < WIDTH and 0 < y < HEIGHT:
            rings = polygons(code)
            corners = [math.hypot(x - a, y - b) for ring in rings for a, b in ring]
            assert any(inside((x, y), ring) for ring in rings) or min(corners) < 6, code
            checked += 1
    assert checked > 45


def test_areas_are_drawn_in_proportion() -> None:
    def area(code: str) -> float:
        return sum(
            abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise([*r, r[0]]))) / 2
            for r in polygons(code)
        )

    ratio = area("UA") / area("FR")
    assert ratio == pytest.approx(603_500 / 543_900, rel=0.03)


def test_states_off_the_map_have_boxes_and_the_rest_is_counted() -> None:
    codes = [code for code in state_names() if code not in outlines()[0]]
    drawing = state_map({code: n for n, code in enumerate(codes, 1)}, title="Far away", unit="x")
    boxes = svg(drawing).findall(".//rect[@rx]")
    said = int(re.search(r"(\d+) states off the map stand in the table", drawing)[1])  # type: ignore[index]
    assert len(boxes) + said == len(codes)
    assert len(rows(drawing)) == len(codes)


def test_pairs_of_states_and_places_that_cannot_be_drawn_are_counted() -> None:
    arcs = [("FR", code, 1.0) for code in state_names() if code != "FR"]
    drawing = state_map({}, arcs=arcs, points=[Point(-33.9, 151.2, "Sydney")], title="Arcs")
    drawn = svg(drawing).findall(".//path[@class='arc']")
    said = int(re.search(r"(\d+) pairs without an arc stand in the table", drawing)[1])  # type: ignore[index]
    assert len(drawn) + said == len(arcs)
    assert len(rows(drawing)) == len(arcs)
    assert "1 place off the map stands in the table." in drawing


def test_a_state_is_shaded_by_its_value_and_leads_to_its_dossier() -> None:
    drawing = state_map({"FR": 1, "DE": 2, "UA": 300}, title="Ties", unit="ties")
    shades = {
        link.get("href"): link.find("path").get("class")
        for link in svg(drawing).iter("a")
        if link.find("path") is not None
    }
    assert shades == {"/id/state/FR": "q1", "/id/state/DE": "q3", "/id/state/UA": "q5"}
    assert rows(drawing) == [["Ukraine", "300"], ["Germany", "2"], ["France", "1"]]


# -- Charts ---------------------------------------------------------------------------------


def test_the_table_of_a_timeline_has_every_kind_and_month_though_the_drawing_has_not() -> None:
    given_rows = [
        (f"{year}-{month:02}", f"kind {kind}", year - 1999 + kind)
        for year in (2001, 2015, 2024)
        for month in (2, 11)
        for kind in range(9)
    ]
    drawing = timeline(given_rows, title="Deals", unit="deals")
    listed = rows(drawing)
    assert len(listed) == 6
    assert sum(int(row[1]) for row in listed) == sum(value for _, _, value in given_rows)
    assert [sum(int(cell or 0) for cell in row[2:]) for row in listed] == [
        int(row[1]) for row in listed
    ]
    early = sum(value for period, _, value in given_rows if period < "2010")
    assert f"{early} before 2010 stand in the table." in drawing
    assert "other kinds" in drawing


def test_the_bars_of_a_month_are_stacked_without_a_gap() -> None:
    drawing = timeline(
        [("2024-03", "a", 30), ("2024-03", "b", 10), ("2024-05", "a", 20)], title="x"
    )
    stacks: dict[float, list[tuple[float, float]]] = {}
    for path in svg(drawing).iter("path"):
        if re.match(r"s\d", path.get("class")):
            for x, y, high in re.findall(r"M([\d.]+) ([\d.]+)v-([\d.]+)", path.get("d")):
                stacks.setdefault(float(x), []).append((float(y), float(high)))
    first, second = (sorted(stacks[x], reverse=True) for x in sorted(stacks))
    assert first[0][0] - first[0][1] == pytest.approx(first[1][0], abs=0.2)
    assert second[0][1] / first[0][1] == pytest.approx(20 / 30, abs=0.01)


def test_bars_beyond_the_drawing_are_counted_and_listed() -> None:
    drawing = bars([(f"Firm {n}", n) for n in range(60, 0, -1)], title="Firms", most=12)
    assert len(svg(drawing).findall(".//rect")) == 12
    assert "48 more stand in the table." in drawing
    assert len(rows(drawing)) == 60


def test_a_table_too_long_for_a_page_says_how_much_is_missing() -> None:
    drawing = bars([(f"Firm {n}", n) for n in range(5_000, 0, -1)], title="Firms")
    assert len(rows(drawing)) == 250
    assert "4,750 more rows are not shown here." in drawing


def test_lines_hold_each_value_until_the_next_where_they_are_steps() -> None:
    drawing = lines({"Dassault": [("2017", 50), ("2021-06", 33.3)]}, title="Shares", steps=True)
    path = next(each for each in svg(drawing).iter("path") if "line" in each.get("class"))
    assert re.fullmatch(r"M[\d.]+ [\d.]+(H[\d.]+V[\d.]+)+H[\d.]+", path.get("d"))
    assert rows(drawing) == [["2017", "50"], ["June 2021", "33.3"]]


def test_open_spans_run_to_the_day_that_there_is_word_of() -> None:
    drawn = [("Spain", "2019", ""), ("Italy", "2017", "2018")]
    ends = {}
    for path in svg(spans(drawn, title="Who", known="2026-01-01")).iter("path"):
        if path.get("class") == "s1":
            left, right = (float(each) for each in re.findall(r"[MH]([\d.]+)", path.get("d"))[:2])
            ends[path.find("title").text] = right - left
    spain, italy = ends["Spain: 2019 \u2013 "], ends["Italy: 2017 \u2013 2018"]
    assert spain / italy == pytest.approx(7, rel=0.01)


def test_spans_say_what_of_them_is_not_known() -> None:
    whole = spans([("Italy", "2017", "2018")], title="Who")
    assert "not known" not in whole
    assert "no end is known" not in whole
    partly = spans([("Italy", "2017", ""), ("Spain", "", "2020")], title="Who")
    assert "A paler bar: its beginning is not known. A bar with a point: no end is known." in partly


# -- Networks -------------------------------------------------------------------------------

FIRMS: Final = [Node(f"firm/{n}", f"Firm {n}", "firm", f"/id/firm/{n}") for n in range(60)]


@given(st.randoms())
def test_a_network_is_laid_out_the_same_whatever_the_order_of_its_rows(random: Any) -> None:  # noqa: ANN401
    nodes = FIRMS[:12]
    edges = [Edge(f"firm/{n}", f"firm/{n * 5 % 12}", n % 3 + 1) for n in range(1, 12)]
    first = network(nodes, edges, title="Ties")
    random.shuffle(nodes)
    random.shuffle(edges)
    assert (
        read(first).find("div").attrib
        == read(network(nodes, edges, title="Ties")).find("div").attrib
    )

    def places(drawing: Markup) -> set[str]:
        return {each.get("d") for each in svg(drawing).iter("path") if "node" in each.get("class")}

    assert places(first) == places(network(nodes, edges, title="Ties"))


def test_a_network_draws_forty_and_counts_the_rest() -> None:
    edges = [Edge("firm/0", f"firm/{n}", n) for n in range(1, 60)]
    drawing = network(FIRMS, edges, title="Around one", centre="firm/0")
    nodes = [each for each in svg(drawing).iter("path") if "node" in each.get("class")]
    assert len(nodes) == 40
    assert "20 more stand in the table." in drawing
    assert len(rows(drawing)) == 59
    assert 'class="name centre"' in drawing


def test_names_in_a_network_do_not_lie_on_each_other() -> None:
    edges = [Edge(f"firm/{n}", f"firm/{(n * 7 + 1) % 40}") for n in range(40)]
    boxes = []
    for each in svg(network(FIRMS[:40], edges, title="Crowded")).iter("text"):
        wide, x = 7.0 * len(each.text), float(each.get("x"))
        left = x - {"start": 0, "middle": wide / 2, "end": wide}[each.get("text-anchor")]
        boxes.append((left, float(each.get("y")), left + wide))
    assert len(boxes) > 15
    for one, other in itertools.combinations(boxes, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or abs(one[1] - other[1]) >= 12


def test_kinds_of_nodes_differ_in_shape_and_not_in_colour_alone() -> None:
    kinds = ["firm", "agreement", "undisclosed", "body"]
    nodes = [Node(kind, kind, kind) for kind in kinds]
    drawing = network(nodes, [Edge("firm", kind) for kind in kinds[1:]], title="Shapes")
    shapes = {
        each.get("class"): re.sub(r"^M[\d. ]+|[\d.-]+", "", each.get("d"))
        for each in svg(drawing).iter("path")
        if "node" in each.get("class")
    }
    assert len(set(shapes.values())) == len(kinds)
