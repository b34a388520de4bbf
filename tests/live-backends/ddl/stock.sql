-- The table of tests/servers/postgres/stock.sql in Picodata's types.
CREATE TABLE stock (
    id       INTEGER NOT NULL,
    name     TEXT NOT NULL,
    category TEXT,
    qty      INTEGER,
    price    DECIMAL(18, 2),
    weight   DOUBLE,
    active   BOOLEAN NOT NULL,
    sku      UUID,
    added    DATETIME,
    notes    JSON,
    PRIMARY KEY (id)
);
