//! Events of which none is found, and examples that cure it.

#![allow(missing_docs)]

use proptest::test_runner::{Config, TestError, TestRunner};
use walnats_proptest::{arbitrary, sample};
use walnats_runtime::{
    DecodeError, EncodeError, Event, EventDescriptor, EventSchema, SubjectError, ValidateError, WithSchema,
};

/// An event of a schema that is not generated.
macro_rules! event {
    ($type:ident, $name:literal, $schema:literal, $samples:literal $(, $only:literal)?) => {
        #[derive(Debug)]
        struct $type(String);

        impl Event for $type {
            const DESCRIPTOR: &'static EventDescriptor = &EventDescriptor {
                name: $name,
                event_type: $name,
                stream: $name,
                subject: $name,
                content_type: "application/json",
                description: "",
                message_name: None,
            };

            fn subject(&self) -> Result<String, SubjectError> {
                Ok($name.to_owned())
            }

            fn validate(&self) -> Result<(), ValidateError> {
                Ok(())
            }

            fn encode(&self) -> Result<Vec<u8>, EncodeError> {
                Ok(self.0.clone().into_bytes())
            }

            fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
                let text = String::from_utf8_lossy(payload).into_owned();
                $(if text != $only {
                    return Err(DecodeError::ContentType { expected: $only });
                })?
                Ok(Self(text))
            }
        }

        impl WithSchema for $type {
            fn schema() -> EventSchema {
                EventSchema {
                    schemas: Some(concat!(r#"{"schemas":["#, $schema, r#"],"roots":{""#, $name, r#"":0}}"#)),
                    samples: $samples,
                }
            }
        }
    };
}

event!(Impossible, "impossible", r#"{"types":["string"],"string":{"min_length":3,"max_length":2}}"#, "{}");
// A type that takes one payload of all that its schema accepts: for schemas of which no payload is found.
event!(Rare, "rare", r#"{"types":["string"]}"#, "{}", r#""q7ZX9v""#);
event!(Shown, "shown", r#"{"types":["string"]}"#, r#"{"examples":{"0":["q7ZX9v"]}}"#, r#""q7ZX9v""#);
event!(Other, "other", r#"{"types":["string"]}"#, "no JSON");

fn reason<E: WithSchema + std::fmt::Debug + 'static>() -> String {
    let runner = &mut TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    match runner.run(&arbitrary::<E>(), |_| Ok(())) {
        Err(TestError::Abort(reason)) => reason.message().to_owned(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_schema_that_accepts_nothing_is_named() {
    assert_eq!(
        reason::<Impossible>(),
        "no event `impossible` can be made up: its schema accepts no payload at all; look for keywords that contradict each other"
    );
}

#[test]
#[should_panic(expected = "no event `impossible` can be made up")]
fn a_sample_says_the_same() {
    drop(sample::<Impossible>(1));
}

#[test]
fn where_none_is_found_examples_help() {
    assert_eq!(
        reason::<Rare>(),
        "no event `rare` can be made up: no payload was found that its schema accepts; put one into the `examples` of the schema, \
         and all others are made from it"
    );
    assert_eq!(sample::<Shown>(0).0, r#""q7ZX9v""#);
}

#[test]
fn code_of_another_version_is_named() {
    assert!(
        reason::<Other>().contains("no event `other` can be made up: `samples.json` cannot be read"),
        "{}",
        reason::<Other>()
    );
}
