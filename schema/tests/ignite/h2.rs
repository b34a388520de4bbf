//! Rules of the H2 engine beyond the recorded statements, over the recording's own tables.
//!
//! Each line is what 2.17.0 or H2 1.4.197 does with statements of other forms: types that values have on the wire,
//! conversions, refusals.

use querent_schema::catalog::Catalog;
use querent_schema::check;
use querent_schema::diagnostic::Severity;

use crate::Engine;
use crate::case::Recording;
use crate::judge::catalog;

fn tables() -> Catalog {
    catalog(Engine::H2, &Recording::read("h2").ddl.join(";\n"))
}

/// `type[!], …; type of a parameter, …`, or the first error.
fn answer(catalog: &Catalog, sql: &str) -> String {
    let checked = check(sql, catalog);
    let unknown = ["unknown-result", "parameter-unknown"];
    let error = checked
        .diagnostics
        .iter()
        .find(|found| found.severity == Severity::Error && !unknown.contains(&found.code.as_str()));
    if let Some(error) = error {
        return format!("[{}]", error.code.as_str());
    }
    let plan = checked.plan.expect("a plan");
    let shown = |ty: &Option<querent_types::SqlType>| ty.as_ref().map_or("?".to_owned(), ToString::to_string);
    let null = |nullable: bool| if nullable { "" } else { "!" };
    let columns: Vec<String> =
        plan.columns.iter().map(|column| format!("{}{}", shown(&column.ty), null(column.nullable))).collect();
    let params: Vec<String> = plan.params.iter().map(|param| shown(&param.ty)).collect();
    match params[..] {
        [] => columns.join(", "),
        _ => format!("{}; {}", columns.join(", "), params.join(", ")),
    }
}

#[track_caller]
fn all(cases: &[(&str, &str)]) {
    let catalog = tables();
    let wrong: Vec<String> = cases
        .iter()
        .map(|(sql, expected)| (sql, expected, answer(&catalog, sql)))
        .filter(|(_, expected, is)| is != **expected)
        .map(|(sql, expected, is)| format!("{sql}\n    expected {expected}\n    is       {is}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn arithmetic() {
    all(&[
        (
            "SELECT id+big, salary*2, big/2, rl+1, bonus-id FROM emp",
            "Int64, BigDecimal, Int64, Float32, Float64",
        ),
        ("SELECT hired+1, hired-1, ts+1, hired-hired FROM emp", "Date32, Date32, Timestamp(ns), Int64"),
        (
            "SELECT hired+1.5, tm+tm, ts-tm, tm*2 FROM emp",
            "Timestamp(ns), Time32(ms), Timestamp(ns), Time32(ms)",
        ),
        ("SELECT MOD(id,2), -big, +id FROM emp", "Int64!, Int64, Int32!"),
        ("SELECT hired+big FROM emp", "[type-mismatch]"),
        ("SELECT active+active FROM emp", "[type-mismatch]"),
        ("SELECT active+1 FROM emp", "Int32"),
        ("SELECT name||id FROM emp", "Utf8!"),
        ("SELECT name+1 FROM emp", "[type-mismatch]"),
        ("SELECT '1'+1 FROM dept", "Int32!"),
        ("SELECT id/0 FROM emp", "[type-mismatch]"),
    ]);
}

#[test]
fn values_have_other_types_than_are_described() {
    all(&[
        (
            "SELECT ROUND(id), FLOOR(salary), TRUNCATE(big,1), TRUNC(ts) FROM emp",
            "Float64!, Float64, Float64, Timestamp(ns)",
        ),
        (
            "SELECT ROUND(id)+1, COALESCE(ROUND(id),1), MAX(ROUND(id)) FROM dept GROUP BY ROUND(id)+1, id",
            "Int32!, Int32!, Float64!",
        ),
        ("SELECT MAX(ROUND(id)) FROM emp", "Int32"),
        ("SELECT x.r FROM (SELECT ROUND(id) AS r FROM emp) x", "Float64!"),
        (
            "SELECT ABS(ROUND(id)), NULLIF(id,big), CHAR_LENGTH(name), ORA_HASH(name) FROM emp",
            "Float64!, Int32, Int64!, Int64!",
        ),
        (
            "SELECT DATEADD('DAY',1,hired), DATEADD(HOUR,1,hired), TIMESTAMPADD(MONTH,1,ts) FROM emp",
            "Date32, Timestamp(ns), Timestamp(ns)",
        ),
        ("SELECT ADD_MONTHS(hired,1), ADD_MONTHS(ts,1) FROM emp", "Date32, Timestamp(ns)"),
        ("SELECT CONCAT(name,note), CONCAT(id,name), CONCAT(dept_id,salary) FROM emp", "Utf8!, Utf8!, ?"),
        ("SELECT EXTRACT(EPOCH FROM ts), EXTRACT(DOW FROM hired) FROM emp", "BigDecimal, Int32"),
    ]);
}

#[test]
fn unions_convert_nothing() {
    all(&[
        ("SELECT ti FROM emp UNION SELECT salary FROM emp", "?"),
        ("SELECT id FROM emp UNION ALL SELECT name FROM emp", "?!"),
        ("SELECT id FROM emp UNION SELECT NULL FROM dept", "Int32"),
        ("SELECT ROUND(id) FROM emp UNION SELECT bonus FROM emp", "Float64"),
        ("SELECT id, name FROM emp UNION SELECT id FROM dept", "[column-count]"),
    ]);
}

#[test]
fn constants_are_sent_as_literals() {
    all(&[
        (
            "SELECT PI(), SQRT(4), CAST(1 AS BIGINT), CAST(5000000000 AS BIGINT) FROM emp",
            "BigDecimal!, BigDecimal!, Int32!, Int64!",
        ),
        ("SELECT PI(), SQRT(4), CAST(1 AS BIGINT) FROM dept", "Float64!, Float64!, Int64!"),
        ("SELECT PI(), CAST(1 AS TINYINT)", "Float64!, Int8!"),
        ("SELECT LENGTH('abc'), 1.0*2, 1e0, 1e0+id FROM emp", "Int32!, BigDecimal!, Int32!, Int32!"),
        (
            "SELECT ROUND(1.5), CEIL(2), MOD(7,2), BITAND(6,3), CHAR_LENGTH('x') FROM emp",
            "BigDecimal!, BigDecimal!, Int32!, Int32!, Int32!",
        ),
        ("SELECT COALESCE(1,2.5), COALESCE(id,2.5) FROM emp", "?!, BigDecimal!"),
        ("SELECT id + CAST(1 AS BIGINT) FROM emp", "Int32!"),
        ("SELECT CAST('00000000-0000-0000-0000-000000000001' AS UUID) FROM emp", "Utf8!"),
        ("SELECT RAND(), RANDOM_UUID() FROM emp", "Float64!, Uuid!"),
    ]);
}

#[test]
fn aggregates() {
    all(&[
        ("SELECT SUM(ti), SUM(big), SUM(rl), SUM(active) FROM emp", "Int64, BigDecimal, Float64, Int64"),
        ("SELECT AVG(ti), AVG(id), AVG(rl), AVG(salary) FROM emp", "Int8, Int32, Float32, BigDecimal"),
        (
            "SELECT COUNT(*), COUNT(DISTINCT name), MIN(hired), MAX(u) FROM emp",
            "Int64!, Int64!, Date32, Uuid",
        ),
        ("SELECT SUM(name) FROM emp", "[type-mismatch]"),
        ("SELECT AVG(hired) FROM emp", "[type-mismatch]"),
        ("SELECT STDDEV(id) FROM emp", "[unknown-function]"),
        ("SELECT COUNT(*)+1 FROM emp", "Int64!"),
        ("SELECT dept_id+COUNT(*) FROM emp GROUP BY dept_id", "[unsupported]"),
        ("SELECT boss+COUNT(*) FROM dept GROUP BY boss", "Int64"),
        ("SELECT a FROM ev GROUP BY a HAVING a<5", "Int32!"),
        ("SELECT a FROM ev GROUP BY a HAVING SUM(qty)>1 AND a<5", "[unsupported]"),
        ("SELECT GROUP_CONCAT(name ORDER BY name SEPARATOR ';') FROM emp", "[unsupported]"),
        ("SELECT GROUP_CONCAT(title ORDER BY title SEPARATOR ';') FROM dept", "Utf8"),
        ("SELECT dept_id AS d, COUNT(*) FROM emp GROUP BY d", "Int32, Int64!"),
        ("SELECT dept_id, COUNT(*) FROM emp GROUP BY 1", "[ungrouped-column]"),
        ("SELECT id, name FROM emp GROUP BY id", "[ungrouped-column]"),
    ]);
}

#[test]
fn joins() {
    all(&[
        ("SELECT e.id, d.title FROM emp e LEFT JOIN dept d ON e.dept_id=d.id", "Int32!, Utf8"),
        ("SELECT d.title FROM dept d LEFT JOIN emp e ON e.dept_id=d.id", "[unsupported]"),
        ("SELECT d.title FROM emp e RIGHT JOIN dept d ON e.dept_id=d.id", "[unsupported]"),
        ("SELECT x.qty, e.name FROM ev x RIGHT JOIN emp e ON x.a=e.id", "Int32, Utf8!"),
        ("SELECT e.id FROM emp e FULL JOIN dept d ON e.id=d.id", "[unsupported]"),
        (
            "SELECT * FROM dept JOIN tgt USING(id)",
            "Int32!, Utf8!, BigDecimal, Int32, Utf8, Int64, BigDecimal",
        ),
        ("SELECT a.id, b.id FROM emp a JOIN emp b ON a.id=b.dept_id", "Int32!, Int32!"),
        ("SELECT id FROM emp a JOIN emp b ON a.id=b.id", "[ambiguous-column]"),
        ("SELECT id FROM dept NATURAL JOIN tgt", "[ambiguous-column]"),
        // The right side stands first, and only its columns are there in every row.
        (
            "SELECT * FROM ev RIGHT JOIN tgt ON ev.a=tgt.id",
            "Int32!, Utf8, Int64, BigDecimal, Int32, Utf8, BigDecimal, Int32, Timestamp(ns)",
        ),
        // A call of constants may be computed on the side that has no row.
        (
            "SELECT HEXTORAW('0041'), 1 FROM ev LEFT JOIN (SELECT MAX(id) AS m FROM emp) q ON ev.a=q.m",
            "Utf8, Int32!",
        ),
        // What any text is like is whether it is there.
        ("SELECT note FROM emp WHERE 7 <> (note LIKE '%')", "Utf8"),
        ("SELECT note FROM emp WHERE 7 <> (note LIKE 'a%')", "Utf8!"),
    ]);
}

#[test]
fn refusals() {
    let refused: Vec<(&str, &str)> = [
        "SELECT SUM(id) OVER (ORDER BY id) FROM emp",
        "WITH t(a) AS (SELECT id FROM emp) SELECT a FROM t",
        "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n+1 FROM t WHERE n<3) SELECT n FROM t",
        "SELECT id FROM emp WHERE name LIKE 'a!%' ESCAPE '!'",
        "SELECT id FROM emp WHERE name SIMILAR TO 'a%'",
        "SELECT id FROM emp WHERE id > ANY(SELECT id FROM dept)",
        "SELECT DISTINCT ON (id) id FROM emp",
        "SELECT COUNT(*) FROM emp GROUP BY ROLLUP(dept_id)",
        "SELECT id FROM emp FOR UPDATE",
        "UPDATE tgt SET v=1 FROM dept WHERE tgt.id=dept.id",
        "DELETE FROM tgt USING dept WHERE tgt.id=dept.id",
        "SELECT ev.a FROM dept NATURAL LEFT JOIN ev",
        "SELECT a.id FROM emp a JOIN emp b ON a.id=b.id RIGHT JOIN emp c ON a.id=c.id",
        "SELECT a.id FROM emp a LEFT JOIN (emp b JOIN emp c ON b.id=c.id) ON a.id=b.id",
        "MERGE INTO tgt VALUES (1, 'a', 1, 1)",
        "MERGE INTO tgt t USING dept s ON t.id=s.id WHEN MATCHED THEN UPDATE SET v=1",
        "EXPLAIN DELETE FROM tgt",
        "BEGIN",
        "COMMIT",
        "TRUNCATE TABLE tgt",
        "CREATE SCHEMA s",
    ]
    .into_iter()
    .map(|sql| (sql, "[unsupported]"))
    .collect();
    all(&refused);
    all(&[
        ("SELECT JSON_VALUE(note, '$.a') FROM emp", "[unknown-function]"),
        ("SELECT id FROM emp WHERE (id,dept_id) IN (SELECT id,boss FROM dept)", "[subquery-columns]"),
        ("INSERT INTO tgt(id,name) VALUES(1,DEFAULT)", "[unknown-column]"),
        ("UPDATE tgt SET id=5 WHERE id=1", "[invalid-target]"),
        ("INSERT INTO tgt(name) VALUES('x')", "[not-null]"),
        ("SELECT id FROM emp WHERE ts='bad'", "[invalid-literal]"),
        ("SELECT CAST(hired AS INT) FROM emp", "[invalid-cast]"),
    ]);
}

#[test]
fn hints_name_the_engine() {
    all(&[
        ("SELECT /*+ QUERY_ENGINE('h2') */ ROUND(id) FROM emp", "Float64!"),
        ("SELECT /*+ QUERY_ENGINE('calcite') */ ROUND(id) FROM emp", "Int32!"),
        ("SELECT /*+ NO_INDEX */ ROUND(id) FROM emp", "Float64!"),
        ("SELECT /*+ QUERY_ENGINE('calcite') */ id FROM emp MINUS SELECT id FROM dept", "[unsupported]"),
        ("SELECT /*+ query_engine('CALCITE') */ e.id FROM emp e FULL JOIN dept d ON e.id=d.id", "Int32"),
        ("SELECT /*+ QUERY_ENGINE('mars') */ id FROM emp", "[unsupported]"),
    ]);
}

#[test]
fn allowances() {
    all(&[
        ("SELECT TOP 3 id FROM emp", "Int32!"),
        ("SELECT id FROM emp MINUS SELECT id FROM dept", "Int32!"),
        ("SELECT 1 FROM DUAL", "Int32!"),
        ("SELECT id FROM emp WHERE name REGEXP ?", "Int32!; Utf8"),
        ("UPDATE tgt SET v=v+? WHERE id=? LIMIT ?", "; Int64, Int32, Int64"),
        ("DELETE FROM tgt LIMIT 1", ""),
        ("MERGE INTO tgt(id,name) KEY(id) VALUES(?,?)", "; Int32, Utf8"),
        ("MERGE INTO tgt(id,name) SELECT id, title FROM dept WHERE budget>?", "; BigDecimal"),
        ("SELECT id FROM emp WHERE id=?1 OR dept_id=?1", "Int32!; Int32"),
        ("SELECT id FROM emp WHERE (id,dept_id) IN ((1,1),(2,?))", "Int32!; ?"),
        ("SELECT x, y FROM TABLE(x INT=(1,2), y VARCHAR=?) t", "Int32, Utf8; List(Utf8)"),
        ("SELECT X FROM SYSTEM_RANGE(1,?)", "Int64!; Int64"),
        ("SELECT _KEY, _VAL FROM tgt", "Int32!, ?"),
        ("SELECT USER(), CURRENT_USER, SYSDATE, QUERY_ENGINE()", "Utf8!, Utf8!, Timestamp(ns)!, Utf8!"),
        ("SELECT SCHEMA_NAME, PREDEFINED FROM SYS.SCHEMAS", "Utf8, Boolean!"),
        ("SELECT CACHE_NAME, CACHE_MODE, NODE_FILTER FROM SYS.CACHES", "Utf8, Utf8, Utf8"),
        ("SELECT c.TYPE FROM SYS.TABLE_COLUMNS c WHERE c.TABLE_NAME=?", "Utf8; Utf8"),
        ("SELECT NAME FROM SYS.CACHES", "[unknown-column]"),
        ("SELECT anything FROM SYS.OF_A_LATER_VERSION", "?"),
        ("EXPLAIN SELECT * FROM emp", "Utf8!"),
        ("CREATE INDEX zi ON emp(name)", ""),
        ("SELECT id FROM emp WHERE id ORDER BY id LIMIT -1", "Int32!"),
    ]);
}
