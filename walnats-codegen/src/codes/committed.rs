//! Generated code that is committed, which `walnats generate --check` alone looks at.

use super::Code;
use super::DefaultLevel::Error;

pub(super) const CODES: &[Code] = &[Code {
    id: "WN1301",
    slug: "stale-code",
    level: Error,
    summary: "Committed code is not what the schemas generate: a file is missing, differs, or is no longer generated.",
    cure: "Run `walnats generate` with the same `--out`, and commit the result.",
    reference: None,
}];
