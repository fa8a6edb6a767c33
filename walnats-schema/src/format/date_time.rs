/// `date-time`: a date, `T`, and a time with its offset (RFC 3339, section 5.6); a leap second only where one can be.
pub fn is_date_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    match bytes.split_at_checked(10) {
        Some((date, [b'T' | b't', time @ ..])) => date_is_valid(date) && time_is_valid(time),
        _ => false,
    }
}

/// `date`: `2024-02-29` (RFC 3339, section 5.6, `full-date`).
pub fn is_date(text: &str) -> bool {
    date_is_valid(text.as_bytes())
}

/// `time`: `08:30:06.5+01:00` (RFC 3339, section 5.6, `full-time`).
pub fn is_time(text: &str) -> bool {
    time_is_valid(text.as_bytes())
}

fn date_is_valid(bytes: &[u8]) -> bool {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = bytes else { return false };
    let (Some(century), Some(year), Some(month), Some(day)) =
        (two_digits(y1, y2), two_digits(y3, y4), two_digits(m1, m2), two_digits(d1, d2))
    else {
        return false;
    };
    let year = century * 100 + year;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => return false,
    };
    (1..=days).contains(&day)
}

fn time_is_valid(bytes: &[u8]) -> bool {
    let &[h1, h2, b':', m1, m2, b':', s1, s2, ref rest @ ..] = bytes else { return false };
    let (Some(hour), Some(minute), Some(second)) = (two_digits(h1, h2), two_digits(m1, m2), two_digits(s1, s2)) else {
        return false;
    };
    if hour > 23 || minute > 59 || second > 60 {
        return false;
    }
    let offset = match rest {
        [b'.', fraction @ ..] => match fraction.iter().take_while(|byte| byte.is_ascii_digit()).count() {
            0 => return false,
            digits => &fraction[digits..],
        },
        _ => rest,
    };
    let Some(offset) = offset_minutes(offset) else { return false };
    // Leap seconds are inserted at the end of a day of UTC.
    let utc = (i64::from(hour * 60 + minute) - offset).rem_euclid(24 * 60);
    second < 60 || utc == 23 * 60 + 59
}

/// Minutes east of UTC.
fn offset_minutes(bytes: &[u8]) -> Option<i64> {
    match *bytes {
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (two_digits(h1, h2)?, two_digits(m1, m2)?);
            let offset = i64::from(hours * 60 + minutes);
            (hours < 24 && minutes < 60).then_some(if sign == b'-' { -offset } else { offset })
        }
        _ => None,
    }
}

fn two_digits(tens: u8, ones: u8) -> Option<u32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| u32::from(tens * 10 + ones))
}
