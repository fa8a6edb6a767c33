//! A leaf node's connection to its hub.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::escape::{encoded, quote};
use crate::link::Link;

/// The hub of a leaf node, and the user to connect as; see [`Builder::leaf_of`](crate::Builder::leaf_of).
#[derive(Clone)]
pub struct Remote {
    /// `None` if the hub does not listen for leaf nodes.
    pub(crate) address: Option<SocketAddr>,
    user: Option<(String, String)>,
    credentials: Option<PathBuf>,
    account: Option<String>,
    config: Vec<String>,
}

impl Remote {
    /// A hub that listens for leaf nodes at this address.
    pub fn to(address: SocketAddr) -> Self {
        Self { address: Some(address), user: None, credentials: None, account: None, config: Vec::new() }
    }

    /// The user of the hub as whom the leaf node connects. The connection belongs to that user's account.
    #[must_use]
    pub fn user(mut self, name: impl Into<String>, password: impl Into<String>) -> Self {
        self.user = Some((name.into(), password.into()));
        self
    }

    /// The credentials file with which the leaf node connects.
    #[must_use]
    pub fn credentials(mut self, file: impl Into<PathBuf>) -> Self {
        self.credentials = Some(file.into());
        self
    }

    /// The account of the leaf node that the connection belongs to; default: the global one.
    #[must_use]
    pub fn account(mut self, name: impl Into<String>) -> Self {
        self.account = Some(name.into());
        self
    }

    /// Adds lines to the remote's block, such as `deny_exports: ["private.>"]`.
    #[must_use]
    pub fn config(mut self, lines: &str) -> Self {
        self.config.push(lines.to_owned());
        self
    }

    /// The entry in the list `remotes`.
    pub(crate) fn text(&self) -> Option<String> {
        let address = self.address?;
        let user = self.user.as_ref().map(|(name, password)| format!("{}:{}@", encoded(name), encoded(password)));
        let mut lines =
            vec![format!("urls: [{}]", quote(&format!("nats-leaf://{}{address}", user.unwrap_or_default())))];
        lines.extend(self.account.iter().map(|account| format!("account: {}", quote(account))));
        lines.extend(self.credentials.iter().map(|file| format!("credentials: {}", quote(&file.to_string_lossy()))));
        lines.extend(self.config.iter().cloned());
        Some(format!("{{\n{}\n}}", lines.join("\n")))
    }
}

/// The hub behind the link.
impl From<&Link> for Remote {
    fn from(link: &Link) -> Self {
        Self::to(link.address())
    }
}

/// Hides passwords.
impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").field("address", &self.address).field("account", &self.account).finish_non_exhaustive()
    }
}
