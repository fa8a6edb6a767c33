//! Entries of `walnats.toml` that name protobuf messages: `shop/orders.proto#shop.orders.v1.*`.

use super::{Found, Known, Problem, Target, near, pattern};
use walnats_schema::read::wildcard;

/// A protobuf message that can be an event.
pub(in crate::lower) struct Message {
    /// `shop.orders.v1.Placed`
    pub(in crate::lower) name: String,
    /// The `.proto` or `.binpb` file, from the schema folder on.
    pub(in crate::lower) file: String,
}

/// The messages of `file` that `wanted` names; either may hold a `*`.
pub(super) fn messages(known: &Known, file: &str, wanted: &str) -> Result<Vec<Found>, Problem> {
    let in_file = |name: &str| wildcard::capture(file, name).is_some();
    if !known.protobuf.iter().any(|name| in_file(name)) {
        if file.contains('*') {
            let help = pattern::help(file, known.protobuf.iter().copied());
            return Err(Problem::new("WN0450", format!("no protobuf file matches `{file}`"), help));
        }
        let inner =
            known.protobuf.iter().filter(|name| file.ends_with(&format!("/{name}"))).max_by_key(|name| name.len());
        let help = match inner {
            Some(inner) => Some(format!("write `{inner}`: files are named from the schema folder on")),
            None => near(file, known.protobuf.iter().copied()),
        };
        return Err(Problem::new("WN0404", format!("there is no protobuf file `{file}`"), help));
    }
    let found: Vec<Found> = known
        .messages
        .iter()
        .filter(|message| in_file(&message.file))
        .filter_map(|message| find(message, file, wanted))
        .collect();
    if !found.is_empty() {
        return Ok(found);
    }
    if wanted.contains('*') {
        return Err(Problem::new("WN0450", format!("no message of `{file}` matches `{wanted}`"), None));
    }
    let elsewhere = known.messages.iter().find(|message| message.name == wanted);
    let help = match elsewhere {
        Some(message) => Some(format!("`{wanted}` is in `{}`", message.file)),
        None if wanted.is_empty() => Some(format!("name a message: `{file}#package.Message`")),
        None => {
            let of_file = known.messages.iter().filter(|message| in_file(&message.file));
            near(wanted, of_file.map(|message| message.name.as_str()))
        }
    };
    let message = match wanted {
        "" => format!("`{file}` names no message"),
        _ => format!("`{file}` has no message `{wanted}`"),
    };
    Err(Problem::new("WN0404", message, help))
}

fn find(message: &Message, file: &str, wanted: &str) -> Option<Found> {
    let captured = wildcard::capture(wanted, &message.name)?;
    let names = match wanted.contains('*') {
        // A message's package is not part of the event's name, unless two would be called alike without it.
        true => {
            let last = captured.rsplit('.').next().unwrap_or_default();
            vec![last.to_owned(), captured.to_owned(), message.name.clone()]
        }
        false => vec![wildcard::capture(file, &message.file)?.to_owned()],
    };
    Some(Found { target: Target::Message(message.name.clone()), names })
}
