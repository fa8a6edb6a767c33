//! `google.protobuf.Any`: a message with its type.

use prost_types::{Any, Duration, FieldMask, ListValue, Struct, Timestamp, Value};

use super::fields::Fields;
use super::kind::Kind;
use super::message::Message;
use super::number::{Bool, Double, Float, Int32, Int64, Uint32, Uint64};
use super::reader::{Fail, Reader, Result, Step};
use super::text::{Bytes, Text};
use super::well_known::WellKnown;
use super::writer::Writer;

/// The messages that an `Any` may hold, beside those of Google.
pub type Types = &'static [AnyType];

/// A message that an `Any` may hold.
#[derive(Debug)]
pub struct AnyType {
    name: &'static str,
    is_special: bool,
    /// Writes an encoded message: its members, or the whole of a special one. False if it is not an encoding.
    write: fn(&[u8], &mut Writer) -> bool,
    /// Reads a message, and encodes it.
    read: fn(&mut Reader<'_>) -> Result<Vec<u8>>,
}

impl AnyType {
    /// The message `M`.
    pub const fn of<M: Message + prost::Message>() -> Self {
        Self { name: M::NAME, is_special: M::IS_SPECIAL, write: write::<M>, read: read::<M> }
    }

    /// One that is a plain value in Rust and in JSON.
    const fn wrapper<K: Kind<T>, T: prost::Message + Default>(name: &'static str) -> Self {
        Self { name, is_special: true, write: write_wrapper::<K, T>, read: read_wrapper::<K, T> }
    }
}

/// Those of Google.
const GOOGLE: &[AnyType] = &[
    AnyType::of::<Any>(),
    AnyType::of::<Timestamp>(),
    AnyType::of::<Duration>(),
    AnyType::of::<FieldMask>(),
    AnyType::of::<Struct>(),
    AnyType::of::<Value>(),
    AnyType::of::<ListValue>(),
    AnyType::of::<()>(),
    AnyType::wrapper::<Double, f64>("google.protobuf.DoubleValue"),
    AnyType::wrapper::<Float, f32>("google.protobuf.FloatValue"),
    AnyType::wrapper::<Int64, i64>("google.protobuf.Int64Value"),
    AnyType::wrapper::<Uint64, u64>("google.protobuf.UInt64Value"),
    AnyType::wrapper::<Int32, i32>("google.protobuf.Int32Value"),
    AnyType::wrapper::<Uint32, u32>("google.protobuf.UInt32Value"),
    AnyType::wrapper::<Bool, bool>("google.protobuf.BoolValue"),
    AnyType::wrapper::<Text, String>("google.protobuf.StringValue"),
    AnyType::wrapper::<Bytes, Vec<u8>>("google.protobuf.BytesValue"),
];

fn find(types: Types, url: &str) -> Option<&'static AnyType> {
    let (_, name) = url.rsplit_once('/')?;
    types.iter().chain(GOOGLE).find(|known| known.name == name)
}

fn write<M: Message + prost::Message>(payload: &[u8], writer: &mut Writer) -> bool {
    let Ok(message) = <M as prost::Message>::decode(payload) else { return false };
    if M::IS_SPECIAL {
        message.write(writer)
    } else {
        message.write_fields(writer)
    }
    true
}

fn read<M: Message + prost::Message>(reader: &mut Reader<'_>) -> Result<Vec<u8>> {
    let mut message = M::default();
    if M::IS_SPECIAL {
        message.read(reader)?
    } else {
        reader.fields(&mut message, true)?
    }
    Ok(message.encode_to_vec())
}

fn write_wrapper<K: Kind<T>, T: prost::Message + Default>(payload: &[u8], writer: &mut Writer) -> bool {
    T::decode(payload).map(|value| K::write(&value, writer)).is_ok()
}

fn read_wrapper<K: Kind<T>, T: prost::Message + Default>(reader: &mut Reader<'_>) -> Result<Vec<u8>> {
    let mut value = T::default();
    K::read(&mut value, reader)?;
    Ok(value.encode_to_vec())
}

const KNOWN: &str = "`@type` with the URL of a message that the events of this program have";

impl WellKnown for Any {
    const NAME: &'static str = "google.protobuf.Any";

    fn write(&self, writer: &mut Writer) {
        writer.object(|writer| {
            if self.type_url.is_empty() && self.value.is_empty() {
                return;
            }
            let Some(known) = find(writer.types, &self.type_url) else { return writer.problem("any", KNOWN) };
            writer.member(",\"@type\":", |writer| writer.text(&self.type_url));
            let mut is_message = true;
            if known.is_special {
                writer.member(",\"value\":", |writer| is_message = (known.write)(&self.value, writer));
            } else {
                is_message = (known.write)(&self.value, writer);
            }
            if !is_message {
                writer.problem("any", "an encoding of the message that `type_url` names");
            }
        });
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result {
        let start = reader.json.mark();
        // The type may stand behind what it is the type of.
        let (mut url, mut is_empty) = (None, true);
        reader.members("an object", |reader, name| {
            is_empty = false;
            if name != "@type" {
                return Ok(reader.json.pass_value()?);
            }
            if url.is_some() {
                return reader.refuse("@type", "duplicate", "the member once");
            }
            reader.at(Step::Member("@type"), |reader| {
                url = Some(reader.text("the URL of a message's type")?.into_owned());
                Ok(())
            })?;
            Ok(())
        })?;
        if is_empty {
            return Ok(());
        }
        let url = url.ok_or_else(|| Fail::value("required", "the member `@type`"))?;
        let known = find(reader.types, &url).ok_or_else(|| Fail::value("any", KNOWN))?;
        reader.json.return_to(start);
        self.value = if known.is_special { special(known, reader)? } else { (known.read)(reader)? };
        self.type_url = url;
        Ok(())
    }
}

/// Reads a message whose JSON form is another than an object: it is the member `value`.
fn special(known: &AnyType, reader: &mut Reader<'_>) -> Result<Vec<u8>> {
    let mut value = None;
    reader.members("an object", |reader, name| match &*name {
        "@type" => Ok(reader.json.pass_value()?),
        "value" if value.is_none() => {
            value = Some(Vec::new());
            reader.at(Step::Member("value"), |reader| {
                value = Some((known.read)(reader)?);
                Ok(())
            })?;
            Ok(())
        }
        "value" => reader.refuse("value", "duplicate", "the member once"),
        _ if reader.is_tolerant => reader.ignore(),
        name => reader.refuse(name, "unknown-field", "no members but `@type` and `value`"),
    })?;
    value.ok_or_else(|| Fail::value("required", "the member `value`"))
}

impl Message for () {
    const NAME: &'static str = "google.protobuf.Empty";
    const FIELDS: &'static Fields = &Fields::new(&["value"], &[], &[]);

    fn write_fields(&self, _: &mut Writer) {}

    /// Some writers take the message for one with a JSON form of its own, as which an `Any` has it under `value`.
    fn read_field(&mut self, _: usize, reader: &mut Reader<'_>) -> Result {
        Message::read(self, reader)
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result {
        reader.members("`{}`", |reader, name| {
            if reader.is_tolerant {
                return reader.ignore();
            }
            reader.refuse(&name, "unknown-field", "no members")
        })
    }
}
