"""The command `fetch`: identity of the graph's parties from Wikidata's query service, to a file."""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError, URLError

import click

from hauberk.graph.errors import HauberkError
from hauberk.graph.sessions import is_talkative, named_store

SERVICE: Final = "https://query.wikidata.org/sparql"
PAGE: Final = 100
"""Items asked for at once: such a query stays well within the service's minute."""
_TRIES: Final = 5
_SECONDS: Final = 60
_LONGEST_WAIT: Final = 120.0
_BUSY: Final = frozenset({429, 500, 502, 503, 504})
_QUERY: Final = """\
PREFIX wd: <http://www.wikidata.org/entity/>
PREFIX wdt: <http://www.wikidata.org/prop/direct/>
PREFIX p: <http://www.wikidata.org/prop/>
PREFIX ps: <http://www.wikidata.org/prop/statement/>
PREFIX pq: <http://www.wikidata.org/prop/qualifier/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?item ?itemLabel ?country ?lei ?ror ?parent ?parentLabel ?since ?until WHERE {
  VALUES ?item { %s }
  ?item rdfs:label ?itemLabel FILTER(LANG(?itemLabel) = "en")
  OPTIONAL { ?item wdt:P17 ?country }
  OPTIONAL { ?item wdt:P1278 ?lei }
  OPTIONAL { ?item wdt:P6782 ?ror }
  OPTIONAL {
    ?item p:P749 ?statement . ?statement ps:P749 ?parent .
    OPTIONAL { ?parent rdfs:label ?parentLabel FILTER(LANG(?parentLabel) = "en") }
    OPTIONAL { ?statement pq:P580 ?since }
    OPTIONAL { ?statement pq:P582 ?until }
  }
}
ORDER BY ?item ?parent ?country
"""


@click.group(
    epilog="Example: hauberk fetch wikidata -o wikidata.json && hauberk load wikidata.json"
)
def fetch() -> None:
    """Fetch open data to a file, which `hauberk load` then reads."""


@fetch.command(epilog="Example: hauberk fetch wikidata -o wikidata.json")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True,
    help="The file to write: SPARQL results JSON.",
)  # fmt: skip
@click.option("--service", default=SERVICE, show_default=True, help="The SPARQL service to ask.")
@click.option(
    "--cache", type=click.Path(file_okay=False, path_type=Path),
    help="Where pages fetched are kept.  [default: the user's cache folder]",
)  # fmt: skip
@click.option(
    "--max-age", type=click.FloatRange(0), default=7.0, show_default=True,
    help="Days for which a page kept is good.",
)  # fmt: skip
def wikidata(output: Path, service: str, cache: Path | None, max_age: float) -> None:
    """Fetch names, states, identifiers and parents of the parties whose Wikidata item is known."""
    with named_store().read() as snapshot:
        items = sorted(_items(snapshot.database))
    rows: list[Any] = []
    pages = [items[start : start + PAGE] for start in range(0, len(items), PAGE)]
    folder = cache or _default_cache()
    with click.progressbar(
        pages, label="Asking", file=sys.stderr, hidden=not is_talkative()
    ) as bar:
        for page in bar:
            rows += _page(page, service, folder, max_age * 86_400)["results"]["bindings"]
    names = [
        "item",
        "itemLabel",
        "country",
        "lei",
        "ror",
        "parent",
        "parentLabel",
        "since",
        "until",
    ]
    written = json.dumps({"head": {"vars": names}, "results": {"bindings": rows}}, indent=1)
    try:
        aside = output.with_name(output.name + ".new")
        aside.write_text(written + "\n", encoding="utf-8")
        aside.replace(output)
    except OSError as exc:
        raise HauberkError(f"cannot write {output}: {exc.strerror}") from exc
    click.echo(f"{len(rows)} rows on {len(items)} items.", err=True)


def _items(database: Any) -> Iterator[str]:  # noqa: ANN401
    """Yield the items of firms, bodies and organisations."""
    from hauberk.graph.claims import CURRENT
    from hauberk.loaders.opendata.wikidata import item
    from hauberk.ontology.names import SKOS, kind

    for quad in database.quads_for_pattern(None, SKOS.exactMatch, None, CURRENT):
        if kind(quad.subject) in {"firm", "body", "organisation"}:
            found = item(getattr(quad.object, "value", ""))
            if found:
                yield found


def _default_cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("hauberk", appauthor=False) / "wikidata"


def _page(items: list[str], service: str, folder: Path, seconds: float) -> Mapping[str, Any]:
    """Return the answer on some items: the one kept, where it is young enough, or a new one."""
    from hashlib import sha256

    query = _QUERY % " ".join(f"wd:{each}" for each in items)
    kept = folder / f"{sha256(f'{service} {query}'.encode()).hexdigest()[:32]}.json"
    try:
        if time.time() - kept.stat().st_mtime <= seconds:
            found: Mapping[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
            return found
    except (OSError, ValueError):
        pass  # not kept, or not whole: it is asked for
    answer = _asked(query, service)
    folder.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(answer), encoding="utf-8")
    return answer


def _asked(query: str, service: str) -> Mapping[str, Any]:
    """Ask the service; wait and ask again where it is busy, as its rules want it.

    https://www.mediawiki.org/wiki/Wikidata_Query_Service/User_Manual#Query_limits
    """
    from SPARQLWrapper import JSON, POST, SPARQLWrapper
    from SPARQLWrapper.SPARQLExceptions import EndPointInternalError, SPARQLWrapperException

    agent = f"hauberk/{version('hauberk')} (https://w3id.org/hauberk/)"
    wrapper = SPARQLWrapper(service, agent=agent, returnFormat=JSON)
    wrapper.setMethod(POST)
    wrapper.setTimeout(_SECONDS)
    wrapper.setQuery(query)
    wait = 1.0
    for attempt in range(_TRIES):
        try:
            answer = wrapper.queryAndConvert()
        except HTTPError as exc:
            if exc.code not in _BUSY or attempt == _TRIES - 1:
                raise HauberkError(f"{service} answers {exc.code}: {exc.reason}") from exc
            wait = _retry_after(exc) or wait * 2
        except (SPARQLWrapperException, URLError, OSError, ValueError) as exc:
            lasting = isinstance(exc, SPARQLWrapperException) and not isinstance(
                exc, EndPointInternalError
            )
            if lasting or attempt == _TRIES - 1:
                reason = str(getattr(exc, "reason", exc)).splitlines()[0][:200]
                raise HauberkError(f"{service} cannot be asked: {reason}") from exc
            wait *= 2
        else:
            if isinstance(answer, dict) and isinstance(answer.get("results"), dict):
                return answer
            raise HauberkError(f"{service} answers with no SPARQL results")
        time.sleep(min(wait, _LONGEST_WAIT))
    raise HauberkError(f"{service} stays busy; try again later")


def _retry_after(exc: HTTPError) -> float:
    given = exc.headers.get("Retry-After", "")
    return float(given) if given.isdigit() else 0.0
