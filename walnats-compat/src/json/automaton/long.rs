//! Long texts: whether there are any of some lengths, without a state for each length.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Dfa, Found, MAX_STATES, Place, Product, Search};

/// How many ways there may be from one state to the next.
const MAX_EDGES: usize = 300_000;
/// How often a way may be taken.
const MAX_WORK: u64 = 30_000_000;
/// How many states of a step as automata take them are as much work as a way.
const WORK_FOR_A_STATE: u64 = 64;

impl Search {
    /// A shortest text that passes all tests and has as many characters as it may; those that are excluded are not looked at.
    /// With how much that took, in states.
    pub(in crate::json) fn run_by_length(&self, any: Arc<Dfa>) -> (Found, u64) {
        let product = Product::new(self, any);
        let Some(graph) = Graph::new(&product) else { return (Found::TooManyStates, MAX_STATES as u64) };
        let nodes = graph.edges.len() as u64;
        // A longer text passes the same states twice, and what stands in between can be taken out.
        let most = self.min.saturating_add(nodes).min(self.max.unwrap_or(u64::MAX));
        let work = most.saturating_mul(graph.count() as u64 + nodes / 64);
        if work > MAX_WORK {
            return (Found::TooManyStates, nodes);
        }
        (graph.text(self.min, most), nodes + work / WORK_FOR_A_STATE)
    }
}

/// The states of all automata between two characters, and the characters that lead from one to another.
struct Graph {
    edges: Vec<Vec<(usize, char)>>,
    accepting: Vec<bool>,
}

impl Graph {
    /// `None` if there are too many states.
    fn new(product: &Product<'_>) -> Option<Self> {
        let first: Vec<Place> = product.dfas.iter().map(|dfa| dfa.start()).collect::<Option<_>>()?;
        let classes = product.classes();
        let bytes: Vec<u8> = classes.iter().filter_map(|class| class.first().copied()).collect();
        let mut graph = Self { edges: Vec::new(), accepting: Vec::new() };
        let mut nodes = vec![first.clone()];
        let mut known = HashMap::from([(first, 0)]);
        let mut count = 0;
        while let Some(places) = nodes.get(graph.edges.len()).cloned() {
            let mut edges: Vec<(usize, char)> = Vec::new();
            for (reached, character) in characters(product, &places, &bytes) {
                let next = nodes.len();
                let node = *known.entry(reached.clone()).or_insert(next);
                if node == next {
                    nodes.push(reached);
                }
                if edges.iter().all(|(other, _)| *other != node) {
                    edges.push((node, character));
                }
            }
            count += edges.len();
            if nodes.len() > MAX_STATES || count > MAX_EDGES {
                return None;
            }
            graph.edges.push(edges);
            graph.accepting.push(product.passes(&places));
        }
        Some(graph)
    }

    fn count(&self) -> usize {
        self.edges.iter().map(Vec::len).sum()
    }

    /// A shortest text of at least `min` and at most `most` characters.
    fn text(&self, min: u64, most: u64) -> Found {
        let mut layers: Vec<Layer> = Vec::new();
        let mut layer = Layer::new(self.edges.len());
        layer.add(0);
        for length in 0..=most {
            let nodes: Vec<usize> = layer.nodes().collect();
            if nodes.is_empty() {
                break;
            }
            if length >= min
                && let Some(end) = nodes.iter().find(|node| self.accepting[**node])
            {
                return self.way(&layers, *end).map_or(Found::TooManyStates, Found::Text);
            }
            let mut next = Layer::new(self.edges.len());
            nodes.iter().flat_map(|node| &self.edges[*node]).for_each(|(node, _)| next.add(*node));
            layers.push(std::mem::replace(&mut layer, next));
        }
        Found::Nothing
    }

    /// The text that leads through the layers to a node.
    fn way(&self, layers: &[Layer], mut node: usize) -> Option<String> {
        let mut sources: Vec<Vec<(usize, char)>> = vec![Vec::new(); self.edges.len()];
        for (from, edges) in self.edges.iter().enumerate() {
            edges.iter().for_each(|(to, character)| sources[*to].push((from, *character)));
        }
        let mut characters = Vec::with_capacity(layers.len());
        for layer in layers.iter().rev() {
            let (from, character) = sources[node].iter().find(|(from, _)| layer.has(*from))?;
            characters.push(*character);
            node = *from;
        }
        Some(characters.into_iter().rev().collect())
    }
}

/// Where single characters lead from some states, one for each class of bytes.
fn characters(product: &Product<'_>, places: &[Place], bytes: &[u8]) -> Vec<(Vec<Place>, char)> {
    let mut found = Vec::new();
    let mut waiting = vec![(places.to_vec(), Vec::new())];
    while let Some((places, begun)) = waiting.pop() {
        // Those that people write first come last, as the last is taken first.
        for byte in bytes.iter().rev().filter(|byte| (*byte & 0xC0 == 0x80) != begun.is_empty()) {
            let next: Vec<Place> =
                product.dfas.iter().zip(&places).map(|(dfa, place)| dfa.next(*place, *byte)).collect();
            if product.is_hopeless(&next) {
                continue;
            }
            let read: Vec<u8> = begun.iter().copied().chain([*byte]).collect();
            match std::str::from_utf8(&read) {
                Ok(text) => found.extend(text.chars().next().map(|character| (next, character))),
                Err(error) if error.error_len().is_none() => waiting.push((next, read)),
                Err(_) => {}
            }
        }
    }
    found.reverse();
    found
}

/// Some of the nodes.
struct Layer(Vec<u64>);

impl Layer {
    fn new(nodes: usize) -> Self {
        Self(vec![0; nodes.div_ceil(64)])
    }

    fn add(&mut self, node: usize) {
        self.0[node / 64] |= 1 << (node % 64);
    }

    fn has(&self, node: usize) -> bool {
        self.0[node / 64] >> (node % 64) & 1 == 1
    }

    fn nodes(&self) -> impl Iterator<Item = usize> + '_ {
        let words = self.0.iter().enumerate().filter(|(_, word)| **word != 0);
        words.flat_map(|(at, word)| (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| at * 64 + bit))
    }
}
