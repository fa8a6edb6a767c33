//! Numbers: intervals and multiples, exact.

mod exact;

use std::collections::HashSet;

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, Zero};
use serde_json::{Number, Value};

use self::exact::Grid;
use super::Reason;
use super::atom::Atom;
use super::outcome::Outcome;

/// How many multiples are tried one by one.
const MAX_TRIES: i32 = 20_000;

/// A number that meets the requirements, or that there is none.
pub(super) fn number(atoms: &[Atom]) -> Outcome {
    let numbers = atoms.iter().flat_map(|atom| match atom {
        Atom::Least { bound, .. } | Atom::Most { bound, .. } => vec![bound.clone()],
        Atom::Multiple(divisor, _) => vec![divisor.clone()],
        Atom::NotValues(values) => values.iter().filter_map(|value| value.as_number().cloned()).collect(),
        _ => Vec::new(),
    });
    let numbers: Vec<Number> = numbers.collect();
    let Some(grid) = Grid::new(&numbers) else { return outside_of_grid(atoms) };
    Range::new(atoms, &grid).map_or_else(|| outside_of_grid(atoms), |range| range.solve(&grid))
}

/// Numbers with exponents that are too large: only the bounds are compared.
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
    let mut bounds = atoms.iter().rev().filter_map(|atom| match atom {
        Atom::Least { bound, is_exclusive: false } | Atom::Most { bound, is_exclusive: false } => Some(bound.clone()),
        _ => None,
    });
    let candidate = bounds.next().map_or_else(|| Value::from(0), Value::Number);
    Outcome::Open { candidate: Some(candidate), places: Vec::new() }.or(Outcome::open(Reason::Number))
}

/// What is asked, in units of a grid.
#[derive(Default)]
struct Range {
    least: Option<BigInt>,
    most: Option<BigInt>,
    /// The distance of the numbers that are multiples of all that they must be; `None` for any number.
    step: Option<BigInt>,
    /// What it must not be a multiple of.
    not_multiples: Vec<BigInt>,
    not_values: HashSet<BigInt>,
}

impl Range {
    fn new(atoms: &[Atom], grid: &Grid) -> Option<Self> {
        let mut range = Self::default();
        for atom in atoms {
            match atom {
                Atom::Integer(true) => range.step_by(grid.one()),
                Atom::Integer(false) => range.not_multiples.push(grid.one()),
                Atom::Multiple(divisor, true) => range.step_by(grid.scale(divisor)?.abs()),
                Atom::Multiple(divisor, false) => range.not_multiples.push(grid.scale(divisor)?.abs()),
                Atom::Least { bound, is_exclusive } => {
                    let bound = grid.scale(bound)? + i32::from(*is_exclusive);
                    range.least = range.least.take().max(Some(bound));
                }
                Atom::Most { bound, is_exclusive } => {
                    let bound = grid.scale(bound)? - i32::from(*is_exclusive);
                    range.most = Some(range.most.take().map_or(bound.clone(), |most| most.min(bound)));
                }
                Atom::NotValues(values) => {
                    for number in values.iter().filter_map(Value::as_number) {
                        range.not_values.insert(grid.scale(number)?);
                    }
                }
                _ => {}
            }
        }
        // A divisor of 0 is against the specification; nothing is said of it here.
        range.not_multiples.retain(|divisor| !divisor.is_zero());
        Some(range)
    }

    fn step_by(&mut self, step: BigInt) {
        if !step.is_zero() {
            self.step = Some(self.step.take().map_or(step.clone(), |other| other.lcm(&step)));
        }
    }

    fn solve(&self, grid: &Grid) -> Outcome {
        // The grid is finer than all bounds: an open interval of reals has a grid point inside.
        let unit = self.step.clone().unwrap_or_else(BigInt::one);
        if self.step.is_some() && self.not_multiples.iter().any(|other| unit.is_multiple_of(other)) {
            return Outcome::Empty;
        }
        let first = self.least.as_ref().map(|least| least.div_ceil(&unit));
        let last = self.most.as_ref().map(|most| most.div_floor(&unit));
        if let (Some(first), Some(last)) = (&first, &last)
            && first > last
        {
            return Outcome::Empty;
        }
        let is_good = |factor: &BigInt| {
            let value = factor * &unit;
            first.as_ref().is_none_or(|first| factor >= first)
                && last.as_ref().is_none_or(|last| factor <= last)
                && !self.not_values.contains(&value)
                && !self.not_multiples.iter().any(|other| value.is_multiple_of(other))
        };
        let one = grid.one().div_floor(&unit).max(BigInt::one());
        let (from, to): (BigInt, BigInt) = match (first.clone(), last.clone()) {
            (Some(first), Some(last)) => (first, last),
            (Some(first), None) => (first.clone(), first + MAX_TRIES),
            (None, Some(last)) => (&last - MAX_TRIES, last),
            (None, None) => (BigInt::from(-MAX_TRIES), BigInt::from(MAX_TRIES)),
        };
        // Whether a number would do that the machine's numbers do not have.
        let mut is_possible = false;
        let mut try_factor = |factor: &BigInt| {
            if !is_good(factor) {
                return None;
            }
            is_possible = true;
            grid.number(&(factor * &unit)).map(|value| Outcome::Value(Value::Number(value)))
        };
        let middle: BigInt = (&from + &to).div_floor(&BigInt::from(2));
        // What people would write first: 0, 1, the bounds and their neighbours.
        let near = [
            BigInt::zero(),
            one.clone(),
            -&one,
            &one / 2,
            &one * 2,
            from.clone(),
            to.clone(),
            &from + 1,
            &to - 1,
            &from + &one,
            &to - &one,
            from.next_multiple_of(&one),
            to.prev_multiple_of(&one),
            BigInt::one(),
            -BigInt::one(),
            middle.prev_multiple_of(&one),
            middle,
            &from * 10,
            &to * 10,
        ];
        // Of numbers that are too large for an integer, the machine has only some.
        let floats = [&from, &to].into_iter().flat_map(|factor| grid.floats(&(factor * &unit)));
        let floats: Vec<BigInt> = floats.map(|value| value.div_floor(&unit)).collect();
        if let Some(found) = near.iter().chain(&floats).find_map(&mut try_factor) {
            return found;
        }
        let mut factor = from.clone();
        for _ in 0..=MAX_TRIES {
            if factor > to || grid.is_beyond_integers(&(&factor * &unit)) {
                break;
            }
            if let Some(found) = try_factor(&factor) {
                return found;
            }
            factor += 1;
        }
        let mut is_exhausted = factor > to;
        if !is_exhausted && let Some(doubles) = grid.doubles(&(&factor * &unit), &(&to * &unit)) {
            let multiples = doubles.iter().filter(|value| value.is_multiple_of(&unit));
            if let Some(found) = multiples.map(|value| value / &unit).find_map(|factor| try_factor(&factor)) {
                return found;
            }
            is_exhausted = true;
        }
        // All multiples between two bounds that the machine's numbers have, or real numbers at a single point.
        let mut is_exhausted = is_exhausted && first.is_some() && last.is_some();
        if is_exhausted && self.step.is_none() {
            // The grid has the integers. Of other numbers, the machine has doubles.
            let doubles = grid.doubles_within(&from, &to);
            if let Some(found) = doubles.iter().flatten().find_map(&mut try_factor) {
                return found;
            }
            is_exhausted = doubles.is_some();
        }
        let is_single = self.least.is_some() && self.least == self.most && !is_possible;
        if is_exhausted || is_single { Outcome::Empty } else { Outcome::open(Reason::Number) }
    }
}
