//! The NATS server that a command talks to.

mod streams;

use std::future::Future;
use std::time::Duration;

use clap::Args;
use walnats_codegen::EventModel;
use walnats_runtime::{Environment, Publisher};

use crate::outcome::Failure;
use crate::output;

pub use streams::{descriptors, kept};

/// Where the server is, and who connects.
///
/// What no option says comes from the variables of the program `nats` (NATS_URL, NATS_USER, NATS_CREDS and so on), then from
/// its context: the one named, or the one that is selected.
#[derive(Args)]
pub struct Server {
    /// The servers, separated by commas; default: NATS_URL, the context's, or nats://127.0.0.1:4222
    #[arg(long, short, value_name = "URL", help_heading = HEADING)]
    pub server: Option<String>,
    /// A context of the program `nats`, in place of the selected one; variables do not count then
    #[arg(long, value_name = "NAME", help_heading = HEADING)]
    context: Option<String>,
    /// A credentials file
    #[arg(long, value_name = "FILE", help_heading = HEADING, group = "credentials")]
    creds: Option<String>,
    /// A file with the seed of an nkey
    #[arg(long, value_name = "FILE", help_heading = HEADING, group = "credentials")]
    nkey: Option<String>,
    /// The user; the password comes from NATS_PASSWORD
    #[arg(long, value_name = "NAME", help_heading = HEADING, group = "credentials")]
    user: Option<String>,
    /// The password; other users of this machine can see it: set NATS_PASSWORD instead
    #[arg(long, value_name = "PASSWORD", help_heading = HEADING, requires = "user", hide = true)]
    password: Option<String>,
    /// The client's certificate
    #[arg(long, value_name = "FILE", help_heading = HEADING, requires = "tls_key")]
    tls_cert: Option<String>,
    /// The key of the client's certificate
    #[arg(long, value_name = "FILE", help_heading = HEADING, requires = "tls_cert")]
    tls_key: Option<String>,
    /// The authority that is trusted for servers
    #[arg(long, value_name = "FILE", help_heading = HEADING)]
    tls_ca: Option<String>,
    /// Start the TLS handshake immediately, for servers with `handshake_first`
    #[arg(long, help_heading = HEADING)]
    tls_first: bool,
    /// The JetStream domain of the streams, if it differs from the server's
    #[arg(long, value_name = "NAME", help_heading = HEADING, conflicts_with = "api_prefix")]
    domain: Option<String>,
    /// The prefix of JetStream API subjects, if the account imports them under another name
    #[arg(long, value_name = "PREFIX", help_heading = HEADING)]
    api_prefix: Option<String>,
    /// The environment whose name precedes streams and subjects, for services that set it
    #[arg(long, value_name = "NAME", help_heading = HEADING)]
    environment: Option<String>,
    /// How long to wait for the connection and for each answer
    #[arg(long, value_name = "SECONDS", help_heading = HEADING, default_value_t = 10,
          value_parser = clap::value_parser!(u64).range(1..=3_600))]
    timeout: u64,
}

const HEADING: &str = "Connection";

/// A connection, and what is shown of it.
pub struct Connected {
    pub publisher: Publisher,
    /// Host and port, and the context if there is one.
    pub place: String,
}

impl Server {
    /// How long to wait for each answer.
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }

    /// Connects. `options` adjusts those of the publisher.
    pub async fn connect(
        &self,
        model: &EventModel,
        options: impl FnOnce(walnats_runtime::Options) -> walnats_runtime::Options,
    ) -> Result<Connected, Failure> {
        if self.password.is_some() {
            output::note("warning: other users of this machine can see `--password`; set NATS_PASSWORD instead\n");
        }
        let environment = Environment::read(&|name| self.variable(name, &|name| std::env::var(name).ok()))?;
        let place = match environment.context() {
            Some(context) => format!("{} (context `{context}`)", environment.servers()),
            None => environment.servers(),
        };
        for member in environment.unknown_members() {
            let context = environment.context().unwrap_or_default();
            output::note(&format!(
                "warning: `{member}` of the context `{context}` is not known here: if it is about the connection, it does not count\n"
            ));
        }
        let mut own = walnats_runtime::Options::new().connect_timeout(self.timeout());
        if let Some(domain) = &self.domain {
            own = own.domain(domain);
        }
        if let Some(prefix) = &self.api_prefix {
            own = own.api_prefix(prefix);
        }
        if let Some(name) = &self.environment {
            own = own.environment(name);
        }
        if self.tls_first {
            own = own.tls_first();
        }
        let publisher = Publisher::connect_with(environment, descriptors(model), options(own)).await?;
        Ok(Connected { publisher, place })
    }
}

impl Server {
    /// The value of a variable: that of the option that stands for it, or what `variables` says, unless an option makes it
    /// irrelevant.
    fn variable(&self, name: &str, variables: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        let option = match name {
            "NATS_URL" => &self.server,
            "NATS_CONTEXT" => &self.context,
            "NATS_CREDS" => &self.creds,
            "NATS_NKEY" => &self.nkey,
            "NATS_USER" => &self.user,
            "NATS_PASSWORD" => &self.password,
            "NATS_CERT" => &self.tls_cert,
            "NATS_KEY" => &self.tls_key,
            "NATS_CA" => &self.tls_ca,
            _ => &None,
        };
        if option.is_some() {
            return option.clone();
        }
        let is_named = self.context.is_some();
        let has_credentials = self.creds.is_some() || self.nkey.is_some() || self.user.is_some();
        let is_hidden = match name {
            // Otherwise a variable for one server would redirect a command that names the context of another.
            "NATS_URL" | "NATS_SERVER" | "NATS_CERT" | "NATS_KEY" | "NATS_CA" => is_named,
            "NATS_PASSWORD" if self.user.is_some() => false,
            "NATS_USER" | "NATS_PASSWORD" | "NATS_TOKEN" | "NATS_CREDS" | "NATS_NKEY" => is_named || has_credentials,
            _ => false,
        };
        if is_hidden { None } else { variables(name) }
    }
}

/// Runs `work` on a runtime of its own.
pub fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let result = runtime.block_on(work);
    // A thread that waits for standard input must not delay the end.
    runtime.shutdown_background();
    result
}

#[cfg(test)]
mod tests {
    use clap::{Args, Command, FromArgMatches};

    use super::*;

    /// The variables that count, of those that are set.
    fn seen(arguments: &[&str], set: &[(&str, &str)]) -> Vec<String> {
        let command = Server::augment_args(Command::new("walnats"));
        let matches = command.try_get_matches_from([&["walnats"], arguments].concat()).expect("valid options");
        let server = Server::from_arg_matches(&matches).expect("options");
        let variables = |name: &str| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let names = [
            "NATS_URL",
            "NATS_CONTEXT",
            "NATS_USER",
            "NATS_PASSWORD",
            "NATS_TOKEN",
            "NATS_CREDS",
            "NATS_NKEY",
            "NATS_CERT",
            "NATS_KEY",
            "NATS_CA",
            "HOME",
        ];
        let seen = names.iter().filter_map(|name| Some(format!("{name}={}", server.variable(name, &variables)?)));
        seen.collect()
    }

    #[test]
    fn options_come_before_variables() {
        let set = [
            ("NATS_URL", "nats://prod:4222"),
            ("NATS_USER", "ada"),
            ("NATS_PASSWORD", "hunter2"),
            ("NATS_CA", "/ca.pem"),
            ("HOME", "/home/ada"),
        ];
        for (arguments, expected) in [
            (
                &[][..],
                &[
                    "NATS_URL=nats://prod:4222",
                    "NATS_USER=ada",
                    "NATS_PASSWORD=hunter2",
                    "NATS_CA=/ca.pem",
                    "HOME=/home/ada",
                ][..],
            ),
            (
                &["--server", "nats://x:1"],
                &["NATS_URL=nats://x:1", "NATS_USER=ada", "NATS_PASSWORD=hunter2", "NATS_CA=/ca.pem", "HOME=/home/ada"],
            ),
            (&["--context", "staging"], &["NATS_CONTEXT=staging", "HOME=/home/ada"]),
            (
                &["--context", "staging", "--user", "bob"],
                &["NATS_CONTEXT=staging", "NATS_USER=bob", "NATS_PASSWORD=hunter2", "HOME=/home/ada"],
            ),
            (
                &["--creds", "a.creds"],
                &["NATS_URL=nats://prod:4222", "NATS_CREDS=a.creds", "NATS_CA=/ca.pem", "HOME=/home/ada"],
            ),
            (
                &["--user", "bob", "--password", "x"],
                &["NATS_URL=nats://prod:4222", "NATS_USER=bob", "NATS_PASSWORD=x", "NATS_CA=/ca.pem", "HOME=/home/ada"],
            ),
        ] {
            assert_eq!(seen(arguments, &set), expected, "{arguments:?}");
        }
    }
}
