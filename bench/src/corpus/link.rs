//! Which line of a log an assertion is about.
//!
//! The hub numbers the events that reach each parser, in the order of the lines. The event's
//! `message` leads to its line: the next line after that of the event before it which has the
//! message, or else all of its words.
//!
//! What it does *not* know: what the fields mean.

use super::assertion::Assertion;
use std::collections::BTreeMap;

/// The assertions of one line, by space and key; where a field is asserted at several stages, the
/// last one counts.
pub type Asserted = BTreeMap<(String, String), Assertion>;

/// What is asserted about each line; under `None` what belongs to no line that was found.
#[must_use]
pub fn link(lines: &[&str], assertions: &[Assertion]) -> BTreeMap<Option<usize>, Asserted> {
    let mut parsers: BTreeMap<(&str, &str), BTreeMap<usize, Vec<&Assertion>>> = BTreeMap::new();
    for one in assertions {
        let parser = parsers.entry((&one.stage, &one.parser)).or_default();
        parser.entry(one.nth).or_default().push(one);
    }
    let mut linked: BTreeMap<Option<usize>, Asserted> = BTreeMap::new();
    for events in parsers.into_values() {
        let mut from = 0;
        for fields in events.into_values() {
            let is_message = |one: &&&Assertion| one.space == "Parsed" && one.key == "message";
            let message = fields.iter().find(is_message);
            let line = message.and_then(|message| place(lines, from, &message.value));
            from = line.map_or(from, |line| line + 1);
            let asserted = linked.entry(line).or_default();
            for field in fields {
                asserted.insert((field.space.clone(), field.key.clone()), field.clone());
            }
        }
    }
    linked
}

fn place(lines: &[&str], from: usize, message: &str) -> Option<usize> {
    let message = message.trim();
    let has = |line: &str| line.contains(message);
    let words = |line: &str| message.split_whitespace().all(|word| line.contains(word));
    let find = |test: &dyn Fn(&str) -> bool| {
        (from..lines.len()).chain(0..from).find(|&nth| test(lines[nth]))
    };
    find(&has).or_else(|| find(&words)).filter(|_| !message.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::assertion::read;
    use super::*;

    #[test]
    fn equal_messages_belong_to_lines_in_order() {
        let one = |nth: usize, user: &str| {
            let at = format!("results[\"s01-parse\"][\"p\"][{nth}].Evt.Parsed");
            format!("{at}[\"message\"] == \"failed\"\n{at}[\"user\"] == \"{user}\"\n")
        };
        let text = one(0, "a") + &one(1, "b");
        let linked = link(&["1 failed", "2 other", "3 failed"], &read(&text));
        let user = |line| linked[&Some(line)][&("Parsed".into(), "user".into())].value.clone();
        assert_eq!((user(0), user(2)), ("a".to_owned(), "b".to_owned()));
        assert_eq!(linked.len(), 2);
    }
}
