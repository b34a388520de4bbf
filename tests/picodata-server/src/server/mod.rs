//! The server as a test holds it. [`shared`] is what its connections see, [`runtime`] the thread that they run on.

mod runtime;
mod shared;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use crate::fault::Fault;
use crate::keys::Keys;
use crate::log::{Counters, Entry, Event, Ran};
use crate::script::{Encryption, Script};
use crate::statement::{Ddl, Statement};
use crate::topology::Topology;

use runtime::Runtime;

pub(crate) use shared::Shared;

/// A cluster that runs, on a thread of its own: its nodes listen on 127.0.0.1. It ends when this is dropped.
///
/// Methods that name a node panic where there is none.
pub struct Server {
    shared: Arc<Shared>,
    runtime: Runtime,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("hosts", &self.hosts()).finish_non_exhaustive()
    }
}

impl Server {
    /// Starts the nodes of the script's topology.
    ///
    /// # Errors
    /// Where a port or a thread cannot be had.
    pub fn start(mut script: Script) -> io::Result<Server> {
        let mut listeners = Vec::new();
        for (at, name) in (0..).zip(names(&script.topology)) {
            let port = script.first_port.map_or(0, |first| first + at);
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
            let address = listener.local_addr()?;
            script.topology.set_address(&name, &address.to_string());
            listeners.push((name, address, listener));
        }
        let addresses = listeners.iter().map(|(name, address, _)| (name.clone(), *address));
        let shared = Arc::new(Shared::new(script, addresses));
        let runtime = Runtime::start(shared.clone())?;
        for (name, _, listener) in listeners {
            runtime.listen(&name, listener)?;
        }
        Ok(Server { shared, runtime })
    }

    /// Where a node listens.
    pub fn address(&self, node: &str) -> SocketAddr {
        self.shared.address(node)
    }

    /// `127.0.0.1:PORT`, one a node, separated by commas, in the order of the topology.
    pub fn hosts(&self) -> String {
        let hosts = self.shared.addresses().into_iter().map(|(_, address)| address.to_string());
        hosts.collect::<Vec<_>>().join(",")
    }

    /// `picodata://user:password@host,host,…/db`, `picodata+tls://` where connections are encrypted.
    pub fn url(&self, user: &str) -> String {
        self.url_at(user, &self.hosts())
    }

    /// The same with these hosts only.
    pub fn url_at(&self, user: &str, hosts: &str) -> String {
        let scheme = if self.shared.encryption == Encryption::Off { "picodata" } else { "picodata+tls" };
        let password = self.shared.users.get(user).map_or("", |user| user.password.as_str());
        format!("{scheme}://{user}:{password}@{hosts}/db")
    }

    /// Certificates for clients, and of the authority.
    pub fn keys(&self) -> &Keys {
        &self.shared.keys
    }

    // What it saw.

    /// Everything that happened, in order.
    pub fn log(&self) -> Vec<Entry> {
        self.shared.entries(<[Entry]>::to_vec)
    }

    /// Forgets the log; counters stay.
    pub fn clear_log(&self) {
        self.shared.clear_log();
    }

    /// The statements that ran, each with its node, in order.
    pub fn ran(&self) -> Vec<(String, Ran)> {
        self.shared.entries(|log| {
            let ran = log.iter().filter_map(|entry| match &entry.event {
                Event::Ran(ran) => Some((entry.node.clone(), ran.clone())),
                _ => None,
            });
            ran.collect()
        })
    }

    /// The nodes that ran this statement, in order, each as often as it did. Blanks do not count.
    pub fn nodes_of(&self, sql: &str) -> Vec<String> {
        let wanted = crate::sql::normal(sql);
        let ran = self.ran().into_iter().filter(|(_, ran)| crate::sql::normal(&ran.sql) == wanted);
        ran.map(|(node, _)| node).collect()
    }

    /// How often this happened, on all nodes.
    pub fn count(&self, wanted: impl Fn(&Event) -> bool) -> usize {
        self.shared.entries(|log| log.iter().filter(|entry| wanted(&entry.event)).count())
    }

    /// How a node is doing.
    pub fn counters(&self, node: &str) -> Counters {
        self.shared.counters(node)
    }

    /// Waits until this is so; asked anew after each line of the log. Without a deadline of its own: give it one.
    pub async fn until(&self, holds: impl Fn(&Server) -> bool) {
        let mut changes = self.shared.changes();
        while !holds(self) {
            // The sender lives as long as this server does.
            let _closed = changes.changed().await;
        }
    }

    // What it says.

    /// Changes the topology that every node tells.
    pub fn topology(&self, change: impl FnMut(&mut Topology)) {
        self.shared.change_topology(None, change);
    }

    /// Changes the topology that this node alone tells.
    pub fn topology_on(&self, node: &str, change: impl FnMut(&mut Topology)) {
        self.shared.change_topology(Some(node), change);
    }

    /// Adds a statement, or one of the same text anew, for those that prepare it from now on.
    pub fn set(&self, statement: Statement) {
        self.shared.set(statement);
    }

    /// Changes the schema on all nodes, as a DDL statement does.
    pub fn ddl(&self, ddl: &Ddl) {
        self.shared.apply(ddl);
    }

    // What goes wrong.

    /// Adds a fault; of several that fit, the first one happens.
    pub fn fault(&self, fault: Fault) {
        self.shared.add_fault(fault);
    }

    /// Takes all faults back; what hangs goes on hanging.
    pub fn clear_faults(&self) {
        self.shared.clear_faults();
    }

    /// The node is gone: it refuses connections, and those that were there are closed. The catalog still tells of it.
    pub fn stop_node(&self, node: &str) {
        self.shared.address(node);
        self.runtime.stop(node);
        self.shared.restarted(node);
    }

    /// The node is there again, on the same port; wrong passwords are forgotten.
    ///
    /// # Errors
    /// Where somebody else has the port by now.
    pub fn start_node(&self, node: &str) -> io::Result<()> {
        let listener = TcpListener::bind(self.shared.address(node))?;
        self.runtime.listen(node, listener)
    }

    /// The node neither reads nor writes any more; connections are taken, by the kernel alone.
    pub fn freeze_node(&self, node: &str) {
        self.shared.freeze(node, true);
    }

    /// It goes on where it stopped.
    pub fn thaw_node(&self, node: &str) {
        self.shared.freeze(node, false);
    }

    /// Closes the connections to a node; it takes others.
    ///
    /// # Errors
    /// Where somebody else has the port by now.
    pub fn drop_connections(&self, node: &str) -> io::Result<()> {
        self.runtime.stop(node);
        self.start_node(node)
    }

    /// One more node, of a replicaset that is there, told of by all nodes.
    ///
    /// # Errors
    /// Where a port cannot be had.
    pub fn add_node(&self, name: &str, replicaset: &str) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        self.shared.add_node(name, replicaset, address);
        self.runtime.listen(name, listener)?;
        Ok(address)
    }

    /// The node is gone, and no node tells of it any more.
    pub fn remove_node(&self, node: &str) {
        self.stop_node(node);
        self.topology(|topology| {
            if topology.instance(node).is_some() {
                topology.remove_instance(node);
            }
        });
    }

    /// As `ALTER USER … WITH LOGIN`: wrong passwords are forgotten, on all nodes.
    pub fn unlock(&self, user: &str) {
        self.shared.unlock(None, user);
    }
}

fn names(topology: &Topology) -> Vec<String> {
    topology.instances().iter().map(|instance| instance.name.clone()).collect()
}
