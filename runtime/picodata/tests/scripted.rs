//! What a server of Picodata answers and PostgreSQL does not: its words for errors, NULL without a type, plans. A scripted
//! server answers by the text of a statement with what servers of 25.6 and 26.1 were seen to answer.

use querent_core::types::{AnsweredType, SqlType};
use querent_core::{Backend as _, ErrorKind, Pool, Source, sql_query};
use querent_picodata::explain::{Buckets, Explain};
use querent_picodata::{Cause, Describer, Failure, Picodata};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

enum Stock {}

impl Source for Stock {
    type Backend = Picodata;
    const NAME: &'static str = "stock";
    const FINGERPRINT: u64 = 0;
}

/// What is answered to a text.
enum Answer {
    /// Parameters and columns by the numbers of their types, and rows of one text.
    Told(&'static [u32], &'static [(&'static str, u32)], &'static [&'static str]),
    /// A code and a message, to Parse.
    Refused(&'static str, &'static str),
    /// The same, to Bind, and nothing runs.
    Fails(&'static str, &'static str),
}

type Script = fn(&str) -> Answer;

/// A message: its kind and what is in it.
fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(body.len() + 4).expect("a short message");
    [&[kind][..], &len.to_be_bytes(), body].concat()
}

fn refusal(code: &str, words: &str) -> Vec<u8> {
    let fields = format!("SERROR\0VERROR\0C{code}\0M{words}\0\0");
    message(b'E', fields.as_bytes())
}

fn description(params: &[u32], columns: &[(&str, u32)]) -> Vec<u8> {
    let count = |len: usize| u16::try_from(len).expect("few").to_be_bytes();
    let mut parameters = count(params.len()).to_vec();
    params.iter().for_each(|oid| parameters.extend(oid.to_be_bytes()));
    let mut all = message(b't', &parameters);
    if columns.is_empty() {
        all.extend(message(b'n', &[]));
        return all;
    }
    let mut fields = count(columns.len()).to_vec();
    for (name, oid) in columns {
        fields.extend([name.as_bytes(), &[0], &[0; 6], &oid.to_be_bytes()].concat());
        // The type's length, its modifier, and the form.
        fields.extend([0, 0, 255, 255, 255, 255, 0, 0]);
    }
    all.extend(message(b'T', &fields));
    all
}

fn row(value: &str) -> Vec<u8> {
    let len = u32::try_from(value.len()).expect("short").to_be_bytes();
    message(b'D', &[&[0, 1][..], &len, value.as_bytes()].concat())
}

async fn talk(socket: &mut TcpStream, script: Script) -> std::io::Result<()> {
    let len = socket.read_u32().await?;
    socket.read_exact(&mut vec![0; len as usize - 4]).await?;
    let ready = message(b'Z', b"I");
    socket.write_all(&[message(b'R', &[0; 4]), ready.clone()].concat()).await?;
    let (mut statements, mut skips, mut bound) = (Vec::<(String, String)>::new(), false, String::new());
    loop {
        let kind = socket.read_u8().await?;
        let len = socket.read_u32().await?;
        let mut body = vec![0; len as usize - 4];
        socket.read_exact(&mut body).await?;
        let texts: Vec<String> =
            body.split(|b| *b == 0).map(|t| String::from_utf8_lossy(t).into_owned()).collect();
        let text_of = |name: &str| {
            let found = statements.iter().rev().find(|(known, _)| known == name);
            found.map(|(_, text)| text.clone()).unwrap_or_default()
        };
        let out = match kind {
            b'S' => {
                skips = false;
                ready.clone()
            }
            _ if skips => Vec::new(),
            b'P' => {
                statements.push((texts[0].clone(), texts[1].clone()));
                match script(&texts[1]) {
                    Answer::Refused(code, words) => {
                        skips = true;
                        refusal(code, words)
                    }
                    _ => message(b'1', &[]),
                }
            }
            b'D' => match script(&text_of(&texts[0][1..])) {
                Answer::Told(params, columns, _) => description(params, columns),
                _ => description(&[], &[]),
            },
            b'B' => {
                bound = text_of(&texts[1]);
                match script(&bound) {
                    Answer::Fails(code, words) => {
                        skips = true;
                        refusal(code, words)
                    }
                    _ => message(b'2', &[]),
                }
            }
            b'E' => {
                let mut all = Vec::new();
                if let Answer::Told(_, _, rows) = script(&bound) {
                    rows.iter().for_each(|value| all.extend(row(value)));
                }
                all.extend(message(b'C', b"SELECT 1\0"));
                all
            }
            b'C' => message(b'3', &[]),
            _ => return Ok(()),
        };
        socket.write_all(&out).await?;
    }
}

/// The URL of a server that answers so.
async fn server(script: Script) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("picodata://me@{}", listener.local_addr().expect("its address"));
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            // Whatever goes wrong with a socket is its end.
            tokio::spawn(async move { drop(talk(&mut socket, script).await) });
        }
    });
    url
}

async fn describer(script: Script) -> Describer {
    let options = Picodata::options(&server(script).await).expect("a URL");
    Describer::open(&options).await.expect("the server is there")
}

const TAIL: &str = "execution options:\n    sql_vdbe_opcode_max = 45000\n    sql_motion_row_max = 5000";

#[tokio::test]
async fn plans_tell_origins_and_buckets_in_either_column() {
    fn script(sql: &str) -> Answer {
        const COLUMNS: &[(&str, u32)] = &[("id", 20), ("it", 25), ("n", 705)];
        match sql {
            "SELECT id, item AS it, NULL::int AS n FROM warehouse WHERE id = $1" => {
                Answer::Told(&[20], COLUMNS, &[])
            }
            "EXPLAIN SELECT id, item AS it, NULL::int AS n FROM warehouse WHERE id = $1" => Answer::Told(
                &[20],
                &[("QUERY PLAN", 25)],
                &[
                    r#"projection ("warehouse"."id"::int -> "id", "warehouse"."item"::string -> "it", NULL::unknown::int -> "n")"#,
                    r#"    selection "warehouse"."id"::int = NULL::unknown"#,
                    r#"        scan "warehouse""#,
                    TAIL,
                    "buckets = unknown",
                ],
            ),
            "SELECT id FROM warehouse" => Answer::Told(&[], &[("id", 20)], &[]),
            "EXPLAIN SELECT id FROM warehouse" => Answer::Told(
                &[],
                &[("EXPLAIN", 25)],
                &[
                    "# Logical plan\n\nprojection (warehouse.id::int)\n  scan warehouse\n\n# Buckets\n\nbuckets <= [1-3000]",
                ],
            ),
            _ => Answer::Refused(
                "XX000",
                "sbroad: rule parsing error:  --> 1:1\n  |\n1 | DO\n  | ^---\n  |\n  = expected Query",
            ),
        }
    }
    let mut describer = describer(script).await;
    let sql = "SELECT id, item AS it, NULL::int AS n FROM warehouse WHERE id = $1";
    let answered = describer.statement(sql).await.expect("an answer").expect("it is right");
    let origins = |found: Vec<Option<querent_picodata::explain::Origin>>| -> Vec<Option<String>> {
        found.into_iter().map(|origin| origin.map(|o| format!("{}.{}", o.table, o.column))).collect()
    };
    assert_eq!(origins(answered.origins), [Some("warehouse.id".into()), Some("warehouse.item".into()), None]);
    assert_eq!(answered.buckets, Some(Buckets::Unknown));
    let columns = answered.answer.columns.expect("columns");
    assert_eq!(columns[2].ty.says, Some(SqlType::Null));
    assert!(columns[2].ty.admits(&SqlType::Int64), "the checker knows what it was cast to");
    assert_eq!(answered.answer.parameters, Some(vec![AnsweredType::exact(SqlType::Int64)]));

    let answered =
        describer.statement("SELECT id FROM warehouse").await.expect("an answer").expect("it is right");
    assert_eq!(origins(answered.origins), [Some("warehouse.id".into())]);
    assert_eq!(answered.buckets, Some(Buckets::AtMost(vec![1..=3000])));
}

#[tokio::test]
async fn what_has_no_plan_is_described_all_the_same() {
    fn script(sql: &str) -> Answer {
        match sql {
            _ if sql.starts_with("DO ") => Answer::Told(&[20, 20], &[("id", 20), ("name", 25)], &[]),
            "INSERT INTO t (id, xs) VALUES ($1, $3)" => Answer::Told(&[20, 114, 1016], &[], &[]),
            _ => Answer::Refused("XX000", "sbroad: rule parsing error:  --> 1:9\n  |\n  = expected Query"),
        }
    }
    let mut describer = describer(script).await;
    let block = "DO $$ BEGIN RETURN QUERY SELECT id, name FROM t WHERE id = $1; UPDATE t SET qty = $2 WHERE id = $1; END $$";
    let answered = describer.statement(block).await.expect("an answer").expect("it is right");
    assert_eq!((answered.origins.len(), answered.buckets), (0, None));
    assert_eq!(answered.answer.columns.map(|columns| columns.len()), Some(2));
    // A number that is left out is JSON, which no parameter is.
    let gap = describer.statement("INSERT INTO t (id, xs) VALUES ($1, $3)").await.expect("an answer");
    let parameters = gap.expect("it is right").answer.parameters.expect("parameters");
    assert_eq!(parameters[1], AnsweredType::default());
    assert_eq!(parameters[2], AnsweredType::exact(SqlType::list(SqlType::Int64)));
    let refused = describer.statement("SELEC 1").await.expect("an answer").expect_err("it is wrong");
    assert_eq!(refused, "syntax error at 1:9: expected Query");
}

#[tokio::test]
async fn errors_say_what_they_are_and_nothing_of_a_row() {
    fn script(sql: &str) -> Answer {
        match sql {
            "INSERT" => Answer::Fails(
                "XX000",
                r#"sbroad: box error: ProcLua: {"code":32,"base_type":"ClientError","type":"ClientError","message":"Error on replicaset eeff5c83-65af-46c2-a911-d5f376e57acd: Failed to execute '.proc_sql_execute': sbroad: invalid transaction: transaction rolled-back: failed to insert space: TupleFound: Duplicate key exists in unique index \"1025_pkey\" in space \"probe_t\" with old tuple - [1, 1934, \"s3cret\", null] and new tuple - [1, 1934, \"s3cret\"]","trace":[{"file":"vshard\/error.lua","line":284}]}"#,
            ),
            "SELECT" => Answer::Refused(
                "XX000",
                "box error: AccessDenied: Read access to space 'w' is denied for user 'me'",
            ),
            _ => Answer::Told(&[], &[], &[]),
        }
    }
    let pool: Pool<Stock> = Pool::connect(&server(script).await).await.expect("the server is there");
    let error = sql_query("INSERT").execute(&pool).await.expect_err("the key is taken");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Constraint, Some("XX000")));
    let failure = Failure::behind(&error).expect("it was understood");
    assert_eq!(failure.cause, Some(Cause::UniqueViolation));
    assert_eq!((failure.index.as_deref(), failure.table.as_deref()), (Some("1025_pkey"), Some("probe_t")));
    assert!(!format!("{error} {error:?} {failure:?}").contains("s3cret"), "{error:?}");
    let error = sql_query("SELECT").execute(&pool).await.expect_err("access is denied");
    assert_eq!(error.kind(), ErrorKind::Permission);
}

#[tokio::test]
async fn a_plan_is_read_from_rows_of_a_query() {
    fn script(_: &str) -> Answer {
        Answer::Told(
            &[],
            &[("QUERY PLAN", 25)],
            &[r#"projection (1::int -> "col_1")"#, TAIL, "buckets = any"],
        )
    }
    let pool: Pool<Stock> = Pool::connect(&server(script).await).await.expect("the server is there");
    let lines: Vec<(String,)> = sql_query("EXPLAIN SELECT 1").fetch_all(&pool).await.expect("a plan");
    let lines: Vec<String> = lines.into_iter().map(|line| line.0).collect();
    let plan = Explain::parse(&lines).expect("a plan");
    assert_eq!((plan.root.operation.as_str(), plan.buckets), ("projection", Buckets::Any));
}
