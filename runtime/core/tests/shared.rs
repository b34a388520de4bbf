//! Handles that share a transport: what ends a handle, and what ends the transport.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use querent_core::{
    Backend, Batch, Error, ErrorKind, Placeholder, Pool, PoolOptions, Request, Result, Source, Transact,
    TransactWith, Transactions, sql_query,
};

/// What the server sees.
#[derive(Default)]
struct Server {
    connects: AtomicUsize,
    abandoned: AtomicUsize,
    label: AtomicUsize,
}

enum Muxed {}

struct Handle(Arc<Server>);

struct Nothing;

impl Batch for Nothing {
    fn len(&self) -> usize {
        0
    }
    fn width(&self) -> usize {
        0
    }
    fn column_name(&self, _: usize) -> Option<&str> {
        None
    }
}

impl Backend for Muxed {
    const NAME: &'static str = "muxed";
    const PLACEHOLDER: Placeholder = Placeholder::Question;
    type Options = Arc<Server>;
    type Call = ();
    type Connection = Handle;
    type Cursor = ();
    type Batch = Nothing;
    type Cluster = querent_core::Single;

    fn options(_: &str) -> Result<Arc<Server>> {
        Err(Error::new(ErrorKind::Config, "made of no URL"))
    }

    async fn connect(server: &Arc<Server>) -> Result<Handle> {
        server.connects.fetch_add(1, Ordering::Relaxed);
        Ok(Handle(server.clone()))
    }

    async fn open(handle: &mut Handle, _: Request<'_, Muxed>) -> Result<()> {
        match handle.0.label.load(Ordering::Relaxed) {
            99 => Err(Error::new(ErrorKind::Connection, "lost")),
            _ => Ok(()),
        }
    }

    async fn next(_: &mut Handle, _: &mut ()) -> Result<Option<Nothing>> {
        Ok(None)
    }

    fn share(handle: &Handle) -> Option<Handle> {
        Some(Handle(handle.0.clone()))
    }

    fn abandon(handle: Handle) {
        handle.0.abandoned.fetch_add(1, Ordering::Relaxed);
    }
}

impl Transact for Muxed {
    async fn begin(_: &mut Handle) -> Result<()> {
        Ok(())
    }
    async fn commit(_: &mut Handle) -> Result<()> {
        Ok(())
    }
    async fn rollback(_: &mut Handle) -> Result<()> {
        Ok(())
    }
}

impl TransactWith for Muxed {
    type Begin = usize;

    async fn begin_with(handle: &mut Handle, label: usize) -> Result<()> {
        handle.0.label.store(label, Ordering::Relaxed);
        Ok(())
    }
}

enum Db {}

impl Source for Db {
    type Backend = Muxed;
    const NAME: &'static str = "db";
    const FINGERPRINT: u64 = 0;
}

impl Transactions for Db {}

fn pool() -> (Arc<Server>, Pool<Db>) {
    let server = Arc::new(Server::default());
    let pool = Pool::with_options(server.clone(), PoolOptions::new()).expect("a runtime");
    (server, pool)
}

fn counts(server: &Server) -> (usize, usize) {
    (server.connects.load(Ordering::Relaxed), server.abandoned.load(Ordering::Relaxed))
}

#[tokio::test]
async fn a_dropped_transaction_ends_its_handle_alone() {
    let (server, pool) = pool();
    for _ in 0..5 {
        drop(pool.begin().await.unwrap());
    }
    assert_eq!(counts(&server), (1, 5));
    let mut connection = pool.acquire().await.unwrap();
    drop(connection.begin().await.unwrap());
    let error = sql_query("x").execute::<Db, _>(&mut connection).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    drop(connection);
    sql_query("x").execute::<Db, _>(&pool).await.unwrap();
    assert_eq!(counts(&server), (1, 6));
}

#[tokio::test]
async fn a_transport_that_broke_in_a_transaction_is_replaced() {
    let (server, pool) = pool();
    let mut transaction = pool.begin_with(99).await.unwrap();
    sql_query("x").execute::<Db, _>(&mut transaction).await.unwrap_err();
    drop(transaction);
    let mut connection = pool.acquire().await.unwrap();
    let transaction = connection.begin_with(7).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!((counts(&server), server.label.load(Ordering::Relaxed)), ((2, 1), 7));
}
