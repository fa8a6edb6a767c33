//! Which keywords a schema may use: its draft, and in later drafts the vocabularies of its meta-schema.

use super::keyword::{Keyword, Vocabulary};

/// A draft of JSON Schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Draft {
    Draft4,
    Draft6,
    Draft7,
    Draft201909,
    #[default]
    Draft202012,
}

impl Draft {
    /// As people write it: `draft-07`, `2020-12`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft4 => "draft-04",
            Self::Draft6 => "draft-06",
            Self::Draft7 => "draft-07",
            Self::Draft201909 => "2019-09",
            Self::Draft202012 => "2020-12",
        }
    }

    /// What `$schema` says for this draft.
    pub fn uri(self) -> &'static str {
        match self {
            Self::Draft4 => "http://json-schema.org/draft-04/schema#",
            Self::Draft6 => "http://json-schema.org/draft-06/schema#",
            Self::Draft7 => "http://json-schema.org/draft-07/schema#",
            Self::Draft201909 => "https://json-schema.org/draft/2019-09/schema",
            Self::Draft202012 => "https://json-schema.org/draft/2020-12/schema",
        }
    }

    /// The draft that a `$schema` names; `None` for a meta-schema of somebody else.
    pub(crate) fn from_uri(uri: &str) -> Option<Self> {
        let uri = uri.trim_end_matches('#');
        let path = uri.strip_prefix("http://").or_else(|| uri.strip_prefix("https://"))?;
        Some(match path {
            "json-schema.org/draft-04/schema" => Self::Draft4,
            "json-schema.org/draft-06/schema" => Self::Draft6,
            "json-schema.org/draft-07/schema" => Self::Draft7,
            "json-schema.org/draft/2019-09/schema" => Self::Draft201909,
            "json-schema.org/draft/2020-12/schema" => Self::Draft202012,
            // Snowplow's self-describing schemas are draft 4 with one annotation more.
            "iglucentral.com/schemas/com.snowplowanalytics.self-desc/schema/jsonschema/1-0-0" => Self::Draft4,
            _ => return None,
        })
    }

    /// Whether a `$ref` makes its neighbours meaningless.
    pub(crate) fn reference_stands_alone(self) -> bool {
        self <= Self::Draft7
    }
}

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

    /// Whether `keyword` means anything here.
    pub(crate) fn has(self, keyword: &Keyword) -> bool {
        keyword.drafts.contains(&self.draft) && self.vocabularies & (1 << keyword.vocabulary as u16) != 0
    }
}
