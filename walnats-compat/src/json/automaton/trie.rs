//! Texts that are excluded, read along with the automata: there may be thousands.

use std::collections::BTreeMap;

/// Some texts, byte by byte.
pub(in crate::json) struct Trie {
    /// The bytes on from each node, and whether a text ends there. The first node is the root.
    nodes: Vec<(BTreeMap<u8, u32>, bool)>,
}

impl Default for Trie {
    fn default() -> Self {
        Self { nodes: vec![Default::default()] }
    }
}

impl Trie {
    pub(in crate::json) fn add(&mut self, text: &str) {
        let mut at = 0;
        for byte in text.bytes() {
            let next = self.nodes.len() as u32;
            at = *self.nodes[at].0.entry(byte).or_insert(next) as usize;
            if at == next as usize {
                self.nodes.push(Default::default());
            }
        }
        self.nodes[at].1 = true;
    }

    pub(super) fn next(&self, at: Option<u32>, byte: u8) -> Option<u32> {
        self.nodes[at? as usize].0.get(&byte).copied()
    }

    pub(super) fn ends(&self, at: Option<u32>) -> bool {
        at.is_some_and(|at| self.nodes[at as usize].1)
    }
}
