//! Why something was not decided, in words.

use crate::json::Reason;

/// As it is shown: `too many states`.
pub fn words(reason: Reason) -> &'static str {
    match reason {
        Reason::Pattern => "a regular expression with look-around or back-references",
        Reason::TooManyStates => "too many states",
        Reason::Format => "formats whose relation is unknown",
        Reason::Number => "numbers of which no example was found",
        Reason::Unevaluated => "what is evaluated depends on the payload",
        Reason::Counting => "counts of items or members",
        Reason::Limits => "too many steps",
        Reason::Time => "the time for a comparison was used up",
        Reason::Unconfirmed => "the difference that was found is none",
        Reason::ValidatorsDisagree => "validators disagree",
    }
}
