"""Counts the flights behind a Flight SQL server with a client that is not ours (pyarrow): every row must arrive.

    count_flights.py GRPC_URL EXPECTED_ROWS
"""

import sys
import time

import pyarrow.flight

STATEMENT = b"type.googleapis.com/arrow.flight.protocol.sql.CommandStatementQuery"


def field(number, value):
    """A length-delimited protobuf field of fewer than 128 bytes."""
    assert len(value) < 128
    return bytes([number << 3 | 2, len(value)]) + value


def main():
    url, expected = sys.argv[1], int(sys.argv[2])
    command = field(1, STATEMENT) + field(2, field(1, b"SELECT * FROM flights"))
    begin = time.monotonic()
    with pyarrow.flight.connect(url) as client:
        info = client.get_flight_info(pyarrow.flight.FlightDescriptor.for_command(command))
        tables = [client.do_get(endpoint.ticket).read_all() for endpoint in info.endpoints]
    rows = sum(table.num_rows for table in tables)
    print(f"{rows} rows of {tables[0].num_columns} columns in {time.monotonic() - begin:.2f} s")
    if rows != expected:
        sys.exit(f"expected {expected}")


if __name__ == "__main__":
    main()
