//! How to connect, as the environment says it: the variables of the program `nats`, and its contexts.

use std::path::PathBuf;

use super::context::{self, Context};
use crate::credentials::{Credentials, Source};
use crate::error::EnvironmentError;
use crate::options::Options;

/// Where the program `nats` and other clients look for a server by default.
const DEFAULT_URL: &str = "nats://127.0.0.1:4222";

/// Looks up a variable.
pub(super) type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// How to connect.
#[derive(Debug)]
pub(super) struct Environment {
    pub(super) urls: String,
    pub(super) settings: Settings,
}

/// What may be set besides the URL.
#[derive(Debug, Default)]
pub(super) struct Settings {
    pub(super) credentials: Option<Source>,
    /// Of the client: certificate and key.
    pub(super) certificate: Option<(PathBuf, PathBuf)>,
    /// Of the authority that servers are trusted for.
    pub(super) authority: Option<PathBuf>,
    pub(super) tls_first: bool,
    pub(super) inbox_prefix: Option<String>,
    pub(super) domain: Option<String>,
    pub(super) api_prefix: Option<String>,
}

/// Kinds of credentials, as variables or members call them.
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

impl Environment {
    /// Reads the environment of this process, and the contexts of its user.
    ///
    /// # Errors
    ///
    /// What is said there cannot be used.
    pub(super) async fn of_process() -> Result<Self, EnvironmentError> {
        let read = tokio::task::spawn_blocking(|| Self::read(&|name| std::env::var(name).ok()));
        read.await.unwrap_or(Err(EnvironmentError::Variable { name: "NATS_CONTEXT", problem: "cannot be read" }))
    }

    /// Variables first, then the context that `NATS_CONTEXT` names or the program `nats` has selected. Credentials are taken
    /// from one of the two as a whole.
    pub(super) fn read(variables: Variables<'_>) -> Result<Self, EnvironmentError> {
        let variable = |name: &str| variables(name).filter(|value| !value.is_empty());
        let context = context::read(&variable)?.unwrap_or_default();
        if variable("NATS_SOCKS_PROXY").is_some() {
            return Err(EnvironmentError::Variable {
                name: "NATS_SOCKS_PROXY",
                problem: "is set, and proxies are not supported",
            });
        }
        let path = |name: &str| variable(name).map(PathBuf::from);
        let kinds = Kinds {
            user: variable("NATS_USER"),
            password: variable("NATS_PASSWORD"),
            token: variable("NATS_TOKEN"),
            creds: path("NATS_CREDS"),
            nkey: path("NATS_NKEY"),
            ..Kinds::default()
        };
        const NAMES: [&str; 6] = ["NATS_USER", "NATS_TOKEN", "NATS_CREDS", "NATS_NKEY", "", ""];
        let own = kinds.source("the environment", NAMES)?;
        let own_urls = variable("NATS_URL").or_else(|| variable("NATS_SERVER"));
        // A user in the URL is a kind of credentials, too.
        let named = own_urls.as_ref().is_some_and(|urls| urls.contains('@'));
        let Context { urls, settings: rest } = context;
        let settings = Settings {
            credentials: own.or_else(|| rest.credentials.filter(|_| !named)),
            certificate: pair(("NATS_CERT", path("NATS_CERT")), ("NATS_KEY", path("NATS_KEY")))?.or(rest.certificate),
            authority: path("NATS_CA").or(rest.authority),
            ..rest
        };
        Ok(Self { urls: own_urls.or(urls).unwrap_or_else(|| DEFAULT_URL.to_owned()), settings })
    }

    /// The options with what the environment says, where they themselves say nothing.
    pub(super) fn complete(self, mut options: Options) -> (String, Options) {
        let Self { urls, settings } = self;
        let Settings { credentials, certificate, authority, tls_first, inbox_prefix, domain, api_prefix } = settings;
        options.connection.credentials = options.connection.credentials.take().or(credentials);
        options.connection.tls_first |= tls_first;
        if !options.explicit() {
            options.set_api(domain, api_prefix);
        }
        let configure = move |mut nats: async_nats::ConnectOptions| {
            if let Some((certificate, key)) = &certificate {
                nats = nats.add_client_certificate(certificate.clone(), key.clone());
            }
            if let Some(authority) = &authority {
                nats = nats.add_root_certificates(authority.clone());
            }
            match &inbox_prefix {
                Some(prefix) => nats.custom_inbox_prefix(prefix.clone()),
                None => nats,
            }
        };
        // What the application itself says comes later.
        options.connection.configure.insert(0, std::sync::Arc::new(configure));
        (urls, options)
    }
}

impl Kinds {
    /// The one kind that is given. `names` are those of user, token, creds, nkey, jwt and seed in `place`.
    pub(super) fn source(self, place: &str, names: [&'static str; 6]) -> Result<Option<Source>, EnvironmentError> {
        let [user_name, token_name, creds_name, nkey_name, jwt_name, seed_name] = names;
        let mut given = Vec::new();
        if let Some(user) = self.user {
            // As for the program `nats`: a user without a password is a token.
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

/// Both, or neither.
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

#[cfg(test)]
mod tests;
