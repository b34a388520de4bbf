"""pinot_connect 0.1.1 or pinotdb 9.2.2 in the benchmark: `python_peer.py CLIENT HOST:PORT SELECT_ONE SELECT_ALL`. A line
`MEASURE SECONDS` in, a line `OPS CPU MEDIAN` out, in seconds."""

import statistics
import sys
import time

CLIENT, ADDRESS, SELECT_ONE, SELECT_ALL = sys.argv[1:5]
HOST, PORT = ADDRESS.rsplit(":", 1)
ROWS = 97_889


def connect():
    if CLIENT == "pinotdb":
        import pinotdb

        return pinotdb.connect(host=HOST, port=int(PORT), path="/query/sql", scheme="http"), ""
    import pinot_connect

    # It posts to /query, where the multi-stage engine answers unless the text says otherwise.
    return pinot_connect.connect(host=HOST, port=int(PORT)), "SET useMultistageEngine = false; "


def main():
    connection, before = connect()
    for line in sys.stdin:
        measure, seconds = line.split()
        sql, rows = (SELECT_ONE, 1) if measure == "point" else (SELECT_ALL, ROWS)
        laps, cpu = [], time.process_time()
        last = start = time.perf_counter()
        while not laps or last < start + float(seconds):
            cursor = connection.cursor()
            cursor.execute(before + sql)
            found = len(cursor.fetchall())
            cursor.close()
            if found != rows:
                raise AssertionError("a wrong answer")
            now = time.perf_counter()
            laps.append(now - last)
            last = now
        print(len(laps), time.process_time() - cpu, statistics.median(laps), flush=True)


main()
