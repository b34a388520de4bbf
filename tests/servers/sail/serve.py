"""Serves a folder of Parquet files with Sail's Flight SQL server, each file as a view named after it.

    serve.py FOLDER PORT ADDRESS_FILE

All Flight clients of Sail share one session ("flight-default" in its log), so views that one client of ours makes are
there for every later one. ADDRESS_FILE gets `host:port` once the views answer. Ends on SIGTERM.
"""

import os
import pathlib
import signal
import sys
import time

import pyarrow.flight
from pysail.flight import FlightSqlServer

STATEMENT = b"type.googleapis.com/arrow.flight.protocol.sql.CommandStatementQuery"


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(number, value):
    """A length-delimited protobuf field."""
    return bytes([number << 3 | 2]) + varint(len(value)) + value


def run(client, sql):
    """Runs a statement (Sail does so in GetFlightInfo) and returns its rows."""
    command = field(1, STATEMENT) + field(2, field(1, sql.encode()))
    info = client.get_flight_info(pyarrow.flight.FlightDescriptor.for_command(command))
    return [row for endpoint in info.endpoints for row in client.do_get(endpoint.ticket).read_all().to_pylist()]


def main():
    folder, port, address_file = pathlib.Path(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = FlightSqlServer("127.0.0.1", port)
    server.start(background=True)
    address = "%s:%d" % server.listening_address
    with pyarrow.flight.connect("grpc://" + address) as client:
        for file in sorted(folder.glob("*.parquet")):
            run(client, f"CREATE OR REPLACE TEMP VIEW {file.stem} AS SELECT * FROM parquet.`{file}`")
    with pyarrow.flight.connect("grpc://" + address) as another:
        for file in sorted(folder.glob("*.parquet")):
            rows = run(another, f"SELECT count(*) AS n FROM {file.stem}")[0]["n"]
            print(f"{file.stem}: {rows} rows", flush=True)
    # Written beside and renamed: whoever waits for the file finds it whole.
    beside = address_file.with_suffix(".part")
    beside.write_text(address + "\n")
    os.replace(beside, address_file)
    # Sail ends a session, and its views with it, that nobody used for some minutes.
    while True:
        time.sleep(20)
        with pyarrow.flight.connect("grpc://" + address) as client:
            run(client, "SELECT 1")


if __name__ == "__main__":
    main()
