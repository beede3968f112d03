"""Ties by state, counted a second time: plain code over the fact files against the graph."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from hauberk.graph.store import Store
from hauberk.loaders.sync import bundled, load
from hauberk.queries.catalog import find
from hauberk.queries.runner import run
from hauberk.tests.support import ROOT

FACTS = sorted((ROOT / "loaders" / "facts").glob("*.yaml"))
TIES = ("agreement/", "programme/", "stake/")
Claim = dict[str, Any]


def counting(claim: Claim, sources: dict[str, Any]) -> bool:
    """Tell whether a claim counts: firmly said, not doubted, and not from E sources alone."""
    cited = claim["from"] if isinstance(claim["from"], list) else [claim["from"]]
    grades = {sources[key].get("reliability") for key in cited}
    return (
        claim["modality"] in {"confirmed", "reported"}
        and claim.get("credibility", "3") in {"1", "2", "3"}
        and grades != {"E"}
    )


def weight(claim: Claim, sources: dict[str, Any]) -> tuple[Any, ...]:
    """Return how good a claim is; the least is best."""
    cited = claim["from"] if isinstance(claim["from"], list) else [claim["from"]]
    ranks = {"A": 1, "B": 2, "C": 3, "D": 4, None: 4, "F": 6}
    grade = min(ranks.get(sources[key].get("reliability"), 9) for key in cited)
    dates = sorted(d for d in (sources[key].get("published") for key in cited) if d)
    said = (claim.get("said") or (dates[0] if dates else "")).ljust(4) + "-01-01"
    newest = tuple(-ord(char) for char in said[:10])
    return (claim["modality"], int(claim.get("credibility", "3")), grade, newest)


def dossiers() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for path in FACTS:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506
        for key, record in (document.get("dossiers") or {}).items():
            yield key, record, document.get("sources") or {}


class Read:
    """What the plain count takes from the files: seats, identifications, parties of ties."""

    def __init__(self) -> None:
        self.seat: dict[str, str] = {}
        self.named: dict[str, list[tuple[tuple[Any, ...], str]]] = defaultdict(list)
        self.groups: set[str] = set()
        self.parties: dict[str, set[str]] = defaultdict(set)
        for key, record, sources in dossiers():
            if "state" in record:
                self.seat[key] = record["state"]
            if record.get("collective") == "true":
                self.groups.add(key)
            for claim in record.get("claims") or []:
                if counting(claim, sources) and "denies" not in claim:
                    self.take(key, claim.get("says") or {}, weight(claim, sources))

    def take(self, key: str, says: dict[str, Any], worth: tuple[Any, ...]) -> None:
        """Take what one claim says."""
        if "state" in says:
            self.seat[key] = says["state"]
        known = says.get("identified-as", [])
        for agent in known if isinstance(known, list) else [known]:
            self.named[key].append((worth, agent))
        if key.startswith(TIES):
            self.parties[key] |= {each["agent"] for each in says.get("participations", [])}

    def states(self, agent: str) -> set[str]:
        """Return the states an agent stands for, as what it is identified as if it is."""
        known = sorted(self.named.get(agent, []))
        best = [who for _, who in (known if agent in self.groups else known[:1])]
        found = {_state(who, self.seat) for who in best} or {_state(agent, self.seat)}
        if found == {None}:
            found = {_state(agent, self.seat)}
        return {state for state in found if state}


def plain_count() -> Counter[str]:
    """Return how many ties each state takes part in, itself or through an agent of its own."""
    read = Read()
    count: Counter[str] = Counter()
    for parties in read.parties.values():
        count.update({state for agent in parties for state in read.states(agent)})
    return count


def _state(agent: str, seat: dict[str, str]) -> str | None:
    return agent.removeprefix("state/") if agent.startswith("state/") else seat.get(agent)


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Counter[str]:
    store = Store(tmp_path_factory.mktemp("base") / "store")
    load(store, bundled())
    with store.read() as snapshot:
        table = run(find("deals-by-country"), snapshot)
    country, deal = table.columns.index("country"), table.columns.index("deal")
    pairs = {(str(row[country]), str(row[deal])) for row in table.rows}
    return Counter(state.rpartition("/")[2].rstrip(">") for state, _ in pairs)


def test_each_state_has_as_many_ties_as_a_plain_count_gives(answered: Counter[str]) -> None:
    expected = plain_count()
    differing = {
        state: (answered[state], expected[state])
        for state in answered.keys() | expected.keys()
        if answered[state] != expected[state]
    }
    assert not differing, "answered and counted"
    assert expected["UA"] > expected["FR"] > 20
