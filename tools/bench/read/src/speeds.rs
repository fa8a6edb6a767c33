//! What was measured, and the ratios between it.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Instant;

use crate::reading::Kind;
use crate::{GOAL, MESSAGES, Result, processor};

/// Messages a second, and seconds of processor time for each.
#[derive(Clone, Copy, Debug)]
pub struct Speed {
    rate: f64,
    cost: f64,
}

/// By kind, one for each round.
#[derive(Debug, Default)]
pub struct Speeds(BTreeMap<Kind, Vec<Speed>>);

/// Measures what reads all messages.
pub async fn measured(work: impl Future<Output = Result<()>>) -> Result<Speed> {
    let (begun, processor) = (Instant::now(), processor::time());
    work.await?;
    let each = |time: f64| time / MESSAGES as f64;
    Ok(Speed { rate: MESSAGES as f64 / begun.elapsed().as_secs_f64(), cost: each(processor::time() - processor) })
}

impl Speeds {
    pub fn add(&mut self, kind: Kind, speed: Speed) {
        self.0.entry(kind).or_default().push(speed);
    }

    /// In ascending order, what `ratio` makes of two measurements of the same round.
    fn ratios(&self, of: Kind, to: Kind, ratio: fn(&Speed) -> f64) -> Option<Vec<f64>> {
        let (of, to) = (self.0.get(&of)?, self.0.get(&to)?);
        Some(sorted(of.iter().zip(to).map(|(of, to)| ratio(of) / ratio(to))))
    }
}

impl fmt::Display for Speeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, speeds) in &self.0 {
            let rate = median(&sorted(speeds.iter().map(|speed| speed.rate)));
            let cost = median(&sorted(speeds.iter().map(|speed| speed.cost)));
            write!(f, "{:10} {:38}", kind.name(), kind.description())?;
            if let Some(ratios) = self.ratios(*kind, kind.compared(), |speed| speed.rate) {
                let (lowest, highest) = (ratios[0], ratios[ratios.len() - 1]);
                write!(f, "{:5.2} ({lowest:.2} to {highest:.2})", median(&ratios))?;
            }
            writeln!(f, "  {rate:7.0} messages/s  {:5.1} µs of processor time each", cost * 1e6)?;
        }
        for kind in [Kind::Walnats, Kind::Ordered] {
            let Some(ratios) = self.ratios(kind, kind.compared(), |speed| speed.rate) else { continue };
            let end = if median(&ratios) >= GOAL { "met" } else { "missed" };
            writeln!(f, "goal: {} at least {GOAL} of {}: {end}", kind.name(), kind.compared().name())?;
        }
        Ok(())
    }
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

fn median(sorted: &[f64]) -> f64 {
    sorted[sorted.len() / 2]
}
