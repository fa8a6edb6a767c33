#![no_main]

#[path = "../src/uid.rs"]
mod uid;

libfuzzer_sys::fuzz_target!(|data: &[u8]| uid::try_out(data));
