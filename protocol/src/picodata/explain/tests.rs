//! Plans of the forms that 25.6 and 26.1 print, of those that later versions print, and of none.

use super::raw::RawExplain;
use super::*;

fn parsed(text: &str) -> Explain {
    Explain::parse(&[text]).expect("a plan")
}

fn operations(node: &Node, out: &mut Vec<String>) {
    out.push(node.operation.clone());
    node.children.iter().for_each(|child| operations(child, out));
}

/// The operations of a tree, the outermost first.
fn chain(node: &Node) -> Vec<String> {
    let mut all = Vec::new();
    operations(node, &mut all);
    all
}

fn origins(text: &str) -> Vec<Option<String>> {
    let shown = |origin: Origin| {
        let mark = if origin.is_inner { "?" } else { "" };
        format!("{}.{}{mark}", origin.table, origin.column)
    };
    parsed(text).origins().into_iter().map(|origin| origin.map(shown)).collect()
}

const TAIL: &str =
    "\nexecution options:\n    sql_vdbe_opcode_max = 45000\n    sql_motion_row_max = 5000\nbuckets = [191]\n";

fn plan(tree: &str) -> String {
    format!("{tree}{TAIL}")
}

const POINT: &str = r#"projection ("w"."id"::int -> "id", "w"."item"::string -> "it", coalesce(("w"."note"::string, 'a, (b'::string))::any -> "col_1")
    selection "w"."id"::int = 1::int
        scan "warehouse" -> "w""#;

#[test]
fn a_point_read_is_a_chain_with_options_and_one_bucket() {
    let plan = parsed(&plan(POINT));
    assert_eq!(chain(&plan.root), ["projection", "selection", "scan"]);
    let options = [("sql_vdbe_opcode_max".to_owned(), 45_000), ("sql_motion_row_max".to_owned(), 5000)];
    assert_eq!(plan.options, options);
    assert_eq!(plan.buckets.single(), Some(191));
    let names: Vec<_> = plan.outputs().into_iter().map(|output| output.name).collect();
    assert_eq!(names, ["id", "it", "col_1"]);
}

#[test]
fn lines_may_come_one_by_one() {
    let text = plan(POINT);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(Explain::parse(&lines), Explain::parse(&[text.as_str()]));
}

#[test]
fn columns_are_followed_to_their_tables() {
    let found = origins(&plan(POINT));
    assert_eq!(found, [Some("warehouse.id".into()), Some("warehouse.item".into()), None]);
    // Through a subquery that renames, and a cast that makes a value of its own.
    let nested = r#"projection ("q"."x"::int -> "x", "q"."y"::int -> "y", "q"."x"::int::string -> "s")
    scan "q"
        projection ("t"."a"::int -> "x", "t"."a"::int + 1::int -> "y")
            scan "t""#;
    assert_eq!(origins(&plan(nested)), [Some("t.a".into()), None, None]);
    // Behind a motion a column has no relation.
    let sorted = r#"limit 3
    projection ("id"::int -> "id", "n"::int -> "n")
        order by ("id"::int)
            motion [policy: full, program: ReshardIfNeeded]
                scan
                    projection ("t"."id"::int -> "id", count(*::int)::int -> "n")
                        scan "t""#;
    assert_eq!(origins(&plan(sorted)), [Some("t.id".into()), None]);
    let united = "union all\n    projection (\"t\".\"a\"::int -> \"a\")\n        scan \"t\"\n    projection (\"u\".\"a\"::int -> \"a\")\n        scan \"u\"";
    assert_eq!(origins(&plan(united)), []);
}

#[test]
fn the_inner_side_of_a_left_join_is_told() {
    let join = r#"projection ("t"."id"::int -> "id", "g"."title"::string -> "title", "t"."id"::int -> "again")
    selection "g"."title"::string = $1
        left join on "t"."name"::string = "g"."code"::string
            scan "probe_t" -> "t"
            motion [policy: full, program: ReshardIfNeeded]
                projection ("g"."code"::string -> "code", "g"."title"::string -> "title")
                    scan "probe_g" -> "g""#;
    let all = [Some("probe_t.id".into()), Some("probe_g.title?".into()), Some("probe_t.id".into())];
    assert_eq!(origins(&plan(join)), all);
    let motion = &parsed(&plan(join)).root.children[0].children[0].children[1];
    assert_eq!(motion.motion, Some(Motion::Full));
    // A name that both sides have is nobody's.
    let twice = r#"projection ("t"."a"::int -> "a")
    join on true::bool
        scan "t"
        scan "u" -> "t""#;
    assert_eq!(origins(&plan(twice)), [None]);
}

#[test]
fn quotes_within_names_and_literals_end_nothing() {
    let odd = "projection (\"a \"\"(b\".\"c,\"\"d\"::int -> \"e) ->\", 'x''y\nz, ('::string -> \"col_1\")\n    scan \"a \"\"(b\"";
    let plan = parsed(&plan(odd));
    let outputs = plan.outputs();
    assert_eq!((outputs[0].name.as_str(), outputs.len()), ("e) ->", 2));
    let origin = plan.origins().remove(0).expect("an origin");
    assert_eq!((origin.table.as_str(), origin.column.as_str()), ("a \"(b", "c,\"d"));
}

#[test]
fn subqueries_stand_beside_the_tree() {
    let text = r#"projection ("t"."id"::int -> "id")
    selection "t"."id"::int in ROW($0)
        scan "t"
subquery $0:
scan
            projection ("u"."id"::int -> "id")
                scan "u""#;
    let plan = parsed(&plan(text));
    assert_eq!(plan.parts.len(), 1);
    let (name, node) = &plan.parts[0];
    assert_eq!(
        (name.as_str(), chain(node)),
        ("subquery $0", vec!["scan".into(), "projection".into(), "scan".into()])
    );
}

#[test]
fn writes_have_motions_and_assignments() {
    let insert = r#"insert "t" on conflict: fail
    motion [policy: segment([ref("COLUMN_1"), ref("COLUMN_2")])]
        values
            value row (data=ROW(1::int, 'a'::string))"#;
    let found = parsed(&plan(insert)).root;
    assert_eq!(chain(&found), ["insert", "motion", "values", "value row"]);
    assert_eq!(found.children[0].motion, Some(Motion::Segment));
    let update = r#"update "t"
"c" = "col_0"
"d e" = "col_1"
    motion [policy: local segment([ref("id")])]
        projection (2::int -> "col_0", 'x'::string -> "col_1", "t"."id"::int -> "col_2")
            scan "t""#;
    let found = parsed(&plan(update)).root;
    assert_eq!(found.assignments, ["\"c\" = \"col_0\"", "\"d e\" = \"col_1\""]);
    assert_eq!((chain(&found).len(), found.children[0].motion), (4, Some(Motion::LocalSegment)));
    let delete = "delete \"t\"\n    motion [policy: local]\n        projection (\"t\".\"id\"::int -> \"pk_col_0\")\n            scan \"t\"";
    assert_eq!(parsed(&plan(delete)).root.children[0].motion, Some(Motion::Local));
}

#[test]
fn later_versions_have_headings_and_fewer_quotes() {
    let text = "# Logical plan\n''\nprojection (t.id::int, t.name::string -> n, count(*)::int -> col_1)\n  left join on (t.id::int = g.id::int)\n    scan t\n    scan g\nsubquery $0:\n  scan\n    values\n      value ROW(1::int)\n''\nexecution options:\n  sql_vdbe_opcode_max = 45000\n''\n# Buckets\n''\nbuckets <= [1410,1934]";
    let plan = parsed(text);
    assert_eq!(chain(&plan.root), ["projection", "left join on", "scan", "scan"]);
    assert_eq!(origins(text), [Some("t.id".into()), Some("t.name".into()), None]);
    assert_eq!((plan.options.len(), plan.parts.len()), (1, 1));
    assert_eq!(plan.buckets, Buckets::AtMost(vec![1410..=1410, 1934..=1934]));
    // Boxed headings, and a projection over several lines (FMT).
    let rule = "─".repeat(40);
    let text = format!(
        "{rule}\n # Logical plan   \n{rule}\n\nprojection (\n  t.a::int -> b,\n  t.c::string\n)\n  scan t\n\n{rule}\n # Buckets\n{rule}\n\nbuckets = any"
    );
    assert_eq!(origins(&text), [Some("t.a".into()), Some("t.c".into())]);
}

#[test]
fn buckets_in_every_form() {
    let read = |said: &str| {
        Explain::parse(&[format!("projection (1::int -> \"col_1\")\nbuckets {said}")]).map(|p| p.buckets)
    };
    assert_eq!(read("= any"), Ok(Buckets::Any));
    assert_eq!(read("= unknown"), Ok(Buckets::Unknown));
    assert_eq!(read("= [1-3000]"), Ok(Buckets::Exact(vec![1..=3000])));
    assert_eq!(read("<= [1-3, 7]"), Ok(Buckets::AtMost(vec![1..=3, 7..=7])));
    assert_eq!(read("= []"), Ok(Buckets::Exact(vec![])));
    assert_eq!(read("= [a]"), Err(PlanError::Buckets));
    assert_eq!(read("= some"), Err(PlanError::Buckets));
    assert_eq!(Buckets::AtMost(vec![7..=7]).single(), None);
    assert_eq!(Buckets::Exact(vec![7..=8]).single(), None);
}

#[test]
fn what_is_no_plan_is_refused() {
    #[track_caller]
    fn refused(text: &str, error: PlanError) {
        assert_eq!(Explain::parse(&[text]), Err(error));
    }
    refused("", PlanError::Empty);
    refused("buckets = any", PlanError::Empty);
    refused("scan \"t\"\nscan \"u\"\nbuckets = any", PlanError::TwoRoots);
    refused("projection (\"a\nbuckets = any", PlanError::Unclosed);
    refused("scan \"t\"\nexecution options:\n    x = y\nbuckets = any", PlanError::Option);
    // PostgreSQL's.
    refused(
        "Index Scan using stock_pkey on stock  (cost=0.28..8.29 rows=1 width=64)\n  Index Cond: (id = 1)",
        PlanError::Buckets,
    );
    let deep: String = (0..600).map(|depth| format!("{}scan \"t\"\n", " ".repeat(depth))).collect();
    refused(&format!("{deep}buckets = any"), PlanError::Unclosed);
}

#[test]
fn raw_plans_have_a_section_a_statement() {
    let text = r#"1. Query (FILTERED STORAGE):
SELECT "t"."id",
"t"."a" FROM "t" WHERE "t"."id" = CAST(1 AS int)
+----------+-------+------+-----------------------------------+
| selectid | order | from | detail                            |
+=============================================================+
| 0        | 0     | 0    | SEARCH TABLE t USING PRIMARY KEY  |
|----------+-------+------+-----------------------------------|
| 0        | 1     | 2    | A DETAIL | WITH A BAR             |
+----------+-------+------+-----------------------------------+

2. Query (ROUTER):
SELECT "COL_0" as "id" FROM ( SELECT "COL_0" FROM "TMP_1_0136" )
+----------+-------+------+-----------------------------------------+
| selectid | order | from | detail                                  |
+===================================================================+
| 0        | 0     | 0    | SCAN TABLE TMP_1_0136 (~1048576 rows)   |
+----------+-------+------+-----------------------------------------+
"#;
    let raw = RawExplain::parse(&[text]).expect("a raw plan");
    let roles: Vec<_> = raw.sections.iter().map(|section| section.role.as_str()).collect();
    assert_eq!(roles, ["FILTERED STORAGE", "ROUTER"]);
    let first = &raw.sections[0];
    assert_eq!(first.sql, r#"SELECT "t"."id", "t"."a" FROM "t" WHERE "t"."id" = CAST(1 AS int)"#);
    assert_eq!(first.rows.len(), 2);
    assert_eq!((first.rows[1].order, first.rows[1].from), (Some(1), Some(2)));
    assert_eq!(first.rows[1].detail, "A DETAIL | WITH A BAR");
}

#[test]
fn raw_plans_of_later_versions_are_boxed() {
    let text = "# Raw plan\n''\n╭───────────────────╮\n│ 1.1. Query (CONST-FILTERED STORAGE, 1/2) │\n╰───────────────────╯\n''\nSELECT\n  \"a\"\nFROM\n  \"t\"\n''\nplan:\n    [1] SCAN TABLE t (~1048576 rows)\n    [0] USE TEMP B-TREE FOR GROUP BY\n''\nbuckets <= [1-3000]\n''\n# Buckets\n''\nbuckets = any";
    let raw = RawExplain::parse(&[text]).expect("a raw plan");
    assert_eq!(raw.sections[0].role, "CONST-FILTERED STORAGE, 1/2");
    assert_eq!(raw.sections[0].sql, "SELECT \"a\" FROM \"t\"");
    assert_eq!(raw.sections[0].rows.len(), 2);
    assert_eq!((raw.sections[0].rows[0].select_id, raw.sections[0].rows[0].order), (1, None));
    assert_eq!(raw.buckets, Some(Buckets::Any));
    let short =
        RawExplain::parse(&["ROUTER:", "SQL: SELECT 1", "| 0 | 0 | 0 | SCAN TABLE t |"]).expect("a raw plan");
    assert_eq!((short.sections[0].role.as_str(), short.sections[0].sql.as_str()), ("ROUTER", "SELECT 1"));
    assert_eq!(short.sections[0].rows.len(), 1);
    assert_eq!(RawExplain::parse(&[""]), Err(PlanError::Empty));
    assert_eq!(RawExplain::parse(&["SELECT 1"]), Err(PlanError::Heading));
    assert_eq!(RawExplain::parse(&["ROUTER:", "SELECT 1", "| a | 0 | 0 | x |"]), Err(PlanError::Row));
}

#[test]
fn texts_that_are_cut_or_odd_are_read_or_refused() {
    let odd = "projection (\"été\".\"ß\"::int -> \"😀 ->\", 'ü''(', ROW($0)::any -> \"col_1\")\n    left join on \"é\" = 'x'\n        scan \"t\" -> \"été\"\n        motion [policy: segment([ref(\"ß\")])]\n            scan\n                projection (a -> é)\n                    scan ü\nsubquery $0:\nscan\nexecution options:\n  é = 1\nbuckets <= [1-2,é]";
    let raw = "1. Query (ROUTER):\nSELECT 'é'\n| 0 | 0 | 0 | é | ü |\n│ 2. Query (É):\nplan:\n[1] é\nbuckets = [1-é]";
    for text in [odd, raw] {
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            if let Ok(plan) = Explain::parse(&[&text[..end]]) {
                assert!(plan.origins().len() <= 3);
            }
            if let Ok(raw) = RawExplain::parse(&[&text[..end]]) {
                assert!(!raw.sections.is_empty());
            }
        }
    }
}
