//! Connection settings of variables and contexts.

use std::path::PathBuf;

use crate::credentials::{Credentials, Source};
use crate::error::EnvironmentError;

/// Looks up a variable.
pub(super) type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Settings other than the URL.
#[derive(Debug, Default)]
pub(super) struct Settings {
    pub(super) credentials: Option<Source>,
    /// The client's certificate and key.
    pub(super) certificate: Option<(PathBuf, PathBuf)>,
    /// The certificate of the authority that is trusted for servers.
    pub(super) authority: Option<PathBuf>,
    pub(super) tls_first: bool,
    pub(super) inbox_prefix: Option<String>,
    pub(super) domain: Option<String>,
    pub(super) api_prefix: Option<String>,
}

/// The kinds of credentials, named like variables and members.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) token: Option<String>,
    pub(super) creds: Option<PathBuf>,
    pub(super) nkey: Option<PathBuf>,
    pub(super) jwt: Option<String>,
    pub(super) seed: Option<String>,
}

impl Kinds {
    /// The one kind that is set. `names` are those of user, token, creds, nkey, jwt and seed in `place`.
    pub(super) fn source(self, place: &str, names: [&'static str; 6]) -> Result<Option<Source>, EnvironmentError> {
        let [user_name, token_name, creds_name, nkey_name, jwt_name, seed_name] = names;
        let mut given = Vec::new();
        if let Some(user) = self.user {
            // Like the program `nats`: a user without a password is a token.
            let credentials = match self.password {
                Some(password) => Credentials::user(user, password),
                None => Credentials::token(user),
            };
            given.push((user_name, Source::Fixed(credentials)));
        }
        if let Some(token) = self.token {
            given.push((token_name, Source::Fixed(Credentials::token(token))));
        }
        if let Some(creds) = self.creds {
            given.push((creds_name, Source::Creds(creds)));
        }
        if let Some(nkey) = self.nkey {
            given.push((nkey_name, Source::Nkey(nkey)));
        }
        match (self.jwt, self.seed) {
            (Some(jwt), Some(seed)) => given.push((jwt_name, Source::Fixed(Credentials::jwt(jwt, seed)))),
            (Some(jwt), None) => given.push((jwt_name, Source::Fixed(Credentials::bearer(jwt)))),
            (None, Some(seed)) => given.push((seed_name, Source::Fixed(Credentials::nkey(seed)))),
            (None, None) => {}
        }
        let mut given = given.into_iter();
        match (given.next(), given.next()) {
            (Some((first, _)), Some((second, _))) => {
                Err(EnvironmentError::Several { place: place.to_owned(), first, second })
            }
            (first, _) => Ok(first.map(|(_, source)| source)),
        }
    }
}

/// Returns both or neither.
pub(super) fn pair(
    certificate: (&'static str, Option<PathBuf>),
    key: (&'static str, Option<PathBuf>),
) -> Result<Option<(PathBuf, PathBuf)>, EnvironmentError> {
    match (certificate, key) {
        ((_, Some(certificate)), (_, Some(key))) => Ok(Some((certificate, key))),
        ((_, None), (_, None)) => Ok(None),
        ((name, Some(_)), _) | (_, (name, Some(_))) => Err(EnvironmentError::HalfOfAPair(name)),
    }
}
