"""picopyn 3.2.0 on the scripted server: picopyn_client.py TEST HOSTS PASSWORD. Fails where something is wrong."""

import asyncio
import sys

from picopyn.asynchronous import Pool

HOSTS, PASSWORD = sys.argv[2], sys.argv[3]
INSERT = (
    "INSERT INTO probe_t (id, name, note, qty, big, price, ratio, ok, uid, at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
)


def pool(user="admin", hosts=None, **more):
    hosts = hosts or HOSTS.split(",")[0]
    more.setdefault("enable_discovery", True)
    more.setdefault("max_size", 6)
    return Pool(f"postgresql://{user}:{PASSWORD}@{hosts}/any", **more)


async def where(pool, count=12):
    return {(await pool.fetchrow("SELECT pico_instance_name() AS name"))["name"] for _ in range(count)}


async def discovery():
    opened = pool()
    await opened.open()
    assert len(opened.topology.instances) == 3, opened.topology
    assert await where(opened) == {"i1", "i2", "i3"}
    # What the server says of itself is what the topology says.
    for uuid, instance in opened.topology.instances.items():
        async with opened.acquire_by_instance_uuid(uuid) as connection:
            assert (await connection.fetchrow("SELECT pico_instance_uuid() AS uuid"))["uuid"] == uuid, instance
    await opened.close()


async def routing():
    opened = pool()
    await opened.open()
    factory = await opened.create_sharding_key_factory("probe_t")
    assert (factory.tier, factory.bucket_count, factory.sharding_fields) == ("default", 3000, ("id",))
    for id in range(2, 41):
        async with opened.acquire_by_sharding_key(factory.create_key({"id": id})) as connection:
            await connection.execute(INSERT, id, "by key", *[None] * 8)
    # By the NOTICE: the statement's first run is what makes the pool ask for it.
    await opened.execute(INSERT, 1, "first", *[None] * 8)
    for _ in range(200):
        metadata = await opened.get_query_metadata(INSERT)
        if metadata is not None:
            break
        await asyncio.sleep(0.02)
    assert metadata.tier == "default" and metadata.dk_meta == [(1, 20)], metadata
    for id in range(41, 61):
        await opened.execute(INSERT, id, "routed", *[None] * 8)
    await opened.close()


async def plain():
    opened = pool("plain")
    try:
        await opened.open()
    except RuntimeError as error:
        told = repr(error) + repr(error.__cause__) + repr(error.__context__)
        assert "_pico_replicaset" in told and "denied" in told, told
    else:
        raise AssertionError("opened")


async def roles():
    for role, expected in (("leader", {"i1", "i3"}), ("replica", {"i2"}), ("any", {"i1", "i2", "i3"})):
        opened = pool(instance_role=role)
        await opened.open()
        assert await where(opened) == expected, role
        assert opened.topology.tiers == {"default": 3000, "hot": 100}, opened.topology.tiers
        await opened.close()
    opened = pool(forbidden_tiers="hot")
    await opened.open()
    assert await where(opened) == {"i1", "i2"}
    await opened.close()


async def ddl():
    opened = pool(max_size=1)
    await opened.open()
    async with opened.acquire() as connection:
        await connection.fetch("SELECT * FROM probe_t ORDER BY id")
        await connection.execute("ALTER TABLE probe_t ADD COLUMN extra TEXT")
        try:
            await connection.fetch("SELECT * FROM probe_t ORDER BY id")
        except RuntimeError as error:
            assert error.__cause__.sqlstate == "42999", error
        else:
            raise AssertionError("a stale statement ran")
        assert await connection.fetch("SELECT * FROM probe_t ORDER BY id") == []
    await opened.close()


async def lost():
    opened = pool(hosts=HOSTS)
    await opened.open()
    assert await where(opened) == {"i1", "i3"}
    await opened.close()


# A hang is a failure.
asyncio.run(asyncio.wait_for(globals()[sys.argv[1]](), 60))
