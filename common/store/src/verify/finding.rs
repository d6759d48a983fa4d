//! What a verification can find, as a person reads it.
//!
//! What it does *not* know: how it is found.

use std::fmt;

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Columns of an event; none when the sums do not tell which.
    Changed {
        /// The event's id.
        event: String,
        /// The columns.
        columns: Vec<String>,
    },
    /// An event is gone.
    Missing {
        /// The event's id.
        event: String,
    },
    /// An event was not there when its batch was stored.
    Added {
        /// The event's id.
        event: String,
    },
    /// Events of a batch on a day are not what they were; which of them cannot be told.
    ChangedDay {
        /// The batch.
        batch: i64,
        /// What of it.
        part: String,
    },
    /// A batch's row, or what it keeps of its digests; the columns where they can be told.
    ChangedBatch {
        /// The batch.
        batch: i64,
        /// The columns.
        columns: Vec<String>,
    },
    /// A batch of a source is gone, or several.
    MissingBatch {
        /// The source.
        source: i64,
        /// The batch before; 0 when there is none.
        after: i64,
        /// The batch behind.
        before: i64,
    },
    /// A batch was put among those of a source.
    AddedBatch {
        /// The batch.
        batch: i64,
    },
    /// Commits have no batch.
    MissingCommits {
        /// The first.
        first: i64,
        /// The last.
        last: i64,
    },
    /// A cursor's head is not the last digest: a batch behind it is gone, or the head was changed.
    CursorHead {
        /// The source.
        source: i64,
        /// The last batch there is; 0 when there is none.
        batch: i64,
    },
    /// Events of a batch that does not exist, or of days that it does not have.
    Strangers {
        /// The batch they name.
        batch: i64,
        /// How many.
        count: i64,
    },
    /// Events that were removed on purpose are there.
    Returned {
        /// The batch.
        batch: i64,
        /// How many.
        count: i64,
    },
    /// A source that was sealed is gone.
    MissingSource {
        /// The source.
        source: i64,
    },
    /// A source's history is another than the one that was sealed.
    Rewritten {
        /// The source.
        source: i64,
        /// Up to this commit it agrees with an earlier seal.
        after: i64,
        /// The commit of the head that it does not lead to.
        until: i64,
        /// How many batches were sealed.
        batches: i64,
        /// How many there are.
        has: i64,
    },
    /// A retention record is changed or gone.
    Retention {
        /// Its number.
        retention: i64,
        /// Whether it is gone.
        missing: bool,
    },
    /// A line of an archive cannot be relied on.
    ArchiveLine {
        /// Its number.
        line: u64,
        /// The batch or event before it; empty without one.
        after: String,
        /// What is wrong with it.
        what: String,
    },
    /// Some of a batch's events had been removed before they were archived.
    Partial {
        /// The batch.
        batch: i64,
        /// How many there were.
        had: i64,
        /// How many are archived.
        has: i64,
    },
    /// Batches are in no archive, and should be.
    NotArchived {
        /// Their section and day.
        unit: String,
        /// How many.
        batches: usize,
        /// The first.
        first: i64,
        /// The last.
        last: i64,
    },
    /// A record of changed labels is changed or gone.
    Relabel {
        /// Its number.
        relabel: i64,
        /// Whether it is gone.
        missing: bool,
    },
}

impl Finding {
    /// Whether it is about an event.
    #[must_use]
    pub fn names(&self, id: &str) -> bool {
        match self {
            Finding::Changed { event, .. }
            | Finding::Missing { event }
            | Finding::Added { event } => event == id,
            _ => false,
        }
    }

    /// What is wrong with an archive; nothing for what is not about one.
    fn of_archive(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::ArchiveLine { line, after, what } if after.is_empty() => {
                write!(f, "line {line} {what}")
            }
            Finding::ArchiveLine { line, after, what } => {
                write!(f, "line {line}, behind {after}, {what}")
            }
            Finding::Partial { batch, had, has } => write!(
                f,
                "batch {batch}: {has} of {had} events, the others had been removed before"
            ),
            Finding::NotArchived { unit, batches: 1, first, .. } => {
                write!(f, "{unit}: batch {first} missing in the archive")
            }
            Finding::NotArchived { unit, batches, first, last } => {
                write!(f, "{unit}: {batches} batches missing in the archive, {first} to {last}")
            }
            _ => Ok(()),
        }
    }
}

/// What a list of columns says; without one, only that something is different.
fn list(columns: &[String]) -> String {
    match columns {
        [] => "changed".to_owned(),
        columns => format!("changed: {}", columns.join(", ")),
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Changed { event, columns } => write!(f, "event {event} {}", list(columns)),
            Finding::Missing { event } => write!(f, "event {event} missing"),
            Finding::Added { event } => write!(f, "event {event} added"),
            Finding::ChangedDay { batch, part } => write!(f, "batch {batch}: {part} changed"),
            Finding::ChangedBatch { batch, columns } => {
                write!(f, "batch {batch}: its row {}", list(columns))
            }
            Finding::MissingBatch { source, after: 0, before } => {
                write!(f, "batch missing before batch {before}, the first left of source {source}")
            }
            Finding::MissingBatch { source, after, before } => {
                write!(
                    f,
                    "batch missing between batch {after} and batch {before} of source {source}"
                )
            }
            Finding::AddedBatch { batch } => write!(f, "batch {batch} added"),
            Finding::MissingCommits { first, last } if first == last => {
                write!(f, "batch missing: the one of commit {first}")
            }
            Finding::MissingCommits { first, last } if first < last => {
                write!(f, "batches missing: those of commits {first} to {last}")
            }
            Finding::MissingCommits { last, .. } => {
                write!(f, "batches added or renumbered at commit {}", last + 1)
            }
            Finding::CursorHead { source, batch: 0 } => {
                write!(f, "all batches of source {source} missing")
            }
            Finding::CursorHead { source, batch } => {
                write!(f, "batch missing behind batch {batch}, the last left of source {source}")
            }
            Finding::Strangers { batch, count } => {
                write!(f, "{count} events added: of batch {batch}, which has no such events")
            }
            Finding::Returned { batch, count } => {
                write!(f, "batch {batch}: {count} events are there that were removed")
            }
            Finding::MissingSource { source } => write!(f, "source {source} missing as a whole"),
            Finding::Rewritten { source, after, until, batches, has } => write!(
                f,
                "source {source}: its batches of commits {} to {until} are not those that were \
                 sealed ({batches} then, {has} now)",
                after + 1
            ),
            Finding::Retention { retention, missing } => {
                let what = if *missing { "missing" } else { "changed, or the leaves it names" };
                write!(f, "retention record {retention} {what}")
            }
            Finding::Relabel { relabel, missing } => {
                let what = if *missing { "missing" } else { "changed" };
                write!(f, "relabel record {relabel} {what}")
            }
            Finding::ArchiveLine { .. } | Finding::Partial { .. } | Finding::NotArchived { .. } => {
                self.of_archive(f)
            }
        }
    }
}
