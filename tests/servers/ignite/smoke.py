"""Starts every mode of ../ignite.sh, asks each what it is there for, with Ignite's own thin client and with pyignite, and
stops it all: whether the machinery of the live tests works, apart from any driver of ours.

    smoke.py        prints times and memory; ends with `smoke: ok`, or with the first thing that was not as it should be
"""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

SCRIPT = pathlib.Path(__file__).resolve().parent.parent / "ignite.sh"
ANSWER_TIMEOUT_S = 120


def script(*arguments):
    done = subprocess.run([SCRIPT, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"ignite.sh {arguments}: {done.stderr}{done.stdout}")
    return done.stdout


class Oracle:
    def __init__(self, kind):
        self.kind = kind
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen([SCRIPT, "oracle", kind], **pipes)

    def ask(self, op, **request):
        print(json.dumps({"op": op, **request}), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def __call__(self, op, **request):
        answer = self.ask(op, **request)
        if "ok" not in answer:
            sys.exit(f"{self.kind} {op}: {answer}")
        return answer["ok"]

    def refused(self, op, **request):
        answer = self.ask(op, **request)
        same(list(answer), ["error"], f"{self.kind} {op} must be refused")

    def close(self):
        self.process.stdin.close()
        same(self.process.wait(ANSWER_TIMEOUT_S), 0, f"exit code of {self.kind}")


def same(found, expected, what):
    if found != expected:
        sys.exit(f"{what}: expected {expected}, found {found}")


def long(number):
    return {"t": "long", "v": number}


def string(text):
    return {"t": "string", "v": text}


PERSON = {
    "t": "object",
    "type": "Person",
    "id": 0,
    "fields": [
        ["name", string("Zoë \U0001f600")],
        ["born", {"t": "date", "ms": -1}],
        ["seen", {"t": "timestamp", "ms": 1700000000123, "ns": 456789}],
        ["home", {"t": "object", "type": "Address", "id": 1, "fields": [["zip", {"t": "short", "v": -7}]]}],
        ["tags", {"t": "collection", "kind": "array_list", "v": [string("a"), long(1), {"t": "null"}]}],
    ],
}


def plain(value):
    """An answer without what only Java tells of an object."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items() if name not in ("id", "type_id", "hash")}
    return [plain(item) for item in value] if isinstance(value, list) else value


def key_value(java, python):
    """Each client reads what the other wrote."""
    java("create", cache="smoke", backups=1)
    for writer, reader in ((java, python), (python, java)):
        for key, value in enumerate([long(2**62), string("x"), {"t": "char", "v": 8364}, PERSON]):
            writer("put", cache="smoke", key=long(key), value=value)
            same(plain(reader("get", cache="smoke", key=long(key))), plain(value), f"{reader.kind} get")


def select_one(oracle):
    same(oracle("sql", sql="SELECT 1")["rows"], [[{"t": "int", "v": 1}]], f"{oracle.kind} SELECT 1")


def random_keys(count):
    """Keys of each scalar type, without repetition."""
    chance = random.Random(4)
    bits = chance.getrandbits
    text = "ab\u00e9\u4f60\U0001f600"
    makers = {
        "byte": lambda: {"v": bits(8) - 128}, "short": lambda: {"v": bits(16) - 2**15},
        "int": lambda: {"v": bits(32) - 2**31}, "long": lambda: {"v": bits(64) - 2**63},
        "float": lambda: {"v": repr(chance.gauss(0, 1e6))}, "double": lambda: {"v": repr(chance.gauss(0, 1e6))},
        "char": lambda: {"v": bits(16)}, "bool": lambda: {"v": bool(bits(1))},
        "string": lambda: {"v": "".join(chance.choices(text, k=12))},
        "uuid": lambda: {"v": "-".join(f"{bits(4 * n):0{n}x}" for n in (8, 4, 4, 4, 12))},
        "decimal": lambda: {"unscaled": str(bits(90) - 2**89), "scale": bits(3)},
        "date": lambda: {"ms": bits(42) - 2**41}, "time": lambda: {"ms": bits(26)},
        "timestamp": lambda: {"ms": bits(42), "ns": chance.randrange(10**6)},
    }  # fmt: skip
    for kind, maker in makers.items():
        yield kind, list({json.dumps(key): key for key in ({"t": kind, **maker()} for _ in range(count))}.values())


def owners(java, count):
    """Where the server keeps keys of each type; longs are checked against the rule for them."""
    nodes = {node["id"] for node in java("nodes")}
    for kind, keys in random_keys(count):
        java("create", cache=f"keys_{kind}", atomicity="ATOMIC")
        entries = [[key, long(i)] for i, key in enumerate(keys)]
        for i in range(0, len(entries), 1000):
            java("put_all", cache=f"keys_{kind}", entries=entries[i : i + 1000])
        places = {row[0]["v"]: row[1:] for row in java("where", cache=f"keys_{kind}")}
        same(len(places), java("size", cache=f"keys_{kind}"), f"places of {kind} keys")
        same({node for _, node in places.values()} <= nodes, True, "owners are nodes of the cluster")
        if kind == "long":
            for i, (partition, _) in places.items():
                bits = keys[i]["v"] & (2**64 - 1)
                folded = (bits ^ bits >> 32) & (2**32 - 1)
                same(partition, (folded ^ folded >> 16) & 1023, f"partition of {keys[i]}")
        java("destroy", cache=f"keys_{kind}")


def h2(java, python):
    select_one(python)
    java("create", cache="odd", partitions=100)
    java("put_all", cache="odd", entries=[[long(key), long(key)] for key in range(1000)])
    for row in java("where", cache="odd"):
        same(row[1], row[0]["v"] % 100, "partition of 100")


def cluster3(java, python):
    same(len(java("nodes")), 3, "nodes")
    begin = time.monotonic()
    owners(java, 10_000)
    print(f"  10,000 keys of each of 14 types put and looked for: {time.monotonic() - begin:.1f} s")


def auth(java, python):
    java.refused("connect", addresses=ADDRESSES["auth"], user="ignite", password="wrong")
    python.refused("connect", addresses=ADDRESSES["auth"], user="ignite", password="wrong")
    java.refused("connect", addresses=ADDRESSES["auth"])


def tls(java, python):
    for oracle in (java, python):
        oracle.refused("connect", addresses=ADDRESSES["tls"], keys=ENV["TLS_KEYS"], identity="rogue")
    java.refused("connect", addresses=ADDRESSES["tls"])


def calcite(java, python):
    java("sql", sql='CREATE TABLE t (id INT PRIMARY KEY, v INT) WITH "atomicity=transactional"')
    same(java("sql", sql="SELECT QUERY_ENGINE()")["rows"], [[string("calcite")]], "engine")
    for commit, after in ((False, 0), (True, 1)):
        java("tx_start", concurrency="PESSIMISTIC", isolation="READ_COMMITTED")
        java("sql", sql="INSERT INTO t VALUES (1, 1)")
        same(java("sql", sql="SELECT COUNT(*) FROM t")["rows"], [[long(1)]], "rows seen within the transaction")
        same(python("sql", sql="SELECT COUNT(*) FROM t")["rows"], [[long(0)]], "rows seen outside of it")
        java("tx_end", commit=commit)
        same(python("sql", sql="SELECT COUNT(*) FROM t")["rows"], [[long(after)]], "rows seen after it")


def ny(java, python):
    """Midnight in New York is 05:00 UTC."""
    rows = java("sql", sql="SELECT DATE '2024-01-15', TIMESTAMP '2024-01-15 12:00:00'")["rows"]
    noon = {"t": "timestamp", "ms": 1705338000000, "ns": 0}
    same(rows, [[{"t": "sql_date", "ms": 1705294800000}, noon]], "New York")
    zone = python("sql", sql="SELECT VALUE FROM SYS.NODE_ATTRIBUTES WHERE NAME = 'user.timezone'", schema="SYS")
    same(zone["rows"], [[string("America/New_York")]], "zone")
    python.refused("sql", sql="SELECT DATE '2024-01-15'")


def kv(java, python):
    java.refused("sql", sql="SELECT 1")


MODES = {"h2": h2, "cluster3": cluster3, "auth": auth, "tls": tls, "calcite": calcite, "ny": ny, "kv": kv}
ADDRESSES = {}
ENV = {}


def addresses(url):
    return url.removeprefix("ignite://").split(",")


def check(mode, java, python):
    options = {"addresses": ADDRESSES[mode]}
    if mode == "auth":
        options |= {"user": ENV["AUTH_USER"], "password": ENV["AUTH_PASSWORD"]}
    if mode == "tls":
        options |= {"keys": ENV["TLS_KEYS"]}
    java("connect", **options)
    python("connect", **options)
    key_value(java, python)
    if mode != "kv":
        select_one(java)
    MODES[mode](java, python)


def private(java):
    """A cluster for one test: one of its nodes killed, one stopped, both back."""
    begin = time.monotonic()
    _, _, url, folder = script("private", f"with={os.getpid()}").split()
    print(f"private cluster: {time.monotonic() - begin:.1f} s")
    java("connect", addresses=addresses(url))
    java("create", cache="kept", backups=1)
    java("put_all", cache="kept", entries=[[long(key), long(key)] for key in range(3000)])
    java("kill", node="node1")
    same(java("size", cache="kept"), 3000, "entries after a kill")
    begin = time.monotonic()
    script("node", "start", folder, 1)
    print(f"a killed node back: {time.monotonic() - begin:.1f} s")
    script("node", "stop", folder, 2)
    script("node", "start", folder, 2)
    script("node", "kill", folder, 0)
    script("node", "start", folder, 0)
    # Every connection it had was to a node that is gone; a task is not tried again.
    java("connect", addresses=addresses(url))
    same(len(java("nodes")), 3, "nodes at the end")
    same(script("node", "pid", folder, 0).strip().isdigit(), True, "pid")
    begin = time.monotonic()
    script("end", folder)
    print(f"private cluster ended: {time.monotonic() - begin:.1f} s")
    same(os.path.exists(folder), False, "the folder is gone")


def memory():
    resident = []
    for pid in pathlib.Path(os.environ["QUERENT_SERVERS_STATE"]).glob("*/*/pid"):
        status = pathlib.Path("/proc", pid.read_text().split()[0], "status").read_text()
        resident.append(int(status.split("VmRSS:")[1].split()[0]) // 1024)
    return f"{len(resident)} nodes, {min(resident)} to {max(resident)} MB each, {sum(resident)} MB together"


def main():
    begin = time.monotonic()
    script("start")
    print(f"all modes started: {time.monotonic() - begin:.1f} s; {memory()}")
    begin = time.monotonic()
    same(len(script("start").splitlines()), len(MODES), "ready lines of a second start")
    print(f"started again: {time.monotonic() - begin:.1f} s")
    for line in script("env").splitlines():
        name, value = line.removeprefix("QUERENT_TEST_IGNITE_").split("=", 1)
        ENV[name] = value
    java, python = Oracle("java"), Oracle("python")
    for mode in MODES:
        ADDRESSES[mode] = addresses(ENV[f"{mode.upper()}_URL"])
        begin = time.monotonic()
        check(mode, java, python)
        print(f"{mode}: {time.monotonic() - begin:.1f} s")
    private(java)
    java.close()
    python.close()
    print(memory())
    begin = time.monotonic()
    script("stop")
    print(f"stopped: {time.monotonic() - begin:.1f} s")
    same(script("env"), "", "env after stop")
    print("smoke: ok")


with tempfile.TemporaryDirectory() as state:
    os.environ["QUERENT_SERVERS_STATE"] = state
    try:
        main()
    finally:
        subprocess.run([SCRIPT, "stop"], capture_output=True)
