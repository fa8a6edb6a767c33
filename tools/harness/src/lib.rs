//! What tests of several crates share: crates that a test writes and builds, a Python with the walnats of PyPI or with other
//! packages, packages of npm, and a real Postgres behind a real PgBouncer.

pub mod nested;
pub mod npm;
#[cfg(unix)]
pub mod postgres;
pub mod python;
