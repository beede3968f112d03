"""The static site: the server's pages and documents as files that any web server hands out.

Every link is relative, so that the site can lie in any folder. What needs a server, the SPARQL
endpoint and questions with parameters, is left out; each question stands with its whole answer.
"""

import os
import re
import shutil
from collections.abc import Mapping
from html import escape
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode

from hauberk.graph.claims import CURRENT
from hauberk.graph.exports.description import write_void
from hauberk.graph.exports.release import Release
from hauberk.ontology import MODULES
from hauberk.ontology.names import BASE, CODE, HBK, ID, RDF, SKOS, VOID
from hauberk.queries import catalog
from hauberk.queries.web.frames import Limits, Reply
from hauberk.queries.web.operations import OPERATIONS
from hauberk.queries.web.pages import static_pages

MARKER: Final = "hauberk-site.txt"
_LIMITS: Final = Limits(seconds=3600, rows=1 << 40, bytes=1 << 40)
_LINK: Final = re.compile(r'\b(href|src)="(/[^"]*)"')
_LISTED: Final = (
    HBK.Dossier, HBK.Source, HBK.Claim, HBK.DescribedSpeaker, HBK.Place, SKOS.Concept,
    SKOS.ConceptScheme, VOID.Dataset,
)  # fmt: skip


def fill_site(release: Release, folder: Path) -> None:
    """Write the whole site into an empty folder."""
    _Site(release, folder).fill()


class _Site:
    def __init__(self, release: Release, folder: Path) -> None:
        self.release = release
        self.folder = folder
        self.pages: list[str] = []

    def fill(self) -> None:
        with static_pages():
            self._page("index.html", "home", {})
            self._page("queries/index.html", "queries", {"format": "html"})
            for query in catalog.catalog().values():
                self._question(query)
            self._document("ns", ("html", "ttl", "jsonld"))
            for module in MODULES:
                self._document(f"ontology/{module}", ("html", "ttl"))
            for path in self._things():
                self._document(path, _forms(path))
                self.release.progress(1)
        with as_file(files("hauberk.queries.web").joinpath("static")) as given:
            shutil.copytree(given, self.folder / "static")
        with (self.folder / "void.ttl").open("wb") as file:
            write_void(self.release, file)
        self._write("sitemap.txt", "".join(f"{page}\n" for page in sorted(self.pages)).encode())
        self._write(MARKER, f"{self.release.title}\n".encode())

    def _things(self) -> list[str]:
        """Return the path of every thing that has a document."""
        database = self.release.database
        found = {
            quad.subject.value.removeprefix(BASE)
            for kind in _LISTED
            for quad in database.quads_for_pattern(None, RDF.type, kind, CURRENT)
            if isinstance(quad.subject, NamedNode)
            and quad.subject.value.startswith((ID, CODE))
            and "#" not in quad.subject.value
        }
        return sorted(found)

    def _question(self, query: catalog.Query) -> None:
        given: dict[str, object] = {"name": query.name, "parameters": {}, "run": True}
        self._page(f"queries/{query.name}.html", "canned", {**given, "format": "html"})
        if not query.lacks({}):
            csv = self._asked("canned", {**given, "format": "csv"})
            self._write(f"queries/{query.name}.csv", csv.body)

    def _document(self, path: str, forms: tuple[str, ...]) -> None:
        for form in forms:
            reply = self._asked("document", {"path": path, "format": form})
            name = f"doc/{path}.{form}"
            self._write(name, self._linked(name, reply.body) if form == "html" else reply.body)

    def _page(self, name: str, operation: str, given: Mapping[str, object]) -> None:
        self._write(name, self._linked(name, self._asked(operation, given).body))

    def _asked(self, operation: str, given: Mapping[str, object]) -> Reply:
        return OPERATIONS[operation](self.release.snapshot, given, _LIMITS)

    def _linked(self, name: str, page: bytes) -> bytes:
        """Return a page with its links to the server made relative to its own file."""
        self.pages.append(name)
        here = Path(name).parent

        def relative(match: re.Match[str]) -> str:
            path, fragment = _split(match[2])
            target = os.path.relpath(_file(path), here).replace(os.sep, "/")
            return f'{match[1]}="{escape(target)}{fragment}"'

        return _LINK.sub(relative, page.decode()).encode()

    def _write(self, name: str, data: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _forms(path: str) -> tuple[str, ...]:
    return ("html", "trig") if path.startswith("id/claim/") else ("html", "ttl", "jsonld")


def _split(address: str) -> tuple[str, str]:
    """Return an address's path, without slashes around it, and its fragment with the mark."""
    rest, mark, fragment = address.partition("#")
    return rest.partition("?")[0].strip("/"), mark + fragment


def _file(path: str) -> str:
    """Return the file of the site that stands for a path of the server."""
    if not path:
        return "index.html"
    if path == "queries":
        return "queries/index.html"
    if path.startswith("queries/"):
        return path if path.endswith(".csv") else f"{path}.html"
    if path.startswith("static/"):
        return path
    path = path.removeprefix("doc/")
    ending = path.rpartition(".")[2]
    named = ending in {"html", "ttl", "nt", "rdf", "jsonld", "trig", "nq"}
    return f"doc/{path}" if named else f"doc/{path}.html"
