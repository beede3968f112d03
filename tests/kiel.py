"""What the tests of the Kiel tracker share: invented rows of its main sheet, and their reading."""

from pathlib import Path

from pyoxigraph import NamedNode

from hauberk.graph.claims import Claim, Statement
from hauberk.loaders.opendata import kiel
from hauberk.loaders.opendata.parties import Parties
from hauberk.loaders.opendata.provider import HEAD_BYTES, Sample
from hauberk.loaders.opendata.run import Run, drained
from hauberk.ontology.names import key

# Invented rows: no donor announced any of this.
ROW = {
    "activity_id": "FIM90", "sub_activity_id": "FIM90_1", "donor": "Finland",
    "announcement_date": "2023-05-17", "aid_type_general": "Military",
    "aid_type_specific": "Weapons", "reporting_currency": "SEK", "measure": "Allocation",
    "source_reported_value": "Not given", "tot_activity_value": "",
    "tot_activity_value_EUR": "", "tot_sub_activity_value": "", "tot_sub_activity_value_EUR": "",
    "tot_sub_activity_value_EUR_redistr": "", "tot_value_deliv_EUR": "",
    "item": "example howitzer", "item_type": "Heavy weapon", "item_sub_type": "155mm howitzer",
    "item_numb": "4", "item_numb_deliv": ".", "item_value_estimate_USD": ".",
    "official_source_dummy": "1", "source_of_aid_1": "https://ministry.example/aid",
    "source_of_aid_2": ".", "source_of_aid_3": ".", "source_of_aid_4": ".",
    "deliv_official_source_dummy": "0", "deliv_source": ".", "channel": ".", "location": "",
    "earmarked_year": "2023", "value_source_activity_type": "Value is given by the source",
    "alloc_no_date": "0", "source_of_weapon": "stocks", "procurement_location": "",
    "procurement_contractor": "",
}  # fmt: skip


def read(path: Path) -> tuple[Run, list[Statement]]:
    run = Run(path, kiel.PROVIDER, Parties(None, {}))
    return run, [each for _, stated in drained(kiel.read(run), run) for each in stated]


def claims(path: Path) -> list[Claim]:
    return [each for each in read(path)[1] if isinstance(each, Claim)]


def told(claims: list[Claim], predicate: NamedNode) -> list[str]:
    """Return what claims say with a predicate, the last part of codes and ids only."""
    values = [f[2] for claim in claims for f in claim.facts if f[1] == predicate]
    return [v.value.rpartition("/id/")[2].rpartition("code/")[2] for v in values]


def about(claims: list[Claim], name: str) -> list[Claim]:
    found = [claim for claim in claims if key(claim.about) == f"agreement/{name}"]
    assert found
    return found


def sample(path: Path) -> Sample:
    return Sample(path.name, path.read_bytes()[:HEAD_BYTES], path)
