//! Rules that are written as expressions.

use prost_reflect::{DynamicMessage, ReflectMessage as _};
use walnats_cel::{Type, Value, Variable, compile};

use super::declarations::Schema;
use super::site::Site;
use super::{Lowering, list, set};
use crate::diagnostic::Diagnostic;
use crate::model::ProtobufRule;

/// A `buf.validate.Rule`.
#[derive(Clone)]
pub struct Written {
    pub id: String,
    pub message: String,
    pub expression: String,
}

impl Written {
    pub fn read(rule: &DynamicMessage) -> Self {
        let text = |name: &str| set(rule, name).and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default();
        Self { id: text("id"), message: text("message"), expression: text("expression") }
    }
}

impl Written {
    /// Whether the rule refuses the value `this`, which is known; false too where that cannot be told.
    pub fn refuses(&self, this: &Value, predefined: Option<&(Value, Value)>, schema: &Schema<'_>) -> bool {
        let mut variables = variables(this.ty(), predefined.cloned());
        variables[0].value = Some(this.clone());
        let expr = compile(&self.expression, &variables, schema);
        match expr.as_ref().ok().and_then(|expr| expr.constant()) {
            Some(Value::Bool(holds)) => !holds,
            Some(Value::String(problem)) => !problem.is_empty(),
            _ => false,
        }
    }
}

/// The variables that a rule knows: `this` and `now`, and of a predefined rule `rules` and `rule`.
pub fn variables(this: Type, predefined: Option<(Value, Value)>) -> Vec<Variable> {
    let variable = |name, ty, value| Variable { name, ty, value };
    let mut variables = vec![variable("this", this, None), variable("now", Type::Timestamp, None)];
    if let Some((rules, rule)) = predefined {
        variables.push(variable("rules", rules.ty(), Some(rules)));
        variables.push(variable("rule", rule.ty(), Some(rule)));
    }
    variables
}

/// The rules in `cel` and `cel_expression` of `options`, as they are written.
pub fn written_in(options: &DynamicMessage) -> Vec<Written> {
    let lists = [("cel_expression", false), ("cel", true)];
    lists
        .iter()
        .flat_map(|(name, is_whole)| list(options, name).into_iter().filter_map(|i| own(&i, *is_whole)))
        .collect()
}

fn own(item: &prost_reflect::Value, is_whole: bool) -> Option<Written> {
    match (item.as_message(), item.as_str()) {
        (Some(rule), _) if is_whole => Some(Written::read(rule)),
        (_, Some(text)) => Some(Written { id: text.to_owned(), message: String::new(), expression: text.to_owned() }),
        _ => None,
    }
}

impl Lowering<'_> {
    /// The rules in `cel` and `cel_expression` of `options`, over a value of type `this`.
    pub fn own_rules(&mut self, options: &DynamicMessage, this: &Type, site: &Site) -> Vec<ProtobufRule> {
        let mut rules = Vec::new();
        for (name, is_whole) in [("cel_expression", false), ("cel", true)] {
            let number = options.descriptor().get_field_by_name(name).map_or(0, |field| field.number());
            for (index, item) in list(options, name).iter().enumerate() {
                let Some(written) = own(item, is_whole) else { continue };
                let site = site.part(number, name).item(index);
                rules.extend(self.rule(written, &variables(this.clone(), None), &site));
            }
        }
        rules
    }

    /// A rule, compiled; `None` if it always holds, or after a finding.
    pub fn rule(&mut self, written: Written, variables: &[Variable], site: &Site) -> Option<ProtobufRule> {
        let Written { id, message, expression } = written;
        let expr = match compile(&expression, variables, &Schema(self.pool)) {
            Ok(expr) => expr,
            Err(error) => {
                let place = self.place_in(site, &expression, error.offset);
                let text = format!("an expression of {} cannot be compiled: {}", site.what, error.message);
                let found = Diagnostic::error("WN0550", place, text);
                self.report
                    .push(found.help("see https://protovalidate.com/reference/cel_extensions for what it may call"));
                return None;
            }
        };
        if !matches!(expr.ty, Type::Bool | Type::String) {
            let text = format!("an expression of {} is of type `{}`", site.what, expr.ty);
            let help = "it has to be a `bool`, or a `string` that is empty where all is well";
            self.error("WN0551", site, text, help);
            return None;
        }
        match expr.constant() {
            Some(Value::Bool(true)) => return None,
            Some(Value::String(text)) if text.is_empty() => return None,
            Some(_) => {
                let text = format!("a rule of {} can never hold: `{}`", site.what, site.rule());
                let found = Diagnostic::warning("WN0554", self.place(site), text);
                self.report.push(found.help("whatever the value is, the expression refuses it"));
            }
            None => {}
        }
        let is_condition = expr.ty == Type::Bool;
        let message = match message.is_empty() && is_condition {
            true => format!("{expression:?} returned false"),
            false => message,
        };
        Some(ProtobufRule { id, path: site.rule(), message, expr })
    }
}
