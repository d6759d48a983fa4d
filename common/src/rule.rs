//! The noun rule: which events matter, how many of them in what time, and what is then said.
//!
//! ```text
//!  config/rules/*.json ─┐                ┌─► version: what hits and SIEM events are counted under
//!  siemmanage import ───┼─► read ─► Rule ┼─► write: canonical JSON, for export and the database
//!  database ────────────┘                └─► common/detect
//! ```
//!
//! # The file
//!
//! As siemstress had it: a JSON object keyed by table name, each table an array of rules. A
//! condition is a filter (`where`) in place of SQL.
//!
//! ```json
//! { "rules_auth": [ {
//!     "name": "ssh_brute_force", "desc": "…", "is_enabled": true, "severity": 3,
//!     "where": "event.action = ssh_login and event.outcome = failure",
//!     "group_by": ["source.ip"], "time_int": "10m", "event_limit": 7,
//!     "message": "over 7 failed logins from {source.ip}" } ] }
//! ```
//!
//! | key | meaning |
//! |---|---|
//! | `name` (`rule_name`) | unique in its section; required |
//! | `desc` | one sentence for people |
//! | `is_enabled` | 0, 1, true or false; enabled unless given |
//! | `severity` | 0 (worst) to 7; required |
//! | `kind` | `limit` (more than `event_limit` in a sliding window) or `dead` (fewer than `event_limit` in a fixed bucket, after enough in the one before) |
//! | `where` | the filter; everything unless given |
//! | `group_by` | fields that are counted apart |
//! | `time_int` | the window: minutes, or `"10m"`; 0 means one SIEM event an event |
//! | `event_limit` | the number above which a limit rule fires, below which a dead rule does |
//! | `message` | what the SIEM event says; `{field}` stands for the field's value, `{{` for a brace |
//! | `population` | dead rules: the groups that must be heard, each a list of the `group_by` values; groups seen before unless given |
//! | `source_table` | events (`auth`, or `*` for those of every section) or SIEM events (`siem_auth`); the section's events unless given |
//! | `out_table` | where SIEM events go; `siem_` and the section unless given |
//! | `tags` | carried into the SIEM event |
//! | `is_silent` | leaves no SIEM events of its own; correlations count what it matches |
//! | `correlation` | a relation between the events of several rules; Sigma's `correlation`, compiled |
//! | `sigma` | of a rule made of a Sigma document: its `title`, `status`, `text` and `filters` |
//!
//! `id`, which siemstress's export adds, is read and forgotten.
//!
//! What it does *not* know: how hits are counted, databases.

mod check;
mod correlation;
mod identity;
mod json;
mod order;
mod read;
mod shipped;
mod template;
mod version;

pub use correlation::{Bound, Correlation, Function, Part};
pub use identity::identity;
pub use json::write;
pub use order::{Cycle, needed, order};
pub use read::{ReadError, read, read_brief};
pub use shipped::{SHIPPED, shipped};
pub use template::{Template, TemplateError};
pub use version::ENGINE;

use crate::clock::span::Span;
use crate::field::Field;
use crate::filter::{Filter, NoSet, Sets};
use std::collections::BTreeMap;

/// A limit rule, plain rule or dead-source rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The section it belongs to.
    pub section: String,
    /// Unique in its section.
    pub name: String,
    /// One sentence for people; may be empty.
    pub description: String,
    /// Whether it works.
    pub is_enabled: bool,
    /// 0 (worst) to 7.
    pub severity: u8,
    /// The condition's text, as its author wrote it.
    pub condition: String,
    /// The condition.
    pub filter: Filter,
    /// Events with different values of these are counted apart.
    pub group_by: Vec<Field>,
    /// What is asked of the matching events.
    pub kind: Kind,
    /// What the SIEM event says.
    pub message: Template,
    /// What it looks at.
    pub source: Source,
    /// The section of its SIEM events.
    pub out: String,
    /// Carried into the SIEM event; sorted.
    pub tags: Vec<String>,
    /// Whether it leaves no SIEM events of its own: correlations count what it matches.
    pub is_silent: bool,
    /// Where it comes from, if it is a Sigma rule.
    pub sigma: Option<Box<Sigma>>,
}

/// What is kept of a Sigma document beside the rule that it became.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Sigma {
    /// Its title: the name of its SIEM events' rule.
    pub title: String,
    /// Its status, or nothing.
    pub status: String,
    /// The document.
    pub text: String,
    /// The filters that exclude something of it: they stay when it is imported again without them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<String>,
}

/// What is asked of the events that match.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Each is a SIEM event.
    Plain,
    /// More than so many in a sliding window.
    Limit {
        /// The window's length.
        window: Span,
        /// The number that is not too many yet.
        event_limit: u64,
    },
    /// Fewer than so many in a fixed bucket, after enough in the bucket before.
    Dead {
        /// The bucket's length.
        window: Span,
        /// The number that is enough.
        event_limit: u64,
        /// Groups that must be heard; empty means those heard in the bucket before.
        population: Vec<Vec<String>>,
    },
    /// A relation between the events of several rules in a sliding window.
    Correlation(Box<Correlation>),
}

impl Kind {
    /// The word in `rule.kind` and in the file.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Kind::Plain => "plain",
            Kind::Limit { .. } => "limit",
            Kind::Dead { .. } => "dead",
            Kind::Correlation(correlation) => correlation.function.name(),
        }
    }

    /// The window's length; zero for a plain rule.
    #[must_use]
    pub fn window(&self) -> Span {
        match self {
            Kind::Plain => Span(0),
            Kind::Limit { window, .. } | Kind::Dead { window, .. } => *window,
            Kind::Correlation(correlation) => correlation.window,
        }
    }

    /// The limit; zero for a plain rule.
    #[must_use]
    pub fn event_limit(&self) -> u64 {
        match self {
            Kind::Plain => 0,
            Kind::Limit { event_limit, .. } | Kind::Dead { event_limit, .. } => *event_limit,
            Kind::Correlation(correlation) => correlation.event_limit(),
        }
    }

    /// Whether something is decided when time passes, without hits.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        match self {
            Kind::Plain | Kind::Limit { .. } => false,
            Kind::Dead { .. } => true,
            Kind::Correlation(correlation) => !correlation.is_open(),
        }
    }
}

/// What a rule looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The events of a section.
    Events(String),
    /// The events of every section.
    AllEvents,
    /// The SIEM events of a section: chaining.
    SiemEvents(String),
}

impl Source {
    /// The table's name.
    #[must_use]
    pub fn table(&self) -> String {
        match self {
            Source::Events(section) => section.clone(),
            Source::AllEvents => "*".to_owned(),
            Source::SiemEvents(section) => format!("siem_{section}"),
        }
    }

    /// Whether a section's events are looked at.
    #[must_use]
    pub fn covers(&self, section: &str) -> bool {
        match self {
            Source::Events(own) => own == section,
            Source::AllEvents => true,
            Source::SiemEvents(_) => false,
        }
    }
}

impl Rule {
    /// The name that is unique among all sections: `auth/ssh_brute_force`, or a Sigma rule's id.
    #[must_use]
    pub fn id(&self) -> String {
        match &self.sigma {
            Some(_) => self.name.clone(),
            None => format!("{}/{}", self.section, self.name),
        }
    }

    /// Whether it is evaluated: a silent plain rule is a part of those that refer to it.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.is_enabled && !(self.is_silent && self.kind == Kind::Plain)
    }

    /// What people call it: its name, or a Sigma rule's title.
    #[must_use]
    pub fn title(&self) -> &str {
        self.sigma.as_ref().map_or(&self.name, |sigma| &sigma.title)
    }

    /// The sets that it names, each with the digest of what it held when the rule was bound.
    #[must_use]
    pub fn sets(&self) -> BTreeMap<&str, Option<&str>> {
        self.filter.set_tests().into_iter().map(|test| (test.name(), test.digest())).collect()
    }

    /// Gives the rule what the sets that it names hold; see [`Filter::bind`].
    ///
    /// # Errors
    /// A set does not exist.
    pub fn bind(&mut self, sets: &Sets) -> Result<(), NoSet> {
        self.filter.bind(sets)?;
        if let Kind::Correlation(correlation) = &mut self.kind {
            correlation.parts.iter_mut().try_for_each(|part| part.filter.bind(sets))?;
        }
        Ok(())
    }

    /// The SHA-256 of all that decides what the rule leaves behind, in hexadecimal.
    #[must_use]
    pub fn version(&self) -> String {
        version::version(self)
    }
}

/// How urgent a SIEM event is: (5 + r/2) × (8 − severity), rounded, where r is count over
/// (limit + 1), at most 10.
///
/// The formula of siemstress 0.5–0.7 with true division, a cap, so that severity outranks noise,
/// and without its blind spot at severity 7.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "counts beyond 2^53 are far above the cap")]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 5 and 80")]
pub fn magnitude(event_count: u64, event_limit: u64, severity: u8) -> u32 {
    let ratio = (event_count as f64 / (event_limit as f64 + 1.0)).min(10.0);
    ((5.0 + ratio / 2.0) * f64::from(8 - severity.min(7))).round() as u32
}

/// Sigma's word for a severity.
#[must_use]
pub fn level(severity: u8) -> &'static str {
    match severity {
        0 | 1 => "critical",
        2 | 3 => "high",
        4 => "medium",
        5 => "low",
        _ => "informational",
    }
}

#[cfg(test)]
mod tests;
