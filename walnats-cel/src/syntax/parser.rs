//! Tokens become a tree, by precedence.

use super::lexer::{self, Kind, LOWEST, Token};
use super::{Call, Node, Tree};
use crate::{Error, Value};

/// Expressions that nest deeper are refused.
const MAX_DEPTH: usize = 96;

/// Operators with two operands, from the weakest to the strongest.
const BINARY: [&[(&str, &str)]; 3] = [
    &[("<", "_<_"), ("<=", "_<=_"), (">", "_>_"), (">=", "_>=_"), ("==", "_==_"), ("!=", "_!=_")],
    &[("+", "_+_"), ("-", "_-_")],
    &[("*", "_*_"), ("/", "_/_"), ("%", "_%_")],
];

const RESERVED: [&str; 17] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// Reads an expression.
///
/// # Errors
///
/// What is wrong with its syntax, and where.
pub fn parse(text: &str) -> Result<Tree, Error> {
    let mut parser = Parser { tokens: lexer::tokens(text)?, at: 0, depth: 0 };
    let tree = parser.expression()?;
    match parser.next().kind {
        Kind::End => Ok(tree),
        _ => Err(parser.unexpected(parser.at - 1)),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    /// The last token is never passed.
    fn next(&mut self) -> Token {
        let token = self.tokens[self.at].clone();
        if token.kind == Kind::End {
            // So that errors can step back.
            self.tokens.push(token.clone());
        }
        self.at += 1;
        token
    }

    fn offset(&self) -> usize {
        self.tokens[self.at].offset
    }

    fn takes(&mut self, symbol: &'static str) -> bool {
        let found = self.tokens[self.at].kind == Kind::Symbol(symbol);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, symbol: &'static str) -> Result<(), Error> {
        if self.takes(symbol) {
            return Ok(());
        }
        let found = shown(&self.tokens[self.at].kind);
        Err(Error::new(self.offset(), format!("expected `{symbol}`, found {found}")))
    }

    fn unexpected(&self, at: usize) -> Error {
        Error::new(self.tokens[at].offset, format!("{} is not expected here", shown(&self.tokens[at].kind)))
    }

    fn expression(&mut self) -> Result<Tree, Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::new(self.offset(), "the expression nests too deep"));
        }
        let condition = self.chain("||")?;
        let offset = self.offset();
        let tree = if self.takes("?") {
            let yes = self.chain("||")?;
            self.expect(":")?;
            let no = self.expression()?;
            Tree::new(Node::Conditional(Box::new([condition, yes, no])), offset)?
        } else {
            condition
        };
        self.depth -= 1;
        Ok(tree)
    }

    fn chain(&mut self, operator: &'static str) -> Result<Tree, Error> {
        let term = |parser: &mut Self| if operator == "||" { parser.chain("&&") } else { parser.binary(0) };
        let mut terms = vec![term(self)?];
        let offset = self.offset();
        while self.takes(operator) {
            terms.push(term(self)?);
        }
        match terms.len() {
            1 => Ok(terms.remove(0)),
            _ if operator == "||" => Tree::new(Node::Or(terms), offset),
            _ => Tree::new(Node::And(terms), offset),
        }
    }

    fn binary(&mut self, level: usize) -> Result<Tree, Error> {
        let Some(operators) = BINARY.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        loop {
            let offset = self.offset();
            let function = match &self.tokens[self.at].kind {
                Kind::Word(word) if word == "in" && level == 0 => Some("@in"),
                Kind::Symbol(symbol) => {
                    operators.iter().find(|(text, _)| text == symbol).map(|(_, function)| *function)
                }
                _ => None,
            };
            let Some(function) = function else { return Ok(left) };
            self.at += 1;
            let right = self.binary(level + 1)?;
            left = call(function, vec![left, right], offset)?;
        }
    }

    fn unary(&mut self) -> Result<Tree, Error> {
        let offset = self.offset();
        for (symbol, function) in [("!", "!_"), ("-", "-_")] {
            if !self.takes(symbol) {
                continue;
            }
            if symbol == "-" && self.takes(LOWEST) {
                return self.members(Tree::new(Node::Literal(Value::Int(i64::MIN)), offset)?);
            }
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return Err(Error::new(offset, "the expression nests too deep"));
            }
            let operand = self.unary()?;
            self.depth -= 1;
            return call(function, vec![operand], offset);
        }
        let primary = self.primary()?;
        self.members(primary)
    }

    /// What follows a value: fields, calls, indexes.
    fn members(&mut self, mut tree: Tree) -> Result<Tree, Error> {
        loop {
            let offset = self.offset();
            if self.takes("[") {
                if self.takes("?") {
                    return Err(Error::new(offset, "optional values are not supported"));
                }
                let index = self.expression()?;
                self.expect("]")?;
                tree = call("_[_]", vec![tree, index], offset)?;
            } else if self.takes(".") {
                if self.takes("?") {
                    return Err(Error::new(offset, "optional values are not supported"));
                }
                let (name, offset) = self.field_name()?;
                if self.takes("(") {
                    let mut arguments = vec![tree];
                    arguments.extend(self.list(")")?);
                    tree = Tree::new(Node::Call(Call { function: name, has_receiver: true, arguments }), offset)?;
                } else {
                    tree = Tree::new(Node::Select(Box::new(tree), name), offset)?;
                }
            } else if self.tokens[self.at].kind == Kind::Symbol("{") {
                let Some(name) = dotted(&tree) else { return Err(self.unexpected(self.at)) };
                return Err(Error::new(tree.offset, format!("messages (`{name}{{ … }}`) cannot be made here")));
            } else {
                return Ok(tree);
            }
        }
    }

    /// A name after a dot; there, reserved words are names like others.
    fn field_name(&mut self) -> Result<(String, usize), Error> {
        let token = self.next();
        match token.kind {
            Kind::Word(word) if !["true", "false", "null", "in"].contains(&word.as_str()) => Ok((word, token.offset)),
            _ => Err(self.unexpected(self.at - 1)),
        }
    }

    fn list(&mut self, end: &'static str) -> Result<Vec<Tree>, Error> {
        let mut items = Vec::new();
        while !self.takes(end) {
            items.push(self.expression()?);
            if !self.takes(",") {
                self.expect(end)?;
                break;
            }
        }
        Ok(items)
    }

    fn primary(&mut self) -> Result<Tree, Error> {
        let Token { kind, offset } = self.next();
        let node = match kind {
            Kind::Literal(value) => Node::Literal(value),
            Kind::Symbol("(") => {
                let inner = self.expression()?;
                self.expect(")")?;
                return Ok(inner);
            }
            Kind::Symbol("[") => Node::List(self.list("]")?),
            Kind::Symbol("{") => Node::Map(self.entries()?),
            Kind::Symbol(".") => {
                let (name, offset) = self.field_name()?;
                return Tree::new(Node::Name(name), offset);
            }
            Kind::Word(word) => match word.as_str() {
                "true" => Node::Literal(Value::Bool(true)),
                "false" => Node::Literal(Value::Bool(false)),
                "null" => Node::Literal(Value::Null),
                "in" => return Err(self.unexpected(self.at - 1)),
                word if RESERVED.contains(&word) => {
                    return Err(Error::new(offset, format!("`{word}` is a word that CEL keeps for itself")));
                }
                _ if self.takes("(") => {
                    Node::Call(Call { function: word, has_receiver: false, arguments: self.list(")")? })
                }
                _ => Node::Name(word),
            },
            _ => return Err(self.unexpected(self.at - 1)),
        };
        Tree::new(node, offset)
    }

    fn entries(&mut self) -> Result<Vec<(Tree, Tree)>, Error> {
        let mut entries = Vec::new();
        while !self.takes("}") {
            let key = self.expression()?;
            self.expect(":")?;
            entries.push((key, self.expression()?));
            if !self.takes(",") {
                self.expect("}")?;
                break;
            }
        }
        Ok(entries)
    }
}

/// `a.b.c`, if `tree` is nothing but that.
pub fn dotted(tree: &Tree) -> Option<String> {
    match &tree.node {
        Node::Name(name) => Some(name.clone()),
        Node::Select(operand, field) => Some(format!("{}.{field}", dotted(operand)?)),
        _ => None,
    }
}

fn call(function: &str, arguments: Vec<Tree>, offset: usize) -> Result<Tree, Error> {
    Tree::new(Node::Call(Call { function: function.to_owned(), has_receiver: false, arguments }), offset)
}

fn shown(kind: &Kind) -> String {
    match kind {
        Kind::End => "the end of the expression".to_owned(),
        Kind::Literal(_) => "a literal".to_owned(),
        Kind::Word(word) => format!("`{word}`"),
        Kind::Symbol(symbol) => format!("`{symbol}`"),
    }
}
