//! The publisher's machine is cut off: packets are lost, and no end notices.

use std::ops::Range;
use std::time::Duration;

use walnats_runtime::StreamDescriptor;

use super::alert;
use crate::Result;
use crate::row::{FACTS, Row, Rules};
use crate::workload::{Kind, Shape};
use crate::world::World;

const MACHINE: Row = Row { machine: true, options: alert, rules: Rules::CONFIRMED, ..Row::DEFAULT };

pub static ROWS: &[Row] = &[
    Row {
        name: "publisher's machine cut off, and back",
        strike: |world| Box::pin(cut_off(world, 700..2_500)),
        ..MACHINE
    },
    Row {
        name: "publisher's machine cut off for moments, under load",
        shape: Shape::HEAVY,
        strike: |world| {
            Box::pin(async move {
                for _ in 0..6 {
                    cut_off(world, 20..400).await?;
                    world.wait(10..300).await;
                }
                Ok(())
            })
        },
        ..MACHINE
    },
    Row {
        name: "publisher's machine cut off, window of 1: order",
        options: |options| alert(options).window_messages(1),
        shape: Shape { repeats: 0, ..Shape::DEFAULT },
        strike: |world| Box::pin(cut_off(world, 200..2_500)),
        rules: Rules { ordered: true, ..Rules::CONFIRMED },
        ..MACHINE
    },
    Row {
        name: "publisher's machine cut off while the deadline passes",
        deadline: Duration::from_millis(400),
        options: |options| alert(options).buffered_deadline(Duration::from_millis(400)),
        strike: |world| Box::pin(cut_off(world, 700..2_500)),
        rules: Rules { sees: &["PossiblyStored:Deadline"], ..Rules::DEFAULT },
        ..MACHINE
    },
    Row {
        name: "publisher's machine cut off beyond the window",
        stream: StreamDescriptor { duplicate_window: Some(Duration::from_millis(1_500)), ..FACTS },
        shape: Shape { kinds: &[Kind::Buffered], repeats: 0, ..Shape::DEFAULT },
        strike: |world| Box::pin(cut_off(world, 1_700..2_500)),
        rules: Rules {
            sees: &["PossiblyStored:WindowExpired"],
            only: Some(&["PossiblyStored:WindowExpired"]),
            settled: false,
            ..Rules::DEFAULT
        },
        ..MACHINE
    },
];

async fn cut_off(world: &mut World, millis: Range<u64>) -> Result<()> {
    world.reach(10..50).await?;
    world.machine()?.unplug()?;
    world.wait(millis).await;
    world.machine()?.plug()
}
