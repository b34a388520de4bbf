//! A cluster in memory. Node `n` belongs to group `rn` and tier `tier-n`; a row belongs to group `r(key % nodes)`.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};

use querent_core::{
    Backend, Batch, Cluster, ClusterOptions, Connection as Lease, Decode, Discovered, Error, ErrorKind, Key,
    KeyColumn, KeyPart, Node, Owner, ParamMeta, Piece, Placeholder, Plan, PoolOptions, Query, Request,
    Result, RowKey, Source, Step, Value, ValueError, sql_query as sql,
};

pub(crate) enum Gridded {}

pub(crate) enum Test {}

impl Source for Test {
    type Backend = Gridded;
    const NAME: &'static str = "test";
    const FINGERPRINT: u64 = 0;
}

pub(crate) type Pool = querent_core::Pool<Test>;

/// What the cluster is.
pub(crate) struct Grid(Mutex<State>);

#[derive(Default)]
struct State {
    nodes: BTreeSet<i64>,
    /// How often each died: connections made before are dead.
    lives: std::collections::BTreeMap<i64, u64>,
    down: BTreeSet<i64>,
    offline: BTreeSet<i64>,
    leaders: Option<BTreeSet<i64>>,
    hidden: bool,
    refuses: bool,
    asked: usize,
    tried: usize,
    alive: usize,
    /// What ran where.
    ran: Vec<Ran>,
    /// What a node answers to its next statements.
    refusals: std::collections::BTreeMap<i64, Vec<Error>>,
}

/// A statement as a node got it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) node: i64,
    pub(crate) sql: String,
    pub(crate) values: Vec<i64>,
}

impl Grid {
    pub(crate) fn of(nodes: i64) -> Arc<Grid> {
        Arc::new(Grid(Mutex::new(State { nodes: (0..nodes).collect(), ..State::default() })))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no test panics under it")
    }

    pub(crate) fn kill(&self, node: i64) {
        let mut state = self.lock();
        state.down.insert(node);
        *state.lives.entry(node).or_default() += 1;
    }

    pub(crate) fn revive(&self, node: i64) {
        self.lock().down.remove(&node);
    }

    pub(crate) fn remove(&self, node: i64) {
        self.lock().nodes.remove(&node);
    }

    pub(crate) fn add(&self, node: i64) {
        self.lock().nodes.insert(node);
    }

    pub(crate) fn offline(&self, nodes: impl IntoIterator<Item = i64>) {
        self.lock().offline = nodes.into_iter().collect();
    }

    pub(crate) fn lead(&self, nodes: impl IntoIterator<Item = i64>) {
        self.lock().leaders = Some(nodes.into_iter().collect());
    }

    pub(crate) fn hide_catalog(&self, hidden: bool) {
        self.lock().hidden = hidden;
    }

    pub(crate) fn refuse(&self) {
        self.lock().refuses = true;
    }

    /// How often the catalog was read.
    pub(crate) fn asked(&self) -> usize {
        self.lock().asked
    }

    /// How often credentials were shown.
    pub(crate) fn tried(&self) -> usize {
        self.lock().tried
    }

    /// The next statement on a node fails; those after it as they were told to before.
    pub(crate) fn fail(&self, node: i64, error: Error) {
        self.lock().refusals.entry(node).or_default().insert(0, error);
    }

    /// What ran since it was asked last.
    pub(crate) fn ran(&self) -> Vec<Ran> {
        std::mem::take(&mut self.lock().ran)
    }

    /// How many connections there are.
    pub(crate) fn alive(&self) -> usize {
        self.lock().alive
    }
}

pub(crate) struct Connection {
    grid: Arc<Grid>,
    node: i64,
    life: u64,
}

impl Connection {
    fn is_alive(&self) -> bool {
        self.grid.lock().lives.get(&self.node).copied().unwrap_or_default() == self.life
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.grid.lock().alive -= 1;
    }
}

pub(crate) struct Rows(pub(crate) Vec<i64>);

pub(crate) struct Cursor {
    rows: Option<Vec<i64>>,
    affected: u64,
}

impl Batch for Rows {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn width(&self) -> usize {
        1
    }

    fn column_name(&self, _: usize) -> Option<&str> {
        Some("node")
    }
}

impl<'b> Decode<'b, Gridded> for i64 {
    type Column = &'b [i64];

    fn column(batch: &'b Rows, _: usize) -> Result<&'b [i64], ValueError> {
        Ok(&batch.0)
    }

    fn is_null(_: &&'b [i64], _: usize) -> bool {
        false
    }

    fn get(column: &&'b [i64], row: usize) -> Result<i64, ValueError> {
        Ok(column[row])
    }
}

impl Backend for Gridded {
    const NAME: &'static str = "gridded";
    const PLACEHOLDER: Placeholder = Placeholder::Dollar;
    const LOCKS_OUT: bool = true;
    const PARAMS_MAX: usize = 64;
    const JOINS_ROWS: bool = true;
    type Options = Arc<Grid>;
    type Call = ();
    type Connection = Connection;
    type Cursor = Cursor;
    type Batch = Rows;
    type Cluster = Catalog;

    fn options(_: &str) -> Result<Arc<Grid>> {
        Err(Error::new(ErrorKind::Config, "a pool is made of its grid"))
    }

    async fn connect(_: &Arc<Grid>) -> Result<Connection> {
        Err(Error::new(ErrorKind::Config, "it connects to a node"))
    }

    /// A statement gives the number of the node, a `SELECT` the numbers that it was sent; it changes so many rows.
    async fn open(connection: &mut Connection, request: Request<'_, Gridded>) -> Result<Cursor> {
        tokio::task::yield_now().await;
        if !connection.is_alive() {
            return Err(Error::new(ErrorKind::Connection, "the node died"));
        }
        let rendered = request.render();
        let int = |value: &Value<'_>| if let Value::Int(number) = value { *number } else { -1 };
        let values: Vec<i64> = rendered.values.iter().map(|(value, _)| int(value)).collect();
        let (node, sql) = (connection.node, rendered.sql.into_owned());
        let rows = if sql.starts_with("SELECT") { values.clone() } else { vec![node] };
        let affected = values.iter().collect::<BTreeSet<_>>().len();
        let mut state = connection.grid.lock();
        state.ran.push(Ran { node, sql, values });
        match state.refusals.get_mut(&node).and_then(Vec::pop) {
            Some(error) => Err(error),
            None => Ok(Cursor { rows: Some(rows), affected: affected as u64 }),
        }
    }

    async fn next(_: &mut Connection, cursor: &mut Cursor) -> Result<Option<Rows>> {
        Ok(cursor.rows.take().map(Rows))
    }

    fn affected(cursor: &Cursor) -> Option<u64> {
        Some(cursor.affected)
    }

    fn is_usable(connection: &Connection) -> bool {
        connection.is_alive()
    }
}

pub(crate) struct Catalog {
    grid: Arc<Grid>,
}

impl Cluster<Gridded> for Catalog {
    fn of(grid: &Arc<Grid>, _: &ClusterOptions) -> Option<Catalog> {
        Some(Catalog { grid: grid.clone() })
    }

    fn seeds(&self) -> Vec<Node> {
        vec![Node::seed("node-0", 1)]
    }

    async fn connect(&self, grid: &Arc<Grid>, node: &Node) -> Result<Connection> {
        tokio::task::yield_now().await;
        let number = node.host.trim_start_matches("node-").parse().expect("a number");
        let mut state = grid.lock();
        if state.down.contains(&number) {
            return Err(Error::new(ErrorKind::Connection, "nobody listens"));
        }
        state.tried += 1;
        if state.refuses {
            return Err(Error::new(ErrorKind::Authentication, "wrong password"));
        }
        state.alive += 1;
        let life = state.lives.get(&number).copied().unwrap_or_default();
        Ok(Connection { grid: grid.clone(), node: number, life })
    }

    async fn discover(&self, connection: &mut Connection, _: &[Node]) -> Result<Discovered> {
        if !connection.is_alive() {
            return Err(Error::new(ErrorKind::Connection, "the node died"));
        }
        let mut state = self.grid.lock();
        if state.hidden {
            return Err(Error::new(ErrorKind::Query, "there is no such table"));
        }
        state.asked += 1;
        let nodes = state.nodes.iter().map(|number| Node {
            id: format!("id-{number}"),
            name: format!("node-{number}"),
            host: format!("node-{number}"),
            port: 1,
            tier: format!("tier-{number}"),
            group: format!("r{number}"),
            leader: state.leaders.as_ref().map(|leaders| leaders.contains(number)),
            online: !state.offline.contains(number),
            ..Node::default()
        });
        let steps = vec![Step { name: "nodes", missing: None }];
        Ok(Discovered { nodes: nodes.collect(), seeds: vec![Some("id-0".to_owned())], steps })
    }

    fn owner(&self, key: &RowKey<'_>) -> Option<Owner> {
        owner(key, self.grid.lock().nodes.len())
    }

    fn owners<'k>(&self, keys: &mut dyn Iterator<Item = RowKey<'k>>) -> Option<Vec<Owner>> {
        let nodes = self.grid.lock().nodes.len();
        keys.map(|key| owner(&key, nodes)).collect()
    }
}

/// Nobody knows where a key is that is no number, or negative.
fn owner(key: &RowKey<'_>, nodes: usize) -> Option<Owner> {
    let (value, _) = key.values().next()?;
    let Value::Int(number) = *value else { return None };
    let group = usize::try_from(number).ok()? % nodes;
    Some(Owner { group: format!("r{group}").into() })
}

pub(crate) fn lazy(grid: &Arc<Grid>, options: PoolOptions) -> Pool {
    Pool::with_options(grid.clone(), options).expect("within a runtime")
}

/// A pool that has asked for its nodes.
pub(crate) async fn pool(grid: &Arc<Grid>, options: PoolOptions) -> Pool {
    let pool = lazy(grid, options);
    drop(pool.acquire().await.expect("it connects"));
    pool.ready().await;
    pool
}

/// The node that a statement without a key ran on.
pub(crate) async fn here(pool: &Pool) -> i64 {
    sql("where").fetch_one::<(i64,), Test, _>(pool).await.expect("it runs").0
}

pub(crate) async fn node_of(connection: &mut Lease<Test>) -> i64 {
    sql("where").fetch_one::<(i64,), Test, _>(connection).await.expect("it runs").0
}

/// A connection to one node.
pub(crate) async fn on(pool: &Pool, node: i64) -> Lease<Test> {
    pool.acquire_on(&format!("id-{node}")).await.expect("it is reached")
}

/// A point statement.
pub(crate) struct Keyed(i64);

impl Keyed {
    pub(crate) fn of(key: i64) -> Keyed {
        Keyed(key)
    }

    pub(crate) async fn try_run(self, pool: &Pool) -> Result<i64> {
        const PLAN: &Plan = &Plan {
            template: &[Piece::Text("row "), Piece::Param(0)],
            params: &[ParamMeta { name: "key", ty: "Int64" }],
            sections: &[],
            columns: &[],
            key: Some(&Key {
                tier: "",
                columns: &[KeyColumn { name: "key", ty: "Int64" }],
                rows: &[&[KeyPart::Param(0)]],
            }),
            read_only: true,
            file: file!(),
            line: line!(),
            ..Plan::EMPTY
        };
        let query: Query<'_, Test, i64> = Query::new(
            PLAN,
            |batch: &Rows, rows| {
                rows.extend(&batch.0);
                Ok(())
            },
            [Value::Int(self.0)],
        );
        query.fetch_one(pool).await
    }

    /// The node that it ran on.
    pub(crate) async fn run(self, pool: &Pool) -> i64 {
        self.try_run(pool).await.expect("it runs")
    }
}
