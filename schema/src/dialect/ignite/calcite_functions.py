#!/usr/bin/env python3
"""Derives calcite/functions.tsv from the probed reference of Ignite 2.17.0's Calcite engine.

The reference (schema/tests/ignite/data/ignite-2.17-functions-calcite.tsv) holds every function and aggregate of the
engine's own operator tables, described with tuples of 13 kinds of arguments and run once. Here each name becomes one line
of the checker's function data:

- sets of accepted kinds become classes of types; a set that holds every plain kind is text that anything is written as;
- groups whose result follows the first argument become `$0`;
- kinds that are described and then fail when they run (UUID as a number) are left out;
- groups of which only some combinations are accepted ([n of m]) follow a rule that Calcite names, in RULES below.

Run from anywhere; it fails when a name of the reference has no line, or a line no name.
"""
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
REFERENCE = HERE.parents[2] / "tests/ignite/data/ignite-2.17-functions-calcite.tsv"
TARGET = HERE / "calcite/functions.tsv"

TYPES = {
    "int": "Int32", "long": "Int64", "decimal": "BigDecimal", "double": "Float64", "string": "Utf8", "date": "Date32",
    "time": "Time32(ms)", "timestamp": "Timestamp(ns)", "bool": "Boolean", "uuid": "Uuid",
}
PLAIN = {"INT", "BIGINT", "DECIMAL", "DOUBLE", "VARCHAR", "DATE", "TIME", "TIMESTAMP", "BOOLEAN"}
NUMBERS = {"INT", "BIGINT", "DECIMAL", "DOUBLE"}
CLASSES = {
    frozenset(NUMBERS | {"VARCHAR"}): "numeric<-string=BigDecimal",
    frozenset({"INT", "BIGINT", "VARCHAR"}): "integer<-string=Int64",
    frozenset({"INT", "VARCHAR"}): "Int32<-integer|string",
    frozenset({"DATE", "TIMESTAMP"}): "date<-timestamp=Date32",
    frozenset({"DATE", "TIME", "TIMESTAMP"}): "timestamp<-date|time",
    frozenset({"VARCHAR", "DATE", "TIMESTAMP"}): "timestamp<-date|string=Timestamp(ns)",
    frozenset({"VARCHAR", "VARBINARY"}): "binary<-string",
    frozenset({"BOOLEAN"}): "Boolean",
    frozenset({"TIMESTAMP"}): "timestamp",
    frozenset({"VARBINARY"}): "binary",
}
# Functions that keep what they are given, where others that take every kind write it as text.
ANY_TAKERS = {"TYPEOF", "ARRAY_AGG", "COUNT", "JSON_ARRAY"}
# What follows the values or the kinds in a way that sets do not say: the signature, the result, and Calcite's name of it.
LEAST = ("rule(least, 1+)", "rule(least)")  # LEAST_RESTRICTIVE over SAME_VARIADIC
CASE = ("rule(case, 1+)", "rule(case)")  # CASE: LEAST_RESTRICTIVE, else the wider type
BITS = ("coercible(integer<-string=Int64, integer<-string=Int64)", "rule(least)")
ROUND = ("coercible(numeric<-string=BigDecimal); coercible(numeric<-string=BigDecimal, Int32<-string)", "$0")
JSON_TEXT = "coercible(string); coercible(string, string)"
RULES = {
    "COALESCE": CASE,
    "NVL": ("rule(case, 2)", "rule(case)"),
    "GREATEST": LEAST, "LEAST": LEAST,
    "$GREATEST2": ("rule(least, 2)", "rule(least)"), "$LEAST2": ("rule(least, 2)", "rule(least)"),
    "$NULL_BOUND": ("nullary()", "rule(unknown)"),
    "NULLIF": ("rule(nullif, 2)", "$0"),
    "DECODE": ("rule(decode, 3+)", "rule(decode)"),
    "MOD": ("rule(mod, 2)", "rule(mod)"),
    "BITAND": BITS, "BITOR": BITS, "BITXOR": BITS,
    "CONCAT": ("rule(concat, 1+)", "rule(concat)"),
    "SUBSTRING": (
        "coercible(binary, numeric<-string=Int32); coercible(Utf8<-any, numeric<-string=Int32);"
        " coercible(binary, numeric<-string=Int32, numeric<-string=Int32);"
        " coercible(Utf8<-any, numeric<-string=Int32, numeric<-string=Int32)",
        "Binary -> Binary; Utf8",
    ),
    "CARDINALITY": ("array(array); map()", "Int32"),
    "ARRAY_CONCAT_AGG": ("array(array)", "$0"),
    "ROW": ("rule(row, 1+)", "rule(row)"),
    "DATE": (
        "coercible(date<-timestamp|string=Date32); coercible(timestamp<-string=Timestamp(ns), Utf8<-any);"
        " coercible(integer<-string=Int64, integer<-string=Int64, integer<-string=Int64)", "Date32",
    ),
    "TIME": (
        "coercible(timestamp); coercible(timestamp<-date|string=Timestamp(ns), Utf8<-any);"
        " coercible(integer<-string=Int64, integer<-string=Int64, integer<-string=Int64)", "Time32(ms)",
    ),
    "DATETIME": (
        "coercible(timestamp<-date|string=Timestamp(ns)); coercible(timestamp<-date|string=Timestamp(ns), Utf8<-any)",
        "Timestamp(ns)",
    ),
    "TO_CHAR": ("coercible(timestamp<-date|string=Timestamp(ns), Utf8<-any)", "Utf8"),
    "FLOOR": ("rule(floor, 1, 2)", "$0"), "CEIL": ("rule(floor, 1, 2)", "$0"),
    "LTRIM": ("coercible(Utf8<-any)", "Utf8"), "RTRIM": ("coercible(Utf8<-any)", "Utf8"),
    # Digits of another type than INTEGER are refused, whatever is rounded.
    "ROUND": ROUND, "TRUNCATE": ROUND,
    "SUM": ("coercible(numeric<-string=BigDecimal)",
            "Int8 -> Int64; Int16 -> Int64; Int32 -> Int64; Float32 -> Float64; Float64 -> Float64; BigDecimal"),
    "RAND_INTEGER": ("coercible(numeric<-string=BigDecimal); "
                     "coercible(numeric<-string=BigDecimal, numeric<-string=BigDecimal)", "Int32"),
    # Described for every kind and run for text alone: their Java methods take a String.
    "JSON_DEPTH": ("coercible(string)", "Int32"), "JSON_PRETTY": ("coercible(string)", "Utf8"),
    "JSON_TYPE": ("coercible(string)", "Utf8"), "JSON_STORAGE_SIZE": ("coercible(string)", "Int32"),
    "JSON_KEYS": (JSON_TEXT, "Utf8"), "JSON_LENGTH": (JSON_TEXT, "Int32"),
    "JSON_EXISTS": ("coercible(string, string)", "Boolean"),
    "JSON_VALUE": ("coercible(string, string)", "Utf8"), "JSON_QUERY": ("coercible(string, string)", "Utf8"),
    "JSON_REMOVE": ("variadic(Utf8)", "Utf8"),
    "JSON_OBJECT": ("nullary(); any(+)", "Utf8"), "JSON_ARRAY": ("nullary(); any(+)", "Utf8"),
}
# Calls with words between their arguments, which the parser lowers to plain ones: from the reference's `syntax` rows.
SYNTAX = {
    "OVERLAY": ("OVERLAY({} PLACING", "coercible(Utf8<-any, Utf8<-any, Int32<-integer);"
                " coercible(Utf8<-any, Utf8<-any, Int32<-integer, Int32<-integer)", "Utf8", "strict"),
    "POSITION": ("POSITION('a' IN", "coercible(Utf8<-any, Utf8<-any)", "Int32", "strict"),
    "TRIM": ("TRIM({})", "coercible(Utf8<-any); coercible(Utf8<-any, Utf8<-any)", "Utf8", "strict"),
    "TRANSLATE": ("TRANSLATE({}", "coercible(Utf8<-any, Utf8<-any, Utf8<-any)", "Utf8", "strict"),
    "TIMESTAMPADD": ("TIMESTAMPADD(DAY", "rule(timestampadd, 3)", "rule(timestampadd)", "strict"),
    "TIMESTAMPDIFF": ("TIMESTAMPDIFF(DAY", "rule(timestampdiff, 3)", "rule(timestampdiff)", "strict"),
    "JSON_QUERY": ("JSON_QUERY({}", "coercible(string, string)", "Utf8", "always"),
}
ALIASES = {"CEIL": "ceiling"}
# A table function: the reference rejects it in a select list, where it is no function.
TABLES = [("SYSTEM_RANGE", "rule(system_range, 2, 3)", "rule(system_range)", "never")]


def split(text):
    """The reference's argument list as sets of kinds."""
    inside = text.split(" [")[0].strip()[1:-1]
    sets = [set(part.strip().split("|")) for part in inside.split(",")] if inside else []
    return [kinds(found, len(sets)) or found for found in sets]


# Three arguments were tried with six kinds, four with three: a set that holds all of those tried is one of all kinds.
TRIED = {3: {"INT", "DECIMAL", "VARCHAR", "DATE", "TIMESTAMP"}, 4: {"INT", "VARCHAR", "TIMESTAMP"}}


def kinds(found, arity=0):
    if found == {"ANY"} or (arity in TRIED and TRIED[arity] <= found):
        return set(PLAIN) | {"VARBINARY"}
    return {kind for kind in found if kind not in ("1", "'DAY'", "UUID")}


def class_of(name, found):
    if found == {"1"}:
        return "integer"
    found = kinds(found)
    if PLAIN <= found:
        return "any" if name in ANY_TAKERS else "Utf8<-any"
    return CLASSES.get(frozenset(found))


def result_of(row):
    result = row["result"].split("(")[0]
    if result != "object":
        return TYPES[result]
    for wire, ty in (("wire=bytes", "Binary"), ("wire=none", "Binary"), ("wire=collection", "List($0)")):
        if wire in row["run"]:
            return ty
    return None


def derive(name, kind, rows):
    """Signature and result of one name."""
    if name in RULES:
        return RULES[name]
    lines = []
    for row in rows:
        sets = split(row["args"])
        if sets == [{"1"}]:
            lines.append(([{"1"}], result_of(row)))  # a precision: a literal
            continue
        if sets and not all(kinds(found) for found in sets):
            continue  # a UUID alone: described, and refused when it runs
        if sets and sets[0] == {"VARBINARY"} and "run error" in row["run"]:
            continue
        lines.append((sets, result_of(row)))
    by_arity = {}
    for sets, result in lines:
        by_arity.setdefault(len(sets), []).append((sets, result))
    signatures, results = [], []
    for arity, group in sorted(by_arity.items()):
        firsts = set().union(*(kinds(sets[0]) for sets, _ in group)) if arity else set()
        own = {"INT": "Int32", "BIGINT": "Int64", "DECIMAL": "BigDecimal", "DOUBLE": "Float64"}
        follows = arity and len(group) > 1 and all(
            result == own.get(kind, result) for sets, result in group for kind in kinds(sets[0]) & own.keys())
        if follows and firsts >= PLAIN:
            signatures.append("any(1)")
            results.append("$0")
        elif follows and class_of(name, firsts) is not None:
            rest = [class_of(name, set().union(*(sets[i] for sets, _ in group))) for i in range(1, arity)]
            rest = ["Int32<-integer|string" if part == "numeric<-string=BigDecimal" else part for part in rest]
            signatures.append(f"coercible({', '.join([class_of(name, firsts), *rest])})")
            results.append("$0")
        else:
            # Bytes before text, for everything can be written as text.
            for sets, result in sorted(group, key=lambda line: line[1] != "Binary"):
                classes = [class_of(name, found) for found in sets]
                assert all(classes), (name, sets)
                signatures.append(f"coercible({', '.join(classes)})" if classes else "nullary()")
                if "any" in classes and set(classes) == {"any"}:
                    signatures[-1] = f"any({arity})"
                results.append(result)
    distinct = list(dict.fromkeys(results))
    if len(distinct) == 1:
        return "; ".join(signatures), distinct[0]
    if set(distinct) == {"Binary", "Utf8"}:
        return "; ".join(signatures), "Binary -> Binary; Utf8"
    raise SystemExit(f"{name}: {signatures} {results}")


def nulls_of(name, kind, rows):
    text, note = rows[0]["nullability"], " ".join(row["note"] for row in rows)
    if kind == "aggregate":
        return "never" if name.startswith("COUNT") else "empty"
    if name in ("COALESCE", "NVL"):
        return "all"  # probed with all arguments nullable and none: one that is NOT NULL is enough
    if any("wire=none" in row["run"] for row in rows):
        return "always"  # a full row gave NULL
    if "NOT NULL even" in text:
        return "strict" if "WRONG" in note else "never"
    return "always" if "nullable even" in text else "strict"


def main():
    table = [line.split("\t") for line in REFERENCE.read_text().splitlines() if not line.startswith("#")]
    header, rows = table[0], [dict(zip(table[0], line + [""] * 7)) for line in table[1:]]
    names, syntax, other = {}, [], 0
    for row in rows:
        if row["kind"] in ("function", "aggregate"):
            names.setdefault((row["name"], row["kind"]), []).append(row)
        elif row["kind"] == "syntax":
            syntax.append(row["name"])
        else:
            other += 1
    out = []
    for (name, kind), group in names.items():
        if name == "COUNT(*)":
            continue
        signature, result = derive(name, kind, group)
        if name == "COUNT":
            signature = "any(1); nullary()"
        label = "scalar" if kind == "function" else "aggregate"
        line = (label, name.lower(), ALIASES.get(name, ""), signature, result, nulls_of(name, kind, group))
        out.append("\t".join(line))
    for name, (row, signature, result, nulls) in SYNTAX.items():
        assert any(found.startswith(row) for found in syntax), name
        out.append("\t".join(("scalar", name.lower(), "", signature, result, nulls)))
    for name, signature, result, nulls in TABLES:
        assert any(row["name"] == name for row in rows), name
        out.append("\t".join(("table", name.lower(), "", signature, result, nulls)))
    head = (
        "# The functions of Ignite 2.17.0's Calcite engine: kind, name, aliases, signature, returns, nulls.\n"
        "# Written by calcite_functions.py from the probed reference; not to be edited.\n"
    )
    TARGET.write_text(head + "\n".join(sorted(out)) + "\n")
    assert not (set(RULES) - {name for name, _ in names} - {"JSON_QUERY"}), "a rule for no name"
    print(f"{len(out)} lines from {len(names)} names, {len(syntax)} forms of syntax, {other} operators and refusals")


if __name__ == "__main__":
    main()
