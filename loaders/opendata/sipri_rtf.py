"""SIPRI's register as RTF: a block for each state, a line with tabs for each of its deals.

A line that begins with `R:` names a recipient, with `S:` a supplier, with `L:` the other side of a
licence; a line that begins with a tab goes on with the party before it. Numbers and years in
brackets are uncertain.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from pyoxigraph import Literal

from hauberk.graph.spool import Counts
from hauberk.loaders.opendata.run import Run
from hauberk.loaders.opendata.sipri_deals import Deal, Told, deal_key, some
from hauberk.loaders.opendata.sipri_paragraphs import Rtf
from hauberk.loaders.opendata.sipri_register import attempt
from hauberk.loaders.opendata.sipri_table import generated, number, year
from hauberk.loaders.opendata.sipri_text import Broken, refuse

_PARTY: Final = re.compile(r"([RSL]):\s*(.+)")
_CELLS: Final = 6
"""Cells behind the party's; comments come after them."""
_HEADINGS: Final = {"no.", "ordered", "designation", "description", "comments", "weapon",
                    "supplier/", "recipient/", "year", "year(s)", "or licenser (l)"}  # fmt: skip


def read_rtf(run: Run) -> Iterator[int]:
    """Read a register that is RTF."""
    rtf = Rtf(run.path)
    reading = _Reading()
    said: Literal | None = None
    taken = 0
    for paragraph in rtf.paragraphs():
        if said is None and (said := generated(paragraph)) is not None:
            run.day = said.value
        cells = [cell.strip() for cell in paragraph.split("\t")]
        if reading.heads(cells):
            continue
        run.records += 1
        try:
            broken = attempt(run, reading.deal(cells, rtf.number), said)
        except Broken as exc:
            broken = exc
        if broken is not None:
            run.reject(rtf.number, broken.field, broken.value, broken.reason)
        yield rtf.taken - taken
        taken = rtf.taken
    if not run.records:
        refuse(run.path, 0, "holds no deal of SIPRI's register; give it as SIPRI made it")


class _Reading:
    """Where in the register the reading is: which state's block, which party's line."""

    def __init__(self) -> None:
        self.block = ""
        self.party = ""
        self.mark = ""
        self.sorted_by_recipient: bool | None = None
        self._alone = ""
        """The last paragraph without tabs: the name of a block, where deals follow."""
        self._twins = Counts()

    def heads(self, cells: Sequence[str]) -> bool:
        """Take a paragraph that is no deal: a heading, the name of a block, an empty one."""
        named = _PARTY.match(cells[0])
        text = " ".join(cells).casefold()
        if "recipient (r)" in text or "supplier (s)" in text:
            self.sorted_by_recipient = "supplier (s)" in text
            return True
        if named and len(cells) > 1:
            self.mark, self.party = named[1], named[2].strip()
            if self.mark != "L":
                self.sorted_by_recipient = self.mark == "S"
            if self._alone:
                self.block, self._alone = self._alone, ""
            return False
        if len([cell for cell in cells if cell]) <= 1:
            self._alone = "".join(cells) or self._alone
            return True
        headings = sum(cell.casefold() in _HEADINGS for cell in cells)
        return headings > 1 or not self.party

    def deal(self, cells: Sequence[str], row: int) -> Deal:
        """Return the deal of a line; raises Broken where it is none."""
        if len(cells) <= _CELLS:
            raise Broken(
                "", "\t".join(cells), f"has {len(cells)} cells where a deal has {_CELLS + 1}"
            )
        if cells[0] and not _PARTY.match(cells[0]):
            raise Broken("", cells[0], "stands where R:, S: or L: and a party should")
        if self.sorted_by_recipient is None or not self.block:
            raise Broken("", "\t".join(cells), "stands in no block of a supplier or recipient")
        sides = [self.block, self.party]
        recipient, supplier = sides if self.sorted_by_recipient else reversed(sides)
        amount, designation, description, ordered, delivered, handed = cells[1 : _CELLS + 1]
        bare = year("year of order", ordered.strip("() "))
        when = Told(bare, "(" in ordered)
        if not (designation or description):
            raise Broken("weapon designation", "", "is empty, and so is the description")
        return Deal(
            key=deal_key(recipient, supplier, when.text, designation, self._twins),
            row=row,
            supplier=supplier,
            recipient=recipient,
            designation=designation,
            description=description,
            ordered=some(when),
            number=some(_told("number ordered", amount)),
            delivered=some(_told("number delivered", handed)),
            years=[each] if (each := _first_year(delivered)) else [],
            span=delivered if "-" in delivered else "",
            comments="; ".join(cell for cell in cells[_CELLS + 1 :] if cell),
            is_licensed=self.mark == "L",
        )  # fmt: skip


def _told(name: str, given: str) -> Told:
    bare = given.strip("() .")
    return Told(number(name, bare), given.startswith("("))


def _first_year(given: str) -> Told | None:
    first = given.replace("\u2013", "-").split("-")[0].split(";")[0].strip()
    bare = first.strip("() .")
    return Told(year("year(s) of deliveries", bare), "(" in given) if bare else None
