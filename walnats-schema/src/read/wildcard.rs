//! Names with one `*` in them, which stands for any text.

/// What the `*` of `pattern` stands for in `name`: `""` where the pattern has none; `None` where they do not match.
pub fn capture<'a>(pattern: &str, name: &'a str) -> Option<&'a str> {
    match pattern.split_once('*') {
        None => (pattern == name).then_some(""),
        Some((before, after)) => name.strip_prefix(before)?.strip_suffix(after),
    }
}

/// `pattern` with its `*`s replaced.
pub fn fill(pattern: &str, captured: &str) -> String {
    pattern.replace('*', captured)
}
