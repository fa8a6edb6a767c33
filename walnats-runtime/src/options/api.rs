//! The prefix of JetStream's API: that of a domain, or the one under which an account imports it.

use super::Options;
use crate::error::ConfigError;
use crate::jetstream::Prefix;
use crate::subject::{subject_problem, token_problem};

/// The options that the caller set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ApiPlace {
    domain: Option<String>,
    prefix: Option<String>,
}

impl Options {
    /// The JetStream domain of the streams, if it differs from the connected server's: that of a hub, from a leaf node.
    /// `register`, look-ups and diagnostics use `$JS.<domain>.API`. Publishing needs no domain: a subject reaches its stream in
    /// any domain.
    ///
    /// A domain that contains `.`, `*`, `>` or white space, or is combined with [`Options::api_prefix`], is a [`ConfigError`].
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.api.domain = Some(domain.into());
        self
    }

    /// The prefix of JetStream's API subjects, if the account imports the API under another name:
    /// `JS.orders.API` for `STREAM.INFO.orders` on `JS.orders.API.STREAM.INFO.orders`. Default: `$JS.API`. A trailing `.`
    /// is ignored.
    ///
    /// A prefix that contains wildcards, white space or empty tokens, or is combined with [`Options::domain`], is a
    /// [`ConfigError`].
    pub fn api_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.api.prefix = Some(prefix.into());
        self
    }

    pub(crate) fn set_api(&mut self, domain: Option<String>, prefix: Option<String>) {
        self.api = ApiPlace { domain, prefix };
    }

    /// The prefix of JetStream requests; the default if the options are invalid, since then no requests are made.
    pub(crate) fn api(&self) -> Prefix {
        match &self.api {
            ApiPlace { domain: Some(domain), .. } => Prefix::of_domain(domain),
            ApiPlace { prefix: Some(prefix), .. } => Prefix::custom(prefix),
            _ => Prefix::default(),
        }
    }

    /// Whether the caller set a domain or prefix. Otherwise a stream that is not found may be in an unknown domain.
    pub(crate) fn explicit(&self) -> bool {
        self.api != ApiPlace::default()
    }

    pub(super) fn check_api(&self) -> Result<(), ConfigError> {
        let ApiPlace { domain, prefix } = &self.api;
        if domain.is_some() && prefix.is_some() {
            return Err(ConfigError::DomainAndPrefix);
        }
        let name = |option, value: &str, problem| ConfigError::Name { option, value: value.to_owned(), problem };
        if let Some(domain) = domain
            && let Some(problem) = token_problem(domain)
        {
            return Err(name("domain", domain, problem));
        }
        if let Some(prefix) = prefix
            && let Some(problem) = subject_problem(prefix.strip_suffix('.').unwrap_or(prefix))
        {
            return Err(name("api_prefix", prefix, problem));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(options: Options) -> Result<String, String> {
        match options.check() {
            Ok(()) => Ok(options.api().request("STREAM.INFO.s")),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn the_api_is_where_the_options_say() {
        for (options, expected) in [
            (Options::new(), "$JS.API.STREAM.INFO.s"),
            (Options::new().domain("hub"), "$JS.hub.API.STREAM.INFO.s"),
            (Options::new().api_prefix("JS.orders.API"), "JS.orders.API.STREAM.INFO.s"),
            (Options::new().api_prefix("JS.orders.API."), "JS.orders.API.STREAM.INFO.s"),
        ] {
            assert_eq!(check(options).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn what_no_subject_can_hold_is_refused() {
        for (options, expected) in [
            (Options::new().domain(""), "option `domain` (\"\") is empty"),
            (Options::new().domain("a.b"), "option `domain` (\"a.b\") contains `.`"),
            (Options::new().domain("a*"), "option `domain` (\"a*\") contains `*`"),
            (Options::new().domain("a b"), "option `domain` (\"a b\") contains white space"),
            (Options::new().api_prefix(""), "option `api_prefix` (\"\") is empty"),
            (Options::new().api_prefix("a..b"), "option `api_prefix` (\"a..b\"): a token of it is empty"),
            (Options::new().api_prefix("a.>"), "option `api_prefix` (\"a.>\") contains `>`"),
            (Options::new().api_prefix("a.."), "option `api_prefix` (\"a..\"): a token of it is empty"),
            (
                Options::new().domain("hub").api_prefix("JS.hub"),
                "options `domain` and `api_prefix` cannot be combined: a domain is the prefix `$JS.<domain>.API`",
            ),
        ] {
            assert_eq!(check(options), Err(expected.to_owned()));
        }
    }
}
