//! Every pair of types and cardinalities: a witness is found, or nothing is misread.
//!
//! What reads a payload here shares nothing with the search for witnesses but the codec.

use std::collections::BTreeMap;

use prost::Message;
use prost_reflect::{DynamicMessage, MessageDescriptor, Value};
use walnats_compat::protobuf::{Direction, Encoding, Options, Outcome, Package, compare};

use crate::compile::compile;

const TYPES: [&str; 17] = [
    "double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32",
    "sfixed64", "bool", "string", "bytes", "Choice", "Nested",
];

const LABELS: [&str; 3] = ["", "optional ", "repeated "];

fn package(field: &str) -> Package {
    let text = format!(
        "syntax = \"proto3\"; message M {{ {field} x = 1; }} enum Choice {{ A = 0; B = 1; C = 7; }} message Nested {{ int32 n = 1; }}"
    );
    compile(&BTreeMap::from([("m.proto".to_owned(), text)])).unwrap()
}

/// 51 x 51 pairs, in both encodings and directions.
#[test]
fn where_there_is_no_witness_nothing_is_misread() {
    let fields: Vec<_> = LABELS.iter().flat_map(|label| TYPES.map(|kind| format!("{label}{kind}"))).collect();
    let packages: Vec<_> = fields.iter().map(|field| package(field)).collect();
    let mut random = Random(1);
    let (mut with, mut without) = (0, 0);
    let mut problems = Vec::new();
    for (old_index, old) in packages.iter().enumerate() {
        for (new_index, new) in packages.iter().enumerate() {
            let findings = compare(old, new, &Options::default());
            let witnesses = findings.iter().flat_map(|finding| &finding.witnesses);
            let found: Vec<_> = witnesses.map(|witness| witness.encoding).collect();
            for encoding in [Encoding::Binary, Encoding::Json] {
                if found.contains(&encoding) {
                    with += 1;
                    continue;
                }
                without += 1;
                for (writer, reader) in [(old, new), (new, old)] {
                    let [writer, reader] = [writer, reader].map(|side| side.pool().get_message_by_name("M").unwrap());
                    if let Some(problem) = (0..60).find_map(|_| misread(&writer, &reader, encoding, &mut random)) {
                        problems
                            .push(format!("{} -> {}: {encoding:?}: {problem}", fields[old_index], fields[new_index]));
                    }
                }
            }
        }
    }
    println!("{with} with a witness, {without} without");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(with > 1000 && without > 50);
}

/// A witness is what it says: the payload is refused, or read otherwise than it was written.
#[test]
fn witnesses_hold() {
    let fields = LABELS.iter().flat_map(|label| TYPES.map(|kind| format!("{label}{kind}")));
    let packages: Vec<_> = fields.map(|field| package(&field)).collect();
    for old in &packages {
        for new in &packages {
            let findings = compare(old, new, &Options::default());
            for (finding, witness) in
                findings.iter().flat_map(|finding| finding.witnesses.iter().map(move |witness| (finding, witness)))
            {
                let (writer, reader) = match witness.direction {
                    Direction::OldToNew => (old, new),
                    Direction::NewToOld => (new, old),
                };
                let [writer, reader] =
                    [writer, reader].map(|side| side.pool().get_message_by_name(&witness.message).unwrap());
                let written = read(&writer, &witness.payload, witness.encoding).unwrap();
                match (read(&reader, &witness.payload, witness.encoding), &witness.outcome) {
                    (Err(_), Outcome::Refused(_)) => {}
                    (Ok(read), Outcome::Misread { .. }) => {
                        let [written, read] =
                            [written, read].map(|message| plain(&message.get_field_by_number(1).unwrap()));
                        assert!(!witness.payload.is_empty() && written != read, "{}: {witness:?}", finding.message);
                    }
                    (read, outcome) => panic!("{}: {read:?}, {outcome}", finding.message),
                }
            }
        }
    }
}

fn misread(
    writer: &MessageDescriptor,
    reader: &MessageDescriptor,
    encoding: Encoding,
    random: &mut Random,
) -> Option<String> {
    let mut written = DynamicMessage::new(writer.clone());
    let field = writer.get_field(1).unwrap();
    let one = |random: &mut Random| random.value(&field.kind());
    let value = match field.is_list() {
        true => Value::List((0..random.next() % 3).map(|_| one(random)).collect()),
        false => one(random),
    };
    written.set_field(&field, value.clone());
    let payload = match encoding {
        Encoding::Binary => written.encode_to_vec(),
        Encoding::Json => serde_json::to_vec(&written).unwrap(),
    };
    let read = match read(reader, &payload, encoding) {
        Ok(read) => read,
        Err(error) => return Some(format!("{value:?} is refused: {error}")),
    };
    let read = read.get_field_by_number(1).unwrap().into_owned();
    let empty = matches!(&value, Value::List(items) if items.is_empty());
    (!empty && plain(&value) != plain(&read)).then(|| format!("{value:?} is read as {read:?}"))
}

fn read(kind: &MessageDescriptor, payload: &[u8], encoding: Encoding) -> Result<DynamicMessage, String> {
    match encoding {
        Encoding::Binary => DynamicMessage::decode(kind.clone(), payload).map_err(|error| error.to_string()),
        Encoding::Json => DynamicMessage::deserialize(kind.clone(), &mut serde_json::Deserializer::from_slice(payload))
            .map_err(|error| error.to_string()),
    }
}

/// As text that is the same for values that mean the same. A list of default values of one side may be absent on the other.
fn plain(value: &Value) -> Vec<String> {
    match value {
        Value::Bool(value) => vec![i32::from(*value).to_string()],
        Value::EnumNumber(value) => vec![value.to_string()],
        Value::I32(value) => vec![value.to_string()],
        Value::I64(value) => vec![value.to_string()],
        Value::U32(value) => vec![value.to_string()],
        Value::U64(value) => vec![value.to_string()],
        Value::F32(value) => vec![f64::from(*value).to_string()],
        Value::F64(value) => vec![value.to_string()],
        Value::String(value) => vec![format!("{:?}", value.as_bytes())],
        Value::Bytes(value) => vec![format!("{:?}", value.to_vec())],
        Value::List(items) => items.iter().flat_map(plain).collect(),
        Value::Message(message) => message.fields().flat_map(|(_, value)| plain(value)).collect(),
        Value::Map(_) => Vec::new(),
    }
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 17
    }

    /// Of any size, small as often as large; never the default, which may be left out.
    fn value(&mut self, kind: &prost_reflect::Kind) -> Value {
        use prost_reflect::Kind;
        let bits = self.next() << 20 ^ self.next();
        let bits = (bits >> (self.next() % 63)).max(1);
        let negative = self.next().is_multiple_of(2);
        match kind {
            Kind::Double => Value::F64(bits as f64 / 3.0),
            Kind::Float => Value::F32(bits as f32 / 3.0),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
                let value = (bits as i32 & i32::MAX).max(1);
                Value::I32(if negative { -value } else { value })
            }
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
                let value = (bits as i64 & i64::MAX).max(1);
                Value::I64(if negative { -value } else { value })
            }
            Kind::Uint32 | Kind::Fixed32 => Value::U32((bits as u32).max(1)),
            Kind::Uint64 | Kind::Fixed64 => Value::U64(bits),
            Kind::Bool => Value::Bool(true),
            Kind::String => Value::String(["a", "ab", "é", "1", "true", "B", "YQ=="][(bits % 7) as usize].to_owned()),
            Kind::Bytes => Value::Bytes(bits.to_le_bytes()[..1 + (self.next() % 7) as usize].to_vec().into()),
            Kind::Enum(_) => Value::EnumNumber([1, 7][(bits % 2) as usize]),
            Kind::Message(nested) => {
                let mut message = DynamicMessage::new(nested.clone());
                message.set_field_by_number(1, Value::I32(bits as i32));
                Value::Message(message)
            }
        }
    }
}
