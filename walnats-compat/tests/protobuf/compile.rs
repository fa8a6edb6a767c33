//! Compiles folders of `.proto` files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, ReflectMessage, Value};
use prost_types::FileDescriptorSet;
use protox::file::{File, FileResolver, GoogleFileResolver};
use walnats_compat::protobuf::Package;

use crate::{edition, edition_text};

/// Files that come with compilers: what of them is used here.
const BUILTIN: [(&str, &str); 4] = [
    ("walnats/options.proto", include_str!("../../../walnats-codegen/proto/walnats/options.proto")),
    (
        "google/protobuf/cpp_features.proto",
        r#"syntax = "proto2"; package pb; import "google/protobuf/descriptor.proto";
        extend google.protobuf.FeatureSet { optional CppFeatures cpp = 1000; }
        message CppFeatures {
          enum StringType { STRING_TYPE_UNKNOWN = 0; VIEW = 1; CORD = 2; STRING = 3; }
          optional bool legacy_closed_enum = 1;
          optional StringType string_type = 2;
        }"#,
    ),
    (
        // With the number of Java's: `descriptor.proto` leaves Go's to nobody here.
        "google/protobuf/go_features.proto",
        r#"syntax = "proto2"; package pb; import "google/protobuf/descriptor.proto";
        extend google.protobuf.FeatureSet { optional GoFeatures go = 1001; }
        message GoFeatures {
          enum APILevel { API_LEVEL_UNSPECIFIED = 0; API_OPEN = 1; API_HYBRID = 2; API_OPAQUE = 3; }
          optional bool legacy_unmarshal_json_enum = 1;
          optional APILevel api_level = 2;
        }"#,
    ),
    (
        "google/protobuf/java_features.proto",
        r#"syntax = "proto2"; package pb; import "google/protobuf/descriptor.proto";
        extend google.protobuf.FeatureSet { optional JavaFeatures java = 1001; }
        message JavaFeatures {
          enum Utf8Validation { UTF8_VALIDATION_UNKNOWN = 0; DEFAULT = 1; VERIFY = 2; }
          optional bool legacy_closed_enum = 1;
          optional Utf8Validation utf8_validation = 2;
        }"#,
    ),
];

/// All files below `root`, by their names in imports.
pub fn sources(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
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
    let names: Vec<_> = sources.keys().filter(|name| BUILTIN.iter().all(|(builtin, _)| name != builtin)).collect();
    let mut compiler = protox::Compiler::with_file_resolver(Library { sources: sources.clone() });
    compiler.include_source_info(true).include_imports(true);
    compiler.open_files(names).map_err(|error| format!("{error:?}"))?;
    let editions: BTreeSet<_> = sources.iter().filter(|(_, text)| edition_text::rewrite(text).is_some()).collect();
    let names: Vec<_> = editions.into_iter().map(|(name, _)| name.as_str()).collect();
    let pool = without_editions(&compiler.descriptor_pool(), &names)?;
    let package =
        names.iter().fold(Package::new(pool), |package, name| package.with_edition(name, Package::EDITION_2023));
    Ok(sources.iter().fold(package, |package, (name, text)| package.with_source(name, text)))
}

/// What the features of the files `editions` say, as proto2 or proto3.
fn without_editions(pool: &DescriptorPool, editions: &[&str]) -> Result<DescriptorPool, String> {
    let kind = FileDescriptorSet::default().descriptor();
    let mut set = DynamicMessage::decode(kind, pool.encode_to_vec().as_slice()).map_err(|error| error.to_string())?;
    let files = set.get_field_by_name_mut("file").and_then(Value::as_list_mut);
    for file in files.into_iter().flatten().filter_map(Value::as_message_mut) {
        let name = file.get_field_by_name("name").and_then(|name| name.as_str().map(str::to_owned)).unwrap();
        if editions.contains(&name.as_str()) {
            file.set_field_by_name("syntax", Value::String("editions".to_owned()));
            file.set_field_by_name("edition", Value::EnumNumber(Package::EDITION_2023));
            edition::rewrite(file).unwrap();
        }
    }
    DescriptorPool::decode(set.encode_to_vec().as_slice()).map_err(|error| format!("{error:?}"))
}

struct Library {
    sources: BTreeMap<String, String>,
}

impl FileResolver for Library {
    fn resolve_path(&self, path: &Path) -> Option<String> {
        path.to_str().map(str::to_owned)
    }

    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        if let Some((name, text)) = BUILTIN.iter().find(|(builtin, _)| *builtin == name) {
            return File::from_source(name, text);
        }
        let Some(text) = self.sources.get(name) else { return GoogleFileResolver::new().open_file(name) };
        match edition_text::rewrite(text) {
            None => File::from_source(name, text),
            Some(rewritten) => {
                let mut file = File::from_source(name, &rewritten.text)?.file_descriptor_proto().clone();
                rewritten.move_back(&mut file);
                Ok(File::from_file_descriptor_proto(file))
            }
        }
    }
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
