//! Every error says each thing once, from the first level to the last.

use std::error::Error;
use std::io;
use std::time::{Duration, SystemTime};

use async_nats::{ConnectErrorKind, ServerError};

use super::*;
use crate::PartsError;
use crate::register::RegisterError;
use crate::warning::Warning;

type Boxed = Box<dyn Error>;

fn json() -> serde_json::Error {
    serde_json::from_str::<u8>("{").expect_err("not a number")
}

fn violations() -> ValidateError {
    ValidateError::new(vec![Violation { pointer: "/a".into(), keyword: "minimum", expected: "at least 1".into() }])
}

fn subject() -> SubjectError {
    SubjectError { event: "e", field: Some("f"), problem: SubjectProblem::Reserved('.') }
}

fn config() -> ConfigError {
    ConfigError::Name { option: "domain", value: "a.b".into(), problem: SubjectProblem::Reserved('.') }
}

fn reasons() -> Vec<Reason> {
    let stream = || "notes".to_owned();
    let text = || "in the server's words".to_owned();
    vec![
        Reason::Invalid(violations()),
        EncodeError::Json(json()).into(),
        EncodeError::Invalid(violations()).into(),
        Reason::Subject(subject()),
        HeaderError::Value("X".into()).into(),
        MessageIdError::Empty.into(),
        CloudEventError::Missing("source").into(),
        CloudEventError::Data(json()).into(),
        CloudEventError::Header(HeaderError::Value("ce-x".into())).into(),
        OptionError::NoTtl(stream()).into(),
        OptionError::Publisher(config()).into(),
        OptionError::Strict { stream: stream(), warning: Warning::OneReplica }.into(),
        Reason::TooLarge { size: 2, limit: 1 },
        Reason::TooLargeForStream { size: 2, stream: stream() },
        Reason::HungUp { size: 2, said: text() },
        Reason::BufferFull,
        Reason::Closed,
        Reason::Ended("its runtime has shut down"),
        Reason::NoRuntime,
        Reason::Unsent("there was no connection"),
        Reason::NoStream { stream: stream() },
        Reason::NoJetStream { stream: stream() },
        Reason::WrongStream { stream: stream(), found: "other".into() },
        Reason::StreamFull { stream: stream(), description: text() },
        Reason::PermissionDenied,
        Reason::InboxDenied,
        Reason::DuplicateInBatch,
        Reason::KeyTaken { stream: stream() },
        Reason::Lacks { stream: text(), setting: "atomic" },
        Reason::Rejected { code: 1, status: 2, description: text() },
    ]
}

fn causes() -> Vec<Cause> {
    let stream = || "notes".to_owned();
    vec![
        Cause::Deadline,
        Cause::WindowExpired,
        Cause::Closed,
        Cause::RefusedLater(Reason::BufferFull.to_string()),
        Cause::KeyUnread,
        Cause::OtherStream(stream()),
        Cause::OtherStreamRefused(stream()),
        Cause::NeverAcknowledges(stream()),
        Cause::StreamUnseen { stream: stream(), found: "account `ORDERS` receives it".into() },
        Cause::HungUp,
        Cause::PermissionDenied,
        Cause::InboxDenied,
    ]
}

fn emits() -> Vec<EmitError> {
    let reasons = reasons()
        .into_iter()
        .map(|reason| EmitError::NotStored(NotStored { event: "note-taken".into(), message_id: None, reason }));
    let causes = causes().into_iter().map(|cause| {
        EmitError::PossiblyStored(PossiblyStored { event: "note-taken".into(), message_id: "m".into(), cause })
    });
    reasons.chain(causes).collect()
}

fn nats(kind: ConnectErrorKind, source: impl Into<async_nats::Error>) -> NatsError<ConnectErrorKind> {
    async_nats::ConnectError::with_source(kind, source).into()
}

fn connects() -> Vec<ConnectError> {
    let servers = || "127.0.0.1:4222".to_owned();
    let gone = || io::Error::from(io::ErrorKind::NotFound);
    let mut all = vec![
        ConnectError::Url("the list is empty"),
        ConnectError::Websockets,
        config().into(),
        ConnectError::Options(ConfigError::NatsAndCredentials),
        EnvironmentError::NoContext { name: "c".into(), path: "c.json".into(), source: gone() }.into(),
        EnvironmentError::HalfOfAPair("cert").into(),
        ConnectError::Strict { stream: "notes".into(), warnings: vec![Warning::OneReplica] },
        ConnectError::TimedOut { servers: servers() },
        ConnectError::Http { servers: servers() },
        ConnectError::WebsocketPort { servers: servers() },
        ConnectError::TlsFirst { servers: servers() },
        ConnectError::ConnectionLimit { servers: servers(), said: "maximum connections exceeded".into() },
        ConnectError::Rejected { servers: servers(), said: "no".into() },
        ConnectError::Expired { servers: servers(), since: SystemTime::UNIX_EPOCH + Duration::from_secs(1) },
    ];
    let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
    all.push(ConnectError::Unreachable { servers: servers(), source: nats(ConnectErrorKind::Io, refused) });
    let violation = nats(ConnectErrorKind::AuthorizationViolation, ServerError::AuthorizationViolation);
    all.push(ConnectError::Refused { servers: servers(), source: violation });
    let handshake = nats(ConnectErrorKind::Tls, "the server does not offer it");
    all.push(ConnectError::Tls { servers: servers(), source: handshake });
    let said: async_nats::ConnectError = ConnectErrorKind::TimedOut.into();
    all.push(ConnectError::Unreachable { servers: servers(), source: said.into() });
    for source in [
        CredentialsError::File { path: "user.creds".into(), source: gone() },
        CredentialsError::Content { path: "user.creds".into(), expected: "a file" },
        CredentialsError::Unreadable,
        CredentialsError::Seed,
        CredentialsError::Callback("the vault is sealed".into()),
        CredentialsError::Panicked,
    ] {
        all.push(ConnectError::Credentials { servers: servers(), source });
    }
    all
}

fn all() -> Vec<Boxed> {
    let mut all: Vec<Boxed> = Vec::new();
    for error in emits() {
        all.push(Box::new(EmitAllError { receipts: vec![None], failures: vec![(0, error.clone())] }));
        all.push(Box::new(FlushError::Failed { failed: 1, first: Box::new(error.clone()) }));
        all.push(Box::new(error));
    }
    all.extend(reasons().into_iter().map(|error| Box::new(error) as Boxed));
    all.extend(connects().into_iter().map(|error| Box::new(error) as Boxed));
    let unsent = async_nats::RequestError::with_source(async_nats::RequestErrorKind::Other, "the queue is closed");
    all.push(Box::new(RegisterError::Request { request: "$JS.API.STREAM.INFO.notes".into(), source: unsent.into() }));
    all.push(Box::new(FlushError::Deadline { unacknowledged: 1 }));
    all.push(Box::new(FlushError::Ended("its runtime has shut down")));
    all.push(Box::new(ShutdownError::ended("its runtime has shut down", 1)));
    all.push(Box::new(ShutdownError::default()));
    all.push(Box::new(DecodeError::Invalid(violations())));
    all.push(Box::new(DecodeError::Unrepresentable { reason: "too large".into() }));
    #[cfg(feature = "protobuf")]
    all.push(Box::new(DecodeError::Protobuf(
        <() as prost::Message>::decode(&b"\x07"[..]).expect_err("no such kind of field"),
    )));
    all.push(Box::new(PartsError::Subject(SubjectProblem::Empty)));
    all.push(Box::new(PartsError::MessageId(MessageIdError::Control)));
    all.push(Box::new(PartsError::Header(HeaderError::Name("a b".into()))));
    all
}

fn levels(error: &dyn Error) -> Vec<String> {
    let mut levels = vec![error.to_string()];
    let mut source = error.source();
    while let Some(error) = source {
        levels.push(error.to_string());
        source = error.source();
    }
    levels
}

#[test]
fn nothing_is_said_twice() {
    for error in all() {
        let levels = levels(error.as_ref());
        for (index, level) in levels.iter().enumerate() {
            let others = levels.iter().enumerate().filter(|(other, _)| *other != index);
            assert!(!level.is_empty(), "{levels:?}");
            for (_, other) in others {
                assert!(!other.to_lowercase().contains(&level.to_lowercase()), "{levels:?}");
            }
        }
    }
}

#[test]
fn the_last_cause_is_reached() {
    let chain = |reason: Reason| {
        let error = EmitError::NotStored(NotStored { event: "note-taken".into(), message_id: None, reason });
        (Chain(&error).to_string(), error.source().is_some_and(|source| source.is::<CloudEventError>()))
    };
    let (text, typed) = chain(CloudEventError::Missing("source").into());
    assert_eq!(text, "`note-taken` was not stored: it is not a valid CloudEvent: attribute `source` is missing");
    assert!(typed, "as itself");
    let (text, _) = chain(Reason::Invalid(violations()));
    assert_eq!(text, "`note-taken` was not stored: it breaks its schema: /a: expected at least 1 (minimum)");
    let (text, _) = chain(OptionError::Publisher(config()).into());
    assert_eq!(
        text,
        "`note-taken` was not stored: the publisher's options are invalid: option `domain` (\"a.b\") contains `.`"
    );
}

/// Does not compile until a new variant is among the errors above.
#[allow(dead_code, reason = "it is there to be compiled")]
fn remind(reason: &Reason, cause: &Cause, connect: &ConnectError) {
    match reason {
        Reason::Invalid(_) | Reason::Encode(_) | Reason::Subject(_) | Reason::Header(_) | Reason::MessageId(_) => {}
        Reason::CloudEvent(_) | Reason::Option(_) | Reason::TooLarge { .. } | Reason::TooLargeForStream { .. } => {}
        Reason::HungUp { .. } | Reason::BufferFull | Reason::Closed | Reason::NoRuntime | Reason::Unsent(_) => {}
        Reason::NoStream { .. } | Reason::NoJetStream { .. } | Reason::WrongStream { .. } => {}
        Reason::StreamFull { .. } | Reason::PermissionDenied | Reason::InboxDenied | Reason::DuplicateInBatch => {}
        Reason::KeyTaken { .. } | Reason::Lacks { .. } | Reason::Rejected { .. } | Reason::Ended(_) => {}
    }
    match cause {
        Cause::Deadline | Cause::WindowExpired | Cause::Closed | Cause::RefusedLater(_) | Cause::KeyUnread => {}
        Cause::OtherStream(_) | Cause::OtherStreamRefused(_) | Cause::NeverAcknowledges(_) | Cause::HungUp => {}
        Cause::StreamUnseen { .. } | Cause::PermissionDenied | Cause::InboxDenied => {}
    }
    match connect {
        ConnectError::Url(_) | ConnectError::Websockets | ConnectError::Options(_) | ConnectError::Environment(_) => {}
        ConnectError::Strict { .. } | ConnectError::Unreachable { .. } | ConnectError::TimedOut { .. } => {}
        ConnectError::Http { .. } | ConnectError::WebsocketPort { .. } | ConnectError::TlsFirst { .. } => {}
        ConnectError::ConnectionLimit { .. } | ConnectError::Rejected { .. } | ConnectError::Credentials { .. } => {}
        ConnectError::Refused { .. } | ConnectError::Expired { .. } | ConnectError::Tls { .. } => {}
    }
}
