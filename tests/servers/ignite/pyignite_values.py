"""pyignite 0.6.1, driven by JSON lines: a request a line on stdin, its answer a line on stdout (README.md).

What pyignite itself gets wrong stays wrong here (the scale of a decimal is lost, DATE of SQL is unreadable): the answer
is what it read, or its error. What it only does not tell, the type code of a value, is noted while it reads.
"""

import collections
import datetime
import decimal
import json
import logging
import sys
import uuid

from pyignite import Client, GenericObjectMeta
from pyignite import datatypes as d
from pyignite.datatypes import prop_codes
from pyignite.datatypes.cache_config import CacheAtomicityMode, CacheMode
from pyignite.datatypes.internal import AnyDataObject, tc_map
from pyignite.utils import entity_id

decimal.getcontext().prec = 1000

SCALARS = {
    "null": d.Null, "byte": d.ByteObject, "short": d.ShortObject, "int": d.IntObject, "long": d.LongObject,
    "float": d.FloatObject, "double": d.DoubleObject, "char": d.CharObject, "bool": d.BoolObject, "string": d.String,
    "uuid": d.UUIDObject, "decimal": d.DecimalObject, "date": d.DateObject, "timestamp": d.TimestampObject,
    "time": d.TimeObject, "enum": d.EnumObject, "binary_enum": d.BinaryEnumObject,
}  # fmt: skip
ARRAYS = {
    "byte[]": d.ByteArrayObject, "short[]": d.ShortArrayObject, "int[]": d.IntArrayObject,
    "long[]": d.LongArrayObject, "float[]": d.FloatArrayObject, "double[]": d.DoubleArrayObject,
    "char[]": d.CharArrayObject, "bool[]": d.BoolArrayObject, "string[]": d.StringArrayObject,
    "uuid[]": d.UUIDArrayObject, "decimal[]": d.DecimalArrayObject, "date[]": d.DateArrayObject,
    "timestamp[]": d.TimestampArrayObject, "time[]": d.TimeArrayObject,
}  # fmt: skip
BARE = {"byte[]", "short[]", "int[]", "long[]", "float[]", "double[]", "char[]", "bool[]"}
OTHERS = {
    "object[]": d.ObjectArrayObject, "enum[]": d.EnumArrayObject, "collection": d.CollectionObject, "map": d.MapObject,
    "object": d.BinaryObject,
}  # fmt: skip
CLASSES = SCALARS | ARRAYS | OTHERS
NAMES = {type_class: name for name, type_class in CLASSES.items()}
COLLECTIONS = ["user_set", "user_collection", "array_list", "linked_list", "hash_set", "linked_hash_set", "singleton_list"]
MAPS = ["hash_map", "linked_hash_map"]
EPOCH = datetime.datetime(1970, 1, 1)


class Noted:
    """A value that pyignite read, with the class that its type code stands for."""

    def __init__(self, type_class, value):
        self.type_class = type_class
        self.value = value


def note_types():
    """Has pyignite keep the type code of each value whose type it finds in the bytes."""

    def to_python(cls, ctypes_object, **kwargs):
        type_class = tc_map(ctypes_object.type_code.to_bytes(1, "little", signed=True))
        return Noted(type_class, type_class.to_python(ctypes_object, **kwargs))

    AnyDataObject.to_python = classmethod(to_python)


class Instant(datetime.datetime):
    """A moment whose `timestamp()`, which pyignite multiplies and truncates, comes out at the millisecond meant."""

    def timestamp(self):
        ms = (self - EPOCH) // datetime.timedelta(milliseconds=1)
        return (ms + (0.25 if ms >= 0 else -0.25)) / 1000


def instant(ms):
    moment = EPOCH + datetime.timedelta(milliseconds=ms)
    return Instant(*moment.timetuple()[:6], moment.microsecond)


def milliseconds(moment):
    return round((moment - EPOCH) / datetime.timedelta(milliseconds=1))


def float_text(number):
    names = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
    return names.get(repr(number), repr(number))


def type_id(value):
    """The id of an enum's type, which may be given by its name."""
    return value["type_id"] if "type_id" in value else entity_id(value["type"])


def scalar_to_python(name, value):
    """The payload of a scalar as pyignite takes it."""
    match name:
        case "null":
            return None
        case "byte" | "short" | "int" | "long":
            return int(value["v"])
        case "float" | "double":
            return float(value["v"])
        case "char":
            return chr(value["v"])
        case "uuid":
            return uuid.UUID(value["v"])
        case "decimal":
            sign, digits, _ = decimal.Decimal(value["unscaled"]).as_tuple()
            return decimal.Decimal((sign, digits, -value["scale"]))
        case "date":
            return instant(value["ms"])
        case "timestamp":
            return instant(value["ms"]), value["ns"]
        case "time":
            return datetime.timedelta(milliseconds=value["ms"])
        case "enum" | "binary_enum":
            return type_id(value), value["ordinal"]
        case _:
            return value["v"]


def hinted(value):
    """(value, type) as pyignite takes them for what has no type from elsewhere."""
    name = "null" if value is None else value["t"]
    if name not in CLASSES:
        raise ValueError(f"pyignite has no type {name}")
    return to_python(value), CLASSES[name]


def to_python(value):
    name = "null" if value is None else value["t"]
    if name in ARRAYS:
        element = name[:-2]
        items = [{"v": item} if name in BARE else item for item in value["v"]]
        return [None if item is None or item.get("t") == "null" else scalar_to_python(element, item) for item in items]
    match name:
        case "object[]":
            return value.get("type_id", -1), [hinted(item) for item in value["v"]]
        case "enum[]":
            return type_id(value), [(type_id(item), item["ordinal"]) for item in value["v"]]
        case "collection":
            return COLLECTIONS.index(value["kind"]) - 1, [hinted(item) for item in value["v"]]
        case "map":
            pairs = collections.OrderedDict((hinted(k), hinted(v)) for k, v in value["v"])
            return MAPS.index(value["kind"]) + 1, pairs
        case "object":
            schema = collections.OrderedDict((field, CLASSES[v["t"]]) for field, v in value["fields"])
            made = GenericObjectMeta(value["type"], (), {}, schema=schema, type_name=value["type"])
            return made(**{field: to_python(v) for field, v in value["fields"]})
        case _:
            return scalar_to_python(name, value)


def scalar_to_json(name, value):
    match name:
        case "float" | "double":
            return {"v": float_text(value)}
        case "char":
            return {"v": ord(value)}
        case "uuid":
            return {"v": str(value)}
        case "decimal":
            sign, digits, exponent = value.as_tuple()
            return {"unscaled": "-" * sign + "".join(map(str, digits)), "scale": -exponent}
        case "date":
            return {"ms": milliseconds(value)}
        case "timestamp":
            return {"ms": milliseconds(value[0]), "ns": value[1]}
        case "time":
            return {"ms": value // datetime.timedelta(milliseconds=1)}
        case "enum" | "binary_enum":
            return {"type_id": value[0], "ordinal": value[1]}
        case _:
            return {"v": value}


def to_json(client, value, type_class=None):
    """A value that was read; its type is the one noted with it, or that of the field it comes from."""
    if isinstance(value, Noted):
        value, type_class = value.value, value.type_class
    if type_class is d.WrappedDataObject:
        value, type_class = client.unwrap_binary(value), d.BinaryObject
    if value is None:
        return {"t": "null"}
    name = NAMES[type_class]
    if name in ARRAYS:
        element = name[:-2]
        if name in BARE:
            signed = [byte - 256 if name == "byte[]" and byte > 127 else byte for byte in value]
            return {"t": name, "v": [scalar_to_json(element, item)["v"] for item in signed]}
        items = [{"t": "null"} if item is None else {"t": element, **scalar_to_json(element, item)} for item in value]
        return {"t": name, "v": items}
    match name:
        case "object[]":
            return {"t": name, "type_id": value[0], "v": [to_json(client, item) for item in value[1]]}
        case "enum[]":
            items = [{"t": "enum", "type_id": item[0], "ordinal": item[1]} for item in value[1]]
            return {"t": name, "type_id": value[0], "v": items}
        case "collection":
            return {"t": name, "kind": COLLECTIONS[value[0] + 1], "v": [to_json(client, item) for item in value[1]]}
        case "map":
            pairs = [[to_json(client, k), to_json(client, v)] for k, v in value[1].items()]
            return {"t": name, "kind": MAPS[value[0] - 1], "v": pairs}
        case "object":
            fields = [[f, to_json(client, getattr(value, f), c)] for f, c in value.schema.items()]
            return {"t": name, "type": value.type_name, "type_id": value.type_id, "fields": fields}
        case _:
            return {"t": name, **scalar_to_json(name, value)}


class Oracle:
    def __init__(self):
        self.client = None

    def connect(self, request):
        options = {"partition_aware": request.get("partition_aware", True)}
        if "user" in request:
            # pyignite has TLS on by itself where there are credentials.
            options |= {"username": request["user"], "password": request["password"], "use_ssl": False}
        if "keys" in request:
            keys, name = request["keys"], request.get("identity", "client")
            options |= {"use_ssl": True, "ssl_cert_reqs": 2, "ssl_ca_certfile": f"{keys}/ca.pem"}
            options |= {"ssl_certfile": f"{keys}/{name}.pem", "ssl_keyfile": f"{keys}/{name}.key"}
        if self.client:
            self.client.close()
        self.client = Client(**options)
        nodes = [address.rsplit(":", 1) for address in request["addresses"]]
        self.client.connect([(host, int(port)) for host, port in nodes])

    def cache(self, request):
        return self.client.get_cache(request["cache"])

    def json(self, value):
        return to_json(self.client, value)

    def create(self, request):
        modes = CacheMode, CacheAtomicityMode
        self.client.get_or_create_cache({
            prop_codes.PROP_NAME: request["cache"],
            prop_codes.PROP_CACHE_MODE: getattr(modes[0], request.get("mode", "PARTITIONED")),
            prop_codes.PROP_CACHE_ATOMICITY_MODE: getattr(modes[1], request.get("atomicity", "TRANSACTIONAL")),
            prop_codes.PROP_BACKUPS_NUMBER: request.get("backups", 0),
        })  # fmt: skip

    def destroy(self, request):
        self.cache(request).destroy()

    def put(self, request):
        (key, key_hint), (value, value_hint) = hinted(request["key"]), hinted(request["value"])
        self.cache(request).put(key, value, key_hint=key_hint, value_hint=value_hint)

    def get(self, request):
        key, hint = hinted(request["key"])
        return self.json(self.cache(request).get(key, key_hint=hint))

    def put_all(self, request):
        self.cache(request).put_all({hinted(k): hinted(v) for k, v in request["entries"]})

    def get_all(self, request):
        found = self.cache(request).get_all([hinted(key) for key in request["keys"]])
        return [[self.json(k), self.json(v)] for k, v in found.items()]

    def contains(self, request):
        key, hint = hinted(request["key"])
        return self.cache(request).contains_key(key, key_hint=hint)

    def remove(self, request):
        key, hint = hinted(request["key"])
        return self.cache(request).remove_key(key, key_hint=hint)

    def size(self, request):
        return self.cache(request).get_size()

    def scan(self, request):
        with self.cache(request).scan(page_size=1024, partitions=request.get("partition", -1)) as cursor:
            return [[self.json(k), self.json(v)] for k, v in cursor]

    def sql(self, request):
        arguments = [hinted(argument) for argument in request.get("args", [])]
        schema = request.get("schema", "PUBLIC")
        options = {"query_args": arguments, "schema": schema, "include_field_names": True}
        with self.client.sql(request["sql"], **options) as cursor:
            columns = list(next(cursor))
            return {"columns": columns, "rows": [[self.json(cell) for cell in row] for row in cursor]}

    def type(self, request):
        found = self.client.get_binary_type(request["type"])
        if not found["type_exists"]:
            return None
        schemas = [[[name, NAMES[field]] for name, field in schema.items()] for schema in found["schemas"]]
        return {"type_id": found["type_id"], "is_enum": found["is_enum"], "schemas": schemas}

    OPERATIONS = (
        "connect create destroy put get put_all get_all contains remove size scan sql type".split()
    )


def main():
    note_types()
    # Each failure is logged as well as raised.
    logging.getLogger("pyignite").setLevel(logging.CRITICAL + 1)
    oracle = Oracle()
    for line in sys.stdin:
        try:
            request = json.loads(line)
            if request["op"] not in Oracle.OPERATIONS:
                raise ValueError(f"unknown op {request['op']}")
            answer = {"ok": getattr(oracle, request["op"])(request)}
        except Exception as error:  # whatever it is, the other side is waiting
            answer = {"error": {"class": type(error).__name__, "message": str(error)}}
        print(json.dumps(answer), flush=True)


main()
