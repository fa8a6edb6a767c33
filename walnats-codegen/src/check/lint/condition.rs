//! Conditions that decide nothing.

use walnats_schema::read::Draft;

use super::Package;
use crate::diagnostic::{Diagnostic, Report};

pub(super) fn check(package: &Package<'_>, report: &mut Report) {
    for site in package.sites.iter().filter(|site| site.note.draft >= Draft::Draft7 && !site.is_reference_alone()) {
        let member = |name| site.node.member(name);
        let branch = member("then").or_else(|| member("else"));
        let (alone, message, help) = match (member("if"), branch) {
            (Some(condition), None) => (
                condition,
                "`if` without `then` and `else` decides nothing".to_owned(),
                "write in `then` what holds in this case, or drop the `if`",
            ),
            (None, Some(branch)) => (
                branch,
                format!("`{}` without `if` never applies", branch.name),
                "write the condition in `if`, or drop the branch",
            ),
            _ => continue,
        };
        report.push(Diagnostic::warning("WN0724", site.name_place(alone), message).help(help));
    }
}
