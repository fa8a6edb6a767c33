//! What names say: which events happen once in the life of what they are about, and which members distinguish occurrences.

mod created;
mod lists;

use heck::ToKebabCase;

pub(super) use created::{is_act, is_made_by};
pub(super) use lists::ENDS_OF_IDS;
use lists::{AGAIN, AROUND, CONTACTS, FACETS, GENERIC, KEYS, LAST, LASTING, OCCURRENCE, ONCE, PEOPLE};

/// What an event is about that happens once in the life of it, as the words of its name: `["order"]` of
/// `order-placed-in-store`. By the last word of the name that says what happened; `None` where it may happen again.
pub(super) fn once(event: &str) -> Option<Vec<String>> {
    let name = event.to_kebab_case();
    let words: Vec<&str> = name.split('-').collect();
    for at in (0..words.len()).rev() {
        let (one, two) = (words[at], words[at..].iter().take(2).copied().collect::<Vec<_>>().join("-"));
        let thing = at.checked_sub(1).map_or("", |before| words[before]);
        let is_of_thing = created::happens_once(thing, one) || created::happens_once(thing, &two);
        if is_of_thing || ONCE.contains(&one) || ONCE.contains(&two.as_str()) {
            let entity = &words[..at];
            let is_again = AGAIN.contains(&one) && entity.last().is_some_and(|thing| LASTING.contains(thing));
            return (!is_again).then(|| entity.iter().map(|word| (*word).to_owned()).collect());
        }
        // `created-date-changed`: what happened is the change.
        if one.ends_with("ed") {
            return None;
        }
    }
    None
}

/// Whether a member is the key of what the event is about, and not that of something else: `order_id` and `number`, but not
/// `customer_id`, of `order-placed`. The names are those of the path to it, in snake case.
pub(super) fn is_key_of(entity: &[String], names: &[String]) -> bool {
    let Some(thing) = entity.last().map(String::as_str) else { return true };
    // `registration-completed`: whose it is has it once.
    if ONCE.contains(&thing) {
        return true;
    }
    let Some((name, outer)) = names.split_last() else { return false };
    let is_person = PEOPLE.contains(&thing);
    let (owner, end) = match name.rsplit_once('_') {
        Some((owner, end)) => (owner.rsplit('_').next().unwrap_or(owner), end),
        None => ("", name.as_str()),
    };
    if end == "email" || (owner == "email" && thing != "email") || CONTACTS.contains(&name.as_str()) {
        return is_person;
    }
    // `user.id`, but not `data.id`, is that of the user.
    let around = outer.last().map_or("", String::as_str);
    let owner = if owner.is_empty() && !AROUND.contains(&around) { around } else { owner };
    let is_of_thing = owner.is_empty() || GENERIC.contains(&owner) || is_one(owner, thing);
    // An account is its user's, and a profile, too.
    let is_of_its_owner = FACETS.contains(&thing) && entity.iter().any(|word| is_one(owner, word));
    let is_key = ENDS_OF_IDS.contains(&end) || KEYS.contains(&end) || (is_one(name, thing) && outer.is_empty());
    is_key && (is_of_thing || is_of_its_owner || is_one(name, thing))
}

/// Whether they are one word, or the singular and the plural of it.
fn is_one(one: &str, other: &str) -> bool {
    one.trim_end_matches('s') == other.trim_end_matches('s')
}

/// What an event in snake case is about, and the word of what happened: the last one in the past tense, or the last one.
pub(super) fn happened(event: &str) -> (Vec<&str>, &str) {
    let mut words: Vec<&str> = event.split('_').collect();
    let at = words.iter().rposition(|word| word.ends_with("ed") || ONCE.contains(word));
    let at = at.unwrap_or(words.len().saturating_sub(1));
    let happened = words.get(at).copied().unwrap_or_default();
    words.truncate(at);
    (words, happened)
}

/// Whether a member of this name, in snake case, differs from occurrence to occurrence whatever the event.
pub(super) fn changes_each_time(member: &str) -> bool {
    let words: Vec<&str> = member.split('_').collect();
    match words[..] {
        ["occurrence" | "dedup" | "deduplication" | "idempotency"] => true,
        [.., owner, "key" | "number" | "no" | "nr" | "num"] => is_occurrence(owner),
        [.., last] => LAST.contains(&last),
        [] => false,
    }
}

/// Whether the id of such a thing is that of an occurrence.
pub(super) fn is_occurrence(thing: &str) -> bool {
    OCCURRENCE.contains(&thing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_and_ends_happen_once() {
        for event in [
            "user-created",
            "order-placed-in-store",
            "user.created.v2",
            "user-signed-up",
            "ShipmentDispatched",
            "created",
            "session-started",
            "chat-session-ended",
            "comment-added",
            "payment-attempt-failed",
            "checkout-session-timed-out",
        ] {
            assert!(once(event).is_some(), "{event}");
        }
        for event in [
            "subscription-changed",
            "user-signed-in",
            "created-date-changed",
            "door-opened",
            "heartbeat",
            "stock-changed",
            "payment-failed",
            "user-updated",
            "profile",
            "order-created-or-changed",
            "subscription-paid",
            "job-started",
            "session-refreshed",
            "item-added",
        ] {
            assert!(once(event).is_none(), "{event}");
        }
    }

    #[test]
    fn a_key_is_that_of_what_the_event_is_about() {
        let is_key = |event: &str, member: &str| {
            let names: Vec<String> = member.split('.').map(str::to_owned).collect();
            once(event).is_some_and(|entity| is_key_of(&entity, &names))
        };
        for (event, members) in [
            ("order-placed", "order_id id order_number number order.id data.id external_id order reference"),
            ("user-created", "user_id email username id user.email"),
            ("user-account-created", "user_id account_id"),
            ("registration-completed", "user_id"),
            ("signup", "user_id"),
            ("shipment-dispatched", "tracking_number shipment_id"),
            ("sensor-reading-taken", "reading_id"),
            ("email-sent", "email_id"),
        ] {
            for member in members.split(' ') {
                assert!(is_key(event, member), "{member} of {event}");
            }
        }
        for (event, members) in [
            ("order-placed", "customer_id email customer.id customer_email tenant_id total"),
            ("email-sent", "user_id user.id"),
            ("payment-received", "account_id"),
            ("shipment-dispatched", "order_id order_number"),
            ("sensor-reading-taken", "sensor_id"),
            ("ride-requested", "rider_id"),
            ("certificate-issued", "domain"),
            ("build-finished", "repo"),
        ] {
            for member in members.split(' ') {
                assert!(!is_key(event, member), "{member} of {event}");
            }
        }
    }

    #[test]
    fn some_members_change_each_time() {
        for member in [
            "version",
            "occurred_at",
            "event_number",
            "event_sequence",
            "sequence",
            "sequence_number",
            "changed_on",
            "updated_time",
            "idempotency_key",
            "period",
            "row_version",
            "attempt",
        ] {
            assert!(changes_each_time(member), "{member}");
        }
        for member in [
            "id",
            "user_id",
            "email",
            "sku",
            "plan",
            "quantity",
            "state",
            "order_number",
            "status",
            "account_key",
            "region",
            "event",
            "event_type",
            "request",
        ] {
            assert!(!changes_each_time(member), "{member}");
        }
    }
}
