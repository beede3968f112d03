"""The catalogue: every canned query with its question, parameters and columns, from its file."""

import re
from collections.abc import Container, Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

import msgspec
import yaml

from hauberk.graph.errors import BadHeaderError, NotFoundError

TAGS: Final = ("deals", "templates", "parties", "models", "programmes", "evidence", "network")
TYPES: Final = (
    "state", "firm", "agent", "model", "dossier", "product", "code", "date", "integer", "text",
    "boolean",
)  # fmt: skip
_HEADER: Final = re.compile(r"^#\+ ?(.*)$", re.MULTILINE)


class Parameter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A parameter as a header declares it: its type, what a form calls it, an example."""

    type: str
    label: str
    example: str = ""
    scheme: str = ""
    description: str = ""


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a query file's `#+` lines say, as YAML."""

    summary: str
    description: str
    tags: list[str]
    columns: dict[str, str]
    parameters: dict[str, Parameter] = {}
    needs: list[str] = []
    """The parameters of which at least one must be given: without, the answer is all there is."""


class Query(msgspec.Struct, frozen=True):
    """A canned query: valid SPARQL as it stands, with what its header says of it."""

    name: str
    shelf: str
    text: str
    header: Header

    @property
    def summary(self) -> str:
        """The question, in one sentence."""
        return self.header.summary

    @property
    def description(self) -> str:
        """What a row is, and what is left out."""
        return self.header.description

    @property
    def tags(self) -> list[str]:
        """The themes it belongs to, of the closed list TAGS."""
        return self.header.tags

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """Its parameters by name."""
        return self.header.parameters

    @property
    def needs(self) -> list[str]:
        """The parameters of which at least one must be given; none where any may be left out."""
        return self.header.needs

    @property
    def required(self) -> frozenset[str]:
        """The parameters without which it is not answered, whatever else is given."""
        return frozenset(self.needs) if len(self.needs) == 1 else frozenset()

    def lacks(self, given: Container[str]) -> str:
        """Return what is to be given beside *given*, in words; nothing where that will do."""
        if not self.needs or any(name in given for name in self.needs):
            return ""
        return f"give {' or '.join(self.needs)}: without, it is all that the store holds"

    @property
    def columns(self) -> Mapping[str, str]:
        """What each column holds, in the order of the columns."""
        return self.header.columns


@cache
def catalog() -> Mapping[str, Query]:
    """Return every packaged query by name, shelf by shelf.

    Raises BadHeaderError for a file whose header cannot be read.
    """
    found = sorted(_files(), key=lambda pair: (pair[0], pair[1].name))
    return {query.name: query for query in (_read(shelf, file) for shelf, file in found)}


def find(name: str) -> Query:
    """Return the query called *name*; raises NotFoundError with near names."""
    for shelf, file in _files():
        if file.name == f"{name}.rq":
            return _read(shelf, file)
    from rapidfuzz import process

    names = [file.name.removesuffix(".rq") for _, file in _files()]
    near = [each for each, _, _ in process.extract(name, names, limit=3, score_cutoff=60)]
    hint = f"did you mean {' or '.join(near)}?" if near else "`hauberk query` lists them"
    raise NotFoundError(f"no query is called “{name}”; {hint}")


def names() -> list[str]:
    """Return the names of all queries, without reading the files."""
    return sorted(file.name.removesuffix(".rq") for _, file in _files())


def _files() -> Iterator[tuple[str, Traversable]]:
    for shelf in files("hauberk.queries").iterdir():
        if shelf.is_dir():
            for file in shelf.iterdir():
                if file.name.endswith(".rq"):
                    yield shelf.name, file


def _read(shelf: str, file: Traversable) -> Query:
    text = file.read_text(encoding="utf-8")
    where = f"{shelf}/{file.name}"
    try:
        # BaseLoader: every scalar stays text; the file is the package's own.
        said = yaml.load("\n".join(_HEADER.findall(text)), Loader=yaml.CBaseLoader)  # noqa: S506
        header = msgspec.convert(said, Header)
    except yaml.MarkedYAMLError as exc:
        line = (exc.problem_mark.line + 1) if exc.problem_mark else 1
        raise BadHeaderError(f"{where}:{line}: the header is not YAML: {exc.problem}") from exc
    except msgspec.ValidationError as exc:
        raise BadHeaderError(f"{where}:1: the header: {exc}") from exc
    for tag in set(header.tags) - set(TAGS):
        raise BadHeaderError(f"{where}:1: “{tag}” is no tag; taken are {', '.join(TAGS)}")
    for name, parameter in header.parameters.items():
        if parameter.type not in TYPES:
            raise BadHeaderError(f"{where}:1: {name}: “{parameter.type}” is no type of parameter")
    for name in header.needs:
        if name not in header.parameters:
            raise BadHeaderError(f"{where}:1: needs “{name}”, which is no parameter of its own")
    return Query(name=file.name.removesuffix(".rq"), shelf=shelf, text=text, header=header)
