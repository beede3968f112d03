"""The published JSON Schema takes what Hauberk takes, and refuses plain slips."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from hauberk.loaders.schema import fact_schema
from hauberk.tests.support import FIXTURE, ROOT, Run

FACTS = sorted((ROOT / "loaders" / "facts").glob("*.yaml"))


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = fact_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("path", [*FACTS, FIXTURE], ids=lambda path: path.name)
def test_the_bundled_facts_fit_the_schema(
    path: Path, validator: jsonschema.Draft202012Validator
) -> None:
    text = path.read_text(encoding="utf-8")
    document = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506 - our own files
    faults = [
        f"{list(e.absolute_path)}: {e.message[:200]}" for e in validator.iter_errors(document)
    ]
    assert not faults


def as_editors_read(value: Any) -> Any:  # noqa: ANN401
    """Return a document as an editor's YAML reader types it: numbers as numbers."""
    if isinstance(value, dict):
        return {key: as_editors_read(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_editors_read(item) for item in value]
    return int(value) if isinstance(value, str) and value.isdigit() else value


def test_an_editor_that_types_numbers_finds_no_fault_in_numbers(
    validator: jsonschema.Draft202012Validator,
) -> None:
    worth = {"amount": "5", "currency": "EUR", "qualifier": "exact"}
    claim: dict[str, Any] = {"from": "a", "modality": "reported", "credibility": "2"}
    claim |= {"said": "2025", "says": {"value": worth}}
    document = {"dossiers": {"agreement/a": {"label": "A", "claims": [claim]}}}
    assert not list(validator.iter_errors(document))
    assert not list(validator.iter_errors(as_editors_read(document)))


@pytest.mark.parametrize(
    "says",
    [
        {"status": "sighned"},
        {"statsu": "signed"},
        {"signed": "06/06/2025"},
        {"sites": [{"place": "Metz"}]},
        {"sites": [{"in": "FX"}]},
        {"follows-model": "firm/a"},
        {"participations": [{"agent": "model/a", "role": "host"}]},
        {"value": {"amount": "1_000", "currency": "EUR", "qualifier": "exact"}},
        {},
    ],
)
def test_plain_slips_do_not_fit(
    says: dict[str, Any], validator: jsonschema.Draft202012Validator
) -> None:
    claim = {"from": "a", "modality": "reported", "says": says}
    document = {"dossiers": {"agreement/a": {"label": "A", "claims": [claim]}}}
    assert list(validator.iter_errors(document))


def test_the_command_prints_the_schema(run: Run) -> None:
    assert json.loads(run("schema").stdout) == json.loads(json.dumps(fact_schema()))


def test_the_schema_that_is_shipped_is_not_stale() -> None:
    shipped = json.loads((ROOT / "loaders" / "facts.schema.json").read_text(encoding="utf-8"))
    again = "run: hauberk schema > loaders/facts.schema.json"
    assert shipped == json.loads(json.dumps(fact_schema())), again
