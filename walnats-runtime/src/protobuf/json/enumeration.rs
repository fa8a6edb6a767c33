//! Enumerations: by name, and by number where that has no name.

use std::marker::PhantomData;

use serde_json::ser::Formatter;

use super::kind::Kind;
use super::number::{integer, not_an_integer};
use super::reader::{Fail, Reader, Result};
use super::writer::Writer;

/// An enumeration with protobuf's JSON mapping. Implemented by generated code.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no JSON mapping of protobuf",
    note = "the crate that has this type has to generate the mapping as well: an event there has `encoding = \"json\"`"
)]
pub trait Enumeration {
    /// The name of each number that has one, in the order of the file.
    const NAMES: &'static [(&'static str, i32)];

    /// Further names of the same numbers.
    const ALIASES: &'static [(&'static str, i32)];

    /// The full name: `shop.v1.Currency`.
    const NAME: &'static str;

    /// Whether `null` is a value.
    const HAS_NULL: bool = false;
}

/// Fields of the enumeration `E`.
#[derive(Debug)]
pub struct Enum<E>(PhantomData<E>);

/// The name of `number`: mostly that at the position of the same number.
fn name(names: &'static [(&'static str, i32)], number: i32) -> Option<&'static str> {
    let at = usize::try_from(number).ok().and_then(|number| names.get(number));
    let found = at.filter(|(_, own)| *own == number).or_else(|| names.iter().find(|(_, own)| *own == number));
    found.map(|(name, _)| *name)
}

fn expected<E: Enumeration>() -> String {
    format!("the name or number of a value of `{}`", E::NAME)
}

impl<E: Enumeration> Kind<i32> for Enum<E> {
    const HAS_NULL: bool = E::HAS_NULL;

    fn write(value: &i32, writer: &mut Writer) {
        if E::HAS_NULL && *value == 0 {
            writer.out.extend_from_slice(b"null");
            return;
        }
        match name(E::NAMES, *value) {
            Some(name) => writer.quoted(name),
            None => writer.format(|mut formatter, out| formatter.write_i32(out, *value)),
        }
    }

    fn read(value: &mut i32, reader: &mut Reader<'_>) -> Result {
        match reader.json.next_byte() {
            Some(b'"') => {
                let text = reader.json.text()?;
                let named = |names: &[(&str, i32)]| names.iter().find(|(name, _)| *name == text).map(|named| named.1);
                *value = match named(E::NAMES).or_else(|| named(E::ALIASES)) {
                    Some(number) => number,
                    None if reader.is_tolerant => return Err(Fail::Ignored),
                    None => return Err(Fail::value("enum", expected::<E>())),
                };
                Ok(())
            }
            Some(b'-' | b'0'..=b'9') => {
                let text = reader.json.number_text()?;
                let number = integer(text).and_then(|number| number.try_into().ok());
                *value = number.ok_or_else(|| not_an_integer(text, &expected::<E>(), "an integer of 32 bits"))?;
                Ok(())
            }
            Some(b'n') if E::HAS_NULL => {
                reader.json.take_null()?;
                *value = 0;
                Ok(())
            }
            _ => Err(Fail::value("type", expected::<E>())),
        }
    }

    fn is_default(value: &i32) -> bool {
        *value == 0
    }
}

impl Enumeration for prost_types::NullValue {
    const NAMES: &'static [(&'static str, i32)] = &[("NULL_VALUE", 0)];
    const ALIASES: &'static [(&'static str, i32)] = &[];
    const NAME: &'static str = "google.protobuf.NullValue";
    const HAS_NULL: bool = true;
}
