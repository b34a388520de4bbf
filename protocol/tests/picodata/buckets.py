"""Writes buckets.txt: buckets of keys as picopyn 3.2.0 (PyPI) computes them, and by mmh3 where it is known to be wrong.

python -m venv v && v/bin/pip install picopyn==3.2.0 && v/bin/python buckets.py > buckets.txt
"""

import datetime as dt
import random
import struct
import uuid
from decimal import Decimal

import mmh3
from picopyn.bucket import calculate_bucket_id

COUNTS = (3000, 1, 16384, 2**32)
OIDS = {"bool": 16, "int": 20, "text": 25, "double": 701, "datetime": 1184, "decimal": 1700, "uuid": 2950, "null": 20}
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)


def spelled(kind, value):
    """One word: no spaces, so that a line splits into words."""
    if kind == "text":
        return value.encode().hex()
    if kind == "double":
        return struct.pack(">d", value).hex()
    if kind == "datetime":
        delta = value - EPOCH
        return f"{delta.days * 86400 + delta.seconds}.{delta.microseconds * 1000}"
    return str(value).lower()


def line(source, parts, buckets):
    print(source, ",".join(f"{kind}:{spelled(kind, value)}" for kind, value in parts), *buckets)


def picopyn(*parts):
    meta = [(at + 1, OIDS[kind]) for at, (kind, _) in enumerate(parts)]
    params = [value for _, value in parts]
    buckets = [calculate_bucket_id(meta, params, count) for count in COUNTS]
    assert None not in buckets, parts
    line("picopyn", parts, buckets)


def by_hand(data, *parts):
    line("hand", parts, [mmh3.hash(data, seed=13, signed=False) % count + 1 for count in COUNTS])


rng = random.Random(26)
print("# buckets of distribution keys")
print("# producer: buckets.py; `picopyn` is picopyn 3.2.0, `hand` is mmh3 5.3.1 over bytes written by hand where picopyn")
print("# differs from servers 25.6 and 26.1 (a DOUBLE that is not whole, or is beyond i64).")
print("# source key bucket-of-3000 bucket-of-1 bucket-of-16384 bucket-of-4294967296")
for bits in (0, 5, 6, 7, 8, 15, 16, 31, 32, 62, 63):
    for number in {2**bits - 1, 2**bits, -(2**bits), -(2**bits) - 1, -(2**bits) + 1}:
        if -(2**63) <= number < 2**63:
            picopyn(("int", number))
for number in (2**63, 2**64 - 1, 10**19):
    picopyn(("int", number))
for number in (1, 42, 1000, 123456, -33, -32, -129, -32769):
    picopyn(("int", number))
for text in ("", "a", "ab", "abc", "abcd", "abcde", "one", "москва", "two😀", "a\0b", " x ", "z" * 1000):
    picopyn(("text", text))
for value in (True, False):
    picopyn(("bool", value))
for value in (uuid.UUID(int=0), uuid.UUID("102be9bf-215f-4180-b4c9-cc11983e988d"), uuid.UUID(int=2**128 - 1)):
    picopyn(("uuid", value))
for value in (
    EPOCH,
    EPOCH - dt.timedelta(microseconds=1),
    EPOCH - dt.timedelta(seconds=1),
    EPOCH + dt.timedelta(microseconds=1),
    dt.datetime(2026, 2, 3, 4, 5, 6, 123456, tzinfo=dt.timezone.utc),
    dt.datetime(2026, 2, 3, 4, 5, 6, tzinfo=dt.timezone.utc),
    dt.datetime(1, 1, 1, tzinfo=dt.timezone.utc),
    dt.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=dt.timezone.utc),
):
    picopyn(("datetime", value))
for text in (
    "0 0.00 1 -1 10 1.5 1.50 -1.5 0.05 -0.05 100 1E+2 1E+27 12345.678900 99 999 9999 99999 999999 9999999 99999999 "
    "123456789012345 1234567890123456 9999999999999999999999999999 -9999999999999999999999999999 "
    "0.0000000000000000000000000001 0.0000000000000000000000000000 1234567890.123456789012345678 0E+1 0E+5"
).split():
    picopyn(("decimal", Decimal(text)))
for number in (0.0, -0.0, 1.0, -1.0, 5.0, 1e3, 2.0**53, -(2.0**63), 2.0**62, 9.223372036854774784e18):
    picopyn(("double", number))
for number in (2.0**63, 1e300, 1.7976931348623157e308):
    by_hand(b"\xcf" + (2**63 - 1).to_bytes(8, "big"), ("double", number))
for number in (-1e300, -(2.0**63) * 1.5):
    by_hand(b"\xd3" + (-(2**63)).to_bytes(8, "big", signed=True), ("double", number))
for number in (0.5, -0.5, 0.1, 1.5, -2.25, 3.141592653589793, 1e-300, 5e-324, 123456789.125, float("inf"), float("-inf")):
    by_hand(b"\xcb" + struct.pack(">d", number), ("double", number))
picopyn(("null", None))
picopyn(("int", 1), ("text", "one"))
picopyn(("text", "one"), ("int", 1))
picopyn(("text", "ab"), ("text", "c"))
picopyn(("text", "a"), ("text", "bc"))
picopyn(("int", 7), ("null", None), ("bool", True), ("uuid", uuid.UUID(int=5)), ("decimal", Decimal("2.50")))
for _ in range(40):
    picopyn(("int", rng.randrange(-(2**63), 2**63) >> rng.randrange(64)), ("text", "k" * rng.randrange(9)))
    digits = rng.randrange(10 ** rng.randrange(1, 29))
    picopyn(("decimal", Decimal(digits).scaleb(-rng.randrange(29))))
    picopyn(("uuid", uuid.UUID(int=rng.getrandbits(128))), ("double", float(rng.randrange(-(2**50), 2**50))))
    picopyn(("datetime", EPOCH + dt.timedelta(microseconds=rng.randrange(-(10**15), 10**16))))
