"""The clients that people use: SPARQLWrapper, rdflib, and the README's examples as printed."""

import re
import subprocess
import sys
from typing import Any

import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import JSON as WRAPPER_JSON
from SPARQLWrapper import POST, POSTDIRECTLY, TURTLE, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from hauberk.tests.support import ROOT
from hauberk.tests.web import AGREEMENTS, ALDER, CONSTRUCT, SELECT, Server, served

server = served()


def test_sparqlwrapper_asks_by_get_by_form_and_directly(server: Server) -> None:
    for method, how in ((None, None), (POST, None), (POST, POSTDIRECTLY)):
        client = SPARQLWrapper(f"{server.root}/sparql")
        client.setQuery(SELECT)
        client.setReturnFormat(WRAPPER_JSON)
        if method:
            client.setMethod(method)
        if how:
            client.setRequestMethod(how)
        told: Any = client.queryAndConvert()
        assert {row["d"]["value"] for row in told["results"]["bindings"]} == AGREEMENTS
    client.setQuery(CONSTRUCT)
    client.setReturnFormat(TURTLE)
    made: Any = client.queryAndConvert()
    assert len(rdflib.Graph().parse(data=made, format="turtle")) == 4
    client.setReturnFormat(WRAPPER_JSON)
    client.setQuery("SELECT")
    with pytest.raises(QueryBadFormed):
        client.query()


def test_rdflib_reads_the_endpoint_as_a_store(server: Server) -> None:
    for method in ("GET", "POST", "POST_FORM"):
        graph = rdflib.Graph(SPARQLStore(f"{server.root}/sparql", method=method))
        label = graph.value(rdflib.URIRef(ALDER), rdflib.RDFS.label)
        assert str(label) == "Alder Works"
        query = f"PREFIX hbk: <https://w3id.org/hauberk/ns#> {SELECT}"
        rows: Any = graph.query(query)
        assert {str(row[0]) for row in rows} == AGREEMENTS
        asked = graph.query(f"ASK {{ <{ALDER}> ?p ?o }}")
        assert asked.askAnswer is True


def test_rdflib_reaches_the_endpoint_by_service(server: Server) -> None:
    query = f"SELECT ?l {{ SERVICE <{server.root}/sparql> {{ <{ALDER}> rdfs:label ?l }} }}"
    rows: Any = rdflib.Graph().query(query)
    assert [str(row[0]) for row in rows] == ["Alder Works"]


def test_the_readmes_curl_examples_work_as_printed(server: Server) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.partition("\n## Serve\n")[2].partition("\n## ")[0]
    examples = re.search(r"```sh\n(curl .*?)```", section, re.DOTALL)
    assert examples
    lines = examples[1].strip().splitlines()
    assert len(lines) >= 4
    for line in lines:
        assert line.startswith("curl ")
        command = line.replace("http://127.0.0.1:8765", server.root)
        done = subprocess.run(
            ["bash", "-c", f"set -o pipefail; {command}"],
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, (line, done.stderr)
        assert done.stdout, line
        assert b"problem" not in done.stdout, (line, done.stdout)


def test_the_readmes_python_examples_work_as_printed(server: Server) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.partition("\n## Serve\n")[2].partition("\n## ")[0]
    examples = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    assert len(examples) == 2
    for example in examples:
        code = example.replace("http://127.0.0.1:8765", server.root)
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=False, timeout=60, text=True
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip(), example
