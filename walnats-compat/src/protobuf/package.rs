//! What was deleted from a package that is still there, wherever in it, and deleted packages.

use std::collections::BTreeMap;

use prost_reflect::FileDescriptor;

use super::Package;
use super::deleted::{all_enums, all_extensions, all_messages, nested_name, remains};
use super::message::place;
use super::pair::{Found, Sides};
use super::place::Location;
use super::rule::{Category, Check, Rule};

const PACKAGE: &[Category] = &[Category::Package];

pub const RULES: &[Rule] = &[
    Rule::new("PACKAGE_NO_DELETE", PACKAGE, Check::All(packages))
        .says("a package was deleted", "keep the package, with `option deprecated = true` on what is in it"),
    Rule::new("PACKAGE_MESSAGE_NO_DELETE", PACKAGE, Check::All(messages))
        .says("a message was deleted from its package", "keep the message, with `option deprecated = true`"),
    Rule::new("PACKAGE_ENUM_NO_DELETE", PACKAGE, Check::All(enums))
        .says("an enum was deleted from its package", "keep the enum, with `option deprecated = true`"),
    Rule::new("PACKAGE_EXTENSION_NO_DELETE", PACKAGE, Check::All(extensions))
        .says("an extension was deleted from its package", "keep the extension, with `deprecated = true`"),
    Rule::new("PACKAGE_SERVICE_NO_DELETE", PACKAGE, Check::All(services))
        .says("a service was deleted from its package", "keep the service, with `option deprecated = true`"),
];

fn packages(sides: &Sides<'_>) -> Vec<Found> {
    let mut first: BTreeMap<String, FileDescriptor> = BTreeMap::new();
    for file in sides.old.own_files() {
        let known = first.entry(file.package_name().to_owned()).or_insert_with(|| file.clone());
        if file.name() < known.name() {
            *known = file;
        }
    }
    let deleted = first.into_iter().filter(|(package, _)| !has_package(sides.new, package));
    let found = deleted.map(|(package, file)| {
        Found::new(&package, format!("package `{package}` was deleted")).at(Location::of_file(&file), None)
    });
    found.collect()
}

fn messages(sides: &Sides<'_>) -> Vec<Found> {
    deleted(sides, "message", |file| {
        all_messages(file).iter().map(|message| (message.full_name().to_owned(), message.path().to_vec())).collect()
    })
}

fn enums(sides: &Sides<'_>) -> Vec<Found> {
    deleted(sides, "enum", |file| {
        all_enums(file)
            .iter()
            .map(|enumeration| (enumeration.full_name().to_owned(), enumeration.path().to_vec()))
            .collect()
    })
}

fn extensions(sides: &Sides<'_>) -> Vec<Found> {
    deleted(sides, "extension", |file| {
        all_extensions(file)
            .iter()
            .map(|extension| (extension.full_name().to_owned(), extension.path().to_vec()))
            .collect()
    })
}

fn services(sides: &Sides<'_>) -> Vec<Found> {
    deleted(sides, "service", |file| {
        file.services().map(|service| (service.full_name().to_owned(), service.path().to_vec())).collect()
    })
}

/// Elements by full name and by their paths in the file.
type Elements = Vec<(String, Vec<i32>)>;

fn deleted(sides: &Sides<'_>, kind: &str, elements: fn(&FileDescriptor) -> Elements) -> Vec<Found> {
    let new: Vec<_> = sides.new.own_files().flat_map(|file| elements(&file)).map(|(name, _)| name).collect();
    let new: std::collections::BTreeSet<_> = new.into_iter().collect();
    let mut found = Vec::new();
    for file in sides.old.own_files().filter(|file| has_package(sides.new, file.package_name())) {
        for (name, path) in elements(&file).into_iter().filter(|(name, _)| !new.contains(name)) {
            let message = format!("{kind} `{name}` was deleted from package `{}`", file.package_name());
            let remaining = sides.new.pool().get_file_by_name(file.name());
            let here = remaining.map(|new| match kind {
                "service" => Location::of_file(&new),
                "message" => remains_in_package(sides.new, &name).unwrap_or_else(|| Location::of_file(&new)),
                _ => remains(&new, &nested_name(&file, &name)),
            });
            found.push(Found::new(&name, message).at(Location::of_path(&file, &path), here));
        }
    }
    found
}

/// The innermost message that contained the message `full_name`, in whichever file it is now.
fn remains_in_package(side: &Package, full_name: &str) -> Option<Location> {
    let outer = std::iter::successors(full_name.rsplit_once('.'), |(outer, _)| outer.rsplit_once('.'));
    outer.map(|(outer, _)| outer).find_map(|outer| side.pool().get_message_by_name(outer)).as_ref().map(place)
}

fn has_package(side: &Package, package: &str) -> bool {
    side.own_files().any(|file| file.package_name() == package)
}
