//! Numbers of JSON and YAML, as exact as 64 bits allow, and a finding for those that are not exact.

use serde_json::Number;

use crate::decimal::Digits;
use crate::read::diagnostic::{Diagnostic, Place, Report};

/// Parses a JSON number; where no finite number of 64 bits is near it, the largest is the error.
pub(super) fn parse(text: &str, place: Place, report: &mut Report) -> Result<Number, Number> {
    let Ok(number) = serde_json::from_str::<Number>(text) else {
        report.push(
            Diagnostic::error("WN0108", place, "the number does not fit into 64 bits")
                .help("no IEEE 754 double is that large, and no reader could tell it from its neighbours"),
        );
        return Err(largest(text));
    };
    if !is_exact(text, &number) {
        report.push(
            Diagnostic::warning("WN0109", place, format!("the number is read as `{number}`"))
                .help("it has more digits than an IEEE 754 double keeps; write the shorter form to say what is meant"),
        );
    }
    Ok(number)
}

/// The largest double, with the sign of a number that is larger.
pub(super) fn largest(text: &str) -> Number {
    let largest = if text.starts_with('-') { f64::MIN } else { f64::MAX };
    Number::from_f64(largest).unwrap_or_else(|| 0.into())
}

/// Whether `number` stands for the very decimal that `text` says.
fn is_exact(text: &str, number: &Number) -> bool {
    if number.is_u64() || number.is_i64() {
        return true;
    }
    let written = Digits::of(text);
    // The first is the shortest text that reads back as the double, the second its exact value if it is whole.
    written == Digits::of(&number.to_string())
        || number.as_f64().is_some_and(|float| float.fract() == 0.0 && written == Digits::of(&format!("{float:.0}")))
}

#[cfg(test)]
mod tests {
    use super::{Report, parse};
    use crate::read::diagnostic::Place;

    #[test]
    fn a_number_is_exact_or_there_is_a_word_about_it() {
        for (text, findings) in [
            ("0", 0),
            ("-0", 0),
            ("18446744073709551615", 0),
            ("18446744073709551616", 0),
            ("18446744073709551617", 1),
            ("0.1", 0),
            ("1.50", 0),
            ("1e300", 0),
            ("1E-7", 0),
            ("0.12345678901234567890", 1),
            ("1e400", 1),
            ("1e-400", 1),
        ] {
            let mut report = Report::default();
            let number = parse(text, Place::default(), &mut report);
            assert_eq!(number.is_err(), text == "1e400", "{text}");
            assert_eq!(report.diagnostics.len(), findings, "{text}");
        }
    }
}
