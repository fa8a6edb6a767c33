//! The faults.

mod accounts;
mod clock;
mod cluster;
mod foreign;
mod late;
mod leaf;
mod limits;
mod machine;
mod network;
mod once;
mod outbox;
mod permission;
mod publisher;
mod server;
mod stream;

use std::time::Duration;

use async_nats::ConnectOptions;
use walnats_runtime::Options;

use crate::credentials;
use crate::reading::{self, ReadRow};
use crate::row::Row;

/// Every row, in the order of the table.
pub fn all() -> Vec<&'static Row> {
    let groups: [&'static [Row]; 15] = [
        publisher::ROWS,
        server::ROWS,
        cluster::ROWS,
        network::ROWS,
        machine::ROWS,
        late::ROWS,
        once::ROWS,
        clock::ROWS,
        permission::ROWS,
        stream::ROWS,
        limits::ROWS,
        foreign::ROWS,
        accounts::ROWS,
        leaf::ROWS,
        outbox::ROWS,
    ];
    groups.into_iter().flatten().collect()
}

/// The row with this name.
pub fn find(name: &str) -> Option<&'static Row> {
    all().into_iter().find(|row| row.name == name)
}

/// Options with which a publisher quickly notices missing acknowledgements and dead connections.
fn alert(options: Options) -> Options {
    let nats = ConnectOptions::new().ping_interval(Duration::from_millis(300)).client_capacity(256);
    credentials::from_environment(options.ack_timeout(Duration::from_millis(400)), nats)
}

/// Every row about readers.
pub fn reading() -> Vec<&'static ReadRow> {
    reading::rows::all()
}

/// The row about readers with this name.
pub fn find_reading(name: &str) -> Option<&'static ReadRow> {
    reading::rows::find(name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn every_row_has_a_name_of_its_own() {
        let (rows, reading) = (super::all(), super::reading());
        let names = rows.iter().map(|row| row.name).chain(reading.iter().map(|row| row.name));
        assert_eq!(names.collect::<BTreeSet<_>>().len(), rows.len() + reading.len());
    }
}
