//! `metrics`: the state of sources, rules and the database as Prometheus reads it.
//!
//! For node_exporter's textfile collector: a cron line writes a file beside the real one and
//! renames it. Form: prometheus.io, "Exposition formats", text format 0.0.4.
//!
//! What it does *not* know: who scrapes.

use crate::{database, page};
use common::cli::{Exit, Failure};
use common::config::Config;
use std::collections::HashSet;
use std::fmt::Write as _;
use store::{Account, Activation, Cursor, Store};

/// Prints all metrics.
pub(crate) fn run(config: &Config) -> anyhow::Result<Exit> {
    let mut store = database::open_reader(config)?;
    let mut text = Text::default();
    base(&mut *store, &mut text).map_err(Failure::from)?;
    sources(&mut *store, &mut text).map_err(Failure::from)?;
    rules(&mut *store, &mut text).map_err(Failure::from)?;
    actions(&mut *store, &mut text).map_err(Failure::from)?;
    page::print(&text.0)?;
    Ok(Exit::Done)
}

/// Metrics in their text form.
#[derive(Default)]
struct Text(String);

impl Text {
    /// Begins a metric. Counters end in `_total`.
    fn metric(&mut self, name: &str, help: &str) {
        let kind = if name.ends_with("_total") { "counter" } else { "gauge" };
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn value(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        self.0.push_str(name);
        for (place, (label, value)) in labels.iter().enumerate() {
            self.0.push(if place == 0 { '{' } else { ',' });
            let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(self.0, "{label}=\"{value}\"");
        }
        if !labels.is_empty() {
            self.0.push('}');
        }
        let _ = writeln!(self.0, " {value}");
    }

    fn single(&mut self, name: &str, help: &str, value: impl std::fmt::Display) {
        self.metric(name, help);
        self.value(name, &[], value);
    }
}

fn base(store: &mut dyn Store, text: &mut Text) -> store::Result<()> {
    let size = store.size()?;
    let version = store.migrations()?.last().map_or(0, |step| step.version);
    text.single("siem_schema_version", "Version of the database's schema.", version);
    text.single("siem_database_bytes", "Bytes of the database on disk.", size.bytes);
    text.single("siem_events", "Events stored now.", size.events);
    text.single("siem_siem_events", "SIEM events stored now.", size.siem_events);
    text.single("siem_commits_total", "Batches ever committed.", size.commit_no);
    Ok(())
}

/// What a metric shows of a source.
type OfSource = fn(&Cursor, &Account) -> i64;

/// (name, help, value) of the metrics of sources: a flat list.
const SOURCE: [(&str, &str, OfSource); 13] = [
    ("siem_source_offered_lines_total", "Lines that the source offered.", |_, it| it.offered.lines),
    ("siem_source_offered_bytes_total", "Bytes that it offered.", |_, it| it.offered.bytes),
    ("siem_source_stored_lines_total", "Lines stored.", |_, it| it.stored.lines),
    ("siem_source_stored_bytes_total", "Bytes stored.", |_, it| it.stored.bytes),
    ("siem_source_rejected_lines_total", "Lines rejected.", |_, it| it.rejected.lines),
    ("siem_source_rejected_bytes_total", "Bytes rejected.", |_, it| it.rejected.bytes),
    ("siem_source_filtered_lines_total", "Lines left out on purpose.", |_, it| it.filtered.lines),
    ("siem_source_filtered_bytes_total", "Bytes left out on purpose.", |_, it| it.filtered.bytes),
    ("siem_source_gap_lines_total", "Lines missing.", |_, it| it.gap.lines),
    ("siem_source_gap_bytes_total", "Bytes missing.", |_, it| it.gap.bytes),
    ("siem_source_open_bytes", "Bytes unaccounted for; not 0 is an error.", |_, it| {
        it.open().bytes
    }),
    ("siem_source_unparsed_total", "Events of no known format.", |it, _| it.totals.unparsed),
    ("siem_source_position_bytes", "Offset of the first byte not stored.", |it, _| it.position),
];

fn sources(store: &mut dyn Store, text: &mut Text) -> store::Result<()> {
    let sources = store.sources()?;
    let mut accounts = store.accounts()?;
    // Of forgotten sources nothing changes any more.
    let own: HashSet<i64> = sources.iter().map(|(cursor, _)| cursor.source).collect();
    accounts.retain(|account| own.contains(&account.source));
    let labels = |cursor: &Cursor| {
        let Cursor { source, host, kind, name, section, .. } = cursor;
        [source.to_string(), host.clone(), kind.clone(), name.clone(), section.clone()]
    };
    let named = |values: &'_ [String; 5]| {
        let [source, host, kind, name, section] = values.each_ref().map(String::as_str);
        [("source", source), ("host", host), ("kind", kind), ("name", name), ("section", section)]
            .map(|(label, value)| (label, value.to_owned()))
    };
    for (name, help, value) in SOURCE {
        text.metric(name, help);
        for ((cursor, _), account) in sources.iter().zip(&accounts) {
            let own = named(&labels(cursor));
            let own = own.each_ref().map(|(label, value)| (*label, value.as_str()));
            text.value(name, &own, value(cursor, account));
        }
    }
    let name = "siem_source_updated_timestamp_seconds";
    text.metric(name, "When the source last moved on.");
    for (cursor, updated) in &sources {
        let own = named(&labels(cursor));
        let own = own.each_ref().map(|(label, value)| (*label, value.as_str()));
        text.value(name, &own, format!("{}.{:06}", updated.0 / 1_000_000, updated.0 % 1_000_000));
    }
    Ok(())
}

fn rules(store: &mut dyn Store, text: &mut Text) -> store::Result<()> {
    let last = store.last_commit()?.map_or(0, |(commit_no, _)| commit_no);
    let mut rules = store.activations()?;
    rules.retain(|rule| !rule.is_finished());
    type OfRule = fn(&Activation, i64) -> i64;
    let behind: OfRule = |rule, last| rule.to_commit.unwrap_or(last).min(last) - rule.position;
    let metrics: [(&str, &str, OfRule); 2] = [
        ("siem_rule_behind_commits", "Commits that the rule version has not seen yet.", behind),
        ("siem_rule_late_hits_total", "Hits that came after a decision.", |rule, _| rule.late),
    ];
    for (name, help, value) in metrics {
        text.metric(name, help);
        for rule in &rules {
            let (id, activation) = (rule.rule.id(), rule.id.to_string());
            let labels =
                [("rule", id.as_str()), ("version", &rule.hash), ("interval", &activation)];
            text.value(name, &labels, value(rule, last).max(0));
        }
    }
    Ok(())
}

fn actions(store: &mut dyn Store, text: &mut Text) -> store::Result<()> {
    let name = "siem_outbox_deliveries";
    text.metric(name, "Deliveries of actions, by state.");
    for count in store.outbox()? {
        let labels = [("action", count.action.as_str()), ("state", &count.state)];
        text.value(name, &labels, count.count);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped() {
        let mut text = Text::default();
        text.metric("siem_x_total", "X.");
        text.value("siem_x_total", &[("a", "C:\\\"\n"), ("b", "é")], 7);
        let expected = "# HELP siem_x_total X.\n# TYPE siem_x_total counter\n\
            siem_x_total{a=\"C:\\\\\\\"\\n\",b=\"é\"} 7\n";
        assert_eq!(text.0, expected);
    }
}
