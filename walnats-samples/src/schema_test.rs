//! Schema tests: files in folders `tests` below the schema folders, with payloads and the verdicts that they are to have.
//!
//! A mistake in such a file is an error, never a test that passes.

use std::sync::Arc;

use walnats_codegen::diagnostic::{Diagnostic, Located, Place, Report, did_you_mean};
use walnats_codegen::load::{Document, Node, NodeValue, below};

use crate::case::{Case, Expected, Reason};
use crate::payload::{Content, Format, Payload, read};
use crate::sources::Sources;

/// The keys of a file that has several tests.
const OF_FILE: [&str; 5] = ["$schema", "description", "event", "tests", "title"];
/// The keys of a test.
const OF_TEST: [&str; 9] =
    ["description", "event", "file", "keyword", "payload", "pointer", "title", "valid", "violations"];
/// The keys of a violation that is expected.
const OF_REASON: [&str; 2] = ["keyword", "pointer"];

/// The tests of a file. `file` of a test is read from `sources`.
pub fn tests(document: &Document, sources: &Sources<'_>, report: &mut Report) -> Vec<Case> {
    let mut reader = Reader { document, sources, report, event: None };
    reader.file()
}

struct Reader<'a> {
    document: &'a Document,
    sources: &'a Sources<'a>,
    report: &'a mut Report,
    /// Of all tests of the file that name none.
    event: Option<Located<String>>,
}

impl Reader<'_> {
    fn file(&mut self) -> Vec<Case> {
        let document = self.document;
        let root = &document.root;
        let is_known = |name: &str| OF_FILE[2..4].contains(&name) || OF_TEST[1..].contains(&name) && name != "title";
        if matches!(root.value, NodeValue::Object(_)) && !root.members().iter().any(|member| is_known(&member.name)) {
            let place = Place { file: Arc::clone(&document.file), span: 0..0 };
            let names: Vec<&str> = root.members().iter().map(|member| member.name.as_str()).collect();
            let near = names.iter().find_map(|name| did_you_mean(name, ["tests", "event", "payload", "valid"]));
            let help = match near {
                Some(near) => format!("did you mean the key `{near}`?"),
                None => "name it with `file` in a test, or move it out of the folder `tests`".to_owned(),
            };
            let message = "the file is neither a schema test nor a schema, and no test names it as its payload";
            self.report.push(Diagnostic::error("WN1101", place, message).help(help));
            return Vec::new();
        }
        let is_several = root.get("tests").is_some();
        let tests: Vec<&Node> = match &root.value {
            NodeValue::Array(items) => items.iter().collect(),
            NodeValue::Object(_) if is_several || !has_form(root) => {
                if !self.keys(root, &OF_FILE) {
                    return Vec::new();
                }
                self.event = self.text(root, "event");
                match root.get("tests").map(|tests| (tests, &tests.value)) {
                    Some((_, NodeValue::Array(items))) => items.iter().collect(),
                    Some((node, _)) => {
                        self.wrong::<()>(node, "`tests` must be a list");
                        return Vec::new();
                    }
                    None => Vec::new(),
                }
            }
            _ => vec![root],
        };
        if tests.is_empty() {
            let place = Place { file: Arc::clone(&document.file), span: 0..0 };
            self.report.push(
                Diagnostic::error("WN1102", place, "the file has no tests")
                    .help("write at least one into `tests`: `event`, `payload`, `valid`; or remove the file"),
            );
        }
        let is_only = tests.len() == 1 && std::ptr::eq(tests[0], root);
        tests.into_iter().enumerate().flat_map(|(index, node)| self.test(node, (!is_only).then_some(index))).collect()
    }

    fn test(&mut self, node: &Node, index: Option<usize>) -> Vec<Case> {
        let NodeValue::Object(_) = node.value else {
            self.wrong::<()>(node, "a test must be an object with `event`, `payload` and `valid`");
            return Vec::new();
        };
        let keys: Vec<&str> = OF_TEST.into_iter().chain(index.is_none().then_some("$schema")).collect();
        // After a misspelt key, what is missing is no news.
        if !self.keys(node, &keys) {
            return Vec::new();
        }
        let title = self.text(node, "title");
        let event = self.text(node, "event").or_else(|| self.event.clone());
        let Some(event) = event else {
            self.wrong::<()>(node, "the test names no `event`");
            return Vec::new();
        };
        let Some(expected) = self.expected(node) else { return Vec::new() };
        let path = &self.document.file.path;
        let name = match (title, index) {
            (Some(title), _) => format!("{path}: {}", title.value),
            (None, Some(index)) => format!("{path}: number {}", index + 1),
            (None, None) => path.clone(),
        };
        let place = self.document.place(&node.span);
        let case = |name: String, payload: Payload| Case {
            name,
            event: event.value.clone(),
            event_place: event.place.clone(),
            payload,
            expected: expected.clone(),
            place: place.clone(),
        };
        match (node.get("payload"), node.get("file")) {
            (Some(payload), None) => {
                let file = Arc::clone(&self.document.file);
                vec![case(name, Payload::new(file, Content::Value(payload.clone())))]
            }
            (None, Some(file)) => {
                let payloads = self.payloads(file);
                payloads
                    .into_iter()
                    .map(|(line, payload)| match line {
                        Some(line) => case(format!("{name} (line {line})"), payload),
                        None => case(name.clone(), payload),
                    })
                    .collect()
            }
            (Some(_), Some(file)) => {
                self.wrong::<()>(file, "the test has both `payload` and `file`");
                Vec::new()
            }
            (None, None) => {
                self.wrong::<()>(node, "the test has neither `payload` nor `file`");
                Vec::new()
            }
        }
    }

    /// The verdict of a test; `None` after a finding.
    fn expected(&mut self, node: &Node) -> Option<Expected> {
        let valid = match node.get("valid").map(|valid| (&valid.value, valid)) {
            Some((NodeValue::Bool(valid), _)) => *valid,
            Some((_, valid)) => return self.wrong(valid, "`valid` must be true or false"),
            None => return self.wrong(node, "the test does not say whether the payload is `valid`"),
        };
        if valid {
            let reason = ["keyword", "pointer", "violations"].into_iter().find_map(|key| node.member(key));
            return match reason {
                Some(member) => {
                    let place = self.document.place(&member.name_span);
                    let message =
                        format!("`{}` is for payloads that are refused, and this one is `valid`", member.name);
                    self.report.push(Diagnostic::error("WN1101", place, message));
                    None
                }
                None => Some(Expected::Valid),
            };
        }
        let mut reasons = Vec::new();
        if node.get("keyword").is_some() || node.get("pointer").is_some() {
            reasons.push(self.reason(node)?);
        }
        match node.get("violations").map(|listed| (listed, &listed.value)) {
            Some((_, NodeValue::Array(items))) => {
                for item in items {
                    let NodeValue::Object(_) = item.value else {
                        return self.wrong(item, "a violation must be an object with `keyword` and `pointer`");
                    };
                    if !self.keys(item, &OF_REASON) {
                        return None;
                    }
                    let reason = self.reason(item)?;
                    if reason.keyword.is_none() && reason.pointer.is_none() {
                        return self.wrong(item, "the violation says neither `keyword` nor `pointer`");
                    }
                    reasons.push(reason);
                }
            }
            Some((listed, _)) => return self.wrong(listed, "`violations` must be a list"),
            None => {}
        }
        Some(Expected::Refused(reasons))
    }

    fn reason(&mut self, node: &Node) -> Option<Reason> {
        let (keyword, pointer) = (self.typed(node, "keyword")?, self.typed(node, "pointer")?);
        if let Some(Located { value, place }) = &pointer
            && !(value.is_empty() || value.starts_with('/'))
        {
            let message = format!("`{value}` is not a JSON Pointer");
            let help = format!("write `/{value}`, with `/` between names, or \"\" for the whole payload");
            self.report.push(Diagnostic::error("WN1101", place.clone(), message).help(help));
            return None;
        }
        let place = keyword.as_ref().or(pointer.as_ref()).map(|said| said.place.clone());
        Some(Reason { keyword, pointer, place: place.unwrap_or_else(|| self.document.place(&node.span)) })
    }

    /// The payloads of the file that a test names, with their lines.
    fn payloads(&mut self, node: &Node) -> Vec<(Option<usize>, Payload)> {
        let Some(file) = node.as_str() else {
            self.wrong::<()>(node, "`file` must be a path from the folder of this file on");
            return Vec::new();
        };
        let place = self.document.place(&node.span);
        let Some(path) = below(&self.document.file.path, file) else {
            let message = format!("`{file}` leads out of the package");
            self.report.push(Diagnostic::error("WN1107", place, message).help("name a file in the package, with `/`"));
            return Vec::new();
        };
        let Some(format) = Format::of(&path) else {
            let message = format!("the extension of `{file}` does not say what the payload is");
            self.report.push(Diagnostic::error("WN1107", place, message).help(format!("read are {}", Format::KNOWN)));
            return Vec::new();
        };
        let bytes = match self.sources.read(&path) {
            Ok(bytes) => bytes,
            Err(problem) => {
                let message = format!("the payload `{path}` cannot be read: {problem}");
                let near = self.sources.names_beside(&path);
                let finding = Diagnostic::error("WN1107", place, message);
                let wanted = path.rsplit('/').next().unwrap_or(&path);
                self.report.push(finding.suggest(wanted, near.iter().map(String::as_str)));
                return Vec::new();
            }
        };
        let entries = read(&path, bytes, format);
        if entries.is_empty() {
            self.report.push(Diagnostic::error("WN1107", place, format!("the payload `{path}` is empty")));
        }
        let mut payloads = Vec::new();
        for entry in entries {
            entry.findings.into_iter().for_each(|finding| self.report.push(finding));
            payloads.extend(entry.payload.map(|payload| (entry.line, payload)));
        }
        payloads
    }

    /// Whether all keys are known; reports those that are not.
    fn keys(&mut self, node: &Node, known: &[&str]) -> bool {
        let mut is_fine = true;
        for member in node.members().iter().filter(|member| !known.contains(&member.name.as_str())) {
            let place = self.document.place(&member.name_span);
            let listed: Vec<String> =
                known.iter().filter(|key| !key.starts_with('$')).map(|key| format!("`{key}`")).collect();
            let finding = Diagnostic::error("WN1101", place, format!("there is no key `{}` here", member.name))
                .help(format!("known are {}", listed.join(", ")));
            self.report.push(finding.suggest(&member.name, known.iter().copied()));
            is_fine = false;
        }
        is_fine
    }

    fn text(&mut self, node: &Node, key: &str) -> Option<Located<String>> {
        self.typed(node, key).flatten()
    }

    /// A string, where there is one; `None` after a finding.
    fn typed(&mut self, node: &Node, key: &str) -> Option<Option<Located<String>>> {
        let Some(value) = node.get(key) else { return Some(None) };
        match value.as_str() {
            Some(text) => Some(Some(Located { value: text.to_owned(), place: self.document.place(&value.span) })),
            None => self.wrong(value, &format!("`{key}` must be a string")),
        }
    }

    fn wrong<T>(&mut self, node: &Node, message: &str) -> Option<T> {
        self.report.push(Diagnostic::error("WN1101", self.document.place(&node.span), message));
        None
    }
}

/// Whether an object is a test, rather than a file of several.
fn has_form(root: &Node) -> bool {
    ["payload", "file", "valid"].into_iter().any(|key| root.get(key).is_some())
}
