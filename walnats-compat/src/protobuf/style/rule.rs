//! The rules: rows of a table, each with its code and the check that finds what it is about.

use prost_reflect::{
    EnumDescriptor, EnumValueDescriptor, MessageDescriptor, MethodDescriptor, OneofDescriptor, ServiceDescriptor,
};

use super::comment::Commented;
use super::scope::{File, Found, Scope};
use super::{Options, comment, enumeration, field, file, import, name, package, protovalidate, same_option, service};
use crate::protobuf::member::Member;

/// Something that files of a package have to keep to.
#[derive(Debug)]
pub struct Rule {
    /// The code of its findings: `WN0911`.
    pub code: &'static str,
    /// buf's id: `ENUM_FIRST_VALUE_ZERO`.
    pub id: &'static str,
    categories: Categories,
    pub(super) check: Check,
}

/// The categories in each version of `buf.yaml`.
#[derive(Debug)]
pub(super) struct Categories {
    pub v1beta1: &'static [Category],
    pub v1: &'static [Category],
    pub v2: &'static [Category],
}

/// The version of a `buf.yaml`, which decides what its categories mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// `version: v1beta1`
    V1Beta1,
    /// `version: v1`
    V1,
    /// `version: v2`
    #[default]
    V2,
}

/// A set of rules, by buf's name for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the names say it, and buf's page on each the rest")]
pub enum Category {
    Minimal,
    Basic,
    Standard,
    Comments,
    UnaryRpc,
    Other,
    FileLayout,
    PackageAffinity,
    Sensible,
    StyleBasic,
    StyleStandard,
}

impl Category {
    /// The category that `buf.yaml` calls `name`.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "MINIMAL" => Self::Minimal,
            "BASIC" => Self::Basic,
            "STANDARD" | "DEFAULT" => Self::Standard,
            "COMMENTS" => Self::Comments,
            "UNARY_RPC" => Self::UnaryRpc,
            "OTHER" => Self::Other,
            "FILE_LAYOUT" => Self::FileLayout,
            "PACKAGE_AFFINITY" => Self::PackageAffinity,
            "SENSIBLE" => Self::Sensible,
            "STYLE_BASIC" => Self::StyleBasic,
            "STYLE_STANDARD" | "STYLE_DEFAULT" => Self::StyleStandard,
            _ => return None,
        })
    }
}

/// What a rule looks at.
pub(super) enum Check {
    /// The package as a whole.
    All(fn(&Scope<'_>) -> Vec<(usize, Found)>),
    File(fn(&File<'_>) -> Vec<Found>),
    Message(fn(&MessageDescriptor) -> Option<Found>),
    /// Fields and extensions.
    Member(fn(&Member) -> Option<Found>),
    Oneof(fn(&OneofDescriptor) -> Option<Found>),
    Enum(fn(&EnumDescriptor) -> Option<Found>),
    Value(fn(&EnumValueDescriptor, &Options) -> Option<Found>),
    Service(fn(&ServiceDescriptor, &Options) -> Option<Found>),
    Method(fn(&MethodDescriptor, &Options) -> Option<Found>),
    /// Whether what the package declares is commented.
    Comment(Commented),
}

impl std::fmt::Debug for Check {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Check")
    }
}

impl Rule {
    pub(super) const fn new(code: &'static str, id: &'static str, categories: Categories, check: Check) -> Self {
        Self { code, id, categories, check }
    }

    /// Whether the rule belongs to `category` in `buf.yaml` of this version.
    pub fn is_in(&self, category: Category, version: Version) -> bool {
        let Categories { v1beta1, v1, v2 } = &self.categories;
        let categories = match version {
            Version::V1Beta1 => v1beta1,
            Version::V1 => v1,
            Version::V2 => v2,
        };
        categories.contains(&category)
    }
}

use Category::{
    Basic, Comments, FileLayout, Minimal, Other, PackageAffinity, Sensible, Standard, StyleBasic, StyleStandard,
    UnaryRpc,
};

const ALL: &[Category] = &[Minimal, Basic, Standard];
const FROM_BASIC: &[Category] = &[Basic, Standard];
const FROM_STANDARD: &[Category] = &[Standard];

pub(super) const LAYOUT: Categories = Categories { v1beta1: &[Minimal, Basic, Standard, FileLayout], v1: ALL, v2: ALL };
pub(super) const DEFINED: Categories = Categories { v1beta1: &[Minimal, Basic, Standard, Sensible], v1: ALL, v2: ALL };
pub(super) const CYCLE: Categories = Categories { v1beta1: &[], v1: &[], v2: ALL };
pub(super) const AFFINITY: Categories =
    Categories { v1beta1: &[Minimal, Basic, Standard, PackageAffinity], v1: FROM_BASIC, v2: FROM_BASIC };
pub(super) const SENSIBLE: Categories =
    Categories { v1beta1: &[Minimal, Basic, Standard, Sensible], v1: FROM_BASIC, v2: FROM_BASIC };
pub(super) const NAMES: Categories =
    Categories { v1beta1: &[Basic, Standard, StyleBasic, StyleStandard], v1: FROM_BASIC, v2: FROM_BASIC };
pub(super) const FIRST: Categories = Categories { v1beta1: &[Other], v1: FROM_BASIC, v2: FROM_BASIC };
pub(super) const LATER: Categories = Categories { v1beta1: &[], v1: FROM_BASIC, v2: FROM_BASIC };
pub(super) const LATEST: Categories = Categories { v1beta1: &[], v1: &[], v2: FROM_BASIC };
pub(super) const STRICT: Categories =
    Categories { v1beta1: &[Standard, StyleStandard], v1: FROM_STANDARD, v2: FROM_STANDARD };
pub(super) const VALIDATED: Categories = Categories { v1beta1: &[], v1: FROM_STANDARD, v2: FROM_STANDARD };
pub(super) const COMMENTED: Categories = Categories { v1beta1: &[Comments], v1: &[Comments], v2: &[Comments] };
pub(super) const UNARY: Categories = Categories { v1beta1: &[UnaryRpc], v1: &[UnaryRpc], v2: &[UnaryRpc] };
pub(super) const FORMER: Categories = Categories { v1beta1: &[Minimal, Basic, Standard, Sensible], v1: &[], v2: &[] };
pub(super) const NONE: Categories = Categories { v1beta1: &[], v1: &[], v2: &[] };

/// All rules.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [
        package::RULES,
        same_option::RULES,
        file::RULES,
        import::RULES,
        name::RULES,
        enumeration::RULES,
        field::RULES,
        service::RULES,
        protovalidate::RULES,
        comment::RULES,
    ]
    .into_iter()
    .flatten()
}
