//! Uid templates that produce the same id for two occurrences, so that the second is not stored.

mod vocabulary;

use heck::ToSnakeCase;

use crate::diagnostic::{Diagnostic, Report};
use crate::lower::field;
use crate::model::{Event, EventModel, FieldPath, Payload, ScalarKind, Template, TemplatePart};
use vocabulary::{ENDS_OF_IDS, changes_each_time, happened, is_act, is_key_of, is_made_by, is_occurrence, once};

/// Two events of one stream cannot share an id: the event's name is a part of it. Two occurrences of one event can.
pub(super) fn check(model: &EventModel, report: &mut Report) {
    for event in &model.events {
        let Some(uid) = &event.uid else { continue };
        if let Some((one, other)) = run_together(&uid.template) {
            let message = format!("nothing separates `{one}` from `{other}` in the id");
            report.push(Diagnostic::warning("WN0716", uid.place.clone(), message).help(
                "`1` and `23` produce the same id as `12` and `3`, and the second event is dropped; put a character between them",
            ));
        }
        if !tells_occurrences_apart(model, event, &uid.template) {
            let id = event.message_id().unwrap_or_default();
            let message = format!("the id `{id}` does not identify a single occurrence of `{}`", event.name);
            report.push(Diagnostic::warning("WN0715", uid.place.clone(), message).help(
                "a second event with the same values within the stream's duplicate window is dropped; add a member that \
                 changes each time, such as a version, a sequence number or a timestamp, or leave `uid` out",
            ));
        }
    }
}

/// Names and the formats of dates and times are the clues. In doubt, there is a finding: an event would be lost in silence.
fn tells_occurrences_apart(model: &EventModel, event: &Event, uid: &Template) -> bool {
    // The stream stores one event per key anyway.
    let is_once = event.once.as_ref().is_some_and(|once| once.key.fields().all(|key| uid.fields().any(|f| f == key)));
    let is_end_or_beginning =
        || once(&event.name).is_some_and(|entity| uid.fields().any(|field| is_key_of(&entity, &snake(field))));
    is_once || is_end_or_beginning() || uid.fields().any(|field| is_of_occurrence(model, event, field))
}

fn snake(field: &FieldPath) -> Vec<String> {
    field.names.iter().map(|name| name.to_snake_case()).collect()
}

fn is_of_occurrence(model: &EventModel, event: &Event, field: &FieldPath) -> bool {
    let names = snake(field);
    let name = names.last().map_or("", String::as_str);
    if field.kind == ScalarKind::Boolean {
        return false;
    }
    if changes_each_time(name) || is_moment(model, event, field) {
        return true;
    }
    let of_event = event.name.to_snake_case();
    // `id` is that of what it stands in: of the payload, or of the member `user` in `user.id`.
    let owner = match (ENDS_OF_IDS.contains(&name), names.len()) {
        (true, 1) => return has_id_of_its_entity(model, event, &of_event),
        (true, depth) => names[depth - 2].as_str(),
        (false, _) => match name.rsplit_once('_') {
            Some((owner, end)) if ENDS_OF_IDS.contains(&end) => owner,
            _ => return false,
        },
    };
    // `payment_id` of `payment`, `click_id` of `link-clicked`, `session_id` of `user-logged-in`, `change_id`; not
    // `message_id` of `message-edited`, nor `post_id` of `comment-posted`.
    let (entity, happened) = happened(&of_event);
    let owned = owner.rsplit('_').next().unwrap_or(owner);
    let is_entity = entity.contains(&owned);
    let words: Vec<&str> = of_event.split('_').collect();
    let comes_of_it = is_occurrence(owned) || is_made_by(owned, &words);
    owner == of_event || is_act(owned, &entity, happened) || (comes_of_it && !is_entity)
}

/// Whether a plain `id` is not the entity's, which has a member of its own: `subscription_id` of `subscription-changed`.
fn has_id_of_its_entity(model: &EventModel, event: &Event, of_event: &str) -> bool {
    let Payload::Json(schema) = event.payload else { return false };
    let Some((entity, _)) = of_event.rsplit_once('_') else { return false };
    let members = field::json_members(&model.schemas, schema, &[]);
    let owners = members.iter().filter_map(|(name, _)| name.to_snake_case().strip_suffix("_id").map(str::to_owned));
    owners.into_iter().any(|owner| format!("_{entity}_").contains(&format!("_{owner}_")))
}

fn is_moment(model: &EventModel, event: &Event, field: &FieldPath) -> bool {
    let (Payload::Json(schema), Some((last, outer))) = (&event.payload, field.names.split_last()) else { return false };
    let members = field::json_members(&model.schemas, *schema, outer);
    members.iter().filter(|(name, _)| name == last).any(|(_, schema)| field::is_moment(&model.schemas, *schema))
}

/// Two fields with nothing between them, where one text can be cut in two ways.
fn run_together(template: &Template) -> Option<(String, String)> {
    template.parts.windows(2).find_map(|pair| match pair {
        // No boolean begins another one.
        [TemplatePart::Field(one), TemplatePart::Field(other)]
            if one.kind != ScalarKind::Boolean && other.kind != ScalarKind::Boolean =>
        {
            Some((one.names.join("."), other.names.join(".")))
        }
        _ => None,
    })
}
