//! What names say: which events happen once in the life of what they are about, and which members tell occurrences apart.

use heck::ToKebabCase;

/// Beginnings, ends, and what is done to something that is over afterwards. Not `opened`, `closed` or `started`: a door is
/// opened and closed, and a job is started, many times.
const ONCE: &[&str] = &[
    "accepted",
    "approved",
    "archived",
    "authored",
    "banked",
    "booked",
    "born",
    "bought",
    "built",
    "cancellation",
    "canceled",
    "cancelled",
    "captured",
    "completed",
    "completion",
    "concluded",
    "confirmed",
    "create",
    "created",
    "creation",
    "declined",
    "delete",
    "deleted",
    "deletion",
    "delivered",
    "destroyed",
    "died",
    "discarded",
    "dispatched",
    "emitted",
    "enrolled",
    "erased",
    "established",
    "expired",
    "filed",
    "finalised",
    "finalized",
    "finished",
    "founded",
    "fulfilled",
    "generated",
    "graduated",
    "hired",
    "imported",
    "incorporated",
    "ingested",
    "initialised",
    "initialized",
    "introduced",
    "invoiced",
    "issued",
    "launched",
    "made",
    "ordered",
    "paid",
    "placed",
    "placement",
    "posted",
    "provisioned",
    "published",
    "purchased",
    "received",
    "recorded",
    "registered",
    "registration",
    "rejected",
    "requested",
    "sealed",
    "sent",
    "settled",
    "shipped",
    "sign-up",
    "signed-up",
    "signup",
    "sold",
    "spawned",
    "submission",
    "submitted",
    "taken",
    "terminated",
    "uploaded",
    "written",
];

/// Members that change with each occurrence, by their last word.
const LAST: &[&str] = &[
    "at",
    "attempt",
    "attempts",
    "checksum",
    "clock",
    "commit",
    "counter",
    "cursor",
    "date",
    "datetime",
    "day",
    "digest",
    "epoch",
    "etag",
    "generation",
    "hash",
    "hour",
    "instant",
    "iteration",
    "lsn",
    "micros",
    "millis",
    "minute",
    "moment",
    "month",
    "ms",
    "nanos",
    "nonce",
    "offset",
    "on",
    "ordinal",
    "period",
    "rev",
    "revision",
    "round",
    "run",
    "second",
    "seconds",
    "seq",
    "seqno",
    "sequence",
    "serial",
    "sha",
    "sha256",
    "since",
    "snapshot",
    "step",
    "tick",
    "time",
    "times",
    "timestamp",
    "ts",
    "version",
    "week",
    "when",
    "year",
];

/// What has an id or a number for each occurrence: `event_id`, `change_number`, `correlation_id`.
const OCCURRENCE: &[&str] = &[
    "action",
    "attempt",
    "audit",
    "change",
    "command",
    "commit",
    "correlation",
    "dedup",
    "deduplication",
    "delivery",
    "event",
    "execution",
    "fact",
    "idempotency",
    "invocation",
    "message",
    "msg",
    "notification",
    "occurrence",
    "operation",
    "request",
    "revision",
    "run",
    "sequence",
    "span",
    "trace",
    "transaction",
    "transition",
    "tx",
    "txn",
    "update",
    "version",
];

/// What the name of an id ends with, or is.
pub(super) const ENDS_OF_IDS: &[&str] = &["id", "uuid", "guid", "ulid"];

/// By the last word of the event's name that says what happened: `order-placed-in-store`, `user-created.v2`.
pub(super) fn happens_once(event: &str) -> bool {
    let name = event.to_kebab_case();
    let words: Vec<&str> = name.split('-').collect();
    for at in (0..words.len()).rev() {
        let (one, two) = (words[at], words[at..].iter().take(2).copied().collect::<Vec<_>>().join("-"));
        if ONCE.contains(&one) || ONCE.contains(&two.as_str()) {
            return true;
        }
        // `created-date-changed`: what happened is the change.
        if one.ends_with("ed") {
            return false;
        }
    }
    false
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

/// Whether the two are forms of one word: `click` and `clicked`, `shipment` and `shipped`.
pub(super) fn is_same_word(noun: &str, verb: &str) -> bool {
    const SHORTEST: usize = 4;
    let common = noun.chars().zip(verb.chars()).take_while(|(a, b)| a == b).count();
    common >= SHORTEST && common + SHORTEST >= noun.chars().count()
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
        ] {
            assert!(happens_once(event), "{event}");
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
        ] {
            assert!(!happens_once(event), "{event}");
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

    #[test]
    fn a_noun_can_be_the_occurrence() {
        assert!(
            is_same_word("click", "clicked")
                && is_same_word("shipment", "shipped")
                && is_same_word("change", "changed")
        );
        assert!(
            !is_same_word("user", "used")
                && !is_same_word("subscription", "changed")
                && !is_same_word("order", "opened")
        );
    }
}
