//! What is known of each type of event, found once in a process.

use std::any::TypeId;
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;
use walnats_runtime::WithSchema;
use walnats_samples::embedded::{Embedded, Source};
use walnats_samples::made::{Made, Shortage};
use walnats_samples::simpler::{Step, steps};
use walnats_samples::{Judge, Varied};

/// How events of a type are made.
pub struct Known<E> {
    varied: &'static Varied<'static>,
    event: PhantomData<fn() -> E>,
}

impl<E> Clone for Known<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Known<E> {}

impl<E: WithSchema> Known<E> {
    /// The payload of `seed`.
    pub fn payload(self, seed: u64) -> Made {
        self.varied.payload(seed, &decodes::<E>)
    }

    /// The steps to payloads that are simpler than `payload`, valid or not.
    pub fn steps(self, payload: &Made) -> Vec<Step> {
        let mut steps = steps(&payload.json);
        steps.retain(|step| !(self.varied.is_message() && step.is_to_null()));
        steps
    }

    /// The payload that `json` is, if it is valid.
    pub fn valid(self, json: &Value) -> Option<Made> {
        self.varied.valid(json, &decodes::<E>)
    }

    /// The event of a payload.
    pub fn event(self, payload: &Made) -> Option<E> {
        decoded(payload)
    }
}

impl<E: WithSchema> fmt::Debug for Known<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Known").field(&E::DESCRIPTOR.name).finish()
    }
}

type Found = Result<&'static Varied<'static>, String>;

/// How events of the type `E` are made.
///
/// # Errors
///
/// Why there are none, and what to do.
pub fn known<E: WithSchema + 'static>() -> Result<Known<E>, String> {
    static FOUND: Mutex<Option<HashMap<TypeId, Found>>> = Mutex::new(None);
    let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    let found = found.get_or_insert_default().entry(TypeId::of::<E>()).or_insert_with(find::<E>);
    found.clone().map(|varied| Known { varied, event: PhantomData })
}

/// It lives as long as the process: there is one for each type.
fn find<E: WithSchema>() -> Found {
    let (descriptor, schema) = (E::DESCRIPTOR, E::schema());
    let source = Source {
        name: descriptor.name,
        message: descriptor.message_name,
        is_json: is_json::<E>(),
        schemas: schema.schemas,
        samples: schema.samples,
    };
    let name = descriptor.name;
    let embedded: &'static Embedded = match Embedded::read(source) {
        Ok(embedded) => Box::leak(Box::new(embedded)),
        Err(problem) => {
            return Err(format!(
                "no event `{name}` can be made up: {problem}; use the same version of walnats-codegen, walnats-runtime and \
                 walnats-proptest, and generate the code again"
            ));
        }
    };
    let judge = Judge::new(&embedded.package, &embedded.model);
    match Varied::new(judge, embedded.event(), &embedded.examples, &decodes::<E>) {
        Ok(varied) => Ok(Box::leak(Box::new(varied))),
        Err(shortage) => Err(explain(name, shortage, descriptor.message_name)),
    }
}

fn explain(name: &str, shortage: Shortage, message: Option<&str>) -> String {
    match (shortage, message) {
        (Shortage::None, _) => format!(
            "no event `{name}` can be made up: its schema accepts no payload at all; look for keywords that contradict each other"
        ),
        (_, Some(message)) => format!(
            "no event `{name}` can be made up: no message `{message}` was found that keeps its rules; loosen rules that contradict \
             each other, or make such events with a strategy of your own"
        ),
        (_, None) => format!(
            "no event `{name}` can be made up: no payload was found that its schema accepts; put one into the `examples` of the \
             schema, and all others are made from it"
        ),
    }
}

/// Whether payloads are JSON, as they are published.
fn is_json<E: WithSchema>() -> bool {
    E::DESCRIPTOR.content_type == "application/json"
}

fn decodes<E: WithSchema>(payload: &Made) -> bool {
    decoded::<E>(payload).is_some()
}

/// As a strict reader decodes it.
fn decoded<E: WithSchema>(payload: &Made) -> Option<E> {
    match &payload.binary {
        Some(binary) if !is_json::<E>() => E::decode(binary).ok(),
        _ => E::decode(&serde_json::to_vec(&payload.json).ok()?).ok(),
    }
}
