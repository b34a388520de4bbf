//! What the connections of a server share.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::connection::Verifier;
use crate::fault::{Action, At, Fault};
use crate::keys::Keys;
use crate::log::{Counters, Entry, Event};
use crate::script::{Dynamic, Encryption, Script, User};
use crate::statement::{Ddl, Fate, Statement};
use crate::topology::Topology;

/// Wrong passwords after which a user is locked, on each instance for itself.
const ATTEMPTS_MAX: u32 = 4;

pub(crate) struct Shared {
    pub(crate) users: BTreeMap<String, User>,
    pub(crate) encryption: Encryption,
    pub(crate) keys: Keys,
    dynamic: Vec<Dynamic>,
    statements_max: usize,
    portals_max: usize,
    state: Mutex<State>,
    /// Raised with each line of the log and each change of a counter.
    changes: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    /// In the order of the topology.
    nodes: Vec<(String, Node)>,
    statements: HashMap<String, Arc<Statement>>,
    faults: Vec<Fault>,
    log: Vec<Entry>,
    connections: u64,
    /// Wrong passwords by node and user.
    attempts: HashMap<(String, String), u32>,
    verifiers: HashMap<String, Verifier>,
    schema: u64,
    /// What became of tables, and at which version of the schema.
    fates: HashMap<String, (u64, Fate)>,
}

struct Node {
    address: SocketAddr,
    topology: Topology,
    counters: Counters,
    frozen: watch::Sender<bool>,
}

impl Node {
    fn new(address: SocketAddr, topology: Topology) -> Node {
        Node { address, topology, counters: Counters::default(), frozen: watch::Sender::new(false) }
    }
}

impl State {
    fn node(&mut self, name: &str) -> &mut Node {
        let found = self.nodes.iter_mut().find(|(other, _)| other == name);
        found.map(|(_, node)| node).expect("a node of the server")
    }
}

/// A connection that is counted as open.
pub(crate) struct Counted {
    pub(crate) id: u64,
    shared: Arc<Shared>,
    node: String,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.shared.state().node(&self.node).counters.open -= 1;
        self.shared.log(&self.node, self.id, Event::Closed);
    }
}

impl Shared {
    pub(super) fn new(script: Script, addresses: impl Iterator<Item = (String, SocketAddr)>) -> Shared {
        let node = |(name, address)| (name, Node::new(address, script.topology.clone()));
        let statements =
            script.statements.into_iter().map(|statement| (statement.key.clone(), Arc::new(statement)));
        let state = State {
            nodes: addresses.map(node).collect(),
            statements: statements.collect(),
            faults: script.faults,
            ..State::default()
        };
        Shared {
            users: script.users,
            encryption: script.encryption,
            keys: Keys::new(script.encryption),
            dynamic: script.dynamic,
            statements_max: script.statements_max,
            portals_max: script.portals_max,
            state: Mutex::new(state),
            changes: watch::Sender::new(0),
        }
    }

    /// A test that panicked while it held the lock has said so itself.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    // Nodes.

    pub(super) fn address(&self, node: &str) -> SocketAddr {
        self.state().node(node).address
    }

    pub(super) fn addresses(&self) -> Vec<(String, SocketAddr)> {
        self.state().nodes.iter().map(|(name, node)| (name.clone(), node.address)).collect()
    }

    pub(super) fn add_node(&self, name: &str, replicaset: &str, address: SocketAddr) {
        let mut state = self.state();
        for (_, node) in &mut state.nodes {
            node.topology.add_instance(name, replicaset);
            node.topology.set_address(name, &address.to_string());
        }
        let topology = state.nodes.first().map_or_else(Topology::empty, |(_, node)| node.topology.clone());
        state.nodes.push((name.to_owned(), Node::new(address, topology)));
    }

    pub(super) fn freeze(&self, node: &str, frozen: bool) {
        self.state().node(node).frozen.send_replace(frozen);
    }

    pub(super) fn frozen(&self, node: &str) -> watch::Receiver<bool> {
        self.state().node(node).frozen.subscribe()
    }

    /// What a node forgets when it ends.
    pub(super) fn restarted(&self, node: &str) {
        self.state().attempts.retain(|(other, _), _| other != node);
        self.freeze(node, false);
    }

    pub(super) fn change_topology(&self, only: Option<&str>, mut change: impl FnMut(&mut Topology)) {
        let mut state = self.state();
        if let Some(name) = only {
            change(&mut state.node(name).topology);
        } else {
            state.nodes.iter_mut().for_each(|(_, node)| change(&mut node.topology));
        }
    }

    pub(crate) fn with_topology<T>(&self, node: &str, ask: impl FnOnce(&Topology) -> T) -> T {
        let topology = self.state().node(node).topology.clone();
        ask(&topology)
    }

    // Connections.

    pub(crate) fn opened(self: &Arc<Shared>, node: &str) -> Counted {
        let id = {
            let mut state = self.state();
            state.connections += 1;
            let counters = &mut state.node(node).counters;
            counters.accepted += 1;
            counters.open += 1;
            state.connections
        };
        self.log(node, id, Event::Opened);
        Counted { id, shared: self.clone(), node: node.to_owned() }
    }

    pub(crate) fn ready(&self, node: &str) {
        self.state().node(node).counters.ready += 1;
    }

    pub(super) fn counters(&self, node: &str) -> Counters {
        self.state().node(node).counters
    }

    /// Whether there is room for one more prepared statement, which is counted then.
    pub(crate) fn hold_statement(&self, node: &str) -> bool {
        let mut state = self.state();
        let held = &mut state.node(node).counters.statements;
        let room = *held < self.statements_max;
        *held += usize::from(room);
        room
    }

    /// The same for a portal.
    pub(crate) fn hold_portal(&self, node: &str) -> bool {
        let mut state = self.state();
        let held = &mut state.node(node).counters.portals;
        let room = *held < self.portals_max;
        *held += usize::from(room);
        room
    }

    pub(crate) fn released(&self, node: &str, statements: usize, portals: usize) {
        let mut state = self.state();
        let counters = &mut state.node(node).counters;
        counters.statements = counters.statements.saturating_sub(statements);
        counters.portals = counters.portals.saturating_sub(portals);
        drop(state);
        self.changed();
    }

    // Logins.

    pub(crate) fn locked(&self, node: &str, user: &str) -> bool {
        let attempts = self.state().attempts.get(&(node.to_owned(), user.to_owned())).copied();
        attempts.unwrap_or(0) >= ATTEMPTS_MAX
    }

    pub(crate) fn failed(&self, node: &str, user: &str) {
        let mut state = self.state();
        *state.attempts.entry((node.to_owned(), user.to_owned())).or_default() += 1;
        state.node(node).counters.failed_logins += 1;
    }

    /// Forgets the user's wrong passwords, on one node or on all.
    pub(crate) fn unlock(&self, only: Option<&str>, user: &str) {
        let kept = |node: &str, other: &str| other != user || only.is_some_and(|only| only != node);
        self.state().attempts.retain(|(node, other), _| kept(node, other));
    }

    /// Computed once a user: it takes many rounds.
    pub(crate) fn verifier(&self, user: &User) -> Verifier {
        if let Some(found) = self.state().verifiers.get(user.name()) {
            return found.clone();
        }
        let made = Verifier::new(&user.password);
        self.state().verifiers.insert(user.name().to_owned(), made.clone());
        made
    }

    // Statements.

    pub(super) fn set(&self, statement: Statement) {
        self.state().statements.insert(statement.key.clone(), Arc::new(statement));
    }

    /// The script's statement of this text.
    pub(crate) fn statement(&self, key: &str, sql: &str) -> Option<Arc<Statement>> {
        let found = self.state().statements.get(key).cloned();
        found.or_else(|| self.dynamic.iter().find_map(|make| make(sql)).map(Arc::new))
    }

    pub(crate) fn schema(&self) -> u64 {
        self.state().schema
    }

    /// A table among these that was dropped and did not come back.
    pub(crate) fn dropped(&self, tables: &[String]) -> Option<String> {
        let state = self.state();
        let dropped = |table: &&String| matches!(state.fates.get(*table), Some((_, Fate::Dropped)));
        tables.iter().find(dropped).cloned()
    }

    /// What became, after this version of the schema, of one of these tables; the latest.
    pub(crate) fn fate(&self, tables: &[String], since: u64) -> Option<(String, Fate)> {
        let state = self.state();
        let changed = tables.iter().filter_map(|table| {
            let (version, fate) = state.fates.get(table)?;
            (*version > since).then_some((*version, table.clone(), *fate))
        });
        changed.max_by_key(|(version, ..)| *version).map(|(_, table, fate)| (table, fate))
    }

    pub(crate) fn apply(&self, ddl: &Ddl) {
        let mut state = self.state();
        state.schema += 1;
        let version = state.schema;
        state.fates.insert(ddl.table.clone(), (version, ddl.fate));
        if ddl.fate == Fate::Dropped {
            state.statements.retain(|_, other| other.ddl.is_some() || !other.tables.contains(&ddl.table));
        }
        for statement in &ddl.statements {
            state.statements.insert(statement.key.clone(), Arc::new(statement.clone()));
        }
        for (_, node) in &mut state.nodes {
            match ddl.fate {
                Fate::Dropped => node.topology.drop_table(&ddl.table),
                Fate::Altered | Fate::Recreated => node.topology.bump_schema(),
            }
        }
    }

    // Faults and the log.

    pub(super) fn add_fault(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    pub(super) fn clear_faults(&self) {
        self.state().faults.clear();
    }

    pub(crate) fn take_fault(&self, at: At, after: bool, node: &str, sql: Option<&str>) -> Option<Action> {
        let mut state = self.state();
        let fault = state.faults.iter_mut().find(|fault| fault.fits(at, after, node, sql))?;
        if let Some(left) = &mut fault.left {
            *left -= 1;
        }
        Some(fault.action.clone())
    }

    pub(crate) fn log(&self, node: &str, connection: u64, event: Event) {
        self.state().log.push(Entry { node: node.to_owned(), connection, event });
        self.changed();
    }

    pub(super) fn entries<T>(&self, ask: impl FnOnce(&[Entry]) -> T) -> T {
        ask(&self.state().log)
    }

    pub(super) fn clear_log(&self) {
        self.state().log.clear();
    }
}
