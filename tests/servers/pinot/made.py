"""Tables like those that Pinot ships and Maven Central has not (their jar is of 0.11.0, which is older), and a hybrid one.

Schemas have the names and types of Pinot's own; the rows are ours, by a rule that a test can repeat.

- `billing`: ten BIG_DECIMAL columns, the k-th with up to k digits behind the point; the last beyond what a double holds.
- `clientSalaryNulls`: column-based NULLs, which every third or fourth row has; its flags are texts, as in Pinot's file.
- `visits`: OFFLINE and REALTIME at once. The offline half has the rows 0 to 3, the other 2 to 7; the broker takes from each
  what is on its side of the time boundary.
"""

MONEY = [
    "overdueBalance", "baseUsage", "alternateUsage", "standingCharge", "baseCharge", "alternateCharge", "levy", "tax",
    "totalNet", "totalToPay",
]  # fmt: skip
TEXTS = [
    "creditHistory", "firstName", "lastName", "city", "maritalStatus", "buildingType", "missedPayment", "billingMonth",
]  # fmt: skip
BILLS = 200
BEYOND_A_DOUBLE = 1234567890123456789012

BILLING = {
    "schemaName": "billing", "primaryKeyColumns": ["customerId"],
    "dimensionFieldSpecs": [{"name": "customerId", "dataType": "INT"}, {"name": "isCarOwner", "dataType": "BOOLEAN"}]
    + [{"name": name, "dataType": "STRING"} for name in TEXTS],
    "metricFieldSpecs": [{"name": name, "dataType": "BIG_DECIMAL"} for name in MONEY],
}  # fmt: skip


def money(row, column):
    units = (row * 7919 + (column + 1) * 104729) % 1_000_003
    whole, part = divmod(units, 10**column)
    is_last = column == len(MONEY) - 1
    whole += BEYOND_A_DOUBLE if is_last else 0
    sign = "-" if (row + column) % 2 and not is_last else ""
    return f"{sign}{whole}.{part:0{column}}" if column else f"{sign}{whole}"


def billing_rows():
    for row in range(BILLS):
        texts = {name: f"{name} {row % 7}" for name in TEXTS}
        amounts = {name: money(row, column) for column, name in enumerate(MONEY)}
        yield {"customerId": row, "isCarOwner": row % 3 == 0, **texts, **amounts}


CLIENTS = {
    "schemaName": "clientSalaryNulls", "enableColumnBasedNullHandling": "true",
    "dimensionFieldSpecs": [
        {"name": "clientId", "dataType": "INT", "singleValueField": True, "notNull": "true"},
        {"name": "city", "dataType": "STRING", "singleValueField": True, "notNull": "true"},
        {"name": "description", "dataType": "STRING", "singleValueField": True, "notNull": "false"},
        {"name": "salary", "dataType": "INT", "singleValueField": True, "notNull": "false"},
    ],
    "dateTimeFieldSpecs": [
        {"name": "DaysSinceEpoch", "dataType": "INT", "format": "1:DAYS:EPOCH", "granularity": "1:DAYS"}
    ],
}  # fmt: skip
CITIES = ["Bern", "Oslo", "Rome"]


def client_rows():
    for row in range(12):
        client = {"clientId": row, "city": CITIES[row % 3], "DaysSinceEpoch": 19_000 + row}
        if row % 4 != 1:
            client["description"] = f"client {row}"
        if row % 3 != 2:
            client["salary"] = 1000 * row
        yield client


VISITS = {
    "schemaName": "visits", "enableColumnBasedNullHandling": True,
    "dimensionFieldSpecs": [
        {"name": "id", "dataType": "INT", "notNull": True}, {"name": "half", "dataType": "STRING", "notNull": True},
        {"name": "note", "dataType": "STRING"},
    ],
    "dateTimeFieldSpecs": [
        {"name": "at", "dataType": "TIMESTAMP", "format": "TIMESTAMP", "granularity": "1:MILLISECONDS", "notNull": True}
    ],
}  # fmt: skip


def visit_rows(half, ids):
    """A day each, from 2024-01-01 on; every other one with a note."""
    for row in ids:
        visit = {"id": row, "half": half, "at": f"2024-01-{row + 1:02} 00:00:00"}
        yield visit | ({"note": f"visit {row}"} if row % 2 else {})


OFFLINE_VISITS = list(visit_rows("offline", range(4)))
REALTIME_VISITS = list(visit_rows("realtime", range(2, 8)))
VISITS_FOUND = 8

# A stream without partitions: the segments of the REALTIME half are uploaded.
STILL_STREAM = {
    "streamType": "still", "stream.still.topic.name": "none",
    "stream.still.consumer.factory.class.name": "StillStream",
    "stream.still.decoder.class.name": "org.apache.pinot.plugin.inputformat.json.JSONMessageDecoder",
}  # fmt: skip
