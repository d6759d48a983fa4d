//! Which columns a list shows when nobody chose.
//!
//! What it does *not* know: values.

use crate::found;
use common::field::{Column, Field};
use common::output::{Shown, Terminal};
use common::section::Section;

/// From this width on a table has room for more than time, host, process and message.
const WIDE: usize = 120;

/// The columns of a table of events: those of the section, when it is the only one and has some.
pub(crate) fn of_events(
    sections: &[Section],
    wanted: &[String],
    terminal: &Terminal,
) -> Vec<Shown> {
    let own = match wanted {
        [name] => sections.iter().find(|section| section.name == *name),
        _ => None,
    };
    if let Some(display) = own.and_then(|section| section.display.as_deref()) {
        return display.split(',').map(|name| shown(name.trim(), name.trim())).collect();
    }
    let narrow = terminal.width().is_some_and(|width| width < WIDE);
    let names: &[(&str, &str)] = if narrow {
        &[("@timestamp", "time"), ("host.name", "host"), ("process.name", "process")]
    } else {
        &[
            ("event.id", "id"),
            ("@timestamp", "time"),
            ("section", "section"),
            ("host.name", "host"),
            ("process.name", "process"),
            ("process.pid", "pid"),
        ]
    };
    names
        .iter()
        .chain(&[("message", "message")])
        .map(|(name, header)| shown(name, header))
        .collect()
}

/// The columns of a table of SIEM events.
pub(crate) fn of_siem_events(terminal: &Terminal) -> Vec<Shown> {
    let narrow = terminal.width().is_some_and(|width| width < WIDE);
    let names: &[(&str, &str)] = if narrow {
        &[("short_id", "id"), ("@timestamp", "time"), ("magnitude", "magn"), ("times", "")]
    } else {
        &[
            ("short_id", "id"),
            ("@timestamp", "time"),
            ("last_time", "last"),
            ("section", "section"),
            ("rule.name", "rule"),
            ("severity", "sev"),
            ("magnitude", "magn"),
            ("event_count", "count"),
            ("times", ""),
        ]
    };
    let shown = |(name, header): &(&str, &str)| {
        let column = Shown::new(found::field(name), header);
        let number = matches!(*name, "severity" | "magnitude" | "event_count" | "times");
        if number { column.right() } else { column }
    };
    names.iter().chain(&[("message", "message")]).map(shown).collect()
}

/// The fields of CSV and TSV of events: the id and every column, so that the header never depends
/// on the data.
pub(crate) fn csv_of_events() -> Vec<Field> {
    let mut fields = vec![Field::new("event.id")];
    fields.extend(Column::ALL.iter().copied().map(Field::Column));
    fields
}

/// The fields of CSV and TSV of SIEM events.
pub(crate) fn csv_of_siem_events() -> Vec<Field> {
    let names = [
        "id",
        "revision",
        "time",
        "last_time",
        "section",
        "rule.id",
        "rule.name",
        "rule.version",
        "rule.kind",
        "severity",
        "level",
        "magnitude",
        "event_count",
        "event_limit",
        "window.start",
        "window.end",
        "group",
        "message",
        "tags",
        "source_ids",
        "backfill",
    ];
    names.iter().map(|name| found::field(name)).collect()
}

fn shown(name: &str, header: &str) -> Shown {
    Shown::new(Field::new(name), header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_column_of_siem_events_can_be_asked_for() {
        for field in csv_of_siem_events() {
            assert_eq!(found::wanted("--fields", field.name()).expect("known"), field);
        }
    }
}
