"""The parties of a notice: organisations by register and number, owners, those withheld."""

import re
from collections.abc import Sequence
from typing import Final

from pyoxigraph import Literal, NamedNode

from hauberk.loaders import parts
from hauberk.loaders.opendata.parties import Party
from hauberk.loaders.opendata.run import Run
from hauberk.loaders.opendata.ted_model import Notice, Organisation, Owner, Withheld
from hauberk.loaders.opendata.ted_words import REASONS, UNPUBLISHED
from hauberk.ontology.names import HBK, code, slug

_NO_LETTERS: Final = re.compile(r"[^A-Z0-9]")
_PREFIXED: Final = re.compile(r"([A-Z]{2})(?=[A-Z]{0,2}\d)")
_LEAST_DIGITS: Final = 5
_COUNTING: Final = "12345678901234567890"


class Broken(Exception):  # noqa: N818 - a record is broken, not the program
    """A record that cannot be used: the field, what it has, and why not."""

    def __init__(self, field: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.value = value
        self.reason = reason


def registration(run: Run, one: Organisation) -> str | None:
    """Return an organisation's number with its register's state before it, or None.

    Spaces and punctuation are dropped, so that one number is written one way. A number that
    begins with a state's letters, as for value added tax, is of that state, wherever the
    organisation has its seat. What people write where they have no number is none.
    """
    state = run.state(one.country) if one.country else None
    own = state.value.rpartition("/")[2] if state is not None else ""
    for given in one.numbers:
        number = _NO_LETTERS.sub("", given.upper())
        prefix = _PREFIXED.match(number)
        of = run.state(prefix[1]) if prefix else None
        if prefix and of is not None:
            register, number = of.value.rpartition("/")[2], number[2:]
        else:
            register = own
        if register and _is_number(number):
            return f"{register}-{number}"
    return None


def _is_number(number: str) -> bool:
    digits = "".join(char for char in number if char.isdigit())
    return (
        len(digits) >= _LEAST_DIGITS
        and len(set(digits)) > 1
        and digits not in _COUNTING
        and digits.lstrip("0") not in _COUNTING
    )


class Parties:
    """The parties of one notice, as dossiers."""

    def __init__(self, run: Run, of: Notice) -> None:
        self.run = run
        self.of = of
        self.key = f"ted-{slug(of.id)[:60]}"
        self._found: dict[str, NamedNode] = {}

    def must_have(self, id_: str) -> Organisation:
        """Return an organisation; raises Broken where the notice has none by that id."""
        one = self.of.organisations.get(id_)
        if one is None:
            raise Broken("organisation", id_, "is no organisation of the notice")
        return one

    def organisation(self, id_: str) -> NamedNode:
        """Return an organisation's dossier, opened where it is new."""
        one = self.must_have(id_)
        if one.id not in self._found:
            self._found[one.id] = self._resolved(one)
        return self._found[one.id]

    def name(self, id_: str) -> str:
        """Return what an organisation is called, for labels and notes."""
        one = self.of.organisations.get(id_)
        return one.names[0] if one and one.names else "an unnamed party"

    def _resolved(self, one: Organisation) -> NamedNode:
        local = f"{self.key}-{slug(one.id)}"
        state = self.run.state(one.country) if one.country else None
        if not one.names:
            note = "The notice does not publish the name of the organisation."
            return self._undisclosed(local, "an organisation", "withheld", note, state)
        buys = any(self.of.organisations.get(each) is one for each in self.of.buyers)
        is_body = buys and not self.of.calls_for_subcontractors
        identifiers = {}
        if number := registration(self.run, one):
            identifiers["registration"] = number
            local = f"registration-{number}"
        return self.run.party(
            Party(
                local,
                one.names[0],
                "body" if is_body else "firm",
                state,
                identifiers,
                tuple(one.names[1:]),
            )
        )

    def owner(self, one: Owner, firm: Organisation) -> NamedNode:
        """Return a beneficial owner: a person, or a party of whom the state alone is known.

        Some notices put the firm's own name in the place of its owner's.
        """
        local = f"{self.key}-{slug(one.id)}"
        states = [state for given in one.nationalities if (state := self.run.state(given))]
        state = states[0] if len(states) == 1 else None
        own = {name.casefold() for name in firm.names}
        if one.name and one.name.casefold() not in own:
            more = [(HBK.state, state)] if state is not None else []
            return self.run.open(f"person/{local}", one.name, more=more)
        what = f"beneficial owner of {firm.names[0] if firm.names else 'a firm'}"
        note = "The notice names no one as the owner"
        note += ", but gives a nationality." if state is not None else "."
        return self._undisclosed(local, what, "unknown", note, state)

    def withheld(self, name: str, what: str, why: Sequence[Withheld]) -> NamedNode:
        """Return the party whose name a notice withholds for now, or for good."""
        note = " ".join(dict.fromkeys(reason(each) for each in why))
        return self._undisclosed(f"{self.key}-{name}", what, "withheld", note, None)

    def _undisclosed(
        self, local: str, what: str, why: str, note: str, state: NamedNode | None
    ) -> NamedNode:
        more: list[tuple[NamedNode, NamedNode | Literal]] = [
            (HBK.undisclosedReason, code("reason-undisclosed", why)),
            (HBK.undisclosedNote, Literal(note)),
        ]
        if state is not None:
            more.append((HBK.state, state))
        label = f"undisclosed {what}, TED notice {self.of.published or self.of.id}"
        return self.run.open(f"undisclosed/{local}", label, more=more)

    def tell_owners(self, id_: str, said: Literal | None, by: NamedNode, row: int) -> None:
        """State who the notice says owns an organisation, each as a stake of its own."""
        one = self.of.organisations[id_]
        for owner in filter(None, map(self.of.owners.get, one.owners)):
            firm, holder = self.organisation(id_), self.owner(owner, one)
            name = f"stake/{self.key}-{slug(one.id)}-{slug(owner.id)}"
            about = self.run.open(name, f"Beneficial ownership of {self.name(id_)}")
            facts = [
                *parts.participation(about, holder, code("role", "owner")),
                *parts.participation(about, firm, code("role", "owned")),
            ]
            note = "The notice gives the owner as a beneficial owner; the share is not stated."
            page = self.page()
            self.run.claim(about, facts, page, row=row, modality="confirmed", credibility="3",
                           by=by, said=said, note=note)  # fmt: skip

    def page(self) -> NamedNode:
        """Describe the notice as a source: its page, or the site where it has no number yet."""
        site, number = self.run.provider.url, self.of.published
        url = f"{site}en/notice/-/detail/{number}" if number else f"{site}#notice-{self.of.id}"
        title = f"TED notice {number or self.of.id}"
        return self.run.source(url, title=title, published=self.of.day or None)


def reason(why: Withheld) -> str:
    """Return why and until when something is withheld, as a sentence."""
    text = "Withheld"
    if why.until:
        text += f" until {why.until}"
    if why.reason and why.reason not in UNPUBLISHED:
        text += f": {REASONS.get(why.reason, why.reason)}"
    if why.words and why.words not in UNPUBLISHED:
        text += f"; in the notice's words: “{why.words.rstrip(' .')}”"
    return text + "."
