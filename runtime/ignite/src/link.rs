//! A way to the cluster for one request: which channel it takes, what is done when that is lost, what must be known first.

use std::sync::Arc;

use querent_core::types::value::Uuid;
use querent_core::{Error, ErrorKind, Result};
use querent_protocol::ignite::code::Feature;
use querent_protocol::ignite::handshake::Agreed;
use querent_protocol::ignite::hash::string_hash;
use querent_protocol::ignite::meta::{BinaryConfiguration, BinaryType, NameMapper};
use querent_protocol::ignite::request::{
    BinaryConfigurationGet, GroupNodeIds, GroupNodeInfo, NodeFilter, Request, TypeGet, TypeNamePut, TypePut,
};
use querent_protocol::ignite::response::{self, NodeIds, NodeInfo};
use querent_protocol::ignite::{DecodeError, Reader};

use crate::channel::{Answer, CallError, Channel};
use crate::connect;
use crate::connection::Connection;
use crate::error::{self, Effect};
use crate::execute::running_transaction;
use crate::grid::Grid;
use crate::object::{Need, Packed, Packer, ReadError, Types};
use crate::server_clock::ServerClock;

/// What one request takes from a connection.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) grid: Arc<Grid>,
    /// The connection's own channel, on which its transaction is.
    pub(crate) main: Arc<Channel>,
    pub(crate) tx_id: Option<i32>,
}

/// Writes keys and values.
pub(crate) type Pack<'a> = &'a (dyn Fn(&mut Packer<'_>) + Send + Sync + 'a);

impl Link {
    /// Refused where the connection's transaction is over: the server would take its id for none.
    pub(crate) fn of(connection: &Connection) -> Result<Link> {
        let tx_id = running_transaction(connection)?;
        Ok(Link { grid: connection.grid.clone(), main: connection.channel.clone(), tx_id })
    }

    pub(crate) fn types(&self) -> &Types {
        &self.grid.types
    }

    /// Sends a request to a node, or to any.
    ///
    /// Where the channel is lost, the request takes another one if nothing of it was written or it only reads; so it does
    /// where nodes had to be dialled anew. In a transaction there is one channel only.
    pub(crate) async fn call<R: Request + ?Sized>(
        &self,
        node: Option<Uuid>,
        request: &R,
        effect: Effect,
    ) -> Result<Answer, CallError> {
        self.send(node, request, effect).await.map(|(_, answer)| answer)
    }

    /// The same, with the channel that answered.
    async fn send<R: Request + ?Sized>(
        &self,
        node: Option<Uuid>,
        request: &R,
        effect: Effect,
    ) -> Result<(Arc<Channel>, Answer), CallError> {
        if self.tx_id.is_some() {
            return self.main.call(request).await.map(|answer| (self.main.clone(), answer));
        }
        let preferred = node.and_then(|node| self.grid.channel(node, &self.main));
        let mut channel = preferred.unwrap_or_else(|| self.main.clone());
        let mut tried = Vec::new();
        loop {
            let lost = match channel.call(request).await {
                Err(CallError::Lost { lost, written }) if !written || effect == Effect::Reads => {
                    CallError::Lost { lost, written }
                }
                outcome => return outcome.map(|answer| (channel, answer)),
            };
            tried.push(channel);
            channel = match Box::pin(self.another(&tried)).await {
                Some(channel) => channel,
                None => return Err(lost),
            };
        }
    }

    /// A channel that was not tried; a node is dialled once.
    async fn another(&self, tried: &[Arc<Channel>]) -> Option<Arc<Channel>> {
        let is_untried = |channel: &Arc<Channel>| tried.iter().all(|tried| !Arc::ptr_eq(tried, channel));
        if self.main.is_usable() && is_untried(&self.main) {
            return Some(self.main.clone());
        }
        if let Some(other) = self.grid.other(tried) {
            return Some(other);
        }
        // As many channels as there are addresses can have been lost; one that was dialled and lost at once is the end.
        if tried.len() > self.grid.options().addresses.len() + 1 {
            return None;
        }
        let channel = connect::connect(self.grid.options()).await.ok()?;
        Some(self.grid.keep(channel))
    }

    /// Sends a request to any node and reads its answer.
    pub(crate) async fn ask<R: Request + ?Sized, T>(
        &self,
        request: &R,
        effect: Effect,
        read: impl FnOnce(&Agreed, &mut Reader<'_>) -> Result<T, DecodeError>,
    ) -> Result<T> {
        let answered = self.send(None, request, effect).await;
        // Nodes of one cluster can speak differently while it is being upgraded.
        let read =
            answered.and_then(|(channel, answer)| answer.read(|_, r| read(&channel.setup().agreed, r)));
        read.map_err(|e| error::of_call(e, effect))
    }

    /// The form of objects; asked for once.
    pub(crate) async fn form(&self) -> Result<BinaryConfiguration> {
        if let Some(form) = self.types().form() {
            return Ok(form);
        }
        let form = match self.main.setup().agreed.has(Feature::BinaryConfiguration) {
            true => {
                self.ask(&BinaryConfigurationGet, Effect::Reads, |_, r| response::binary_configuration(r))
                    .await?
            }
            // Java's defaults; servers before 2.11 do not tell.
            false => BinaryConfiguration { compact_footer: true, name_mapper: NameMapper::FullName },
        };
        Ok(self.types().set_form(form))
    }

    /// Writes keys and values, and has the cluster know their types.
    ///
    /// What is rarely needed is boxed, here and elsewhere: the future of each request would have to hold it.
    pub(crate) async fn pack(&self, pack: Pack<'_>) -> Result<Packed> {
        if self.types().form().is_some() {
            let packed = self.write(pack)?;
            if packed.needs.is_none() {
                return Ok(packed);
            }
        }
        Box::pin(self.prepare(pack)).await
    }

    fn write(&self, pack: Pack<'_>) -> Result<Packed> {
        let mut packer = Packer::new(self.types(), self.grid.options().request_len_max);
        pack(&mut packer);
        packer.finish().map_err(|e| error::of_call(CallError::Unsendable(e), Effect::Reads))
    }

    async fn prepare(&self, pack: Pack<'_>) -> Result<Packed> {
        self.form().await?;
        loop {
            let mut packed = self.write(pack)?;
            let Some(needs) = packed.needs.take() else { return Ok(packed) };
            if needs.clock {
                ServerClock::of(self).await?;
                continue;
            }
            for name in &needs.classes {
                self.register_class(name).await?;
            }
            for meta in &needs.register {
                self.register(meta).await?;
            }
            return Ok(packed);
        }
    }

    /// Has the cluster know a Java class by its id.
    pub(crate) async fn register_class(&self, name: &'static str) -> Result<()> {
        if self.types().has_class(name) {
            return Ok(());
        }
        let put = TypeNamePut { type_id: string_hash(name), name };
        self.ask(&put, Effect::Reads, |_, r| response::boolean(r)).await?;
        self.types().learn_class(name);
        Ok(())
    }

    /// Has the cluster know a type, with these fields and schemas among others.
    pub(crate) async fn register(&self, meta: &BinaryType) -> Result<()> {
        let known = self.fetch_type(meta.id).await?;
        if known.as_ref().is_some_and(|known| covers(known, meta)) {
            return Ok(());
        }
        let mut put = meta.clone();
        if put.affinity_field.is_none() && put.enum_values.is_none() {
            put.affinity_field = match known {
                Some(known) => known.affinity_field,
                // The server refuses it later if it contradicts the cache's configuration.
                None => self.grid.map().affinity_field(meta.id).and_then(|id| {
                    meta.fields.iter().find(|field| field.id == id).map(|field| field.name.clone())
                }),
            };
        }
        // To merge twice is as to merge once.
        self.ask(&TypePut(&put), Effect::Reads, |_, r| response::empty(r)).await?;
        self.types().learn(put);
        Ok(())
    }

    /// Asks for a type, and takes note of it.
    pub(crate) async fn fetch_type(&self, type_id: i32) -> Result<Option<BinaryType>> {
        let meta = self.ask(&TypeGet(type_id), Effect::Reads, |_, r| response::binary_type(r)).await?;
        if let Some(meta) = &meta {
            self.types().learn(meta.clone());
        }
        Ok(meta)
    }

    /// Reads values, finding out what must be known for that.
    pub(crate) async fn read<T>(&self, read: impl Fn(&Types) -> Result<T, ReadError>) -> Result<T> {
        let mut asked = None;
        loop {
            let error = match read(self.types()) {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            let Some(need) = error.needs().filter(|need| asked != Some(*need)) else {
                return Err(Error::new(ErrorKind::Value, "a key or value cannot be read").with_cause(error));
            };
            asked = Some(need);
            Box::pin(self.learn(need)).await?;
        }
    }

    async fn learn(&self, need: Need) -> Result<()> {
        match need {
            Need::Schema { type_id, .. } => self.fetch_type(type_id).await.map(drop),
            Need::Clock => ServerClock::of(self).await.map(drop),
        }
    }

    /// What is known of the nodes that pass.
    pub(crate) async fn nodes(&self, filters: &[NodeFilter<'_>]) -> Result<Vec<NodeInfo>> {
        let ask = GroupNodeIds { known_topology: -1, filters };
        let ids = self.ask(&ask, Effect::Reads, |_, r| NodeIds::read(r)).await?;
        let ids = ids.map(|ids| ids.nodes).unwrap_or_default();
        self.ask(&GroupNodeInfo(&ids), Effect::Reads, |_, r| response::node_infos(r)).await
    }
}

/// Whether a type is registered with all of that.
fn covers(known: &BinaryType, wanted: &BinaryType) -> bool {
    let has_value = |value| known.enum_values.as_ref().is_some_and(|values| values.contains(value));
    wanted.schemas.iter().all(|schema| known.schemas.contains(schema))
        && wanted.fields.iter().all(|field| known.fields.contains(field))
        && wanted.enum_values.iter().flatten().all(has_value)
}
