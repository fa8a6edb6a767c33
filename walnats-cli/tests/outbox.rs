//! `walnats outbox`, as seen from a shell. Only with the feature `outbox`.
#![cfg(feature = "outbox")]

use std::error::Error;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use sqlx::Executor;
use walnats_server::{Claims, NatsServer, Operator};

type TestResult = Result<(), Box<dyn Error>>;

fn walnats(database: &str, arguments: &[&str]) -> Result<Output, Box<dyn Error>> {
    let mut program = Command::new(env!("CARGO_BIN_EXE_walnats"));
    Ok(program.arg("outbox").args(arguments).env("DATABASE_URL", database).env_remove("NATS_URL").output()?)
}

/// Exit code and output.
fn said(database: &str, arguments: &[&str]) -> Result<(Option<i32>, String), Box<dyn Error>> {
    let output = walnats(database, arguments)?;
    let text = String::from_utf8(output.stdout)? + &String::from_utf8(output.stderr)?;
    Ok((output.status.code(), text))
}

fn sqlite(folder: &Path) -> String {
    format!("sqlite://{}?mode=rwc", folder.join("shop.db").display())
}

/// Two events: one that can be sent, and one that cannot.
fn fill(database: &str) -> TestResult {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let pool = sqlx::SqlitePool::connect(database).await?;
        pool.execute(
            "INSERT INTO walnats_outbox (event, stream, subject, message_id, payload, duplicate_window_ms)
             VALUES ('greeting', 'greetings', 'greetings', 'one', 'hunter2', 120000),
                    ('greeting', 'greetings', 'no..subject', 'two', 'hunter2', 120000)",
        )
        .await?;
        pool.close().await;
        Ok(())
    })
}

fn make_stream(server: &NatsServer) -> TestResult {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let jetstream = async_nats::jetstream::new(async_nats::connect(server.url()).await?);
        let config = async_nats::jetstream::stream::Config { name: "greetings".into(), ..Default::default() };
        jetstream.create_stream(config).await?;
        Ok(())
    })
}

#[test]
fn events_are_relayed_and_dead_letters_repaired() -> TestResult {
    let folder = tempfile::tempdir()?;
    let database = sqlite(folder.path());
    let (code, text) = said(&database, &["status"])?;
    assert!(code == Some(2) && text.contains("migrate"), "{text}");
    assert_eq!(said(&database, &["migrate"])?.0, Some(0));
    assert_eq!(said(&database, &["status"])?.0, Some(0));
    fill(&database)?;

    let server = NatsServer::start()?;
    make_stream(&server)?;
    let (code, text) = said(&database, &["relay", "--once", "--nats", &server.url()])?;
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("1 sent") && text.contains("1 parked"), "{text}");

    let (code, text) = said(&database, &["status"])?;
    assert!(code == Some(1) && text.contains("0 pending") && text.contains("1 parked, 1 sent"), "{text}");
    let (code, text) = said(&database, &["dead"])?;
    assert!(code == Some(1) && text.starts_with("2  greeting  on `no..subject`"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
    assert_eq!(said(&database, &["dead", "--after", "2"])?, (Some(0), String::new()));

    let (_, text) = said(&database, &["replay", "1", "2"])?;
    assert_eq!(text, "1 dead letter queued again\n");
    assert_eq!(said(&database, &["relay", "--once", "--nats", &server.url()])?.0, Some(1));
    assert_eq!(said(&database, &["drop", "--all"])?, (Some(0), "1 dead letter dropped\n".into()));
    assert_eq!(said(&database, &["status"])?.0, Some(0));
    Ok(())
}

#[test]
fn what_cannot_run_says_why_and_no_secret() -> TestResult {
    for (database, arguments, expected) in [
        ("mysql://u:hunter2@h/d", &["status"][..], "must start with `sqlite:` or `postgres:`"),
        ("sqlite:///nowhere/x.db", &["status"], "cannot open the database `/nowhere/x.db`: "),
        ("sqlite:///nowhere/x.db", &["status"], "there is no such file: correct the path"),
        ("sqlite::memory:", &["status"], "run `walnats outbox migrate` with the same `--database`"),
        ("postgres://u:hunter2@127.0.0.1:1/shop", &["status"], "cannot open the database `127.0.0.1:1/shop`: "),
        ("postgres://u:hunter2@127.0.0.1:1/shop", &["status"], "check host and port"),
        ("postgres://u:hunter2@127.0.0.1:x/shop", &["status"], "cannot read the URL of the database"),
        ("sqlite::memory:", &["drop"], "--all"),
        ("sqlite::memory:", &["drop", "--all", "1"], "cannot be used with"),
    ] {
        let (code, text) = said(database, arguments)?;
        assert!(code == Some(2) && text.contains(expected) && !text.contains("hunter2"), "{text}");
        assert!(text.ends_with("could not run\n"), "{text}");
    }
    Ok(())
}

#[test]
fn migrations_are_printed() -> TestResult {
    for (database, expected) in [("sqlite", "AUTOINCREMENT"), ("postgres", "BYTEA")] {
        let (code, text) = said("", &["migrations", database])?;
        assert!(code == Some(0) && text.contains(expected) && text.contains("walnats_inbox"), "{text}");
    }
    Ok(())
}

#[test]
fn tables_of_other_names_are_created_and_used() -> TestResult {
    let folder = tempfile::tempdir()?;
    let database = sqlite(folder.path());
    let named = |command: &[&str]| {
        said(&database, &[command, &["--table", "events_out", "--inbox-table", "events_in"]].concat())
    };
    assert_eq!(named(&["migrate"])?.0, Some(0));
    assert_eq!(said(&database, &["status"])?.0, Some(2), "the usual tables are not there");
    assert_eq!(named(&["pending"])?, (Some(0), "nothing is pending\n".to_owned()));

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let pool = sqlx::SqlitePool::connect(&database).await?;
        pool.execute(
            "INSERT INTO events_out (event, stream, subject, message_id, payload, duplicate_window_ms, ordering_key)
             VALUES ('greeting', 'greetings', 'greetings', 'one', 'hunter2', 120000, 'k')",
        )
        .await?;
        pool.close().await;
        TestResult::Ok(())
    })?;
    let server = NatsServer::start()?;
    let (code, text) = named(&["relay", "--once", "--nats", &server.url()])?;
    assert_eq!(code, Some(0), "nothing is parked for a stream that is missing: {text}");
    let (code, text) = named(&["pending", "--keys", "5"])?;
    assert!(code == Some(0) && text.contains("stream `greetings`: 1 pending"), "{text}");
    assert!(text.contains("`greetings` does not exist") && text.contains("key `k`: 1 pending"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
    make_stream(&server)?;
    // Its next attempt is due within a second or so.
    let sent = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(200));
        named(&["relay", "--once", "--nats", &server.url()]).is_ok_and(|(_, text)| text.contains("1 sent"))
    });
    assert!(sent, "{}", named(&["status"])?.1);

    let (code, text) = said(&database, &["status", "--schema", "main"])?;
    assert!(code == Some(2) && text.contains("SQLite has no schemas"), "{text}");
    let (code, text) = said(&database, &["status", "--table", "x; DROP TABLE y"])?;
    assert!(code == Some(2) && text.contains("cannot be the name of a table"), "{text}");
    let (code, text) = said(&database, &["migrations", "postgres", "--schema", "billing", "--table", "events_out"])?;
    assert!(code == Some(0) && text.contains(r#"CREATE TABLE IF NOT EXISTS "billing"."events_out" ("#), "{text}");
    assert!(text.starts_with(r#"CREATE SCHEMA IF NOT EXISTS "billing";"#), "{text}");
    Ok(())
}

/// Ends with the test.
struct Running(std::process::Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_relay_reads_rotated_credentials() -> TestResult {
    let mut operator = Operator::new()?;
    let account = operator.account("SHOP", Claims::default().jetstream())?;
    let server = NatsServer::builder().operator(&operator).start()?;
    let folder = tempfile::tempdir()?;
    let database = sqlite(folder.path());
    assert_eq!(said(&database, &["migrate"])?.0, Some(0));
    let file = folder.path().join("relay.creds");
    std::fs::write(&file, account.user("first", Claims::default().expires_in(Duration::from_secs(6)))?)?;
    let written = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let pool = runtime.block_on(sqlx::SqlitePool::connect(&database))?;
    runtime.block_on(async {
        let owner = folder.path().join("owner.creds");
        std::fs::write(&owner, account.user("owner", Claims::default())?)?;
        let client = async_nats::ConnectOptions::with_credentials_file(owner).await?.connect(server.url()).await?;
        let config = async_nats::jetstream::stream::Config { name: "greetings".into(), ..Default::default() };
        async_nats::jetstream::new(client).create_stream(config).await?;
        TestResult::Ok(())
    })?;
    let mut relay = Command::new(env!("CARGO_BIN_EXE_walnats"));
    relay.args(["outbox", "relay", "--nats", &server.url(), "--credentials"]).arg(&file).env("DATABASE_URL", &database);
    let _relay = Running(relay.stdout(std::process::Stdio::null()).spawn()?);
    let send = |id: &str| -> TestResult {
        runtime.block_on(async {
            let insert = "INSERT INTO walnats_outbox (event, stream, subject, message_id, payload, duplicate_window_ms)
                 VALUES ('greeting', 'greetings', 'greetings', ?1, 'hunter2', 120000)";
            sqlx::query(insert).bind(id).execute(&pool).await?;
            let start = Instant::now();
            while start.elapsed() < Duration::from_secs(60) {
                let sent = sqlx::query_scalar("SELECT state FROM walnats_outbox WHERE message_id = ?1").bind(id);
                if sent.fetch_one(&pool).await.is_ok_and(|state: String| state == "sent") {
                    return Ok(());
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(format!("{id} is not sent").into())
        })
    };
    send("one")?;
    let new = file.with_extension("new");
    std::fs::write(&new, account.user("second", Claims::default())?)?;
    std::fs::rename(new, &file)?;
    // The server ends the connection when the JWT has expired.
    std::thread::sleep(Duration::from_secs(8).saturating_sub(written.elapsed()));
    send("two")
}
