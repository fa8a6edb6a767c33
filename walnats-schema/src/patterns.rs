//! The compiled patterns of a set of schemas.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::{Pattern, PatternError, SchemaSet};

/// Patterns by their text, each compiled when it is first needed. A cache, ignored when sets are compared.
#[derive(Debug, Default)]
pub(crate) struct Patterns(OnceLock<HashMap<String, OnceLock<Result<Pattern, PatternError>>>>);

impl Clone for Patterns {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Patterns {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl SchemaSet {
    /// Whether a part of `text` matches `pattern`, one of the patterns of this set. A pattern that cannot be compiled
    /// matches nothing; lowering lets none pass.
    pub fn matches(&self, pattern: &str, text: &str) -> bool {
        let compiled = self.patterns.0.get_or_init(|| self.pattern_texts()).get(pattern);
        let compiled = compiled.map(|cell| cell.get_or_init(|| Pattern::new(pattern)));
        matches!(compiled, Some(Ok(pattern)) if pattern.is_match(text))
    }

    fn pattern_texts(&self) -> HashMap<String, OnceLock<Result<Pattern, PatternError>>> {
        let texts = self.schemas.iter().flat_map(|schema| {
            let names = schema.object.pattern_properties.iter().map(|(pattern, _)| pattern);
            schema.string.pattern.iter().chain(names)
        });
        texts.map(|text| (text.clone(), OnceLock::new())).collect()
    }
}
