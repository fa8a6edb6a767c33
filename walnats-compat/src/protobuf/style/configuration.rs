//! What a `buf.yaml` says about linting: which rules, where not, and how.

use std::collections::BTreeSet;

use walnats_codegen::load::{Document, Node, NodeValue};

use super::rule::{Category, Rule, Version, rules};
use super::{Finding, Options};

/// The part of a `buf.yaml` that is about linting one folder. Rules and categories that are not known here, such as those of
/// plugins, are left out.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// What rules want of names.
    pub options: Options,
    used: BTreeSet<&'static str>,
    ignored: Vec<String>,
    ignored_only: Vec<(BTreeSet<&'static str>, Vec<String>)>,
    allows_comments: bool,
    root: String,
}

impl Configuration {
    /// Reads `buf.yaml` for the folder `root`, relative to it, `/` between parts: that of a module that it lists, or of the only
    /// one. Names of files begin there.
    pub fn new(buf_yaml: &Document, root: &str) -> Self {
        let file = &buf_yaml.root;
        let version = match file.get("version").and_then(Node::as_str) {
            Some("v1beta1") => Version::V1Beta1,
            Some("v2") => Version::V2,
            _ => Version::V1,
        };
        let is_of_root =
            |module: &&Node| trimmed(module.get("path").and_then(Node::as_str).unwrap_or_default()) == trimmed(root);
        let modules = file.get("modules").map(Node::items).unwrap_or_default();
        let own = modules.iter().find(is_of_root).and_then(|module| module.get("lint"));
        Self::of_lint(own.or_else(|| file.get("lint")), version, root)
    }

    fn of_lint(lint: Option<&Node>, version: Version, root: &str) -> Self {
        let part = |key: &str| lint.and_then(|lint| lint.get(key));
        let is = |key: &str| matches!(part(key).map(|node| &node.value), Some(NodeValue::Bool(true)));
        let text = |key: &str| part(key).and_then(Node::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        let named = |key: &str| {
            let names = part(key).map(Node::items).unwrap_or_default().iter().filter_map(Node::as_str);
            names.flat_map(|name| ids(name, version)).collect::<BTreeSet<_>>()
        };
        let is_default = part("use").is_none_or(|names| names.items().is_empty());
        let mut used = match (is("disable_builtin"), is_default) {
            (true, _) => BTreeSet::new(),
            (false, true) => ids("STANDARD", version),
            (false, false) => named("use"),
        };
        let except = named("except");
        used.retain(|id| !except.contains(id));
        let only = part("ignore_only").map(Node::members).unwrap_or_default().iter();
        let defaults = Options::default();
        Self {
            options: Options {
                enum_zero_value_suffix: text("enum_zero_value_suffix").unwrap_or(defaults.enum_zero_value_suffix),
                service_suffix: text("service_suffix").unwrap_or(defaults.service_suffix),
                rpc_allow_same_request_response: is("rpc_allow_same_request_response"),
                rpc_allow_google_protobuf_empty_requests: is("rpc_allow_google_protobuf_empty_requests"),
                rpc_allow_google_protobuf_empty_responses: is("rpc_allow_google_protobuf_empty_responses"),
            },
            used,
            ignored: paths(part("ignore")),
            ignored_only: only.map(|member| (ids(&member.name, version), paths(Some(&member.value)))).collect(),
            allows_comments: match version {
                Version::V2 => !is("disallow_comment_ignores"),
                Version::V1 | Version::V1Beta1 => is("allow_comment_ignores"),
            },
            root: trimmed(root).to_owned(),
        }
    }

    /// Whether the rule is to be checked.
    pub fn uses(&self, rule: &Rule) -> bool {
        self.used.contains(rule.id)
    }

    /// Whether what was found is not to be reported: the file is ignored, or a comment says so and may.
    pub fn ignores(&self, finding: &Finding) -> bool {
        let name = &finding.location.file;
        let path = if self.root.is_empty() { name.clone() } else { format!("{}/{name}", self.root) };
        let is_in = |folders: &[String]| {
            folders.iter().any(|folder| {
                let rest = path.strip_prefix(folder.as_str());
                folder.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        };
        is_in(&self.ignored)
            || self.ignored_only.iter().any(|(ids, folders)| ids.contains(finding.rule.id) && is_in(folders))
            || (self.allows_comments && finding.is_ignored)
    }
}

/// The ids of the rules that a name in `buf.yaml` stands for.
fn ids(name: &str, version: Version) -> BTreeSet<&'static str> {
    let category = Category::named(name);
    let meant = rules().filter(|rule| match category {
        Some(category) => rule.is_in(category, version),
        None => rule.id == name,
    });
    meant.map(|rule| rule.id).collect()
}

fn paths(list: Option<&Node>) -> Vec<String> {
    let items = list.map(Node::items).unwrap_or_default().iter();
    items.filter_map(Node::as_str).map(|path| trimmed(path).to_owned()).collect()
}

/// A path without `./` and a last `/`; empty for the folder itself.
fn trimmed(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    let path = path.strip_prefix("./").unwrap_or(path);
    if path == "." { "" } else { path }
}
