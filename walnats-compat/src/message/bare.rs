//! Expressions without what makes no difference to what they say.

use walnats_cel::{Expr, Kind, Piece, Type};

/// Takes out of expressions what they do not mean: where they stand, and the numbers of variables.
#[derive(Default)]
pub struct Bare {
    names: Vec<String>,
}

impl Bare {
    fn name(&mut self, name: &mut String) {
        if !name.contains('#') {
            return;
        }
        let known = self.names.iter().position(|known| known == name);
        let number = known.unwrap_or_else(|| {
            self.names.push(name.clone());
            self.names.len() - 1
        });
        *name = format!("#{number}");
    }

    /// Messages are compared by their fields, not by what they are called.
    fn ty(&mut self, ty: &mut Type) {
        match ty {
            Type::Message(name) => name.clear(),
            Type::List(items) => self.ty(items),
            Type::Map(keys, values) => {
                self.ty(keys);
                self.ty(values);
            }
            _ => {}
        }
    }

    /// Takes it out of `expr`.
    pub fn expr(&mut self, expr: &mut Expr) {
        expr.offset = 0;
        self.ty(&mut expr.ty);
        match &mut expr.kind {
            Kind::Constant(_) => {}
            Kind::Variable(name) => self.name(name),
            Kind::Field(operand, _) | Kind::Has(operand, _) | Kind::Unwrap(operand) | Kind::IsNull(operand) => {
                self.expr(operand);
            }
            Kind::And(terms) | Kind::Or(terms) | Kind::List(terms) | Kind::Call(_, terms) => {
                terms.iter_mut().for_each(|term| self.expr(term));
            }
            Kind::Conditional(parts) => parts.iter_mut().for_each(|part| self.expr(part)),
            Kind::Format(pieces) => {
                for piece in pieces {
                    if let Piece::Value { value, .. } = piece {
                        self.expr(value);
                    }
                }
            }
            Kind::Loop(inner) => {
                self.expr(&mut inner.range);
                self.name(&mut inner.first);
                inner.second.iter_mut().for_each(|second| self.name(second));
                inner.condition.iter_mut().for_each(|condition| self.expr(condition));
                self.expr(&mut inner.body);
            }
        }
    }
}
