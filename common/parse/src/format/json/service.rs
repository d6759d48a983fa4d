//! What JSON of well-known services means beyond its common names.
//!
//! A service is told by names that its objects have; a table of it says which of them fill
//! columns, what its words say of outcome and level, and what kind of event it is. Which service
//! a shape belongs to is looked for once, so that other objects pay one comparison.
//!
//! What it does *not* know: which services there are ([`super::known`]).

use crate::alias::{self, Meaning, Ranks};
use crate::columns::{self, Table, To};
use crate::format::spec::Next;
use crate::level;
use crate::memory::Memory;
use crate::source::Source as _;
use common::event::{Event, Object, TimeQuality, Value, address};
use common::field::Column;
use std::borrow::Cow;

/// A service whose objects are known.
pub(super) struct Service {
    pub(super) dataset: &'static str,
    /// Names that all of its objects have.
    pub(super) has: &'static [&'static str],
    /// Names of its time, the best first, where the common ones do not say it.
    pub(super) time: &'static [&'static str],
    pub(super) table: &'static Table,
    /// Names of addresses with or without a port: the peer's, and the one it came to.
    pub(super) peers: [&'static str; 2],
    /// Where this name has this value, the peer is whom the machine itself went to.
    pub(super) outward: (&'static str, &'static str),
    /// Names of a program's path and of its arguments.
    pub(super) command: [&'static str; 2],
    pub(super) level: Level,
    /// The first that says something counts.
    pub(super) outcome: &'static [Outcome],
    pub(super) category: Category,
    /// What stands in a text of its own form.
    pub(super) finish: fn(&Object<'_>, &mut Event<'_>),
    /// What may be in the message.
    pub(super) next: Next,
}

/// What a service says of severity.
pub(super) enum Level {
    /// What the common names say.
    Common,
    /// A word as syslog has it.
    Word(&'static str),
    /// What a word begins with, and its severity.
    Letters(&'static str, &'static [(&'static str, u8)]),
    /// A number at least this large, the largest first, and its severity.
    Scale(&'static str, &'static [(i64, u8)]),
}

/// What a service says of outcome.
pub(super) enum Outcome {
    /// A text ends so, in any case: failures, successes.
    Ends(&'static str, &'static [&'static str], &'static [&'static str]),
    /// A list of words holds one: failures, successes.
    Holds(&'static str, &'static str, &'static str),
    /// A code is this one, or the event failed.
    Code(&'static str, &'static str),
    /// An HTTP status.
    Status(&'static str),
    /// A name is there and not empty: failure.
    Error(&'static str),
    /// What was not a failure worked.
    Success,
}

/// What kind of event it is.
pub(super) enum Category {
    One(&'static str),
    /// What a text begins with, and the category; otherwise the last.
    Begins(&'static str, &'static [(&'static str, &'static str)], &'static str),
}

/// A service for objects that name nothing.
pub(super) const NOTHING: Service = Service {
    dataset: "",
    has: &[],
    time: &[],
    table: &[],
    peers: ["", ""],
    outward: ("", ""),
    command: ["", ""],
    level: Level::Common,
    outcome: &[],
    category: Category::One(""),
    finish: |_, _| {},
    next: Next::Text,
};

impl Service {
    /// Fills what the service's own names mean, over what the common names said.
    pub(super) fn fill<'a>(&self, fields: &Object<'a>, memory: &mut Memory, event: &mut Event<'a>) {
        event.dataset = Some(self.dataset.into());
        self.read_time(fields, memory, event);
        fields.values(self.table, |to, value| match (to, value) {
            // What is absent, and a number that came as a text.
            (To::Field(_), Value::Text(text)) if text == "-" || text.is_empty() => {}
            (To::Field(name @ "http.response.status_code"), Value::Text(text)) => {
                let value = text.parse().map_or(Value::Text(text), Value::Int);
                event.ext.push(*name, value);
            }
            (to, value) => columns::put(*to, value, event),
        });
        self.read_peers(fields, event);
        self.read_command(fields, event);
        if let Some(level) = self.level.read(fields) {
            event.log_severity = Some(level);
        }
        if event.event_outcome.is_none() {
            let outcome = self.outcome.iter().find_map(|outcome| outcome.read(fields));
            event.event_outcome =
                outcome.map(|good| Cow::Borrowed(if good { "success" } else { "failure" }));
        }
        if event.event_category.is_none() {
            let category = self.category.read(fields);
            event.event_category = (!category.is_empty()).then_some(Cow::Borrowed(category));
        }
        if let Some(number) = &event.network_transport
            && number.bytes().all(|byte| byte.is_ascii_digit())
        {
            event.network_transport = Some(Cow::Owned(columns::transport(number).into_owned()));
        }
        (self.finish)(fields, event);
    }

    fn read_time<'a>(&self, fields: &Object<'a>, memory: &mut Memory, event: &mut Event<'a>) {
        let mut ranks = Ranks::default();
        for name in self.time {
            if event.time_quality != TimeQuality::None {
                return;
            }
            if let Some(value) = fields.value(name).map(columns::first) {
                let meaning = (Meaning::Time, 1);
                alias::adopt_as(meaning, name, &value, &mut ranks, memory, event);
            }
        }
    }

    fn read_command(&self, fields: &Object<'_>, event: &mut Event<'_>) {
        let Some(program) = fields.text(self.command[0]) else { return };
        let line = match fields.text(self.command[1]) {
            Some(arguments) if !arguments.is_empty() => format!("{program} {arguments}"),
            _ => program.to_owned(),
        };
        let name = program.rsplit('/').next().unwrap_or(program);
        event.process_name = Some(Cow::Owned(name.to_owned()));
        event.process_command_line = Some(Cow::Owned(line));
    }

    fn read_peers(&self, fields: &Object<'_>, event: &mut Event<'_>) {
        for (name, [ip, port]) in self.peers.iter().zip([
            [Column::SourceIp, Column::SourcePort],
            [Column::DestinationIp, Column::DestinationPort],
        ]) {
            let Some(text) = fields.text(name) else { continue };
            let (host, number) = match address(text) {
                Some(_) => (text, None),
                None => text.rsplit_once(':').map_or((text, None), |(ip, port)| (ip, Some(port))),
            };
            let own = |text: &str| Value::Text(Cow::Owned(text.to_owned()));
            if address(host).is_some() {
                columns::put(To::Column(ip), own(host), event);
                if let Some(number) = number {
                    columns::put(To::Column(port), own(number), event);
                }
            }
        }
        let (name, value) = self.outward;
        if !name.is_empty() && fields.text(name) == Some(value) {
            std::mem::swap(&mut event.source_ip, &mut event.destination_ip);
            std::mem::swap(&mut event.source_port, &mut event.destination_port);
        }
    }
}

impl Level {
    fn read(&self, fields: &Object<'_>) -> Option<u8> {
        match self {
            Level::Common => None,
            Level::Word(name) => level::named_severity(fields.text(name)?),
            Level::Letters(name, letters) => {
                let word = fields.text(name)?;
                letters.iter().find(|(start, _)| word.starts_with(start)).map(|(_, level)| *level)
            }
            Level::Scale(name, steps) => {
                let number = match fields.value(name)? {
                    Value::Int(number) => number,
                    #[allow(clippy::cast_possible_truncation, reason = "steps are whole numbers")]
                    Value::Float(number) => number as i64,
                    _ => return None,
                };
                steps.iter().find(|(least, _)| number >= *least).map(|(_, level)| *level)
            }
        }
    }
}

impl Outcome {
    /// Whether it worked, where this says so.
    fn read(&self, fields: &Object<'_>) -> Option<bool> {
        match self {
            Outcome::Ends(name, failures, successes) => {
                let text = fields.text(name)?.to_ascii_lowercase();
                let ends = |ends: &[&str]| ends.iter().any(|end| text.ends_with(end));
                if ends(failures) { Some(false) } else { ends(successes).then_some(true) }
            }
            Outcome::Holds(name, failure, success) => {
                let value = fields.value(name)?;
                let words: &[Value<'_>] = match &value {
                    Value::List(words) => words,
                    word => std::slice::from_ref(word),
                };
                let holds = |want: &str| {
                    words.iter().any(|word| match word {
                        Value::Text(text) => text == want,
                        Value::Bool(is_good) => want == if *is_good { "true" } else { "false" },
                        _ => false,
                    })
                };
                if holds(failure) { Some(false) } else { holds(success).then_some(true) }
            }
            Outcome::Code(name, good) => match fields.value(name)? {
                Value::Int(code) => Some(good.parse() == Ok(code)),
                Value::Text(code) => Some(code == *good),
                _ => None,
            },
            Outcome::Status(name) => {
                fields.int(name).filter(|status| (100..600).contains(status)).map(|s| s < 400)
            }
            Outcome::Error(name) => {
                fields.text(name).filter(|text| !text.is_empty()).map(|_| false)
            }
            Outcome::Success => Some(true),
        }
    }
}

impl Category {
    fn read(&self, fields: &Object<'_>) -> &'static str {
        match self {
            Category::One(category) => category,
            Category::Begins(name, known, other) => {
                let text = match fields.value(name).map(columns::first) {
                    Some(Value::Text(text)) => text,
                    _ => Cow::Borrowed(""),
                };
                known.iter().find(|(start, _)| text.starts_with(start)).map_or(other, |(_, c)| c)
            }
        }
    }
}
