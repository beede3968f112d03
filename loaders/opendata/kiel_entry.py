"""A row of the Kiel tracker's main sheet, all of it read before any of it is stated."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from pyoxigraph import Literal

from hauberk.graph.terms import decimal
from hauberk.loaders.opendata.kiel_cells import (
    Line,
    UnreadableCellError,
    addresses,
    day,
    id_name,
    span,
)

_CITED: Final = ("source_of_aid_1", "source_of_aid_2", "source_of_aid_3", "source_of_aid_4")
_KINDS: Final = frozenset({"military", "financial", "humanitarian"})
_NUMBERS: Final = (
    "source_reported_value", "tot_activity_value", "tot_activity_value_EUR",
    "tot_sub_activity_value", "tot_sub_activity_value_EUR",
    "tot_sub_activity_value_EUR_redistr", "tot_value_deliv_EUR", "item_numb",
    "item_numb_deliv", "item_value_estimate_USD",
)  # fmt: skip
_CURRENCY_LETTERS: Final = 3


def package_id(line: Line) -> str:
    """Return the id of what a row is about: the sub-activity, or the activity of a commitment."""
    sub = line.given("sub_activity_id")
    return line.given("activity_id") if sub in {"", "0"} else sub


class Entry:
    """What a row says, cell by cell; raises UnreadableCellError where a cell cannot be read."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.given_id = package_id(line)
        self.name = self._id(self.given_id)
        self.measure = self._one_of("measure", line.words("measure"), ("Allocation", "Commitment"))
        aid = line.words("aid_type_general").casefold()
        self.aid = self._one_of("aid_type_general", aid, sorted(_KINDS))
        self.currency = line.words("reporting_currency")
        if self.currency and not (
            len(self.currency) == _CURRENCY_LETTERS and self.currency.isupper()
        ):
            raise UnreadableCellError("reporting_currency", self.currency, "is no currency code")
        self.numbers = {column: line.number_in(column) for column in _NUMBERS}
        undated = line.is_marked("alloc_no_date")
        written = line.given("announcement_date")
        self.announced = None if undated else day(written)
        self.spanned = None if self.announced or undated else span(written)
        self.cited, self.unaddressed = self.pages(_CITED)

    def _id(self, given: str) -> str:
        try:
            return id_name(given)
        except ValueError as exc:
            raise UnreadableCellError("sub_activity_id", given, str(exc)) from None

    @staticmethod
    def _one_of(column: str, given: str, taken: Sequence[str]) -> str:
        if given not in taken:
            raise UnreadableCellError(column, given, f"is none of {', '.join(taken)}")
        return given

    def pages(self, columns: Sequence[str]) -> tuple[list[str], list[str]]:
        """Return the web addresses that cells cite, and what else they cite."""
        found: list[str] = []
        others: list[str] = []
        for column in columns:
            if given := self.line.words(column):
                pages = addresses(self.line.given(column))
                found += pages or ()
                if pages is None:
                    others.append(given[:200])
        return list(dict.fromkeys(found)), list(dict.fromkeys(others))

    @property
    def is_commitment(self) -> bool:
        """Tell a promise made as a whole from aid that was set aside for something."""
        return self.measure == "Commitment"

    @property
    def is_calculated(self) -> bool:
        """Tell a sum that the tracker worked out from prices."""
        return "given by the source" not in self.line.words("value_source_activity_type")

    def amount(self) -> tuple[Literal | None, Literal | None]:
        """Return the sum in the currency it was told in, and in euros."""
        if self.is_commitment:
            told, euros = (self.sum(c) for c in ("tot_activity_value", "tot_activity_value_EUR"))
            return told or self.sum("source_reported_value"), euros
        return self.sum("tot_sub_activity_value"), self.sum("tot_sub_activity_value_EUR")

    def sum(self, column: str) -> Literal | None:
        """Return a sum of money in cents' exactness; zero stands for what is counted elsewhere."""
        number = self.numbers[column]
        if number is None:
            return None
        cents = decimal(str(round(Decimal(number.value), 2)))
        return None if cents.value == "0" else cents
