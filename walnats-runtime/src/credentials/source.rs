//! Sources of credentials, which are read for each connection.

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
    /// Fixed credentials.
    Fixed(Credentials),
    /// A credentials file.
    Creds(PathBuf),
    /// A file with the seed of an nkey.
    Nkey(PathBuf),
    /// The application's callback.
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
    pub(crate) async fn answer(self, nonce: Vec<u8>, last_problem: LastProblem) -> Result<Auth, AuthError> {
        // A separate task, because a callback may panic and its future may not be `Sync`. It ends with this future.
        let mut task = JoinSet::new();
        let callback_problem = last_problem.clone();
        task.spawn(async move {
            let credentials = self.credentials().await?;
            callback_problem.set(|last| *last = Problem { error: None, expired: credentials.expired() });
            credentials.answer(&nonce)
        });
        let answer = task.join_next().await.unwrap_or(Ok(Err(CredentialsError::Panicked)));
        answer.unwrap_or(Err(CredentialsError::Panicked)).map_err(|error| {
            let text = Chain(&error).to_string();
            last_problem.set(|last| last.error = Some(error));
            AuthError::new(text)
        })
    }

    async fn credentials(self) -> Result<Credentials, CredentialsError> {
        match self {
            Self::Fixed(credentials) => Ok(credentials),
            Self::Callback(callback) => callback().await.map_err(CredentialsError::Callback),
            Self::Creds(path) => read(path, "a credentials file: it contains no JWT", file::creds).await,
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

/// The last problem with the credentials. It is kept here because async-nats keeps only the text of an error.
#[derive(Clone, Debug, Default)]
pub(crate) struct LastProblem(Arc<Mutex<Problem>>);

#[derive(Debug, Default)]
pub(crate) struct Problem {
    /// Why none were available.
    pub(crate) error: Option<CredentialsError>,
    /// When they expired.
    pub(crate) expired: Option<SystemTime>,
}

impl LastProblem {
    fn set(&self, set: impl FnOnce(&mut Problem)) {
        set(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(crate) fn take(&self) -> Problem {
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
