//! What is taken of an answer, and what is not.

use querent_types::{ColumnDescription, SourceDescription, SqlType, TableDescription};

use super::*;

fn catalog(trust: NullabilityTrust) -> Catalog {
    let columns = vec![
        ColumnDescription::new("A", SqlType::Int32, false),
        ColumnDescription::new("N", SqlType::TEXT, true),
    ];
    let source = SourceDescription {
        backend: "ignite".into(),
        dialect: "ignite-h2".into(),
        nullability: trust,
        tables: vec![TableDescription::new(vec!["PUBLIC".into(), "T".into()], columns)],
        ..SourceDescription::default()
    };
    Catalog::from_description(source).expect("a dialect")
}

fn column(name: &str, ty: Option<SqlType>, nullable: Option<bool>) -> AnsweredColumn {
    AnsweredColumn { name: name.into(), ty: AnsweredType { says: ty, or: Vec::new() }, nullable }
}

fn answer(columns: Vec<AnsweredColumn>, parameters: Vec<Option<SqlType>>) -> StatementAnswer {
    let parameters = parameters.into_iter().map(|says| AnsweredType { says, or: Vec::new() }).collect();
    StatementAnswer { columns: Some(columns), parameters: Some(parameters) }
}

fn settled(sql: &str, trust: NullabilityTrust, answer: &StatementAnswer) -> Checked {
    let catalog = catalog(trust);
    let checked = check::check(sql, &catalog);
    assert!(is_open(&checked), "{:?}", checked.diagnostics);
    settle(checked, &catalog, answer)
}

#[test]
fn a_function_of_the_users_has_the_types_that_the_server_said() {
    let said = answer(
        vec![column("A", Some(SqlType::Int32), None), column("X", Some(SqlType::Uuid), Some(false))],
        vec![Some(SqlType::Int64)],
    );
    let sql = "SELECT a, mine(n, :of) AS x FROM t";
    let checked = settled(sql, NullabilityTrust::Trusted, &said);
    assert_eq!(checked.diagnostics, []);
    let plan = checked.plan.expect("a plan");
    let types: Vec<_> = plan.columns.iter().map(|c| (c.ty.clone(), c.nullable)).collect();
    assert_eq!(types, [(Some(SqlType::Int32), false), (Some(SqlType::Uuid), false)]);
    assert_eq!(plan.params[0].ty, Some(SqlType::Int64));
    // A server whose word on NULL is worth nothing.
    let checked = settled(sql, NullabilityTrust::Untrusted, &said);
    assert!(checked.plan.expect("a plan").columns[1].nullable);
}

#[test]
fn what_the_server_does_not_know_stays_unknown() {
    let said = answer(vec![column("X", None, None)], Vec::new());
    let checked = settled("SELECT mine(n) AS x FROM t", NullabilityTrust::Trusted, &said);
    let codes: Vec<Code> = checked.diagnostics.iter().map(|found| found.code).collect();
    assert_eq!(codes, [Code::UnknownResult]);
}

#[test]
fn a_disagreement_says_which_word_is_whose() {
    let said = answer(
        vec![column("A", Some(SqlType::TEXT), None), column("X", Some(SqlType::Uuid), None)],
        Vec::new(),
    );
    let checked = settled("SELECT a, mine(n) AS x FROM t", NullabilityTrust::Trusted, &said);
    let messages: Vec<&str> = checked.diagnostics.iter().map(|found| found.message.as_str()).collect();
    assert_eq!(
        messages,
        ["the checker and the server disagree: column `A`: the checker says Int32, the server Utf8"]
    );
    assert_eq!((checked.diagnostics[0].span.start, checked.diagnostics[0].span.end), (7, 8));
}

#[test]
fn a_parameter_of_two_types_is_of_none() {
    let said =
        answer(vec![column("X", Some(SqlType::Uuid), None)], vec![Some(SqlType::Int32), Some(SqlType::TEXT)]);
    let checked = settled("SELECT mine(:a, :a) AS x FROM t", NullabilityTrust::Trusted, &said);
    let codes: Vec<Code> = checked.diagnostics.iter().map(|found| found.code).collect();
    assert_eq!(codes, [Code::ParameterUnknown]);
}

#[test]
fn other_faults_are_not_open() {
    let catalog = catalog(NullabilityTrust::Trusted);
    for sql in
        ["SELECT nothing, mine(n) FROM t", "SELECT a FROM t", "SELECT a FROM", "SELECT 1; SELECT mine(2)"]
    {
        assert!(!is_open(&check::check(sql, &catalog)), "{sql}");
    }
}

#[test]
fn what_is_kept_is_what_both_agreed_on() {
    let catalog = catalog(NullabilityTrust::Trusted);
    let checked = check::check("SELECT ROUND(a) AS r, mine(n) AS x FROM t WHERE a = :a", &catalog);
    // H2 (2.17.0) describes ROUND of an INT as an INT, and sends a DOUBLE.
    let lapse = AnsweredType { says: Some(SqlType::Int32), or: vec![SqlType::Float64] };
    let mut said = answer(vec![column("R", None, None), column("X", Some(SqlType::Uuid), None)], vec![None]);
    said.columns.as_mut().expect("columns")[0].ty = lapse.clone();
    let types = |kept: &StatementAnswer| -> Vec<Option<SqlType>> {
        kept.columns.iter().flatten().map(|column| column.ty.says.clone()).collect()
    };
    let kept = agreed(&checked, &said);
    assert_eq!(types(&kept), [Some(SqlType::Float64), Some(SqlType::Uuid)]);
    assert_eq!(kept.parameters, Some(vec![AnsweredType::exact(SqlType::Int32)]));
    // The rows of a UNION have the types of their own branches, whatever it is described as.
    let checked = check::check("SELECT a FROM t UNION ALL SELECT n FROM t", &catalog);
    let mut said = answer(vec![column("A", None, None)], Vec::new());
    said.columns.as_mut().expect("columns")[0].ty = lapse.clone();
    assert_eq!(types(&agreed(&checked, &said)), [None]);
    // Of a function that nobody else knows there is no better word.
    let checked = check::check("SELECT mine(a) AS a FROM t", &catalog);
    assert_eq!(types(&agreed(&checked, &said)), [Some(SqlType::Int32)]);
}
