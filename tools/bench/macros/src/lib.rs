//! What the macro of the `jsonschema` crate makes of three of GitHub's events.

#![allow(non_camel_case_types)]

include!(concat!(env!("OUT_DIR"), "/macros.rs"));
