//! Items for generated code only; they change without notice.

pub use async_nats::Client;
pub use serde;
pub use serde::de::{MapAccess, Visitor};
pub use serde::ser::SerializeMap;
pub use serde::{Deserialize, Deserializer, Serialize, Serializer};
pub use serde_json;
pub use walnats_schema::{At, Format, Violation};

pub use crate::event::EventDescriptor;
pub use crate::json::check::*;
pub use crate::json::object::{Additional, Names, missing, set, struct_name, unknown};
pub use crate::json::{Kind, Schemas, Union, Validate, decode, encode, union, validate};
pub use crate::matches_pattern;
pub use crate::object;
pub use crate::subject::{Subject, Uid};
pub use crate::types::written;

#[cfg(feature = "schemars")]
pub use schemars;

#[cfg(feature = "protobuf")]
pub use crate::protobuf::{decode as decode_message, encode as encode_message};
#[cfg(feature = "protobuf")]
pub use {prost, prost_types};

/// Includes the code that `build.rs` generated from the package's schemas: one line in `lib.rs`.
#[macro_export]
macro_rules! include_events {
    () => {
        include!(concat!(env!("OUT_DIR"), "/walnats/events.rs"));
    };
}

/// Implements `schemars::JsonSchema` with the committed schema; for generated code.
#[cfg(feature = "schemars")]
#[doc(hidden)]
#[macro_export]
macro_rules! json_schema {
    ($type:ty, $name:literal, $schema:expr $(,)?) => {
        impl $crate::private::schemars::JsonSchema for $type {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut $crate::private::schemars::SchemaGenerator) -> $crate::private::schemars::Schema {
                $crate::private::committed_schema($schema)
            }
        }
    };
}

/// Implements `schemars::JsonSchema` with the committed schema; for generated code. Without the feature `schemars`, nothing.
#[cfg(not(feature = "schemars"))]
#[doc(hidden)]
#[macro_export]
macro_rules! json_schema {
    ($($ignored:tt)*) => {};
}

/// The schema whose text generated code embeds.
#[cfg(feature = "schemars")]
pub fn committed_schema(text: &str) -> schemars::Schema {
    // Codegen wrote the text from a schema it had read; text that is not a schema would accept anything.
    serde_json::from_str(text).unwrap_or_default()
}
