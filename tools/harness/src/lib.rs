//! What tests of several crates share: the good cases of fixtures, crates that a test writes and builds, a Python with the walnats
//! of PyPI or with other packages, packages of npm, and a real Postgres behind a real PgBouncer.

pub mod fixture;
pub mod nested;
pub mod npm;
#[cfg(unix)]
pub mod postgres;
pub mod python;
