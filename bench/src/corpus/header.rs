//! loghub: the header of each line against the table that its authors made.
//!
//! What is compared: date and time, host, program, process id, level, and the message. What it does
//! *not* look at: the templates of the tables.

use super::source;
use common::event::Event;
use parse::helper::Helpers;
use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

/// One system's result.
#[derive(Clone, Debug, Default)]
pub struct System {
    /// Its name.
    pub name: String,
    /// Fields compared.
    pub all: usize,
    /// Fields that are equal.
    pub equal: usize,
    /// The first fields that are not: line, column, wanted, have.
    pub misses: Vec<(usize, String, String, String)>,
}

/// (name, columns of the table and what they are in an event)
const SYSTEMS: &[(&str, &[(&str, Part)])] = &[
    (
        "OpenSSH",
        &[
            ("Date", Part::Month),
            ("Day", Part::Day),
            ("Time", Part::Clock),
            ("Component", Part::Host),
            ("Pid", Part::Pid),
            ("Content", Part::Message),
        ],
    ),
    (
        "Linux",
        &[
            ("Month", Part::Month),
            ("Date", Part::Day),
            ("Time", Part::Clock),
            ("Level", Part::Host),
            ("Component", Part::Program),
            ("PID", Part::Pid),
            ("Content", Part::Message),
        ],
    ),
    (
        "Mac",
        &[
            ("Month", Part::Month),
            ("Date", Part::Day),
            ("Time", Part::Clock),
            ("User", Part::Host),
            ("Component", Part::Program),
            ("PID", Part::Pid),
            ("Content", Part::Message),
        ],
    ),
    ("Apache", &[("Time", Part::Written), ("Level", Part::Level), ("Content", Part::End)]),
    (
        "Windows",
        &[
            ("Date", Part::Date),
            ("Time", Part::Clock),
            ("Level", Part::Level),
            ("Component", Part::Program),
            ("Content", Part::Message),
        ],
    ),
];

/// What a column holds.
#[derive(Clone, Copy, Debug)]
enum Part {
    Month,
    Day,
    Clock,
    Date,
    Written,
    Host,
    Program,
    Pid,
    Level,
    Message,
    /// The message ends with it: Apache's level stays in the message.
    End,
}

/// Measures the five systems.
///
/// # Errors
/// A file cannot be read.
pub fn measure(folder: &Path, helpers: &Arc<Helpers>) -> io::Result<Vec<System>> {
    SYSTEMS.iter().map(|(name, columns)| one(folder, name, columns, helpers)).collect()
}

fn one(
    folder: &Path,
    name: &str,
    columns: &[(&str, Part)],
    helpers: &Arc<Helpers>,
) -> io::Result<System> {
    let log = fs::read(folder.join(format!("{name}/{name}_2k.log")))?;
    let table = fs::read(folder.join(format!("{name}/{name}_2k.log_structured.csv")))?;
    let mut reader = csv::Reader::from_reader(table.as_slice());
    let header = reader.headers()?.clone();
    let mut system = System { name: name.to_owned(), ..System::default() };
    for (event, record) in source::events(&log, None, helpers).iter().zip(reader.records()) {
        let record = record?;
        for (column, part) in columns {
            let place = header.iter().position(|have| have == *column).unwrap_or(usize::MAX);
            let wanted = record.get(place).unwrap_or_default().trim();
            let have = part.of(event);
            system.all += 1;
            if part.is_equal(wanted, &have) {
                system.equal += 1;
            } else {
                let line = usize::try_from(event.id.seq).unwrap_or(0);
                system.misses.push((line, (*column).to_owned(), wanted.to_owned(), have));
            }
        }
    }
    Ok(system)
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Part {
    fn of(self, event: &Event<'_>) -> String {
        let stamp = event.time.to_string();
        let (year, month, day) = event.time.date();
        let month = MONTHS[usize::from(month).clamp(1, 12) - 1];
        match self {
            Part::Month => month.to_owned(),
            Part::Day => day.to_string(),
            Part::Clock => stamp[11..19].to_owned(),
            Part::Date => stamp[..10].to_owned(),
            Part::Written => format!("{month} {day:02} {} {year}", &stamp[11..19]),
            Part::Host => event.host_name.to_string(),
            Part::Program => event.process_name.as_deref().unwrap_or_default().to_owned(),
            Part::Pid => event.process_pid.map(|pid| pid.to_string()).unwrap_or_default(),
            Part::Level => event.log_severity.map(|level| level.to_string()).unwrap_or_default(),
            Part::Message | Part::End => event.message.trim().to_owned(),
        }
    }

    fn is_equal(self, wanted: &str, have: &str) -> bool {
        match self {
            Part::Level => {
                let number = ["", "alert", "crit", "error", "warn", "notice", "info", "debug"]
                    .iter()
                    .position(|name| name.eq_ignore_ascii_case(wanted));
                number.is_some_and(|number| number.to_string() == have)
            }
            Part::Written => wanted.split_once(' ').is_some_and(|(_, rest)| rest == have),
            Part::End => have.ends_with(wanted),
            _ => wanted == have,
        }
    }
}
