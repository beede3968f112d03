"""What reading the Funding & Tenders portal costs: the sample's files once and ten times over.

Run it from the checkout: `python tests/benchmarks/bench_edf.py [FOLDER]`, where the folder holds
`main.csv` and `metadata_participants.csv`; without one, made-up files of the same size are read.
The copies have project numbers and PICs of their own. Beside it stands the plain parser alone,
`csv.DictReader` over the same bytes. Statements are counted and let go, as they come.

Figures of 24 November 2026 on the portal's files of February 2025, two cores of a machine shared
with other work, Python 3.11; a plain start of the process takes 35 MB:

| file | size | records | claims | seconds | records/s | peak | parser alone |
|---|---|---|---|---|---|---|---|
| main.csv | 0.9 MB | 163 | 420 | 0.10 | 1,700 | 39 MB | 0.01 s, 35 MB |
| main.csv, 10 times | 8.5 MB | 1,630 | 3,318 | 0.65 | 2,500 | 40 MB | 0.15 s, 35 MB |
| metadata_participants.csv | 0.6 MB | 2,360 | 2,360 | 0.32 | 7,500 | 41 MB | 0.02 s, 35 MB |
| the same, 10 times | 5.9 MB | 23,600 | 23,600 | 4.38 | 5,400 | 60 MB | 0.20 s, 35 MB |
| the same records as JSON | 4.0 MB | 2,523 | 2,780 | 0.48 | 5,200 | 42 MB | 0.05 s, 36 MB |
| JSON, 10 times | 40.2 MB | 25,230 | 26,918 | 9.65 | 2,600 | 55 MB | 1.14 s, 36 MB |

What grows is who was met: 10,000 organisations and their names, not the rows.
"""

import csv
import json
import sys
import tempfile
from pathlib import Path

import ijson
from measuring import apart
from pyoxigraph import NamedNode

from hauberk.graph.claims import Claim
from hauberk.loaders.opendata import edf
from hauberk.loaders.opendata.parties import Parties
from hauberk.loaders.opendata.run import Run, drained

DATA = Path(__file__).parent.parent / "data" / "opendata" / "edf"
SMALL = 54
"""How often the test data's three projects must be written to make about as many as the sample."""


def blow_up(folder: Path, target: Path, times: int) -> tuple[int, int]:
    """Write the files of *folder* so many times over, with new numbers, and the same as JSON."""
    target.mkdir()
    people: dict[str, list[dict[str, object]]] = {}
    with (
        (folder / "metadata_participants.csv").open(encoding="utf-8", newline="") as given,
        (target / "metadata_participants.csv").open("w", encoding="utf-8", newline="") as made,
    ):
        rows = list(csv.DictReader(given))
        writer = csv.DictWriter(made, rows[0])
        writer.writeheader()
        for time_ in range(times):
            for row in rows:
                pic = str(100_000_000 + (int(row["pic"]) + time_ * 7_919) % 900_000_000)
                new = {**row, "pic": pic, "_link_main": f"{row['_link_main']}-{time_}"}
                writer.writerow(new)
                one = {**new, "postalAddress": {"countryCode": {
                    "abbreviation": row["postalAddress_countryCode_abbreviation"]}}}  # fmt: skip
                people.setdefault(new["_link_main"], []).append(one)
    with (
        (folder / "main.csv").open(encoding="utf-8", newline="") as given,
        (target / "main.csv").open("w", encoding="utf-8", newline="") as made,
        (target / "api.json").open("w", encoding="utf-8") as as_json,
    ):
        rows = list(csv.DictReader(given))
        writer = csv.DictWriter(made, rows[0])
        writer.writeheader()
        as_json.write("[")
        for time_ in range(times):
            for number, row in enumerate(rows):
                link = f"{row['_link']}-{time_}"
                project = str(100_000_000 + time_ * 1_000_000 + number)
                new = {**row, "_link": link, "metadata_projectId": project,
                       "metadata_pics": ",".join(str(p["pic"]) for p in people[link])}  # fmt: skip
                writer.writerow(new)
                metadata: dict[str, object] = {
                    name.removeprefix("metadata_"): [value] for name, value in new.items()
                }
                metadata["participants"] = [json.dumps(people[link])]
                record = {"reference": project, "database": "SEDIA_NONH2020_PROD",
                          "url": row["url"], "metadata": metadata}  # fmt: skip
                as_json.write(("," if time_ or number else "") + json.dumps(record))
        as_json.write("]")
    return len(rows) * times, 0


def read(path: Path) -> tuple[int, int]:
    """Read a file by the loader; return its records and claims."""
    run = Run(path, edf.PROVIDER, Parties(None, {}))
    run.parties.begin(NamedNode("urn:x-dataset:bench"), edf.PROVIDER.url)
    claims = 0
    for _, stated in drained(edf.read(run), run):
        claims += sum(isinstance(statement, Claim) for statement in stated)
    return run.records, claims


def parse(path: Path) -> tuple[int, int]:
    """Read a file by the plain parser alone; return its records."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return sum(1 for _ in csv.DictReader(file)), 0
    with path.open("rb") as file:
        return sum(
            1 + len(json.loads(record["metadata"]["participants"][0]))
            for record in ijson.items(file, "item")
        ), 0


def main() -> None:
    """Measure, and print a line a figure."""
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    once = 1 if len(sys.argv) > 1 else SMALL
    with tempfile.TemporaryDirectory() as name:
        for times in (1, 10):
            folder = Path(name) / str(times)
            apart(blow_up, given, folder, times * once)
            for file in ("main.csv", "metadata_participants.csv", "api.json"):
                path = folder / file
                cost, plain = apart(read, path), apart(parse, path)
                records, claims = cost.found
                sys.stdout.write(
                    f"{times:2}x {file}: {path.stat().st_size / 1e6:.1f} MB, {records} records,"
                    f" {claims} claims, {cost}, {records / cost.seconds:.0f} records/s;"
                    f" plain parser {plain}\n"
                )


if __name__ == "__main__":
    main()
