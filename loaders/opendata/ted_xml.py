"""XML of notices from nobody knows where: no entities, no network, bounded; and reading it."""

import re
from typing import Any, Final

from lxml import etree

from hauberk.loaders.opendata.ted_model import Money
from hauberk.loaders.opendata.ted_words import UNPUBLISHED

MAX_BYTES: Final = 20 << 20
"""How large a notice may be; the largest have a few MB."""
UBL: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
EFORMS: Final = "http://data.europa.eu/p27/eforms-ubl-extension"
NAMES: Final = {
    "cac": f"{UBL}CommonAggregateComponents-2",
    "cbc": f"{UBL}CommonBasicComponents-2",
    "ext": f"{UBL}CommonExtensionComponents-2",
    "efac": f"{EFORMS}-aggregate-components/1",
    "efbc": f"{EFORMS}-basic-components/1",
    "efext": f"{EFORMS}s/1",
}
_TURNS: Final = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")


class Unreadable(Exception):  # noqa: N818 - the file cannot be read; it is no fault of ours
    """The file is no notice of the kind that is read here."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def root(data: bytes) -> Any:  # noqa: ANN401 - lxml has no types
    """Return the root element; raises Unreadable for what is no plain, whole XML."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    if b"<!DOCTYPE" in data or b"\0" in data:
        raise Unreadable("has a document type or NUL bytes, which no notice has; remove them", 1)
    try:
        found = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as exc:
        line = getattr(exc, "lineno", None) or 1
        why = " ".join(str(exc).split())[:300]
        raise Unreadable(f"is no whole XML: {why}; fetch the notice again", line) from exc
    if found.getroottree().docinfo.doctype:
        raise Unreadable("has a document type, which no notice has; remove it", 1)
    return found


def money(element: Any, path: str) -> Money | None:  # noqa: ANN401
    """Return the sum at *path*, or None where there is none or it is not published."""
    found: Any = element.find(path, NAMES) if element is not None else None
    amount = clean(found.text) if found is not None else ""
    if not amount or amount in UNPUBLISHED:
        return None
    return Money(amount, (found.get("currencyID") or "").strip())


def day(element: Any, path: str) -> str:  # noqa: ANN401
    """Return a day without its time zone; dates of notices have one."""
    written = text(element, path)[:10]
    return "" if written in UNPUBLISHED else written


def text(element: Any, path: str) -> str:  # noqa: ANN401
    """Return the text of the first element at *path*, or an empty one."""
    found = element.find(path, NAMES)
    return clean(found.text) if found is not None else ""


def texts(element: Any, path: str) -> list[str]:  # noqa: ANN401
    """Return the texts of all elements at *path*, each once."""
    found = (clean(each.text) for each in element.iterfind(path, NAMES))
    return list(dict.fromkeys(each for each in found if each))


def clean(given: str | None) -> str:
    """Return a text in one line, without marks that turn the direction of what follows."""
    return " ".join(_TURNS.sub("", given or "").split())
