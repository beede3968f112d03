"""Pages: HTML from the package's templates, everything in them escaped."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from hauberk.ontology.names import BASE
from hauberk.queries.render import plain
from hauberk.queries.web import asof
from hauberk.queries.web.frames import Reply
from hauberk.queries.web.texts import day, locale, number, text, texts, translations

__all__ = [
    "day", "has_static", "href", "is_static", "number", "page", "static_pages", "text", "texts",
    "words",
]  # fmt: skip

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
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(translations(), newstyle=True)  # type: ignore[attr-defined]
    made.filters["number"] = number
    made.filters["day"] = day
    made.filters["plain"] = plain
    made.filters["href"] = href
    made.filters["words"] = words
    made.filters["address"] = _address
    made.filters["with"] = _with
    made.globals["version"] = version("hauberk")
    made.globals["asof"] = _control
    made.globals["static"] = is_static
    made.globals["has_static"] = has_static
    made.globals["language"] = str(locale()).replace("_", "-")
    return made


@cache
def has_static(path: str) -> bool:
    """Tell whether there is a static file: scripts are there only where they have been built."""
    return files("hauberk.queries.web").joinpath("static", *path.split("/")).is_file()


def page(template: str, **shown: Any) -> Reply:  # noqa: ANN401  (whatever the template shows)
    """Return a page made from a template."""
    made = _environment().get_template(template).render(**shown)
    return Reply(format="html", body=(made if _static.get() else asof.keeping_day(made)).encode())


def _control() -> Any:  # noqa: ANN401  (a struct for the template)
    """Return the date control of the page that is being made, or None where it has none."""
    at = asof.shown()
    if at is None or _static.get():
        return None
    from hauberk.queries.web.explorer.days import control

    return control(at)


def is_static() -> bool:
    """Tell whether pages are made for a site of files, where nothing can be asked."""
    return _static.get()


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


def _address(path: str, **words: object) -> str:
    """Return a path with a query string of the words that have a value; `_` stands for `-`."""
    from hauberk.queries.web.explorer.turns import address

    return address(path, {name.replace("_", "-"): value for name, value in words.items()})


def _with(link: str, name: str, value: str) -> str:
    """Return an address of ours with another value for one word of its query string."""
    from hauberk.queries.web.explorer.turns import replaced

    return replaced(link, name, value)
