//! A query that tells its columns and gives no rows, for servers that describe nothing before they run it (Pinot).

use crate::ast::{Query, SetExpr, Span, StatementKind};
use crate::dialect::Dialect;
use crate::parse::Source;

/// Texts that come of one query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithoutRows {
    /// The query with `LIMIT 0` in place of its own limit; with DISTINCT it gives one row.
    pub whole: String,
    /// The same with a WHERE that every row passes, where there is a WHERE: of a filter that leaves nothing to read, a
    /// server may not know the types of expressions (Pinot 1.5.1, single-stage).
    pub unfiltered: Option<String>,
}

/// The texts of a query; `None` for what is none, or cannot be read.
pub fn without_rows(sql: &str, dialect: &'static Dialect) -> Option<WithoutRows> {
    let (source, _) = Source::new(sql, dialect);
    let parsed = source.parse(&|_| true);
    let [statement] = &parsed.statements[..] else { return None };
    let StatementKind::Query(query) = &statement.kind else { return None };
    let select = match &query.body {
        SetExpr::Select(select) => Some(select),
        _ => None,
    };
    // Pinot (1.5.1, single-stage) fails on DISTINCT of no rows.
    let rows = if select.is_some_and(|select| select.distinct.is_some()) { "1" } else { "0" };
    let limit = limit(sql, query, rows)?;
    let filter =
        select.and_then(|select| select.selection.as_ref()).map(|filter| (filter.span, "1 = 1".to_owned()));
    Some(WithoutRows {
        whole: edited(sql, std::slice::from_ref(&limit))?,
        // WHERE stands before LIMIT.
        unfiltered: filter.and_then(|filter| edited(sql, &[filter, limit])),
    })
}

/// What limits a query to so many rows: a place of the text, and what stands there instead.
fn limit(sql: &str, query: &Query, rows: &str) -> Option<(Span, String)> {
    if let Some(limit) = &query.limit {
        return Some((limit.span, rows.to_owned()));
    }
    let Some(offset) = &query.offset else {
        let end = query.span.end as usize;
        return Some((Span::new(end, end), format!(" LIMIT {rows}")));
    };
    let before = sql.get(..offset.span.start as usize)?;
    let word = before.to_ascii_uppercase().rfind("OFFSET")?;
    Some((Span::new(word, word), format!("LIMIT {rows} ")))
}

fn edited(sql: &str, edits: &[(Span, String)]) -> Option<String> {
    let (mut text, mut at) = (String::new(), 0);
    for (span, instead) in edits {
        text.push_str(sql.get(at..span.start as usize)?);
        text.push_str(instead);
        at = span.end as usize;
    }
    text.push_str(sql.get(at..)?);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::by_name;

    #[test]
    fn limits_are_replaced_and_filters_opened() {
        let dialect = by_name("pinot-sse").expect("a dialect");
        for (sql, whole, unfiltered) in [
            ("SELECT a FROM t", "SELECT a FROM t LIMIT 0", None),
            (
                "SET a = 1; SELECT a, sum(b) FROM t WHERE a > 1 AND b = 'x' GROUP BY a ORDER BY a LIMIT 5; -- so",
                "SET a = 1; SELECT a, sum(b) FROM t WHERE a > 1 AND b = 'x' GROUP BY a ORDER BY a LIMIT 0; -- so",
                Some("SET a = 1; SELECT a, sum(b) FROM t WHERE 1 = 1 GROUP BY a ORDER BY a LIMIT 0; -- so"),
            ),
            ("SELECT DISTINCT a FROM t", "SELECT DISTINCT a FROM t LIMIT 1", None),
            ("SELECT a FROM t LIMIT 5, 10", "SELECT a FROM t LIMIT 5, 0", None),
            ("SELECT a FROM t LIMIT 7 OFFSET 3", "SELECT a FROM t LIMIT 0 OFFSET 3", None),
            ("SELECT a FROM t OFFSET 3", "SELECT a FROM t LIMIT 0 OFFSET 3", None),
            ("SELECT a FROM t OPTION(timeoutMs=5)", "SELECT a FROM t LIMIT 0 OPTION(timeoutMs=5)", None),
        ] {
            let made = without_rows(sql, dialect).expect(sql);
            assert_eq!((&*made.whole, made.unfiltered.as_deref()), (whole, unfiltered));
        }
        let multi = by_name("pinot-mse").expect("a dialect");
        let made = without_rows("SELECT a FROM t UNION ALL (SELECT b FROM u LIMIT 3) LIMIT 9", multi)
            .expect("a query");
        assert_eq!(made.whole, "SELECT a FROM t UNION ALL (SELECT b FROM u LIMIT 3) LIMIT 0");
        for other in ["EXPLAIN PLAN FOR SELECT a FROM t", "INSERT INTO t FROM FILE 'x'", "SELEC", ""] {
            assert_eq!(without_rows(other, dialect), None, "{other}");
        }
    }
}
