//! No fault may make a publisher overload the server or itself.

use super::Accounts;

/// The maximum number of reconnects per second.
const RECONNECTS: f64 = 5.0;

/// The maximum number of copies of one message per second.
const COPIES: f64 = 10.0;

pub(super) fn check(accounts: &Accounts<'_>, violations: &mut Vec<String>) {
    let effort = accounts.effort;
    if effort.reconnects_a_second > RECONNECTS {
        violations.push(format!("{:.0} reconnects per second", effort.reconnects_a_second));
    }
    if effort.copies_a_second > COPIES {
        violations.push(format!("{:.0} copies of one message per second", effort.copies_a_second));
    }
}
