//! Where credentials come from, each time that they are needed.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use async_nats::{Auth, AuthError};
use tokio::task::JoinSet;

use super::{Credentials, CredentialsError, file};
use crate::chain::Chain;

type Answer = Pin<Box<dyn Future<Output = Result<Credentials, Box<dyn Error + Send + Sync>>> + Send>>;

/// Where credentials come from.
#[derive(Clone)]
pub(crate) enum Source {
    /// They do not change.
    Fixed(Credentials),
    /// A credentials file.
    Creds(PathBuf),
    /// A file with the seed of an nkey.
    Nkey(PathBuf),
    /// The application says.
    Callback(Arc<dyn Fn() -> Answer + Send + Sync>),
}

impl Source {
    pub(crate) fn callback<F, Fut>(callback: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Credentials, Box<dyn Error + Send + Sync>>> + Send + 'static,
    {
        Self::Callback(Arc::new(move || Box::pin(callback())))
    }

    /// The answer to a server's challenge.
    pub(crate) async fn answer(self, nonce: Vec<u8>, said: Said) -> Result<Auth, AuthError> {
        // A task of its own: a callback may panic, and its future need not be `Sync`. It ends with this future.
        let mut task = JoinSet::new();
        let saying = said.clone();
        task.spawn(async move {
            let credentials = self.credentials().await?;
            saying.set(|last| *last = Last { error: None, expired: credentials.expired() });
            credentials.answer(&nonce)
        });
        let answer = task.join_next().await.unwrap_or(Ok(Err(CredentialsError::Panicked)));
        answer.unwrap_or(Err(CredentialsError::Panicked)).map_err(|error| {
            let text = Chain(&error).to_string();
            said.set(|last| last.error = Some(error));
            AuthError::new(text)
        })
    }

    async fn credentials(self) -> Result<Credentials, CredentialsError> {
        match self {
            Self::Fixed(credentials) => Ok(credentials),
            Self::Callback(callback) => callback().await.map_err(CredentialsError::Callback),
            Self::Creds(path) => read(path, "a file of credentials: there is no JWT in it", file::creds).await,
            Self::Nkey(path) => read(path, "a file with the seed of an nkey (`SU...`)", file::nkey).await,
        }
    }
}

async fn read(
    path: PathBuf,
    expected: &'static str,
    parse: fn(&str) -> Option<Credentials>,
) -> Result<Credentials, CredentialsError> {
    let read = tokio::task::spawn_blocking(move || match std::fs::read_to_string(&path) {
        Ok(text) => parse(&text).ok_or(CredentialsError::Content { path, expected }),
        Err(source) => Err(CredentialsError::File { path, source }),
    });
    read.await.unwrap_or(Err(CredentialsError::Panicked))
}

/// What there was to say of the credentials the last time; async-nats keeps the text of an error alone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said(Arc<Mutex<Last>>);

#[derive(Debug, Default)]
pub(crate) struct Last {
    /// Why there were none.
    pub(crate) error: Option<CredentialsError>,
    /// Since when they are no longer valid.
    pub(crate) expired: Option<SystemTime>,
}

impl Said {
    fn set(&self, set: impl FnOnce(&mut Last)) {
        set(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(crate) fn take(&self) -> Last {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(credentials) => credentials.fmt(f),
            Self::Creds(path) => f.debug_tuple("Creds").field(path).finish(),
            Self::Nkey(path) => f.debug_tuple("Nkey").field(path).finish(),
            Self::Callback(_) => f.write_str("Callback"),
        }
    }
}
