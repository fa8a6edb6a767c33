//! The same rules, interpreted by prost-protovalidate: over a message that it can look into, and compiled before.

use std::hint::black_box;

use prost_protovalidate::Validator;
use prost_reflect::{DescriptorPool, DynamicMessage};

use crate::Result;
use crate::clock::fastest;

/// The descriptors of the files with standard rules, and with expressions.
const DESCRIPTORS: [&[u8]; 2] = [
    include_bytes!(concat!(env!("OUT_DIR"), "/ruled/descriptors.binpb")),
    include_bytes!(concat!(env!("OUT_DIR"), "/cel/descriptors.binpb")),
];

/// How long `ours` take, and how long prost-protovalidate does over the same message, which is `binary`.
pub fn beside(ours: [&mut dyn FnMut(); 2], binary: &[u8]) -> Result<([f64; 2], [f64; 2])> {
    let validator = Validator::new();
    let read = |descriptors: &[u8]| -> Result<DynamicMessage> {
        let kind = DescriptorPool::decode(descriptors)?.get_message_by_name("bench.v1.OrderPlaced");
        let message = DynamicMessage::decode(kind.ok_or("the message of the file")?, binary)?;
        validator.validate(&message)?;
        Ok(message)
    };
    let (rules, expressions) = (read(DESCRIPTORS[0])?, read(DESCRIPTORS[1])?);
    let [our_rules, our_expressions] = ours;
    let [a, b, c, d] = fastest([
        our_rules,
        our_expressions,
        &mut || drop(black_box(validator.validate(black_box(&rules)))),
        &mut || drop(black_box(validator.validate(black_box(&expressions)))),
    ]);
    Ok(([a, b], [c, d]))
}
