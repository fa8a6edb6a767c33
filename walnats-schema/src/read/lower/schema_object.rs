//! The schema that is being lowered, its keywords checked for their shape.

use super::cure;
use super::shape::{self, Written};
use crate::read::diagnostic::{Diagnostic, Place, Report};
use crate::read::document::{Document, Member, Node, NodeValue};
use crate::read::resolve::{Cures, Dialect, Draft, Keyword, Location, Registry, Shape, TYPES};

/// An object schema with its keywords.
pub(super) struct SchemaObject<'s, 'a> {
    pub(super) location: &'s Location<'a>,
    pub(super) dialect: Dialect,
    document: &'a Document,
    /// The keywords that mean something here and whose values have the right shape.
    keywords: Vec<(&'static Keyword, &'a Member)>,
    /// The rest, but for keywords whose values have the wrong shape.
    pub(super) others: Vec<&'a Member>,
    /// Keywords that a `$ref` next to them makes meaningless.
    pub(super) overruled: Vec<&'a Member>,
}

impl<'s, 'a> SchemaObject<'s, 'a> {
    pub(super) fn read(location: &'s Location<'a>, registry: &Registry<'a>, report: &mut Report) -> Self {
        let (dialect, document) = (registry.dialect(location), registry.document(location.document));
        let mut object =
            Self { location, dialect, document, keywords: Vec::new(), others: Vec::new(), overruled: Vec::new() };
        let reference = location.node.get("$ref").is_some_and(|reference| reference.as_str().is_some());
        let alone = dialect.draft.reference_stands_alone() && reference;
        for member in location.node.members() {
            match Keyword::find(&member.name, dialect) {
                Some(keyword) if alone && keyword.name != "$ref" => {
                    if keyword.constrains() {
                        object.overruled.push(member);
                    }
                }
                Some(keyword) if keyword.shape.fits(&member.value) => object.keywords.push((keyword, member)),
                Some(keyword) => report.push(wrong_shape(keyword, member, &object, registry.cures)),
                // `null` is refused there, too.
                None if alone && !(member.name == "nullable" && member.value.value == NodeValue::Bool(true)) => {}
                None => object.others.push(member),
            }
        }
        object
    }

    pub(super) fn draft(&self) -> Draft {
        self.dialect.draft
    }

    /// Whether this is a `$ref` of a draft in which it makes its neighbours meaningless.
    pub(super) fn is_reference_alone(&self) -> bool {
        self.draft().reference_stands_alone() && self.value("$ref").is_some()
    }

    /// The keyword `name` with its name's place.
    pub(super) fn member(&self, name: &str) -> Option<&'a Member> {
        self.keywords.iter().find(|(keyword, _)| keyword.name == name).map(|(_, member)| *member)
    }

    /// The value of the keyword `name`.
    pub(super) fn value(&self, name: &str) -> Option<&'a Node> {
        self.member(name).map(|member| &member.value)
    }

    /// The text of the keyword `name`.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.value(name)?.as_str()
    }

    /// The items of the keyword `name`, if it is an array.
    pub(super) fn items(&self, name: &str) -> Option<&'a [Node]> {
        match &self.value(name)?.value {
            NodeValue::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The document that it stands in.
    pub(super) fn document(&self) -> &'a Document {
        self.document
    }

    /// The place of a part of this schema.
    pub(super) fn place(&self, node: &Node) -> Place {
        self.document.place(&node.span)
    }

    /// The place of a keyword's name.
    pub(super) fn name_place(&self, member: &Member) -> Place {
        self.document.place(&member.name_span)
    }
}

/// The texts of an array of them.
pub(super) fn texts(node: &Node) -> Vec<String> {
    match &node.value {
        NodeValue::Array(items) => items.iter().filter_map(Node::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn wrong_shape(keyword: &Keyword, member: &Member, object: &SchemaObject<'_, '_>, cures: Cures) -> Diagnostic {
    let written = Written { document: object.document(), node: object.location.node, draft: object.draft() };
    explain(keyword, member, object, cures).fix(shape::fix(keyword, member, &written))
}

fn explain(keyword: &Keyword, member: &Member, object: &SchemaObject<'_, '_>, cures: Cures) -> Diagnostic {
    let message = format!("`{}` must be {}", keyword.name, keyword.shape.expectation());
    let finding = Diagnostic::error("WN0302", object.place(&member.value), message);
    let draft = object.draft().name();
    // Files without `$schema` are often older than the draft that they are read as.
    let setting = cures.earlier_draft.map(|cure| format!(" or {cure}")).unwrap_or_default();
    let earlier = format!("or say an earlier draft, in `$schema`{setting}");
    match (keyword.name, &member.value.value) {
        ("required", NodeValue::Bool(_)) => {
            finding.help("the object around it lists the names of its required properties: `\"required\": [\"name\"]`")
        }
        ("exclusiveMinimum" | "exclusiveMaximum", NodeValue::Bool(_)) => finding.help(format!(
            "in {draft} the exclusive bound is a number of its own, next to `minimum` or `maximum`; {earlier}"
        )),
        ("exclusiveMinimum" | "exclusiveMaximum", NodeValue::Number(_)) => {
            finding.help(format!("in {draft} it says whether `minimum` or `maximum` itself is excluded"))
        }
        ("items", NodeValue::Array(_)) if keyword.shape == Shape::Schema => {
            finding.help(format!("in {draft} the schemas of the first items stand in `prefixItems`; {earlier}"))
        }
        ("type", NodeValue::String(name)) => match cure::of_type(name) {
            Some(cure) => finding.help(format!("did you mean {}?", cure.text())),
            None if name == "any" => finding.help("without `type`, every value is allowed"),
            None => finding.suggest(name, TYPES),
        },
        _ => finding,
    }
}
