//! A backend that does what the statement's text says: `rows N`, `late N`, `hang`, `refused`, `broken`,
//! `closed`, `later`, `torn`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use querent_core::{
    Backend, Batch, Decode, Error, ErrorKind, Placeholder, PoolOptions, Request, Result, Source, Transact,
    Transactions, ValueError, ValueProblem, Wants,
};
use tokio::sync::Semaphore;

pub(crate) enum Scripted {}

/// What happened, and what is let happen.
pub(crate) struct Control {
    pub(crate) connected: AtomicUsize,
    pub(crate) ended: AtomicUsize,
    /// How many of the next connects fail.
    pub(crate) failing: AtomicUsize,
    /// A permit for each connect that may go on.
    pub(crate) gate: Semaphore,
    pub(crate) committed: AtomicUsize,
    /// Whether connections are handles on a shared transport; each counts as connected and as ended.
    pub(crate) shares: AtomicBool,
    /// Whether the connection breaks at a commit.
    pub(crate) commit_breaks: AtomicBool,
    /// How many statements were sent.
    pub(crate) sent: AtomicUsize,
    /// How many of the next `rows` break the connection when they are sent, and of the next `late` when rows are waited for.
    pub(crate) losing: AtomicUsize,
}

impl Control {
    pub(crate) fn new() -> Arc<Control> {
        Control::gated(Semaphore::MAX_PERMITS)
    }

    /// The same where only so many connects go on before more permits are added.
    pub(crate) fn gated(permits: usize) -> Arc<Control> {
        Arc::new(Control {
            connected: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
            failing: AtomicUsize::new(0),
            gate: Semaphore::new(permits),
            committed: AtomicUsize::new(0),
            shares: AtomicBool::new(false),
            commit_breaks: AtomicBool::new(false),
            sent: AtomicUsize::new(0),
            losing: AtomicUsize::new(0),
        })
    }

    /// How many statements were sent since the last look.
    pub(crate) fn sent(&self) -> usize {
        self.sent.swap(0, Ordering::SeqCst)
    }

    /// Whether this statement is one that breaks the connection.
    fn loses(&self) -> bool {
        one_less(&self.losing)
    }

    pub(crate) fn connected(&self) -> usize {
        self.connected.load(Ordering::SeqCst)
    }

    pub(crate) fn ended(&self) -> usize {
        self.ended.load(Ordering::SeqCst)
    }
}

fn one_less(left: &AtomicUsize) -> bool {
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok()
}

fn broke() -> Error {
    Error::new(ErrorKind::Connection, "the connection broke")
}

pub(crate) struct Connection {
    control: Arc<Control>,
    pub(crate) id: usize,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.control.ended.fetch_add(1, Ordering::SeqCst);
    }
}

pub(crate) struct Cursor {
    left: usize,
    hang: bool,
    breaks: bool,
    id: usize,
    affected: Option<u64>,
}

pub(crate) struct Rows(pub(crate) Vec<i64>);

impl Batch for Rows {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn width(&self) -> usize {
        1
    }

    fn column_name(&self, _: usize) -> Option<&str> {
        Some("id")
    }
}

impl Backend for Scripted {
    const NAME: &'static str = "scripted";
    const PLACEHOLDER: Placeholder = Placeholder::Dollar;
    type Options = Arc<Control>;
    type Call = ();
    type Connection = Connection;
    type Cursor = Cursor;
    type Batch = Rows;
    type Cluster = querent_core::Single;

    fn options(_: &str) -> Result<Arc<Control>> {
        Err(Error::new(ErrorKind::Config, "a scripted pool is made of its control"))
    }

    async fn connect(control: &Arc<Control>) -> Result<Connection> {
        let permit = control
            .gate
            .acquire()
            .await
            .map_err(|_| Error::new(ErrorKind::Connection, "the gate is closed"))?;
        permit.forget();
        if one_less(&control.failing) {
            return Err(Error::new(ErrorKind::Connection, "refused by the script"));
        }
        let id = control.connected.fetch_add(1, Ordering::SeqCst);
        Ok(Connection { control: control.clone(), id })
    }

    async fn open(connection: &mut Connection, request: Request<'_, Scripted>) -> Result<Cursor> {
        let control = &connection.control;
        control.sent.fetch_add(1, Ordering::SeqCst);
        let sql = request.render().sql.into_owned();
        let (word, number) = sql.split_once(' ').unwrap_or((&sql, "0"));
        let left = number.parse().unwrap_or(0);
        let cursor = Cursor { left, hang: false, breaks: false, id: connection.id, affected: None };
        match word {
            "rows" if control.loses() => Err(broke()),
            "rows" => {
                let affected = (request.wants == Wants::Affected).then_some(left as u64);
                Ok(Cursor { affected, ..cursor })
            }
            "late" => Ok(Cursor { breaks: control.loses(), ..cursor }),
            "hang" => Ok(Cursor { hang: true, ..cursor }),
            "closed" => Err(Error::new(ErrorKind::Connection, "the connection was closed").unsent()),
            "later" => Err(Error::new(ErrorKind::Resource, "the server is starting").with_retry()),
            // Rows, and then no more.
            "torn" => Ok(Cursor { left: usize::MAX, ..cursor }),
            "broken" => Err(broke()),
            _ => Err(Error::new(ErrorKind::Query, "the server refuses the statement")),
        }
    }

    async fn next(_: &mut Connection, cursor: &mut Cursor) -> Result<Option<Rows>> {
        if cursor.hang {
            std::future::pending::<()>().await;
        }
        tokio::task::yield_now().await;
        if cursor.breaks || cursor.left == usize::MAX - 2 {
            return Err(broke());
        }
        Ok(cursor.left.checked_sub(1).map(|left| {
            cursor.left = left;
            Rows(vec![cursor.id as i64])
        }))
    }

    fn share(connection: &Connection) -> Option<Connection> {
        let control = &connection.control;
        control.shares.load(Ordering::SeqCst).then(|| {
            let id = control.connected.fetch_add(1, Ordering::SeqCst);
            Connection { control: control.clone(), id }
        })
    }

    fn affected(cursor: &Cursor) -> Option<u64> {
        cursor.affected
    }
}

impl Transact for Scripted {
    async fn begin(_: &mut Connection) -> Result<()> {
        Ok(())
    }

    async fn commit(connection: &mut Connection) -> Result<()> {
        if connection.control.commit_breaks.load(Ordering::SeqCst) {
            return Err(broke());
        }
        connection.control.committed.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    async fn rollback(_: &mut Connection) -> Result<()> {
        Ok(())
    }
}

impl<'b> Decode<'b, Scripted> for i64 {
    type Column = &'b [i64];

    fn column(batch: &'b Rows, index: usize) -> Result<&'b [i64], ValueError> {
        if index == 0 { Ok(&batch.0) } else { Err(ValueError::column(index, ValueProblem::MissingColumn)) }
    }

    fn is_null(_: &&'b [i64], _: usize) -> bool {
        false
    }

    fn get(column: &&'b [i64], row: usize) -> Result<i64, ValueError> {
        Ok(column[row])
    }
}

pub(crate) enum Test {}

impl Source for Test {
    type Backend = Scripted;
    const NAME: &'static str = "test";
    const FINGERPRINT: u64 = 0;
}

impl Transactions for Test {}

pub(crate) type Pool = querent_core::Pool<Test>;

pub(crate) fn pool(control: &Arc<Control>, options: PoolOptions) -> Pool {
    Pool::with_options(control.clone(), options).expect("the test runs in a runtime")
}
