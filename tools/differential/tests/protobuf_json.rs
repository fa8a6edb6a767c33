//! Random messages in protobuf's JSON mapping: generated code, prost-reflect and Google's Python library write the same, and each
//! reads what the others write.
//!
//! `WALNATS_MESSAGES` and `WALNATS_SEED` make it longer or other: `WALNATS_MESSAGES=1000000` takes hours unoptimised, and some minutes with
//! `--release`.

mod protobuf_json {
    pub mod message;
}

/// As `build.rs` would have written it, format included.
#[rustfmt::skip]
#[allow(missing_docs)]
#[path = "../../../walnats-codegen/fixtures/generate/protobuf-json/expected/events.rs"]
mod events;

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use events::DishServed;
use prost_reflect::prost::Message;
use prost_reflect::{DescriptorPool, DeserializeOptions, DynamicMessage, MessageDescriptor};
use serde_json::Value;
use walnats_differential::Random;
use walnats_runtime::Event;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const MESSAGES: usize = 10_000;
const SEED: usize = 1;
/// Python is asked about every one of so many: it is slower than all the others.
const PYTHON: usize = 4;

#[test]
fn random_messages_are_the_same_to_every_library() -> Result<()> {
    let (descriptors, kind) = kind()?;
    let mut python = Python::start(&descriptors)?;
    let mut random = Random::new(number("WALNATS_SEED", SEED)? as u64);
    let mut longest = 0;
    for index in 0..number("WALNATS_MESSAGES", MESSAGES)? {
        let message = protobuf_json::message::random(&kind, &mut random);
        let binary = message.encode_to_vec();
        let written = compare(&kind, &message, &binary).map_err(|why| format!("{index}: {why}"))?;
        longest = longest.max(written.len());
        if index % PYTHON == 0 {
            let theirs = python.ask(&binary, &written).map_err(|why| format!("{index}: {why}: {written}"))?;
            let read = DishServed::decode(&theirs).map_err(|why| format!("{index}: {why:?}: {theirs}"))?;
            same(&read, &DishServed::decode_as("application/protobuf", &binary)?, &theirs)?;
        }
    }
    assert!(longest > 1_000, "the messages have something in them: {longest}");
    Ok(())
}

/// Compares with prost-reflect, and returns our text.
fn compare(kind: &MessageDescriptor, message: &DynamicMessage, binary: &[u8]) -> Result<String> {
    let event = DishServed::decode_as("application/protobuf", binary)?;
    let ours = String::from_utf8(Event::encode(&event).map_err(|error| format!("{error:?}"))?)?;
    let theirs = serde_json::to_string(message)?;
    let (our_value, their_value): (Value, Value) = (serde_json::from_str(&ours)?, serde_json::from_str(&theirs)?);
    if our_value != their_value {
        return Err(format!("written differently:\n{ours}\n{theirs}").into());
    }
    for text in [&ours, &theirs] {
        let read = DishServed::decode(text).map_err(|error| format!("{error:?}: {text}"))?;
        same(&read, &event, text)?;
    }
    let options = DeserializeOptions::new();
    let mut reader = serde_json::Deserializer::from_str(&ours);
    let read = DynamicMessage::deserialize_with_options(kind.clone(), &mut reader, &options)?;
    same(&DishServed::decode_as("application/protobuf", read.encode_to_vec())?, &event, &ours)?;
    Ok(ours)
}

/// By their text, which says all that is in a message: `NaN` is not equal to itself, and an `Any` has maps in any order.
fn same(read: &DishServed, event: &DishServed, text: &str) -> Result<()> {
    let written = |event| Event::encode(event).map_err(|error| format!("{error:?}"));
    if written(read)? == written(event)? { Ok(()) } else { Err(format!("read differently: {text}").into()) }
}

/// The descriptors of the package, and that of the message.
fn kind() -> Result<(Vec<u8>, MessageDescriptor)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../walnats-codegen/fixtures/generate/protobuf-json");
    let package = walnats_codegen::Package::load(&walnats_codegen::configure().root(folder));
    let descriptors = package.descriptors().ok_or("the package has messages")?;
    let pool = DescriptorPool::decode(descriptors.as_slice())?;
    let kind = pool.get_message_by_name("kitchen.v1.DishServed").ok_or("the message is there")?;
    Ok((descriptors, kind))
}

fn number(variable: &str, default: usize) -> Result<usize> {
    Ok(std::env::var(variable).map_or(Ok(default), |text| text.parse())?)
}

/// Google's Python library.
struct Python {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Python {
    fn start(descriptors: &[u8]) -> Result<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/protobuf_json/peer.py");
        let set: PathBuf = tempfile::NamedTempFile::new()?.into_temp_path().keep()?;
        std::fs::write(&set, descriptors)?;
        let mut child = Command::new(walnats_harness::python::protobuf_environment()?)
            .arg(script)
            .arg(&set)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let requests = child.stdin.take().ok_or("piped")?;
        let answers = BufReader::new(child.stdout.take().ok_or("piped")?);
        Ok(Self { child, requests, answers })
    }

    /// Has `binary` and `json` read, which are to be the same message; returns how Python writes it.
    fn ask(&mut self, binary: &[u8], json: &str) -> Result<String> {
        let hex: String = binary.iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(self.requests, "{hex}\t{json}")?;
        self.requests.flush()?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        match answer.trim_end().split_once('\t') {
            Some(("same", theirs)) => Ok(theirs.to_owned()),
            _ => Err(format!("Python: {answer}").into()),
        }
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
