//! Contexts of the program `nats`: files in `~/.config/nats/context`, one of which may be selected.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::settings::{Kinds, Settings, Variables, pair};
use crate::credentials::Source;
use crate::error::EnvironmentError;
use crate::subject::subject_problem;

/// The settings of a context.
#[derive(Default)]
pub(super) struct Context {
    pub(super) name: Option<String>,
    pub(super) urls: Option<String>,
    pub(super) settings: Settings,
    /// Members that are not known here.
    pub(super) unknown: Vec<String>,
}

/// Members that do not affect the connection.
const IGNORED: [&str; 4] = ["name", "description", "color_scheme", "jetstream_event_prefix"];
/// Members for unsupported features.
const UNSUPPORTED: [(&str, &str); 6] = [
    ("socks_proxy", "is set, but proxies are not supported"),
    ("nsc", "is set, but nsc is not supported: set `creds`"),
    ("windows_cert_store", "is set, but the Windows certificate store is not supported: set `cert`, `key` and `ca`"),
    ("windows_cert_match_by", "is set, but the Windows certificate store is not supported: set `cert`, `key` and `ca`"),
    ("windows_cert_match", "is set, but the Windows certificate store is not supported: set `cert`, `key` and `ca`"),
    (
        "windows_ca_certs_match",
        "is set, but the Windows certificate store is not supported: set `cert`, `key` and `ca`",
    ),
];
const KNOWN: [&str; 15] = [
    "url",
    "token",
    "user",
    "password",
    "creds",
    "nkey",
    "cert",
    "key",
    "ca",
    "jetstream_domain",
    "jetstream_api_prefix",
    "inbox_prefix",
    "user_jwt",
    "user_seed",
    "tls_first",
];

/// The context that `NATS_CONTEXT` names or that is selected, if any.
pub(super) fn read(variables: Variables<'_>) -> Result<Option<Context>, EnvironmentError> {
    let home = variables("HOME").or_else(|| variables("USERPROFILE")).map(PathBuf::from);
    let config = variables("XDG_CONFIG_HOME").map(PathBuf::from).or_else(|| Some(home.as_ref()?.join(".config")));
    let Some(folder) = config.map(|config| config.join("nats")) else {
        return match variables("NATS_CONTEXT") {
            Some(_) => Err(EnvironmentError::Variable {
                name: "NATS_CONTEXT",
                problem: "is set, but neither HOME nor XDG_CONFIG_HOME is, so contexts cannot be found",
            }),
            None => Ok(None),
        };
    };
    let selected = || std::fs::read_to_string(folder.join("context.txt")).ok().map(|name| name.trim().to_owned());
    let Some(name) = variables("NATS_CONTEXT").or_else(selected).filter(|name| !name.is_empty()) else {
        return Ok(None);
    };
    if name.contains("..") || name.contains(['/', '\\']) || name.chars().any(char::is_control) {
        return Err(EnvironmentError::ContextName(name));
    }
    let path = folder.join("context").join(format!("{name}.json"));
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(source) => return Err(EnvironmentError::NoContext { name, path, source }),
    };
    match serde_json::from_str(&text) {
        Ok(members) => Members { name, members, home, variables }.context().map(Some),
        // serde_json's own message may quote the content.
        Err(error) => Err(EnvironmentError::Json { path, line: error.line(), column: error.column() }),
    }
}

struct Members<'a> {
    name: String,
    members: Map<String, Value>,
    home: Option<PathBuf>,
    variables: Variables<'a>,
}

impl Members<'_> {
    fn context(&self) -> Result<Context, EnvironmentError> {
        for (member, problem) in UNSUPPORTED {
            if self.members.get(member).is_some_and(|value| !is_unset(value)) {
                return Err(self.fault(member, problem));
            }
        }
        let is_known = |member: &&String| {
            KNOWN.contains(&member.as_str())
                || IGNORED.contains(&member.as_str())
                || UNSUPPORTED.iter().any(|(unsupported, _)| unsupported == member)
        };
        let unknown: Vec<String> = self.members.keys().filter(|member| !is_known(member)).cloned().collect();
        for member in &unknown {
            tracing::warn!(context = self.name, member, "a context of `nats` has an unknown member");
        }
        let settings = Settings {
            credentials: self.credentials()?,
            certificate: pair(("cert", self.path("cert")?), ("key", self.path("key")?))?,
            authority: self.path("ca")?,
            tls_first: self.switch("tls_first")?,
            inbox_prefix: self.text("inbox_prefix")?,
            domain: self.text("jetstream_domain")?,
            api_prefix: self.text("jetstream_api_prefix")?,
        };
        if let Some(problem) = settings.inbox_prefix.as_deref().and_then(subject_problem) {
            return Err(self.fault("inbox_prefix", &problem.to_string()));
        }
        Ok(Context { name: Some(self.name.clone()), urls: self.text("url")?, settings, unknown })
    }

    fn credentials(&self) -> Result<Option<Source>, EnvironmentError> {
        let kinds = Kinds {
            user: self.text("user")?,
            password: self.text("password")?,
            token: self.text("token")?,
            creds: self.path("creds")?,
            nkey: self.path("nkey")?,
            jwt: self.text("user_jwt")?,
            seed: self.text("user_seed")?,
        };
        let place = format!("the context `{}`", self.name);
        kinds.source(&place, ["user", "token", "creds", "nkey", "user_jwt", "user_seed"])
    }

    /// A string, or the value of the variable that it names.
    fn text(&self, member: &'static str) -> Result<Option<String>, EnvironmentError> {
        let text = match self.members.get(member) {
            Some(Value::String(text)) if !text.is_empty() => text,
            None | Some(Value::Null | Value::String(_)) => return Ok(None),
            Some(_) => return Err(self.fault(member, "is not a string")),
        };
        match text.split_once("://") {
            Some(("env", name)) => match (self.variables)(name) {
                Some(value) => Ok(Some(value)),
                None => Err(self.fault(member, "names a variable that is not set")),
            },
            Some(("op" | "nsc", _)) => {
                Err(self.fault(member, "refers to a secret that only the program `nats` can read"))
            }
            _ => Ok(Some(text.clone())),
        }
    }

    /// A file; a leading `~` or `$HOME` is the home folder.
    fn path(&self, member: &'static str) -> Result<Option<PathBuf>, EnvironmentError> {
        let Some(text) = self.text(member)? else { return Ok(None) };
        if text.starts_with("data:") || matches!(self.members.get(member), Some(Value::String(raw)) if *raw != text) {
            return Err(self.fault(member, "is not a file"));
        }
        let text = text.strip_prefix("file://").unwrap_or(&text);
        let below_home = ["~/", "$HOME/", "${HOME}/"].iter().find_map(|prefix| text.strip_prefix(prefix));
        match (below_home, &self.home) {
            (Some(rest), Some(home)) => Ok(Some(home.join(rest))),
            (Some(_), None) => Err(self.fault(member, "is in the home folder, but HOME is not set")),
            (None, _) => Ok(Some(Path::new(text).to_owned())),
        }
    }

    fn switch(&self, member: &'static str) -> Result<bool, EnvironmentError> {
        match self.members.get(member) {
            Some(Value::Bool(on)) => Ok(*on),
            None | Some(Value::Null) => Ok(false),
            Some(_) => Err(self.fault(member, "is neither `true` nor `false`")),
        }
    }

    fn fault(&self, member: &'static str, problem: &str) -> EnvironmentError {
        EnvironmentError::Member { context: self.name.clone(), member, problem: problem.to_owned() }
    }
}

fn is_unset(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}
