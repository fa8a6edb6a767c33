//! Names for types, from where they stand in the schema files: a definition's key, or the names of the members that
//! lead to it. So a name only moves with its own place, never because something else changed.

use super::layout::{EventForm, own_event};
use super::names;
use super::schema_location::{SchemaLocation, is_definitions};
use super::types::{Body, ItemId, Types};
use crate::diagnostic::{Diagnostic, Report};
use crate::model::{DocumentId, EventId, EventModel};

/// The names of a package's types.
pub struct TypeNames {
    /// By item.
    pub items: Vec<String>,
    /// By event: what its type is called if it is a newtype.
    pub events: Vec<String>,
}

/// Names every type; those of one module differ.
pub fn type_names(model: &EventModel, types: &Types, forms: &[EventForm]) -> TypeNames {
    let mut used: Vec<names::UsedNames> = vec![names::UsedNames::default(); model.sources.len().max(1)];
    let events: Vec<String> = model.event_ids().map(|event| event_name(model, event)).collect();
    for (source, used) in DocumentId::enumerate(&mut used) {
        let own_event = own_event(model, source).filter(|event| forms[event.0] == EventForm::Newtype);
        used.extend(own_event.map(|event| events[event.0].clone()));
    }

    let mut items = vec![String::new(); types.items.len()];
    // An alias takes no name from a type.
    let mut order: Vec<(bool, bool, usize, &SchemaLocation, usize)> = Vec::new();
    let mut wanted = Vec::with_capacity(types.items.len());
    for (index, item) in types.items.iter().enumerate() {
        let chosen = chosen_name(model, types, forms, ItemId(index));
        let is_alias = matches!(item.body, Body::Alias(_));
        order.push((is_alias, chosen.is_none(), item.location.path.len(), &item.location, index));
        wanted.push(chosen.unwrap_or_else(|| made_name(model, types, &item.location)));
    }
    order.sort();
    for (.., location, index) in order {
        items[index] = used[location.source.0].give(&wanted[index]);
    }
    TypeNames { items, events }
}

/// Reports names that schemas ask for (`x-walnats.rust`) and do not get.
pub fn report_asked(model: &EventModel, types: &Types, names: &TypeNames, report: &mut Report) {
    let usual = "a type name can be given to each schema that becomes a type, and to scalars, lists and maps";
    for (note, annotations) in model.rust_notes.iter().zip(&model.notes) {
        let Some(name) = note.name.as_ref().filter(|_| is_named_place(&annotations.path)) else { continue };
        let mut items = types.items.iter().zip(&names.items).filter(|(_, given)| *given == name);
        if items.any(|(item, _)| item.location.source == annotations.document) {
            continue;
        }
        let message = format!("`x-walnats.rust` asks for the name `{name}`, and no type here can have it");
        let help = format!("{usual}; for a `$ref`, write it where the schema is that it refers to");
        report.push(Diagnostic::warning("WN0611", annotations.place.clone(), message).help(help));
    }
    for (item, given) in types.items.iter().zip(&names.items) {
        let note = model.rust_notes.get(item.id.0 as usize).and_then(|note| note.name.as_ref());
        let is_there = SchemaLocation::of(&model.notes, item.id) == item.location;
        let Some(asked) = note.filter(|asked| is_there && *asked != given && !item.location.path.is_empty()) else {
            continue;
        };
        let Some(annotations) = model.notes.get(item.id.0 as usize) else { continue };
        let message = format!("another type of this file is called `{asked}`, so this one is `{given}`");
        let help = "give each schema a name of its own in `x-walnats.rust`, or refer to one definition with `$ref`";
        report.push(Diagnostic::warning("WN0611", annotations.place.clone(), message).help(help));
    }
}

/// Whether a schema stands where a name in it can only be that of its type, and not of a variant.
fn is_named_place(path: &[String]) -> bool {
    let is_member = |keyword: &str| matches!(keyword, "properties" | "patternProperties") || is_definitions(keyword);
    match path {
        [.., keyword, _] if is_member(keyword) => true,
        [.., keyword] => matches!(keyword.as_str(), "items" | "additionalProperties"),
        [] => false,
    }
}

/// What an event's type is called.
fn event_name(model: &EventModel, event: EventId) -> String {
    let event = &model.events[event];
    event.rust_name.clone().filter(|name| names::is_type_name(name)).unwrap_or_else(|| names::type_name(&event.name))
}

/// The name that somebody asked for.
fn chosen_name(model: &EventModel, types: &Types, forms: &[EventForm], item: ItemId) -> Option<String> {
    let location = &types.items[item].location;
    let source = model.source(location.source)?;
    let of_options = model.options.names.get(&format!("{}#{}", source.name, location.pointer())).cloned();
    let event = model.event_ids().find(|event| forms[event.0] == EventForm::Item(item));
    // The type of the event that a whole file is has the event's name, even where it stands among the definitions.
    let is_own = |event: &EventId| own_event(model, location.source) == Some(*event);
    let of_event = event.and_then(|event| model.events[event].rust_name.clone());
    let of_event = of_event.or_else(|| event.filter(is_own).map(|event| event_name(model, event)));
    let id = types.items[item].id;
    let is_there = SchemaLocation::of(&model.notes, id) == *location;
    let of_note = model.rust_notes.get(id.0 as usize).filter(|_| is_there).and_then(|note| note.name.clone());
    of_options.or(of_event).or(of_note).filter(|name| names::is_type_name(name))
}

/// The name that follows from where a type stands. That of an event comes first as it is: made of words once more, it could
/// be written otherwise (`ABTest`, `AbTestVariant`).
fn made_name(model: &EventModel, types: &Types, location: &SchemaLocation) -> String {
    let words = words(model, types, location);
    match own_event(model, location.source).map(|event| event_name(model, event)) {
        Some(event) if words.len() > 1 && words[0] == event => {
            // What keeps an event's name from being one of Rust's own (`Option_`) is not needed before further words.
            event.trim_end_matches('_').to_owned() + &names::variant_name(&words[1..].join(" "))
        }
        Some(event) if words == [event.clone()] => event,
        _ => names::type_name(&words.join(" ")),
    }
}

/// What a definition is called: the last part of a key that is a URI or a file.
fn definition_word(key: &str) -> String {
    let is_address = key.contains("://") || key.ends_with(".json") || key.ends_with(".yaml") || key.starts_with("urn:");
    if !is_address {
        return key.to_owned();
    }
    let path = key.split(['#', '?']).next().unwrap_or_default().trim_end_matches('/');
    let last = path.rsplit(['/', ':']).next().unwrap_or_default();
    let stem = [".schema.json", ".json", ".yaml", ".yml"].iter().find_map(|end| last.strip_suffix(end)).unwrap_or(last);
    if stem.chars().any(char::is_alphabetic) { stem.to_owned() } else { key.to_owned() }
}

/// The words of which a type's name is made.
fn words(model: &EventModel, types: &Types, location: &SchemaLocation) -> Vec<String> {
    let mut words = vec![root_word(model, location.source)];
    let mut segments = location.path.iter().enumerate();
    while let Some((position, keyword)) = segments.next() {
        let mut next = || segments.next().map(|(_, key)| key.clone()).unwrap_or_default();
        match keyword.as_str() {
            keyword if is_definitions(keyword) => words = vec![definition_word(&next())],
            "schemas" if words.len() > 1 => words = vec![next()],
            "properties" | "dependentSchemas" => words.push(next()),
            "items" | "additionalProperties" | "unevaluatedProperties" => singular(&mut words, keyword),
            "patternProperties" => {
                next();
                singular(&mut words, keyword);
            }
            "prefixItems" => {
                let index = next().parse::<usize>().unwrap_or(0) + 1;
                words.push(format!("item {index}"));
            }
            "oneOf" | "anyOf" => {
                let index = next().parse::<usize>().unwrap_or(0) + 1;
                let here = SchemaLocation {
                    source: location.source,
                    path: location.path.iter().take(position + 2).cloned().collect(),
                };
                words.push(types.hints.get(&here).cloned().unwrap_or_else(|| format!("variant {index}")));
            }
            "allOf" => {
                next();
            }
            "#string" | "#array" | "#object" | "#value" => words.push(keyword[1..].to_owned()),
            other => words.push(other.to_owned()),
        }
    }
    words
}

/// What the schema that is a whole file is called.
fn root_word(model: &EventModel, source: DocumentId) -> String {
    let Some(note) = model.source(source) else { return "payload".to_owned() };
    match own_event(model, source) {
        Some(event) => event_name(model, event),
        None => note.name.rsplit('/').next().unwrap_or_default().trim_start_matches('_').to_owned(),
    }
}

/// Makes the last word say one of what it said many: `commits` becomes `commit`, and what cannot be made so gets `item`.
fn singular(words: &mut Vec<String>, keyword: &str) {
    let last = words.last().cloned().unwrap_or_default();
    let lower = last.to_lowercase();
    let cut = |ending: &str, replacement: &str| Some(format!("{}{replacement}", &last[..last.len() - ending.len()]));
    let irregular = ["series", "species", "news", "movies", "cookies"].iter().any(|word| lower.ends_with(word));
    let one = if words.len() < 2 || !last.is_ascii() || irregular {
        None
    } else if lower.len() > 4 && lower.ends_with("ies") {
        cut("ies", "y")
    } else if ["sses", "shes", "ches", "xes"].iter().any(|ending| lower.ends_with(ending)) {
        cut("es", "")
    } else if ["ss", "us", "is", "uses"].iter().any(|ending| lower.ends_with(ending)) || lower.len() < 3 {
        None
    } else if lower.ends_with('s') {
        cut("s", "")
    } else {
        None
    };
    match one {
        Some(one) => *words.last_mut().expect("there is a root word") = one,
        None => words.push(if keyword == "items" { "item" } else { "value" }.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::singular;

    #[test]
    fn one_of_many() {
        for (many, one) in [
            ("commits", "commit"),
            ("entries", "entry"),
            ("addresses", "address"),
            ("branches", "branch"),
            ("lines", "line"),
            ("series", "series item"),
            ("status", "status item"),
            ("statuses", "statuses item"),
            ("data", "data item"),
        ] {
            let mut words = vec!["root".to_owned(), many.to_owned()];
            singular(&mut words, "items");
            assert_eq!(words[1..].join(" "), one);
        }
    }
}
