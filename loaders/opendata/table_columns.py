"""The columns of a table of deals: what headings mean, and which are in a sheet."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from hauberk.loaders.fields import SAYS
from hauberk.loaders.opendata.grid import Grid, refused
from hauberk.loaders.reading import near
from hauberk.loaders.vocabulary import vocabulary

_DEAL: Final = {
    "label": "what the deal is called; a row with the same label is about the same deal",
    "id": "the deal's id, agreement/example-drones; left out: made of the label",
    "aliases": "other names, parted by ;",
    "description": "one or two sentences of your own",
}
_AMOUNTS: Final = {
    "value": "how much money, in digits: 35000000",
    "currency": "EUR, UAH or so",
    "value-qualifier": "exact (left out: exact), approx, up-to or at-least",
    "value-scope": "what the sum covers",
    "quantity": "how many, in digits",
    "unit": "of what: drones",
    "quantity-qualifier": "exact (left out: exact), approx, up-to or at-least",
    "sites": "where work is done: UA, or UA: Kyiv; parted by ;",
}
_CLAIM: Final = {
    "modality": "how firmly it is said; left out: reported",
    "credibility": "1 to 6: of what is said",
    "by": "who says so: an id, or words; left out: the publisher",
    "said": "when; left out: the source's date",
    "note": "what no column can hold, in your own words",
}
_SOURCE: Final = {
    "source-url": "where it can be read; once a source is described, its address is enough",
    "source-title": "its title",
    "source-publisher": "who publishes it",
    "source-date": "YYYY, YYYY-MM or YYYY-MM-DD",
    "source-language": "as a tag: fr",
    "source-licence": "its licence",
    "source-reliability": "A to F: of the source",
    "source-reliability-reason": "why that grade",
}
_NOT_HERE: Final = frozenset(
    {"value", "quantity", "participations", "sites", "identified-as", "parent", "renamed", "state"}
)
"""Keys of fact files that are columns of another form here, or speak of a party, not a deal."""
FACTS: Final = {word: each for word, each in SAYS.items() if word not in _NOT_HERE}
"""The columns that are keys of `says`."""

_ALSO: Final = {
    "deal": "label", "name": "label", "title": "label", "amount": "value", "notes": "note",
    "url": "source-url", "source": "source-url", "publisher": "source-publisher",
    "site": "sites", "participants": "participant", "qualifier": "value-qualifier",
}  # fmt: skip
HEADINGS_WITHIN: Final = 100
"""Rows among which the headings are looked for."""
_COMMAND: Final = re.compile(r"#\s*(map|set)\s+(.+?)\s*=\s*(.*?)[\s,;]*\Z", re.IGNORECASE)


@cache
def columns() -> Mapping[str, str]:
    """Return every key that a heading may be, and what the column holds."""
    facts = {word: each.help for word, each in FACTS.items()}
    roles = {
        role: f"who is {role}: ids, states or names, parted by ;"
        for role in vocabulary().codes["role"]
    }
    return _DEAL | roles | facts | _AMOUNTS | _CLAIM | _SOURCE


def key_of(heading: str) -> str | None:
    """Return the key that a heading means.

    >>> key_of("Source URL"), key_of("Deal")
    ('source-url', 'label')
    """
    word = re.sub(r"[\s_-]+", "-", heading.strip().strip("[]").casefold()).strip("-")
    word = _ALSO.get(word, word)
    return word if word in columns() else None


def letters(column: int) -> str:
    """Return what a spreadsheet calls the column, counted from 0.

    >>> letters(0), letters(27)
    ('A', 'AB')
    """
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


@dataclass(slots=True)
class Layout:
    """Where a sheet has its headings, which column each key is in, and what holds for all rows."""

    sheet: str
    begins: int = 0
    """The last row of the headings; deals begin below it."""
    at: dict[str, int] = field(default_factory=dict)
    headings: list[str] = field(default_factory=list)
    always: dict[str, str] = field(default_factory=dict)
    """What `#set` gives every row whose own cell is empty."""

    def place(self, key: str) -> str:
        """Return where a key's column is, as messages call it."""
        column = self.at.get(key)
        sheet = f"{self.sheet}, " if self.sheet else ""
        if column is None:
            return f"{sheet}{key}"
        heading = self.headings[column].strip("[]") if column < len(self.headings) else key
        named = heading if key_of(heading) == key else f"{heading} = {key}"
        return f"{sheet}column {letters(column)} ({named})"


def layout(grid: Grid) -> Layout | None:
    """Return how a sheet is laid out, or None where none of its rows holds headings.

    Raises FaultsError for headings that mean nothing or the same.
    """
    found = Layout(grid.name)
    maps: dict[str, str] = {}
    rows = ((number, cells) for number, cells, _ in grid.rows())
    for number, cells in rows:
        if number > HEADINGS_WITHIN:
            return None
        if _is_remark(cells):
            _obey(grid, number, cells, maps, found)
            continue
        following = next(((n, c) for n, c in rows if not _is_remark(c)), (0, []))
        if _is_mapping(following[1]):
            headings, below = following[1], following[0]
            _settle(grid, found, headings, below, {}, brackets=True)
            found.headings = list(cells)
        elif _is_mapping(cells):
            _settle(grid, found, cells, number, {}, brackets=True)
        elif maps or sum(key_of(cell) is not None for cell in cells) > 1:
            _settle(grid, found, cells, number, maps, brackets=False)
        else:
            return None
        return found
    return None


def _is_remark(cells: Sequence[str]) -> bool:
    return next((cell for cell in cells if cell), "#").startswith("#")


def _is_mapping(cells: Sequence[str]) -> bool:
    """Tell a row of keys in brackets, which says what the headings above it mean."""
    given = [cell for cell in cells if cell]
    return bool(given) and all(cell[0] == "[" and cell[-1] == "]" for cell in given)


def _obey(
    grid: Grid, number: int, cells: Sequence[str], maps: dict[str, str], found: Layout
) -> None:
    """Take up a remark that maps a heading or sets a value: `#map Maker = producer`."""
    told = _COMMAND.match(",".join(cells).strip(","))
    if told is None:
        return
    what, left, right = told[1].casefold(), told[2], told[3]
    key = key_of(right if what == "map" else left)
    if key is None:
        raise _unknown(grid, number, right if what == "map" else left)
    if what == "map":
        maps[left.casefold()] = key
    else:
        found.always[key] = right


def _settle(  # noqa: PLR0913
    grid: Grid,
    found: Layout,
    cells: Sequence[str],
    number: int,
    maps: Mapping[str, str],
    *,
    brackets: bool,
) -> None:
    found.begins, found.headings = number, list(cells)
    for column, heading in _named(cells):
        key = maps.get(heading.casefold()) or key_of(heading)
        if key is None:
            raise _unknown(grid, number, heading, column)
        if key in found.at:
            first = letters(found.at[key])
            message = f"{_cell(grid, column)}: “{heading}” is {key}, as column {first} is; keep one"
            raise refused(grid.path, message, number)
        found.at[key] = column
    if "label" not in found.at and "id" not in found.at:
        where = "in the row of brackets" if brackets else "among the headings"
        message = f"{_sheet(grid)}there is no label {where}; name the column of the deals so"
        raise refused(grid.path, message, number)


def _named(cells: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the columns that have a heading; one that begins with # is left out."""
    for column, heading in enumerate(cells):
        if heading and not heading.startswith("#"):
            yield column, heading


def _unknown(grid: Grid, number: int, heading: str, column: int | None = None) -> Exception:
    where = _sheet(grid) if column is None else f"{_cell(grid, column)}: "
    hint = near(heading.strip("[]").casefold(), columns())
    message = (
        f"{where}“{heading}” is no key{hint or '.'} Write one that `hauberk example table` lists,"
        f" add a row `#map {heading.strip('[]')} = key`, or begin the heading with # to leave"
        " the column out"
    )
    return refused(grid.path, message, number)


def _sheet(grid: Grid) -> str:
    return f"sheet {grid.name}: " if grid.name else ""


def _cell(grid: Grid, column: int) -> str:
    return f"{_sheet(grid)}column {letters(column)}"
