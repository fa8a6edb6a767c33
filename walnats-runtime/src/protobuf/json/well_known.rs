//! Google's messages whose JSON form is not an object of their fields.

use super::fields::Fields;
use super::message::Message;
use super::reader::{Reader, Result};
use super::writer::Writer;

/// Of messages that are not objects of their fields.
pub(super) const NO_FIELDS: &Fields = &Fields::new(&[], &[], &[]);

/// A message whose JSON form is not an object of its fields.
pub(super) trait WellKnown: Default {
    /// The full name.
    const NAME: &'static str;
    /// Whether `null` is a value, rather than nothing.
    const HAS_NULL: bool = false;

    /// Writes the message.
    fn write(&self, writer: &mut Writer);

    /// Reads the message into this one, which is empty.
    fn read(&mut self, reader: &mut Reader<'_>) -> Result;
}

macro_rules! messages {
    ($($type:ident)*) => {$(
        impl Message for prost_types::$type {
            const NAME: &'static str = <Self as WellKnown>::NAME;
            const FIELDS: &'static Fields = NO_FIELDS;
            const IS_SPECIAL: bool = true;
            const HAS_NULL: bool = <Self as WellKnown>::HAS_NULL;

            fn write_fields(&self, _: &mut Writer) {}

            fn read_field(&mut self, _: usize, _: &mut Reader<'_>) -> Result {
                Ok(())
            }

            fn write(&self, writer: &mut Writer) {
                WellKnown::write(self, writer);
            }

            fn read(&mut self, reader: &mut Reader<'_>) -> Result {
                WellKnown::read(self, reader)
            }
        }
    )*};
}

messages! { Any Duration FieldMask ListValue Struct Timestamp Value }
