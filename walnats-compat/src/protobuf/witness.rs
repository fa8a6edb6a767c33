//! Payloads that show the harm: one side writes them, the other misreads or refuses them.

use std::fmt;

use prost::Message as _;
use prost_reflect::{DeserializeOptions, DynamicMessage, EnumDescriptor, MessageDescriptor};

use super::member::Member;
use super::pair::{Pair, Sides};
use super::reading::{self, Difference};
use super::sample;

/// A payload that one side writes, and the other side misreads or refuses. Always tried, never derived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Which side writes, and which side reads.
    pub direction: Direction,
    /// How the payload is encoded.
    pub encoding: Encoding,
    /// The full name of the message that the payload is.
    pub message: String,
    /// The payload.
    pub payload: Vec<u8>,
    /// The payload for people, as its writer means it: protobuf's text format, or the JSON itself.
    pub text: String,
    /// What the reader makes of it.
    pub outcome: Outcome,
}

/// Which side writes, and which side reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// Old events, new readers.
    OldToNew,
    /// New events, old readers.
    NewToOld,
}

/// How a payload is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// Protobuf's binary encoding.
    Binary,
    /// ProtoJSON.
    Json,
}

/// What a reader makes of a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The reader refuses it, for this reason.
    Refused(String),
    /// The reader takes something in it for something else.
    Misread {
        /// The field, as the writer calls it.
        field: String,
        /// What was written.
        written: String,
        /// What is read.
        read: String,
    },
    /// The reader does not know the field, and ignores what was written.
    Ignored {
        /// The field, as the writer calls it.
        field: String,
        /// What was written.
        written: String,
    },
}

impl Witness {
    /// The payload as hexadecimal digits, two for each byte, separated by spaces.
    pub fn hex(&self) -> String {
        self.payload.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::OldToNew => "old events -> new readers",
            Self::NewToOld => "new events -> old readers",
        })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(reason) => write!(formatter, "refused: {reason}"),
            Self::Misread { field, written, read } => write!(formatter, "`{field}` is {written}, read as {read}"),
            Self::Ignored { field, written } => write!(formatter, "`{field}` is {written}, ignored"),
        }
    }
}

/// What to try.
pub struct Probe {
    old: MessageDescriptor,
    new: MessageDescriptor,
    /// Numbers of the fields that are filled and compared.
    numbers: Vec<u32>,
    /// What to fill a field of an enum with; anything, if `None`.
    value: Option<i32>,
    encodings: &'static [Encoding],
    refusals_only: bool,
}

impl Probe {
    /// The field with this number, whichever side has it.
    pub fn field(
        old: &MessageDescriptor,
        new: &MessageDescriptor,
        number: u32,
        encodings: &'static [Encoding],
    ) -> Option<Self> {
        if old.is_map_entry() || new.is_map_entry() {
            return None;
        }
        let (old, new) = (old.clone(), new.clone());
        Some(Self { old, new, numbers: vec![number], value: None, encodings, refusals_only: false })
    }

    /// A field that both sides have; the map, for a key or a value of one. Extensions are not tried.
    pub fn member(fields: &Pair<'_, Member>, encodings: &'static [Encoding]) -> Option<Self> {
        let (old, new) = match (fields.old.map(), fields.new.map()) {
            (Some(old), Some(new)) => (old, new),
            _ => (fields.old.as_field()?.clone(), fields.new.as_field()?.clone()),
        };
        Self::field(old.parent_message(), new.parent_message(), old.number(), encodings)
            .filter(|_| old.number() == new.number())
    }

    /// A field together with those that are in the same oneof, on either side.
    pub fn oneof(fields: &Pair<'_, Member>, encodings: &'static [Encoding]) -> Option<Self> {
        let mut probe = Self::member(fields, encodings)?;
        for member in [&fields.old, &fields.new] {
            let oneof = member.as_field()?.containing_oneof();
            let others = oneof.iter().flat_map(|oneof| oneof.fields()).map(|field| field.number());
            probe.numbers.extend(others.filter(|number| *number != member.number()));
        }
        Some(probe)
    }

    /// The value `number` of an enum, in the first field of a message that has the enum on both sides.
    pub fn value(enums: &Pair<'_, EnumDescriptor>, number: i32, encodings: &'static [Encoding]) -> Option<Self> {
        let messages = enums.sides.messages();
        messages.iter().filter(|messages| !messages.old.is_map_entry()).find_map(|messages| {
            let has = |message: &MessageDescriptor, field, enumeration: &EnumDescriptor| {
                message.get_field(field).is_some_and(|field| field.kind().as_enum() == Some(enumeration))
            };
            let field = messages
                .old
                .fields()
                .map(|field| field.number())
                .find(|field| has(&messages.old, *field, &enums.old) && has(&messages.new, *field, &enums.new))?;
            let probe = Self::field(&messages.old, &messages.new, field, encodings)?;
            Some(Self { value: Some(number), ..probe })
        })
    }

    /// Only a refusal counts, not a difference.
    pub fn for_refusals(mut self) -> Self {
        self.refusals_only = true;
        self
    }
}

/// The first payload that shows the harm, the smallest ones first.
pub fn find(probe: &Probe, sides: &Sides<'_>) -> Option<Witness> {
    for &encoding in probe.encodings {
        for direction in [Direction::OldToNew, Direction::NewToOld] {
            let (writer, reader) = match direction {
                Direction::OldToNew => (&probe.old, &probe.new),
                Direction::NewToOld => (&probe.new, &probe.old),
            };
            for message in sample::messages(writer, &probe.numbers, probe.value) {
                let Some(payload) = encode(&message, encoding) else { continue };
                let outcome = read(&message, &payload, reader, encoding, &probe.numbers, sides.strict_json);
                let Some(outcome) = outcome else { continue };
                if probe.refusals_only && !matches!(outcome, Outcome::Refused(_)) {
                    continue;
                }
                // A new field that old readers ignore is how messages grow.
                if direction == Direction::NewToOld && matches!(outcome, Outcome::Ignored { .. }) {
                    continue;
                }
                let text = match encoding {
                    Encoding::Binary => message.to_text_format(),
                    Encoding::Json => String::from_utf8_lossy(&payload).into_owned(),
                };
                let message = writer.full_name().to_owned();
                return Some(Witness { direction, encoding, message, payload, text, outcome });
            }
        }
    }
    None
}

fn encode(message: &DynamicMessage, encoding: Encoding) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Binary => Some(message.encode_to_vec()),
        Encoding::Json => serde_json::to_vec(message).ok(),
    }
}

/// What `reader` makes of `payload`; `None` if it reads what was written.
fn read(
    written: &DynamicMessage,
    payload: &[u8],
    reader: &MessageDescriptor,
    encoding: Encoding,
    numbers: &[u32],
    strict_json: bool,
) -> Option<Outcome> {
    let read = match encoding {
        Encoding::Binary => DynamicMessage::decode(reader.clone(), payload).map_err(|error| error.to_string()),
        Encoding::Json => {
            let mut json = serde_json::Deserializer::from_slice(payload);
            let options = DeserializeOptions::new().deny_unknown_fields(strict_json);
            DynamicMessage::deserialize_with_options(reader.clone(), &mut json, &options)
                .map_err(|error| error.to_string())
        }
    };
    let read = match read {
        Ok(read) => read,
        Err(reason) => return Some(Outcome::Refused(reason)),
    };
    let missing = numbers
        .iter()
        .filter_map(|number| reader.get_field(*number))
        .find(|field| field.is_required() && !read.has_field(field));
    if let Some(field) = missing {
        return Some(Outcome::Refused(format!("the required field `{}` is missing", field.name())));
    }
    let difference = numbers.iter().find_map(|number| reading::difference(written, &read, *number, encoding))?;
    Some(match difference {
        Difference::Misread { field, written, read } => Outcome::Misread { field, written, read },
        Difference::Unknown { field, written } => Outcome::Ignored { field, written },
    })
}
