#![no_main]

#[path = "../src/payload.rs"]
mod payload;

libfuzzer_sys::fuzz_target!(|data: &[u8]| payload::try_out(data));
