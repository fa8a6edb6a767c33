//! The program as seen from a shell: exit codes, output, files.

mod check;
mod check_protobuf;
#[cfg(unix)]
mod dev;
mod endings;
mod explain;
mod export;
mod fix;
mod fmt;
mod formats;
mod generate;
mod ignores;
mod payloads;
mod program;
mod root;
mod sample;
mod schema_tests;
mod usage;
mod validate;
mod workspace;
