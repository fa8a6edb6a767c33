//! For PostgreSQL 12 or newer.

use super::Migration;
#[cfg(feature = "postgres")]
use super::{Statements, shared};

/// The migrations.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "outbox", sql: include_str!("../../migrations/postgres/0001_outbox.sql") },
    Migration { version: 2, name: "inbox", sql: include_str!("../../migrations/postgres/0002_inbox.sql") },
];

/// Adds an event to the outbox, with the values of a [`NewRow`](crate::NewRow) in the order of its fields; returns its id.
///
/// If the row has a key (8), the transaction first waits until no other transaction with that key is open: ids are assigned
/// before rows become visible, so a relay could otherwise see, and send, the later of two rows first.
pub const ENQUEUE: &str = "\
WITH turn AS MATERIALIZED (
    SELECT CASE WHEN $8::text IS NOT NULL THEN pg_advisory_xact_lock(hashtextextended($8::text, 8751016)) END
)
INSERT INTO walnats_outbox
    (event, stream, subject, message_id, headers, payload, duplicate_window_ms, ordering_key, not_before_ms)
SELECT $1::text, $2::text, $3::text, $4::text, $5::text, $6::bytea, $7::bigint, $8::text, $9::bigint FROM turn
RETURNING id";

/// Wakes listening relays when the transaction commits.
pub const NOTIFY: &str = "SELECT pg_notify('walnats_outbox', '')";

/// Records that the reader (1) processes the message id (2); returns a row if it is new.
pub const INBOX_ONCE: &str = "\
INSERT INTO walnats_inbox (reader, message_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING seen_ms";

/// The channel of [`NOTIFY`].
pub const CHANNEL: &str = "walnats_outbox";

#[cfg(feature = "postgres")]
macro_rules! now {
    () => {
        "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
    };
}

#[cfg(feature = "postgres")]
pub(crate) const STATEMENTS: Statements = Statements {
    enqueue: ENQUEUE,
    window: concat!(
        "SELECT ",
        now!(),
        " AS now_ms, (SELECT id FROM walnats_outbox \
         WHERE state = 'pending' AND id > $1 ORDER BY id LIMIT 1 OFFSET $2) AS end_id"
    ),
    candidates: "\
SELECT o.id, CASE WHEN o.ordering_key IS NOT NULL THEN (
        SELECT max(e.id) FROM walnats_outbox e
        WHERE e.ordering_key = o.ordering_key AND e.id < o.id AND e.state <> 'sent' AND (e.state = 'pending' OR $5 = 1)
    ) END AS predecessor
FROM walnats_outbox o
WHERE o.state = 'pending' AND o.id > $1 AND o.id < $2 AND o.not_before_ms <= $3 AND o.lease_until_ms <= $3
    AND o.stream NOT IN (SELECT jsonb_array_elements_text($4::text::jsonb))
ORDER BY o.id",
    lease: concat!(
        "\
UPDATE walnats_outbox
SET epoch = epoch + 1, lease_until_ms = $2 + $3, attempts = attempts + 1,
    first_attempt_ms = coalesce(first_attempt_ms, $2)
WHERE id IN (
    SELECT id FROM walnats_outbox
    WHERE id = ANY (ARRAY(SELECT jsonb_array_elements_text($1::text::jsonb)::bigint))
        AND state = 'pending' AND not_before_ms <= $2 AND lease_until_ms <= $2
    ORDER BY id FOR UPDATE SKIP LOCKED
)
RETURNING ",
        shared::row_columns!()
    ),
    settle: concat!(
        "\
UPDATE walnats_outbox AS o
SET state = m.state, lease_until_ms = 0, first_attempt_ms = m.first_attempt_ms, sequence = m.sequence,
    attempts = o.attempts - m.unsent, refusals = o.refusals + m.refused,
    not_before_ms = CASE WHEN m.wait_ms > 0 THEN clock.now_ms + m.wait_ms ELSE o.not_before_ms END,
    last_error = CASE WHEN m.unsent = 1 THEN o.last_error ELSE m.error END,
    ended_ms = CASE WHEN m.state = 'pending' THEN NULL ELSE clock.now_ms END
FROM jsonb_to_recordset($1::text::jsonb) AS m (
        id bigint, epoch bigint, state text, unsent bigint, refused bigint, wait_ms bigint,
        first_attempt_ms bigint, sequence bigint, error text
    ),
    (SELECT ",
        now!(),
        " AS now_ms) AS clock
WHERE o.id = m.id AND o.epoch = m.epoch AND o.state = 'pending'
RETURNING o.id"
    ),
    status: shared::status!(now!()),
    parked: shared::parked!(),
    replay: "\
UPDATE walnats_outbox
SET state = 'pending', epoch = epoch + 1, refusals = 0, not_before_ms = 0, lease_until_ms = 0,
    first_attempt_ms = NULL, ended_ms = NULL
WHERE state = 'parked' AND ($1::text IS NULL OR id = ANY (ARRAY(SELECT jsonb_array_elements_text($1::text::jsonb)::bigint)))
RETURNING id",
    discard: "\
DELETE FROM walnats_outbox
WHERE state = 'parked' AND ($1::text IS NULL OR id = ANY (ARRAY(SELECT jsonb_array_elements_text($1::text::jsonb)::bigint)))
RETURNING id",
    clean_up: concat!(
        "DELETE FROM walnats_outbox WHERE id IN (SELECT id FROM walnats_outbox \
         WHERE state = 'sent' AND ended_ms <= ",
        now!(),
        " - $1 ORDER BY ended_ms LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id"
    ),
    inbox_once: INBOX_ONCE,
    inbox_clean_up: concat!(
        "DELETE FROM walnats_inbox WHERE (reader, message_id) IN (SELECT reader, message_id FROM walnats_inbox \
         WHERE seen_ms <= ",
        now!(),
        " - $1 ORDER BY seen_ms LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING seen_ms"
    ),
    version: "SELECT max(version) AS version FROM walnats_migrations",
    migration_lock: "SELECT pg_advisory_xact_lock(8751016)",
    pending: shared::pending!(now!()),
    pending_keys: shared::pending_keys!(now!()),
    schema_exists: "SELECT 1::bigint AS found FROM pg_namespace WHERE nspname = $1",
    begin: "BEGIN",
};
