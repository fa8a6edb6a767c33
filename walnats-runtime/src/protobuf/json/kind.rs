//! What the values of a field are, and how many it has.

use std::collections::BTreeMap;

use super::key::Key;
use super::reader::{Fail, Reader, Result, Step};
use super::writer::Writer;

/// What the values of a field are, which their Rust type `T` alone does not say.
pub trait Kind<T> {
    /// Whether `null` is a value, rather than nothing.
    const HAS_NULL: bool = false;

    /// Writes a value.
    fn write(value: &T, writer: &mut Writer);

    /// Reads a value into this one, which is the default.
    ///
    /// # Errors
    ///
    /// It is not one of the kind.
    fn read(value: &mut T, reader: &mut Reader<'_>) -> Result;

    /// Whether a field that always has a value is not written for this one.
    fn is_default(value: &T) -> bool;
}

/// Writing of fields. `name` is what stands before the value: `,"orderId":`.
impl Writer {
    /// A field that always has a value; the default is not written.
    #[inline]
    pub fn one<K: Kind<T>, T>(&mut self, name: &'static str, value: &T) {
        if !K::is_default(value) {
            self.member(name, |writer| K::write(value, writer));
        }
    }

    /// A field that is always written.
    #[inline]
    pub fn required<K: Kind<T>, T>(&mut self, name: &'static str, value: &T) {
        self.member(name, |writer| K::write(value, writer));
    }

    /// A field that may be absent.
    #[inline]
    pub fn optional<K: Kind<T>, T>(&mut self, name: &'static str, value: &Option<T>) {
        if let Some(value) = value {
            self.member(name, |writer| K::write(value, writer));
        }
    }

    /// A list; an empty one is not written.
    pub fn list<K: Kind<T>, T>(&mut self, name: &'static str, values: &[T]) {
        if !values.is_empty() {
            self.member(name, |writer| {
                writer.array(values, |writer, value| K::write(value, writer));
            });
        }
    }

    /// A map, in order of its keys; an empty one is not written.
    pub fn map<L: Key<Q>, K: Kind<T>, Q, T>(&mut self, name: &'static str, entries: &BTreeMap<Q, T>) {
        if !entries.is_empty() {
            self.member(name, |writer| {
                writer.object(|writer| {
                    for (key, value) in entries {
                        writer.entry(&L::text(key), |writer| K::write(value, writer));
                    }
                });
            });
        }
    }
}

const REQUIRED: &str = "a value, as the field is required";

/// Reading of fields. `null` is the same as nothing, unless it is a value of the field.
impl Reader<'_> {
    /// A field that always has a value.
    pub fn one<K: Kind<T>, T>(&mut self, value: &mut T) -> Result {
        if !K::HAS_NULL && self.json.take_null()? { Ok(()) } else { K::read(value, self) }
    }

    /// A field that has to be there. A name that its enumeration does not have is not ignored in the way others are.
    pub fn required<K: Kind<T>, T>(&mut self, value: &mut T) -> Result {
        if !K::HAS_NULL && self.json.take_null()? {
            self.problem("required", REQUIRED);
            return Ok(());
        }
        match K::read(value, self) {
            // Without the name that is ignored, nothing is left.
            Err(Fail::Ignored) => Err(Fail::value("required", REQUIRED)),
            outcome => outcome,
        }
    }

    /// A field that may be absent.
    pub fn optional<K: Kind<T>, T: Default>(&mut self, value: &mut Option<T>) -> Result {
        if !K::HAS_NULL && self.json.take_null()? {
            return Ok(());
        }
        let outcome = K::read(value.insert(T::default()), self);
        if outcome.is_err() {
            *value = None;
        }
        outcome
    }

    /// A field of the oneof `name`, of which `wrap` makes a value.
    pub fn variant<K: Kind<T>, T: Default, O>(
        &mut self,
        name: &'static str,
        oneof: &mut Option<O>,
        wrap: impl FnOnce(T) -> O,
    ) -> Result {
        if !K::HAS_NULL && self.json.take_null()? {
            return Ok(());
        }
        if oneof.is_some() {
            return Err(Fail::value("oneof", format!("one field of the oneof `{name}`, and another is there")));
        }
        let mut value = T::default();
        K::read(&mut value, self)?;
        *oneof = Some(wrap(value));
        Ok(())
    }

    /// A list.
    pub fn list<K: Kind<T>, T: Default>(&mut self, values: &mut Vec<T>) -> Result {
        if self.json.take_null()? {
            return Ok(());
        }
        self.items(|reader, index| {
            let mut value = T::default();
            if reader.at(Step::Item(index), |reader| reader.present::<K, T>(&mut value))? {
                values.push(value);
            }
            Ok(())
        })
    }

    /// A map.
    pub fn map<L: Key<Q>, K: Kind<T>, Q: Ord, T: Default>(&mut self, entries: &mut BTreeMap<Q, T>) -> Result {
        if self.json.take_null()? {
            return Ok(());
        }
        self.members("an object", |reader, name| {
            let mut value = T::default();
            let is_read = reader.at(Step::Member(&name), |reader| reader.present::<K, T>(&mut value))?;
            let Some(key) = L::key(&name) else { return reader.noted(&name, "type", L::EXPECTED) };
            if is_read && entries.insert(key, value).is_some() {
                return reader.noted(&name, "duplicate", "the key once");
            }
            Ok(())
        })
    }

    /// Notes what is wrong with the member `name`, whose value was read.
    #[cold]
    fn noted(&mut self, name: &str, keyword: &'static str, expected: &'static str) -> Result {
        self.at(Step::Member(name), |reader| {
            reader.problem(keyword, expected);
            Ok(())
        })
        .map(drop)
    }

    /// A value of a list or map, where `null` has no meaning.
    #[inline]
    fn present<K: Kind<T>, T>(&mut self, value: &mut T) -> Result {
        if !K::HAS_NULL && self.json.next_byte() == Some(b'n') {
            return Err(Fail::expected("a value other than `null`"));
        }
        K::read(value, self)
    }
}
