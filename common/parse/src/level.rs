//! Levels and the severities of syslog that they mean.
//!
//! Understood are names in any case (`warn`, `ERROR`, `Informational`), syslog's numbers 0–7, and
//! the tens of bunyan and pino (10–60).
//!
//! What it does *not* know: where a level stood.

use common::event::Value;

/// A syslog severity from a level's name or number.
pub(crate) fn severity(value: &Value<'_>) -> Option<u8> {
    let number = match value {
        Value::Int(number) => *number,
        Value::Text(name) => match name.parse() {
            Ok(number) => number,
            Err(_) => return named_severity(name),
        },
        _ => return None,
    };
    match number {
        0..=7 => u8::try_from(number).ok(),
        10 | 20 => Some(7),
        30 => Some(6),
        40 => Some(4),
        50 => Some(3),
        60 => Some(2),
        _ => None,
    }
}

/// A syslog severity from a level's name, in any case.
pub(crate) fn named_severity(name: &str) -> Option<u8> {
    const NAMES: [(&str, u8); 19] = [
        ("emerg", 0),
        ("emergency", 0),
        ("panic", 0),
        ("alert", 1),
        ("crit", 2),
        ("critical", 2),
        ("fatal", 2),
        ("err", 3),
        ("error", 3),
        ("eror", 3),
        ("warn", 4),
        ("warning", 4),
        ("notice", 5),
        ("info", 6),
        ("informational", 6),
        ("information", 6),
        ("debug", 7),
        ("subdebug", 7),
        ("trace", 7),
    ];
    NAMES.iter().find(|(have, _)| have.eq_ignore_ascii_case(name)).map(|(_, severity)| *severity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_by_name_and_number() {
        let text = |name: &'static str| severity(&Value::Text(name.into()));
        assert_eq!((text("WARN"), text("Error"), text("fatal")), (Some(4), Some(3), Some(2)));
        assert_eq!((text("6"), text("loud"), severity(&Value::Int(50))), (Some(6), None, Some(3)));
        assert_eq!(severity(&Value::Int(8)), None);
    }
}
