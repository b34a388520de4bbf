//! The cluster behind a pool's connections: channels to its nodes, where keys are, its binary types.
//!
//! Connections come and go with the pool; what they know of the cluster is shared, as long as one of them is there. The
//! channel of a connection carries what any node can do; requests for a key go to the channel of the key's node, which is
//! opened when it is first wanted. Until it is there, and where it cannot be made, any node does.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use querent_core::types::value::Uuid;
use querent_core::url::Host;
use querent_protocol::ignite::code::{Feature, Version};
use querent_protocol::ignite::request::{CachePartitions, NodeEndpoints};
use querent_protocol::ignite::response::{AffinityVersion, Endpoints, Partitions};
use tokio::task::AbortHandle;

use crate::channel::Channel;
use crate::connect;
use crate::object::Types;
use crate::options::IgniteOptions;
use crate::topology::{Freshness, Map};

/// How long nodes that could not be reached are left alone.
const DIAL_PAUSE: Duration = Duration::from_secs(1);
/// How long a cache that the cluster did not know is not asked for again.
const MISSING_PAUSE: Duration = Duration::from_millis(50);

/// What is known of a cluster.
pub(crate) struct Grid {
    options: IgniteOptions,
    pub(crate) types: Types,
    map: RwLock<Arc<Map>>,
    nodes: Mutex<Nodes>,
    /// Whether there was ever a channel beside those of connections: without one no lock is taken to ask them.
    has_others: AtomicBool,
    /// Somebody is asking for the map just now; meanwhile the others use the one that there is.
    asking: AtomicBool,
}

#[derive(Default)]
struct Nodes {
    channels: HashMap<Uuid, Arc<Channel>>,
    /// When nodes may be dialled again; `None` while they are, or where all are there.
    dial_after: Option<Instant>,
    dialing: Option<AbortHandle>,
    /// When the map may be asked for again though nothing has changed.
    ask_after: Option<Instant>,
}

/// Where the connections of a pool find the cluster that they share.
#[derive(Clone, Default)]
pub(crate) struct Slot(Arc<Mutex<Weak<Grid>>>);

impl Slot {
    /// The cluster of these options.
    pub(crate) fn grid(options: &IgniteOptions) -> Arc<Grid> {
        let mut slot = options.grid.0.lock().unwrap_or_else(PoisonError::into_inner);
        slot.upgrade().unwrap_or_else(|| {
            let grid = Arc::new(Grid::new(options.clone()));
            *slot = Arc::downgrade(&grid);
            grid
        })
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Slot")
    }
}

impl Grid {
    fn new(options: IgniteOptions) -> Grid {
        Grid {
            types: Types::new(options.clock.clone()),
            options,
            map: RwLock::default(),
            nodes: Mutex::default(),
            has_others: AtomicBool::new(false),
            asking: AtomicBool::new(false),
        }
    }

    pub(crate) fn options(&self) -> &IgniteOptions {
        &self.options
    }

    /// No code that can panic runs under the lock.
    fn nodes(&self) -> MutexGuard<'_, Nodes> {
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn map(&self) -> Arc<Map> {
        self.map.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The latest version that a node told.
    fn seen(&self, main: &Channel) -> Option<AffinityVersion> {
        if !self.has_others.load(Ordering::Relaxed) {
            return main.version();
        }
        let others = self.nodes().channels.values().filter_map(|channel| channel.version()).max();
        main.version().max(others)
    }

    /// The map, asked for anew where the topology has changed or the cache was never asked for. One caller asks; the
    /// others use what there is. It fails never: any node serves any key.
    pub(crate) async fn map_for(&self, cache_id: i32, main: &Channel) -> Arc<Map> {
        let map = self.map();
        if !self.options.partition_aware || main.setup().agreed.version < Version::V1_4 {
            return map;
        }
        match map.freshness(cache_id, self.seen(main)) {
            Freshness::Fresh => return map,
            Freshness::Missing if self.nodes().ask_after.is_some_and(|after| Instant::now() < after) => {
                return map;
            }
            Freshness::Missing | Freshness::Stale => {}
        }
        match self.asking.swap(true, Ordering::Acquire) {
            true => map,
            false => Box::pin(self.ask_map(map, cache_id, main)).await,
        }
    }

    /// Whoever asks has set that somebody does.
    async fn ask_map(&self, map: Arc<Map>, cache_id: i32, main: &Channel) -> Arc<Map> {
        let _asking = Asking(&self.asking);
        let cache_ids = map.asking(cache_id);
        let ask = CachePartitions { cache_ids: &cache_ids, custom_mappings: false, data_center: None };
        let agreed = main.setup().agreed;
        let answer = main.call(&ask).await;
        let answer = answer.and_then(|answer| answer.read(|_, r| Partitions::read(r, &agreed)));
        self.nodes().ask_after = Some(Instant::now() + MISSING_PAUSE);
        match answer {
            Ok(answer) => {
                let mut map = self.map.write().unwrap_or_else(PoisonError::into_inner);
                *map = Arc::new(map.with(&cache_ids, &answer));
                map.clone()
            }
            Err(error) => {
                tracing::debug!(?error, "the partitions of caches could not be learnt");
                map
            }
        }
    }

    /// The channel to a node, if there is one that can be used; else it is made for those who come later.
    pub(crate) fn channel(self: &Arc<Self>, node: Uuid, main: &Arc<Channel>) -> Option<Arc<Channel>> {
        if main.setup().node == Some(node) {
            return Some(main.clone());
        }
        let mut nodes = self.nodes();
        if let Some(channel) = nodes.channels.get(&node).filter(|channel| channel.is_usable()) {
            return Some(channel.clone());
        }
        self.dial(&mut nodes, main);
        None
    }

    /// A channel to any node but these.
    pub(crate) fn other(&self, tried: &[Arc<Channel>]) -> Option<Arc<Channel>> {
        let nodes = self.nodes();
        let mut usable = nodes.channels.values().filter(|channel| channel.is_usable());
        usable.find(|channel| tried.iter().all(|tried| !Arc::ptr_eq(tried, channel))).cloned()
    }

    /// Takes over a channel that was made.
    pub(crate) fn keep(&self, channel: Channel) -> Arc<Channel> {
        let channel = Arc::new(channel);
        if let Some(node) = channel.setup().node {
            self.has_others.store(true, Ordering::Relaxed);
            self.nodes().channels.insert(node, channel.clone());
        }
        channel
    }

    /// Starts to open channels to the nodes that have none, unless that is under way or has just failed.
    fn dial(self: &Arc<Self>, nodes: &mut Nodes, main: &Arc<Channel>) {
        let is_early = nodes.dial_after.is_some_and(|after| Instant::now() < after);
        if is_early || nodes.dialing.as_ref().is_some_and(|task| !task.is_finished()) {
            return;
        }
        nodes.channels.retain(|_, channel| channel.is_usable());
        let mut taken: Vec<Host> = nodes.channels.values().map(|c| c.setup().address.clone()).collect();
        taken.push(main.setup().address.clone());
        let options = self.options.clone();
        let dialing = Dialing { grid: Arc::downgrade(self), options, main: Arc::downgrade(main), taken };
        nodes.dialing = Some(tokio::spawn(dialing.run()).abort_handle());
    }
}

impl Drop for Grid {
    fn drop(&mut self) {
        if let Some(task) = self.nodes().dialing.take() {
            task.abort();
        }
    }
}

/// Who asks for the map; whatever becomes of it, the next one may.
struct Asking<'g>(&'g AtomicBool);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// Opens channels to nodes. It ends with the cluster.
struct Dialing {
    grid: Weak<Grid>,
    options: IgniteOptions,
    main: Weak<Channel>,
    /// Addresses of nodes that have a channel.
    taken: Vec<Host>,
}

impl Dialing {
    async fn run(self) {
        let addresses: Vec<_> =
            self.options.addresses.iter().filter(|address| !self.taken.contains(address)).cloned().collect();
        self.reach(&addresses).await;
        if self.options.discovery {
            let hints = self.hints().await;
            self.reach(&hints).await;
        }
        if let Some(grid) = self.grid.upgrade() {
            grid.nodes().dial_after = Some(Instant::now() + DIAL_PAUSE);
        }
    }

    async fn reach(&self, addresses: &[Host]) {
        let Ok(tls) = connect::tls_connector(&self.options) else { return };
        let attempts =
            addresses.iter().map(|address| connect::connect_to(&self.options, address, tls.as_ref()));
        let mut attempts: FuturesUnordered<_> = attempts.collect();
        while let Some(outcome) = attempts.next().await {
            let Some(grid) = self.grid.upgrade() else { return };
            match outcome {
                Ok(channel) => grid.add(channel),
                // Any node does instead.
                Err(error) => tracing::debug!(%error, "a node could not be reached"),
            }
        }
    }

    /// Where the nodes without a channel say that they listen. Behind a network of containers nobody can reach them there,
    /// so each is only tried.
    async fn hints(&self) -> Vec<Host> {
        let (Some(grid), Some(main)) = (self.grid.upgrade(), self.main.upgrade()) else { return Vec::new() };
        if !main.setup().agreed.has(Feature::ClusterGroupNodeEndpoints) {
            return Vec::new();
        }
        let answer = main.call(&NodeEndpoints { from_topology: -1, to_topology: -1 }).await;
        let Ok(endpoints) = answer.and_then(|answer| answer.read(|_, r| Endpoints::read(r))) else {
            return Vec::new();
        };
        let wanted = grid.map().nodes();
        let nodes = grid.nodes();
        let lacking = |node: &Uuid| {
            wanted.contains(node) && main.setup().node != Some(*node) && !nodes.channels.contains_key(node)
        };
        let endpoints = endpoints.added.into_iter().filter(|endpoint| lacking(&endpoint.node));
        let addresses = endpoints.flat_map(|endpoint| {
            let port = endpoint.port;
            endpoint.addresses.into_iter().map(move |name| Host { name, port })
        });
        addresses.filter(|address| !self.options.addresses.contains(address)).collect()
    }
}

impl Grid {
    /// Takes over a channel to a node that has none.
    fn add(&self, channel: Channel) {
        let Some(node) = channel.setup().node else { return };
        let mut nodes = self.nodes();
        if nodes.channels.get(&node).is_none_or(|known| !known.is_usable()) {
            self.has_others.store(true, Ordering::Relaxed);
            nodes.channels.insert(node, Arc::new(channel));
        }
    }
}
