//! Stream settings that name other streams or subjects.

use serde_json::Value;

use super::Names;

impl Names {
    /// The value of a stream's setting on this server: with the names here of the streams that it copies and of the subjects
    /// that it maps. Names in another account or domain do not change.
    pub(super) fn setting(&self, name: &str, text: &str) -> Option<String> {
        let mut value: Value = serde_json::from_str(text).ok()?;
        match name {
            "mirror" => self.origin(&mut value),
            "sources" => value.as_array_mut()?.iter_mut().for_each(|origin| self.origin(origin)),
            "subject_transform" | "republish" => self.mapping(&mut value),
            _ => return None,
        }
        Some(value.to_string())
    }

    fn origin(&self, origin: &mut Value) {
        let is_here = origin.get("external").is_none_or(Value::is_null);
        if let Some(Value::String(name)) = origin.get_mut("name").filter(|_| is_here) {
            *name = self.stream(name).into_owned();
        }
        if is_here {
            self.subject_in(origin, "filter_subject");
        }
        let mappings = origin.get_mut("subject_transforms").and_then(Value::as_array_mut);
        for mapping in mappings.into_iter().flatten() {
            if is_here {
                self.subject_in(mapping, "src");
            }
            self.subject_in(mapping, "dest");
        }
    }

    fn mapping(&self, mapping: &mut Value) {
        self.subject_in(mapping, "src");
        self.subject_in(mapping, "dest");
    }

    fn subject_in(&self, object: &mut Value, member: &str) {
        if let Some(Value::String(subject)) = object.get_mut(member) {
            // An empty filter matches all subjects.
            *subject = if subject.is_empty() { String::new() } else { self.subject(std::mem::take(subject)) };
        }
    }
}
