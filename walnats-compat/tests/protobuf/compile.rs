//! Compiles folders of `.proto` files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use prost_reflect::DescriptorPool;
use walnats_codegen::diagnostic::render;
use walnats_compat::protobuf::Package;

/// All files below `root`, by their names in imports.
pub fn sources(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "proto") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                found.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

/// Compiles `sources`, with source info; what does not compile is an error.
pub fn compile(sources: &BTreeMap<String, String>) -> Result<Package, String> {
    let files = sources.iter().map(|(name, text)| (format!("schemas/{name}"), text.clone().into_bytes())).collect();
    let mut package = walnats_codegen::Package::from_sources(&walnats_codegen::configure(), &files);
    let pool = package.descriptors().ok_or("there are no files")?;
    let pool = DescriptorPool::decode(pool.as_slice()).map_err(|error| format!("{error:?}"))?;
    let comes_along = ["google/protobuf/", "walnats/options.proto"];
    let mut own = sources.keys().filter(|name| !comes_along.iter().any(|begin| name.starts_with(begin)));
    if own.any(|name| pool.get_file_by_name(name).is_none()) {
        let _ = package.model();
        return Err(render(&package.report, false));
    }
    let editions = package.editions();
    let all = editions.iter().fold(Package::new(pool), |all, (name, edition)| all.with_edition(name, *edition));
    Ok(sources.iter().fold(all, |all, (name, text)| all.with_source(name, text)))
}

#[test]
fn features_of_an_edition_are_what_descriptors_say() {
    let text = "edition = \"2023\"; message M { extensions 100 to 200; M a = 1 [features.message_encoding = DELIMITED]; \
                int32 b = 2 [features.field_presence = LEGACY_REQUIRED]; extend M { M c = 100; } } \
                extend M { M d = 101 [features.message_encoding = DELIMITED]; }";
    let package = compile(&BTreeMap::from([("m.proto".to_owned(), text.to_owned())])).unwrap();
    let message = package.pool().get_message_by_name("M").unwrap();
    assert!(message.get_field(1).unwrap().is_group());
    assert!(message.get_field(2).unwrap().is_required());
    assert!(!message.get_extension(100).unwrap().is_group());
    assert!(message.get_extension(101).unwrap().is_group());
}
