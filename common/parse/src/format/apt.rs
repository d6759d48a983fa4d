//! apt's history of packages: each run has several lines.
//!
//! ```text
//! Start-Date: 2026-06-14  15:16:01
//! Commandline: apt-get install curl
//! Requested-By: anna (1000)
//! Install: curl:amd64 (7.88.1-10), libcurl4:amd64 (7.88.1-10, automatic)
//! Error: Sub-process /usr/bin/dpkg returned an error code (1)
//! End-Date: 2026-06-14  15:16:05
//! ```
//!
//! A run goes on to its end, with the empty line behind it. Its packages stand under what was done
//! with them (`apt.install`, `apt.upgrade`), as apt writes them. A run that was killed has no end;
//! the next one begins all the same.
//!
//! What it does *not* know: dpkg's log, which is lines.

use super::spec::{Found, Miss, Spec};
use crate::columns::add;
use crate::joint::Joint;
use crate::memory::Memory;
use crate::stamp::{self, Stamp};
use common::clock::{DAY, day_number};
use common::event::{Event, Value};

const START: &str = "Start-Date: ";
const END: &[u8] = b"End-Date: ";

pub(super) const SPEC: Spec =
    Spec::line(run).first(b"S").joined(Joint::Run { begins, goes_on, ends });

fn begins(line: &[u8]) -> bool {
    line.starts_with(START.as_bytes())
}

fn goes_on(record: &[u8], line: &[u8]) -> bool {
    let last = memchr::memrchr(b'\n', record).map_or(0, |at| at + 1);
    match record[last..].starts_with(END) {
        true => line.is_empty(),
        false => !record[last..].is_empty() && !begins(line),
    }
}

fn ends(_line: &[u8]) -> bool {
    false
}

fn run<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let Some(start) = text.strip_prefix(START).and_then(moment) else {
        return Miss::at(0, "Start-Date: and a moment");
    };
    (event.time, event.time_quality) = memory.instant(start);
    event.dataset = Some("apt.history".into());
    event.event_category = Some("package".into());
    event.event_action = Some("package_run".into());
    event.process_name = Some("apt".into());
    let mut done = None;
    for line in text.lines().skip(1) {
        let Some((key, value)) = line.split_once(": ") else { continue };
        match key {
            "Commandline" => add("process.command_line", value, event),
            "Requested-By" => user(value, event),
            "Error" => {
                event.event_outcome = Some("failure".into());
                add("error.message", value, event);
            }
            "End-Date" => {
                event.event_outcome.get_or_insert("success".into());
                if let Some(end) = moment(value) {
                    let (end, _) = memory.instant(end);
                    event.ext.push("event.end", Value::Text(end.to_string().into()));
                }
            }
            _ => {
                if let Some(name) = action(key) {
                    add(name, value, event);
                    done = done.or(Some(line));
                }
            }
        }
    }
    event.message = done.unwrap_or(text.lines().nth(1).unwrap_or(text)).into();
    Ok(Found::ALL)
}

/// Where packages are kept that something was done with.
fn action(key: &str) -> Option<&'static str> {
    Some(match key {
        "Install" => "apt.install",
        "Reinstall" => "apt.reinstall",
        "Upgrade" => "apt.upgrade",
        "Downgrade" => "apt.downgrade",
        "Remove" => "apt.remove",
        "Purge" => "apt.purge",
        _ => return None,
    })
}

/// `anna (1000)`, read from the right.
fn user<'a>(text: &'a str, event: &mut Event<'a>) {
    match text.strip_suffix(')').and_then(|text| text.rsplit_once(" (")) {
        Some((name, id)) => {
            event.user_name = Some(name.into());
            add("user.id", id, event);
        }
        None => event.user_name = Some(text.into()),
    }
}

/// A date, two spaces and a time of day, in local time.
fn moment(text: &str) -> Option<Stamp> {
    let ((year, month, day), after) = stamp::date(text.as_bytes(), 0)?;
    let gap = text[after..].bytes().take_while(|byte| *byte == b' ').count();
    let (time, _) = stamp::clock(text.as_bytes(), after + gap)?;
    (gap > 0).then_some(Stamp { wall: day_number(year, month, day) * DAY + time, offset: None })
}
