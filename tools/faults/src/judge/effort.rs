//! What no fault may lead to: a publisher that wears out the server, or itself.

use super::Accounts;

/// Reconnects a second.
const RECONNECTS: f64 = 5.0;

/// Copies of one message a second.
const COPIES: f64 = 10.0;

pub(super) fn check(accounts: &Accounts<'_>, violations: &mut Vec<String>) {
    let effort = accounts.effort;
    if effort.reconnects_a_second > RECONNECTS {
        violations.push(format!("{:.0} reconnects a second", effort.reconnects_a_second));
    }
    if effort.copies_a_second > COPIES {
        violations.push(format!("{:.0} copies of one message a second", effort.copies_a_second));
    }
}
