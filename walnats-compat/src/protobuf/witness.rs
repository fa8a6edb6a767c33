//! Payloads that show the harm: one side writes them, the other misreads or refuses them.

use std::fmt;

use prost::Message as _;
use prost_reflect::{DeserializeOptions, DynamicMessage, EnumDescriptor, MessageDescriptor, ReflectMessage};

use super::member::Member;
use super::pair::{Pair, Sides};
use super::reading::{self, Difference, How};
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
    ///
    /// Tried with prost. Others may ignore a field whose type does not fit the wire; a missing `required` field is refused
    /// by those that check it, and prost does not.
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
    /// Only a refusal in this direction counts, not a difference.
    refusals: Option<Direction>,
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
        Some(Self { old, new, numbers: vec![number], value: None, encodings, refusals: None })
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

    /// The value `number` of an enum, in each field of a message that has the enum on both sides.
    pub fn value(enums: &Pair<'_, EnumDescriptor>, number: i32, encodings: &'static [Encoding]) -> Vec<Self> {
        let fields = enums.sides.enum_fields(enums.old.full_name()).iter();
        let probes = fields.filter_map(|(old, new, field)| Self::field(old, new, *field, encodings));
        probes.map(|probe| Self { value: Some(number), ..probe }).collect()
    }

    /// Only a refusal in this direction counts, not a difference.
    pub fn for_refusals(mut self, direction: Direction) -> Self {
        self.refusals = Some(direction);
        self
    }
}

/// The first payload of each encoding and direction that shows the harm, the smallest ones first: of an event that contains what
/// changed, if there is one. For values of enums of each such event, as it depends on the field whether a value is written.
pub fn find(probes: &[Probe], sides: &Sides<'_>) -> Vec<Witness> {
    let mut found: Vec<Witness> = Vec::new();
    for probe in probes {
        for (old, new, path) in probe.ways(sides) {
            for &encoding in probe.encodings {
                for direction in [Direction::OldToNew, Direction::NewToOld] {
                    let is_known = found.iter().any(|known| {
                        let is_same_event = probe.value.is_none() || known.message == old.full_name();
                        (known.encoding, known.direction) == (encoding, direction) && is_same_event
                    });
                    if !is_known && probe.refusals.is_none_or(|wanted| wanted == direction) {
                        found.extend(probe.witness((old, new), path, (encoding, direction), sides.strict_json));
                    }
                }
            }
        }
    }
    found.sort_by_key(|witness| (witness.encoding, witness.direction));
    found
}

impl Probe {
    /// Events that contain the message, with the numbers of the fields that lead to it; the message itself, if none does.
    fn ways<'p>(&'p self, sides: &'p Sides<'_>) -> Vec<(&'p MessageDescriptor, &'p MessageDescriptor, &'p [u32])> {
        let is_same = self.old.full_name() == self.new.full_name();
        let paths = if is_same { sides.reach().paths_to(self.old.full_name()) } else { &[] };
        let paths = if self.value.is_some() { paths } else { &paths[..paths.len().min(1)] };
        if paths.is_empty() {
            return vec![(&self.old, &self.new, [].as_slice())];
        }
        paths.iter().map(|path| (&path.old, &path.new, path.numbers.as_slice())).collect()
    }

    fn witness(
        &self,
        (old, new): (&MessageDescriptor, &MessageDescriptor),
        path: &[u32],
        (encoding, direction): (Encoding, Direction),
        strict_json: bool,
    ) -> Option<Witness> {
        let (writer, root, reader) = match direction {
            Direction::OldToNew => (&self.old, old, new),
            Direction::NewToOld => (&self.new, new, old),
        };
        // A new field that old readers ignore is how messages grow.
        let how = How { encoding, may_ignore: direction == Direction::NewToOld };
        sample::messages(writer, &self.numbers, self.value).into_iter().find_map(|written| {
            let message = sample::wrapped(&written, root, path)?;
            let payload = encode(&message, encoding)?;
            // What its own side cannot read, such as the largest `float` in JSON, shows nothing of the other.
            decode(&payload, root, encoding, false).ok()?;
            let outcome = match decode(&payload, reader, encoding, strict_json) {
                Ok(read) => compare(&written, &read, path, &self.numbers, how)?,
                Err(reason) => Outcome::Refused(reason),
            };
            if self.refusals.is_some() && !matches!(outcome, Outcome::Refused(_)) {
                return None;
            }
            let text = match encoding {
                Encoding::Binary => message.to_text_format(),
                Encoding::Json => String::from_utf8_lossy(&payload).into_owned(),
            };
            Some(Witness { direction, encoding, message: root.full_name().to_owned(), payload, text, outcome })
        })
    }
}

fn encode(message: &DynamicMessage, encoding: Encoding) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Binary => Some(message.encode_to_vec()),
        Encoding::Json => serde_json::to_vec(message).ok(),
    }
}

fn decode(
    payload: &[u8],
    reader: &MessageDescriptor,
    encoding: Encoding,
    strict_json: bool,
) -> Result<DynamicMessage, String> {
    match encoding {
        Encoding::Binary => DynamicMessage::decode(reader.clone(), payload).map_err(|error| {
            let error = error.to_string();
            error.strip_prefix("failed to decode Protobuf message: ").unwrap_or(&error).to_owned()
        }),
        Encoding::Json => {
            let mut json = serde_json::Deserializer::from_slice(payload);
            let options = DeserializeOptions::new().deny_unknown_fields(strict_json);
            let message = DynamicMessage::deserialize_with_options(reader.clone(), &mut json, &options);
            message.map_err(|error| error.to_string())
        }
    }
}

/// What the reader made of the message that was written at `path`; `None` if it read what was written.
fn compare(
    written: &DynamicMessage,
    read: &DynamicMessage,
    path: &[u32],
    numbers: &[u32],
    how: How,
) -> Option<Outcome> {
    let read = sample::unwrapped(read, path)?;
    let reader = read.descriptor();
    let fields = numbers.iter().filter_map(|number| reader.get_field(*number));
    if let Some(field) = fields.into_iter().find(|field| field.is_required() && !read.has_field(field)) {
        return Some(Outcome::Refused(format!("the required field `{}` is missing", field.name())));
    }
    let difference = numbers.iter().find_map(|number| reading::difference(written, &read, *number, how))?;
    Some(match difference {
        Difference::Misread { field, written, read } => Outcome::Misread { field, written, read },
        Difference::Unknown { field, written } => Outcome::Ignored { field, written },
    })
}
