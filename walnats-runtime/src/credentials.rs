//! Credentials, read for each connection.

mod file;
mod source;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_nats::{Auth, AuthError, ConnectOptions};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use nkeys::KeyPair;
use serde::Deserialize;

pub(crate) use source::{LastProblem, Problem, Source};

/// The credentials of a publisher. `Debug` shows only their kind.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials(Kind);

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    User { name: String, password: String },
    Token(String),
    Nkey { seed: String },
    Jwt { token: String, seed: Option<String> },
}

impl Credentials {
    /// A name and its password.
    pub fn user(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self(Kind::User { name: name.into(), password: password.into() })
    }

    /// A token.
    pub fn token(token: impl Into<String>) -> Self {
        Self(Kind::Token(token.into()))
    }

    /// The seed of an nkey: `SU...`.
    pub fn nkey(seed: impl Into<String>) -> Self {
        Self(Kind::Nkey { seed: seed.into() })
    }

    /// A user's JWT and the seed of its nkey: `SU...`.
    pub fn jwt(jwt: impl Into<String>, seed: impl Into<String>) -> Self {
        Self(Kind::Jwt { token: jwt.into(), seed: Some(seed.into()) })
    }

    /// A user's JWT that needs no signature (a bearer token).
    pub fn bearer(jwt: impl Into<String>) -> Self {
        Self(Kind::Jwt { token: jwt.into(), seed: None })
    }

    /// The text of a credentials file (`.creds`), as `nsc` writes them: a user's JWT and the seed of its nkey.
    ///
    /// # Errors
    ///
    /// It contains no JWT.
    pub fn from_creds(text: &str) -> Result<Self, CredentialsError> {
        file::creds(text).ok_or(CredentialsError::Unreadable)
    }

    /// When they expired, if they state it.
    pub(crate) fn expired(&self) -> Option<SystemTime> {
        #[derive(Deserialize)]
        struct Claims {
            exp: u64,
        }
        let Kind::Jwt { token, .. } = &self.0 else { return None };
        let claims = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
        let Claims { exp } = serde_json::from_slice(&claims).ok()?;
        UNIX_EPOCH.checked_add(Duration::from_secs(exp)).filter(|end| *end <= SystemTime::now())
    }

    /// Adds them to existing options of async-nats.
    pub(crate) fn set(self, nats: ConnectOptions) -> ConnectOptions {
        match self.0 {
            Kind::User { name, password } => nats.user_and_password(name, password),
            Kind::Token(token) => nats.token(token),
            Kind::Nkey { seed } => nats.nkey(seed),
            Kind::Jwt { token, seed } => nats.jwt(token, move |nonce| {
                let signature = seed.as_deref().map_or(Ok(Vec::new()), |seed| sign(seed, &nonce).map(|(_, it)| it));
                async move { signature.map_err(AuthError::new) }
            }),
        }
    }

    /// The answer to the server's challenge.
    pub(crate) fn answer(&self, nonce: &[u8]) -> Result<Auth, CredentialsError> {
        let mut auth = Auth::new();
        match &self.0 {
            Kind::User { name, password } => {
                (auth.username, auth.password) = (Some(name.clone()), Some(password.clone()));
            }
            Kind::Token(token) => auth.token = Some(token.clone()),
            Kind::Nkey { seed } => {
                let (key, signature) = sign(seed, nonce)?;
                (auth.nkey, auth.signature) = (Some(key), Some(signature));
            }
            Kind::Jwt { token, seed } => {
                auth.jwt = Some(token.clone());
                if let Some(seed) = seed {
                    auth.signature = Some(sign(seed, nonce)?.1);
                }
            }
        }
        Ok(auth)
    }
}

/// The public key and the signature of `nonce`.
fn sign(seed: &str, nonce: &[u8]) -> Result<(String, Vec<u8>), CredentialsError> {
    // The library's own message may contain a part of the seed.
    let pair = KeyPair::from_seed(seed.trim()).map_err(|_| CredentialsError::Seed)?;
    let signature = pair.sign(nonce).map_err(|_| CredentialsError::Seed)?;
    Ok((pair.public_key(), signature))
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.0 {
            Kind::User { .. } => "user",
            Kind::Token(_) => "token",
            Kind::Nkey { .. } => "nkey",
            Kind::Jwt { .. } => "jwt",
        };
        f.debug_tuple("Credentials").field(&kind).finish()
    }
}

/// Credentials could not be obtained. Contains no part of them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// A file cannot be read.
    #[error("cannot read `{}`", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A file does not contain what it should.
    #[error("`{}` is not {expected}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What it should be.
        expected: &'static str,
    },
    /// The text is not that of a credentials file.
    #[error("the text of the credentials contains no JWT")]
    Unreadable,
    /// The seed is not that of an nkey, `SU...`.
    #[error("the seed is not that of an nkey")]
    Seed,
    /// The callback of [`Options::credentials`](crate::Options::credentials) failed.
    #[error("the callback for credentials failed")]
    Callback(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The callback of [`Options::credentials`](crate::Options::credentials) panicked.
    #[error("the callback for credentials panicked")]
    Panicked,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_them_is_shown() {
        for credentials in [
            Credentials::user("shop", "hunter2"),
            Credentials::token("hunter2"),
            Credentials::nkey("hunter2"),
            Credentials::jwt("hunter2", "hunter2"),
            Credentials::bearer("hunter2"),
        ] {
            assert!(!format!("{credentials:?}").contains("hunter2"));
        }
        for error in [Credentials::nkey("SUhunter2").answer(b"n"), Credentials::jwt("a", "SUhunter2").answer(b"n")] {
            let Err(error) = error else { panic!("not a seed") };
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
    }
}
