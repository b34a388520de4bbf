"""asyncpg in the benchmark: `asyncpg_peer.py URL`. A line `MEASURE SECONDS` in, a line `OPS CPU MEDIAN` out, in seconds."""

import asyncio
import random
import statistics
import sys
import time

import asyncpg

SQL = "SELECT name FROM sharded WHERE id = $1"
WORKERS = 16


async def lap(statement, laps):
    before = time.perf_counter()
    name = await statement.fetchval(random.randint(1, 3000))
    if not name.startswith("i"):
        raise AssertionError("a wrong answer")
    laps.append(time.perf_counter() - before)


async def main():
    connections = [await asyncpg.connect(sys.argv[1]) for _ in range(8)]
    statements = [await connection.prepare(SQL) for connection in connections]
    for line in sys.stdin:
        measure, seconds = line.split()
        laps, cpu, start = [], time.process_time(), time.perf_counter()
        end = start + float(seconds)

        async def work(statement):
            while time.perf_counter() < end:
                await lap(statement, laps)

        # A connection runs one statement at a time, so that eight are in flight at most.
        await asyncio.gather(*(work(statement) for statement in (statements if measure == "many" else statements[:1])))
        took = (time.perf_counter() - start) / len(laps) if measure == "many" else statistics.median(laps)
        print(len(laps), time.process_time() - cpu, took, flush=True)


asyncio.run(main())
