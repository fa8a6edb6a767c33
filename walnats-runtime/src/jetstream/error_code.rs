//! JetStream's errors: what each concerns, and whether it passes by itself. The engine, `register` and the outbox share this
//! table.
//!
//! Codes and constants are those of nats-server's `server/errors.json`.

/// What a failure concerns, and so who can fix it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// This event: another one may be stored.
    Event,
    /// Its stream: every event of the stream fails alike.
    Stream,
    /// The account or the servers: every stream fails alike.
    Account,
    /// This publisher: its credentials, its connection or its configuration.
    Publisher,
}

/// What is known about one of JetStream's errors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ErrorCode {
    pub(crate) code: u64,
    pub(crate) scope: Scope,
    /// Whether the same request may succeed later, without a change of the request or of the stream's configuration.
    pub(crate) passes: bool,
    /// What it means, if the server's description does not say it.
    pub(crate) meaning: &'static str,
}

/// The codes that are used elsewhere.
pub(crate) mod code {
    pub(crate) const NO_JETSTREAM: u64 = 10076;
    pub(crate) const NO_JETSTREAM_FOR_ACCOUNT: u64 = 10039;
    pub(crate) const UNAVAILABLE: u64 = 10008;
    #[cfg(feature = "consume")]
    pub(crate) const CONSUMER_NOT_FOUND: u64 = 10014;
    pub(crate) const NO_MESSAGE: u64 = 10037;
    pub(crate) const MEMORY_EXCEEDED: u64 = 10028;
    pub(crate) const STORAGE_EXCEEDED: u64 = 10047;
    pub(crate) const MESSAGE_TOO_LARGE: u64 = 10054;
    pub(crate) const STREAM_NAME_IN_USE: u64 = 10058;
    pub(crate) const STREAM_NOT_FOUND: u64 = 10059;
    pub(crate) const STREAM_MISMATCH: u64 = 10060;
    pub(crate) const SUBJECTS_OVERLAP: u64 = 10065;
    pub(crate) const WRONG_LAST_MESSAGE_ID: u64 = 10070;
    pub(crate) const WRONG_LAST_SEQUENCE: u64 = 10071;
    pub(crate) const STREAM_STORE_FAILED: u64 = 10077;
    #[cfg(feature = "consume")]
    pub(crate) const CONSUMER_EXISTS: u64 = 10148;
    #[cfg(feature = "consume")]
    pub(crate) const CONSUMER_DOES_NOT_EXIST: u64 = 10149;
    pub(crate) const DUPLICATE_IN_PROCESS: u64 = 10158;
    pub(crate) const WRONG_LAST_SEQUENCE_UNKNOWN: u64 = 10164;
    pub(crate) const BATCH_INCOMPLETE: u64 = 10176;
    pub(crate) const DUPLICATE_IN_BATCH: u64 = 10201;
}

const TABLE: &[ErrorCode] = &[
    row(10002, Scope::Account, true, "the account's limits are used up"),
    row(
        10005,
        Scope::Account,
        true,
        "no servers are suitable: fewer than `replicas` are up, or none has the placement's tags or enough space",
    ),
    row(code::UNAVAILABLE, Scope::Account, true, "JetStream has no leader at the moment"),
    row(10009, Scope::Account, true, ""),
    row(10023, Scope::Account, true, "the servers do not have enough storage left"),
    row(10027, Scope::Account, false, "the account has reached its number of streams"),
    row(code::MEMORY_EXCEEDED, Scope::Account, true, "memory on the server is used up"),
    row(10039, Scope::Account, false, "the account may not use JetStream"),
    row(code::STORAGE_EXCEEDED, Scope::Account, true, "the server does not have enough storage left"),
    row(10052, Scope::Stream, false, "the configuration contradicts itself or the existing stream"),
    row(10053, Scope::Event, false, "its headers are larger than the server allows"),
    row(code::MESSAGE_TOO_LARGE, Scope::Event, false, "the message is larger than the stream allows"),
    row(code::STREAM_NOT_FOUND, Scope::Stream, false, ""),
    row(code::STREAM_MISMATCH, Scope::Stream, false, "another stream stores the subject"),
    row(10074, Scope::Stream, false, "`replicas` above 1 needs a cluster"),
    row(10076, Scope::Account, false, "the server runs without JetStream"),
    row(code::STREAM_STORE_FAILED, Scope::Stream, false, "the stream is full"),
    row(10109, Scope::Stream, false, "the stream is sealed"),
    row(10113, Scope::Account, false, "the account requires a limit: set `max_bytes`"),
    row(10122, Scope::Account, false, "`max_bytes` is above what the account allows for one stream"),
    row(10165, Scope::Event, false, ""),
    row(10166, Scope::Stream, false, "the stream has no `message_ttl`"),
    row(10167, Scope::Stream, true, "more messages are in flight to the stream than the server queues"),
    row(10174, Scope::Stream, false, "the stream has no `atomic`"),
    row(
        code::BATCH_INCOMPLETE,
        Scope::Stream,
        true,
        "the server abandoned the batch: too many were open, or a part arrived too late",
    ),
    row(10188, Scope::Stream, false, "the stream has no `schedules`"),
];

const fn row(code: u64, scope: Scope, passes: bool, meaning: &'static str) -> ErrorCode {
    ErrorCode { code, scope, passes, meaning }
}

impl ErrorCode {
    /// What is known about a code; `status` is the HTTP-like status next to it. Codes that are not in the table concern the
    /// event, and pass if the status is 429 (too many requests) or 503 (unavailable).
    pub(crate) fn of(code: u64, status: u64) -> Self {
        let passes = matches!(status, 429 | 503);
        let scope = if passes { Scope::Stream } else { Scope::Event };
        TABLE.iter().find(|row| row.code == code).copied().unwrap_or(ErrorCode { code, scope, passes, meaning: "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_told_from_the_stream_and_the_event() {
        for (code, status, scope, passes) in [
            (10002, 400, Scope::Account, true),
            (10023, 503, Scope::Account, true),
            (10077, 503, Scope::Stream, false),
            (10054, 400, Scope::Event, false),
            (10167, 429, Scope::Stream, true),
            (10176, 400, Scope::Stream, true),
            (99999, 400, Scope::Event, false),
            (99999, 503, Scope::Stream, true),
        ] {
            let known = ErrorCode::of(code, status);
            assert_eq!((known.scope, known.passes), (scope, passes), "{code}");
        }
    }

    #[test]
    fn every_code_stands_once() {
        for (index, row) in TABLE.iter().enumerate() {
            assert!(TABLE[..index].iter().all(|other| other.code != row.code), "{}", row.code);
        }
    }
}
