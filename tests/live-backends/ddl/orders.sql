-- The tables of the tests on Ignite's H2 engine; live/ignite.rs makes them from this very file.
CREATE TABLE IF NOT EXISTS customers (
    id    INT NOT NULL PRIMARY KEY,
    name  VARCHAR(40) NOT NULL,
    city  VARCHAR
) WITH "template=replicated,cache_name=customers,key_type=CustomerKey,value_type=Customer";

CREATE TABLE IF NOT EXISTS orders (
    customer_id INT NOT NULL,
    id          BIGINT NOT NULL,
    placed      DATE,
    amount      DECIMAL(18, 2) NOT NULL,
    weight      DOUBLE,
    token       UUID,
    paid        BOOLEAN,
    noted       TIMESTAMP,
    note        VARCHAR,
    PRIMARY KEY (customer_id, id)
) WITH "template=partitioned,backups=1,affinity_key=customer_id,cache_name=orders,key_type=OrderKey,value_type=Order";
