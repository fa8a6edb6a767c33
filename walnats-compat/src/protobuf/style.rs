//! How `.proto` files are laid out and named: buf's lint rules of the categories MINIMAL, BASIC, STANDARD, COMMENTS and
//! UNARY_RPC, with buf's ids and places (<https://buf.build/docs/lint/rules/>).

mod case;
mod comment;
mod configuration;
mod enumeration;
mod field;
mod file;
mod import;
mod name;
mod package;
mod protovalidate;
mod rule;
mod same_option;
mod scope;
mod service;
mod used;
mod version;

use super::{Location, Package};

pub(crate) use scope::is_ignored;

pub use configuration::Configuration;
pub use rule::{Category, Rule, Version, rules};

/// What a rule found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// Where; the file as a whole where nothing in it can be named.
    pub location: Location,
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
    /// Whether a comment `buf:lint:ignore ID` stands above the place, or above what is around it.
    pub is_ignored: bool,
}

/// What names have to end with, and what is allowed. The defaults are buf's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The ending of enum values whose number is 0.
    pub enum_zero_value_suffix: String,
    /// The ending of services.
    pub service_suffix: String,
    /// A method may have one type as request and response, and share types with itself.
    pub rpc_allow_same_request_response: bool,
    /// Requests may be `google.protobuf.Empty`.
    pub rpc_allow_google_protobuf_empty_requests: bool,
    /// Responses may be `google.protobuf.Empty`.
    pub rpc_allow_google_protobuf_empty_responses: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            enum_zero_value_suffix: "_UNSPECIFIED".to_owned(),
            service_suffix: "Service".to_owned(),
            rpc_allow_same_request_response: false,
            rpc_allow_google_protobuf_empty_requests: false,
            rpc_allow_google_protobuf_empty_responses: false,
        }
    }
}

/// Checks the files of `package` whose text it has by `rules`, sorted by place and rule. Files without a text count where they
/// are imported, and so do those that come with compilers.
pub fn check<'r>(
    package: &Package,
    rules: impl IntoIterator<Item = &'static Rule> + 'r,
    options: &Options,
) -> Vec<Finding> {
    let files: Vec<_> = package.own_files().filter(|file| package.sources.contains_key(file.name())).collect();
    let scope = scope::Scope::new(package, &files, options);
    let mut findings: Vec<Finding> = rules.into_iter().flat_map(|rule| scope.check(rule)).collect();
    findings.sort_by(|a, b| {
        let key = |finding: &Finding| (finding.location.clone(), finding.rule.id);
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
    });
    findings
}
