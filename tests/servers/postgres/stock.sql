-- The table that point selects run against: the column types that PostgreSQL and Picodata share, NULLs in each that may
-- be NULL, and values at the ends of their ranges. 1,000 rows, the same on every start.
CREATE TABLE stock (
    id       bigint PRIMARY KEY,
    name     text NOT NULL,
    category text,
    qty      integer,
    price    numeric(18, 2),
    weight   double precision,
    active   boolean NOT NULL,
    sku      uuid,
    added    timestamptz,
    notes    json
);

INSERT INTO stock VALUES
    (1, 'anvil', 'tools', 7, 120.50, 61.5, true, '6ba7b810-9dad-11d1-80b4-00c04fd430c8', '2024-02-29 12:34:56.789012+00', '{"colour": "grey", "tags": ["heavy", null]}'),
    (2, 'rope', NULL, NULL, NULL, NULL, false, NULL, NULL, NULL),
    (3, 'été 你好 😀 ''q'' "d" \', '', -2147483648, -9999999999999999.99, '-1.7976931348623157E308', true, '00000000-0000-0000-0000-000000000000', '0001-01-01 00:00:00+00', '[]'),
    (4, E'line\nbreak\ttab', 'null', 2147483647, 9999999999999999.99, '1.7976931348623157E308', false, 'ffffffff-ffff-ffff-ffff-ffffffffffff', '9999-12-31 23:59:59.999999+00', '"text"'),
    (5, '', 'odd', 0, 0.00, 'NaN', true, NULL, '1969-12-31 23:59:59.999999+00', 'null'),
    (-9223372036854775808, 'least', 'edge', 1, 0.01, '4.9E-324', true, NULL, '1970-01-01 00:00:00+00', NULL),
    (9223372036854775807, 'greatest', 'edge', 1, -0.01, 'Infinity', true, NULL, '2038-01-19 03:14:08+00', NULL);

-- 993 everyday rows: every fifth has no category, every seventh no quantity, every eleventh no price.
INSERT INTO stock (id, name, category, qty, price, weight, active, added)
SELECT i, 'item ' || i,
       CASE WHEN i % 5 <> 0 THEN (ARRAY['tools', 'garden', 'kitchen', 'office'])[i % 4 + 1] END,
       CASE WHEN i % 7 <> 0 THEN i % 100 END,
       CASE WHEN i % 11 <> 0 THEN round(i * 1.37, 2) END,
       i / 8.0, i % 3 <> 0, timestamptz '2024-01-01 00:00:00+00' + i * interval '1 hour'
FROM generate_series(6, 998) AS i;

GRANT ALL ON stock TO querent, querent_md5;
ALTER TABLE stock OWNER TO querent;
