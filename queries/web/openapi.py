"""The query API as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0), made from the catalogue."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

import msgspec

from hauberk.graph.store import Snapshot
from hauberk.queries import catalog
from hauberk.queries.web.canned import MOST_TEXT
from hauberk.queries.web.frames import Limits, Reply
from hauberk.queries.web.negotiation import CONTENT_TYPE
from hauberk.queries.web.problems import MEDIA_TYPE

_PATTERNS: Final[Mapping[str, Mapping[str, Any]]] = {
    "date": {"type": "string", "format": "date"},
    "integer": {"type": "string", "pattern": "^-?[0-9]{1,15}$"},
    "boolean": {"type": "string", "enum": ["true", "false", "yes", "no", "on", "off", "1", "0"]},
}


def openapi(snapshot: Snapshot, _given: Mapping[str, Any], _limits: Limits) -> Reply:
    """Give the description of every address of the API."""
    paths: dict[str, Any] = {
        "/queries": {"get": _operation("queries", "The canned queries.", [], {
            "application/json": {"schema": {"$ref": "#/components/schemas/Catalogue"}},
            "text/html": {"schema": {"type": "string"}},
        }, missing=False)},
        "/healthz": {"get": _health()},
    }  # fmt: skip
    for query in catalog.catalog().values():
        paths[f"/queries/{query.name}"] = {"get": _query(snapshot, query)}
        for name, parameter in query.parameters.items():
            choices = f"/queries/{query.name}/parameters/{name}"
            paths[choices] = {"get": _choices(query, name, parameter)}
    told = {
        "openapi": "3.1.0",
        "info": {
            "title": "Hauberk",
            "version": version("hauberk"),
            "description": "European defence-industrial ties: who said what, when and how firmly.",
            "license": {"name": "CC BY 4.0", "identifier": "CC-BY-4.0"},
        },
        "paths": paths,
        "components": {"schemas": _schemas()},
    }
    body = msgspec.json.format(msgspec.json.encode(told), indent=1)
    return Reply(format="application/json", body=body + b"\n")


def _query(snapshot: Snapshot, query: catalog.Query) -> dict[str, Any]:
    parameters = [
        _parameter(name, parameter.description or parameter.label, _schema(snapshot, parameter),
                   parameter.example, required=name in query.required)
        for name, parameter in query.parameters.items() if name not in _alternatives(query)
    ]  # fmt: skip
    if alternatives := _alternatives(query):
        parameters.append(_one_of(snapshot, query, alternatives))
    parameters += [
        _parameter("as-of", "Answer from the claims said by that day.", _PATTERNS["date"]),
        _parameter("format", "The answer's format, in place of the Accept header.",
                   {"type": "string", "enum": ["json", "xml", "csv", "tsv", "md", "html"]}),
        _parameter("limit", "Rows on a page.", {"type": "integer", "minimum": 1,
                                                "maximum": 100_000}),
        _parameter("offset", "Rows before the first.", {"type": "integer", "minimum": 0,
                                                        "maximum": 1_000_000_000}),
    ]  # fmt: skip
    content = {
        CONTENT_TYPE[form].partition(";")[0]: {"schema": {"type": "string"}}
        for form in ("xml", "csv", "tsv", "md", "html")
    }
    content[CONTENT_TYPE["json"]] = {"schema": {"$ref": "#/components/schemas/Results"}}
    summary = query.summary
    made = _operation(query.name, summary, parameters, content)
    made["description"] = query.description
    made["tags"] = [query.shelf]
    made["responses"]["200"]["headers"] = {
        "X-Total-Count": {"schema": {"type": "integer"}, "description": "Rows of all pages."},
        "Link": {"schema": {"type": "string"}, "description": "The other pages, with a limit."},
    }
    return made


def _alternatives(query: catalog.Query) -> list[str]:
    """Return the parameters of which at least one must be given, where there are several."""
    return [] if query.required else query.needs


def _one_of(snapshot: Snapshot, query: catalog.Query, names: list[str]) -> dict[str, Any]:
    """Return the parameters as one object, exploded: OpenAPI has no other way to say `one of`."""
    given = {name: query.parameters[name] for name in names}
    schema = {
        "type": "object",
        "properties": {
            name: {**_schema(snapshot, each), "description": each.description or each.label}
            for name, each in given.items()
        },
        "additionalProperties": False,
        "anyOf": [{"required": [name]} for name in names],
    }
    said = f"At least one of {', '.join(names)}."
    made = _parameter("-or-".join(names), said, schema, required=True)
    return {**made, "style": "form", "explode": True}


def _choices(query: catalog.Query, name: str, parameter: catalog.Parameter) -> dict[str, Any]:
    text = {"type": "string", "maxLength": MOST_TEXT}
    search = _parameter("search", "What the name or id holds.", text)
    return _operation(
        f"{query.name}-{name}", f"What {parameter.label} can be.", [search],
        {"application/json": {"schema": {"$ref": "#/components/schemas/Choices"}}},
    )  # fmt: skip


def _schema(snapshot: Snapshot, parameter: catalog.Parameter) -> dict[str, Any]:
    if parameter.type == "code":
        return {"type": "string", "enum": [*snapshot.directory.codes(parameter.scheme)]}
    return dict(_PATTERNS.get(
        parameter.type, {"type": "string", "minLength": 1, "maxLength": MOST_TEXT}
    ))  # fmt: skip


def _parameter(
    name: str, description: str, schema: Mapping[str, Any], example: str = "", *,
    required: bool = False,
) -> dict[str, Any]:  # fmt: skip
    made: dict[str, Any] = {
        "name": name, "in": "query", "description": description, "schema": dict(schema),
        "required": required,
    }  # fmt: skip
    if example:
        made["example"] = example
    return made


def _operation(
    name: str,
    summary: str,
    parameters: list[dict[str, Any]],
    content: Mapping[str, Any],
    *,
    missing: bool = True,
) -> dict[str, Any]:
    problem = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    responses: dict[str, Any] = {
        "200": {"description": "The answer, whole.", "content": dict(content)},
        "304": {"description": "The answer is the one whose ETag was sent."},
        "400": {"description": "A parameter cannot be taken; the candidates.", **problem},
        "406": {"description": "None of the formats is acceptable.", **problem},
        "413": {"description": "The answer passes a limit.", **problem},
        "414": {"description": "The address is too long.", **problem},
        "429": {"description": "Too many requests wait.", **problem},
        "503": {"description": "The answer took too long or too much memory.", **problem},
    }
    if missing:
        responses["404"] = {"description": "There is no such thing.", **problem}
    return {
        "operationId": name, "summary": summary, "parameters": parameters, "responses": responses,
    }  # fmt: skip


def _health() -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "object"}}}
    return {
        "operationId": "healthz",
        "summary": "The generation served and the workers' state.",
        "responses": {
            "200": {"description": "Queries are answered.", "content": content},
            "503": {"description": "Queries cannot be answered.", "content": content},
        },
    }


def _schemas() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "Problem": {
            "type": "object",
            "description": "RFC 9457 problem details.",
            "required": ["type", "title", "status", "detail"],
            "properties": {
                "type": text, "title": text, "status": {"type": "integer"}, "detail": text,
                "limit": text, "most": {"type": "number"},
                "candidates": {"type": "array", "items": text},
            },
        },
        "Results": {
            "type": "object",
            "description": "SPARQL 1.1 Query Results JSON.",
            "required": ["head", "results"],
            "properties": {"head": {"type": "object"}, "results": {"type": "object"}},
        },
        "Catalogue": {
            "type": "object",
            "required": ["queries"],
            "properties": {"queries": {"type": "array", "items": {"type": "object"}}},
        },
        "Choices": {
            "type": "object",
            "required": ["parameter", "type", "total", "choices"],
            "properties": {
                "parameter": text, "type": text, "total": {"type": "integer"},
                "choices": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["value", "label"],
                        "properties": {"value": text, "label": text},
                    },
                },
            },
        },
    }  # fmt: skip
