//! For SQLite 3.38 or newer.

use super::Migration;
#[cfg(feature = "sqlite")]
use super::{Statements, shared};

/// The migrations.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "outbox", sql: include_str!("../../migrations/sqlite/0001_outbox.sql") },
    Migration { version: 2, name: "inbox", sql: include_str!("../../migrations/sqlite/0002_inbox.sql") },
];

/// Adds an event to the outbox, with the values of a [`NewRow`](crate::NewRow) in the order of its fields; returns its id.
///
/// Ids are in commit order, because SQLite has one writer at a time.
pub const ENQUEUE: &str = "\
INSERT INTO walnats_outbox
    (event, stream, subject, message_id, headers, payload, duplicate_window_ms, ordering_key, not_before_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
RETURNING id";

/// Records that the reader (1) processes the message id (2); returns a row if it is new.
pub const INBOX_ONCE: &str = "\
INSERT INTO walnats_inbox (reader, message_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING RETURNING seen_ms";

#[cfg(feature = "sqlite")]
macro_rules! now {
    () => {
        "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
    };
}

#[cfg(feature = "sqlite")]
pub(crate) const STATEMENTS: Statements = Statements {
    enqueue: ENQUEUE,
    // Without the hint, SQLite would scan the sent rows, too.
    window: concat!(
        "SELECT ",
        now!(),
        " AS now_ms, (SELECT id FROM walnats_outbox INDEXED BY walnats_outbox_pending \
         WHERE state = 'pending' AND id > ?1 ORDER BY id LIMIT 1 OFFSET ?2) AS end_id"
    ),
    candidates: "\
SELECT o.id, CASE WHEN o.ordering_key IS NOT NULL THEN (
        SELECT max(e.id) FROM walnats_outbox e INDEXED BY walnats_outbox_key
        WHERE e.ordering_key = o.ordering_key AND e.id < o.id AND e.state <> 'sent' AND (e.state = 'pending' OR ?5 = 1)
    ) END AS predecessor
FROM walnats_outbox o INDEXED BY walnats_outbox_pending
WHERE o.state = 'pending' AND o.id > ?1 AND o.id < ?2 AND o.not_before_ms <= ?3 AND o.lease_until_ms <= ?3
    AND o.stream NOT IN (SELECT value FROM json_each(?4))
ORDER BY o.id",
    lease: concat!(
        "\
UPDATE walnats_outbox
SET epoch = epoch + 1, lease_until_ms = ?2 + ?3, attempts = attempts + 1,
    first_attempt_ms = coalesce(first_attempt_ms, ?2)
WHERE id IN (SELECT value FROM json_each(?1)) AND state = 'pending' AND not_before_ms <= ?2 AND lease_until_ms <= ?2
RETURNING ",
        shared::row_columns!()
    ),
    settle: concat!(
        "\
UPDATE walnats_outbox
SET state = m.state, lease_until_ms = 0, first_attempt_ms = m.first_attempt_ms, sequence = m.sequence,
    attempts = attempts - m.unsent, refusals = refusals + m.refused,
    not_before_ms = CASE WHEN m.wait_ms > 0 THEN m.now_ms + m.wait_ms ELSE not_before_ms END,
    last_error = CASE WHEN m.unsent = 1 THEN last_error ELSE m.error END,
    ended_ms = CASE WHEN m.state = 'pending' THEN NULL ELSE m.now_ms END
FROM (
    SELECT ",
        now!(),
        " AS now_ms, value ->> '$.id' AS id, value ->> '$.epoch' AS epoch, value ->> '$.state' AS state,
        value ->> '$.unsent' AS unsent, value ->> '$.refused' AS refused, value ->> '$.wait_ms' AS wait_ms,
        value ->> '$.first_attempt_ms' AS first_attempt_ms, value ->> '$.sequence' AS sequence,
        value ->> '$.error' AS error
    FROM json_each(?1)
) AS m
WHERE walnats_outbox.id = m.id AND walnats_outbox.epoch = m.epoch AND walnats_outbox.state = 'pending'
RETURNING walnats_outbox.id"
    ),
    status: shared::status!(now!()),
    parked: shared::parked!(),
    replay: "\
UPDATE walnats_outbox
SET state = 'pending', epoch = epoch + 1, refusals = 0, not_before_ms = 0, lease_until_ms = 0,
    first_attempt_ms = NULL, ended_ms = NULL
WHERE state = 'parked' AND (?1 IS NULL OR id IN (SELECT value FROM json_each(?1)))
RETURNING id",
    discard: "\
DELETE FROM walnats_outbox
WHERE state = 'parked' AND (?1 IS NULL OR id IN (SELECT value FROM json_each(?1)))
RETURNING id",
    clean_up: concat!(
        "DELETE FROM walnats_outbox WHERE id IN (SELECT id FROM walnats_outbox \
         WHERE state = 'sent' AND ended_ms <= ",
        now!(),
        " - ?1 ORDER BY ended_ms LIMIT ?2) RETURNING id"
    ),
    inbox_once: INBOX_ONCE,
    inbox_clean_up: concat!(
        "DELETE FROM walnats_inbox WHERE (reader, message_id) IN (SELECT reader, message_id FROM walnats_inbox \
         WHERE seen_ms <= ",
        now!(),
        " - ?1 ORDER BY seen_ms LIMIT ?2) RETURNING seen_ms"
    ),
    version: "SELECT max(version) AS version FROM walnats_migrations",
    migration_lock: "SELECT 1",
    pending: shared::pending!(now!()),
    pending_keys: shared::pending_keys!(now!()),
    schema_exists: "SELECT 1 AS found WHERE ?1 IS NULL",
    begin: "BEGIN IMMEDIATE",
};
