//! What an event makes: things that are there because it happened, each for one occurrence.

/// What begins and ends once, and happens again under another id.
const EPISODES: &[&str] = &[
    "attempt",
    "auction",
    "backup",
    "build",
    "call",
    "checkout",
    "connection",
    "delivery",
    "deployment",
    "download",
    "execution",
    "export",
    "flight",
    "game",
    "import",
    "login",
    "match",
    "meeting",
    "migration",
    "reading",
    "request",
    "ride",
    "round",
    "run",
    "scan",
    "session",
    "shift",
    "transaction",
    "transfer",
    "trip",
    "upload",
    "visit",
];

/// Beginnings and ends of episodes.
const LIMITS: &[&str] = &[
    "aborted",
    "abandoned",
    "began",
    "begun",
    "closed",
    "dropped",
    "ended",
    "failed",
    "initiated",
    "interrupted",
    "lost",
    "opened",
    "started",
    "stopped",
    "succeeded",
    "timed-out",
];

/// What is reported once, and may be closed and opened again.
const REPORTS: &[&str] = &["alert", "case", "incident", "issue", "ticket"];

const REPORTED: &[&str] = &["logged", "opened", "raised", "reported", "triggered"];

/// What somebody says or leaves somewhere, once.
const CONTRIBUTIONS: &[&str] =
    &["annotation", "answer", "comment", "entry", "feedback", "note", "rating", "reaction", "reply", "review", "vote"];

const CONTRIBUTED: &[&str] = &["added", "given", "left", "logged", "made"];

/// Things, each with the words that say that it comes of what happened.
const MADE_BY: &[(&str, &[&str])] = &[
    ("booking", &["reserved"]),
    ("connection", &["connected", "disconnected"]),
    ("email", &["emailed", "mailed", "sent"]),
    ("invoice", &["billed", "charged", "paid"]),
    ("login", &["authenticated", "logged", "signed"]),
    ("message", &["bounced", "delivered", "emailed", "posted", "published", "received", "sent"]),
    ("msg", &["delivered", "posted", "published", "received", "sent"]),
    ("payment", &["charged", "paid"]),
    ("purchase", &["bought"]),
    ("reservation", &["booked"]),
    ("response", &["answered"]),
    ("sale", &["sold"]),
    ("session", &["authenticated", "connected", "disconnected", "logged", "login", "logon", "logout", "signed"]),
    ("vote", &["cast"]),
    ("withdrawal", &["withdrawn"]),
];

/// Nouns that look like what a verb makes, and are things by themselves: a `post` is what a comment is posted to.
const THINGS: &[&str] = &[
    "block", "book", "cache", "document", "file", "form", "group", "host", "label", "link", "list", "model", "page",
    "plan", "plant", "post", "process", "program", "project", "queue", "record", "schedule", "ship", "stage", "store",
    "stream", "test", "title",
];

/// Who does things, and may be what an event's name begins with: a post comes of `user-posted`.
const DOERS: &[&str] = &["author", "device", "machine", "operator", "sensor", "system"];

/// Whether what `happened` to `thing` happens once in its life: a session is started once, a job many times.
pub(super) fn happens_once(thing: &str, happened: &str) -> bool {
    (EPISODES.contains(&thing) && LIMITS.contains(&happened))
        || (REPORTS.contains(&thing) && REPORTED.contains(&happened))
        || (CONTRIBUTIONS.contains(&thing) && CONTRIBUTED.contains(&happened))
}

/// Whether one of the words of an event's name says that such a thing comes of it: a `session` of `user-logged-in`.
pub(in crate::check::uid) fn is_made_by(thing: &str, words: &[&str]) -> bool {
    MADE_BY.iter().any(|(noun, verbs)| *noun == thing && words.iter().any(|word| verbs.contains(word)))
}

/// Whether a noun names the act itself that a verb in the past tense says, or what comes of it: a `click` of
/// `link-clicked`, a `shipment` of `order-shipped`. Not who acts, as a `viewer`, nor a thing that was there before, as the
/// `post` of `comment-posted`.
pub(in crate::check::uid) fn is_act(noun: &str, entity: &[&str], verb: &str) -> bool {
    let is_person = ["er", "or", "ee"].iter().any(|end| noun.ends_with(end)) && !verb.starts_with(noun);
    let done_by_somebody = entity.last().is_none_or(|last| DOERS.contains(last) || super::lists::PEOPLE.contains(last));
    is_same_word(noun, verb) && !is_person && (done_by_somebody || !THINGS.contains(&noun))
}

/// Whether the two are forms of one word: `click` and `clicked`, `shipment` and `shipped`.
fn is_same_word(noun: &str, verb: &str) -> bool {
    const SHORTEST: usize = 4;
    const LONGEST_ENDING: usize = 5;
    let common = noun.chars().zip(verb.chars()).take_while(|(a, b)| a == b).count();
    common >= SHORTEST && common + LONGEST_ENDING >= noun.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_noun_can_be_the_act() {
        for (noun, event) in [
            ("click", "link_clicked"),
            ("shipment", "order_shipped"),
            ("change", "stock_changed"),
            ("transfer", "money_transferred"),
            ("offer", "job_offered"),
            ("report", "incident_reported"),
            ("post", "user_posted"),
            ("invitation", "user_invited"),
            ("measurement", "temperature_measured"),
        ] {
            let (entity, verb) = event.split_once('_').unwrap();
            assert!(is_act(noun, &[entity], verb), "{noun} {event}");
        }
        for (noun, event) in [
            ("user", "thing_used"),
            ("subscription", "plan_changed"),
            ("order", "door_opened"),
            ("post", "comment_posted"),
            ("list", "item_listed"),
            ("viewer", "video_viewed"),
            ("assignee", "ticket_assigned"),
            ("approver", "request_approved"),
            ("host", "party_hosted"),
        ] {
            let (entity, verb) = event.split_once('_').unwrap();
            assert!(!is_act(noun, &[entity], verb), "{noun} {event}");
        }
    }

    #[test]
    fn events_make_things() {
        assert!(is_made_by("session", &["user", "logged", "in"]));
        assert!(!is_made_by("session", &["page", "viewed"]));
        assert!(happens_once("session", "started") && happens_once("comment", "added"));
        assert!(!happens_once("job", "started") && !happens_once("session", "refreshed"));
        assert!(happens_once("ticket", "opened") && !happens_once("ticket", "closed"));
        assert!(!happens_once("door", "opened"));
    }
}
