//! Cases kept beside a rule: events that it must match, must not match, and runs of events after
//! which it must have left so many SIEM events.
//!
//! ```yaml
//! rule: ssh_brute_force            # id, name or title; the only rule of the file beside it unless given
//! match:                           # the rule's condition holds for each of these
//!   - 'Nov 20 10:00:00 web1 sshd[7]: Failed password for root from 192.0.2.7 port 22 ssh2'
//! no_match:                        # … and for none of these
//!   - {event.action: ssh_login, event.outcome: success}
//! sets:                            # what reference sets hold, in place of the database's
//!   Workstations: [ws1, ws2]
//! fire:                            # runs of events, for what counts over windows
//!   - name: eight in a minute
//!     siem_events: 1               # how many the rule leaves; 1 unless given
//!     events:
//!       - 'Nov 20 10:00:00 web1 sshd[7]: Failed password for root from 192.0.2.7 port 22 ssh2'
//!       - {times: 7, every: 5s, event: '…'}    # again and again, later each time
//! ```
//!
//! A file holds one or more such documents. An event is a line of a log, which is read as
//! siemparse reads it with the shipped helpers, or a mapping of fields, read as JSON. Labels come
//! from the event itself; a mapping that has none gets those that the rule asks for.
//!
//! What it does *not* know: how rules decide.

use common::clock::SECOND;
use common::clock::span::Span;
use common::filter::Set;
use common::yaml::{self, Node, Value, YamlError};

/// The most events of a run.
const EVENTS: u64 = 100_000;

/// A document of cases.
#[derive(Debug)]
pub(crate) struct Cases {
    /// The rule's id, name or title.
    pub(crate) rule: Option<String>,
    /// The rule's condition holds for these …
    pub(crate) matching: Vec<Given>,
    /// … and not for these.
    pub(crate) differing: Vec<Given>,
    pub(crate) runs: Vec<Run>,
    /// What reference sets hold.
    pub(crate) sets: Vec<Set>,
    /// Where the document begins.
    pub(crate) line: usize,
}

/// A run of events.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Run {
    pub(crate) name: String,
    /// How many SIEM events the rule leaves.
    pub(crate) siem_events: u64,
    pub(crate) events: Vec<Given>,
    pub(crate) line: usize,
}

/// An event, and how often it comes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Given {
    pub(crate) text: Text,
    pub(crate) times: u64,
    pub(crate) every: Span,
    pub(crate) line: usize,
}

/// An event as it was given.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Text {
    /// A line of a log.
    Line(String),
    /// Its fields as a JSON object.
    Fields(serde_json::Map<String, serde_json::Value>),
}

/// The documents of a file.
///
/// # Errors
/// The file is no YAML, or a document is not in the form above.
pub(crate) fn read(text: &str) -> Result<Vec<Cases>, YamlError> {
    yaml::read(text)?.iter().map(cases).collect()
}

fn cases(node: &Node) -> Result<Cases, YamlError> {
    known(node, "cases", &["rule", "match", "no_match", "sets", "fire"])?;
    let events = |name: &str| -> Result<Vec<Given>, YamlError> {
        list(node, name)?.iter().map(given).collect()
    };
    let runs = list(node, "fire")?;
    let numbered = runs.iter().enumerate();
    let cases = Cases {
        rule: scalar(node, "rule")?,
        matching: events("match")?,
        differing: events("no_match")?,
        runs: numbered.map(|(place, node)| run(place, node)).collect::<Result<_, _>>()?,
        sets: sets(node)?,
        line: node.line,
    };
    match cases.matching.is_empty() && cases.differing.is_empty() && cases.runs.is_empty() {
        true => Err(node.fault("no cases: neither match, no_match nor fire")),
        false => Ok(cases),
    }
}

fn sets(node: &Node) -> Result<Vec<Set>, YamlError> {
    let Some(node) = node.member("sets") else { return Ok(Vec::new()) };
    let Value::Map(members) = &node.value else {
        return Err(node.fault(format!("sets: {} where a mapping is expected", node.kind())));
    };
    let set = |(key, node): &(yaml::Key, Node)| -> Result<Set, YamlError> {
        let Value::List(items) = &node.value else {
            return Err(node.fault(format!("{}: {} is no list", key.text, node.kind())));
        };
        let value = |item: &Node| {
            let text = item.scalar().map(std::borrow::Cow::into_owned);
            text.ok_or_else(|| item.fault(format!("{} where a value is expected", item.kind())))
        };
        let values: Vec<String> = items.iter().map(value).collect::<Result<_, _>>()?;
        Set::new(&key.text, values).map_err(|error| node.fault(error.to_string()))
    };
    members.iter().map(set).collect()
}

fn run(place: usize, node: &Node) -> Result<Run, YamlError> {
    known(node, "a run", &["name", "siem_events", "events"])?;
    let events: Vec<Given> = list(node, "events")?.iter().map(given).collect::<Result<_, _>>()?;
    if events.is_empty() || events.iter().map(|it| it.times).sum::<u64>() > EVENTS {
        return Err(node.fault(format!("events: 1 to {EVENTS} events")));
    }
    Ok(Run {
        name: scalar(node, "name")?.unwrap_or_else(|| format!("run {}", place + 1)),
        siem_events: count(node, "siem_events")?.unwrap_or(1),
        events,
        line: node.line,
    })
}

/// An event as it is, or one under `event` that is repeated.
fn given(node: &Node) -> Result<Given, YamlError> {
    match &node.value {
        Value::Map(members) if members.len() <= 3 && node.member("event").is_some() => {
            known(node, "an event", &["event", "times", "every"])?;
            let every = scalar(node, "every")?.unwrap_or_else(|| "1s".to_owned());
            let every = Span::parse(&every, SECOND);
            let every = every.map_err(|error| node.fault(format!("every: {error}")))?;
            let times = count(node, "times")?.unwrap_or(1).min(EVENTS + 1);
            let inner = node.member("event").unwrap_or(node);
            Ok(Given { times, every, text: event(inner)?, line: inner.line })
        }
        _ => Ok(Given { text: event(node)?, times: 1, every: Span(0), line: node.line }),
    }
}

fn event(node: &Node) -> Result<Text, YamlError> {
    match &node.value {
        Value::Text(line) => Ok(Text::Line(line.clone())),
        Value::Map(members) => Ok(Text::Fields(fields(members))),
        _ => Err(node.fault(format!("{} where a line or fields are expected", node.kind()))),
    }
}

/// Refuses keys that mean nothing here.
fn known(node: &Node, what: &str, names: &[&str]) -> Result<(), YamlError> {
    let Value::Map(members) = &node.value else {
        return Err(node.fault(format!("{} where a mapping is expected", node.kind())));
    };
    match members.iter().find(|(key, _)| !names.contains(&key.text.as_str())) {
        Some((key, _)) => {
            let name = key.text.escape_debug();
            let what = format!("{what}: unknown key \"{name}\": {}", names.join(", "));
            Err(YamlError::new(key.line, key.column, what))
        }
        None => Ok(()),
    }
}

fn list<'n>(node: &'n Node, name: &str) -> Result<&'n [Node], YamlError> {
    match node.member(name) {
        None => Ok(&[]),
        Some(Node { value: Value::List(items), .. }) => Ok(items),
        Some(other) => Err(other.fault(format!("{name}: {} is no list", other.kind()))),
    }
}

fn scalar(node: &Node, name: &str) -> Result<Option<String>, YamlError> {
    let Some(value) = node.member(name) else { return Ok(None) };
    match value.scalar() {
        Some(text) => Ok(Some(text.into_owned())),
        None => Err(value.fault(format!("{name}: {} is no text", value.kind()))),
    }
}

fn count(node: &Node, name: &str) -> Result<Option<u64>, YamlError> {
    let Some(value) = node.member(name) else { return Ok(None) };
    match value.value {
        Value::Int(number) if number >= 0 => Ok(Some(number.unsigned_abs())),
        _ => Err(value.fault(format!("{name}: no whole number"))),
    }
}

fn fields(members: &[(yaml::Key, Node)]) -> serde_json::Map<String, serde_json::Value> {
    members.iter().map(|(key, node)| (key.text.clone(), json(node))).collect()
}

fn json(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(truth) => (*truth).into(),
        Value::Int(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        Value::Text(text) => text.as_str().into(),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(members) => fields(members).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_cases_is_read() {
        let text = "rule: r\nmatch: [{a: 1, b: [x, null]}]\nfire:\n- events:\n  - a line\n  \
            - {event: {event: 7}, times: 3, every: 2m}\n  siem_events: 0\nsets: {s: [b, 7]}\n";
        let cases = read(text).expect("cases").remove(0);
        assert_eq!((cases.rule.as_deref(), cases.line), (Some("r"), 1));
        let Text::Fields(fields) = &cases.matching[0].text else { panic!("fields") };
        assert_eq!(serde_json::json!(fields), serde_json::json!({"a": 1, "b": ["x", null]}));
        let run = &cases.runs[0];
        assert_eq!((run.name.as_str(), run.siem_events, run.line), ("run 1", 0, 4));
        assert_eq!(
            (cases.sets[0].name(), cases.sets[0].values()),
            ("s", &["7".into(), "b".into()][..])
        );
        assert_eq!(run.events[0].text, Text::Line("a line".to_owned()));
        assert_eq!((run.events[1].times, run.events[1].every), (3, Span(120 * SECOND)));
    }

    #[test]
    fn mistakes_have_their_place() {
        let fault = |text: &str| read(text).expect_err("refused").to_string();
        assert_eq!(fault("rule: r"), "1:1: no cases: neither match, no_match nor fire");
        assert_eq!(
            fault("match: [a]\nmach: []"),
            "2:1: cases: unknown key \"mach\": rule, match, no_match, sets, fire"
        );
        assert_eq!(fault("match: 7"), "1:8: match: a number is no list");
        assert_eq!(fault("fire: [{events: []}]"), "1:8: events: 1 to 100000 events");
    }
}
