//! Strings and bytes.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::general_purpose::STANDARD as WRITTEN;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::kind::Kind;
use super::reader::{Fail, Reader, Result};
use super::writer::Writer;

/// `string`.
#[derive(Debug)]
pub enum Text {}

impl Kind<String> for Text {
    fn write(value: &String, writer: &mut Writer) {
        writer.text(value);
    }

    fn read(value: &mut String, reader: &mut Reader<'_>) -> Result {
        *value = reader.text("a string")?.into_owned();
        Ok(())
    }

    fn is_default(value: &String) -> bool {
        value.is_empty()
    }
}

/// `bytes`: base64, which is read in both alphabets, padded or not.
#[derive(Debug)]
pub enum Bytes {}

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const READ: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const READ_URL_SAFE: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

impl Kind<Vec<u8>> for Bytes {
    fn write(value: &Vec<u8>, writer: &mut Writer) {
        let out = &mut writer.out;
        out.push(b'"');
        let start = out.len();
        out.resize(start + value.len().div_ceil(3) * 4, 0);
        // There is room for all of it.
        let _ = WRITTEN.encode_slice(value, &mut out[start..]);
        out.push(b'"');
    }

    fn read(value: &mut Vec<u8>, reader: &mut Reader<'_>) -> Result {
        const EXPECTED: &str = "a string of base64";
        let text = reader.text(EXPECTED)?;
        let engine = if text.contains(['-', '_']) { READ_URL_SAFE } else { READ };
        *value = engine.decode(text.as_bytes()).map_err(|_| Fail::value("base64", EXPECTED))?;
        Ok(())
    }

    fn is_default(value: &Vec<u8>) -> bool {
        value.is_empty()
    }
}
