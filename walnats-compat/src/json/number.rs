//! Numbers: intervals and multiples, exact.

mod exact;

use serde_json::{Number, Value};

use self::exact::{Grid, Scaled};
use super::Reason;
use super::atom::Atom;
use super::outcome::Outcome;

/// How many multiples are tried one by one.
const MAX_TRIES: i128 = 20_000;

/// A number that meets the requirements, or that there is none.
pub(super) fn number(atoms: &[Atom]) -> Outcome {
    let numbers = atoms.iter().flat_map(|atom| match atom {
        Atom::Least { bound, .. } | Atom::Most { bound, .. } => vec![bound.clone()],
        Atom::Multiple(divisor, _) => vec![divisor.clone()],
        Atom::NotValues(values) => values.iter().filter_map(|value| value.as_number().cloned()).collect(),
        _ => Vec::new(),
    });
    let numbers: Vec<Number> = numbers.collect();
    // Where there are no multiples, half steps are fine enough to find a number between bounds.
    let Some(grid) = Grid::new(&numbers) else { return outside_of_grid(atoms) };
    Range::new(atoms, &grid).map_or_else(|| outside_of_grid(atoms), |range| range.solve(&grid))
}

/// Numbers that are too large or too fine for 128 bits: only the bounds are compared.
fn outside_of_grid(atoms: &[Atom]) -> Outcome {
    use walnats_schema::Decimal;
    let least = atoms.iter().filter_map(|atom| match atom {
        Atom::Least { bound, is_exclusive } => Some((Decimal::from(bound), *is_exclusive)),
        _ => None,
    });
    let least = least.max();
    let most = atoms.iter().filter_map(|atom| match atom {
        Atom::Most { bound, is_exclusive } => Some((Decimal::from(bound), *is_exclusive)),
        _ => None,
    });
    let most = most.min_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
    if let (Some(least), Some(most)) = (least, most)
        && (least.0 > most.0 || (least.0 == most.0 && (least.1 || most.1)))
    {
        return Outcome::Empty;
    }
    let bounds = atoms.iter().filter_map(|atom| match atom {
        Atom::Least { bound, is_exclusive: false } | Atom::Most { bound, is_exclusive: false } => Some(bound.clone()),
        _ => None,
    });
    let candidate = bounds.last().map_or_else(|| Value::from(0), Value::Number);
    Outcome::Open { candidate: Some(candidate), places: Vec::new() }.or(Outcome::open(Reason::Multiple))
}

/// What is asked, in units of a grid.
struct Range {
    least: Option<i128>,
    most: Option<i128>,
    /// The distance of the numbers that are multiples of all that they must be; 0 for any number.
    step: i128,
    /// What it must not be a multiple of.
    not_multiples: Vec<i128>,
    not_values: Vec<i128>,
}

impl Range {
    fn new(atoms: &[Atom], grid: &Grid) -> Option<Self> {
        let mut range = Self { least: None, most: None, step: 0, not_multiples: Vec::new(), not_values: Vec::new() };
        let mut steps = Vec::new();
        for atom in atoms {
            match atom {
                Atom::Integer(true) => steps.push(grid.one()),
                Atom::Integer(false) => range.not_multiples.push(grid.one()),
                Atom::Multiple(divisor, true) => steps.push(grid.scale(divisor)?),
                Atom::Multiple(divisor, false) => range.not_multiples.push(grid.scale(divisor)?),
                Atom::Least { bound, is_exclusive } => {
                    let bound = grid.scale(bound)? + i128::from(*is_exclusive);
                    range.least = Some(range.least.map_or(bound, |least| least.max(bound)));
                }
                Atom::Most { bound, is_exclusive } => {
                    let bound = grid.scale(bound)? - i128::from(*is_exclusive);
                    range.most = Some(range.most.map_or(bound, |most| most.min(bound)));
                }
                Atom::NotValues(values) => {
                    for number in values.iter().filter_map(Value::as_number) {
                        range.not_values.push(grid.scale(number)?);
                    }
                }
                _ => {}
            }
        }
        for step in steps {
            range.step = if range.step == 0 { step } else { least_common_multiple(range.step, step)? };
        }
        Some(range)
    }

    fn solve(&self, grid: &Grid) -> Outcome {
        if let (Some(least), Some(most)) = (self.least, self.most)
            && least > most
        {
            // The grid is finer than all bounds: an open interval of reals has a grid point inside.
            return Outcome::Empty;
        }
        let unit = if self.step == 0 { 1 } else { self.step };
        // Multiples of these numbers among the multiples of `unit`.
        let periods: Vec<i128> = self.not_multiples.iter().map(|other| other / common_divisor(*other, unit)).collect();
        if self.step != 0 && periods.contains(&1) {
            return Outcome::Empty;
        }
        let first = self.least.map(|least| least.div_euclid(unit) + i128::from(least.rem_euclid(unit) != 0));
        let last = self.most.map(|most| most.div_euclid(unit));
        if let (Some(first), Some(last)) = (first, last)
            && first > last
        {
            return Outcome::Empty;
        }
        let is_good = |factor: i128| {
            let Some(value) = factor.checked_mul(unit) else { return false };
            first.is_none_or(|first| factor >= first)
                && last.is_none_or(|last| factor <= last)
                && !self.not_values.contains(&value)
                && !self.not_multiples.iter().any(|other| value % other == 0)
        };
        let one = grid.one().checked_div(unit).unwrap_or(1).max(1);
        let (from, to) = match (first, last) {
            (Some(first), Some(last)) => (first, last),
            (Some(first), None) => (first, first.saturating_add(MAX_TRIES)),
            (None, Some(last)) => (last.saturating_sub(MAX_TRIES), last),
            (None, None) => (-MAX_TRIES, MAX_TRIES),
        };
        // What people would write first: 0, 1, the bounds and their neighbours.
        let near = [0, one, -one, 2 * one, from, to, from + 1, to - 1, from + one, to - one, 1, -1, one / 2];
        let middle = from + (to - from) / 2;
        let mut representable = false;
        let mut try_factor = |factor: i128| {
            let value = if is_good(factor) { grid.number(Scaled(factor * unit)) } else { None };
            representable |= is_good(factor);
            value.map(|value| Outcome::Value(Value::Number(value)))
        };
        for factor in near.into_iter().chain([middle, middle - middle.rem_euclid(one)]) {
            if let Some(found) = try_factor(factor) {
                return found;
            }
        }
        let tries = (to.saturating_sub(from)).min(MAX_TRIES);
        for offset in 0..=tries {
            if let Some(found) = try_factor(from + offset) {
                return found;
            }
        }
        let is_exhausted = self.step != 0 && first.is_some() && last.is_some() && to - from <= MAX_TRIES;
        let is_single = self.step == 0 && self.least.is_some() && self.least == self.most;
        // Real numbers at a single point, or all multiples between two bounds.
        if (is_exhausted || is_single) && !representable { Outcome::Empty } else { Outcome::open(Reason::Multiple) }
    }
}

fn common_divisor(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.abs().max(1)
}

fn least_common_multiple(a: i128, b: i128) -> Option<i128> {
    (a / common_divisor(a, b)).checked_mul(b).map(i128::abs)
}
