//! Subject and uid templates: `users.{user_id}.created`.

/// Why a template may not name a field. A `depth` is an index into the path's names.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldProblem {
    /// The payload has no such field.
    Unknown {
        /// The name that is not there.
        depth: usize,
        /// The names that are.
        known: Vec<String>,
    },
    /// Not every payload has the field.
    Optional {
        /// The name that may be absent.
        depth: usize,
    },
    /// The path goes on, but what stands there has no fields.
    NotObject {
        /// The last name before it.
        depth: usize,
        /// With an article: `a string`.
        found: String,
    },
    /// The path ends at something that is neither string, integer nor boolean.
    NotScalar {
        /// With an article: `an object`.
        found: String,
    },
}
