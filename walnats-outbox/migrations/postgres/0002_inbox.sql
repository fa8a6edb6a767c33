-- walnats-outbox 2: messages that a reader has processed.
CREATE TABLE IF NOT EXISTS walnats_inbox (
    reader TEXT NOT NULL,
    message_id TEXT NOT NULL,
    seen_ms BIGINT NOT NULL DEFAULT ((extract(epoch FROM clock_timestamp()) * 1000)::bigint),
    PRIMARY KEY (reader, message_id)
);

CREATE INDEX IF NOT EXISTS walnats_inbox_seen ON walnats_inbox (seen_ms);

INSERT INTO walnats_migrations (version, name) VALUES (2, 'inbox') ON CONFLICT DO NOTHING;
