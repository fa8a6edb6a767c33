//! From text to a tree: the grammar of CEL.
//!
//! The crate `cel` has a parser, too; it does not say where the parts of an expression stand, which errors need.

pub mod lexer;
mod parser;

pub use parser::{dotted, parse};

use crate::{Error, Value};

/// Higher trees are refused: whoever walks over one goes as deep.
const MAX_HEIGHT: usize = 200;

/// A part of an expression, as it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    pub node: Node,
    /// Where in the text it is, in bytes: the operator of an operation, the name of a call, else the start.
    pub offset: usize,
    height: usize,
}

impl Tree {
    fn new(node: Node, offset: usize) -> Result<Self, Error> {
        let highest = |trees: &[Self]| trees.iter().map(|tree| tree.height).max().unwrap_or_default();
        let below = match &node {
            Node::Literal(_) | Node::Name(_) => 0,
            Node::Select(operand, _) => operand.height,
            Node::Call(call) => highest(&call.arguments),
            Node::And(terms) | Node::Or(terms) | Node::List(terms) => highest(terms),
            Node::Conditional(parts) => highest(&parts[..]),
            Node::Map(entries) => {
                entries.iter().map(|(key, value)| key.height.max(value.height)).max().unwrap_or_default()
            }
        };
        if below >= MAX_HEIGHT {
            return Err(Error::new(offset, "the expression nests too deep"));
        }
        Ok(Self { node, offset, height: below + 1 })
    }
}

/// What is written there.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Literal(Value),
    Name(String),
    /// `operand.field`
    Select(Box<Tree>, String),
    /// A function, with its receiver in front, or an operator.
    Call(Call),
    /// All terms of a chain.
    And(Vec<Tree>),
    /// All terms of a chain.
    Or(Vec<Tree>),
    Conditional(Box<[Tree; 3]>),
    List(Vec<Tree>),
    Map(Vec<(Tree, Tree)>),
}

/// A call of a function.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The name; operators have theirs: `_+_`.
    pub function: String,
    /// Whether the first argument stands in front of the name.
    pub has_receiver: bool,
    pub arguments: Vec<Tree>,
}
