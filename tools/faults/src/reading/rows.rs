//! The faults that strike readers.

mod handlers;
mod instances;
mod others;
mod servers;
mod wire;

use super::row::ReadRow;

/// Every row, in the order of the table.
pub fn all() -> Vec<&'static ReadRow> {
    let groups: [&'static [ReadRow]; 5] = [handlers::ROWS, instances::ROWS, servers::ROWS, wire::ROWS, others::ROWS];
    groups.into_iter().flatten().collect()
}

/// The row with this name.
pub fn find(name: &str) -> Option<&'static ReadRow> {
    all().into_iter().find(|row| row.name == name)
}
