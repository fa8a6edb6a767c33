//! `Struct`, `Value` and `ListValue`: any JSON.

use std::collections::BTreeMap;

use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value};

use super::reader::{Fail, Reader, Result, Step};
use super::well_known::WellKnown;
use super::writer::Writer;

impl WellKnown for Struct {
    const NAME: &'static str = "google.protobuf.Struct";

    fn write(&self, writer: &mut Writer) {
        writer.object(|writer| {
            for (name, value) in &self.fields {
                writer.entry(name, |writer| value.write(writer));
            }
        });
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result {
        let mut fields = BTreeMap::new();
        reader.members("an object", |reader, name| {
            if fields.contains_key(&*name) {
                return reader.refuse(&name, "duplicate", "the member once");
            }
            let mut value = Value::default();
            reader.at(Step::Member(&name), |reader| WellKnown::read(&mut value, reader))?;
            fields.insert(name.into_owned(), value);
            Ok(())
        })?;
        self.fields = fields;
        Ok(())
    }
}

impl WellKnown for ListValue {
    const NAME: &'static str = "google.protobuf.ListValue";

    fn write(&self, writer: &mut Writer) {
        writer.array(&self.values, |writer, value| value.write(writer));
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result {
        reader.items(|reader, index| {
            let mut value = Value::default();
            reader.at(Step::Item(index), |reader| WellKnown::read(&mut value, reader))?;
            self.values.push(value);
            Ok(())
        })
    }
}

impl WellKnown for Value {
    const NAME: &'static str = "google.protobuf.Value";
    const HAS_NULL: bool = true;

    fn write(&self, writer: &mut Writer) {
        match &self.kind {
            // A value of no kind is invalid, and other libraries write it like this.
            None | Some(Kind::NullValue(_)) => writer.out.extend_from_slice(b"null"),
            Some(Kind::BoolValue(true)) => writer.out.extend_from_slice(b"true"),
            Some(Kind::BoolValue(false)) => writer.out.extend_from_slice(b"false"),
            Some(Kind::NumberValue(value)) if value.is_finite() => writer.float(*value),
            Some(Kind::NumberValue(_)) => writer.problem("type", "a finite number"),
            Some(Kind::StringValue(value)) => writer.text(value),
            Some(Kind::StructValue(value)) => WellKnown::write(value, writer),
            Some(Kind::ListValue(value)) => WellKnown::write(value, writer),
        }
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result {
        self.kind = Some(match reader.json.next_byte() {
            Some(b'n') => {
                reader.json.take_null()?;
                Kind::NullValue(0)
            }
            Some(b't' | b'f') => Kind::BoolValue(reader.json.boolean()?),
            Some(b'"') => Kind::StringValue(reader.json.text()?.into_owned()),
            Some(b'-' | b'0'..=b'9') => match reader.json.number_text()?.parse::<f64>() {
                Ok(value) if value.is_finite() => Kind::NumberValue(value),
                _ => return Err(Fail::value("range", "a number of 64 bits")),
            },
            Some(b'[') => {
                let mut list = ListValue::default();
                WellKnown::read(&mut list, reader)?;
                Kind::ListValue(list)
            }
            _ => {
                let mut fields = Struct::default();
                WellKnown::read(&mut fields, reader)?;
                Kind::StructValue(fields)
            }
        });
        Ok(())
    }
}
