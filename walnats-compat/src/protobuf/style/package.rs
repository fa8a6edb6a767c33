//! Packages, and the folders that their files are in.

use std::collections::BTreeSet;

use super::case::lower_snake;
use super::rule::{Check, DEFINED, LAYOUT, NAMES, Rule, STRICT};
use super::scope::{File, Found, PACKAGE, Scope};
use super::version::stability;

pub const RULES: &[Rule] = &[
    Rule::new("WN0901", "DIRECTORY_SAME_PACKAGE", LAYOUT, Check::All(directory_same_package)),
    Rule::new("WN0902", "PACKAGE_DEFINED", DEFINED, Check::File(defined)),
    Rule::new("WN0903", "PACKAGE_DIRECTORY_MATCH", LAYOUT, Check::File(directory_match)),
    Rule::new("WN0905", "PACKAGE_SAME_DIRECTORY", LAYOUT, Check::All(same_directory)),
    Rule::new("WN0921", "PACKAGE_LOWER_SNAKE_CASE", NAMES, Check::File(lower_snake_case)),
    Rule::new("WN0944", "PACKAGE_VERSION_SUFFIX", STRICT, Check::File(version_suffix)),
];

fn directory_same_package(scope: &Scope<'_>) -> Vec<(usize, Found)> {
    let mut found = Vec::new();
    for (folder, files) in scope.by(|file| folder(file.name()).to_owned()) {
        let packages: BTreeSet<_> = files.iter().map(|file| scope.files[*file].descriptor.package_name()).collect();
        if packages.len() > 1 {
            let message = format!("folder `{folder}` has files of several packages: {}", listed(&packages, "none"));
            found.extend(files.into_iter().map(|file| (file, Found::at(&[PACKAGE], &[], message.clone()))));
        }
    }
    found
}

fn same_directory(scope: &Scope<'_>) -> Vec<(usize, Found)> {
    let mut found = Vec::new();
    for (package, files) in scope.by(|file| file.package_name().to_owned()) {
        let folders: BTreeSet<_> = files.iter().map(|file| folder(scope.files[*file].descriptor.name())).collect();
        if folders.len() > 1 {
            let package = if package.is_empty() {
                "files without a package".to_owned()
            } else {
                format!("files of package `{package}`")
            };
            let message = format!("{package} are in several folders: {}", listed(&folders, "none"));
            found.extend(files.into_iter().map(|file| (file, Found::at(&[PACKAGE], &[], message.clone()))));
        }
    }
    found
}

fn defined(file: &File<'_>) -> Vec<Found> {
    let is_missing = file.descriptor.package_name().is_empty();
    is_missing.then(|| Found::in_file("the file has no package".to_owned())).into_iter().collect()
}

fn directory_match(file: &File<'_>) -> Vec<Found> {
    let (package, folder) = (file.descriptor.package_name(), folder(file.descriptor.name()));
    let wanted = package.replace('.', "/");
    let message = || format!("a file of package `{package}` is in folder `{folder}`, not in `{wanted}`");
    in_package(package, folder == wanted, message)
}

fn lower_snake_case(file: &File<'_>) -> Vec<Found> {
    let package = file.descriptor.package_name();
    let wanted = package.split('.').map(lower_snake).collect::<Vec<_>>().join(".");
    in_package(package, package == wanted, || format!("package `{package}` should be in lower_snake_case: `{wanted}`"))
}

fn version_suffix(file: &File<'_>) -> Vec<Found> {
    let package = file.descriptor.package_name();
    let message = || format!("package `{package}` does not end with a version, such as `{package}.v1`");
    in_package(package, stability(package).is_some(), message)
}

fn in_package(package: &str, is_fine: bool, message: impl FnOnce() -> String) -> Vec<Found> {
    let is_wrong = !package.is_empty() && !is_fine;
    is_wrong.then(|| Found::at(&[PACKAGE], &[], message())).into_iter().collect()
}

/// The folder of a file by the file's name in imports; `.` for those that are in none.
fn folder(name: &str) -> &str {
    name.rsplit_once('/').map_or(".", |(folder, _)| folder)
}

fn listed(names: &BTreeSet<&str>, empty: &str) -> String {
    let shown = names.iter().map(|name| if name.is_empty() { empty.to_owned() } else { format!("`{name}`") });
    shown.collect::<Vec<_>>().join(", ")
}
