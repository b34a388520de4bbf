-- The 5 tables of the Star Schema Benchmark. Keys are NOT NULL, all else may be NULL.

CREATE TABLE part (
    p_partkey INT NOT NULL,
    p_name VARCHAR,
    p_mfgr VARCHAR,
    p_category VARCHAR,
    p_brand1 VARCHAR,
    p_color VARCHAR,
    p_type VARCHAR,
    p_size INT,
    p_container VARCHAR
);
CREATE TABLE supplier (
    s_suppkey INT NOT NULL,
    s_name VARCHAR,
    s_address VARCHAR,
    s_city VARCHAR,
    s_nation VARCHAR,
    s_region VARCHAR,
    s_phone VARCHAR
);
CREATE TABLE customer (
    c_custkey INT NOT NULL,
    c_name VARCHAR,
    c_address VARCHAR,
    c_city VARCHAR,
    c_nation VARCHAR,
    c_region VARCHAR,
    c_phone VARCHAR,
    c_mktsegment VARCHAR
);
CREATE TABLE date (
    d_datekey INT NOT NULL,
    d_date VARCHAR,
    d_dayofweek VARCHAR,
    d_month VARCHAR,
    d_year INT,
    d_yearmonthnum INT,
    d_yearmonth VARCHAR,
    d_daynuminweek INT,
    d_daynuminmonth INT,
    d_daynuminyear INT,
    d_monthnuminyear INT,
    d_weeknuminyear INT,
    d_sellingseason VARCHAR,
    d_lastdayinweekfl VARCHAR,
    d_lastdayinmonthfl VARCHAR,
    d_holidayfl VARCHAR,
    d_weekdayfl VARCHAR
);
CREATE TABLE lineorder (
    lo_orderkey INT NOT NULL,
    lo_linenumber INT NOT NULL,
    lo_custkey INT,
    lo_partkey INT,
    lo_suppkey INT,
    lo_orderdate INT,
    lo_orderpriority VARCHAR,
    lo_shippriority VARCHAR,
    lo_quantity INT,
    lo_extendedprice INT,
    lo_ordertotalprice INT,
    lo_discount INT,
    lo_revenue INT,
    lo_supplycost INT,
    lo_tax INT,
    lo_commitdate INT,
    lo_shipmode VARCHAR
);
