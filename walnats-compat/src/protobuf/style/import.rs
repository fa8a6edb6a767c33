//! Imports.

use std::collections::{BTreeMap, BTreeSet};

use super::rule::{CYCLE, Check, LATER, NONE, Rule, SENSIBLE};
use super::scope::{File, Found, Scope};
use super::used;
use super::version::{Stability, stability};

/// The number of `google.protobuf.FileDescriptorProto.dependency`.
const DEPENDENCY: i32 = 3;

pub const RULES: &[Rule] = &[
    Rule::new("WN0904", "PACKAGE_NO_IMPORT_CYCLE", CYCLE, Check::All(no_cycle)),
    Rule::new("WN0917", "IMPORT_NO_PUBLIC", SENSIBLE, Check::File(no_public)),
    Rule::new("WN0918", "IMPORT_USED", LATER, Check::File(unused)),
    Rule::new("WN0972", "STABLE_PACKAGE_NO_IMPORT_UNSTABLE", NONE, Check::File(no_unstable)),
];

fn no_public(file: &File<'_>) -> Vec<Found> {
    let public = &file.descriptor.file_descriptor_proto().public_dependency;
    let public: BTreeSet<_> = public.iter().filter_map(|index| usize::try_from(*index).ok()).collect();
    found(file, |index, name| public.contains(&index).then(|| format!("the import of `{name}` is public")))
}

fn unused(file: &File<'_>) -> Vec<Found> {
    let used = used::imports(file.descriptor);
    found(file, |_, name| (!used.contains(name)).then(|| format!("the import of `{name}` is not used")))
}

fn no_unstable(file: &File<'_>) -> Vec<Found> {
    let package = file.descriptor.package_name();
    if stability(package) != Some(Stability::Stable) {
        return Vec::new();
    }
    let pool = file.descriptor.parent_pool();
    found(file, |_, name| {
        let imported = pool.get_file_by_name(name)?;
        let other = imported.package_name();
        let is_unstable = stability(other) == Some(Stability::Unstable);
        is_unstable.then(|| format!("package `{package}` is stable and imports `{other}`, which may still change"))
    })
}

/// A finding for each import that `message` has one for.
fn found(file: &File<'_>, message: impl Fn(usize, &str) -> Option<String>) -> Vec<Found> {
    let imports = file.descriptor.file_descriptor_proto().dependency.iter().enumerate();
    let found = imports.filter_map(|(index, name)| {
        let message = message(index, name)?;
        Some(Found::at(&[DEPENDENCY, i32::try_from(index).ok()?], &[], message))
    });
    found.collect()
}

fn no_cycle(scope: &Scope<'_>) -> Vec<(usize, Found)> {
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in scope.package.pool().files() {
        let others = file.dependencies().map(|other| other.package_name().to_owned());
        let others = others.filter(|other| !other.is_empty() && other != file.package_name());
        imports.entry(file.package_name().to_owned()).or_default().extend(others);
    }
    let mut found = Vec::new();
    for (index, file) in scope.files.iter().enumerate() {
        let package = file.descriptor.package_name();
        if package.is_empty() {
            continue;
        }
        let pool = file.descriptor.parent_pool();
        let own = self::found(file, |_, name| {
            let other = pool.get_file_by_name(name)?;
            let other = other.package_name();
            let cycle = (!other.is_empty() && other != package).then(|| path(&imports, other, package)).flatten()?;
            let cycle: Vec<_> = std::iter::once(package).chain(cycle).map(|package| format!("`{package}`")).collect();
            Some(format!("packages import each other: {}", cycle.join(" imports ")))
        });
        found.extend(own.into_iter().map(|found| (index, found)));
    }
    found
}

/// A shortest way along `imports`, with both ends.
fn path<'i>(imports: &'i BTreeMap<String, BTreeSet<String>>, from: &'i str, to: &str) -> Option<Vec<&'i str>> {
    let mut previous: BTreeMap<&str, Option<&str>> = BTreeMap::from([(from, None)]);
    let mut open = std::collections::VecDeque::from([from]);
    while let Some(package) = open.pop_front() {
        if package == to {
            let way = std::iter::successors(Some(package), |package| previous.get(package).copied().flatten());
            let mut way: Vec<_> = way.collect();
            way.reverse();
            return Some(way);
        }
        for next in imports.get(package).into_iter().flatten() {
            if !previous.contains_key(next.as_str()) {
                previous.insert(next, Some(package));
                open.push_back(next);
            }
        }
    }
    None
}
