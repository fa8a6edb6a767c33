//! Structs that are objects in JSON: how their members are read and written, for [`object!`](crate::object).
//!
//! serde's derive would take `null` for an absent member and absence for `null`, would copy the members of a struct with
//! further members before it reads them, and would compare each name with all.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::reader::Reader;
use super::tolerance::{self, Raw};

/// Implements `Serialize` and `Deserialize` for a struct that is an object in JSON; for generated code.
///
/// A `required` member must be present. An `optional` one is an `Option` of the member's type, as is a `conditional` one,
/// whose values of another type are among the members of no field. Those in brackets are always
/// the same string, and have no field. Members of no field are in the one that `..` names; without it there are none.
#[doc(hidden)]
#[macro_export]
macro_rules! object {
    (
        $type:ident,
        $([$constant:literal: $text:literal])*
        $($field:ident: $presence:ident $name:literal,)*
        $(..$rest:ident)?
    ) => {
        impl $crate::private::Serialize for $type {
            fn serialize<S: $crate::private::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use $crate::private::SerializeMap as _;
                #[allow(unused_mut)]
                let mut members = serializer.serialize_map(None)?;
                $(members.serialize_entry($constant, $text)?;)*
                $($crate::object!(@write $presence members $name &self.$field);)*
                $(for (name, value) in &self.$rest {
                    members.serialize_entry(name, value)?;
                })?
                members.end()
            }
        }

        impl<'de> $crate::private::Deserialize<'de> for $type {
            fn deserialize<D: $crate::private::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[derive(Clone, Copy)]
                #[allow(non_camel_case_types)]
                enum __Field { $($field,)* }

                const NAMES: &[&str] = &[$($constant,)* $($name,)*];
                const CONSTANTS: &[&str] = &[$($text),*];

                struct __Members;

                impl<'de> $crate::private::Visitor<'de> for __Members {
                    type Value = $type;

                    fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        f.write_str("an object")
                    }

                    $crate::object!(@visit $($rest)?);

                    fn visit_map<M: $crate::private::MapAccess<'de>>(self, mut members: M) -> Result<$type, M::Error> {
                        const FIELDS: &[__Field] = &[$(__Field::$field,)*];
                        let mut names = $crate::private::Names::new(NAMES);
                        let mut constants = $crate::private::Constants::<{ CONSTANTS.len() }>::new();
                        $(let mut $field = None;)*
                        #[allow(unused_mut, unused_variables, clippy::let_unit_value)]
                        let mut further = $crate::object!(@further $($rest)?);
                        while let Some(member) = members.next_key_seed(&mut names)? {
                            match member {
                                Ok(index) if index < CONSTANTS.len() => {
                                    constants.read(index, CONSTANTS[index], &mut members)?;
                                }
                                Ok(index) => match FIELDS[index - CONSTANTS.len()] {
                                    $(__Field::$field => {
                                        $crate::object!(@read $presence members $name $field further)
                                    })*
                                },
                                Err(name) => $crate::object!(@other members name further $($rest)?),
                            }
                        }
                        constants.check(NAMES)?;
                        Ok($type { $($field: $crate::object!(@take $presence $field $name),)* $($rest: further)? })
                    }
                }

                $crate::object!(@begin deserializer $($rest)?)
            }
        }
    };
    (@begin $deserializer:ident) => {
        $deserializer.deserialize_struct(const { $crate::private::struct_name(NAMES) }, NAMES, __Members)
    };
    // Asked for a struct, what serde's `flatten` holds would give the members of that struct's fields alone.
    (@begin $deserializer:ident $rest:ident) => {
        $deserializer.deserialize_newtype_struct($crate::private::OPEN, __Members)
    };
    (@visit) => {};
    (@visit $rest:ident) => {
        fn visit_some<D: $crate::private::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
            $crate::object!(@begin deserializer)
        }

        fn visit_newtype_struct<D: $crate::private::Deserializer<'de>>(
            self,
            deserializer: D,
        ) -> Result<Self::Value, D::Error> {
            deserializer.deserialize_map(self)
        }
    };
    (@write required $members:ident $name:literal $value:expr) => {
        $members.serialize_entry($name, $value)?
    };
    (@write $optional:ident $members:ident $name:literal $value:expr) => {
        if let Some(value) = $value {
            $members.serialize_entry($name, value)?;
        }
    };
    (@further) => { () };
    (@further $rest:ident) => { ::std::default::Default::default() };
    (@read conditional $members:ident $name:literal $field:ident $further:ident) => {
        $crate::private::set_conditional(&mut $field, $name, &mut $further, &mut $members)?
    };
    (@read $presence:ident $members:ident $name:literal $field:ident $further:ident) => {
        $crate::private::set(&mut $field, &mut $members)?
    };
    (@other $members:ident $name:ident $further:ident) => {{
        let _: String = $name;
        $crate::private::ignore(&mut $members)?
    }};
    (@other $members:ident $name:ident $further:ident $rest:ident) => {
        $crate::private::Additional::read_next(&mut $further, $name, &mut $members)?
    };
    (@take required $field:ident $name:literal) => {
        match $field {
            Some(value) => value,
            None => return Err($crate::private::missing($name)),
        }
    };
    (@take $optional:ident $field:ident $name:literal) => {
        $field
    };
}

/// By this name a struct asks [`Reader`](super::Reader) to look for its fields itself, and before it reads a member's name.
pub(super) const FIELDS: &str = "$walnats::fields";

/// By this name a struct with further members asks to be read. A [`Reader`](super::Reader) answers that it is there
/// (`visit_some`); any other deserializer takes it for a newtype, and is asked for all members.
pub const OPEN: &str = "$walnats::open";

/// What a struct with these members calls itself when it is read.
pub const fn struct_name(members: &[&str]) -> &'static str {
    let mut index = 0;
    while index < members.len() {
        let (name, mut at) = (members[index].as_bytes(), 0);
        while at < name.len() {
            // A name that is escaped in JSON does not stand there as it is.
            if matches!(name[at], b'"' | b'\\' | 0..0x20) {
                return "";
            }
            at += 1;
        }
        index += 1;
    }
    FIELDS
}

/// Finds fields by the names of members, which mostly come in the order of the schema.
#[derive(Debug)]
pub struct Names {
    names: &'static [&'static str],
    /// Where to look first: behind the member that was found last.
    next: usize,
}

impl Names {
    /// Of fields with these names.
    pub const fn new(names: &'static [&'static str]) -> Self {
        Self { names, next: 0 }
    }

    /// The field that `text` begins with the name of, and then a quote, if it is the one to look at first: its index, and
    /// the length of the name.
    pub(super) fn expect(&mut self, text: &[u8]) -> Option<(usize, usize)> {
        let (index, name) = (self.next, self.names.get(self.next)?.as_bytes());
        if text.get(name.len()) != Some(&b'"') || !text.starts_with(name) {
            return None;
        }
        self.next += 1;
        Some((index, name.len()))
    }

    /// The field with this name.
    pub(super) fn find(&mut self, name: &str) -> Option<usize> {
        let (before, after) = self.names.split_at(self.next);
        let index = match after.iter().position(|known| *known == name) {
            Some(index) => self.next + index,
            None => before.iter().position(|known| *known == name)?,
        };
        self.next = index + 1;
        Some(index)
    }
}

/// Reads a member's name: as the index of its field, or, if it has none, as it is.
impl<'de> DeserializeSeed<'de> for &mut Names {
    type Value = Result<usize, String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<'de> Visitor<'de> for &mut Names {
    type Value = Result<usize, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.find(name).ok_or_else(|| name.to_owned()))
    }

    /// A field that was found already.
    fn visit_u64<E: Error>(self, index: u64) -> Result<Self::Value, E> {
        match usize::try_from(index) {
            Ok(index) if index < self.names.len() => Ok(Ok(index)),
            _ => Err(E::custom("expected the index of a field")),
        }
    }

    /// A name that was found to be of no field.
    fn visit_some<D: Deserializer<'de>>(self, name: D) -> Result<Self::Value, D::Error> {
        String::deserialize(name).map(Err)
    }
}

/// Which of the members that are always the same were read.
#[derive(Debug)]
pub struct Constants<const N: usize>([bool; N]);

impl<const N: usize> Constants<N> {
    /// None was read.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self([false; N])
    }

    /// Reads the value of the member at `index`.
    ///
    /// # Errors
    ///
    /// It is not `text`, or was there before.
    pub fn read<'de, M: MapAccess<'de>>(
        &mut self,
        index: usize,
        text: &'static str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        let is_first = self.0.get_mut(index).is_some_and(|seen| !std::mem::replace(seen, true));
        if is_first { members.next_value_seed(Same(text)) } else { Err(M::Error::custom("a member is there twice")) }
    }

    /// Makes sure that all were read; `names` begins with theirs.
    ///
    /// # Errors
    ///
    /// One is missing.
    pub fn check<E: Error>(&self, names: &[&'static str]) -> Result<(), E> {
        match self.0.iter().zip(names).find(|(seen, _)| !**seen) {
            Some((_, name)) => Err(missing(name)),
            None => Ok(()),
        }
    }
}

/// Reads a string that can only be this one.
struct Same(&'static str);

impl<'de> DeserializeSeed<'de> for Same {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Same {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        if text == self.0 { Ok(()) } else { Err(E::custom(format_args!("expected {:?}", self.0))) }
    }
}

/// Where members go that have no field.
pub trait Additional<'de> {
    /// Reads the value of the member `name`.
    ///
    /// # Errors
    ///
    /// The value does not fit.
    fn read_next<M: MapAccess<'de>>(&mut self, name: String, members: &mut M) -> Result<(), M::Error>;
}

impl<'de> Additional<'de> for Map<String, Value> {
    fn read_next<M: MapAccess<'de>>(&mut self, name: String, members: &mut M) -> Result<(), M::Error> {
        self.insert(name, members.next_value()?);
        Ok(())
    }
}

impl<'de, T: DeserializeOwned> Additional<'de> for BTreeMap<String, T> {
    fn read_next<M: MapAccess<'de>>(&mut self, name: String, members: &mut M) -> Result<(), M::Error> {
        if tolerance::is_tolerant() {
            // The type is that of members whose names a pattern matches; others may have come.
            let met = tolerance::met();
            match Reader::read_rounding(&members.next_value_seed(Raw)?) {
                Ok(value) => drop(self.insert(name, value)),
                Err(_) => {
                    tolerance::forget(met);
                    tolerance::meet(|met| met.members += 1);
                }
            }
            return Ok(());
        }
        self.insert(name, members.next_value()?);
        Ok(())
    }
}

/// Reads the value of a field.
///
/// # Errors
///
/// The value does not fit, or was there before.
// Inlined, it would have the compiler carry every field of a struct through every turn of the loop over its members.
#[inline(never)]
pub fn set<'de, T: Deserialize<'de>, M: MapAccess<'de>>(
    field: &mut Option<T>,
    members: &mut M,
) -> Result<(), M::Error> {
    if field.is_some() {
        return Err(M::Error::custom("a member is there twice"));
    }
    match members.next_value() {
        Ok(value) => {
            *field = Some(value);
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// Reads the value of a field, or, where it is of another type, a further member `name`.
///
/// # Errors
///
/// There is no value, or was one before.
#[inline(never)]
pub fn set_conditional<'de, T: DeserializeOwned, M: MapAccess<'de>>(
    field: &mut Option<T>,
    name: &'static str,
    further: &mut Map<String, Value>,
    members: &mut M,
) -> Result<(), M::Error> {
    if field.is_some() || further.contains_key(name) {
        return Err(M::Error::custom("a member is there twice"));
    }
    let value: Value = members.next_value()?;
    match Reader::read(&value.to_string()) {
        Ok(read) => *field = Some(read),
        Err(_) => {
            further.insert(name.to_owned(), value);
        }
    }
    Ok(())
}

/// A required member is missing.
pub fn missing<E: Error>(name: &'static str) -> E {
    E::missing_field(name)
}

/// A member is there that may not be.
pub fn unknown<E: Error>() -> E {
    E::custom("expected no further members")
}
