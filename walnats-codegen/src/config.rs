//! `walnats.toml`.
