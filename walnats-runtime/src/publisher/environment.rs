//! Connection settings from the environment: the variables of the program `nats`, and its contexts.

use std::fmt;
use std::path::PathBuf;

use super::context::{self, Context};
use super::settings::{Kinds, Settings, Variables, pair};
use crate::error::EnvironmentError;
use crate::options::Options;

/// The default URL of the program `nats` and other clients.
const DEFAULT_URL: &str = "nats://127.0.0.1:4222";

/// How to connect, according to the variables of the program `nats` and its contexts: see [`Publisher::connect_env`](crate::Publisher::connect_env), which
/// reads and uses it in one step. `Debug` shows no secret.
pub struct Environment {
    pub(super) urls: String,
    pub(super) settings: Settings,
    context: Option<String>,
    unknown: Vec<String>,
}

impl Environment {
    /// Reads the environment of this process, and the contexts of its user.
    ///
    /// # Errors
    ///
    /// A setting is invalid.
    pub(super) async fn of_process() -> Result<Self, EnvironmentError> {
        let read = tokio::task::spawn_blocking(|| Self::read(&|name| std::env::var(name).ok()));
        let read = read.await;
        read.unwrap_or(Err(EnvironmentError::Variable { name: "NATS_CONTEXT", problem: "cannot be read" }))
    }

    /// Reads the variables that `variables` looks up, and the contexts below its `XDG_CONFIG_HOME` or `HOME`: for programs whose
    /// own options stand for variables.
    ///
    /// Variables come first, then the context that `NATS_CONTEXT` names or the program `nats` has selected. Credentials, a user in
    /// the URL among them, are taken from one of the two as a whole. It reads files, and so may block.
    ///
    /// # Errors
    ///
    /// A setting is invalid.
    pub fn read(variables: &dyn Fn(&str) -> Option<String>) -> Result<Self, EnvironmentError> {
        Self::read_from(variables)
    }

    /// The servers, separated by commas, without the users that their URLs name.
    pub fn servers(&self) -> String {
        without_users(&self.urls)
    }

    /// The name of the context that settings come from, if any.
    pub fn context(&self) -> Option<&str> {
        self.context.as_deref()
    }

    /// Members of the context that are not known here. If they are about the connection, it differs from that of `nats`.
    pub fn unknown_members(&self) -> &[String] {
        &self.unknown
    }

    fn read_from(variables: Variables<'_>) -> Result<Self, EnvironmentError> {
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
        let Context { name, mut urls, settings: rest, unknown } = context;
        if own.is_some() {
            urls = urls.map(|urls| without_users(&urls));
        }
        let settings = Settings {
            credentials: own.or_else(|| rest.credentials.filter(|_| !named)),
            certificate: pair(("NATS_CERT", path("NATS_CERT")), ("NATS_KEY", path("NATS_KEY")))?.or(rest.certificate),
            authority: path("NATS_CA").or(rest.authority),
            ..rest
        };
        let urls = own_urls.or(urls).unwrap_or_else(|| DEFAULT_URL.to_owned());
        Ok(Self { urls, settings, context: name, unknown })
    }

    /// Adds the environment's settings to options that do not set them.
    pub(super) fn complete(self, mut options: Options) -> (String, Options) {
        let Self { mut urls, settings, .. } = self;
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

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("urls", &self.servers())
            .field("settings", &self.settings)
            .field("context", &self.context)
            .field("unknown", &self.unknown)
            .finish()
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
