//! Text that remembers where it stands.

use std::borrow::Borrow;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Deserializer};
use serde_spanned::Spanned;

use crate::diagnostic::{Located, Place, SourceFile};

/// A string of `walnats.toml` with its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(transparent)]
pub struct Text(Spanned<String>);

impl Text {
    pub(super) fn new(text: String, span: Range<usize>) -> Self {
        Self(Spanned::new(span, text))
    }

    /// What it says.
    pub fn as_str(&self) -> &str {
        self.0.get_ref()
    }

    /// Where it stands, in bytes of the file.
    pub fn span(&self) -> Range<usize> {
        self.0.span()
    }

    /// Where it stands in `file`.
    pub fn place(&self, file: &Arc<SourceFile>) -> Place {
        Place { file: Arc::clone(file), span: self.span() }
    }

    /// With its place in `file`.
    pub fn located(&self, file: &Arc<SourceFile>) -> Located<String> {
        Located { value: self.as_str().to_owned(), place: self.place(file) }
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

#[cfg(feature = "config-schema")]
impl schemars::JsonSchema for Text {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}

/// A day, as a date of TOML or as a string: `2027-01-31`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day(Text);

impl Day {
    /// As it is written; whether that is a day has to be seen.
    pub fn text(&self) -> &Text {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected a day such as 2027-01-31")]
        enum Written {
            Text(String),
            Date(toml::value::Datetime),
        }
        let written = Spanned::<Written>::deserialize(deserializer)?;
        let span = written.span();
        Ok(Self(match written.into_inner() {
            Written::Text(text) => Text::new(text, span),
            Written::Date(date) => Text::new(date.to_string(), span),
        }))
    }
}

#[cfg(feature = "config-schema")]
impl schemars::JsonSchema for Day {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}

/// A string, or an array of strings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneOrMany(Vec<Text>);

impl OneOrMany {
    /// All of them. Those of an array have the place of the whole array.
    pub fn as_slice(&self) -> &[Text] {
        &self.0
    }
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a string or an array of strings")]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
enum Strings {
    One(String),
    Many(Vec<String>),
}

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let strings = Spanned::<Strings>::deserialize(deserializer)?;
        let span = strings.span();
        let texts = match strings.into_inner() {
            Strings::One(text) => vec![text],
            Strings::Many(texts) => texts,
        };
        Ok(Self(texts.into_iter().map(|text| Text::new(text, span.clone())).collect()))
    }
}

#[cfg(feature = "config-schema")]
impl schemars::JsonSchema for OneOrMany {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "OneOrMany".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Strings::json_schema(generator)
    }
}
