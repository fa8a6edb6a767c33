//! What may be lost or weakened.

use clap::Args;
use walnats_runtime::{Change, Plan, Register};

use crate::named;
use crate::outcome::Failure;

/// Losses and weaker streams that are allowed.
#[derive(Args)]
pub struct Allowed {
    /// Allow updates that delete stored messages: of all streams, of one, or of one and at most so many
    #[arg(long, value_name = "STREAM[:MESSAGES]", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    allow_loss: Vec<String>,
    /// Allow updates that weaken streams (fewer replicas, a lifted limit): all, of one stream, or of one setting of it
    #[arg(long, value_name = "STREAM[:SETTING]", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    allow_weaker: Vec<String>,
}

impl Allowed {
    /// Adds the permissions for the streams of the plan.
    pub fn apply<'a>(&self, mut register: Register<'a>, plan: &Plan) -> Result<Register<'a>, Failure> {
        for (stream, messages) in parts(&self.allow_loss) {
            let messages = match messages {
                None => u64::MAX,
                Some(number) => number.parse().map_err(|_| format!("`{number}` is not a number of messages"))?,
            };
            for name in named(plan, stream)? {
                register = register.allow_loss(name, messages);
            }
        }
        for (stream, setting) in parts(&self.allow_weaker) {
            let names = named(plan, stream)?;
            for stream in plan.streams.iter().filter(|stream| names.contains(&stream.name.as_str())) {
                let is_meant = |change: &Change| {
                    setting.is_none_or(|setting| setting == change.key() || setting == change.setting)
                };
                for weakening in stream.weakenings.iter().filter(|weakening| is_meant(&weakening.change)) {
                    register = register.allow_weaker(&stream.name, weakening.change.setting);
                }
            }
        }
        Ok(register)
    }
}

/// Stream and detail of each value. Names of streams contain no colon that matters: the last one separates.
fn parts(values: &[String]) -> impl Iterator<Item = (&str, Option<&str>)> {
    values.iter().map(|value| match value.rsplit_once(':') {
        Some((stream, detail)) => (stream, Some(detail)),
        None => (value.as_str(), None),
    })
}

/// The streams that are meant: all if there is no name.
fn named<'a>(plan: &'a Plan, stream: &str) -> Result<Vec<&'a str>, Failure> {
    let names = plan.streams.iter().map(|stream| stream.name.as_str());
    let found: Vec<&str> = names.filter(|name| stream.is_empty() || *name == stream).collect();
    if found.is_empty() && !stream.is_empty() {
        return Err(named::no_stream(stream, plan.streams.iter().map(|stream| stream.name.as_str())).into());
    }
    Ok(found)
}
