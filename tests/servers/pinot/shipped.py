"""Loads Pinot's own examples out of the jar of pinot-tools 0.11.0, as they are there but for their retention.

    shipped.py CONTROLLER_URL BROKER_URL JAR CLASS_PATH FOLDER

- `baseballStats`: 97,889 rows of INT and STRING.
- `dimBaseballTeams`: a dimension table, 51 rows.
- `starbucksStores`: 6,443 rows of FLOAT, STRING and a point in BYTES that is computed at ingestion.
- `githubEvents`: 10,000 rows, three of the columns JSON with an index.
- `githubComplexTypeEvents`: the first 1,000 lines of 9,996, taken apart to a row for each commit; names with dots.
- `airlineStats`: 9,746 rows of 80 columns, nine of them arrays; 31 Avro files, here one segment of JSON.

The jar has no `billing` and no `clientSalaryNulls`, which later versions have: load.py makes their like.
"""

import json
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor

JAR, CLASS_PATH, FOLDER = sys.argv[3:]
del sys.argv[3:]

from load import CONTROLLER, ingest, post, wait  # noqa: E402 # reads what is left of the arguments

# By size: what takes longest is begun first.
TABLES = {
    "githubEvents": ("json", 10_000), "airlineStats": ("avro", 9_746), "baseballStats": ("csv", 97_889),
    "starbucksStores": ("csv", 6_443), "githubComplexTypeEvents": ("json", 1_261), "dimBaseballTeams": ("csv", 51),
}  # fmt: skip
LINES_MAX = {"githubComplexTypeEvents": 1_000}


def lines_of(jar, name, form):
    """What is ingested, and the format it is in."""
    base = f"examples/batch/{name}/rawdata/"
    files = sorted(entry for entry in jar.namelist() if entry.startswith(base) and not entry.endswith("/"))
    if form == "avro":
        command = ["java", "-XX:TieredStopAtLevel=1", "-cp", CLASS_PATH, "AvroLines"]
        paths = [jar.extract(entry, FOLDER) for entry in files]
        return subprocess.run(command + paths, stdout=subprocess.PIPE, check=True).stdout, "json"
    lines = jar.read(files[0])
    if name in LINES_MAX:
        lines = b"".join(lines.splitlines(keepends=True)[: LINES_MAX[name]])
    return lines, form


def load(name):
    form, _ = TABLES[name]
    with zipfile.ZipFile(JAR) as jar:
        schema = jar.read(f"examples/batch/{name}/{name}_schema.json")
        table = json.loads(jar.read(f"examples/batch/{name}/{name}_offline_table_config.json"))
        lines, form = lines_of(jar, name, form)
    # A segment that is older than its retention is deleted soon after.
    segments = {key: value for key, value in table["segmentsConfig"].items() if not key.startswith("retention")}
    table["segmentsConfig"] = segments | {"replication": "1"}
    post(f"{CONTROLLER}/schemas", schema)
    post(f"{CONTROLLER}/tables", json.dumps(table).encode())
    ingest(name, lines, form)


def main():
    with ThreadPoolExecutor(2) as pool:
        for _ in pool.map(load, TABLES):
            pass
    for name, (_, rows) in TABLES.items():
        wait(name, rows)


if __name__ == "__main__":
    main()
