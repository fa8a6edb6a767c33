//! A regular expression as instructions, for the engines of our own that know look-around and back-references.

use regex_syntax::hir::{Class, HirKind};

use super::PatternError;
use super::characters::Characters;
use super::syntax::{Assertion, Look, Node};
use super::translate::write;

/// How many instructions an expression may have: `a{1000}` has as many.
const MAX_INSTRUCTIONS: usize = 10_000;

/// The bodies of look-around, inner ones first, and as the last the expression itself.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) bodies: Vec<Body>,
    pub(super) has_references: bool,
    /// How many places to remember: two for each group, from the third on, and one for each loop.
    pub(super) places: usize,
}

/// An expression that matches from a place on, towards the end of the text or towards its start.
#[derive(Clone, Debug)]
pub(super) struct Body {
    pub(super) instructions: Vec<Instruction>,
    /// The body of a look-behind is matched from its end to its start.
    pub(super) backwards: bool,
}

/// What to do; the next instruction follows where none is named.
#[derive(Clone, Debug)]
pub(super) enum Instruction {
    /// The body has matched.
    Match,
    /// Steps over a character of the set.
    Character(Characters),
    /// Goes on if this holds here; true for the starts and ends of lines.
    Assert(Assertion, bool),
    /// Goes on in both places; the first goes first.
    Either(usize, usize),
    Jump(usize),
    /// Goes on if the body with this index matches here, or if it does not.
    Look(usize, bool),
    /// Remembers the place under this index.
    Remember(usize),
    /// Forgets these groups: each round of a loop begins without them.
    Forget(usize, usize),
    /// Goes on if this is not the place remembered: a round of a loop that matches nothing does not count.
    Moved(usize),
    /// Steps over what the group has matched.
    Reference(usize),
}

impl Program {
    pub(super) fn new(node: &Node) -> Result<Self, PatternError> {
        let groups = captures(node).into_iter().max().unwrap_or(0);
        let program = Self { bodies: Vec::new(), has_references: groups > 0, places: 2 * (groups + 1) };
        let mut compiler = Compiler { program, length: 0 };
        compiler.body(node, &Context { backwards: false, flags: String::new() })?;
        Ok(compiler.program)
    }
}

/// What surrounds a node.
#[derive(Clone)]
struct Context {
    backwards: bool,
    /// As in `(?i:...)`, the inner ones last.
    flags: String,
}

impl Context {
    /// Whether a flag is on.
    fn has(&self, flag: char) -> bool {
        let mut on = false;
        for group in self.flags.split(':') {
            let (added, removed) = group.split_once('-').unwrap_or((group, ""));
            on = (on || added.contains(flag)) && !removed.contains(flag);
        }
        on
    }
}

struct Compiler {
    program: Program,
    /// Of all bodies together.
    length: usize,
}

impl Compiler {
    /// Compiles a body and returns its index.
    fn body(&mut self, node: &Node, context: &Context) -> Result<usize, PatternError> {
        let mut body = Body { instructions: Vec::new(), backwards: context.backwards };
        self.node(&mut body, node, context)?;
        self.push(&mut body, Instruction::Match)?;
        self.program.bodies.push(body);
        Ok(self.program.bodies.len() - 1)
    }

    fn push(&mut self, body: &mut Body, instruction: Instruction) -> Result<usize, PatternError> {
        self.length += 1;
        if self.length > MAX_INSTRUCTIONS {
            return Err(PatternError::TooLarge);
        }
        body.instructions.push(instruction);
        Ok(body.instructions.len() - 1)
    }

    fn node(&mut self, body: &mut Body, node: &Node, context: &Context) -> Result<(), PatternError> {
        match node {
            Node::Empty => {}
            Node::Literal(_) | Node::Dot | Node::Class(_) => {
                self.push(body, Instruction::Character(characters(node, context)?))?;
            }
            Node::Assertion(assertion) => {
                self.push(body, Instruction::Assert(*assertion, context.has('m')))?;
            }
            Node::Group(node) => self.node(body, node, context)?,
            Node::Flags(flags, node) => {
                let context = Context { flags: format!("{}:{flags}", context.flags), ..context.clone() };
                self.node(body, node, &context)?;
            }
            Node::Capture(group, node) => {
                let (first, last) = (2 * group, 2 * group + 1);
                let (first, last) = if context.backwards { (last, first) } else { (first, last) };
                self.push(body, Instruction::Remember(first))?;
                self.node(body, node, context)?;
                self.push(body, Instruction::Remember(last))?;
            }
            Node::BackReference(group) => {
                self.push(body, Instruction::Reference(*group))?;
            }
            Node::Look(Look { ahead, wanted, node }) => {
                let inner = self.body(node, &Context { backwards: !ahead, ..context.clone() })?;
                self.push(body, Instruction::Look(inner, *wanted))?;
            }
            Node::Repeat { node, min, max } => self.repeat(body, node, (*min, *max), context)?,
            Node::Concat(nodes) if context.backwards => {
                nodes.iter().rev().try_for_each(|node| self.node(body, node, context))?;
            }
            Node::Concat(nodes) => nodes.iter().try_for_each(|node| self.node(body, node, context))?,
            Node::Alternate(nodes) => self.alternate(body, nodes, context)?,
        }
        Ok(())
    }

    fn alternate(&mut self, body: &mut Body, nodes: &[Node], context: &Context) -> Result<(), PatternError> {
        let mut ends = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            let is_last = index + 1 == nodes.len();
            let choice = if is_last { None } else { Some(self.push(body, Instruction::Jump(0))?) };
            self.node(body, node, context)?;
            if let Some(choice) = choice {
                ends.push(self.push(body, Instruction::Jump(0))?);
                body.instructions[choice] = Instruction::Either(choice + 1, body.instructions.len());
            }
        }
        let end = body.instructions.len();
        ends.into_iter().for_each(|jump| body.instructions[jump] = Instruction::Jump(end));
        Ok(())
    }

    fn repeat(
        &mut self,
        body: &mut Body,
        node: &Node,
        (min, max): (u32, Option<u32>),
        context: &Context,
    ) -> Result<(), PatternError> {
        for _ in 0..min {
            let before = body.instructions.len();
            self.round(body, node, context)?;
            if body.instructions.len() == before {
                // However often what says nothing is repeated, it says nothing.
                return Ok(());
            }
        }
        let place = self.program.places;
        self.program.places += 1;
        let mut choices = Vec::new();
        for _ in min..max.unwrap_or(min + 1) {
            choices.push(self.push(body, Instruction::Jump(0))?);
            self.push(body, Instruction::Remember(place))?;
            self.round(body, node, context)?;
            self.push(body, Instruction::Moved(place))?;
        }
        if let (None, [choice]) = (max, choices.as_slice()) {
            self.push(body, Instruction::Jump(*choice))?;
        }
        let end = body.instructions.len();
        choices.into_iter().for_each(|choice| body.instructions[choice] = Instruction::Either(choice + 1, end));
        Ok(())
    }

    /// One round of a loop.
    fn round(&mut self, body: &mut Body, node: &Node, context: &Context) -> Result<(), PatternError> {
        let groups = captures(node);
        if let (Some(first), Some(last)) = (groups.iter().min(), groups.iter().max()) {
            self.push(body, Instruction::Forget(*first, *last))?;
        }
        self.node(body, node, context)
    }
}

/// The numbers of the groups in a node.
fn captures(node: &Node) -> Vec<usize> {
    match node {
        Node::Capture(number, node) => [vec![*number], captures(node)].concat(),
        Node::Group(node) | Node::Flags(_, node) | Node::Repeat { node, .. } | Node::Look(Look { node, .. }) => {
            captures(node)
        }
        Node::Concat(nodes) | Node::Alternate(nodes) => nodes.iter().flat_map(captures).collect(),
        _ => Vec::new(),
    }
}

/// The set that a node of one character stands for. Flags and properties of Unicode are left to the crate that knows them.
fn characters(node: &Node, context: &Context) -> Result<Characters, PatternError> {
    let mut text = write(node).unwrap_or_default();
    for flags in context.flags.split(':').filter(|flags| !flags.is_empty()).rev() {
        text = format!("(?{flags}:{text})");
    }
    let syntax = regex::Error::Syntax;
    let parsed = regex_syntax::parse(&text).map_err(|error| PatternError::from_regex(&syntax(error.to_string())))?;
    let ranges: Vec<(u32, u32)> = match parsed.kind() {
        HirKind::Class(Class::Unicode(class)) => {
            class.ranges().iter().map(|range| (u32::from(range.start()), u32::from(range.end()))).collect()
        }
        HirKind::Class(Class::Bytes(class)) => {
            class.ranges().iter().map(|range| (u32::from(range.start()), u32::from(range.end()))).collect()
        }
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).unwrap_or_default();
            text.chars().map(|character| (u32::from(character), u32::from(character))).collect()
        }
        _ => Vec::new(),
    };
    Ok(Characters::new(&ranges))
}
