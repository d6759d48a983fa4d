//! The header of a flat line: what says whose line it is, and which labels it has.
//!
//! Windows events are known by their channel and event id, siemagent's lines by their schema, time
//! and category, those that siemparse wrote by their dataset. Of other lines, and of those that
//! another format could take first, nothing is said here.
//!
//! What it does *not* know: rules.

use super::key::Role;
use super::kind::Kind;
use super::own::{Part, fits, is_text};
use super::scan::{Stretch, Token};
use common::clock::Timestamp;
use common::event::{Event, WindowsEvent, agent_labels, labels};
use common::field::Column;
use std::borrow::Cow;

/// What siemagent's format fills, and from which of a line's fields.
const FILLED: &[(&str, &str)] = &[
    ("container.id", "ContainerId"),
    ("destination.domain", "DestinationHostname"),
    ("destination.ip", "DestinationIp"),
    ("destination.port", "DestinationPort"),
    ("dns.question.name", "QueryName"),
    ("dns.question.type", "QueryType"),
    ("dns.response_code", "QueryStatus"),
    ("event.outcome", "outcome"),
    ("file.path", "TargetFilename"),
    ("host.name", "host"),
    ("network.transport", "Protocol"),
    ("process.command_line", "CommandLine"),
    ("process.entity_id", "ProcessGuid"),
    ("process.executable", "Image"),
    ("process.exit_code", "exit_code"),
    ("process.parent.command_line", "ParentCommandLine"),
    ("process.parent.entity_id", "ParentProcessGuid"),
    ("process.parent.executable", "ParentImage"),
    ("process.parent.pid", "ParentProcessId"),
    ("process.pid", "ProcessId"),
    ("process.working_directory", "CurrentDirectory"),
    ("source.ip", "SourceIp"),
    ("source.port", "SourcePort"),
    ("user.id", "uid"),
    ("user.name", "User"),
];

/// The field of siemagent's lines that a name is filled from.
pub(super) fn filled_from(name: &str) -> Option<&'static str> {
    FILLED.iter().find(|(filled, _)| *filled == name).map(|(_, source)| *source)
}

/// Where a line's header stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Header {
    channel: Option<Stretch>,
    provider: Option<Stretch>,
    source: Option<Stretch>,
    event_type: Option<Stretch>,
    id: Option<i64>,
    schema: Option<Stretch>,
    time: Option<Stretch>,
    category: Option<Stretch>,
    is_foreign: bool,
    section: Option<Stretch>,
    dataset: Option<Stretch>,
    message: Option<Stretch>,
}

impl Header {
    /// Takes a member; `None` when it is not written in the usual way.
    pub(super) fn take(
        &mut self,
        role: Role,
        line: &[u8],
        (from, until): Stretch,
        token: Token,
    ) -> Option<()> {
        let is_usual = token == (Token::Text { escaped: false, odd: false });
        let slot = match role {
            Role::Plain => return Some(()),
            Role::Refused => return None,
            Role::Foreign => {
                self.is_foreign = true;
                return Some(());
            }
            Role::Id => {
                self.id = Some(std::str::from_utf8(&line[from..until]).ok()?.parse().ok()?);
                return Some(());
            }
            Role::Provider => &mut self.provider,
            Role::Source => &mut self.source,
            Role::EventType => &mut self.event_type,
            Role::Channel if !is_usual => return None,
            Role::Channel => &mut self.channel,
            Role::Schema => &mut self.schema,
            Role::Time => &mut self.time,
            Role::Category => &mut self.category,
        };
        // Of agents' keys only plain texts count; elsewhere they mean nothing.
        let is_agents = matches!(role, Role::Schema | Role::Time | Role::Category);
        *slot = (is_usual || !is_agents).then_some((from, until));
        Some(())
    }

    /// Takes a member of a line that siemparse wrote; `None` when it is not written so.
    pub(super) fn take_own(
        &mut self,
        part: Part,
        line: &[u8],
        stretch: Stretch,
        token: Token,
    ) -> Option<()> {
        let value = &line[stretch.0..stretch.1];
        let is_usual = token == (Token::Text { escaped: false, odd: false });
        let is_right = match part {
            Part::Added => true,
            Part::Time => is_usual && std::str::from_utf8(value).is_ok_and(is_time),
            Part::Number => is_usual,
            Part::Raw => matches!(token, Token::Text { .. }) && is_text(value),
            Part::Refused => false,
            Part::Column(column) => {
                let slot = match column {
                    Column::Section => Some(&mut self.section),
                    Column::Dataset => Some(&mut self.dataset),
                    Column::Message => Some(&mut self.message),
                    _ => None,
                };
                let is_named = matches!(column, Column::Section | Column::Dataset);
                if let Some(slot) = slot {
                    *slot = Some(stretch);
                }
                fits(column, token, value) && (is_usual && !value.is_empty() || !is_named)
            }
        };
        is_right.then_some(())
    }

    /// Whether it is the header of a line that siemparse wrote.
    pub(super) fn is_own(&self) -> bool {
        [self.section, self.dataset, self.message].iter().all(Option::is_some)
    }

    /// The section that the line names.
    pub(super) fn section<'l>(&self, line: &'l [u8]) -> Option<&'l str> {
        self.text(line, self.section)
    }

    /// Whether it is the header of a Windows event.
    pub(super) fn is_windows(&self) -> bool {
        self.id.is_some() && self.channel.is_some_and(|(from, until)| from < until)
    }

    /// Whether it is the header of a line of siemagent.
    pub(super) fn is_agent(&self, line: &[u8]) -> bool {
        let others = [self.channel, self.provider, self.source];
        let text = |stretch: Option<Stretch>| self.text(line, stretch);
        !self.is_foreign
            && others.iter().all(Option::is_none)
            && self.category.is_some()
            && text(self.schema).is_some_and(|schema| schema.starts_with("siemagent/"))
            && text(self.time).is_some_and(is_time)
    }

    fn text<'l>(&self, line: &'l [u8], stretch: Option<Stretch>) -> Option<&'l str> {
        let (from, until) = stretch?;
        std::str::from_utf8(&line[from..until]).ok()
    }

    /// What the labels depend on. A Windows header's channel is not empty, so that the provider
    /// does not count.
    pub(super) fn kind<'l>(&self, line: &'l [u8]) -> Kind<'l> {
        let bytes =
            |stretch: Option<Stretch>| stretch.map_or(&b""[..], |(from, until)| &line[from..until]);
        if self.is_own() {
            // No id of Windows, and another than siemagent's.
            let id = i64::MIN + 1;
            return Kind { channel: bytes(self.dataset), event_type: bytes(self.section), id };
        }
        match self.is_windows() {
            true => Kind {
                channel: bytes(self.channel),
                event_type: bytes(self.event_type),
                id: self.id.unwrap_or(0),
            },
            // No id of Windows.
            false => Kind { channel: bytes(self.category), event_type: b"", id: i64::MIN },
        }
    }

    /// The labels, empty where there are none; `None` where a line does not tell them.
    pub(super) fn labels(&self, line: &[u8]) -> Option<&'static str> {
        let text = |stretch: Option<Stretch>| self.text(line, stretch);
        if self.is_own() {
            return dataset_labels(text(self.dataset).unwrap_or_default());
        }
        if !self.is_windows() {
            return Some(agent_labels(text(self.category).unwrap_or_default()));
        }
        let event = WindowsEvent {
            channel: text(self.channel),
            id: self.id,
            provider: text(self.provider.or(self.source)),
            event_type: text(self.event_type),
        };
        Some(event.labels())
    }
}

/// The labels of events of a dataset, where it alone decides: not so of syslog, whose programs do.
fn dataset_labels(dataset: &str) -> Option<&'static str> {
    let dataset = dataset.to_owned();
    let is_linux = dataset.starts_with("linux.");
    match labels(&Event { dataset: Some(dataset.into()), ..Event::default() }) {
        Cow::Borrowed(labels) if !is_linux || labels != "linux//syslog" => Some(labels),
        _ => None,
    }
}

/// Whether a time is written as siemagent writes it: UTC, microseconds.
fn is_time(time: &str) -> bool {
    let form = b"0000-00-00T00:00:00.000000Z";
    let fits = |(byte, form): (u8, &u8)| byte == *form || *form == b'0' && byte.is_ascii_digit();
    if time.len() != form.len() || !time.bytes().zip(form).all(fits) {
        return false;
    }
    let part = |at: usize| {
        let digits = &time.as_bytes()[at..at + 2];
        (digits[0] - b'0') * 10 + (digits[1] - b'0')
    };
    // Of ordinary days nothing has to be asked; leap years and seconds are the clock's.
    let is_ordinary = (19..30).contains(&part(0))
        && (1..=12).contains(&part(5))
        && (1..=28).contains(&part(8))
        && part(11) < 24
        && part(14) < 60
        && part(17) < 60;
    is_ordinary || Timestamp::parse(time).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_siemagent_are_times() {
        for (time, is) in [
            ("2026-11-21T00:58:46.122717Z", true),
            ("2024-02-29T23:59:59.999999Z", true),
            ("2026-02-29T00:00:00.000000Z", false),
            ("2026-13-01T00:00:00.000000Z", false),
            ("2026-01-00T00:00:00.000000Z", false),
            ("2026-01-01T24:00:00.000000Z", false),
            ("2026-01-01T00:60:00.000000Z", false),
            ("2026-01-01 00:00:00.000000Z", false),
            ("2026-01-01T00:00:00Z", false),
            ("20x6-01-01T00:00:00.000000Z", false),
        ] {
            assert_eq!(is_time(time), is, "{time}");
        }
    }
}
