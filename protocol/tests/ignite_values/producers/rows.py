"""Writes rows.txt: rows as a node sends them. Needs a node with both SQL engines, Calcite the default; python rows.py PORT > rows.txt"""
import socket, struct, sys

s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))


def string(text):
    return b"\x65" if text is None else b"\x09" + struct.pack("<i", len(text.encode())) + text.encode()


def read(n):
    data = b""
    while len(data) < n:
        part = s.recv(n - len(data))
        assert part, "closed"
        data += part
    return data


def call(body):
    s.sendall(struct.pack("<i", len(body)) + body)
    return read(struct.unpack("<i", read(4))[0])


assert call(struct.pack("<bhhhb", 1, 1, 6, 0, 2))[0] == 1


def sql(text):
    body = struct.pack("<hq", 2004, 1) + struct.pack("<ib", 0, 0) + string("PUBLIC") + struct.pack("<ii", 100, -1) + string(text)
    body += struct.pack("<ib", 0, 0) + bytes(6) + struct.pack("<qb", 0, 0)
    answer = call(body)
    flags = struct.unpack_from("<h", answer, 8)[0]
    at = 10 + (12 if flags & 2 else 0)
    if flags & 1:
        raise SystemExit(text + ": " + repr(answer[at:]))
    columns, rows = struct.unpack_from("<ii", answer, at + 8)
    return columns, rows, answer[at + 16:-1]


print("# rows of one node: name, number of objects, their bytes one after the other")
print("# producer: rows.py with nodes of Ignite 2.17.0, server zone UTC")
sql("DROP TABLE IF EXISTS all_types")
sql("CREATE TABLE all_types(id INT PRIMARY KEY, b BOOLEAN, t TINYINT, s SMALLINT, l BIGINT, r REAL, d DOUBLE, de DECIMAL(20,4), c CHAR(3), v VARCHAR, dt DATE, tm TIME, ts TIMESTAMP, bi VARBINARY, u UUID) WITH \"value_type=AllTypes\"")
sql("INSERT INTO all_types VALUES (1, TRUE, -1, -2, 5000000000, 1.5, 2.5, -1.5, 'abc', 'é😀', DATE '2024-01-15', TIME '17:00:00', TIMESTAMP '2024-01-15 17:00:00.123456', x'01ff', CAST('67e55044-10b1-426f-9247-bb680e5fe0c8' AS UUID))")
sql("INSERT INTO all_types(id) VALUES (2)")
cases = [("all", "SELECT {} * FROM all_types WHERE id = 1"), ("nulls", "SELECT {} * FROM all_types WHERE id = 2"), ("value", "SELECT {} _VAL, dt FROM all_types WHERE id = 1"), ("mixed-union", "SELECT {} id FROM all_types UNION ALL SELECT l FROM all_types")]
for engine in ["h2", "calcite"]:
    for name, text in cases:
        columns, rows, data = sql(text.format("/*+ QUERY_ENGINE('%s') */" % engine))
        print("%s:%s %d %s" % (engine, name, columns * rows, data.hex()))
for name, text in [("intervals", "SELECT INTERVAL '1-2' YEAR TO MONTH, INTERVAL -'3 04:05:06.789' DAY TO SECOND"), ("array", "SELECT ARRAY[1, NULL, 3], MAP['k', 1], ROW(1, 'a')"), ("decimal", "SELECT CAST(0 AS DECIMAL(10, 2)), 1.50, CAST(1e30 AS DECIMAL(38, 0))")]:
    columns, rows, data = sql(text)
    print("calcite:%s %d %s" % (name, columns * rows, data.hex()))
