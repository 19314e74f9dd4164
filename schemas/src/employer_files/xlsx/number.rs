//! Numbers of cells by their digits: programs write them as decimal texts of binary fractions.
//! No float is used to read them.

use time::{Date, Duration, Month};

/// Significant digits that a spreadsheet keeps; what it writes beyond them is noise.
const DIGITS_MAX: usize = 15;

/// A number as people see it.
pub(super) struct Number {
    /// Without exponent, without trailing zeros after the point.
    pub(super) text: String,
    /// A whole number of more digits than a spreadsheet keeps: its end is invented.
    pub(super) damaged: bool,
}

/// Reads `6523.5`, `1.36035E4`, `6523.1000000000004`; `None` for what is no number.
pub(super) fn read(text: &str) -> Option<Number> {
    let text = text.trim();
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let length = whole.len() + fraction.len();
    if length == 0 || length > 60 || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    // Place of the decimal point in the digits.
    let mut point = i32::try_from(whole.len()).ok()?.checked_add(exponent)?;
    let leading = digits.iter().take_while(|digit| **digit == b'0').count();
    digits.drain(..leading);
    point = point.checked_sub(i32::try_from(leading).ok()?)?;
    if round(&mut digits) {
        point = point.checked_add(1)?;
    }
    if digits.is_empty() {
        (digits, point) = (vec![b'0'], 1);
    }
    if !(-30..=40).contains(&point) {
        return None;
    }
    let damaged = point > DIGITS_MAX as i32;
    Some(Number {
        text: format!("{sign}{}", placed(&digits, point)),
        damaged,
    })
}

/// Rounds to the digits that count, half up, and drops zeros at the end; true when the carry
/// made one digit more.
fn round(digits: &mut Vec<u8>) -> bool {
    let up = digits.get(DIGITS_MAX).is_some_and(|digit| *digit >= b'5');
    digits.truncate(DIGITS_MAX);
    let mut carry = up;
    for digit in digits.iter_mut().rev() {
        if !carry {
            break;
        }
        carry = *digit == b'9';
        *digit = if carry { b'0' } else { *digit + 1 };
    }
    if carry {
        digits.insert(0, b'1');
    }
    while digits.last() == Some(&b'0') {
        digits.pop();
    }
    carry
}

fn placed(digits: &[u8], point: i32) -> String {
    let digits = String::from_utf8_lossy(digits);
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    match usize::try_from(point) {
        Ok(0) | Err(_) => format!("0.{}{digits}", zeros(-point)),
        Ok(at) if at >= digits.len() => {
            format!("{digits}{}", zeros(point - digits.len() as i32))
        }
        Ok(at) => {
            let (whole, fraction) = digits.split_at(at);
            format!("{whole}.{fraction}")
        }
    }
}

/// The day of a serial number, `2026-11-01`; the fraction is the time of day.
pub(super) fn day(serial: &str, from_1904: bool) -> Option<String> {
    let days: i64 = read(serial)?.text.split('.').next()?.parse().ok()?;
    if !(61..=3_000_000).contains(&days) {
        return None;
    }
    let start = if from_1904 {
        Date::from_calendar_date(1904, Month::January, 1)
    } else {
        // A day before 1900 began, because the serials count a 29 February 1900.
        Date::from_calendar_date(1899, Month::December, 30)
    };
    let day = start.ok()?.checked_add(Duration::days(days))?;
    Some(format!(
        "{:04}-{:02}-{:02}",
        day.year(),
        u8::from(day.month()),
        day.day()
    ))
}
