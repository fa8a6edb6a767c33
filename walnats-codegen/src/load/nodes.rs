//! Many parts of files, found by their paths.

use std::collections::HashMap;

use super::{Node, NodeValue};

/// Objects of fewer members are searched one by one.
const FEW: usize = 16;

/// Finds parts of files by their paths, and remembers the members of large objects by name.
#[derive(Default)]
pub(crate) struct Nodes<'d>(HashMap<*const Node, HashMap<&'d str, &'d Node>>);

impl<'d> Nodes<'d> {
    /// What the parts of a JSON Pointer lead to, each unescaped.
    pub(crate) fn descendant(&mut self, root: &'d Node, path: &[String]) -> Option<&'d Node> {
        path.iter().try_fold(root, |node, part| match &node.value {
            NodeValue::Array(items) => items.get(part.parse::<usize>().ok()?),
            NodeValue::Object(members) if members.len() > FEW => {
                let by_name = || members.iter().map(|member| (member.name.as_str(), &member.value)).collect();
                self.0.entry(std::ptr::from_ref(node)).or_insert_with(by_name).get(part.as_str()).copied()
            }
            _ => node.get(part),
        })
    }
}
