"""Files of RDF from nobody knows where: which format they are in, and parsing them in bounds.

The engine's parsers stream, but some inputs make them take all memory or all time: nested
entities and elements of RDF/XML, nested values of JSON-LD. Those two formats are looked through
first by parsers that count. Nothing is ever fetched.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Final
from xml.parsers import expat

import ijson
from pyoxigraph import Quad, RdfFormat, Store, parse

from hauberk.graph.errors import Fault, FaultsError
from hauberk.loaders.opendata.provider import Sample

DOCUMENT: Final = "file:///document"
"""What the file itself is called, so that `<>` can say where it is from."""
MAX_DEPTH: Final = 64
MAX_WAIT: Final = 8 << 20
"""Bytes that may pass without a triple, which a long literal or a nesting can take."""
MAX_TREE: Final = 1 << 30
"""Bytes of JSON-LD: unlike the others, it is parsed as a whole."""
_IN_MEMORY: Final = 8 << 20
_BATCH: Final = 10_000
_BLOCK: Final = 1 << 16

_ENDINGS: Final = {
    ".ttl": RdfFormat.TURTLE,
    ".trig": RdfFormat.TRIG,
    ".nq": RdfFormat.N_QUADS,
    ".nt": RdfFormat.N_TRIPLES,
    ".jsonld": RdfFormat.JSON_LD,
    ".rdf": RdfFormat.RDF_XML,
    ".owl": RdfFormat.RDF_XML,
}
_LINE: Final = re.compile(
    r"\s*(?:<[^<>\"{}|^`\\\s]{1,2000}>|_:\S{1,200})\s+<[^<>\s]{1,2000}>\s+[<_\"][^\n]{0,20000}\.\s*$",
    re.MULTILINE,
)
_TURTLE: Final = re.compile(r"^\s*(?:@prefix|@base|PREFIX|BASE)\s", re.MULTILINE | re.IGNORECASE)
_RDF_XML: Final = re.compile(r"<(?:[\w.-]+:)?RDF[\s>]")
_JSON_LD: Final = re.compile(r'"@(?:context|id|graph)"\s*:')


def refused(path: Path, message: str, line: int = 0) -> FaultsError:
    """Return the error of a file that cannot be read."""
    return FaultsError([Fault(path.name, line, "", "", message)])


def format_of(sample: Sample) -> RdfFormat | None:
    """Return the format of RDF that a file is in, by its ending or else its content."""
    ending = Path(sample.name).suffix.lower()
    text = sample.text.lstrip()
    if ending in _ENDINGS:
        return _ENDINGS[ending]
    if text.startswith(("{", "[")):
        return RdfFormat.JSON_LD if _JSON_LD.search(text) else None
    if text.startswith("<") and _RDF_XML.search(text[:8000]):
        return RdfFormat.RDF_XML
    first = next((line for line in text.splitlines() if line and not line.startswith("#")), "")
    if _TURTLE.match(first):
        return RdfFormat.TRIG
    return RdfFormat.N_QUADS if _LINE.match(first) else None


@contextmanager
def scratch(path: Path) -> Iterator[Store]:
    """Yield an empty store for what a file holds: in memory, or on disk where it is large."""
    if path.stat().st_size <= _IN_MEMORY:
        yield Store()
        return
    with TemporaryDirectory(prefix="hauberk-rdf-") as folder:
        store = Store(folder)
        yield store
        del store


def filled(store: Store, path: Path, form: RdfFormat) -> Iterator[int]:
    """Put what a file holds into *store*; yield after each batch how many bytes it took.

    Raises FaultsError where the file is not what it seems.
    """
    with path.open("rb") as file:
        if form == RdfFormat.RDF_XML:
            _look_through_xml(path, file)
        elif form == RdfFormat.JSON_LD:
            _look_through_json(path, file)
        file.seek(0)
        source = _Counted(path, file, is_tree=form == RdfFormat.JSON_LD)
        batch: list[Quad] = []
        try:
            for quad in parse(source, form, base_iri=DOCUMENT):  # type: ignore[arg-type]
                source.waiting = 0
                batch.append(quad)
                if len(batch) == _BATCH:
                    store.bulk_extend(batch)
                    batch.clear()
                    yield source.taken()
        except (SyntaxError, ValueError, MemoryError, OSError) as exc:
            line = getattr(exc, "lineno", None) or 0
            message = f"is no {form.name}: {' '.join(str(exc).split())[:300]}"
            raise refused(
                path, f"{message}; mend it, or give it its format's ending", line
            ) from exc
        store.bulk_extend(batch)
        yield source.taken()
    if not len(store):
        raise refused(path, "holds no triple; give a file with facts in it")


class _Counted:
    """A file that counts what is read of it, and ends where too much gives no triple."""

    def __init__(self, path: Path, file: IO[bytes], *, is_tree: bool) -> None:
        self.path = path
        self.file = file
        self.most = MAX_TREE if is_tree else MAX_WAIT
        self.waiting = 0
        self._told = 0

    def read(self, size: int = -1) -> bytes:
        block = self.file.read(min(size, _BLOCK) if size >= 0 else _BLOCK)
        self.waiting += len(block)
        if self.waiting > self.most:
            message = f"{self.most >> 20} MB of it hold no triple; is it RDF?"
            raise refused(self.path, message)
        return block

    def taken(self) -> int:
        """Return the bytes read since the last time."""
        here = self.file.tell()
        found, self._told = here - self._told, here
        return found


def _look_through_xml(path: Path, file: IO[bytes]) -> None:
    """Raise FaultsError for a document type, which holds entities, and for deep nesting."""
    parser = expat.ParserCreate()
    depth = 0

    def doctype(*_: object) -> None:
        message = "has a document type: entities are not read; write the IRIs out and remove it"
        raise refused(path, message, parser.CurrentLineNumber)

    def start(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            message = f"nests elements over {MAX_DEPTH} deep; no RDF/XML needs that"
            raise refused(path, message, parser.CurrentLineNumber)

    def end(*_: object) -> None:
        nonlocal depth
        depth -= 1

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        while block := file.read(_BLOCK):
            if b"\0" in block:
                raise refused(path, "holds NUL bytes; save it as UTF-8")
            parser.Parse(block)
        parser.Parse(b"", True)
    except expat.ExpatError as exc:
        raise refused(path, f"is no whole XML: {exc}; mend it", exc.lineno) from exc


def _look_through_json(path: Path, file: IO[bytes]) -> None:
    """Raise FaultsError for a remote context and for deep nesting."""
    depth, key, within = 0, "", 0
    try:
        for event, value in ijson.basic_parse(file):
            if event in {"start_map", "start_array"}:
                depth += 1
                if key == "@context" and event == "start_array":
                    within = depth
                if depth > MAX_DEPTH:
                    message = f"nests values over {MAX_DEPTH} deep; no JSON-LD needs that"
                    raise refused(path, message)
            elif event in {"end_map", "end_array"}:
                within = 0 if depth == within else within
                depth -= 1
            elif event == "string" and (key in {"@context", "@import"} or within == depth > 0):
                message = f"has the remote context {str(value)[:100]}, which is not fetched"
                raise refused(path, f"{message}; write the context out")
            key = value if event == "map_key" else ""
    except (ijson.JSONError, ValueError, RecursionError) as exc:
        raise refused(path, f"is no whole JSON: {str(exc)[:200]}; mend it") from exc
