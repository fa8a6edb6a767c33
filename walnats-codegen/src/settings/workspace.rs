//! `[workspace]`

use serde::Deserialize;

use super::Text;

/// What `--workspace` takes for a package, in the `walnats.toml` of the workspace's root.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub struct WorkspaceSettings {
    /// Folders that are left out with everything below them, relative to the root: `tests/fixtures`, with one `*` for any
    /// text: `examples/*`.
    pub exclude: Vec<Text>,
}
