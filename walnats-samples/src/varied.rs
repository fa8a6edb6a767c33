//! Payloads that differ: valid ones, changed in many small steps that keep them valid.
//!
//! Whole payloads that are made up at random seldom keep rules that concern several fields. So each payload starts from one that
//! is known to be valid, and a change that makes it invalid is taken back. That ends after a bounded number of judgements, and
//! always with a valid payload.

use std::fmt;
use std::sync::Mutex;

use prost_reflect::DynamicMessage;
use prost_reflect::prost::Message as _;
use serde_json::Value;
use walnats_codegen::model::{Event, Payload as Carried};
use walnats_compat::message::instance;
use walnats_compat::sample::{Examples, Instances, Random};
use walnats_schema::SchemaId;

use crate::judge::Judge;
use crate::made::{self, Made, Shortage, Wanted};

/// How many payloads are judged at most on the way to one.
pub const MAX_JUDGEMENTS: usize = 64;

/// How many payloads others start from, besides examples.
const BASES: usize = 8;
/// How many are made up for all of those.
const TRIES: usize = 32;
/// How often a whole payload is made up to start from, where that is likely to be valid.
const FRESH: usize = 4;
/// Larger payloads are changed less often, as it takes longer to judge them.
const USUAL: usize = 512;
/// How large payloads grow, in bytes, and beyond the largest that they start from.
const LARGE: usize = 2_048;

/// Whether a payload that the schema accepts will do.
pub type Accepts<'a> = &'a dyn Fn(&Made) -> bool;

/// An event of which payloads are made that differ.
pub struct Varied<'j> {
    judge: Judge<'j>,
    event: &'j Event,
    examples: &'j Examples,
    bases: Vec<Content>,
    /// How often a whole payload is made up.
    fresh: usize,
    /// How large payloads get.
    large: usize,
    /// Of JSON events. What it makes does not depend on what it made before.
    instances: Mutex<Instances<'j>>,
}

/// A payload that is being changed.
#[derive(Clone)]
enum Content {
    Json(Value),
    Message(DynamicMessage),
}

impl<'j> Varied<'j> {
    /// Finds payloads to start from: the examples that the schema shows, and such as are made up.
    ///
    /// # Errors
    /// There is none that the schema and `accepts` accept.
    pub fn new(
        judge: Judge<'j>,
        event: &'j Event,
        examples: &'j Examples,
        accepts: Accepts<'_>,
    ) -> Result<Self, Shortage> {
        let instances = Mutex::new(Instances::steady(&judge.model.schemas));
        let mut varied = Self { judge, event, examples, bases: Vec::new(), fresh: 0, large: usize::MAX, instances };
        for example in varied.shown() {
            varied.keep(Content::Json(example), accepts);
        }
        if let Some(kind) = varied.judge.message(event) {
            varied.keep(Content::Message(DynamicMessage::new(kind)), accepts);
        }
        let (mut random, shown, mut tried) = (Random::new(0), varied.bases.len(), 0);
        for _ in 0..TRIES {
            let content = varied.fresh(&mut random);
            varied.keep(content, accepts);
            if varied.bases.len() == shown + BASES {
                break;
            }
            tried += 1;
        }
        varied.fresh = if tried < 2 * BASES { FRESH } else { 0 };
        if varied.bases.is_empty() {
            let wanted = Wanted { count: 1, seed: 0, invalid: false };
            let found = match made::make(&varied.judge, event, wanted) {
                Ok(found) => found,
                Err((_, shortage)) => return Err(shortage),
            };
            let contents: Vec<Content> = found.iter().filter_map(|made| varied.content(&made.json)).collect();
            contents.into_iter().for_each(|content| varied.keep(content, accepts));
        }
        varied.large = varied.bases.iter().map(Content::size).max().ok_or(Shortage::NotFound)? + LARGE;
        Ok(varied)
    }

    /// The payload of `seed`. The same seed gives the same payload, unless rules ask for the time.
    pub fn payload(&self, seed: u64, accepts: Accepts<'_>) -> Made {
        let mut random = Random::new(seed);
        let mut content = random.pick(&self.bases).clone();
        let mut left = MAX_JUDGEMENTS;
        for _ in 0..*random.pick(&[0, self.fresh]) {
            left -= 1;
            let fresh = self.fresh(&mut random);
            if self.judged(&fresh, accepts).is_some() {
                content = fresh;
                break;
            }
        }
        let most = left.min((MAX_JUDGEMENTS * USUAL / content.size().max(USUAL)).max(8));
        for _ in 0..most.min(*random.pick(&[1, 4, 16, MAX_JUDGEMENTS])) {
            let mut changed = content.clone();
            // What rules tie together has to change together.
            for _ in 0..*random.pick(&[1, 1, 1, 2, 3]) {
                self.change(&mut changed, &mut random);
            }
            if changed.size() <= self.large && self.judged(&changed, accepts).is_some() {
                content = changed;
            }
        }
        // It was judged before.
        content.made().unwrap_or(Made { json: Value::Null, binary: None })
    }

    /// The payload that `json` is, if it is valid; of messages, by protobuf's JSON mapping.
    pub fn valid(&self, json: &Value, accepts: Accepts<'_>) -> Option<Made> {
        self.judged(&self.content(json)?, accepts)
    }

    /// Whether the payload is a message.
    pub fn is_message(&self) -> bool {
        self.root().is_none()
    }

    fn root(&self) -> Option<SchemaId> {
        match self.event.payload {
            Carried::Json(root) => Some(root),
            Carried::Protobuf(_) => None,
        }
    }

    /// The examples of the event.
    fn shown(&self) -> Vec<Value> {
        let root: Vec<SchemaId> = self.root().into_iter().collect();
        let ids = self.judge.model.schemas.conjuncts(&root);
        ids.iter().filter_map(|id| self.examples.get(id)).flatten().cloned().collect()
    }

    fn keep(&mut self, content: Content, accepts: Accepts<'_>) {
        if self.judged(&content, accepts).is_some() {
            self.bases.push(content);
        }
    }

    fn content(&self, json: &Value) -> Option<Content> {
        let Some(kind) = self.judge.message(self.event) else {
            return self.root().map(|_| Content::Json(json.clone()));
        };
        let options = instance::reading(self.event.protobuf_encoding);
        DynamicMessage::deserialize_with_options(kind, json, &options).ok().map(Content::Message)
    }

    fn judged(&self, content: &Content, accepts: Accepts<'_>) -> Option<Made> {
        let made = match content {
            Content::Json(value) => self
                .judge
                .model
                .schemas
                .is_valid(self.root()?, value)
                .then(|| Made { json: value.clone(), binary: None }),
            Content::Message(message) => made::whole(&self.judge, self.event, message),
        };
        made.filter(|made| accepts(made))
    }

    /// A payload that is made up without a base.
    fn fresh(&self, random: &mut Random) -> Content {
        let Some(kind) = self.judge.message(self.event) else {
            let root = self.root().unwrap_or(SchemaId(0));
            return Content::Json(made::with_integers(self.instances(|instances| instances.exact(root, random))));
        };
        Content::Message(instance::hasty(&kind, self.judge.rules(), random))
    }

    fn change(&self, content: &mut Content, random: &mut Random) {
        match content {
            Content::Json(value) => {
                let Some(root) = self.root() else { return };
                self.instances(|instances| instances.vary(root, value, self.examples, random));
            }
            Content::Message(message) => instance::vary(message, self.judge.rules(), random),
        }
    }

    fn instances<T>(&self, ask: impl FnOnce(&mut Instances<'j>) -> T) -> T {
        // A panic elsewhere leaves nothing half done that would matter.
        ask(&mut self.instances.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

impl Content {
    /// About as many bytes as it takes.
    fn size(&self) -> usize {
        match self {
            Self::Json(value) => size(value),
            Self::Message(message) => message.encoded_len(),
        }
    }

    fn made(self) -> Option<Made> {
        match self {
            Self::Json(json) => Some(Made { json, binary: None }),
            Self::Message(message) => made::encoded(&message),
        }
    }
}

fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        Value::String(text) => 2 + text.len(),
        Value::Array(items) => 2 + items.iter().map(size).sum::<usize>(),
        Value::Object(members) => 2 + members.iter().map(|(name, value)| name.len() + size(value)).sum::<usize>(),
    }
}

impl fmt::Debug for Varied<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Varied")
            .field("event", &self.event.name)
            .field("bases", &self.bases.len())
            .finish_non_exhaustive()
    }
}
