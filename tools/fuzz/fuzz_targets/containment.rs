#![no_main]

#[path = "../src/containment.rs"]
mod containment;

libfuzzer_sys::fuzz_target!(|data: &[u8]| containment::try_out(data));
