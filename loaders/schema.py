"""The JSON Schema of fact files, made from the same table that reads them."""

from typing import Any, Final

from hauberk.loaders.fields import IDENTIFIERS, SAYS, Field
from hauberk.loaders.reading import Vocabulary
from hauberk.loaders.vocabulary import vocabulary
from hauberk.ontology.names import AGENT_KINDS, BASE, WRITTEN_KINDS

Schema = dict[str, Any]
_TEXT: Final[Schema] = {"type": "string", "minLength": 1}
_NUMBER: Final[Schema] = {
    "oneOf": [{"type": "number"}, {"type": "string", "pattern": r"^\d{1,30}(\.\d{1,12})?$"}]
}
_COUNT: Final[Schema] = {
    "oneOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": r"^\d{1,9}$"}]
}
_DATE: Final[Schema] = {
    "description": "A day, month or year: YYYY-MM-DD, YYYY-MM or YYYY.",
    "oneOf": [
        {"type": "string", "pattern": r"^\d{4}(-\d\d(-\d\d)?)?$"},
        {"type": "integer", "minimum": 1900, "maximum": 9999},
    ],
}


def fact_schema() -> Schema:
    """Return the JSON Schema (draft 2020-12) of a fact file, for editors and programs.

    Editors read YAML's plain scalars as numbers and dates, so the schema takes `2025` and
    `5` where Hauberk reads text. What a schema cannot say, such as whether a dossier that
    is named exists, `hauberk check` says.
    """
    words = vocabulary()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": BASE + "schema/facts.json",
        "title": "Hauberk fact file",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "sources": {"type": "object", "additionalProperties": {"$ref": "#/$defs/source"}},
            "dossiers": {
                "type": "object",
                "propertyNames": {"pattern": _id_pattern(WRITTEN_KINDS)},
                "additionalProperties": {"$ref": "#/$defs/dossier"},
            },
        },
        "$defs": {
            "source": _source(words),
            "dossier": _dossier(words),
            "claim": _claim(words),
            "content": _object(
                {word: _field(field, words) for word, field in SAYS.items()}, minimum=1
            ),
        },
    }


def _object(properties: Schema, *, required: tuple[str, ...] = (), minimum: int = 0) -> Schema:
    made: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
    if required:
        made["required"] = list(required)
    if minimum:
        made["minProperties"] = minimum
    return made


def _described(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description}


def _many(schema: Schema) -> Schema:
    return {"oneOf": [schema, {"type": "array", "items": schema, "minItems": 1}]}


def _id_pattern(kinds: frozenset[str]) -> str:
    return f"^({'|'.join(sorted(kinds))})/[A-Za-z0-9]+([-.][A-Za-z0-9]+)*$"


def _codes(words: Vocabulary, scheme: str) -> Schema:
    """Return the schema of a code; editors read a code like 2 as a number."""
    codes: list[str | int] = list(words.codes[scheme])
    return {"enum": codes + [int(code) for code in words.codes[scheme] if code.isdigit()]}


def _state(words: Vocabulary) -> Schema:
    return {"enum": sorted(set(words.states.values()))}


def _source(words: Vocabulary) -> Schema:
    return _object(
        {
            "url": _described({"type": "string", "format": "uri"}, "Where it can be read."),
            "title": _TEXT,
            "publisher": _TEXT,
            "published": _DATE,
            "language": _described(_TEXT, "Its language, as a BCP 47 tag: fr."),
            "licence": _TEXT,
            "reliability": _described(
                _codes(words, "reliability"), "How reliable the source is, A to F."
            ),
            "reliability-reason": _described(_TEXT, "One line: why that grade."),
        }
    )


def _dossier(words: Vocabulary) -> Schema:
    return _object(
        {
            "label": _described(_TEXT, "What it is called, in English; opens the dossier."),
            "aliases": _many(_TEXT),
            "description": _described(_TEXT, "One or two sentences of our own."),
            "state": _described(_state(words), "The state of its seat, by its code."),
            "withheld": _described(_TEXT, "Why the speaker does not name the party."),
            "unknown": _described(_TEXT, "Why nobody has named the party."),
            "collective": _described(
                {"enum": [True, False, "true", "false"]}, "It stands for several parties."
            ),
            "identifiers": _object(dict.fromkeys(IDENTIFIERS, _TEXT)),
            "website": {"type": "string", "format": "uri"},
            "claims": {"type": ["array", "null"], "items": {"$ref": "#/$defs/claim"}},
        }
    )


def _claim(words: Vocabulary) -> Schema:
    content = {"$ref": "#/$defs/content"}
    return _object(
        {
            "from": _described(_many(_TEXT), "The key of its source, or of several."),
            "by": _described(_TEXT, "Who says so: a dossier's id, or words. Default: publisher."),
            "modality": _described(_codes(words, "modality"), "How firmly it is said."),
            "credibility": _described(_codes(words, "credibility"), "The claim's grade, 1 to 6."),
            "likelihood": _codes(words, "likelihood"),
            "said": _DATE,
            "passage": _object(
                {
                    "paragraph": _COUNT,
                    "start": _COUNT,
                    "end": _COUNT,
                    "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                },
                required=("sha256",),
            ),
            "contests": _many({"enum": sorted(SAYS)}),
            "says": _described(content, "What is said to hold."),
            "denies": _described(content, "What is said not to hold."),
            "note": _described(_TEXT, "What no property can hold, in our own words."),
            "checked": _described(_DATE, "When it was last looked up again, and found."),
            "sought": _described(_DATE, "When it was last looked for again, and not found."),
        },
        required=("from", "modality"),
    )


def _field(field: Field, words: Vocabulary) -> Schema:
    match field.reads:
        case "code":
            schema = _codes(words, field.scheme)
        case "date":
            schema = _DATE
        case "state":
            schema = _state(words)
        case "dossier":
            schema = {"type": "string", "pattern": _id_pattern(field.kinds)}
        case "text":
            schema = _TEXT
        case _:
            schema = _part(field.reads, words)
    return _described(
        _many(schema) if field.many else schema, f"{field.help[:1].upper()}{field.help[1:]}."
    )


def _part(reads: str, words: Vocabulary) -> Schema:
    qualifier = _codes(words, "value-qualifier")
    agent = {"type": "string", "pattern": _id_pattern(AGENT_KINDS)}
    parts: dict[str, tuple[Schema, tuple[str, ...]]] = {
        "value": (
            {
                "amount": _NUMBER,
                "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
                "qualifier": qualifier,
                "scope": _TEXT,
            },
            ("amount", "qualifier"),
        ),
        "quantity": (
            {"amount": _NUMBER, "unit": _TEXT, "qualifier": qualifier},
            ("amount", "unit", "qualifier"),
        ),
        "participation": (
            {
                "agent": agent,
                "role": _codes(words, "role"),
                "share": _NUMBER,
                "since": _DATE,
                "until": _DATE,
            },
            ("agent", "role"),
        ),
        "site": ({"in": _state(words), "place": _TEXT}, ("in",)),
        "renaming": ({"from": _TEXT, "to": _TEXT, "on": _DATE}, ("from", "to")),
    }
    properties, required = parts[reads]
    return _object(properties, required=required)
