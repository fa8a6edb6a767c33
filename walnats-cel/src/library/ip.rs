//! IP addresses and prefixes.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Whether `text` is an IP address of `version` 4 or 6, or of either with 0. One of version 6 may have a zone.
pub fn is_ip(text: &str, version: i64) -> bool {
    match version {
        0 => is_v4(text) || is_v6(text),
        4 => is_v4(text),
        6 => is_v6(text),
        _ => false,
    }
}

fn is_v4(text: &str) -> bool {
    text.parse::<Ipv4Addr>().is_ok()
}

fn is_v6(text: &str) -> bool {
    match text.split_once('%') {
        Some((address, zone)) => !zone.is_empty() && address.parse::<Ipv6Addr>().is_ok(),
        None => text.parse::<Ipv6Addr>().is_ok(),
    }
}

/// Whether `text` is an address and the length of a prefix; where `strict`, what follows the prefix has to be zero.
pub fn is_ip_prefix(text: &str, version: i64, strict: bool) -> bool {
    match version {
        0 => is_prefix(text, 4, strict) || is_prefix(text, 6, strict),
        4 | 6 => is_prefix(text, version, strict),
        _ => false,
    }
}

fn is_prefix(text: &str, version: i64, strict: bool) -> bool {
    let Some((address, length)) = text.rsplit_once('/') else { return false };
    // The bits of the address, at the top.
    let (bits, width) = match version {
        4 => (address.parse::<Ipv4Addr>().map(|address| u128::from(address.to_bits()) << 96).ok(), 32),
        _ => (address.parse::<Ipv6Addr>().map(Ipv6Addr::to_bits).ok(), 128),
    };
    let is_decimal = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
    let is_shortest = length == "0" || !length.starts_with('0');
    let length = length.parse::<u32>().ok().filter(|length| is_decimal && is_shortest && *length <= width);
    match (bits, length) {
        (Some(bits), Some(length)) => !strict || bits.checked_shl(length).unwrap_or(0) == 0,
        _ => false,
    }
}
