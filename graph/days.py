"""Past days kept whole: databases of their own beside a generation's checkpoint, made when asked.

```
<store>/published/<n>.days/<day>/               the graph as of a day on which a claim was said
<store>/published/<n>.days/<day>.lock           readers hold a shared lock on it
<store>/published/<n>.days/<day>.<pid>.new/     a day that is being made
<store>/published/<n>.days/<day>.<pid>.making   its maker holds a lock on it
```
A day starts from the next later one that is kept, by hard links, and only what differs is written.
What a maker that died leaves is removed by the next one. All goes when the generation is no longer
current.
"""

import os
import shutil
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import IO, Final

import portalocker
from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from hauberk.graph.claims import CURRENT
from hauberk.graph.ledger import Ledger
from hauberk.graph.terms import earliest
from hauberk.ontology.names import DCTERMS, HBK, PROV, RDF, VOID, part

MOST_BYTES: Final = 4_000_000_000
FEWEST_KEPT: Final = 8
MOST_KEPT: Final = 64
"""Days of a generation that are kept: as many as those bytes hold, from so many to so many."""
FEWEST_CLAIMS: Final = 200
"""Claims between two days that are made ready."""
NEVER: Final = "0000-00-00"
"""The day before every claim."""
_TOGETHER: Final = 500
"""Statements that are removed by one update."""


class Days:
    """The past days of one generation, whose checkpoint is *today*, in a folder of their own."""

    def __init__(self, today: Store, folder: Path) -> None:
        self.today = today
        self.folder = folder

    @cached_property
    def said(self) -> list[str]:
        """The days on which a claim was said, each the first that its date can mean; in order."""
        return sorted({earliest(each) for each in _dates(self.today)})

    def effective(self, day: str) -> str:
        """Return the last day up to *day* on which a claim was said: both give the same graph."""
        place = bisect_right(self.said, day)
        return self.said[place - 1] if place else NEVER

    def holds(self, day: str) -> bool:
        """Tell whether a day can be had without making it."""
        return self.folder.is_dir() and (self.folder / self.effective(day)).is_dir()

    @contextmanager
    def held(self, day: str) -> Iterator[Store]:
        """Yield the graph as of *day*, read-only, and keep it from being removed meanwhile.

        Raises OSError where the folder cannot be written and the day is not kept there.
        """
        name = self.effective(day)
        for _ in range(100):
            lock = self._share(name)
            if lock is None:
                self._make(name)
                continue
            with lock:
                try:
                    os.utime(self.folder / name)
                    database = Store.read_only(str(self.folder / name))
                except OSError:
                    continue  # removed between the two
                yield database
                return
        raise OSError(f"{self.folder / name} vanishes whenever it is made")

    @cached_property
    def room(self) -> int:
        """How many days are kept at most; those longest unused make room for others.

        A day shares no file with the others, in the end, and is no longer than today.
        """
        checkpoint = self.folder.with_suffix("")
        size = sum(path.stat().st_size for path in checkpoint.iterdir())
        return min(max(MOST_BYTES // max(size, 1), FEWEST_KEPT), MOST_KEPT)

    def kept(self) -> list[str]:
        """Return the days that are kept, in order."""
        return sorted(path.name for path in self.folder.glob("????-??-??") if path.is_dir())

    # -- Making ------------------------------------------------------------------------

    def rungs(self) -> list[str]:
        """Return days, latest first, between which about as many claims were said.

        Any other day is quickly made from them. They fill half of the room.
        """
        days = sorted(self._of_each_claim())
        step = max(len(days) // max(self.room // 2, 1), FEWEST_CLAIMS)
        return list(dict.fromkeys(days[at] for at in range(len(days) - 1, -1, -step)))

    def _of_each_claim(self) -> Iterator[str]:
        asked = f"SELECT ?day {{ ?claim {RDF.type} {HBK.Claim} ; {DCTERMS.issued} ?day }}"
        for (day,) in _rows(self.today, asked):
            if isinstance(day, Literal):
                yield earliest(day)

    def keep(self, day: str) -> None:
        """Make a day ready, where it is not yet; raises OSError where it cannot be written."""
        with self.held(day):
            pass

    def _share(self, name: str) -> IO[bytes] | None:
        """Return the day's lock, shared; None where the day is not there, or is being removed."""
        try:
            file = (self.folder / f"{name}.lock").open("rb")
        except FileNotFoundError:
            return None
        if _locked(file, portalocker.LOCK_SH) and (self.folder / name).is_dir():
            return file
        file.close()
        return None

    def _make(self, name: str) -> None:
        """Make a day; where another has made it meanwhile, that one is taken."""
        self.folder.mkdir(exist_ok=True)
        self._clear_crashed()
        self._make_room()
        new = self.folder / f"{name}.{os.getpid()}.new"
        own = new.with_suffix(".making")
        with own.open("wb") as maker:
            _locked(maker, portalocker.LOCK_EX)
            base = self._open_base(name)
            base.backup(str(new))
            database = Store(str(new))
            _go_back(database, name)
            database.flush()
            del database
            (self.folder / f"{name}.lock").touch()
            try:
                new.rename(self.folder / name)
            except OSError:
                shutil.rmtree(new)
            own.unlink()

    def _open_base(self, name: str) -> Store:
        """Return the next later day that is kept, or today."""
        for later in self.kept():
            if later > name:
                with suppress(OSError):  # removed meanwhile
                    return Store.read_only(str(self.folder / later))
        return self.today

    def _clear_crashed(self) -> None:
        """Remove what makers that died have left."""
        for path in self.folder.glob("*.making"):
            with suppress(FileNotFoundError), path.open("rb") as file:
                if _locked(file, portalocker.LOCK_EX):
                    shutil.rmtree(path.with_suffix(".new"), ignore_errors=True)
                    path.unlink()

    def _make_room(self) -> None:
        used = [(self.folder / name).stat().st_mtime_ns for name in self.kept()]
        oldest = sorted(zip(used, self.kept(), strict=False))
        for _, name in oldest[: max(len(used) - self.room + 1, 0)]:
            with suppress(FileNotFoundError), (self.folder / f"{name}.lock").open("rb") as file:
                if _locked(file, portalocker.LOCK_EX):
                    shutil.rmtree(self.folder / name)


def _locked(file: IO[bytes], kind: portalocker.LockFlags) -> bool:
    """Take a lock that lasts until the file is closed; tell whether that could be done at once."""
    try:
        portalocker.lock(file, kind | portalocker.LOCK_NB)
    except portalocker.exceptions.LockException:
        return False
    return True


def _go_back(database: Store, day: str) -> None:
    """Make a database what it was on *day*, when it holds that day or a later one."""
    claims = _late(database, day)
    withdrawn = _subjects(database, f"VALUES ?kind {{ {HBK.WithdrawnClaim} {HBK.WithdrawnEntry} }}"
                                    f" ?found {RDF.type} ?kind")  # fmt: skip
    touched: set[NamedNode] = set()
    named: set[NamedNode] = set()
    for some in _portions([*claims, *withdrawn]):
        listed = " ".join(map(str, some))
        values = f"VALUES ?it {{ {listed} }}"
        touched.update(_subjects(database, f"{values} ?it {HBK.about} ?found"))
        for predicate in (PROV.wasAttributedTo, VOID.inDataset):
            named.update(_subjects(database, f"{values} ?it {predicate} ?found"))
        _remove(database, some)
    _forget_unreferred(database, named)
    Ledger(database).settle(touched)


def _late(database: Store, day: str) -> list[NamedNode]:
    """Return the claims that were not said by *day*, or have no date."""
    undated = f"FILTER NOT EXISTS {{ ?found {DCTERMS.issued} ?day }}"
    found = _subjects(database, f"?found {RDF.type} {HBK.Claim} {undated}")
    late = [each for each in _dates(database) if earliest(each) > day]
    if late:
        values = f"VALUES ?day {{ {' '.join(map(str, late))} }}"
        found += _subjects(database, f"{values} ?found {DCTERMS.issued} ?day")
    return found


def _remove(database: Store, statements: Sequence[NamedNode]) -> None:
    parts = [part(each, name) for each in statements for name in ("passage", "selector")]
    subjects = " ".join(map(str, [*statements, *parts]))
    denied = [part(each, name) for each in statements for name in ("denied", "withdrawn")]
    graphs = " ".join(map(str, [*statements, *denied]))
    database.update(
        f"DELETE {{ GRAPH {CURRENT} {{ ?s ?p ?o }} }} WHERE"
        f" {{ VALUES ?s {{ {subjects} }} GRAPH {CURRENT} {{ ?s ?p ?o }} }} ;"
        f"DELETE {{ GRAPH ?g {{ ?s ?p ?o }} }} WHERE"
        f" {{ VALUES ?g {{ {graphs} }} GRAPH ?g {{ ?s ?p ?o }} }}"
    )


def _forget_unreferred(database: Store, named: Iterable[NamedNode]) -> None:
    """Remove what is described for statements alone: described speakers, and datasets."""
    for node in named:
        kind_of = {
            quad.object for quad in database.quads_for_pattern(node, RDF.type, None, CURRENT)
        }
        if not kind_of & {HBK.DescribedSpeaker, VOID.Dataset}:
            continue
        predicate = VOID.inDataset if VOID.Dataset in kind_of else PROV.wasAttributedTo
        if any(True for _ in database.quads_for_pattern(None, predicate, node, CURRENT)):
            continue
        for quad in list(database.quads_for_pattern(node, None, None, CURRENT)):
            database.remove(quad)


def _dates(database: Store) -> list[Literal]:
    asked = f"SELECT DISTINCT ?day {{ ?claim {DCTERMS.issued} ?day }}"
    return [day for (day,) in _rows(database, asked) if isinstance(day, Literal)]


def _subjects(database: Store, pattern: str) -> list[NamedNode]:
    rows = _rows(database, f"SELECT DISTINCT ?found {{ {pattern} }}")
    return [found for (found,) in rows if isinstance(found, NamedNode)]


def _rows(database: Store, asked: str) -> Iterator[tuple[object, ...]]:
    found = database.query(asked, default_graph=[CURRENT])
    assert isinstance(found, QuerySolutions)  # noqa: S101  (it is a SELECT)
    for solution in found:
        yield tuple(solution)


def _portions(statements: list[NamedNode]) -> Iterator[list[NamedNode]]:
    for at in range(0, len(statements), _TOGETHER):
        yield statements[at : at + _TOGETHER]
