#![no_main]

#[path = "../src/subject.rs"]
mod subject;

libfuzzer_sys::fuzz_target!(|data: &[u8]| subject::try_out(data));
