"""Texts, numbers and dates as the reader's language has them.

The source texts are British English; `locale/hauberk.pot` lists them all. A translation is a copy
of it named by its language, `locale/de.po` say, and is served where HAUBERK_LOCALE names it.
"""

import datetime
import gettext
import io
import os
import re
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Final

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal

VARIABLE: Final = "HAUBERK_LOCALE"
_DAY: Final = re.compile(r"(-?\d{4,})(?:-(\d{2}))?(?:-(\d{2}))?(?:T.*|Z|[+-]\d{2}:\d{2})?")


@cache
def locale() -> Locale:
    """Return the locale that pages are written in: HAUBERK_LOCALE's, or British English."""
    return Locale.parse(os.environ.get(VARIABLE) or "en_GB")


@cache
def translations() -> gettext.NullTranslations:
    """Return the translations into the locale; the texts themselves where there are none."""
    for name in (str(locale()), locale().language):
        file = files("hauberk.queries.web").joinpath("locale", f"{name}.po")
        if file.is_file():
            return compiled(file.read_bytes())
    return gettext.NullTranslations()


def compiled(catalogue: bytes) -> gettext.GNUTranslations:
    """Return the translations that a .po file holds."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    out = io.BytesIO()
    write_mo(out, read_po(io.BytesIO(catalogue)))
    out.seek(0)
    return gettext.GNUTranslations(out)


def text(message: str, **shown: object) -> str:
    """Return a text in the reader's language, with what it shows put in for `%(name)s`."""
    return translations().gettext(message) % shown if shown else translations().gettext(message)


def texts(one: str, many: str, count: int, **shown: object) -> str:
    """Return the text for *count* of something, which it shows as `%(count)s`."""
    found = translations().ngettext(one, many, count)
    return found % {"count": number(count), **shown}


def number(value: object) -> str:
    """Return a number as the reader writes it, `5,000`; what is no number stays as it is."""
    given = str(getattr(value, "value", value))
    try:
        found = Decimal(given)
    except ArithmeticError:
        return given
    if not found.is_finite():
        return given
    return format_decimal(found, locale=locale(), decimal_quantization=False)


def day(value: object) -> str:
    """Return a date in words, as precise as it is given: a day, a month or a year.

    A time of day is left out; what is no date stays as it is.
    """
    given = str(getattr(value, "value", value))
    found = _DAY.fullmatch(given)
    if found is None:
        return given
    year, month, date = found.groups()
    try:
        told = datetime.date(int(year), int(month or 1), int(date or 1))
    except ValueError:
        return given
    if date:
        return format_date(told, "d MMMM y", locale=locale())
    return format_skeleton("yMMMM", told, locale=locale()) if month else year
