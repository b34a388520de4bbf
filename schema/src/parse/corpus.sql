SELECT a, b AS c, (d) e FROM t WHERE ( a + b ) * -c > 3 AND NOT d OR e IS NOT NULL;
SELECT CASE WHEN a = 1 THEN 'x' ELSE (b || 'y') END, CASE a WHEN 1 THEN 2 END FROM t;
SELECT CAST(a AS DECIMAL(10, 2)), TRY_CAST(b AS INT), c::timestamp with time zone, d::int[] FROM t;
SELECT EXTRACT(YEAR FROM ts), EXTRACT(DAY FROM (ts)), date_part('hour', ts) FROM t;
SELECT count(*), count(DISTINCT a), sum(a) FILTER (WHERE b > 0) OVER (PARTITION BY c, d ORDER BY e DESC NULLS LAST ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t;
SELECT x FROM t WHERE a IN (1, :p, 3) AND b NOT IN (SELECT c FROM u WHERE u.id = t.id) AND EXISTS (SELECT 1 FROM v) AND NOT EXISTS (SELECT 2);
SELECT a BETWEEN 1 AND 2 + 3, a NOT LIKE 'x%' ESCAPE '\', b ILIKE $name, c SIMILAR TO 'a|b' FROM t;
SELECT s.a[1], arr[1:2], arr[1:], (s).f, f(x)[2], {'a': 1, 'b': {'c': 2}}, MAP {'k': 1}, [1, 2], ARRAY['a'] FROM t;
SELECT * FROM a JOIN b ON a.id = b.id LEFT JOIN c USING (id, x) CROSS JOIN d NATURAL JOIN e;
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 10) SELECT n FROM r ORDER BY n LIMIT 5 OFFSET :o
