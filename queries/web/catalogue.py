"""The catalogue of texts, `locale/hauberk.pot`: every text of the pages, ready for translation.

`python -m hauberk.queries.web.catalogue` writes it anew after texts have changed.
"""

import io
import sys
from importlib.resources import files
from pathlib import Path
from typing import Final

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

NAME: Final = "hauberk.pot"
_METHODS: Final = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
_TEMPLATES: Final = {
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "newstyle_gettext": "true",
    "silent": "false",
}
_PASSING: Final = (
    b'"POT-Creation-Date:', b'"Generated-By:', b'"PO-Revision-Date:', b'"Last-Translator: FULL',
    b'"Language-Team: LANGUAGE', b'"Report-Msgid-Bugs-To: EMAIL',
)  # fmt: skip
_KEYWORDS: Final = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "text": None,
    "texts": (1, 2),
}
_HEADER: Final = """\
# The texts of Hauberk's pages, in British English.
# Written by `python -m hauberk.queries.web.catalogue`; a translation is a copy named de.po, say."""


def catalogue() -> bytes:
    """Return the catalogue as the pages have it now.

    Where a text stands is left out but for its file, so that only texts change the catalogue.
    """
    made = Catalog(project="Hauberk", charset="utf-8", header_comment=_HEADER, fuzzy=False)
    folder = folder_of_pages()
    options = {"**/templates/**.html": _TEMPLATES}
    found = extract_from_dir(folder, _METHODS, options, _KEYWORDS)
    for name, _line, message, comments, context in found:
        made.add(message, None, [(name, 0)], auto_comments=comments, context=context)
    out = io.BytesIO()
    write_po(out, made, width=98, omit_header=False, sort_output=True, include_lineno=False)
    return b"\n".join(line for line in out.getvalue().split(b"\n") if not _dated(line))


def folder_of_pages() -> Path:
    """Return the folder of templates and modules whose texts are listed."""
    return Path(str(files("hauberk.queries.web")))


def _dated(line: bytes) -> bool:
    """Tell whether a line of the header changes by itself, or holds nothing."""
    return line.startswith(_PASSING)


def main() -> None:
    """Write the catalogue; with `--check`, only tell whether it is stale."""
    file, now = folder_of_pages() / "locale" / NAME, catalogue()
    if file.is_file() and file.read_bytes() == now:
        return
    if "--check" in sys.argv[1:]:
        sys.exit(f"{NAME} is stale: run python -m hauberk.queries.web.catalogue")
    file.write_bytes(now)


if __name__ == "__main__":
    main()
