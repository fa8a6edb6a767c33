//! Calls: which form of a function is meant.

use super::{Checker, constant, fold, unwrapped};
use crate::function::{COMPARISONS, OVERLOADS, Overload, Shape};
use crate::library::{Regex, Timestamp};
use crate::syntax::{self, Call, Node, Tree};
use crate::{Error, Expr, Function, Kind, Type, Value};

impl Checker<'_> {
    pub(super) fn call(&mut self, call: &Call, offset: usize) -> Result<Expr, Error> {
        let arguments = call.arguments.as_slice();
        match (call.function.as_str(), call.has_receiver, arguments) {
            ("has", false, [argument]) => {
                return match &argument.node {
                    Node::Select(operand, field) => self.has(operand, field, argument.offset),
                    _ => Err(Error::new(argument.offset, "`has` takes a field: `has(this.name)`")),
                };
            }
            ("getField", false, [message, field]) => return self.get_field(message, field, offset),
            ("format", true, [text, values]) => return self.format(text, values, offset),
            ("_==_" | "_!=_", false, [one, other]) => {
                if let Some(expr) = self.null_comparison(&call.function, one, other, offset)? {
                    return Ok(expr);
                }
            }
            (function, true, [range, rest @ ..]) => {
                if let Some(expr) = self.expand(function, range, rest, offset)? {
                    return Ok(expr);
                }
                // `strings.quote(…)`: not a receiver, but a part of the name.
                let name = syntax::dotted(range).map(|scope| format!("{scope}.{function}"));
                if let Some(name) = name.filter(|name| OVERLOADS.iter().any(|overload| overload.name == name)) {
                    let arguments = self.arguments(rest)?;
                    return self.apply(&name, false, arguments, offset);
                }
            }
            _ => {}
        }
        let arguments = self.arguments(arguments)?;
        self.apply(&call.function, call.has_receiver, arguments, offset)
    }

    fn arguments(&mut self, trees: &[Tree]) -> Result<Vec<Expr>, Error> {
        trees.iter().map(|tree| Ok(unwrapped(self.expression(tree)?))).collect()
    }

    /// `getField(message, 'field')`: a field whose name is a word that CEL keeps for itself.
    fn get_field(&mut self, message: &Tree, field: &Tree, offset: usize) -> Result<Expr, Error> {
        let message = self.expression(message)?;
        match &field.node {
            Node::Literal(Value::String(field)) => self.field(message, field, offset),
            _ => Err(Error::new(field.offset, "the name of the field has to be a literal")),
        }
    }

    /// Wrappers are compared with `null`.
    fn null_comparison(&mut self, function: &str, a: &Tree, b: &Tree, offset: usize) -> Result<Option<Expr>, Error> {
        let is_null = |tree: &Tree| matches!(tree.node, Node::Literal(Value::Null));
        let operand = match (is_null(a), is_null(b)) {
            (false, true) => self.expression(a)?,
            (true, false) => self.expression(b)?,
            _ => return Ok(None),
        };
        if !matches!(operand.ty, Type::Wrapper(_)) {
            let message = format!("a value of type `{}` is never null; ask with `has`", operand.ty);
            return Err(Error::new(offset, message));
        }
        let is_null = Expr { kind: Kind::IsNull(Box::new(operand)), ty: Type::Bool, offset };
        if function == "_==_" {
            return Ok(Some(is_null));
        }
        self.apply("!_", false, vec![is_null], offset).map(Some)
    }

    /// A call of a function that is not a macro, on arguments that are checked.
    pub(super) fn apply(
        &mut self,
        name: &str,
        has_receiver: bool,
        arguments: Vec<Expr>,
        offset: usize,
    ) -> Result<Expr, Error> {
        let comparison = COMPARISONS.iter().find(|(operator, _)| *operator == name);
        let found = match (comparison, arguments.as_slice()) {
            (Some((_, function)), [one, other]) => {
                (one.ty == other.ty && is_ordered(&one.ty)).then_some((*function, Type::Bool))
            }
            _ => OVERLOADS
                .iter()
                .filter(|overload| overload.name == name && overload.has_receiver == has_receiver)
                .find_map(|overload| {
                    let result = result(overload, &arguments)?;
                    Some((overload.function, result))
                }),
        };
        let Some((function, ty)) = found else { return Err(no_overload(name, has_receiver, &arguments, offset)) };
        if function == Function::Same {
            return Ok(arguments.into_iter().next().unwrap_or_else(|| constant(Value::Null, offset)));
        }
        verify(function, &arguments)?;
        match fold::fold(function, &arguments) {
            Some(Ok(value)) => Ok(Expr { ty, ..constant(value, offset) }),
            Some(Err(failure)) => Err(Error::new(offset, format!("this always fails: {failure}"))),
            None => Ok(Expr { kind: Kind::Call(function, arguments), ty, offset }),
        }
    }
}

fn is_ordered(ty: &Type) -> bool {
    !matches!(ty, Type::Dyn | Type::Null | Type::List(_) | Type::Map(..) | Type::Message(_) | Type::Wrapper(_))
}

/// What depends on values that have to be known, or are.
fn verify(function: Function, arguments: &[Expr]) -> Result<(), Error> {
    match (function, arguments) {
        (Function::Matches, [_, pattern]) => {
            let Some(Value::String(text)) = pattern.constant() else {
                return Err(Error::new(pattern.offset, "the pattern of `matches` has to be known here"));
            };
            match Regex::mistake(text) {
                Some(mistake) => Err(Error::new(pattern.offset, format!("not a regular expression: {mistake}"))),
                None => Ok(()),
            }
        }
        (Function::Part(part), [_, zone]) => match zone.constant() {
            Some(Value::String(name)) if Timestamp::default().part(part, name).is_err() => {
                Err(Error::new(zone.offset, format!("there is no time zone `{name}`")))
            }
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

/// The type of the result, if the arguments fit.
fn result(overload: &Overload, arguments: &[Expr]) -> Option<Type> {
    if overload.parameters.len() != arguments.len() {
        return None;
    }
    let mut bound = Bound::default();
    let fits = overload.parameters.iter().zip(arguments).all(|(shape, argument)| bound.fits(*shape, &argument.ty));
    fits.then(|| bound.of(overload.result))
}

/// What type variables stand for.
#[derive(Default)]
struct Bound {
    a: Option<Type>,
    b: Option<Type>,
}

impl Bound {
    fn fits(&mut self, shape: Shape, ty: &Type) -> bool {
        match (shape, ty) {
            (Shape::A, ty) => bind(&mut self.a, ty),
            (Shape::B, ty) => bind(&mut self.b, ty),
            (Shape::ListOfA, Type::List(item)) => bind(&mut self.a, item),
            (Shape::MapOfA, Type::Map(key, _)) => bind(&mut self.a, key),
            (Shape::MapOfAToB, Type::Map(key, value)) => bind(&mut self.a, key) && bind(&mut self.b, value),
            (Shape::ListOfA | Shape::MapOfA | Shape::MapOfAToB, _) => false,
            (shape, ty) => self.of(shape).fits(ty),
        }
    }

    fn of(&self, shape: Shape) -> Type {
        let a = || self.a.clone().unwrap_or(Type::Dyn);
        let b = || self.b.clone().unwrap_or(Type::Dyn);
        match shape {
            Shape::Bool => Type::Bool,
            Shape::Int => Type::Int,
            Shape::Uint => Type::Uint,
            Shape::Double => Type::Double,
            Shape::Text => Type::String,
            Shape::Bytes => Type::Bytes,
            Shape::Duration => Type::Duration,
            Shape::Timestamp => Type::Timestamp,
            Shape::A => a(),
            Shape::B => b(),
            Shape::ListOfA => Type::List(Box::new(a())),
            Shape::ListOfText => Type::List(Box::new(Type::String)),
            Shape::MapOfA => Type::Map(Box::new(a()), Box::new(Type::Dyn)),
            Shape::MapOfAToB => Type::Map(Box::new(a()), Box::new(b())),
        }
    }
}

fn bind(variable: &mut Option<Type>, ty: &Type) -> bool {
    match variable {
        Some(bound) if *bound != Type::Dyn => bound.fits(ty),
        _ => {
            *variable = Some(ty.clone());
            true
        }
    }
}

fn no_overload(name: &str, has_receiver: bool, arguments: &[Expr], offset: usize) -> Error {
    let types: Vec<String> = arguments.iter().map(|argument| format!("`{}`", argument.ty)).collect();
    let operator = name.trim_matches(|c| c == '_' || c == '@');
    let is_operator = name.starts_with(['_', '@', '!', '-']);
    let is_known = OVERLOADS.iter().any(|overload| overload.name == name && overload.has_receiver == has_receiver);
    let message = match (is_operator, has_receiver, types.as_slice()) {
        (true, ..) if name == "_[_]" => format!("a value of type {} has no index of type {}", types[0], types[1]),
        (true, ..) => format!("`{operator}` does not take {}", types.join(" and ")),
        (_, true, [receiver]) if is_known => format!("a value of type {receiver} has no method `{name}()`"),
        (_, true, [receiver, rest @ ..]) if is_known => {
            format!("a value of type {receiver} has no method `{name}` that takes {}", rest.join(" and "))
        }
        (_, false, []) if is_known => format!("`{name}` takes arguments"),
        (_, false, _) if is_known => format!("`{name}` does not take {}", types.join(" and ")),
        (_, true, _) => format!("there is no method `{name}`"),
        _ => format!("there is no function `{name}`"),
    };
    Error::new(offset, message)
}
