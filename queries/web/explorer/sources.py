"""A source for readers: who published it, how it is graded and why, and what rests on it."""

import msgspec
from pyoxigraph import Literal, NamedNode

from hauberk.ontology.names import DCTERMS, HBK, RDFS, key
from hauberk.queries.web.explorer.voices import Voices


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A source and its grade."""

    id: str
    iri: str
    label: str
    title: str
    publisher: str
    url: str
    published: str
    language: str
    licence: str
    rights: str
    reliability: str
    reliability_label: str
    reliability_meaning: str
    reason: str
    contested: list[str]


def source(voices: Voices, node: NamedNode) -> Source:
    """Return the source *node*."""
    about = voices.about(node)

    def told(predicate: NamedNode) -> str:
        value = next(iter(about.get(predicate, ())), None)
        return value.value if isinstance(value, NamedNode | Literal) else ""

    grades = (each for each in about.get(HBK.reliability, ()) if isinstance(each, NamedNode))
    grade = next(grades, None)
    return Source(
        id=key(node) or node.value,
        iri=node.value,
        label=told(RDFS.label),
        title=told(DCTERMS.title),
        publisher=told(HBK.publisher),
        url=told(HBK.url),
        published=told(HBK.published),
        language=_language(told(DCTERMS.language)),
        licence=told(DCTERMS.license),
        rights=told(DCTERMS.rights),
        reliability=grade.value.rpartition("/")[2] if grade else "",
        reliability_label=voices.label(grade) if grade else "",
        reliability_meaning=voices.meaning(grade) if grade else "",
        reason=told(HBK.reliabilityReason),
        contested=[
            voices.label(each)
            for each in about.get(HBK.contestedIn, ())
            if isinstance(each, NamedNode)
        ],
    )


def _language(code: str) -> str:
    """Return a language by its name, `French` for `fr`."""
    from babel import Locale, UnknownLocaleError

    from hauberk.queries.web.texts import locale

    try:
        return Locale.parse(code.replace("-", "_")).get_language_name(locale()) or code
    except (UnknownLocaleError, ValueError):
        return code
