"""pyignite 0.6.1 in the benchmark: a line `CLIENT MEASURE SECONDS` in, a line `OPS WALL CPU MEDIAN` out, in seconds."""

import asyncio
import random
import statistics
import sys
import time

from pyignite import AioClient, Client, utils

ADDRESS, CACHE = sys.argv[1:3]
ENTRIES, ROWS, DEPTH, KEYS = map(int, sys.argv[3:7])
SELECT_ONE, SELECT_ALL = sys.argv[7] + "?", sys.argv[8]
HOST, PORT = ADDRESS.rsplit(":", 1)


def check(is_right):
    if not is_right:
        raise AssertionError("a wrong answer")


def keys():
    return [random.randrange(ENTRIES) for _ in range(KEYS)]


def value_of(key):
    return key * 3 + 1


class Watch:
    """A slice that is being measured."""

    def __init__(self, seconds):
        self.laps = []
        self.cpu = time.process_time()
        self.start = self.last = time.perf_counter()
        self.end = self.start + seconds

    def lap(self):
        now = time.perf_counter()
        self.laps.append(now - self.last)
        self.last = now
        return now < self.end

    def figures(self, ops=None):
        wall, cpu = time.perf_counter() - self.start, time.process_time() - self.cpu
        median = 0 if ops is not None else statistics.median(self.laps)
        return len(self.laps) if ops is None else ops, wall, cpu, median


async def aio_once(client, cache, measure):
    key = random.randrange(ENTRIES)
    if measure.startswith("get") and measure != "getall":
        check(await cache.get(key) == value_of(key))
    elif measure.startswith("put"):
        await cache.put(key, value_of(key))
    elif measure == "getall":
        entries = await cache.get_all(keys())
        check(all(value == value_of(key) for key, value in entries.items()))
    elif measure == "select":
        async with client.sql(SELECT_ONE, query_args=[key]) as cursor:
            check([row[0] async for row in cursor] == [key])
    else:
        async with client.sql(SELECT_ALL) as cursor:
            check(len([row async for row in cursor]) == ROWS)


async def aio(client, cache, measure, seconds):
    if not measure.endswith("64"):
        watch = Watch(seconds)
        while True:
            await aio_once(client, cache, measure)
            if not watch.lap():
                return watch.figures()

    async def caller():
        ops = 0
        while time.perf_counter() < watch.end:
            await aio_once(client, cache, measure)
            ops += 1
        return ops

    watch = Watch(seconds)
    return watch.figures(sum(await asyncio.gather(*(caller() for _ in range(DEPTH)))))


def sync(client, cache, measure, seconds):
    watch = Watch(seconds)
    while True:
        key = random.randrange(ENTRIES)
        if measure == "get":
            check(cache.get(key) == value_of(key))
        elif measure == "put":
            cache.put(key, value_of(key))
        elif measure == "getall":
            check(all(value == value_of(key) for key, value in cache.get_all(keys()).items()))
        elif measure == "select":
            with client.sql(SELECT_ONE, query_args=[key]) as cursor:
                check([row[0] for row in cursor] == [key])
        else:
            with client.sql(SELECT_ALL) as cursor:
                check(len(list(cursor)) == ROWS)
        if not watch.lap():
            return watch.figures()


async def main():
    # Without its extension in C pyignite only warns.
    check(not utils.FALLBACK)
    aio_client, sync_client = AioClient(), Client()
    await aio_client.connect(HOST, int(PORT))
    sync_client.connect(HOST, int(PORT))
    aio_cache, sync_cache = await aio_client.get_cache(CACHE), sync_client.get_cache(CACHE)
    for line in sys.stdin:
        kind, measure, seconds = line.split()
        if kind == "aio":
            figures = await aio(aio_client, aio_cache, measure, float(seconds))
        else:
            figures = sync(sync_client, sync_cache, measure, float(seconds))
        print(*figures, flush=True)
    await aio_client.close()
    sync_client.close()


asyncio.run(main())
