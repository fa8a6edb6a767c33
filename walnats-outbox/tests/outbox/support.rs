//! An event written by hand, an outbox in either database, and a look at what a stream holds.

use std::error::Error;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use futures_util::StreamExt;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{Pool, Postgres, Sqlite};
use tempfile::TempDir;
use walnats_outbox::{Database, Enqueued, Outbox, Relay};
use walnats_runtime::private::Subject;
use walnats_runtime::{
    DecodeError, EncodeError, Event, EventDescriptor, MessageParts, Options, OutboundMessage, Publisher,
    StreamDescriptor, SubjectError, ValidateError, Violation,
};
use walnats_server::NatsServer;

use walnats_harness::postgres::{self, bouncer::Bouncer};

pub type TestResult<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// `notes.{topic}`, stored in `notes`; a text that begins with `invalid` breaks its schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub topic: String,
    pub text: String,
}

pub static STREAMS: &[StreamDescriptor] =
    &[StreamDescriptor { subjects: &["notes.*"], ..StreamDescriptor::new("notes") }];

pub fn note(text: impl Into<String>) -> Note {
    Note { topic: "home".into(), text: text.into() }
}

/// A database with an outbox, and the server that its events go to.
pub struct World<D: Database> {
    pub pool: Pool<D>,
    pub outbox: Outbox<D>,
    pub server: NatsServer,
    pub publisher: Publisher,
    /// What another process connects to.
    pub url: String,
    _folder: TempDir,
}

impl<D: Database> World<D> {
    async fn new(pool: Pool<D>, folder: TempDir, url: String) -> TestResult<Self> {
        let outbox = Outbox::new(pool.clone());
        outbox.migrate().await?;
        let server = NatsServer::builder().config("max_payload: 4KB").start()?;
        let publisher = connect(&server).await?;
        publisher.register(STREAMS).await?;
        Ok(Self { pool, outbox, server, publisher, url, _folder: folder })
    }

    /// Commits an event by itself.
    pub async fn enqueue(&self, text: impl Into<String>, key: Option<&str>) -> TestResult<Enqueued> {
        let mut transaction = self.pool.begin().await?;
        let event = note(text);
        let enqueue = self.outbox.enqueue(&mut *transaction, self.publisher.emit(&event));
        let enqueued = match key {
            Some(key) => enqueue.key(key).await?,
            None => enqueue.await?,
        };
        transaction.commit().await?;
        Ok(enqueued)
    }

    /// Commits events in one transaction, each with its key.
    pub async fn enqueue_all(&self, events: impl IntoIterator<Item = (String, Option<String>)>) -> TestResult {
        let mut transaction = self.pool.begin().await?;
        for (text, key) in events {
            let event = note(text);
            let enqueue = self.outbox.enqueue(&mut *transaction, self.publisher.emit(&event));
            match key {
                Some(key) => enqueue.key(key).await?,
                None => enqueue.await?,
            };
        }
        Ok(transaction.commit().await?)
    }

    pub fn relay(&self) -> Relay<D> {
        self.outbox.relay(&self.publisher)
    }

    /// The texts of the notes that the stream holds, in order.
    pub async fn stored(&self) -> TestResult<Vec<String>> {
        Ok(messages(&self.publisher, "notes").await?.into_iter().map(|message| message.text).collect())
    }
}

pub async fn sqlite() -> TestResult<World<Sqlite>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("shop.db");
    let url = format!("sqlite://{}", path.display());
    World::new(open_sqlite(&path, Duration::from_secs(5)).await?, folder, url).await
}

pub async fn open_sqlite(path: &std::path::Path, busy_timeout: Duration) -> TestResult<Pool<Sqlite>> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .busy_timeout(busy_timeout);
    Ok(SqlitePoolOptions::new().max_connections(8).connect_with(options).await?)
}

/// All tests of a process share a server and have databases of their own.
pub async fn postgres() -> TestResult<World<Postgres>> {
    let url = postgres_database().await?.0;
    World::new(Pool::connect(&url).await?, tempfile::tempdir()?, url).await
}

/// The same, by way of PgBouncer in transaction mode with so few connections that clients take turns on them.
pub async fn bounced_postgres() -> TestResult<(World<Postgres>, Bouncer)> {
    let (_, name, port) = postgres_database().await?;
    let bouncer = Bouncer::start(port, 3)?;
    let url = bouncer.url(&name);
    let world = World::new(Pool::connect(&url).await?, tempfile::tempdir()?, url).await?;
    Ok((world, bouncer))
}

/// A new database: its URL, its name and the server's port.
async fn postgres_database() -> TestResult<(String, String, u16)> {
    static SERVER: OnceLock<Result<postgres::Postgres, String>> = OnceLock::new();
    static DATABASES: AtomicU32 = AtomicU32::new(0);
    let server = SERVER.get_or_init(|| postgres::Postgres::start().map_err(|error| error.to_string()));
    let server = server.as_ref().map_err(String::clone)?;
    let name = format!("shop{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let admin = Pool::<Postgres>::connect(&server.url("postgres")).await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&admin).await?;
    admin.close().await;
    Ok((server.url(&name), name, server.port()))
}

pub async fn connect(server: &NatsServer) -> TestResult<Publisher> {
    Ok(Publisher::connect(server.url(), STREAMS, Options::new()).await?)
}

/// A message of a stream.
#[derive(Debug, PartialEq, Eq)]
pub struct Stored {
    pub subject: String,
    pub headers: Vec<(String, String)>,
    pub text: String,
}

/// Everything that a stream holds, in order.
pub async fn messages(publisher: &Publisher, stream: &str) -> TestResult<Vec<Stored>> {
    let mut stream = publisher.jetstream().get_stream(stream).await?;
    let count = usize::try_from(stream.info().await?.state.messages)?;
    let config = pull::Config { ack_policy: AckPolicy::None, deliver_policy: DeliverPolicy::All, ..Default::default() };
    let mut messages = stream.create_consumer(config).await?.messages().await?.take(count);
    let mut found = Vec::with_capacity(count);
    while let Some(message) = messages.next().await {
        let message = message?;
        let headers = message.headers.iter().flat_map(|headers| headers.iter());
        let mut headers: Vec<_> = headers.map(|(name, values)| (name.to_string(), values[0].to_string())).collect();
        headers.sort();
        found.push(Stored {
            subject: message.subject.to_string(),
            headers,
            text: Note::decode(&message.payload)?.text,
        });
    }
    Ok(found)
}

/// Waits until something holds: for a minute at most, which is far more than any of it takes on a machine with nothing else
/// to do.
pub async fn until<F: Future<Output = TestResult<bool>>>(what: &str, mut holds: impl FnMut() -> F) -> TestResult {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(60) {
        if holds().await? {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Err(format!("not within a minute: {what}").into())
}

/// A message as somebody else could have written it.
pub fn message(stream: &str, subject: &str, text: &str) -> TestResult<OutboundMessage> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    Ok(OutboundMessage::from_parts(MessageParts {
        event: "note-taken".into(),
        stream: stream.into(),
        subject: subject.into(),
        message_id: format!("message {}", COUNT.fetch_add(1, Ordering::Relaxed)),
        payload: text.to_owned().into(),
        duplicate_window: Duration::from_secs(120),
        ..MessageParts::default()
    })?)
}

/// An error with everything that led to it.
pub fn whole(error: &(dyn Error + 'static)) -> String {
    std::iter::successors(Some(error), |error| (*error).source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

impl Event for Note {
    const DESCRIPTOR: &'static EventDescriptor = &EventDescriptor {
        name: "note-taken",
        event_type: "note-taken",
        stream: "notes",
        subject: "notes.{topic}",
        content_type: "text/plain",
        description: "",
        message_name: None,
    };

    fn subject(&self) -> Result<String, SubjectError> {
        Subject::new("note-taken").literal("notes.").field("topic", &self.topic).finish()
    }

    fn validate(&self) -> Result<(), ValidateError> {
        if self.text.starts_with("invalid") {
            let violation = Violation { pointer: "/text".into(), keyword: "not", expected: "another beginning".into() };
            return Err(ValidateError::new(vec![violation]));
        }
        Ok(())
    }

    fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        Ok(self.text.as_bytes().to_vec())
    }

    fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        Ok(note(String::from_utf8_lossy(payload)))
    }
}
