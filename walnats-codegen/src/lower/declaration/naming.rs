//! Names for everything that a pattern matches: short ones, and where two would be alike, the path distinguishes them.

use std::collections::BTreeMap;

use super::Found;
use crate::lower::source::event_name;

/// What the `*` in the name of each of `found` stands for. `endings` are cut off.
pub(super) fn captured(found: &[Found], endings: &[String]) -> Vec<String> {
    let name = |found: &Found, length: usize| {
        let text = strip(found.names.get(length).or(found.names.last()).map_or("", String::as_str), endings);
        match length {
            0 => event_name(text),
            _ => event_name(&text.split(['/', '.']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".")),
        }
    };
    let longest = found.iter().map(|found| found.names.len()).max().unwrap_or_default();
    let mut lengths = vec![0; found.len()];
    for length in 1..longest {
        let names: Vec<String> = found.iter().zip(&lengths).map(|(found, length)| name(found, *length)).collect();
        let mut count: BTreeMap<&str, usize> = BTreeMap::new();
        names.iter().for_each(|name| *count.entry(name).or_default() += 1);
        for (name, of_this) in names.iter().zip(&mut lengths) {
            if count.get(name.as_str()).is_some_and(|count| *count > 1) {
                *of_this = length;
            }
        }
    }
    found.iter().zip(lengths).map(|(found, length)| name(found, length)).collect()
}

fn strip<'a>(name: &'a str, endings: &[String]) -> &'a str {
    endings.iter().find_map(|ending| name.strip_suffix(ending.as_str())).unwrap_or(name)
}

/// The path of a file without its extension.
pub(super) fn stem(file: &str) -> &str {
    match file.rsplit_once('.') {
        Some((stem, extension)) if !extension.contains('/') => stem,
        _ => file,
    }
}
