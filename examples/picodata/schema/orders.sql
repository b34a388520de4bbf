CREATE TABLE orders (
    tenant INTEGER NOT NULL,
    code TEXT NOT NULL,
    amount DECIMAL,
    PRIMARY KEY (tenant, code)
) USING memtx DISTRIBUTED BY (tenant, code) OPTION (TIMEOUT = 10.0);
