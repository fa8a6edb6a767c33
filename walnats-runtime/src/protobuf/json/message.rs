//! Messages: generated code says which fields there are.

use super::fields::Fields;
use super::kind::Kind;
use super::reader::{Reader, Result};
use super::writer::Writer;

/// A message with protobuf's JSON mapping. Implemented by generated code.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no JSON mapping of protobuf",
    note = "the crate that has this type has to generate the mapping as well: an event there has `encoding = \"json\"`"
)]
pub trait Message: Default {
    /// The full name: `shop.v1.Order`.
    const NAME: &'static str;

    /// The names of the fields; those with a JSON form of their own have none.
    const FIELDS: &'static Fields;

    /// Whether the JSON form is another than an object of the fields: then an `Any` has it under `value`.
    const IS_SPECIAL: bool = false;

    /// Whether `null` is a value, rather than nothing.
    const HAS_NULL: bool = false;

    /// Writes the members that are there.
    fn write_fields(&self, writer: &mut Writer);

    /// Reads the value of the field at this position of [`Message::FIELDS`].
    ///
    /// # Errors
    ///
    /// It is not one of the field.
    fn read_field(&mut self, field: usize, reader: &mut Reader<'_>) -> Result;

    /// Writes the message.
    fn write(&self, writer: &mut Writer) {
        writer.object(|writer| self.write_fields(writer));
    }

    /// Reads the message into this one, which is empty.
    ///
    /// # Errors
    ///
    /// It is not the message.
    fn read(&mut self, reader: &mut Reader<'_>) -> Result {
        reader.fields(self, false)
    }
}

impl<M: Message> Message for Box<M> {
    const NAME: &'static str = M::NAME;
    const FIELDS: &'static Fields = M::FIELDS;
    const IS_SPECIAL: bool = M::IS_SPECIAL;
    const HAS_NULL: bool = M::HAS_NULL;

    fn write_fields(&self, writer: &mut Writer) {
        (**self).write_fields(writer);
    }

    fn read_field(&mut self, field: usize, reader: &mut Reader<'_>) -> Result {
        (**self).read_field(field, reader)
    }

    fn write(&self, writer: &mut Writer) {
        (**self).write(writer);
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result {
        (**self).read(reader)
    }
}

/// Fields that are messages.
#[derive(Debug)]
pub enum Msg {}

impl<M: Message> Kind<M> for Msg {
    const HAS_NULL: bool = M::HAS_NULL;

    fn write(value: &M, writer: &mut Writer) {
        value.write(writer);
    }

    fn read(value: &mut M, reader: &mut Reader<'_>) -> Result {
        value.read(reader)
    }

    fn is_default(_: &M) -> bool {
        false
    }
}
