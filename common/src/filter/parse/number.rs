//! Words that are numbers.
//!
//! What it does *not* know: what they are compared with.

/// A decimal number with an optional sign and fraction.
pub(super) fn decimal(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if all(whole) && all(fraction) {
        text.parse().ok().filter(|number: &f64| number.is_finite())
    } else {
        None
    }
}

/// A bare value that is meant as a number: one that double precision holds exactly as written.
/// `007`, `+5` and long serial numbers are texts.
pub(super) fn plain_number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let padded = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    let number = decimal(text).filter(|_| !padded && !text.starts_with('+'))?;
    (digits.len() <= 16 || number.to_string() == text).then_some(number)
}
