"""The command line as a stranger meets it: real processes, results on stdout, talk on stderr."""

import csv
import io
import json
import re
from pathlib import Path

import pyoxigraph as px
import pytest
import rdflib.query

from hauberk.graph.store import Store
from hauberk.tests.support import FIXTURE, Run, Write, source_text

HEADLINE = "template-deals-by-country"


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store that holds the bundled facts; do not write to it."""
    from hauberk.loaders.sync import bundled, load

    store = Store(tmp_path_factory.mktemp("base") / "store")
    load(store, bundled())
    return store.root


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


# -- The main job -------------------------------------------------------------------------


def test_the_first_read_of_an_empty_default_store_loads_the_bundled_facts(run: Run) -> None:
    done = run("query", HEADLINE)
    assert done.returncode == 0
    assert done.stderr.startswith("The store is empty: loading the bundled facts first.")
    assert "industry analysts" in done.stdout
    assert "loading" not in run("query", HEADLINE).stderr


def test_the_announcement_is_there_for_france_and_for_ukraine(run: Run, base: Path) -> None:
    found = rows(run("query", HEADLINE, "--format", "csv", store=base).stdout)
    analysts = [
        row for row in found
        if row["speaker"] == "industry analysts" and row["relation"] == "may become template of"
        and row["deal"].endswith("/agreement/fr-ua-carmaker-drones-lci-2025-06")
    ]  # fmt: skip
    assert {row["countryLabel"] for row in analysts} == {"France", "Ukraine"}
    assert {row["modality"] for row in analysts} == {"opinion"}
    assert all(row["sourceUrl"].startswith("http") for row in analysts)
    followers = {
        row["countryLabel"] for row in found
        if row["modelLabel"] == "Danish model" and row["relation"] == "follows"
    }  # fmt: skip
    assert {"Denmark", "Ukraine", "Norway", "Sweden"} <= followers
    assert not [row for row in found if row["relation"] == "called first of its kind"]


@pytest.mark.parametrize("country", ["FR", "FRA", "France", "france", "state/FR"])
def test_a_country_is_known_by_any_of_its_names(country: str, run: Run, base: Path) -> None:
    done = run("query", HEADLINE, "--country", country, "--format", "csv", store=base)
    assert {row["countryLabel"] for row in rows(done.stdout)} == {"France"}


def test_a_country_misspelt_is_answered_with_its_name(run: Run, base: Path) -> None:
    done = run("query", HEADLINE, "--country", "Frnace", store=base)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Error: country: no state goes by “Frnace”; did you mean France")
    assert len(done.stderr.splitlines()) == 1


def test_the_carmaker_is_unnamed_in_june_and_named_today(run: Run, base: Path) -> None:
    carmaker = "undisclosed/fr-ua-carmaker-drones-lci-2025-06-carmaker"
    then = run("show", carmaker, "--as-of", "2025-06-07", store=base).stdout
    assert "identified as" not in then
    assert "Renault" not in then
    now = run("show", carmaker, store=base).stdout
    accepted = now.partition("\nAccepted\n")[2].partition("\nSaid, not accepted\n")[0]
    assert "identified as: Renault Group (firm/renault-group)" in accepted
    assert "2025-06-08  reported  Franceinfo" in now
    assert "2025-09-02  confirmed  Gaël Veyssière" in now
    deal = "agreement/fr-ua-carmaker-drones-lci-2025-06"
    assert "(named instead of: " in run("show", deal, store=base).stdout
    assert "named instead of" not in run("show", deal, "--as-of", "2025-06-07", store=base).stdout


# -- Formats ------------------------------------------------------------------------------


def test_json_is_sparql_results_json_to_rdflib_and_pyoxigraph(run: Run, base: Path) -> None:
    text = run("query", HEADLINE, "--format", "json", store=base).stdout
    solutions = px.parse_query_results(text, format=px.QueryResultsFormat.JSON)
    assert isinstance(solutions, px.QuerySolutions)
    count = len(list(solutions))
    assert count > 100
    parsed = rdflib.query.Result.parse(io.BytesIO(text.encode()), format="json")
    assert len(list(parsed)) == count
    assert next(str(var) for var in parsed.vars or []) == "countryLabel"


def test_xml_and_tsv_parse_in_both_engines(run: Run, base: Path) -> None:
    counts = set()
    for form, known in (("xml", px.QueryResultsFormat.XML), ("tsv", px.QueryResultsFormat.TSV)):
        text = run("query", HEADLINE, "--format", form, store=base).stdout
        solutions = px.parse_query_results(text, format=known)
        assert isinstance(solutions, px.QuerySolutions)
        counts.add(len(list(solutions)))
        parsed = rdflib.query.Result.parse(io.BytesIO(text.encode()), format=form)
        counts.add(len(list(parsed)))
    assert len(counts) == 1


def test_csv_is_rfc_4180_and_says_the_same_as_json(run: Run, base: Path) -> None:
    raw = run("query", HEADLINE, "--format", "csv", store=base).stdout
    found = rows(raw)
    bindings = json.loads(run("query", HEADLINE, "--format", "json", store=base).stdout)
    assert [row["dealLabel"] for row in found] == [
        row["dealLabel"]["value"] for row in bindings["results"]["bindings"]
    ]
    parsed = rdflib.query.Result.parse(io.BytesIO(raw.encode()), format="csv")
    assert len(list(parsed)) == len(found)
    assert raw.count("\r\n") == len(found) + 1


def test_text_that_could_break_a_format_comes_back_whole(run: Run, facts: Write) -> None:
    nasty = 'A "deal", with | pipes, {braces}, commas; <tags> & é漢 \\ backslash'
    text = source_text("press") + (
        "dossiers:\n  agreement/nasty:\n    label: " + json.dumps(nasty) + "\n    claims:\n"
        "      - {from: press, modality: reported, says: {status: signed}}\n"
    )
    store = facts("").parent / "store"
    assert run("load", str(facts(text)), store=store).returncode == 0
    asked = "SELECT ?l { <https://w3id.org/hauberk/id/agreement/nasty> rdfs:label ?l }"
    assert rows(run("sparql", asked, "--format", "csv", store=store).stdout)[0]["l"] == nasty
    forms = px.QueryResultsFormat
    for form, known in (("json", forms.JSON), ("xml", forms.XML), ("tsv", forms.TSV)):
        text = run("sparql", asked, "--format", form, store=store).stdout
        solutions = px.parse_query_results(text, format=known)
        assert isinstance(solutions, px.QuerySolutions)
        assert [row[0].value for row in solutions] == [nasty]
    shown = run("sparql", asked, store=store).stdout
    assert nasty in shown
    assert nasty.replace("|", "\\|") in run("sparql", asked, "--format", "md", store=store).stdout


def test_output_goes_to_a_file_when_asked(run: Run, base: Path, tmp_path: Path) -> None:
    done = run("query", "sources", "--format", "csv", "-o", "out.csv", store=base)
    assert done.stdout == ""
    direct = run("query", "sources", "--format", "csv", store=base).stdout
    assert (tmp_path / "out.csv").read_bytes().decode() == direct


# -- Free SPARQL --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { sErViCe ?x { ?s ?p ?o } VALUES ?x { <http://127.0.0.1:9/> } }",
        "SELECT * { \\u0053ERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p 1SERVICE <http://127.0.0.1:9/> { ?a ?b ?c } }",
        "SELECT * { ?s ?p true SERVICE<http://127.0.0.1:9/>{ ?a ?b ?c } }",
        "SELECT * { # '\nSERVICE <http://127.0.0.1:9/> { ?s ?p ?o } # '\n}",
        "SELECT * { ?s ?p '#' SERVICE <http://127.0.0.1:9/> { ?a ?b ?c } }",
        "SELECT * { ?s ?p '''a''' . SERVICE <http://127.0.0.1:9/> { ?a ?b ?c } ?s ?q '''b''' }",
        "SELECT * { FILTER EXISTS { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } } }",
        "PREFIX s: <http://127.0.0.1:9/#> SELECT * { SERVICE s:x { ?s ?p ?o } }",
        "PREFIX : <http://127.0.0.1:9/#> SELECT * { SERVICE:x { ?s ?p ?o } }",
        "ASK { { SELECT * { SERVICE <http://127.0.0.1:9/> {} } } }",
        "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    ],
)
def test_service_is_refused_in_every_disguise(query: str, run: Run, base: Path) -> None:
    done = run("sparql", query, store=base)
    assert done.returncode == 1
    assert done.stderr == "Error: SERVICE is refused: queries reach no other server\n"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ('SERVICE <http://x/>' AS ?a) {}",
        "# SERVICE\nSELECT (1 AS ?service) {}",
        "PREFIX c: <https://w3id.org/hauberk/code/product-category/> SELECT * { ?s ?p c:services }",
        "SELECT * { ?s ?p <http://x.example/service> }",
    ],
)
def test_the_word_service_in_text_names_and_comments_does_no_harm(
    query: str, run: Run, base: Path
) -> None:
    assert run("sparql", query, store=base).returncode == 0


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <a:b> <a:b> <a:b> }",
        "DELETE WHERE { ?s ?p ?o }",
        "PREFIX a: <a:> INSERT { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "CLEAR ALL",
        "DROP GRAPH <a:b>",
        "LOAD <http://127.0.0.1:9/>",
        "WITH <a:b> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_updates_are_refused(update: str, run: Run, base: Path) -> None:
    before = run("log", store=base).stdout
    done = run("sparql", update, store=base)
    assert done.returncode == 1
    assert "is refused: queries read" in done.stderr
    assert run("log", store=base).stdout == before


def test_free_sparql_knows_all_four_forms(run: Run, base: Path) -> None:
    select = run("sparql", "SELECT ?d { ?d a hbk:Tie } LIMIT 3", "--format", "csv", store=base)
    assert len(rows(select.stdout)) == 3
    assert run("sparql", "ASK { ?d a hbk:Tie }", store=base).stdout == "true\n"
    asked = json.loads(run("sparql", "ASK { <a:b> ?p ?o }", "--format", "json", store=base).stdout)
    assert asked == {"head": {}, "boolean": False}
    made = run(
        "sparql", "CONSTRUCT { ?d rdfs:label ?l } { ?d a hbk:Tie ; rdfs:label ?l }", store=base
    )
    assert len(rdflib.Graph().parse(data=made.stdout, format="turtle")) > 100
    told = run("sparql", "DESCRIBE <https://w3id.org/hauberk/id/firm/renault-group>", store=base)
    assert "Renault" in told.stdout
    piped = run("sparql", "-f", "-", store=base, stdin="ASK { ?d a hbk:Tie }")
    assert piped.stdout == "true\n"


def test_a_query_that_is_none_gets_one_line(run: Run, base: Path) -> None:
    done = run("sparql", "SELECT ?x WHERE { ?x ", store=base)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: this is not a SPARQL query")
    assert "Traceback" not in done.stderr
    assert run("sparql", store=base).returncode == 2


# -- Looking around -----------------------------------------------------------------------


def test_search_finds_by_alias_by_words_and_by_near_names(run: Run, base: Path) -> None:
    assert "firm/renault-group" in run("search", "renault", store=base).stdout
    assert "firm/rheinmetall " in run("search", "rheinmetal", store=base).stdout
    assert run("search", "UK", "--kind", "state", store=base).stdout.startswith("state/GB")
    nothing = run("search", "zzzzqqqq", store=base)
    assert nothing.returncode == 1
    assert "nothing goes by “zzzzqqqq”" in nothing.stderr


def test_show_names_near_dossiers_and_asks_which_of_several(run: Run, base: Path) -> None:
    missing = run("show", "Renalt Group", store=base)
    assert missing.returncode == 1
    assert "did you mean Renault Group (firm/renault-group)" in missing.stderr
    told = json.loads(run("show", "Renault Group", "--format", "json", store=base).stdout)
    assert told["id"] == "firm/renault-group"
    assert any("fr-ua-carmaker" in tie["id"] for tie in told["ties"])


def test_a_part_of_a_dossier_is_no_dossier_to_ask_about(run: Run, base: Path) -> None:
    part = "agreement/fr-ua-carmaker-drones-lci-2025-06#host-state-UA"
    done = run("query", "claims-about", "--dossier", part, store=base)
    assert done.returncode == 1
    assert "no dossier goes by" in done.stderr


def test_show_tells_parts_in_words(run: Run, base: Path) -> None:
    shown = run("show", "agreement/chorus-dga-initial-contract-2025-12", store=base).stdout
    accepted, _, rest = shown.partition("\nSaid, not accepted\n")
    assert "\n  value: EUR 35,000,000, initial contract\n" in accepted
    assert "\n  quantity: about 10 drones\n" in rest
    assert "\n  participation: Renault Group (firm/renault-group), producer\n" in accepted
    assert "\n  status: negotiating\n" in rest


def test_show_lists_nobody_under_a_share_that_he_did_not_give(run: Run, base: Path) -> None:
    """Börsen-Zeitung expected 25.1 percent; the 40 that are accepted are of others' reports."""
    shown = run("show", "stake/germany-knds-40pct-2026", store=base).stdout
    accepted, _, rest = shown.partition("\nSaid, not accepted\n")
    assert "Börsen-Zeitung" not in _voices(accepted, "participation: Germany, buyer of stake, 40 %")
    other = _voices(rest, "participation: Germany, buyer of stake, 25.1 %")
    assert "2026-02-17  expected  Börsen-Zeitung" in other


def test_show_names_the_deals_of_a_model_and_what_they_are_to_it(run: Run, base: Path) -> None:
    shown = run("show", "model/danish-model", store=base).stdout
    assert "\n  followed by: 18 Bohdana howitzers bought under the Danish model " in shown
    rows = run("query", "followers-of-model", "--model", "Danish model", "--format", "csv",
               store=base).stdout  # fmt: skip
    deals = {
        each["deal"] for each in csv.DictReader(io.StringIO(rows)) if each["accepted"] == "true"
    }
    assert shown.count("\n  followed by: ") == len(deals) > 10


def test_show_names_what_ended_a_programme_and_each_version_of_who_did(
    run: Run, base: Path
) -> None:
    end = "programme/fcas-fighter-termination-2026"
    programme = run("show", "programme/fcas-scaf-programme", store=base).stdout
    assert f"\n  amended by: End of the joint FCAS fighter ({end})\n" in programme
    accepted, _, rest = run("show", end, store=base).stdout.partition("\nSaid, not accepted\n")
    both = _voices(accepted, "participation: Germany, participant, until 2026-06-08")
    assert "France and Germany announced the end together." in both
    alone = _voices(rest, "participation: Germany, participant, until 2026-06")
    assert "Germany alone withdrew" in alone


def _voices(shown: str, line: str) -> str:
    """Return what stands below a line, as far as the next."""
    _, found, after = f"\n{shown}".partition(f"\n  {line}\n")
    assert found, line
    return re.split(r"\n {0,2}\S|\n\n", after)[0]


def test_status_counts_what_the_store_holds(run: Run, base: Path) -> None:
    told = json.loads(run("status", "--format", "json", store=base).stdout)
    assert told["ties"] >= 120
    assert told["claims"] >= 600
    assert told["sources"] >= 300
    assert told["ties"] == told["agreements"] + told["programmes"] + told["stakes"]
    assert sum(told["datasets"].values()) >= told["claims"]


def test_loading_the_bundled_facts_again_adds_and_withdraws_nothing(run: Run, base: Path) -> None:
    before = run("log", store=base).stdout
    done = run("load", store=base)
    assert done.stdout.startswith("0 claims added, ")
    assert done.stdout.endswith(" 0 withdrawn\n")
    assert run("log", store=base).stdout == before


def test_facts_come_in_from_standard_input_under_a_name(run: Run, tmp_path: Path) -> None:
    store = tmp_path / "store"
    given = FIXTURE.read_bytes()
    assert run("load", "-", "--dataset", "mine", store=store, stdin=given).returncode == 0
    again = run("load", str(FIXTURE), "--dataset", "mine", store=store)
    assert again.stdout.startswith("0 claims added")
    dry = run("load", "-", "--dataset", "mine", "--dry-run", store=store, stdin="dossiers: {}")
    assert dry.stdout.startswith("Would be: 0 claims added, 0 unchanged, ")
    assert " 0 withdrawn" not in dry.stdout
    assert len(run("log", store=store).stdout.splitlines()) == 1


@pytest.mark.parametrize("day", ["yesterday", "2025-02-30", "2025-06", "20250607", "2025-W01-1"])
def test_a_day_that_is_none_is_refused(day: str, run: Run, base: Path) -> None:
    done = run("show", "firm/renault-group", "--as-of", day, store=base)
    assert done.returncode == 1
    assert f"Error: --as-of: “{day}” is no day of the calendar; write YYYY-MM-DD\n" == done.stderr


@pytest.mark.parametrize("given", ["--5", "1e3", "5.0", "\u0665", "five", "9" * 16])
def test_a_number_that_is_none_is_refused(given: str, run: Run, base: Path) -> None:
    done = run("query", "bridging-firms", f"--least={given}", store=base)
    assert done.returncode == 1
    assert done.stderr == f"Error: least: “{given}” is no whole number\n"


def test_usage_errors_exit_2_and_near_commands_are_offered(run: Run, base: Path) -> None:
    done = run("qurey", store=base)
    assert done.returncode == 2
    assert "Did you mean query?" in done.stderr
    assert run("query", HEADLINE, "--nonsense", "1", store=base).returncode == 2
    unknown = run("query", "template-deals-by-contry", store=base)
    assert unknown.returncode == 1
    assert "did you mean template-deals-by-country" in unknown.stderr


def test_a_store_that_was_named_and_is_empty_is_not_filled_behind_ones_back(
    run: Run, tmp_path: Path
) -> None:
    done = run("status", store=tmp_path / "none")
    assert done.returncode == 1
    assert "is empty; run `hauberk load` first" in done.stderr
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_completion_script(shell: str, run: Run) -> None:
    assert "_HAUBERK_COMPLETE" in run("completion", shell).stdout


def test_every_query_has_help_with_its_question_columns_and_an_example(run: Run) -> None:
    listed = run("query").stdout
    told = run("query", HEADLINE, "--help").stdout
    assert HEADLINE in listed
    assert "--country STATE" in told
    assert "sourceUrl:" in told
    assert f"Example: hauberk query {HEADLINE} --country" in told


def test_check_tells_the_quality_of_the_facts_also_as_json(run: Run, tmp_path: Path) -> None:
    none = tmp_path / "none"
    told = run("check", store=none).stdout
    assert "claims unchecked since 20" in told
    shares = json.loads(run("check", "--format", "json", store=none).stdout)["quality"]
    assert shares["sources_ungraded"]["count"] == 0
    assert 0 < shares["ties_single_sourced"]["count"] < shares["ties_single_sourced"]["of"]
    every = json.loads(
        run("check", "--format", "json", "--since", "2026-11-24", store=none).stdout
    )["quality"]["claims_unchecked"]
    assert every["of"] == shares["claims_unchecked"]["of"]
    assert run("check", "--since", "soon", store=none).returncode == 1


def test_check_tells_faults_as_json(run: Run, facts: Write, tmp_path: Path) -> None:
    broken = facts("dossiers:\n  firm/a:\n    lable: A\n")
    done = run("check", str(broken), "--format", "json", store=tmp_path / "none")
    assert done.returncode == 1
    faults = json.loads(done.stdout)["faults"]
    assert [(each["line"], each["dossier"], each["field"]) for each in faults] == [
        (2, "firm/a", "label"),
        (3, "firm/a", "lable"),
    ]
