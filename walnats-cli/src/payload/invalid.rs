//! Why a payload is not an event.

use walnats_schema::Violations;

/// Why a payload is not an event: where and what is expected, never what is there.
#[derive(Debug, PartialEq, Eq)]
pub struct Invalid(pub Vec<String>);

impl Invalid {
    /// An error, if there are violations.
    pub fn of(found: &Violations) -> Result<(), Self> {
        if found.is_empty() {
            return Ok(());
        }
        let cut = found.cut.as_ref().map(ToString::to_string);
        Err(Self(found.list.iter().map(ToString::to_string).chain(cut).collect()))
    }
}
