//! `walnats --version`

use std::sync::LazyLock;

use crate::report::json;

/// The version, with what was built in.
pub fn long() -> &'static str {
    &LONG
}

static LONG: LazyLock<String> = LazyLock::new(|| {
    let features = [("protobuf", true), ("nats", cfg!(feature = "nats")), ("outbox", cfg!(feature = "outbox"))];
    let features: Vec<_> = features.into_iter().filter(|(_, is_built)| *is_built).map(|(name, _)| name).collect();
    let features = features.join(", ");
    let environment = match (cfg!(target_env = "musl"), cfg!(target_env = "gnu"), cfg!(target_env = "msvc")) {
        (true, _, _) => "-musl",
        (_, true, _) => "-gnu",
        (_, _, true) => "-msvc",
        _ => "",
    };
    format!(
        "{}\nfeatures: {features}\ntarget: {}-{}{environment}\nformats: report {}, SARIF 2.1.0\nnats-server: {}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::ARCH,
        std::env::consts::OS,
        json::VERSION,
        walnats_server::PINNED_VERSION
    )
});
