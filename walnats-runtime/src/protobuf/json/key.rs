//! Keys of maps, which are strings in JSON.

use std::borrow::Cow;

use super::number::{Bool, Int32, Int64, Uint32, Uint64, integer};
use super::text::Text;
use crate::json::reader::as_number;

/// What the keys of a map are.
pub trait Key<T> {
    /// What is expected of one.
    const EXPECTED: &'static str;

    /// As the name of a member.
    fn text(key: &T) -> Cow<'_, str>;

    /// The key that a name is.
    fn key(name: &str) -> Option<T>;
}

impl Key<String> for Text {
    const EXPECTED: &'static str = "a string";

    fn text(key: &String) -> Cow<'_, str> {
        key.as_str().into()
    }

    fn key(name: &str) -> Option<String> {
        Some(name.to_owned())
    }
}

impl Key<bool> for Bool {
    const EXPECTED: &'static str = "a member name that is `true` or `false`";

    fn text(key: &bool) -> Cow<'_, str> {
        if *key { "true".into() } else { "false".into() }
    }

    fn key(name: &str) -> Option<bool> {
        name.parse().ok()
    }
}

macro_rules! integers {
    ($($kind:ident $type:ident)*) => {$(
        impl Key<$type> for $kind {
            const EXPECTED: &'static str = concat!("a member name that is an integer of type `", stringify!($type), "`");

            fn text(key: &$type) -> Cow<'_, str> {
                key.to_string().into()
            }

            fn key(name: &str) -> Option<$type> {
                integer(as_number(name)?)?.try_into().ok()
            }
        }
    )*};
}

integers! { Int32 i32 Uint32 u32 Int64 i64 Uint64 u64 }
