//! The macro `assert_emitted!`.

use std::fmt::{Debug, Write};

use super::Emitted;
use crate::event::Event;
use crate::publisher::Publisher;

/// The longest payload that a failure shows in full.
const SHOWN: usize = 400;

/// Asserts that an event was emitted that matches a pattern, and returns the first one that does, an [`Emitted`](crate::Emitted). A
/// failure shows what was emitted instead.
///
/// ```text
/// assert_emitted!(events, OrderPlaced);
/// assert_emitted!(events, OrderPlaced { total, .. } if *total > 100);
/// let order = assert_emitted!(events, OrderPlaced { .. });
/// assert_eq!(order.message.subject, "orders.7.placed");
/// ```
///
/// The first argument is the `Events` of [`in_memory`](crate::Publisher::in_memory), or an emitter of a service. Bindings of the
/// pattern are references.
#[macro_export]
macro_rules! assert_emitted {
    ($events:expr, $($event:ident)::+ { $($fields:tt)* } $(if $guard:expr)? $(,)?) => {
        $crate::private::assert_emitted::<$($event)::+>(
            ::core::convert::AsRef::as_ref(&$events),
            |event| ::core::matches!(event, $($event)::+ { $($fields)* } $(if $guard)?),
            ::core::concat!(::core::stringify!($($event)::+ { $($fields)* }) $(, " if ", ::core::stringify!($guard))?),
        )
    };
    ($events:expr, $($event:ident)::+ ( $($fields:tt)* ) $(if $guard:expr)? $(,)?) => {
        $crate::private::assert_emitted::<$($event)::+>(
            ::core::convert::AsRef::as_ref(&$events),
            |event| ::core::matches!(event, $($event)::+ ( $($fields)* ) $(if $guard)?),
            ::core::concat!(::core::stringify!($($event)::+ ( $($fields)* )) $(, " if ", ::core::stringify!($guard))?),
        )
    };
    ($events:expr, $event:ty $(,)?) => {
        $crate::private::assert_emitted::<$event>(
            ::core::convert::AsRef::as_ref(&$events),
            |_| true,
            ::core::stringify!($event),
        )
    };
}

/// Returns the first event that matches; for `assert_emitted!`.
///
/// # Panics
///
/// There is none, or the publisher's JetStream is not in memory.
#[track_caller]
pub fn assert_emitted<E: Event + Debug>(
    publisher: &Publisher,
    matches: impl Fn(&E) -> bool,
    pattern: &str,
) -> Emitted<E> {
    let Some(memory) = publisher.memory() else {
        panic!("these events are emitted to a server: make them with `Events::in_memory()`")
    };
    let all = memory.emitted_all();
    let mut own = all.iter().filter(|message| message.is::<E>()).map(super::EmittedMessage::decoded::<E>);
    if let Some(found) = own.find(|emitted| matches(&emitted.event)) {
        return found;
    }
    let mut text = format!("no event that matches `{pattern}` was emitted");
    let _ = match all.len() {
        0 => write!(text, ", and nothing else was"),
        count => write!(text, "; these {count} were:"),
    };
    for message in &all {
        let shown = if message.is::<E>() {
            format!("{:?}", message.decoded::<E>().event)
        } else {
            String::from_utf8_lossy(&message.payload).into_owned()
        };
        let cut: String = shown.chars().take(SHOWN).collect();
        let rest = if cut.len() < shown.len() { "..." } else { "" };
        let _ = write!(text, "\n  {} on {}: {cut}{rest}", message.name, message.subject);
    }
    panic!("{text}")
}
