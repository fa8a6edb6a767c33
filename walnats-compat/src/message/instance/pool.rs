//! What rules speak of: the constants of their expressions, and values near them.

use prost_reflect::{Kind, Value};
use walnats_cel::library::{Duration, Timestamp};
use walnats_cel::{Expr, Function, Kind as Node, Piece, Type, Value as Known};
use walnats_codegen::model::ValueChecks;
use walnats_schema::{Format, Schema, SchemaId, SchemaSet};

use crate::sample::{Instances, Random};

/// Texts and lists are not made longer than this, unless asked for.
const LONGEST: i128 = 10_000;
const SECOND: i128 = 1_000_000_000;

/// Constants of rules.
#[derive(Debug, Default)]
pub struct Pool {
    integers: Vec<i128>,
    doubles: Vec<f64>,
    texts: Vec<String>,
    bytes: Vec<Vec<u8>>,
    /// In nanoseconds.
    durations: Vec<i128>,
    /// In nanoseconds since 1970.
    timestamps: Vec<i128>,
    /// Whether rules ask for the time: only then does it matter what it is.
    uses_now: bool,
    /// Schemas of texts that match patterns, or have formats.
    schemas: SchemaSet,
    longest: i128,
}

impl Pool {
    /// What the rules of a value speak of.
    pub fn of(checks: &ValueChecks) -> Self {
        Self::of_all([checks])
    }

    /// What the rules of several values speak of.
    pub fn of_all<'c>(checks: impl IntoIterator<Item = &'c ValueChecks>) -> Self {
        let mut pool = Self { longest: LONGEST, ..Self::default() };
        checks.into_iter().for_each(|checks| pool.checks(checks));
        pool
    }

    /// The same, for texts and lists of up to `longest` characters or items.
    #[must_use]
    pub fn up_to(mut self, longest: i128) -> Self {
        self.longest = longest;
        self
    }

    fn checks(&mut self, checks: &ValueChecks) {
        checks.rules.iter().for_each(|rule| self.rule(&rule.expr));
        if let Some((numbers, _)) = &checks.numbers {
            self.integers.extend(numbers.iter().map(|number| i128::from(*number)));
        }
    }

    /// A rule, without what it says of values that break it.
    fn rule(&mut self, expr: &Expr) {
        match &expr.kind {
            Node::Constant(Known::String(_)) => {}
            Node::Conditional(parts) if expr.ty == Type::String => {
                let [condition, yes, no] = &**parts;
                self.expr(condition);
                self.rule(yes);
                self.rule(no);
            }
            _ => self.expr(expr),
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            Node::Constant(value) => self.constant(value),
            Node::Variable(name) => self.uses_now |= name == "now",
            Node::Field(operand, _) | Node::Has(operand, _) | Node::Unwrap(operand) | Node::IsNull(operand) => {
                self.expr(operand);
            }
            Node::And(terms) | Node::Or(terms) | Node::List(terms) => terms.iter().for_each(|term| self.expr(term)),
            Node::Conditional(parts) => parts.iter().for_each(|part| self.expr(part)),
            Node::Call(function, arguments) => self.call(*function, arguments),
            Node::Format(pieces) => {
                for piece in pieces {
                    if let Piece::Value { value, .. } = piece {
                        self.expr(value);
                    }
                }
            }
            Node::Loop(inner) => {
                self.expr(&inner.range);
                inner.condition.iter().for_each(|condition| self.expr(condition));
                self.expr(&inner.body);
            }
        }
    }

    fn call(&mut self, function: Function, arguments: &[Expr]) {
        match (function, arguments) {
            (Function::Matches, [text, pattern]) => {
                if let Some(Known::String(pattern)) = pattern.constant() {
                    let mut schema = Schema::default();
                    schema.string.pattern = Some(pattern.clone());
                    self.schemas.schemas.push(schema);
                }
                return self.expr(text);
            }
            (Function::IsNan | Function::IsInf, _) => self.doubles.extend([1.0, f64::INFINITY, f64::NAN]),
            (Function::IsEmail, _) => self.format(Format::Email),
            (Function::IsHostname, _) => self.format(Format::Hostname),
            (Function::IsUri | Function::IsUriRef, _) => self.format(Format::Uri),
            (Function::IsIp, _) => [Format::Ipv4, Format::Ipv6].into_iter().for_each(|format| self.format(format)),
            (Function::IsHostAndPort, _) => self.texts.extend(["example.com:443", "192.0.2.1:80"].map(str::to_owned)),
            (Function::IsIpPrefix, _) => self.texts.extend(["192.0.2.0/24", "2001:db8::/32"].map(str::to_owned)),
            _ => {}
        }
        arguments.iter().for_each(|argument| self.expr(argument));
    }

    fn format(&mut self, format: Format) {
        let mut schema = Schema::default();
        schema.string.format = Some(format);
        self.schemas.schemas.push(schema);
    }

    fn constant(&mut self, value: &Known) {
        match value {
            Known::Int(value) => self.integers.push((*value).into()),
            Known::Uint(value) => self.integers.push((*value).into()),
            Known::Double(value) => self.doubles.push(*value),
            Known::String(text) => self.texts.push(text.clone()),
            Known::Bytes(bytes) => self.bytes.push(bytes.clone()),
            Known::Duration(duration) => self.durations.push(duration.nanos()),
            Known::Timestamp(time) => {
                let (seconds, nanos) = time.parts();
                self.timestamps.push(i128::from(seconds) * SECOND + i128::from(nanos));
            }
            Known::List(items, _) => items.iter().for_each(|item| self.constant(item)),
            Known::Null | Known::Bool(_) | Known::Message(..) => {}
        }
    }

    /// A number of items, or of characters.
    pub fn count(&self, random: &mut Random) -> usize {
        let count = near(&self.integers, 1, random).filter(|count| (0..=self.longest).contains(count));
        count.and_then(|count| usize::try_from(count).ok()).unwrap_or_else(|| random.below(4))
    }

    /// A value of a kind that is no message; `None` where rules speak of nothing like it.
    pub fn value(&self, kind: &Kind, random: &mut Random) -> Option<Value> {
        let integer = |random: &mut Random| near(&self.integers, 1, random);
        Some(match kind {
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(i32::try_from(integer(random)?).ok()?),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(i64::try_from(integer(random)?).ok()?),
            Kind::Uint32 | Kind::Fixed32 => Value::U32(u32::try_from(integer(random)?).ok()?),
            Kind::Uint64 | Kind::Fixed64 => Value::U64(u64::try_from(integer(random)?).ok()?),
            Kind::Enum(_) => Value::EnumNumber(i32::try_from(integer(random)?).ok()?),
            #[allow(clippy::cast_possible_truncation)]
            Kind::Float => Value::F32(self.double(random)? as f32),
            Kind::Double => Value::F64(self.double(random)?),
            Kind::String => Value::String(self.text(random)),
            Kind::Bytes => Value::Bytes(self.some_bytes(random).into()),
            Kind::Bool | Kind::Message(_) => return None,
        })
    }

    fn double(&self, random: &mut Random) -> Option<f64> {
        if self.doubles.is_empty() {
            return None;
        }
        let (one, other) = (*random.pick(&self.doubles), *random.pick(&self.doubles));
        Some(*random.pick(&[one, one.midpoint(other), one - 1.0, one + 1.0, one / 2.0]))
    }

    fn text(&self, random: &mut Random) -> String {
        let schemas = self.schemas.schemas.len();
        if schemas > 0 && random.chance(70) {
            let id = SchemaId(u32::try_from(random.below(schemas)).unwrap_or_default());
            if let Some(text) = Instances::new(&self.schemas).exact(id, random).as_str() {
                return text.to_owned();
            }
        }
        let mut part = || match self.texts.is_empty() || random.chance(50) {
            true => "",
            false => random.pick(&self.texts).as_str(),
        };
        let (start, middle, end) = (part(), part(), part());
        let mut text = format!("{start}{middle}");
        let wanted = self.count(random);
        let has = text.chars().count() + end.chars().count();
        text.extend((has..wanted).map(|_| char::from(b'a' + u8::try_from(random.below(26)).unwrap_or_default())));
        text + end
    }

    fn some_bytes(&self, random: &mut Random) -> Vec<u8> {
        let mut part = || match self.bytes.is_empty() || random.chance(50) {
            true => &[],
            false => random.pick(&self.bytes).as_slice(),
        };
        let (start, end) = (part(), part());
        if start.is_empty() && end.is_empty() && random.chance(50) {
            return self.text(random).into_bytes();
        }
        let mut bytes = start.to_vec();
        let wanted = self.count(random);
        bytes.extend((start.len() + end.len()..wanted).map(|_| b'a'));
        bytes.extend(end);
        bytes
    }

    /// A duration that rules speak of, or one near it.
    pub fn duration(&self, random: &mut Random) -> Option<Duration> {
        near(&self.durations, SECOND, random)
            .map(seconds_and_nanos)
            .map(|(seconds, nanos)| Duration::new(seconds, nanos))
    }

    /// A point in time that rules speak of, or one near it.
    pub fn timestamp(&self, random: &mut Random) -> Option<Timestamp> {
        let mut times = self.timestamps.clone();
        if self.uses_now {
            let (seconds, nanos) = Timestamp::now().parts();
            let now = i128::from(seconds) * SECOND + i128::from(nanos);
            times.extend(self.durations.iter().flat_map(|duration| [now - duration / 2, now + duration / 2]));
            times.push(now);
        }
        near(&times, 60 * SECOND, random).map(seconds_and_nanos).map(|(seconds, nanos)| Timestamp::new(seconds, nanos))
    }
}

/// One of `values`, or a step beside it, or halfway to another.
fn near(values: &[i128], step: i128, random: &mut Random) -> Option<i128> {
    if values.is_empty() {
        return None;
    }
    let (one, other) = (*random.pick(values), *random.pick(values));
    Some(*random.pick(&[one, one, one - step, one + step, one.midpoint(other)]))
}

#[allow(clippy::cast_possible_truncation)]
fn seconds_and_nanos(nanos: i128) -> (i64, i32) {
    (nanos.div_euclid(SECOND) as i64, nanos.rem_euclid(SECOND) as i32)
}
