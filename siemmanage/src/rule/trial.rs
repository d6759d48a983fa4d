//! Cases held against rules: in memory, with the evaluators of siemtrigger.
//!
//! What it does *not* know: files, how verdicts are printed.

use super::case::{Cases, Given, Run, Text};
use common::clock::{SECOND, Timestamp};
use common::event::{Event, EventId, JsonError, TimeQuality};
use common::field::Column;
use common::helper;
use common::rule::{Rule, Source, needed};
use detect::Replay;
use parse::helper::Helpers;
use parse::{Format, Line, Parser, Settings};
use std::convert::Infallible;
use std::sync::Arc;

/// When the events of cases are read: the time of those that have none, the year of stamps
/// without one.
const NOW: &str = "2026-11-20T12:00:00Z";

/// What became of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The rule's id, and which of its cases.
    pub(crate) name: String,
    /// Why it failed; `None` where it did not.
    pub(crate) failure: Option<String>,
}

/// Rules on trial.
pub(crate) struct Trial<'r> {
    rules: &'r [Rule],
    helpers: Arc<Helpers>,
    now: Timestamp,
}

impl<'r> Trial<'r> {
    /// A trial of rules; those that others count must be among them.
    pub(crate) fn new(rules: &'r [Rule]) -> anyhow::Result<Trial<'r>> {
        let mut all = Vec::new();
        for (file, text) in helper::shipped() {
            all.extend(helper::read(text, file)?);
        }
        let now = Timestamp::parse(NOW).unwrap_or_default();
        Ok(Trial { rules, helpers: Arc::new(Helpers::new(all)?), now })
    }

    /// The verdicts on a rule's cases, each with the line of its case.
    pub(crate) fn verdicts(&self, rule: &Rule, cases: &Cases) -> Vec<(usize, Verdict)> {
        let mut verdicts = Vec::new();
        for (word, list, wanted) in
            [("match", &cases.matching, true), ("no_match", &cases.differing, false)]
        {
            for (place, given) in list.iter().enumerate() {
                let name = format!("{}: {word} {}", rule.id(), place + 1);
                let failure = self.single(rule, given, wanted).unwrap_or_else(Some);
                verdicts.push((given.line, Verdict { name, failure }));
            }
        }
        for run in &cases.runs {
            let name = format!("{}: {}", rule.id(), run.name);
            let failure = self.run(rule, run).unwrap_or_else(Some);
            verdicts.push((run.line, Verdict { name, failure }));
        }
        verdicts
    }

    /// Why a rule's condition is not as wanted for an event.
    fn single(&self, rule: &Rule, given: &Given, wanted: bool) -> Result<Option<String>, String> {
        let bytes = bytes(&given.text)?;
        let event = self.event(rule, given, &bytes)?;
        Ok(match (rule.filter.matches(&event), wanted) {
            (false, true) => {
                let lines = detect::explain(&rule.filter, &event);
                let text = lines.iter().find(|line| line.depth > 0 && !line.holds);
                let text = text.map(|line| format!(": failed: {}", line.text));
                Some(format!("does not match{}", text.unwrap_or_default()))
            }
            (true, false) => Some("matches".to_owned()),
            _ => None,
        })
    }

    /// Why a run leaves another number of SIEM events than wanted.
    fn run(&self, rule: &Rule, run: &Run) -> Result<Option<String>, String> {
        let mut replay =
            Replay::new(needed(rule, self.rules), false).map_err(|error| error.to_string())?;
        let mut found = Vec::new();
        let (mut number, mut clock) = (0, self.now);
        for given in &run.events {
            let bytes = bytes(&given.text)?;
            let first = self.event(rule, given, &bytes)?;
            let own = matches!(first.time_quality, TimeQuality::None);
            let start = if own { clock } else { first.time };
            for _ in 0..given.times {
                number += 1;
                let shift = given.every.0.saturating_mul(i64::from(number) - 1);
                let mut event = first.clone();
                event.id = EventId { batch: 0, seq: number };
                event.time = match given.times {
                    1 => start,
                    _ => Timestamp(start.0.saturating_add(shift)),
                };
                clock = Timestamp(event.time.0.saturating_add(SECOND));
                let Ok(new) = replay.event(&event);
                found.extend(new);
            }
        }
        let Ok(()) = replay.end(|event| {
            found.push(event);
            Ok::<(), Infallible>(())
        });
        let count = found.iter().filter(|event| event.rule_id == rule.id()).count() as u64;
        Ok((count != run.siem_events)
            .then(|| format!("{count} SIEM events, expected {}", run.siem_events)))
    }

    /// The event of a case, in a section that the rule looks at.
    fn event<'b>(&self, rule: &Rule, given: &Given, bytes: &'b [u8]) -> Result<Event<'b>, String> {
        let section = match &rule.source {
            Source::Events(section) => section.clone(),
            _ => common::section::DEFAULT.to_owned(),
        };
        let wrong = |error: JsonError| error.to_string();
        let mut event = match &given.text {
            Text::Fields(fields) if is_normal(fields) => {
                let mut fields = fields.clone();
                let is_timeless = !fields.contains_key("@timestamp");
                fields.entry("@timestamp").or_insert_with(|| NOW.into());
                let text = serde_json::Value::from(fields).to_string();
                let mut event = Event::read_json(&text).map_err(wrong)?;
                if is_timeless {
                    event.time_quality = TimeQuality::None;
                }
                event
            }
            text => {
                let format = match text {
                    Text::Fields(_) => "json".parse::<Format>().ok(),
                    Text::Line(_) => None,
                };
                let settings = Settings {
                    format,
                    reference: self.now,
                    read_at: self.now,
                    ..Settings::default()
                };
                let mut parser = Parser::new(settings, None).map_err(|error| error.to_string())?;
                parser.set_helpers(Arc::clone(&self.helpers));
                parser.parse(Line::new(bytes, 0, 1))
            }
        };
        event.section = section.into();
        let is_given = matches!(given.text, Text::Fields(_)) && event.labels.is_empty();
        if let Some(logsource) = rule.filter.logsource().filter(|_| is_given) {
            event.labels = logsource.to_string().into();
        }
        Ok(event)
    }
}

/// Whether fields are those of a normalised event, and not a source's own.
fn is_normal(fields: &serde_json::Map<String, serde_json::Value>) -> bool {
    let is_column = |name: &String| Column::ALL.iter().any(|column| column.name() == name);
    fields.keys().any(is_column)
}

/// An event as a source would write it.
fn bytes(text: &Text) -> Result<Vec<u8>, String> {
    match text {
        Text::Line(line) => Ok(line.as_bytes().to_vec()),
        Text::Fields(fields) => serde_json::to_vec(fields).map_err(|error| error.to_string()),
    }
}
