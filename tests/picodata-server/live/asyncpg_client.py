"""asyncpg on the scripted server: asyncpg_client.py TEST HOSTS PASSWORD [ARGUMENT...]. Fails where something is wrong."""

import asyncio
import datetime as dt
import json
import ssl
import sys
import uuid
from decimal import Decimal

import asyncpg

INSERT = (
    "INSERT INTO probe_t (id, name, note, qty, big, price, ratio, ok, uid, at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
)
UUID = uuid.UUID("102be9bf-215f-4180-b4c9-cc11983e988d")
INSTANT = dt.datetime(2026, 2, 3, 4, 5, 6, 123456, tzinfo=dt.timezone.utc)


def connect(user="admin", **more):
    host, port = sys.argv[2].split(",")[0].split(":")
    more.setdefault("ssl", False)
    return asyncpg.connect(host=host, port=int(port), user=user, password=sys.argv[3], database="any", timeout=20, **more)


async def refused(statement, code, text):
    try:
        await statement
    except asyncpg.PostgresError as error:
        assert error.sqlstate == code and text in str(error), (error.sqlstate, str(error))
    else:
        raise AssertionError(f"no error: {code}")


async def passwords():
    for user in ("admin", "plain", "md5", "ldap"):
        connection = await connect(user)
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()
    await refused(connect("nobody"), "28P01", "authentication failed for user 'nobody'")


async def tls():
    folder, client = sys.argv[4], sys.argv[5]
    context = ssl.create_default_context(cafile=f"{folder}/ca.pem")
    if client:
        context.load_cert_chain(f"{folder}/{client}.pem", f"{folder}/{client}.key")
    connection = await connect(ssl=context)
    assert await connection.fetchval("SELECT pico_instance_name()") == "i1"
    await connection.close()
    await refused(connect(), "28000", "this server requires the client to use ssl")


async def values():
    connection = await connect()
    rows = [
        (1, "one", None, 7, 9, Decimal("12345.678900"), 0.25, True, UUID, INSTANT),
        (2, "two😀", "n", None, None, None, None, None, None, None),
        (3, "", "a\0b"[:1], -(2**63), 2**63 - 1, Decimal("-0.0000000000000000000000000001"), float("-inf"), False, uuid.UUID(int=0), dt.datetime(2, 1, 1, tzinfo=dt.timezone.utc)),
        (4, "x" * 100_000, "", 0, 0, Decimal("9999999999999999999999999999"), 5e-324, True, UUID, dt.datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=dt.timezone.utc)),
        (5, "zero", "", 0, 0, Decimal("0.00"), -0.0, True, UUID, INSTANT),
    ]
    for row in rows:
        assert await connection.execute(INSERT, *row) == "INSERT 0 1"
    found = [tuple(row) for row in await connection.fetch("SELECT * FROM probe_t ORDER BY id")]
    assert found == rows, found
    assert [str(row[5]) for row in found] == [str(row[5]) for row in rows], "scales are kept"
    assert tuple(await connection.fetchrow("SELECT * FROM probe_t WHERE id = $1", 3)) == rows[2]
    assert await connection.execute("DELETE FROM probe_t WHERE id = $1", 3) == "DELETE 1"
    full, nulls = await connection.fetch("SELECT * FROM every_type")
    expected = [
        -(2**63), 'two😀 "quoted" \\', True, 0.1, Decimal("12345.678900"), UUID, INSTANT, ["Online", 1, {"a": None}], None,
    ]  # fmt: skip
    full = [json.loads(value) if at == 7 else value for at, value in enumerate(full)]
    assert full == expected, full
    assert list(nulls) == [None] * 9
    await connection.close()


async def describe():
    connection = await connect()
    statement = await connection.prepare(INSERT)
    assert [ty.oid for ty in statement.get_parameters()] == [20, 25, 25, 20, 20, 1700, 701, 16, 2950, 1184]
    statement = await connection.prepare("SELECT * FROM every_type")
    found = [(column.name, column.type.oid) for column in statement.get_attributes()]
    assert found == [("i", 20), ("t", 25), ("b", 16), ("d", 701), ("n", 1700), ("u", 2950), ("at", 1184), ("j", 114), ("z", 705)]
    statement = await connection.prepare("SELECT format FROM _pico_table WHERE name = $1")
    assert [ty.oid for ty in statement.get_parameters()] == [25]
    format = json.loads(await statement.fetchval("probe_t"))
    assert format[0] == {"name": "id", "field_type": "integer", "is_nullable": False} and format[1]["name"] == "bucket_id"
    await connection.close()


async def errors():
    connection = await connect("plain")
    await refused(connection.fetch("SELECT * FROM nope"), "XX000", 'table with name "nope" not found')
    await refused(connection.fetch("SELECT * FROM _pico_table"), "XX000", "Read access to space '_pico_table' is denied for user 'plain'")
    await refused(connection.execute("SELECT 1; SELECT 2"), "XX000", "rule parsing error:  --> 1:11")
    await connection.execute(INSERT, 1, "one", *[None] * 8)
    await refused(connection.execute(INSERT, 1, "dup", *[None] * 8), "XX000", "TupleFound: Duplicate key exists in unique index")
    # What looks like a transaction is none: BEGIN and ROLLBACK do nothing.
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(INSERT, 2, "two", *[None] * 8)
    await transaction.rollback()
    assert len(await connection.fetch("SELECT * FROM probe_t WHERE id = $1", 2)) == 1
    # As its pool does on release.
    await refused(connection.reset(), "XX000", "rule parsing error")
    await connection.close()


async def ddl():
    plain, careful = await connect(), await connect(server_settings={"options": "pico_stmt_invalidation=true"})
    sql = "SELECT * FROM probe_t ORDER BY id"
    old, new = await plain.prepare(sql), await careful.prepare(sql)
    await plain.execute("ALTER TABLE probe_t ADD COLUMN extra TEXT")
    await refused(old.fetch(), "XX000", "storage schema version different from router")
    await refused(new.fetch(), "42999", "has been invalidated")
    old, new = await plain.prepare(sql + " "), await careful.prepare(sql + " ")
    assert await old.fetch() == await new.fetch() == []
    await plain.execute("TRUNCATE TABLE probe_t")
    assert await old.fetch() == [] and old.get_attributes()[0].type.name == "int8", "silently the old types"
    await refused(new.fetch(), "42999", "has been invalidated")
    assert (await careful.prepare(sql + "  ")).get_attributes()[0].type.name == "text"
    old, new = await plain.prepare(sql + "   "), await careful.prepare(sql + "   ")
    await plain.execute("DROP TABLE probe_t")
    await refused(old.fetch(), "XX000", 'NoSuchSpace: no such space "probe_t"')
    await refused(new.fetch(), "XX000", "space metadata for table: probe_t not found")


async def cancel():
    connection = await connect()
    try:
        await connection.fetch("SELECT * FROM probe_t ORDER BY id", timeout=0.2)
    except (asyncio.TimeoutError, TimeoutError):
        pass
    else:
        raise AssertionError("an answer came")
    # It waits for what the cancel does, which is nothing: the connection never gets free again.
    try:
        await asyncio.wait_for(connection.close(), 2)
    except (asyncio.TimeoutError, TimeoutError):
        connection.terminate()
    else:
        raise AssertionError("closed in peace")


# A hang is a failure.
asyncio.run(asyncio.wait_for(globals()[sys.argv[1]](), 60))
