//! What the catalog says is taken over: nodes come, change and go.

use super::{Nodes, State};
use crate::cluster::{Discovered, Node};

impl Nodes {
    /// Takes over what was found. The address that the user gave for a node stays, for it is known to be of use.
    pub(crate) fn update(&mut self, found: &Discovered) {
        self.discovered = true;
        self.all.iter_mut().for_each(|state| state.listed = false);
        for (seed, id) in found.seeds.iter().enumerate() {
            let Some(id) = id else { continue };
            let known = self.all.iter().any(|state| state.node.id == *id);
            if let Some(state) = self.all.iter_mut().find(|state| state.seed == Some(seed)) {
                match known {
                    // Now it has a name. Another seed may be the same node: that one then serves for both.
                    false => state.node.id.clone_from(id),
                    true if state.node.id != *id => state.seed = None,
                    true => {}
                }
            }
        }
        for node in &found.nodes {
            match self.all.iter_mut().find(|state| state.node.id == node.id) {
                Some(state) => state.take_over(node),
                None => self.all.push(State::new(node.clone(), None, true)),
            }
        }
    }
}

impl State {
    fn take_over(&mut self, node: &Node) {
        let address = self.seed.map(|_| (std::mem::take(&mut self.node.host), self.node.port));
        self.node = node.clone();
        self.listed = true;
        if let Some((host, port)) = address {
            (self.node.host, self.node.port) = (host, port);
        }
    }
}
