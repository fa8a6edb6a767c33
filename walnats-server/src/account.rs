//! Accounts of a server.

use std::fmt;

use crate::escape::quote;

/// An account with its users, JetStream, exports and imports; see
/// [`Builder::account`](crate::Builder::account).
///
/// ```no_run
/// use walnats_server::{Account, Import, NatsServer};
///
/// let orders = Account::new("ORDERS").user("orders", "s3cr3t").jetstream().exports_service("notes.>");
/// let shop = Account::new("SHOP").user("shop", "s3cr3t").imports(Import::service("ORDERS", "notes.>"));
/// let server = NatsServer::builder().account(orders).account(shop).start()?;
/// println!("{}", server.url_as("shop", "s3cr3t"));
/// # Ok::<(), walnats_server::StartError>(())
/// ```
#[derive(Clone)]
pub struct Account {
    name: String,
    users: Vec<String>,
    jetstream: Option<String>,
    exports: Vec<String>,
    imports: Vec<String>,
    limits: Vec<String>,
    config: Vec<String>,
}

impl Account {
    /// An account without users and without JetStream.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            users: Vec::new(),
            jetstream: None,
            exports: Vec::new(),
            imports: Vec::new(),
            limits: Vec::new(),
            config: Vec::new(),
        }
    }

    /// Adds a user with all permissions.
    #[must_use]
    pub fn user(self, name: &str, password: &str) -> Self {
        self.user_with(name, password, "")
    }

    /// Adds a user with further lines of configuration, such as `permissions: { publish: "notes.>" }`.
    #[must_use]
    pub fn user_with(mut self, name: &str, password: &str, lines: &str) -> Self {
        self.users.push(format!("{{ user: {}, password: {}\n{lines} }}", quote(name), quote(password)));
        self
    }

    /// Enables JetStream for the account; default: disabled.
    #[must_use]
    pub fn jetstream(self) -> Self {
        self.jetstream_limits("")
    }

    /// Enables JetStream with the limits in these lines, such as `max_file: 1MB` or `max_streams: 2`.
    #[must_use]
    pub fn jetstream_limits(mut self, lines: &str) -> Self {
        let limits = self.jetstream.get_or_insert_default();
        limits.push_str(lines);
        limits.push('\n');
        self
    }

    /// Exports a service: messages that other accounts publish on the subject reach this account, and replies go back.
    #[must_use]
    pub fn exports_service(mut self, subject: &str) -> Self {
        self.exports.push(format!("{{ service: {} }}", quote(subject)));
        self
    }

    /// Exports a stream: messages published on the subject in this account reach the accounts that import it.
    #[must_use]
    pub fn exports_stream(mut self, subject: &str) -> Self {
        self.exports.push(format!("{{ stream: {} }}", quote(subject)));
        self
    }

    /// Imports an export of another account.
    #[must_use]
    pub fn imports(mut self, import: Import) -> Self {
        self.imports.push(import.text());
        self
    }

    /// The maximum payload of the account's clients, in bytes. The server closes connections that exceed it.
    #[must_use]
    pub fn max_payload(self, bytes: u64) -> Self {
        self.limits(&format!("max_payload: {bytes}"))
    }

    /// Adds lines to the account's block `limits`, such as `max_connections: 2`.
    #[must_use]
    pub fn limits(mut self, lines: &str) -> Self {
        self.limits.push(lines.to_owned());
        self
    }

    /// Adds lines to the account's block, such as `mappings: { "a.>": "b.>" }`.
    #[must_use]
    pub fn config(mut self, lines: &str) -> Self {
        self.config.push(lines.to_owned());
        self
    }

    /// The block of the account within `accounts`.
    pub(crate) fn text(&self) -> String {
        let Self { name, users, jetstream, exports, imports, limits, config } = self;
        let mut lines = Vec::new();
        for (key, list) in [("users", users), ("exports", exports), ("imports", imports)] {
            if !list.is_empty() {
                lines.push(format!("{key}: [\n{}\n]", list.join("\n")));
            }
        }
        match jetstream.as_deref().map(str::trim) {
            None => {}
            Some("") => lines.push("jetstream: enabled".to_owned()),
            Some(limits) => lines.push(format!("jetstream {{\n{limits}\n}}")),
        }
        if !limits.is_empty() {
            lines.push(format!("limits {{\n{}\n}}", limits.join("\n")));
        }
        lines.extend(config.iter().cloned());
        format!("{} {{\n{}\n}}", quote(name), lines.join("\n"))
    }
}

/// Hides users and configuration, which contain secrets.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("name", &self.name).finish_non_exhaustive()
    }
}

/// An import from another account; see [`Account::imports`].
#[derive(Clone, Debug)]
pub struct Import {
    kind: &'static str,
    account: String,
    subject: String,
    rest: String,
}

impl Import {
    /// Imports a service that `account` exports on `subject`.
    pub fn service(account: &str, subject: &str) -> Self {
        Self::new("service", account, subject)
    }

    /// Imports a stream that `account` exports on `subject`.
    pub fn stream(account: &str, subject: &str) -> Self {
        Self::new("stream", account, subject)
    }

    fn new(kind: &'static str, account: &str, subject: &str) -> Self {
        Self { kind, account: account.to_owned(), subject: subject.to_owned(), rest: String::new() }
    }

    /// The subject in the importing account; default: the same.
    #[must_use]
    pub fn to(mut self, subject: &str) -> Self {
        self.rest.push_str(&format!(", to: {}", quote(subject)));
        self
    }

    /// A prefix for the subjects of an imported stream.
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> Self {
        self.rest.push_str(&format!(", prefix: {}", quote(prefix)));
        self
    }

    fn text(&self) -> String {
        let Self { kind, account, subject, rest } = self;
        format!("{{ {kind}: {{ account: {}, subject: {} }}{rest} }}", quote(account), quote(subject))
    }
}
