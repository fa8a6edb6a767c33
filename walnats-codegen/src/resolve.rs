//! References made whole: `$id`, `$ref`, `$anchor`, `$dynamicRef` across files.
