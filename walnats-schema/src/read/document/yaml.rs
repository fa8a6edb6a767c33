//! YAML 1.2 as a way to write JSON: what JSON cannot say is refused.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::json::Members;
use super::{Document, MAX_DEPTH, Member, Node, NodeValue, scalar, syntax};
use crate::read::diagnostic::{Diagnostic, Place, Report, SourceFile};

/// How many values a file may have once its aliases are expanded.
const MAX_NODES: usize = 1_000_000;

/// Parses the text of `file`; `None` after a finding that leaves no tree.
pub fn parse_yaml(file: Arc<SourceFile>, name: &str, report: &mut Report) -> Option<Document> {
    parse(file, name, report).and_then(Result::ok)
}

/// The same, with the largest number in place of those that are larger or none, each of which is a finding.
pub fn parse_yaml_leniently(file: Arc<SourceFile>, name: &str, report: &mut Report) -> Option<Document> {
    parse(file, name, report).map(|document| document.unwrap_or_else(|replaced| replaced))
}

/// As an error, a tree with other numbers than those of the file.
fn parse(file: Arc<SourceFile>, name: &str, report: &mut Report) -> Option<Result<Document, Document>> {
    let mut builder = Builder {
        bytes: byte_offsets(&file.text),
        file: &file,
        report,
        open: Vec::new(),
        anchors: HashMap::new(),
        nodes: 0,
        root: None,
        has_replaced: false,
    };
    for event in Parser::new_from_str(&file.text) {
        match event {
            Ok((event, span)) => builder.event(event, span)?,
            Err(error) => {
                let at = builder.byte(error.marker().index());
                let place = builder.place(syntax::visible(&file.text, at..at));
                let message = format!("not valid YAML: {}", syntax::lower_first(error.info()));
                builder.report.push(Diagnostic::error("WN0103", place, message));
                return None;
            }
        }
    }
    let has_replaced = builder.has_replaced;
    let Some(root) = builder.root else {
        let place = Place { file, span: 0..0 };
        report.push(Diagnostic::error("WN0106", place, "the file holds no value"));
        return None;
    };
    let document = Document { file, name: name.to_owned(), root };
    Some(if has_replaced { Err(document) } else { Ok(document) })
}

struct Builder<'a> {
    file: &'a Arc<SourceFile>,
    report: &'a mut Report,
    /// Byte of each character, where they differ: the parser counts characters.
    bytes: Option<Vec<usize>>,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    root: Option<Node>,
    /// Whether a number stands for another one.
    has_replaced: bool,
}

/// A collection that has begun.
struct Open {
    start: usize,
    anchor: usize,
    content: Content,
}

enum Content {
    Sequence(Vec<Node>),
    Mapping { members: Members, key: Option<(String, Range<usize>)> },
}

impl Builder<'_> {
    /// `None` after a finding that ends the file.
    fn event(&mut self, event: Event, span: Span) -> Option<()> {
        let span = self.byte(span.start.index())..self.byte(span.end.index());
        match event {
            Event::Scalar(.., Some(tag)) | Event::SequenceStart(_, Some(tag)) | Event::MappingStart(_, Some(tag)) => {
                return self.refuse("WN0110", span, &format!("JSON has no tags, such as `{tag}`"), "remove the tag");
            }
            Event::DocumentStart(_) if self.root.is_some() => {
                return self.refuse("WN0120", span, "a second document in one file", "give it a file of its own");
            }
            Event::Scalar(text, style, anchor, None) => {
                let span = span.start..scalar::end(&self.file.text, &span, style);
                let value = match style {
                    ScalarStyle::Plain => {
                        scalar::plain(&text, self.place(span.clone()), self.report).unwrap_or_else(|stand_in| {
                            self.has_replaced = true;
                            stand_in
                        })
                    }
                    _ => NodeValue::String(text.into_owned()),
                };
                self.finish(Node { span, value }, anchor)?;
            }
            Event::SequenceStart(anchor, None) => self.begin(span, anchor, Content::Sequence(Vec::new()))?,
            Event::MappingStart(anchor, None) => {
                self.begin(span, anchor, Content::Mapping { members: Members::default(), key: None })?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                // The parser pairs every end with its start.
                let open = self.open.pop()?;
                let value = match open.content {
                    Content::Sequence(items) => NodeValue::Array(items),
                    Content::Mapping { members, .. } => NodeValue::Object(members.list),
                };
                let end = end_of(&span, &value).max(open.start);
                self.finish(Node { span: open.start..end, value }, open.anchor)?;
            }
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    return self.refuse(
                        "WN0121",
                        span,
                        "an alias inside the value it stands for",
                        "use `$ref` to recurse",
                    );
                };
                let (size, depth) = measure(&node);
                self.nodes += size;
                if self.open.len() + depth > MAX_DEPTH {
                    self.report.push(syntax::too_deep(self.place(span)));
                    return None;
                }
                if self.nodes > MAX_NODES {
                    let message = format!("aliases make more than {MAX_NODES} values of this file");
                    self.report.push(Diagnostic::error("WN0107", self.place(span), message));
                    return None;
                }
                self.finish(node, 0)?;
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {}
        }
        Some(())
    }

    fn begin(&mut self, span: Range<usize>, anchor: usize, content: Content) -> Option<()> {
        if self.open.len() >= MAX_DEPTH {
            self.report.push(syntax::too_deep(self.place(span)));
            return None;
        }
        if let Some(Open { content: Content::Mapping { key: None, .. }, .. }) = self.open.last() {
            return self.refuse("WN0118", span, "a key that is not a string", "names in JSON are strings");
        }
        self.open.push(Open { start: span.start, anchor, content });
        Some(())
    }

    fn finish(&mut self, node: Node, anchor: usize) -> Option<()> {
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let (file, text) = (self.file, &self.file.text);
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.root = Some(node),
            Some(Content::Sequence(items)) => items.push(node),
            Some(Content::Mapping { members, key }) => match (key.take(), node.value) {
                (Some((name, name_span)), value) => {
                    let value = Node { span: node.span, value };
                    members.push(Member { name, name_span, value }, file, self.report);
                }
                (None, NodeValue::String(name)) if name == "<<" && text.get(node.span.clone()) == Some("<<") => {
                    return self.refuse("WN0117", node.span, "YAML 1.2 has no merge keys", "use `allOf` and `$ref`");
                }
                (None, NodeValue::String(name)) => *key = Some((name, node.span)),
                (None, _) => {
                    let help = "names in JSON are strings; put it in quotes";
                    return self.refuse("WN0118", node.span, "a key that is not a string", help);
                }
            },
        }
        Some(())
    }

    fn refuse(&mut self, code: &'static str, span: Range<usize>, message: &str, help: &str) -> Option<()> {
        let place = self.place(syntax::visible(&self.file.text, span));
        self.report.push(Diagnostic::error(code, place, message).help(help));
        None
    }

    fn byte(&self, character: usize) -> usize {
        match &self.bytes {
            Some(bytes) => bytes.get(character).copied().unwrap_or(self.file.text.len()),
            None => character.min(self.file.text.len()),
        }
    }

    fn place(&self, span: Range<usize>) -> Place {
        Place { file: Arc::clone(self.file), span }
    }
}

fn byte_offsets(text: &str) -> Option<Vec<usize>> {
    (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).collect())
}

/// Where a collection ends: a block's end event stands, empty, where the next thing begins.
fn end_of(event: &Range<usize>, value: &NodeValue) -> usize {
    let last = match value {
        NodeValue::Array(items) => items.last(),
        NodeValue::Object(members) => members.last().map(|member| &member.value),
        _ => None,
    };
    last.filter(|_| event.is_empty()).map_or(event.end, |last| last.span.end)
}

/// How many values there are, and how deeply they nest.
fn measure(node: &Node) -> (usize, usize) {
    let inner: Vec<&Node> = match &node.value {
        NodeValue::Array(items) => items.iter().collect(),
        NodeValue::Object(members) => members.iter().map(|member| &member.value).collect(),
        _ => return (1, 0),
    };
    let inner = inner.into_iter().map(measure);
    inner.fold((1, 1), |(size, depth), (inner_size, inner_depth)| (size + inner_size, depth.max(inner_depth + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (Option<Document>, Report) {
        let mut report = Report::default();
        let file = Arc::new(SourceFile { path: "a.yaml".into(), text: text.into() });
        (parse_yaml(file, "a.yaml", &mut report), report)
    }

    #[test]
    fn a_schema_in_yaml_is_the_same_schema_with_places() {
        let text = "# über\ntype: object\nproperties:\n  ü: &name {type: string}\n  b: *name\nrequired:\n- ü\nversion: \"1\"\n";
        let (document, report) = parse(text);
        assert!(report.diagnostics.is_empty(), "{report:?}");
        let root = document.unwrap().root;
        let expected = serde_json::json!({
            "type": "object", "properties": {"ü": {"type": "string"}, "b": {"type": "string"}}, "required": ["ü"], "version": "1",
        });
        assert_eq!(root.to_json(), expected);
        let properties = root.get("properties").unwrap();
        assert_eq!(&text[properties.get("ü").unwrap().span.clone()], "&name {type: string}");
        assert_eq!(&text[properties.member("b").unwrap().name_span.clone()], "b");
        assert_eq!(&text[root.get("version").unwrap().span.clone()], "\"1\"");
        assert!(text[root.get("required").unwrap().span.clone()].ends_with("ü"));
    }

    #[test]
    fn aliases_cannot_fill_the_memory() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..9 {
            let inner = vec![format!("*a{}", level - 1); 10].join(", ");
            text += &format!("a{level}: &a{level} [{inner}]\n");
        }
        let (document, report) = parse(&text);
        assert!(document.is_none());
        assert_eq!(report.diagnostics[0].code, "WN0107");
    }

    #[test]
    fn depth_counts_what_aliases_bring() {
        let mut text = "a0: &a0 [x]\n".to_owned();
        for level in 1..200 {
            text += &format!("a{level}: &a{level} [*a{}]\n", level - 1);
        }
        let (document, _) = parse(&text);
        assert!(document.is_none());
    }
}
