//! Which keywords a schema may use: its draft, and in later drafts the vocabularies of its meta-schema.

use super::draft::{Draft, Vocabulary};

/// A draft with the vocabularies in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) draft: Draft,
    /// One bit for each [`Vocabulary`].
    vocabularies: u16,
    /// Whether the meta-schema itself asks for `format` to assert.
    pub(crate) asserts_formats: bool,
}

impl Dialect {
    /// The draft as its own meta-schema has it.
    pub(crate) fn standard(draft: Draft) -> Self {
        Self { draft, vocabularies: u16::MAX, asserts_formats: false }
    }

    /// A draft with nothing but the core, to which [`Dialect::admit`] adds.
    pub(crate) fn core(draft: Draft) -> Self {
        Self { draft, vocabularies: 1 << Vocabulary::Core as u16, asserts_formats: false }
    }

    /// Adds the vocabulary with this URI (JSON Schema Core, section 8.1.2); false if it is unknown.
    pub(crate) fn admit(&mut self, uri: &str, required: bool) -> bool {
        let Some((draft, name)) =
            uri.strip_prefix("https://json-schema.org/draft/").and_then(|rest| rest.split_once("/vocab/"))
        else {
            return false;
        };
        let before_2020 = draft == "2019-09";
        let added: &[Vocabulary] = match name {
            "core" => &[Vocabulary::Core],
            "applicator" if before_2020 => &[Vocabulary::Applicator, Vocabulary::Unevaluated],
            "applicator" => &[Vocabulary::Applicator],
            "unevaluated" => &[Vocabulary::Unevaluated],
            "validation" => &[Vocabulary::Validation],
            "meta-data" => &[Vocabulary::Metadata],
            "format" | "format-annotation" | "format-assertion" => &[Vocabulary::Format],
            "content" => &[Vocabulary::Content],
            _ => return false,
        };
        self.asserts_formats |= name == "format-assertion" || (name == "format" && required);
        for vocabulary in added {
            self.vocabularies |= 1 << *vocabulary as u16;
        }
        true
    }

    /// Whether keywords of `vocabulary` mean anything here.
    pub(crate) fn has(self, vocabulary: Vocabulary) -> bool {
        self.vocabularies & (1 << vocabulary as u16) != 0
    }
}
