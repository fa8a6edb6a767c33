//! What types cannot say: as calls of the runtime's checks, and in words for the docs.

mod condition;
mod words;

use serde_json::Value;

use super::code::literal;
use super::types::{Body, Bound, Item, ItemId, Judgement, Rule, Shape, Struct, Typed, Types, Union};
pub use words::in_words;

const RUNTIME: &str = "rt";

/// Writes the body of a type's `check`: one statement after the other.
pub struct Checks<'t> {
    types: &'t Types,
    /// Which items have anything to check.
    checked: Vec<bool>,
    /// How the schemas of judged values are called at run time; see [`super::judged`].
    judged: &'t dyn Fn(walnats_schema::SchemaId) -> String,
}

/// A value in generated code.
#[derive(Clone)]
struct Place {
    /// As an operand: `self.name`, `*value`.
    value: String,
    /// As a reference: `&self.name`, `value`.
    reference: String,
    /// Where it stands, as a reference to an `At`.
    at: String,
}

impl Place {
    /// `value`, which is a reference already.
    fn bound(at: String) -> Self {
        Self { value: "*value".to_owned(), reference: "value".to_owned(), at }
    }
}

impl<'t> Checks<'t> {
    pub fn new(types: &'t Types, judged: &'t dyn Fn(walnats_schema::SchemaId) -> String) -> Self {
        let mut checks = Self { types, checked: vec![false; types.items.len()], judged };
        // What an item holds decides whether it has anything to check: as often as anything changes.
        while checks.spread((0..types.items.len()).rev()) | checks.spread(0..types.items.len()) {}
        checks
    }

    fn spread(&mut self, order: impl Iterator<Item = usize>) -> bool {
        let mut changed = false;
        for index in order.filter(|index| !self.checked[*index]).collect::<Vec<_>>() {
            let item = &self.types.items[index];
            self.checked[index] = self.is_checked_item(&item.body, &item.rules);
            changed |= self.checked[index];
        }
        changed
    }

    /// Whether a type implements `Validate`.
    pub fn is_checked(&self, item: usize) -> bool {
        self.checked[item]
    }

    /// What is checked of an item.
    pub fn of_item(&self, item: usize, fields: &[String], additional: &str, super_path: &str) -> Vec<String> {
        let mut code = Code { checks: self, schemas: super_path, lines: Vec::new() };
        let Item { body, rules, .. } = &self.types.items[item];
        if let Body::Struct(body) = body {
            for (field, ident) in body.fields.iter().zip(fields) {
                code.field(field.required, &field.typed, ident, &field.name);
            }
            code.additional(body, additional);
        }
        for rule in rules {
            code.object_rule(rule, item, fields, additional);
        }
        code.lines
    }

    /// What is checked of a variant's value, which is bound to `value`.
    pub fn of_variant(&self, typed: &Typed, super_path: &str) -> Vec<String> {
        let mut code = Code { checks: self, schemas: super_path, lines: Vec::new() };
        code.typed(typed, &Place::bound("at".into()));
        code.lines
    }

    /// What is checked of the value in a newtype.
    pub fn of_newtype(&self, typed: &Typed, super_path: &str) -> Vec<String> {
        let mut code = Code { checks: self, schemas: super_path, lines: Vec::new() };
        code.typed(typed, &Place { value: "self.0".into(), reference: "&self.0".into(), at: "at".into() });
        code.lines
    }

    fn is_checked_item(&self, body: &Body, rules: &[Rule]) -> bool {
        !rules.is_empty()
            || match body {
                Body::Enum(_) => false,
                Body::Struct(Struct { fields, additional }) => {
                    fields.iter().any(|field| self.is_checked_type(&field.typed))
                        // An open struct checks that no member stands beside the field of its name.
                        || additional.as_ref().is_some_and(|typed| !fields.is_empty() || self.is_checked_type(typed))
                }
                Body::Union(Union { variants, .. }) => {
                    variants.iter().any(|variant| self.is_checked_type(&variant.typed))
                }
            }
    }

    /// Whether there is anything to check of values of a type.
    pub fn is_checked_type(&self, typed: &Typed) -> bool {
        !typed.rules.is_empty()
            || match &typed.shape {
                Shape::Array(inner) | Shape::FixedArray(inner, _) | Shape::Map(inner) | Shape::Nullable(inner) => {
                    self.is_checked_type(inner)
                }
                Shape::Tuple(items) => items.iter().any(|item| self.is_checked_type(item)),
                Shape::Item(item) | Shape::Boxed(item) => self.checked[*item],
                _ => false,
            }
    }
}

struct Code<'c, 't> {
    checks: &'c Checks<'t>,
    /// What leads from the file to the module that has `SCHEMAS`: `super::`.
    schemas: &'c str,
    lines: Vec<String>,
}

impl Code<'_, '_> {
    fn field(&mut self, required: bool, typed: &Typed, ident: &str, name: &str) {
        if !self.checks.is_checked_type(typed) {
            return;
        }
        let value = format!("self.{ident}");
        let at = format!("&at.property({})", literal(name));
        if required {
            self.typed(typed, &Place { reference: format!("&{value}"), value, at });
        } else {
            self.present(typed, &format!("&{value}"), at);
        }
    }

    /// Checks what an `Option` holds, if it holds something.
    fn present(&mut self, typed: &Typed, option: &str, at: String) {
        if is_validate(typed) {
            self.lines.push(format!("{}.check({at}, violations);", option.trim_start_matches('&')));
            return;
        }
        let (mut typed, mut pattern) = (typed, "value".to_owned());
        while let Shape::Nullable(inner) = &typed.shape
            && typed.rules.is_empty()
        {
            (typed, pattern) = (inner, format!("Some({pattern})"));
        }
        self.lines.push(format!("if let Some({pattern}) = {option} {{"));
        self.typed(typed, &Place::bound(at));
        self.lines.push("}".to_owned());
    }

    fn additional(&mut self, body: &Struct, ident: &str) {
        let Some(typed) = &body.additional else { return };
        if !body.fields.is_empty() {
            let names: Vec<String> = body.fields.iter().map(|field| literal(&field.name)).collect();
            let names = names.join(", ");
            self.lines.push(format!("{RUNTIME}::no_field(self.{ident}.keys(), &[{names}], at, violations);"));
        }
        if self.checks.is_checked_type(typed) {
            self.lines.push(format!("for (name, value) in &self.{ident} {{"));
            self.typed(typed, &Place::bound("&at.property(name)".to_owned()));
            self.lines.push("}".to_owned());
        }
    }

    fn typed(&mut self, typed: &Typed, place: &Place) {
        let text = Place { reference: format!("{}.as_str()", place.value.trim_start_matches('*')), ..place.clone() };
        for rule in &typed.rules {
            self.rule(rule, typed, if typed.shape.has_text() { &text } else { place });
        }
        let inner_checked = match &typed.shape {
            Shape::Array(inner) | Shape::FixedArray(inner, _) | Shape::Map(inner) | Shape::Nullable(inner) => {
                self.checks.is_checked_type(inner)
            }
            Shape::Tuple(items) => items.iter().any(|item| self.checks.is_checked_type(item)),
            Shape::Item(item) | Shape::Boxed(item) => self.checks.checked[*item],
            _ => false,
        };
        if inner_checked {
            self.inner(typed, place);
        }
    }

    fn inner(&mut self, typed: &Typed, place: &Place) {
        let Place { value, reference, at } = place;
        if is_validate(&Typed::exact(typed.shape.clone())) {
            self.lines.push(format!("{}.check({at}, violations);", value.trim_start_matches('*')));
            return;
        }
        match &typed.shape {
            Shape::Nullable(inner) => self.present(inner, reference, at.clone()),
            Shape::Array(inner) | Shape::FixedArray(inner, _) => {
                self.block(
                    at,
                    format!("for (index, value) in {value}.iter().enumerate() {{").replace("*value.", "value."),
                );
                self.typed(inner, &Place::bound("&at.item(index)".to_owned()));
                self.lines.extend(["}".to_owned(), "}".to_owned()]);
            }
            Shape::Map(inner) => {
                self.block(at, format!("for (name, value) in {reference} {{"));
                self.typed(inner, &Place::bound("&at.property(name)".to_owned()));
                self.lines.extend(["}".to_owned(), "}".to_owned()]);
            }
            Shape::Tuple(items) => {
                let place = value.strip_prefix('*').unwrap_or(value);
                for (index, item) in items.iter().enumerate() {
                    let value = format!("{place}.{index}");
                    if self.checks.is_checked_type(item) {
                        // Inside a block, so that a value of the same name inside does not hide this one.
                        let reference = format!("&{value}");
                        self.typed(
                            item,
                            &Place { value, reference, at: format!("&{}.item({index})", at.trim_start_matches('&')) },
                        );
                    }
                }
            }
            _ => {}
        }
    }

    fn block(&mut self, at: &str, line: String) {
        self.lines.push("{".to_owned());
        if at != "at" {
            self.lines.push(format!("let at = {at};"));
        }
        self.lines.push(line);
    }

    fn rule(&mut self, rule: &Rule, typed: &Typed, place: &Place) {
        let Place { value, reference, at } = place;
        let plain = value.strip_prefix('*').unwrap_or(value);
        let call =
            |name: &str, first: &str, second: &str| format!("{RUNTIME}::{name}({first}, {second}, {at}, violations);");
        let line = match rule {
            Rule::MinLength(min) => call("min_length", reference, &min.to_string()),
            Rule::MaxLength(max) => call("max_length", reference, &max.to_string()),
            Rule::Pattern(pattern) => self.with_pattern(pattern, &call("pattern", reference, "&PATTERN")),
            Rule::Format(format) => call("format", reference, &format!("{RUNTIME}::Format::{format:?}")),
            Rule::Minimum(bound) => call("minimum", reference, &bound_text(*bound)),
            Rule::Maximum(bound) => call("maximum", reference, &bound_text(*bound)),
            Rule::ExclusiveMinimum(bound) => call("exclusive_minimum", reference, &bound_text(*bound)),
            Rule::ExclusiveMaximum(bound) => call("exclusive_maximum", reference, &bound_text(*bound)),
            Rule::MultipleOf(bound @ Bound::Integer(_)) => call("multiple_of", value, &bound_text(*bound)),
            Rule::MultipleOf(bound @ Bound::Float(_)) => call("float_multiple_of", value, &bound_text(*bound)),
            Rule::Finite => format!("{RUNTIME}::finite({value}, {at}, violations);"),
            Rule::OneOf(values) => {
                let told = literal(&words::one_of(values));
                let allowed = match values.as_slice() {
                    // Looks at the value, which no other check may do.
                    [] => format!("matches!({value}, _ if false)"),
                    [Value::Bool(true)] => value.clone(),
                    [Value::Bool(false)] => format!("!{value}"),
                    _ => format!("matches!({value}, {})", alternatives(values)),
                };
                call("one_of", &allowed, &told)
            }
            Rule::MinItems(min) => call("min_items", &format!("{plain}.len()"), &min.to_string()),
            Rule::MaxItems(max) => call("max_items", &format!("{plain}.len()"), &max.to_string()),
            Rule::UniqueItems => format!("{RUNTIME}::unique_items({reference}, {at}, violations);"),
            Rule::MinProperties(min) => call("min_properties", &format!("{plain}.len()"), &min.to_string()),
            Rule::MaxProperties(max) => call("max_properties", &format!("{plain}.len()"), &max.to_string()),
            Rule::MemberNames(pattern) => {
                self.with_pattern(pattern, &call("member_names", &format!("{plain}.keys()"), "&PATTERN"))
            }
            Rule::Present(name) => call("present", &format!("{plain}.contains_key({})", literal(name)), &literal(name)),
            Rule::Absent(name) => call("absent", &format!("{plain}.contains_key({})", literal(name)), &literal(name)),
            Rule::UniqueValues => format!("{RUNTIME}::unique_values({reference}, {at}, violations);"),
            Rule::Judge(judgement) => self.judge(judgement, typed, place),
        };
        self.lines.push(line);
    }

    fn object_rule(&mut self, rule: &Rule, item: ItemId, idents: &[String], additional: &str) {
        let body = &self.checks.types.items[item].body;
        let at = "at";
        let line = match (rule, body) {
            (Rule::MinProperties(min), Body::Struct(body)) => {
                format!("{RUNTIME}::min_properties({}, {min}, {at}, violations);", members(body, idents, additional))
            }
            (Rule::MaxProperties(max), Body::Struct(body)) => {
                format!("{RUNTIME}::max_properties({}, {max}, {at}, violations);", members(body, idents, additional))
            }
            (Rule::Present(name), Body::Struct(body)) => {
                let name = literal(name);
                let is_there = match body.additional {
                    Some(_) => format!("self.{additional}.contains_key({name})"),
                    None => "false".to_owned(),
                };
                format!("{RUNTIME}::present({is_there}, {name}, {at}, violations);")
            }
            (Rule::Absent(name), _) => {
                let name = literal(name);
                format!("{RUNTIME}::absent(self.{additional}.contains_key({name}), {name}, {at}, violations);")
            }
            (Rule::Judge(judgement), _) => {
                let typed = Typed::exact(Shape::Item(item));
                self.judge(judgement, &typed, &Place { value: "self".into(), reference: "self".into(), at: at.into() })
            }
            _ => return,
        };
        self.lines.push(line);
    }

    fn judge(&self, judgement: &Judgement, typed: &Typed, place: &Place) -> String {
        let Place { value, reference, at } = place;
        let name = literal(&(self.checks.judged)(judgement.id));
        let schemas = format!("{}SCHEMAS", self.schemas);
        match &judgement.proof {
            // The schema knows best how to say what is wrong.
            Some(proof) => {
                let holds = self.condition(proof, typed, value, true);
                format!("{schemas}.check_unless({holds}, {name}, {reference}, {at}, violations);")
            }
            None => format!("{schemas}.check({name}, {reference}, {at}, violations);"),
        }
    }

    fn with_pattern(&self, pattern: &str, call: &str) -> String {
        format!("{{\nstatic PATTERN: {RUNTIME}::Pattern = {RUNTIME}::Pattern::new({});\n{call}\n}}", literal(pattern))
    }
}

/// The number of members that an object has.
fn members(body: &Struct, idents: &[String], additional: &str) -> String {
    let required = body.fields.iter().filter(|field| field.required).count();
    let optional = body.fields.iter().zip(idents).filter(|(field, _)| !field.required);
    let optional = optional.map(|(_, ident)| format!("usize::from(self.{ident}.is_some())"));
    let additional = body.additional.as_ref().map(|_| format!("self.{additional}.len()"));
    let summands: Vec<String> =
        (required > 0).then(|| required.to_string()).into_iter().chain(optional).chain(additional).collect();
    if summands.is_empty() { "0".to_owned() } else { summands.join(" + ") }
}

/// Whether a type implements `Validate` as it is, with all that is asked of its values.
fn is_validate(typed: &Typed) -> bool {
    typed.rules.is_empty()
        && match &typed.shape {
            Shape::Item(_) | Shape::Boxed(_) => true,
            Shape::Array(inner) | Shape::FixedArray(inner, _) | Shape::Map(inner) | Shape::Nullable(inner) => {
                is_validate(inner)
            }
            _ => false,
        }
}

fn bound_text(bound: Bound) -> String {
    match bound {
        Bound::Integer(value) => value.to_string(),
        Bound::Float(value) => format!("{value:?}"),
    }
}

/// The values as alternatives of a pattern; integers in a row as a range.
fn alternatives(values: &[Value]) -> String {
    let Some(mut integers) = values.iter().map(super::integer::integral).collect::<Option<Vec<i128>>>() else {
        return values.iter().map(Value::to_string).collect::<Vec<_>>().join(" | ");
    };
    integers.sort_unstable();
    let runs = integers.chunk_by(|a, b| a + 1 == *b).flat_map(|run| match run {
        [first, .., last] if run.len() > 2 => vec![format!("{first}..={last}")],
        run => run.iter().map(i128::to_string).collect(),
    });
    runs.collect::<Vec<_>>().join(" | ")
}
