//! Statements for both databases, which differ only in the expression for the current time. sqlx supports `$1` on SQLite, too.

/// The columns that `read::row` reads.
macro_rules! row_columns {
    () => {
        "id, event, stream, subject, message_id, headers, payload, duplicate_window_ms, ordering_key, created_ms,
    epoch, first_attempt_ms, attempts, refusals, last_error"
    };
}

/// Counts and ages of the whole outbox.
macro_rules! status {
    ($($now:tt)*) => {
        concat!(
            "\
SELECT now_ms,
    (SELECT count(*) FROM walnats_outbox WHERE state = 'pending') AS pending,
    (SELECT count(*) FROM walnats_outbox WHERE state = 'pending' AND lease_until_ms > now_ms) AS leased,
    (SELECT count(*) FROM walnats_outbox WHERE state = 'pending' AND not_before_ms > now_ms) AS held,
    (SELECT count(*) FROM walnats_outbox WHERE state = 'parked') AS parked,
    (SELECT count(*) FROM walnats_outbox WHERE state = 'sent') AS sent,
    (SELECT max(attempts) FROM walnats_outbox WHERE state = 'pending') AS attempts,
    (SELECT last_error FROM walnats_outbox
        WHERE state = 'pending' AND last_error IS NOT NULL ORDER BY id LIMIT 1) AS last_error,
    (SELECT min(created_ms) FROM walnats_outbox
        WHERE state = 'pending' AND (attempts > 0 OR not_before_ms <= now_ms)) AS oldest_ms
FROM (SELECT ",
            $($now)*,
            " AS now_ms) AS clock"
        )
    };
}

/// The dead letters after an id (1), with a limit (2).
macro_rules! parked {
    () => {
        concat!(
            "SELECT ",
            $crate::sql::shared::row_columns!(),
            " FROM walnats_outbox WHERE state = 'parked' AND id > $1 ORDER BY id LIMIT $2"
        )
    };
}

/// Counts and ages for each stream.
macro_rules! pending {
    ($($now:tt)*) => {
        concat!(
            "\
SELECT o.stream, count(*) AS pending, max(now_ms) AS now_ms,
    CAST(sum(CASE WHEN o.lease_until_ms > now_ms THEN 1 ELSE 0 END) AS bigint) AS leased,
    CAST(sum(CASE WHEN o.not_before_ms > now_ms THEN 1 ELSE 0 END) AS bigint) AS held,
    CAST(sum(CASE WHEN o.ordering_key IS NOT NULL AND EXISTS (
        SELECT 1 FROM walnats_outbox p
        WHERE p.ordering_key = o.ordering_key AND p.id < o.id AND p.state = 'parked'
    ) THEN 1 ELSE 0 END) AS bigint) AS blocked,
    count(DISTINCT o.ordering_key) AS key_count, max(o.attempts) AS attempts,
    min(CASE WHEN o.attempts > 0 OR o.not_before_ms <= now_ms THEN o.created_ms END) AS oldest_ms,
    (SELECT e.last_error FROM walnats_outbox e
        WHERE e.state = 'pending' AND e.stream = o.stream AND e.last_error IS NOT NULL ORDER BY e.id LIMIT 1) AS last_error
FROM walnats_outbox o, (SELECT ",
            $($now)*,
            " AS now_ms) AS clock WHERE o.state = 'pending' GROUP BY o.stream ORDER BY o.stream"
        )
    };
}

/// The keys with the most pending rows, with a limit (1).
macro_rules! pending_keys {
    ($($now:tt)*) => {
        concat!(
            "\
SELECT q.ordering_key, q.pending, q.first_id, q.oldest_ms, q.now_ms,
    (SELECT max(p.id) FROM walnats_outbox p
        WHERE p.ordering_key = q.ordering_key AND p.state = 'parked' AND p.id < q.last_id) AS blocked_by,
    (SELECT e.last_error FROM walnats_outbox e WHERE e.id = q.first_id) AS last_error
FROM (
    SELECT o.ordering_key, count(*) AS pending, min(o.id) AS first_id, max(o.id) AS last_id, min(o.created_ms) AS oldest_ms,
        max(now_ms) AS now_ms
    FROM walnats_outbox o, (SELECT ",
            $($now)*,
            " AS now_ms) AS clock
    WHERE o.state = 'pending' AND o.ordering_key IS NOT NULL GROUP BY o.ordering_key
) q
ORDER BY q.pending DESC, q.first_id LIMIT $1"
        )
    };
}

pub(super) use {parked, pending, pending_keys, row_columns, status};
