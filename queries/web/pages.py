"""Pages: HTML from the package's templates, everything in them escaped."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.metadata import version
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from hauberk.ontology.names import BASE
from hauberk.queries.render import plain
from hauberk.queries.web.frames import Reply

_static: ContextVar[bool] = ContextVar("static", default=False)


@contextmanager
def static_pages() -> Iterator[None]:
    """Make pages for a site of files meanwhile: without what needs a server."""
    before = _static.set(True)
    try:
        yield
    finally:
        _static.reset(before)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("hauberk.queries.web"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["plain"] = plain
    made.filters["href"] = href
    made.filters["words"] = words
    made.globals["version"] = version("hauberk")
    made.globals["static"] = _static.get
    return made


def page(template: str, **shown: Any) -> Reply:  # noqa: ANN401  (whatever the template shows)
    """Return a page made from a template."""
    text = _environment().get_template(template).render(**shown)
    return Reply(format="html", body=text.encode())


def href(iri: str) -> str:
    """Return where a page shows what an IRI names: our own address for our own, or `""`.

    Only web addresses are linked to, whatever a source's text says.
    """
    if iri.startswith(BASE):
        path, mark, fragment = iri.removeprefix(BASE).partition("#")
        return f"/{path}{mark}{fragment}"
    return iri if iri.startswith(("https://", "http://")) else ""


def words(name: str) -> str:
    """Return a column's or parameter's name as words."""
    spaced = "".join(f" {char.lower()}" if char.isupper() else char for char in name)
    return spaced.replace("_", " ").strip()
