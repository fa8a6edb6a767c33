//! Names and types: a tree becomes an [`Expr`].

mod call;
mod fold;
mod format;
mod macros;

pub(crate) use fold::apply;
pub(crate) use format::show;

use crate::syntax::{self, Node, Tree};
use crate::{Error, Expr, Kind, Type, Value};

/// What the schema declares.
pub trait Declarations {
    /// The type of a field of the message `message`, by full name; `None` if it has no such field.
    fn field(&self, message: &str, field: &str) -> Option<Type>;

    /// The names of all fields of the message.
    fn fields(&self, message: &str) -> Vec<String>;

    /// The number of a value of an enumeration, by full name: `shop.v1.Status.PAID`.
    fn number(&self, name: &str) -> Option<i64>;
}

/// A variable of an expression.
#[derive(Clone, Debug)]
pub struct Variable {
    /// The name.
    pub name: &'static str,
    /// The type.
    pub ty: Type,
    /// The value, if it is known.
    pub value: Option<Value>,
}

/// Reads and checks the expression `text`.
///
/// # Errors
///
/// What is wrong with it, and where.
pub fn compile(text: &str, variables: &[Variable], declarations: &dyn Declarations) -> Result<Expr, Error> {
    let tree = syntax::parse(text)?;
    let scope = variables.iter().map(|variable| {
        let kind = match &variable.value {
            Some(value) => Kind::Constant(value.clone()),
            None => Kind::Variable(variable.name.to_owned()),
        };
        (variable.name.to_owned(), Expr { kind, ty: variable.ty.clone(), offset: 0 })
    });
    Checker { declarations, scope: scope.collect(), loops: 0, unrolled: 0 }.expression(&tree)
}

struct Checker<'d> {
    declarations: &'d dyn Declarations,
    /// Those of inner loops last.
    scope: Vec<(String, Expr)>,
    loops: usize,
    /// How many bodies of macros over lists of constants were written out.
    unrolled: usize,
}

impl Checker<'_> {
    fn expression(&mut self, tree: &Tree) -> Result<Expr, Error> {
        let offset = tree.offset;
        match &tree.node {
            Node::Literal(value) => Ok(constant(value.clone(), offset)),
            Node::Name(name) => self.name(name, offset),
            Node::Select(operand, field) => self.select(operand, field, tree),
            Node::Call(call) => self.call(call, offset),
            Node::And(terms) => Ok(all_of(self.booleans(terms)?, offset)),
            Node::Or(terms) => Ok(any_of(self.booleans(terms)?, offset)),
            Node::Conditional(parts) => self.conditional(parts, offset),
            Node::List(items) => self.list(items, offset),
            Node::Map(_) => Err(Error::new(offset, "maps (`{key: value}`) cannot be made here")),
        }
    }

    fn variable(&self, name: &str) -> Option<&Expr> {
        self.scope.iter().rev().find(|(known, _)| known == name).map(|(_, expr)| expr)
    }

    fn name(&self, name: &str, offset: usize) -> Result<Expr, Error> {
        if let Some(found) = self.variable(name) {
            return Ok(Expr { offset, ..found.clone() });
        }
        let mut known: Vec<String> = Vec::new();
        for (name, _) in &self.scope {
            let name = format!("`{name}`");
            if !known.contains(&name) {
                known.push(name);
            }
        }
        Err(Error::new(offset, format!("`{name}` is not declared; there is {}", known.join(", "))))
    }

    fn select(&mut self, operand: &Tree, field: &str, tree: &Tree) -> Result<Expr, Error> {
        let dotted = syntax::dotted(tree);
        if let Some(name) = dotted.filter(|name| self.variable(name.split('.').next().unwrap_or_default()).is_none()) {
            let number = self.declarations.number(&name).ok_or_else(|| {
                Error::new(start(tree), format!("`{name}` is neither a variable nor a value of an enumeration"))
            })?;
            return Ok(constant(Value::Int(number), tree.offset));
        }
        let operand = self.expression(operand)?;
        self.field(operand, field, tree.offset)
    }

    /// `operand.field`
    fn field(&self, operand: Expr, field: &str, offset: usize) -> Result<Expr, Error> {
        if let Type::Map(key, value) = &operand.ty
            && key.fits(&Type::String)
        {
            let ty = (**value).clone();
            let key = constant(Value::String(field.to_owned()), offset);
            return Ok(Expr { kind: Kind::Call(crate::Function::Index, vec![operand, key]), ty, offset });
        }
        let ty = self.field_type(&operand, field, offset)?;
        if let Some(Value::Message(_, fields)) = operand.constant() {
            let value = fields.get(field).cloned().or_else(|| Value::default_of(&ty));
            let value = value.ok_or_else(|| Error::new(offset, format!("`{field}` has no value here")))?;
            return Ok(Expr { ty, ..constant(value, offset) });
        }
        Ok(Expr { kind: Kind::Field(Box::new(operand), field.to_owned()), ty, offset })
    }

    fn field_type(&self, operand: &Expr, field: &str, offset: usize) -> Result<Type, Error> {
        let Type::Message(message) = &operand.ty else {
            return Err(Error::new(offset, format!("a value of type `{}` has no fields", operand.ty)));
        };
        self.declarations.field(message, field).ok_or_else(|| {
            let known: Vec<String> = self.declarations.fields(message).iter().map(|name| format!("`{name}`")).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            Error::new(offset, format!("`{message}` has no field `{field}`; it has {known}"))
        })
    }

    /// `has(operand.field)`
    fn has(&mut self, operand: &Tree, field: &str, offset: usize) -> Result<Expr, Error> {
        let operand = self.expression(operand)?;
        if matches!(operand.ty, Type::Map(..)) {
            let key = constant(Value::String(field.to_owned()), offset);
            return self.apply("@in", false, vec![key, operand], offset);
        }
        self.field_type(&operand, field, offset)?;
        if let Some(Value::Message(_, fields)) = operand.constant() {
            return Ok(constant(Value::Bool(fields.contains_key(field)), offset));
        }
        Ok(Expr { kind: Kind::Has(Box::new(operand), field.to_owned()), ty: Type::Bool, offset })
    }

    fn boolean(&mut self, tree: &Tree) -> Result<Expr, Error> {
        let expr = unwrapped(self.expression(tree)?);
        match expr.ty {
            Type::Bool => Ok(expr),
            ty => Err(Error::new(expr.offset, format!("expected a `bool`, found a value of type `{ty}`"))),
        }
    }

    fn booleans(&mut self, trees: &[Tree]) -> Result<Vec<Expr>, Error> {
        trees.iter().map(|tree| self.boolean(tree)).collect()
    }

    fn conditional(&mut self, parts: &[Tree; 3], offset: usize) -> Result<Expr, Error> {
        let condition = self.boolean(&parts[0])?;
        let yes = unwrapped(self.expression(&parts[1])?);
        let no = unwrapped(self.expression(&parts[2])?);
        if !yes.ty.fits(&no.ty) {
            let message = format!("the two results have different types: `{}` and `{}`", yes.ty, no.ty);
            return Err(Error::new(offset, message));
        }
        Ok(choice(condition, yes, no, offset))
    }

    fn list(&mut self, items: &[Tree], offset: usize) -> Result<Expr, Error> {
        let mut item_type = Type::Dyn;
        let mut exprs = Vec::new();
        for item in items {
            let expr = unwrapped(self.expression(item)?);
            if !expr.ty.fits(&item_type) {
                let message = format!("the list has items of different types: `{item_type}` and `{}`", expr.ty);
                return Err(Error::new(expr.offset, message));
            }
            item_type = expr.ty.clone();
            exprs.push(expr);
        }
        Ok(list_of(exprs, item_type, offset))
    }
}

/// Where the first name of `a.b.c` is.
fn start(tree: &Tree) -> usize {
    match &tree.node {
        Node::Select(operand, _) => start(operand),
        _ => tree.offset,
    }
}

fn constant(value: Value, offset: usize) -> Expr {
    Expr { ty: value.ty(), kind: Kind::Constant(value), offset }
}

/// The value of a wrapper, wherever a value is asked for.
fn unwrapped(expr: Expr) -> Expr {
    match expr.ty.clone() {
        Type::Wrapper(inner) => Expr { ty: *inner, offset: expr.offset, kind: Kind::Unwrap(Box::new(expr)) },
        _ => expr,
    }
}

fn list_of(items: Vec<Expr>, item_type: Type, offset: usize) -> Expr {
    let values: Option<Vec<Value>> = items.iter().map(|item| item.constant().cloned()).collect();
    match values {
        Some(values) => constant(Value::List(values, item_type), offset),
        None => Expr { kind: Kind::List(items), ty: Type::List(Box::new(item_type)), offset },
    }
}

fn all_of(terms: Vec<Expr>, offset: usize) -> Expr {
    if terms.iter().any(|term| term.is(false)) {
        return constant(Value::Bool(false), offset);
    }
    joined(terms, true, offset)
}

fn any_of(terms: Vec<Expr>, offset: usize) -> Expr {
    if terms.iter().any(|term| term.is(true)) {
        return constant(Value::Bool(true), offset);
    }
    joined(terms, false, offset)
}

/// Terms that are `neutral` decide nothing.
fn joined(mut terms: Vec<Expr>, neutral: bool, offset: usize) -> Expr {
    terms.retain(|term| !term.is(neutral));
    match terms.len() {
        0 => constant(Value::Bool(neutral), offset),
        1 => terms.remove(0),
        _ => Expr { kind: if neutral { Kind::And(terms) } else { Kind::Or(terms) }, ty: Type::Bool, offset },
    }
}

fn choice(condition: Expr, yes: Expr, no: Expr, offset: usize) -> Expr {
    if condition.is(true) {
        return yes;
    }
    if condition.is(false) {
        return no;
    }
    let ty = yes.ty.clone();
    Expr { kind: Kind::Conditional(Box::new([condition, yes, no])), ty, offset }
}
