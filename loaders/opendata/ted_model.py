"""What an eForms notice holds: organisations, lots, results, tenders, contracts, as it has them."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Withheld:
    """A field that is not published: which, why in a code and in words, and until when."""

    field: str
    reason: str
    words: str
    until: str


@dataclass(frozen=True, slots=True)
class Money:
    """An amount as the notice writes it, and its currency."""

    amount: str
    currency: str


@dataclass(slots=True)
class Organisation:
    """An organisation of a notice."""

    id: str
    names: list[str]
    country: str
    numbers: list[str]
    owners: list[str]


@dataclass(frozen=True, slots=True)
class Owner:
    """A beneficial owner: named, or known by nationality alone."""

    id: str
    name: str
    nationalities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tender:
    """What a tendering party offered for a lot."""

    id: str
    lot: str
    party: str
    rank: str
    value: Money | None
    subcontracted: Money | None
    withheld: tuple[Withheld, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A tendering party: the organisations in it, its leaders, its subcontractors."""

    members: tuple[str, ...]
    leaders: tuple[str, ...]
    subcontractors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract that was concluded, or is to be."""

    id: str
    line: int
    title: str
    number: str
    signed: str
    awarded: str
    framework_notice: str
    tenders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a lot."""

    id: str
    line: int
    lot: str
    code: str
    tenders: tuple[str, ...]
    contracts: tuple[str, ...]
    funders: tuple[str, ...]
    maximum: Money | None
    reestimated: Money | None
    withheld: tuple[Withheld, ...]


@dataclass(frozen=True, slots=True)
class Lot:
    """What is bought, of which kind, to be done where; a procedure as a whole is one too."""

    id: str
    line: int
    title: str
    cpv: str
    nature: str
    framework: str
    estimate: Money | None
    sites: tuple[tuple[str, str], ...]
    """State, by code or by region, and town."""


@dataclass(slots=True)
class Notice:
    """A notice."""

    id: str
    published: str
    """Its number in the Official Journal, without leading noughts: `215550-2024`."""
    day: str
    form: str
    type: str
    directive: str
    buyers: list[str]
    direct: str
    amends: tuple[tuple[str, str, str], ...]
    """Of a modification: the notice it changes, the section of it, and why, in a code."""
    whole: Lot
    value: Money | None
    maximum: Money | None
    withheld: tuple[Withheld, ...]
    organisations: dict[str, Organisation] = field(default_factory=dict)
    owners: dict[str, Owner] = field(default_factory=dict)
    lots: dict[str, Lot] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    tenders: dict[str, Tender] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    contracts: dict[str, Contract] = field(default_factory=dict)

    @property
    def calls_for_subcontractors(self) -> bool:
        """Whether nothing was awarded yet: a contractor looks for subcontractors."""
        return self.form == "subco"
