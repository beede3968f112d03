"""What no property can hold of a row of the Kiel tracker: known unknowns, loose dates, terms."""

from collections.abc import Iterator, Sequence
from typing import Final

from pyoxigraph import Literal

from hauberk.loaders.opendata.kiel_cells import Line

_OF_PACKAGES: Final = {
    "source_reported_value": "The sources give no value.",
    "tot_sub_activity_value": "No value is available for the package.",
    "channel": "The channel is undisclosed.",
}
_OF_GOODS: Final = {
    "item": "The items are undisclosed.",
    "item_numb": "The number of items is undisclosed.",
    "item_numb_deliv": "The number delivered is undisclosed.",
}
"""What is said where a cell is a known unknown."""
_TERMS: Final = {
    "earmarked_year": "Set aside for {}.",
    "loan_mat": "Loan over {} years.",
    "loan_int": "Interest {} percent.",
    "loan_gra": "No repayment for {} years.",
}


def package_note(line: Line, announced: Literal | None, unaddressed: Sequence[str]) -> str | None:
    """Return the note on a package, in our words, or None where there is nothing to add.

    *announced* is the day it was announced, *unaddressed* are sources cited without an address.
    """
    return " ".join(_of_package(line, announced, unaddressed)) or None


def goods_note(line: Line) -> str | None:
    """Return the note on one thing in a package, or None."""
    told = [words for column, words in _OF_GOODS.items() if line.is_undisclosed(column)]
    if given := line.words("source_of_weapon"):
        told.append(f"Taken from: {given}.")
    return " ".join(told) or None


def _of_package(line: Line, announced: Literal | None, unaddressed: Sequence[str]) -> Iterator[str]:
    if given := line.words("aid_type_specific"):
        yield f"Sort of aid: {given}."
    written = line.given("announcement_date").removesuffix(" 00:00:00")
    if written and announced is None:
        yield f"No single day of announcement; the tracker gives “{written}”."
    yield from (told for column, told in _OF_PACKAGES.items() if line.is_undisclosed(column))
    for column, told in _TERMS.items():
        if given := line.words(column):
            yield told.format(given)
    if unaddressed:
        yield "Cited without an address: " + "; ".join(f"“{each}”" for each in unaddressed) + "."
