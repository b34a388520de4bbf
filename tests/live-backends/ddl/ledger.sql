-- The tables of the tests on Ignite's Calcite engine; live/ignite.rs makes them from this very file.
CREATE TABLE IF NOT EXISTS accounts (
    id      INT PRIMARY KEY,
    owner   VARCHAR NOT NULL,
    balance DECIMAL(18, 2) NOT NULL,
    opened  DATE,
    limits  DOUBLE
) WITH "atomicity=transactional,cache_name=accounts,value_type=Account";
