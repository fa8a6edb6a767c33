//! Where a `$ref` leads.

use super::registry::{Location, Registry, ResourceId};
use super::{index, metaschema, uri};
use crate::pointer::{escape, unescape};
use crate::read::diagnostic::{Diagnostic, Edit, Place, Report};
use crate::read::document::{DocumentId, Node, NodeValue};
use crate::read::edit;

/// Where following a pointer ended.
pub(super) struct Lost<'a> {
    /// The step that leads nowhere.
    step: String,
    /// What lacks it.
    node: &'a Node,
}

impl<'a> Registry<'a> {
    /// The schema that `reference`, which stands in the schema `from` at `place`, leads to. Where it leads nowhere, that
    /// becomes a finding.
    pub(crate) fn resolve(
        &mut self,
        from: &Location<'a>,
        reference: &str,
        place: &Place,
        report: &mut Report,
    ) -> Option<Location<'a>> {
        let base = self.resource(from.resource).uri.clone();
        let joined = uri::join(&base, reference);
        // A reference within its own schema, however many others have the same identifier.
        let is_own = joined.uri == base;
        let found = if is_own { Some(from.resource) } else { self.resource_of(from, reference, &joined, report) };
        let Some(resource) = found else {
            let document = Location { path: Vec::new(), node: &self.document(from.document).root, ..from.clone() };
            let is_pointer = !reference.contains('#') && self.walk(&document, &format!("/{reference}")).is_ok();
            report.push(if is_pointer {
                let message = format!("`{reference}` leads nowhere: without `#` it names a file");
                let finding = Diagnostic::error("WN0211", place.clone(), message).label("no such file");
                finding.help(format!("did you mean `#/{reference}`?")).fix(self.rewritten(
                    from,
                    place,
                    &format!("#/{reference}"),
                ))
            } else {
                self.not_found(from, reference, &joined, place)
            });
            return None;
        };
        if !is_own && let Some(second) = self.claimed_twice.get(&joined.uri) {
            let first = self.place(&self.resource(resource).root);
            let (line, _) = second.line_column();
            let message = format!("`{reference}` is ambiguous: two schemas have the identifier `{}`", joined.uri);
            let help = format!("one is in `{}`, the other in `{}`, line {line}", first.file.path, second.file.path);
            report.push(Diagnostic::error("WN0205", place.clone(), message).help(help));
        }
        let target = self.resource(resource);
        if !joined.fragment.is_empty() && !joined.fragment.starts_with('/') {
            let anchor = target.anchors.get(&joined.fragment).cloned();
            let pointer = format!("/{}", joined.fragment);
            if anchor.is_none()
                && let Ok(location) = self.walk(&target.root, &pointer)
            {
                let message = format!("`{reference}` is not an anchor; it is read as `#{pointer}`");
                let help = "a JSON Pointer begins with a slash";
                let whole = reference.replacen('#', "#/", 1);
                let fix = self.rewritten(from, place, &whole);
                report.push(Diagnostic::warning("WN0208", place.clone(), message).help(help).fix(fix));
                return Some(location);
            }
            if anchor.is_none() {
                let known = target.anchors.keys().map(String::as_str);
                let message = format!("`{reference}` leads nowhere: there is no anchor `{}`", joined.fragment);
                let finding = Diagnostic::error("WN0202", place.clone(), message).label("no such anchor");
                report.push(finding.suggest(&joined.fragment, known));
            }
            if let Some(first) = &anchor
                && let Some(second) = self.claimed_twice.get(&format!("{}#{}", target.uri, joined.fragment))
            {
                let (first, (line, _)) = (self.place(first), second.line_column());
                let message = format!("`{reference}` is ambiguous: two schemas have the anchor `{}`", joined.fragment);
                let help = format!(
                    "one is in `{}`, line {}, the other in line {line}; the first is taken",
                    first.file.path,
                    first.line_column().0
                );
                report.push(Diagnostic::error("WN0212", place.clone(), message).help(help));
            }
            return anchor;
        }
        let root = target.root.clone();
        match self.walk(&root, &joined.fragment) {
            Ok(location) => Some(location),
            Err(lost) => {
                let message = format!("`{reference}` leads nowhere: there is no `{}`", lost.step);
                let finding = Diagnostic::error("WN0202", place.clone(), message).label("no such schema");
                report.push(match self.moved_base(&root, &joined.fragment) {
                    Some(help) => finding.help(help),
                    None => match self.in_other_words(&root, &joined.fragment) {
                        Some(pointer) => {
                            let file = reference.split_once('#').map_or(reference, |(file, _)| file);
                            let whole = format!("{file}#{}", super::uri::encode_fragment(&pointer));
                            let fix = self.rewritten(from, place, &whole);
                            finding.help(format!("did you mean `{whole}`?")).fix(fix)
                        }
                        None => finding.suggest(&lost.step, names(lost.node)),
                    },
                });
                None
            }
        }
    }

    /// The reference with another text.
    fn rewritten(&self, from: &Location<'a>, place: &Place, reference: &str) -> Option<Edit> {
        let node = from.node.members().iter().find(|member| member.value.span == place.span)?;
        edit::set(self.document(from.document), &node.value, &reference.into())
    }

    /// The pointer that leads somewhere, where one does: with the other of `definitions` and `$defs`, and with names as they
    /// are written but for upper and lower case, `_` and `-`.
    fn in_other_words(&self, root: &Location<'a>, pointer: &str) -> Option<String> {
        let plain = |name: &str| name.to_lowercase().replace(['_', '-'], "");
        let mut node = root.node;
        let mut words = String::new();
        for step in pointer.split('/').skip(1) {
            let step = unescape(step);
            let other = match step.as_ref() {
                "definitions" => "$defs",
                "$defs" => "definitions",
                _ => "",
            };
            let like =
                |(index, item): (usize, &'a Node)| (step.parse() == Ok(index)).then(|| (index.to_string(), item));
            let (name, next) = match &node.value {
                NodeValue::Array(items) => items.iter().enumerate().find_map(like)?,
                _ => {
                    let exact = node.member(&step).or_else(|| node.member(other));
                    let mut alike = node.members().iter().filter(|member| plain(&member.name) == plain(&step));
                    let member = exact.or_else(|| alike.next().filter(|_| alike.next().is_none()))?;
                    (member.name.clone(), &member.value)
                }
            };
            words.push('/');
            words.push_str(&escape(&name));
            node = next;
        }
        Some(words)
    }

    /// That an `$id` within the file made `#` mean another schema than the file, where the pointer leads somewhere.
    fn moved_base(&self, root: &Location<'a>, pointer: &str) -> Option<String> {
        let document = self.document(root.document);
        let file = Location { path: Vec::new(), node: &document.root, ..root.clone() };
        if root.path.is_empty() || self.walk(&file, pointer).is_err() {
            return None;
        }
        let identifier = root.node.get("$id").or_else(|| root.node.get("id"))?;
        let (line, _) = document.place(&identifier.span).line_column();
        let of_file = document.root.get("$id").or_else(|| document.root.get("id")).and_then(Node::as_str);
        let absolute = of_file.map(|uri| format!("; in the whole file it is `{uri}#{pointer}`")).unwrap_or_default();
        Some(format!("the `$id` in line {line} makes `#` the schema that it stands in{absolute}"))
    }

    /// The resource of a URI: by identifier, among the meta-schemas, or by the path of the file.
    fn resource_of(
        &mut self,
        from: &Location<'a>,
        reference: &str,
        joined: &uri::Joined,
        report: &mut Report,
    ) -> Option<ResourceId> {
        if let Some(&resource) = self.by_uri.get(&joined.uri).filter(|_| !joined.escapes) {
            return Some(resource);
        }
        if metaschema::is_known(&joined.uri) {
            self.index_metaschemas(report);
            return self.by_uri.get(&joined.uri).copied();
        }
        if let Some(resource) = self.same_address(&joined.uri) {
            return Some(resource);
        }
        // Files whose identifiers are made up, but which refer to one another by path, as editors resolve them.
        if uri::is_absolute(reference) {
            return None;
        }
        let by_path = uri::join(&uri::of_document(&self.document(from.document).name), reference);
        if by_path.escapes { None } else { self.by_uri.get(&by_path.uri).copied() }
    }

    /// A file whose address differs only in ways that servers ignore: `http` for `https`, and `.json` left out. Its
    /// identifier may be one that its draft does not know, such as `id` in draft 7.
    fn same_address(&self, uri: &str) -> Option<ResourceId> {
        let rest = uri.strip_prefix("https://").or_else(|| uri.strip_prefix("http://"))?;
        let stem = rest.strip_suffix(".json").unwrap_or(rest);
        ["https://", "http://"]
            .iter()
            .flat_map(|scheme| ["", ".json"].map(|end| format!("{scheme}{stem}{end}")))
            .find_map(|uri| {
                let by_identifier = self.document_uris.get(&uri).map(|document| &self.document(*document).root);
                let root = || by_identifier.and_then(|root| self.by_root.get(&std::ptr::from_ref(root)));
                self.by_uri.get(&uri).or_else(root).copied()
            })
    }

    fn index_metaschemas(&mut self, report: &mut Report) {
        if std::mem::replace(&mut self.metaschemas_are_indexed, true) {
            return;
        }
        // A copy among the documents goes before the one that is built in.
        let claimed_twice = self.claimed_twice.clone();
        for document in metaschema::documents() {
            let id = DocumentId(self.documents.len());
            self.documents.push(document);
            index::index(self, id, &format!("https://{}", document.name), report);
        }
        self.claimed_twice = claimed_twice;
    }

    /// Follows a JSON Pointer, from resource to resource where schemas on the way have identifiers.
    pub(super) fn walk(&self, start: &Location<'a>, pointer: &str) -> Result<Location<'a>, Lost<'a>> {
        let mut location = start.clone();
        for step in pointer.split('/').skip(1) {
            let step = unescape(step);
            let next = match &location.node.value {
                NodeValue::Object(_) => self.member(location.node, &step),
                NodeValue::Array(items) => step.parse::<usize>().ok().and_then(|index| items.get(index)),
                _ => None,
            };
            let Some(node) = next else { return Err(Lost { step: step.into_owned(), node: location.node }) };
            location = self.child(&location, &[&step], node);
        }
        Ok(location)
    }

    fn not_found(&self, from: &Location<'a>, reference: &str, joined: &uri::Joined, place: &Place) -> Diagnostic {
        if joined.escapes && uri::document_name(&joined.uri).is_some() {
            let message = format!("`{reference}` leads out of the schema folder");
            let help = "nothing outside of it is read; move or copy the file there";
            return Diagnostic::error("WN0203", place.clone(), message).label("above the folder").help(help);
        }
        match uri::document_name(&joined.uri) {
            Some(name) => {
                let message = format!("`{reference}` leads nowhere: there is no file `{name}`");
                let names = self.documents.iter().map(|document| document.name.as_str());
                let finding = Diagnostic::error("WN0201", place.clone(), message).label("no such file");
                let other_case = self
                    .documents
                    .iter()
                    .map(|document| &document.name)
                    .find(|other| other.eq_ignore_ascii_case(&name));
                let fix = other_case.and_then(|other| {
                    let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
                    // What of the reference names folders above is the same in both.
                    let tail =
                        file.trim_start_matches("./").rsplit("../").next().filter(|tail| name.ends_with(*tail))?;
                    let right = other.get(other.len() - tail.len()..)?;
                    let start = &file[..file.len() - tail.len()];
                    let hash = if reference.contains('#') { "#" } else { "" };
                    self.rewritten(from, place, &format!("{start}{right}{hash}{fragment}"))
                });
                finding.suggest(&name, names).fix(fix)
            }
            None => {
                let message = format!("`{reference}` leads nowhere: no schema has the identifier `{}`", joined.uri);
                let mut help =
                    "nothing is fetched from the network: put the schema into the schema folder, with this `$id`"
                        .to_owned();
                help.extend(self.cures.unknown_identifier.into_iter().flat_map(|cure| [", or ", cure]));
                Diagnostic::error("WN0210", place.clone(), message).label("not among the schemas").help(help)
            }
        }
    }
}

fn names(node: &Node) -> impl Iterator<Item = &str> {
    node.members().iter().map(|member| member.name.as_str())
}
