//! Patterns that match no file.

use walnats_schema::read::wildcard;

/// Which pattern of one `*` would match files: `vendor/**/*.json` is `vendor/*.json`, and files are named from the schema folder on.
pub(super) fn help<'a>(wanted: &str, names: impl Iterator<Item = &'a str> + Clone) -> Option<String> {
    let one = wanted.replace("**/", "").replace("**", "*");
    let inner = one.match_indices('/').map(|(slash, _)| &one[slash + 1..]);
    let matches = |pattern: &&str| names.clone().any(|name| wildcard::capture(pattern, name).is_some());
    let pattern = std::iter::once(one.as_str()).chain(inner).filter(|pattern| pattern.contains('*')).find(matches)?;
    Some(match wanted.contains("**") {
        true => format!("write `{pattern}`: one `*` stands for folders, too"),
        false => format!("write `{pattern}`: files are named from the schema folder on"),
    })
}
