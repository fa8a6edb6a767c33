//! How readers treat what a newer writer added.

/// What a reader does with members, values of enumerations and variants that its schema does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReadMode {
    /// It refuses what the schema refuses: [`Event::decode`](crate::Event::decode).
    #[default]
    Strict,
    /// It ignores the members, and keeps the values and variants: [`Event::decode_tolerant`](crate::Event::decode_tolerant).
    Tolerant,
}

/// An event that was read tolerantly.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Tolerated<T> {
    /// The event.
    pub event: T,
    /// What its payload had that the schema does not know.
    pub unknown: Unknown,
}

/// An event whose schema knows all of its payload.
impl<T> From<T> for Tolerated<T> {
    fn from(event: T) -> Self {
        Self { event, unknown: Unknown::default() }
    }
}

/// How much of a payload the schema of a tolerant reader does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unknown {
    /// Members that were ignored, or kept where a schema around them refuses them; not counting those inside of them.
    pub members: u64,
    /// Values of enumerations that were kept; of protobuf's JSON mapping, names of enumerations that were ignored.
    pub values: u64,
    /// Variants of unions that were kept, with their JSON.
    pub variants: u64,
}

impl Unknown {
    /// Whether the schema knows all of the payload.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            members: self.members + other.members,
            values: self.values + other.values,
            variants: self.variants + other.variants,
        }
    }
}
