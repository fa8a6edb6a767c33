//! The macros: `all`, `exists`, `exists_one`, `map` and `filter`, with one variable or two.

use super::{Checker, all_of, any_of, constant, list_of, unwrapped};
use crate::syntax::{Node, Tree};
use crate::{Error, Expr, Kind, Loop, LoopKind, Type, Value};

/// How often bodies of macros over lists of constants are written out, in one expression.
const MAX_UNROLLED: usize = 10_000;

impl Checker<'_> {
    /// The macro `name`, if it is one.
    pub(super) fn expand(
        &mut self,
        name: &str,
        range: &Tree,
        arguments: &[Tree],
        offset: usize,
    ) -> Result<Option<Expr>, Error> {
        let kind = match name {
            "all" => LoopKind::All,
            "exists" => LoopKind::Exists,
            "exists_one" | "existsOne" => LoopKind::ExistsOne,
            "map" | "transformList" => LoopKind::Map,
            "filter" => LoopKind::Filter,
            _ => return Ok(None),
        };
        let (variables, condition, body) = match (name, arguments) {
            ("map", [one, condition, body]) => (vec![one], Some(condition), body),
            ("transformList", [one, two, condition, body]) => (vec![one, two], Some(condition), body),
            ("map" | "filter", [one, body]) => (vec![one], None, body),
            ("map" | "filter", _) => return Ok(None),
            (_, [one, two, body]) => (vec![one, two], None, body),
            (name, [one, body]) if name != "transformList" => (vec![one], None, body),
            _ => return Ok(None),
        };
        let mut names = Vec::new();
        for variable in variables {
            match &variable.node {
                Node::Name(name) => names.push(name.clone()),
                _ => return Err(Error::new(variable.offset, "a variable has to be a name")),
            }
        }
        let range = self.expression(range)?;
        let parts = Parts { kind, names: &names, condition, body, offset };
        let is_unrolled = !matches!(kind, LoopKind::Filter | LoopKind::ExistsOne);
        if let (Some(Value::List(items, _)), None, true) = (range.constant(), condition, is_unrolled) {
            return self.unrolled(&items.clone(), &parts).map(Some);
        }
        self.looped(range, &parts).map(Some)
    }

    /// What a loop over items that are known comes to.
    fn unrolled(&mut self, items: &[Value], parts: &Parts<'_>) -> Result<Expr, Error> {
        let mut terms = Vec::new();
        for (index, item) in (0..).zip(items) {
            self.unrolled += 1;
            if self.unrolled > MAX_UNROLLED {
                return Err(Error::new(
                    parts.offset,
                    "the macros over lists of constants have too many terms together",
                ));
            }
            let item = constant(item.clone(), parts.offset);
            let values = match parts.names {
                [_] => vec![item],
                _ => vec![constant(Value::Int(index), parts.offset), item],
            };
            let depth = self.scope.len();
            self.scope.extend(parts.names.iter().cloned().zip(values));
            let term = self.expression(parts.body);
            self.scope.truncate(depth);
            terms.push(unwrapped(term?));
        }
        let is_wrong = |term: &&Expr| parts.kind != LoopKind::Map && term.ty != Type::Bool;
        if let Some(term) = terms.iter().find(is_wrong) {
            return Err(Error::new(term.offset, format!("expected a `bool`, found a value of type `{}`", term.ty)));
        }
        Ok(match parts.kind {
            LoopKind::All => all_of(terms, parts.offset),
            LoopKind::Exists => any_of(terms, parts.offset),
            LoopKind::Map | LoopKind::ExistsOne | LoopKind::Filter => {
                let item = terms.first().map_or(Type::Dyn, |term| term.ty.clone());
                list_of(terms, item, parts.offset)
            }
        })
    }

    fn looped(&mut self, range: Expr, parts: &Parts<'_>) -> Result<Expr, Error> {
        let types = match (&range.ty, parts.names.len()) {
            (Type::List(item), 1) => vec![(**item).clone()],
            (Type::List(item), _) => vec![Type::Int, (**item).clone()],
            (Type::Map(key, _), 1) => vec![(**key).clone()],
            (Type::Map(key, value), _) => vec![(**key).clone(), (**value).clone()],
            (ty, _) => {
                let message = format!("a value of type `{ty}` has no items: neither a list nor a map");
                return Err(Error::new(range.offset, message));
            }
        };
        let depth = self.scope.len();
        let mut variables = Vec::new();
        for (name, ty) in parts.names.iter().zip(types) {
            self.loops += 1;
            let unique = format!("{name}#{}", self.loops);
            variables.push((unique.clone(), ty.clone()));
            self.scope.push((name.clone(), Expr { kind: Kind::Variable(unique), ty, offset: parts.offset }));
        }
        let condition = parts.condition.map(|condition| self.boolean(condition)).transpose();
        let body = match parts.kind {
            LoopKind::Map => self.expression(parts.body).map(unwrapped),
            _ => self.boolean(parts.body),
        };
        self.scope.truncate(depth);
        let (condition, body) = (condition?, body?);
        let first = variables.first().cloned().unwrap_or_else(|| (String::new(), Type::Dyn));
        let ty = match parts.kind {
            LoopKind::Map => Type::List(Box::new(body.ty.clone())),
            LoopKind::Filter => Type::List(Box::new(first.1)),
            _ => Type::Bool,
        };
        let second = variables.get(1).map(|(name, _)| name.clone());
        let inner = Loop { kind: parts.kind, range, first: first.0, second, condition, body };
        Ok(Expr { kind: Kind::Loop(Box::new(inner)), ty, offset: parts.offset })
    }
}

/// A macro as it is written, without what it goes over.
struct Parts<'t> {
    kind: LoopKind,
    names: &'t [String],
    condition: Option<&'t Tree>,
    body: &'t Tree,
    offset: usize,
}
