//! Streams as their owner makes and looks at them, and which ends of an emit are honest.

use std::time::{Duration, Instant};

use async_nats::jetstream::{self, stream};
use walnats_runtime::{EmitError, Receipt};
use walnats_server::NatsServer;

use crate::note::TestResult;

pub type Failed = Box<dyn std::error::Error>;
pub type End = Result<Receipt, EmitError>;

pub async fn as_user(server: &NatsServer, user: &str, password: &str) -> Result<async_nats::Client, Failed> {
    let options = async_nats::ConnectOptions::with_user_and_password(user.into(), password.into());
    Ok(options.connect(server.url()).await?)
}

/// Makes a stream.
pub async fn make(client: &async_nats::Client, config: stream::Config) -> TestResult {
    jetstream::new(client.clone()).create_stream(config).await?;
    Ok(())
}

/// The configuration of a stream with defaults.
pub fn config(name: &str, subjects: &[&str]) -> stream::Config {
    let subjects = subjects.iter().map(|subject| (*subject).to_owned()).collect();
    stream::Config { name: name.to_owned(), subjects, ..Default::default() }
}

/// The number of messages that a stream holds.
pub async fn count(client: &async_nats::Client, stream: &str) -> Result<u64, Failed> {
    let mut stream = jetstream::new(client.clone()).get_stream(stream).await?;
    Ok(stream.info().await?.state.messages)
}

/// Waits until a stream holds so many messages.
pub async fn until_count(client: &async_nats::Client, stream: &str, messages: u64) -> TestResult {
    let until = Instant::now() + Duration::from_secs(100);
    while count(client, stream).await? < messages {
        assert!(Instant::now() < until);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// `NotStored` only where nothing was stored, and a receipt only where something was.
pub fn honest(end: &End, stored: u64) {
    let honest = match end {
        Ok(_) => stored == 1,
        Err(EmitError::NotStored(_)) => stored == 0,
        Err(EmitError::PossiblyStored(_)) => stored <= 1,
    };
    assert!(honest, "stored {stored} times: {end:?}");
}
