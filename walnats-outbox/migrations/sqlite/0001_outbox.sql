-- walnats-outbox 1: events that wait for the relay. Times are milliseconds since 1970 on the database's clock.
CREATE TABLE IF NOT EXISTS walnats_migrations (
    version INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS walnats_outbox (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- The finished message.
    event TEXT NOT NULL,
    stream TEXT NOT NULL,
    subject TEXT NOT NULL,
    message_id TEXT NOT NULL,
    headers TEXT NOT NULL DEFAULT '[]', -- [["name", "value"], ...]
    payload BLOB NOT NULL,
    duplicate_window_ms INTEGER NOT NULL,
    -- Rows of one key are sent one after another; without a key, order is not promised.
    ordering_key TEXT,
    not_before_ms INTEGER NOT NULL DEFAULT 0,
    created_ms INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)),
    -- Where it stands: pending, sent or parked.
    state TEXT NOT NULL DEFAULT 'pending',
    -- Who sends it: whoever has the latest epoch, until the lease ends.
    epoch INTEGER NOT NULL DEFAULT 0,
    lease_until_ms INTEGER NOT NULL DEFAULT 0,
    -- From then on it is possibly stored.
    first_attempt_ms INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    refusals INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    -- Where it was stored, and when it was sent or parked.
    sequence INTEGER,
    ended_ms INTEGER
);

CREATE INDEX IF NOT EXISTS walnats_outbox_pending ON walnats_outbox (id) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS walnats_outbox_key ON walnats_outbox (ordering_key, id)
    WHERE state <> 'sent' AND ordering_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS walnats_outbox_parked ON walnats_outbox (id) WHERE state = 'parked';
CREATE INDEX IF NOT EXISTS walnats_outbox_sent ON walnats_outbox (ended_ms) WHERE state = 'sent';

INSERT INTO walnats_migrations (version, name) VALUES (1, 'outbox') ON CONFLICT DO NOTHING;
