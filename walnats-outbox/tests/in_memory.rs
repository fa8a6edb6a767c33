//! A service with an outbox, tested without a server: SQLite is embedded, and JetStream is in memory.
#![deny(warnings)]
#![cfg(feature = "sqlite")]

use std::error::Error;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool};
use walnats_outbox::Outbox;
use walnats_runtime::private::Subject;
use walnats_runtime::{
    DecodeError, EncodeError, Event, EventDescriptor, Fault, Publisher, StreamDescriptor, SubjectError, ValidateError,
    assert_emitted,
};

type TestResult = Result<(), Box<dyn Error>>;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Note {
    text: String,
}

static STREAMS: &[StreamDescriptor] = &[StreamDescriptor { subjects: &["notes"], ..StreamDescriptor::new("notes") }];

impl Event for Note {
    const DESCRIPTOR: &'static EventDescriptor = &EventDescriptor {
        name: "note-taken",
        event_type: "note-taken",
        stream: "notes",
        subject: "notes",
        content_type: "text/plain",
        description: "",
        message_name: None,
    };

    fn subject(&self) -> Result<String, SubjectError> {
        Subject::new("note-taken").literal("notes").finish()
    }

    fn validate(&self) -> Result<(), ValidateError> {
        Ok(())
    }

    fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        Ok(self.text.clone().into_bytes())
    }

    fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self { text: String::from_utf8_lossy(payload).into_owned() })
    }
}

async fn database(folder: &tempfile::TempDir) -> Result<SqlitePool, Box<dyn Error>> {
    let path = folder.path().join("notes.db");
    let options =
        SqliteConnectOptions::new().filename(path).create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
    Ok(SqlitePool::connect_with(options).await?)
}

#[tokio::test]
async fn what_is_committed_is_emitted_and_nothing_else() -> TestResult {
    let folder = tempfile::tempdir()?;
    let pool = database(&folder).await?;
    let publisher = Publisher::in_memory(STREAMS).await;
    let memory = publisher.memory().ok_or("it is in memory")?;
    let outbox = Outbox::new(pool.clone());
    outbox.migrate().await?;
    for (text, commits) in [("kept", true), ("dropped", false)] {
        let note = Note { text: text.to_owned() };
        let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
        outbox.enqueue(&mut *transaction, publisher.emit(&note)).await?;
        if commits { transaction.commit().await? } else { transaction.rollback().await? }
    }
    assert!(memory.emitted_all().is_empty(), "it is in the outbox");
    assert_eq!(outbox.status().await?.pending, 1);
    // The acknowledgement of the first attempt is lost: the second one is a duplicate.
    memory.next_emit(Fault::PossiblyStored);
    while outbox.status().await?.pending > 0 {
        outbox.relay(&publisher).drain().await?;
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_emitted!(publisher, Note { text } if text == "kept");
    assert_eq!(memory.emitted::<Note>().len(), 1);
    Ok(())
}
