//! What types cannot say, as calls of the runtime's checks: the body of a type's `check`.

mod condition;

use super::code::literal;
use super::constraint::{self, RUNTIME, Subject};
use super::idents::Idents;
use super::operand::Operand;
use super::types::{Body, Field, Item, ItemId, Judgement, Struct, Type, Typed, Types, Union};

/// Writes the body of a type's `check`: one statement after the other.
pub struct Checks<'t> {
    types: &'t Types,
    /// Which items have anything to check.
    checked: Vec<bool>,
    /// How the schemas of judged values are called at run time; see [`super::judged`].
    judged: &'t dyn Fn(walnats_schema::SchemaId) -> String,
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
            self.checked[index] = self.is_checked_item(item);
            changed |= self.checked[index];
        }
        changed
    }

    /// Whether a type implements `Validate`.
    pub fn is_checked(&self, item: ItemId) -> bool {
        self.checked[item.0]
    }

    /// What is checked of an item; `idents` are those of a struct.
    pub fn of_item(&self, item: ItemId, idents: Option<&Idents>, super_path: &str) -> Vec<String> {
        let mut code = Code { checks: self, schemas: super_path, lines: Vec::new() };
        let Item { body, constraints, judgements, .. } = &self.types.items[item];
        let at = Operand::bound("at");
        if let (Body::Struct(body), Some(idents)) = (body, idents) {
            for (field, ident) in body.fields.iter().zip(&idents.fields) {
                code.field(field, ident);
            }
            code.additional(body, idents);
            let members = Subject::Members(body, idents);
            code.lines.extend(constraints.iter().filter_map(|asked| constraint::call(asked, members, &at)));
        }
        for judgement in judgements {
            let typed = Typed::exact(Type::Item(item));
            code.lines.push(code.judge(judgement, &typed, &Operand::bound("self"), &at));
        }
        code.lines
    }

    /// What is checked of a variant's value, which is bound to `name` and stands at `at`.
    pub fn of_variant(&self, typed: &Typed, name: &str, at: &Operand, super_path: &str) -> Vec<String> {
        let mut code = Code { checks: self, schemas: super_path, lines: Vec::new() };
        code.typed(typed, &Operand::bound(name), at);
        code.lines
    }

    /// What is checked of the value in a newtype.
    pub fn of_newtype(&self, typed: &Typed, super_path: &str) -> Vec<String> {
        let mut code = Code { checks: self, schemas: super_path, lines: Vec::new() };
        code.typed(typed, &Operand::place("self.0"), &Operand::bound("at"));
        code.lines
    }

    fn is_checked_item(&self, item: &Item) -> bool {
        !item.constraints.is_empty()
            || !item.judgements.is_empty()
            || match &item.body {
                Body::Newtype(typed) => self.is_checked_type(typed),
                Body::Enum(body) => body.keeps_unknown,
                Body::Alias(_) => false,
                Body::Struct(Struct { fields, additional }) => {
                    fields.iter().any(|field| self.is_checked_type(&field.typed))
                        // An open struct checks that no additional member has the name of a field.
                        || additional.as_ref().is_some_and(|typed| !fields.is_empty() || self.is_checked_type(typed))
                }
                Body::Union(Union { variants, keeps_unknown, .. }) => {
                    *keeps_unknown || variants.iter().any(|variant| self.is_checked_type(&variant.typed))
                }
            }
    }

    /// Whether there is anything to check of values of a type.
    pub fn is_checked_type(&self, typed: &Typed) -> bool {
        !typed.is_exact()
            || match &typed.ty {
                Type::Array(inner) | Type::FixedArray(inner, _) | Type::Map(inner) | Type::Nullable(inner) => {
                    self.is_checked_type(inner)
                }
                Type::Tuple(items) => items.iter().any(|item| self.is_checked_type(item)),
                Type::Item(item) | Type::Boxed(item) => self.checked[item.0],
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
    fn field(&mut self, field: &Field, ident: &str) {
        // Where the condition does not hold, nothing is asked of the value; where it does, the schema asks.
        if field.conditional || !self.checks.is_checked_type(&field.typed) {
            return;
        }
        let value = Operand::place(format!("self.{ident}"));
        let at = Operand::place(format!("at.property({})", literal(&field.name)));
        if field.required {
            self.typed(&field.typed, &value, &at);
        } else {
            self.present(&field.typed, &value, &at);
        }
    }

    /// Checks what an `Option` holds, if it holds something.
    fn present(&mut self, typed: &Typed, option: &Operand, at: &Operand) {
        if is_validate(typed) {
            self.lines.push(format!("{}.check({}, violations);", option.path, at.reference()));
            return;
        }
        let (mut typed, mut pattern) = (typed, "value".to_owned());
        while let Type::Nullable(inner) = &typed.ty
            && typed.is_exact()
        {
            (typed, pattern) = (inner, format!("Some({pattern})"));
        }
        self.lines.push(format!("if let Some({pattern}) = {} {{", option.reference()));
        self.typed(typed, &Operand::bound("value"), at);
        self.lines.push("}".to_owned());
    }

    fn additional(&mut self, body: &Struct, idents: &Idents) {
        let Some(typed) = &body.additional else { return };
        let ident = &idents.additional;
        let no_field = |names: &str| format!("{RUNTIME}::no_field(self.{ident}.keys(), &[{names}], at, violations);");
        let names = body.fields.iter().filter(|field| !field.conditional).map(|field| literal(&field.name));
        let names = names.collect::<Vec<_>>().join(", ");
        self.lines.extend((!names.is_empty()).then(|| no_field(&names)));
        for (field, ident) in body.fields.iter().zip(&idents.fields).filter(|(field, _)| field.conditional) {
            let lines = [format!("if self.{ident}.is_some() {{"), no_field(&literal(&field.name)), "}".to_owned()];
            self.lines.extend(lines);
        }
        if self.checks.is_checked_type(typed) {
            self.lines.push(format!("for (name, value) in &self.{ident} {{"));
            self.typed(typed, &Operand::bound("value"), &Operand::place("at.property(name)"));
            self.lines.push("}".to_owned());
        }
    }

    fn typed(&mut self, typed: &Typed, operand: &Operand, at: &Operand) {
        let subject = Subject::Value(operand, &typed.ty);
        self.lines.extend(typed.constraints.iter().filter_map(|asked| constraint::call(asked, subject, at)));
        for judgement in &typed.judgements {
            self.lines.push(self.judge(judgement, typed, operand, at));
        }
        let inner_checked = match &typed.ty {
            Type::Array(inner) | Type::FixedArray(inner, _) | Type::Map(inner) | Type::Nullable(inner) => {
                self.checks.is_checked_type(inner)
            }
            Type::Tuple(items) => items.iter().any(|item| self.checks.is_checked_type(item)),
            Type::Item(item) | Type::Boxed(item) => self.checks.checked[item.0],
            _ => false,
        };
        if inner_checked {
            self.inner(typed, operand, at);
        }
    }

    fn inner(&mut self, typed: &Typed, operand: &Operand, at: &Operand) {
        if is_validate(&Typed::exact(typed.ty.clone())) {
            self.lines.push(format!("{}.check({}, violations);", operand.path, at.reference()));
            return;
        }
        match &typed.ty {
            Type::Nullable(inner) => self.present(inner, operand, at),
            Type::Array(inner) | Type::FixedArray(inner, _) => {
                self.each(inner, at, "item(index)", &format!("(index, value) in {}.iter().enumerate()", operand.path));
            }
            Type::Map(inner) => {
                self.each(inner, at, "property(name)", &format!("(name, value) in {}", operand.reference()));
            }
            Type::Tuple(items) => {
                for (index, item) in items.iter().enumerate().filter(|(_, item)| self.checks.is_checked_type(item)) {
                    let item_at = Operand::place(format!("{}.item({index})", at.path));
                    self.typed(item, &Operand::place(format!("{}.{index}", operand.path)), &item_at);
                }
            }
            _ => {}
        }
    }

    /// Checks what a loop binds to `value`. It stands inside a block, so that an `at` of its own hides no other.
    fn each(&mut self, typed: &Typed, at: &Operand, step: &str, head: &str) {
        self.lines.push("{".to_owned());
        if at.path != "at" {
            self.lines.push(format!("let at = {};", at.reference()));
        }
        self.lines.push(format!("for {head} {{"));
        self.typed(typed, &Operand::bound("value"), &Operand::place(format!("at.{step}")));
        self.lines.extend(["}".to_owned(), "}".to_owned()]);
    }

    fn judge(&self, judgement: &Judgement, typed: &Typed, operand: &Operand, at: &Operand) -> String {
        let name = literal(&(self.checks.judged)(judgement.id));
        let (reference, at) = (constraint::reference(operand, &typed.ty), at.reference());
        let schemas = format!("{}SCHEMAS", self.schemas);
        match &judgement.proof {
            // The schema knows best how to say what is wrong.
            Some(proof) => {
                let holds = self.condition(proof, typed, operand, true);
                format!("{schemas}.check_unless({holds}, {name}, {reference}, {at}, violations);")
            }
            None => format!("{schemas}.check({name}, {reference}, {at}, violations);"),
        }
    }
}

/// Whether a type implements `Validate` as it is, with all that is asked of its values.
fn is_validate(typed: &Typed) -> bool {
    typed.is_exact()
        && match &typed.ty {
            Type::Item(_) | Type::Boxed(_) => true,
            Type::Array(inner) | Type::FixedArray(inner, _) | Type::Map(inner) | Type::Nullable(inner) => {
                is_validate(inner)
            }
            _ => false,
        }
}
