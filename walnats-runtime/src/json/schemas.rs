//! The schemas of a package, as generated code embeds them.

use std::sync::OnceLock;

use serde::Serialize;
use serde_json::Value;
use walnats_schema::{At, Cut, SchemaSet, Violation, Violations};

use super::tolerance;

/// A [`SchemaSet`] as JSON, read when it is first asked.
#[derive(Debug)]
pub struct Schemas {
    json: &'static str,
    set: OnceLock<SchemaSet>,
    /// As tolerant readers apply it.
    tolerant: OnceLock<SchemaSet>,
    /// As it applies to what a tolerant reader has made of a payload.
    keeping: OnceLock<SchemaSet>,
}

/// A value as JSON. Integers beyond 64 bits become the nearest float.
pub(super) fn json_value(value: &impl Serialize) -> serde_json::Result<Value> {
    serde_json::to_value(value).or_else(|_| serde_json::from_str(&serde_json::to_string(value)?))
}

/// The text of the string, number or boolean to which `names` lead in `value`, a value of a type from another crate; for
/// generated code. Empty where there is none.
pub fn written_member(value: &impl Serialize, names: &[&str]) -> String {
    let Ok(value) = json_value(value) else { return String::new() };
    match names.iter().try_fold(&value, |value, name| value.get(name)) {
        Some(Value::String(text)) => text.clone(),
        Some(scalar @ (Value::Number(_) | Value::Bool(_))) => scalar.to_string(),
        _ => String::new(),
    }
}

impl Schemas {
    /// The set that `json` is.
    pub const fn new(json: &'static str) -> Self {
        Self { json, set: OnceLock::new(), tolerant: OnceLock::new(), keeping: OnceLock::new() }
    }

    /// The set as JSON.
    #[cfg(feature = "testing")]
    pub const fn json(&self) -> &'static str {
        self.json
    }

    /// Every way in which `instance` breaks the schema that the set knows by `name`.
    pub fn judge(&self, name: &str, instance: &Value) -> Violations {
        judge(self.set(), name, instance)
    }

    /// The same for a tolerant reader.
    pub(super) fn judge_tolerantly(&self, name: &str, instance: &Value) -> Violations {
        judge(self.tolerant.get_or_init(|| walnats_schema::tolerant(self.set())), name, instance)
    }

    /// The same of what a tolerant reader holds: the members that the schema refuses, and the values that it does not list.
    fn judge_held(&self, name: &str, instance: &Value) -> Violations {
        let mut found = judge(self.keeping.get_or_init(|| walnats_schema::keeping(self.set())), name, instance);
        found.list.extend(self.judge(name, instance).list.into_iter().filter(|violation| violation.keyword == "enum"));
        found
    }

    /// Checks a value that no Rust type can be exact about by the schema that the set knows by `name`.
    pub fn check(&self, name: &str, value: &impl Serialize, at: &At<'_>, violations: &mut Vec<Violation>) {
        let found = match json_value(value) {
            Ok(value) if tolerance::is_counting() => self.judge_held(name, &value),
            Ok(value) if tolerance::is_tolerant() => self.judge_tolerantly(name, &value),
            Ok(value) => self.judge(name, &value),
            // It keeps something, and was judged as a whole.
            Err(_) if tolerance::is_tolerant() => return,
            Err(_) => Violations::from(vec![Violation {
                pointer: String::new(),
                keyword: "type",
                expected: "a value that JSON can express".to_owned(),
            }]),
        };
        if found.is_empty() {
            return;
        }
        let prefix = at.pointer();
        let placed =
            |violation: Violation| Violation { pointer: format!("{prefix}{}", violation.pointer), ..violation };
        violations.extend(found.list.into_iter().map(placed));
        if let Some(Cut::TooDeep { pointer }) = found.cut {
            let expected = "schemas that do not nest so deep".to_owned();
            violations.push(placed(Violation { pointer, keyword: "$ref", expected }));
        }
    }

    /// As [`Schemas::check`], where it is not clear already that the schema accepts the value: by a condition that holds
    /// for valid values alone.
    pub fn check_unless(
        &self,
        holds: bool,
        name: &str,
        value: &impl Serialize,
        at: &At<'_>,
        violations: &mut Vec<Violation>,
    ) {
        if !holds {
            self.check(name, value, at, violations);
        }
    }

    fn set(&self) -> &SchemaSet {
        self.set.get_or_init(|| {
            // Generated together with the code that names it; unreadable, it accepts nothing (see `judge`).
            serde_json::from_str(self.json).unwrap_or_default()
        })
    }
}

fn judge(set: &SchemaSet, name: &str, instance: &Value) -> Violations {
    match set.roots.get(name) {
        Some(id) => set.validate(*id, instance),
        None => Violations::from(vec![Violation {
            pointer: String::new(),
            keyword: "$ref",
            expected: format!("the generated schemas to have `{name}`: schemas.json is of another build"),
        }]),
    }
}
