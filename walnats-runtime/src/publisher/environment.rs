//! Connection settings from the environment: the variables of the program `nats`, and its contexts.

use std::path::PathBuf;

use super::context::{self, Context};
use super::settings::{Kinds, Settings, Variables, pair};
use crate::error::EnvironmentError;
use crate::options::Options;

/// The default URL of the program `nats` and other clients.
const DEFAULT_URL: &str = "nats://127.0.0.1:4222";

/// The connection settings.
#[derive(Debug)]
pub(super) struct Environment {
    pub(super) urls: String,
    pub(super) settings: Settings,
}

impl Environment {
    /// Reads the environment of this process, and the contexts of its user.
    ///
    /// # Errors
    ///
    /// A setting is invalid.
    pub(super) async fn of_process() -> Result<Self, EnvironmentError> {
        let read = tokio::task::spawn_blocking(|| Self::read(&|name| std::env::var(name).ok()));
        read.await.unwrap_or(Err(EnvironmentError::Variable { name: "NATS_CONTEXT", problem: "cannot be read" }))
    }

    /// Variables first, then the context that `NATS_CONTEXT` names or the program `nats` has selected. Credentials, a user in
    /// the URL among them, are taken from one of the two as a whole.
    pub(super) fn read(variables: Variables<'_>) -> Result<Self, EnvironmentError> {
        let variable = |name: &str| variables(name).filter(|value| !value.is_empty());
        let context = context::read(&variable)?.unwrap_or_default();
        if variable("NATS_SOCKS_PROXY").is_some() {
            return Err(EnvironmentError::Variable {
                name: "NATS_SOCKS_PROXY",
                problem: "is set, but proxies are not supported",
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
        // A user in the URL counts as credentials, too.
        let named = own_urls.as_ref().is_some_and(|urls| urls.contains('@'));
        let Context { mut urls, settings: rest } = context;
        if own.is_some() {
            urls = urls.map(|urls| without_users(&urls));
        }
        let settings = Settings {
            credentials: own.or_else(|| rest.credentials.filter(|_| !named)),
            certificate: pair(("NATS_CERT", path("NATS_CERT")), ("NATS_KEY", path("NATS_KEY")))?.or(rest.certificate),
            authority: path("NATS_CA").or(rest.authority),
            ..rest
        };
        Ok(Self { urls: own_urls.or(urls).unwrap_or_else(|| DEFAULT_URL.to_owned()), settings })
    }

    /// Adds the environment's settings to options that do not set them.
    pub(super) fn complete(self, mut options: Options) -> (String, Options) {
        let Self { mut urls, settings } = self;
        if options.connection.credentials.is_some() {
            urls = without_users(&urls);
        }
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
        // The application's own settings are applied later.
        options.connection.configure.insert(0, std::sync::Arc::new(configure));
        (urls, options)
    }
}

/// The URLs, separated by commas, without the users that they name.
fn without_users(urls: &str) -> String {
    let without_user = |url: &str| {
        let (scheme, rest) = url.split_at(url.find("://").map_or(0, |end| end + 3));
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        format!("{scheme}{host}{path}")
    };
    urls.split(',').map(without_user).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests;
