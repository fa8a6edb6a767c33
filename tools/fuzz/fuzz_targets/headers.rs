#![no_main]

#[path = "../src/headers.rs"]
mod headers;

libfuzzer_sys::fuzz_target!(|data: &[u8]| headers::try_out(data));
