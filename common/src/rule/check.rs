//! Whether a rule's parts fit together.
//!
//! In: the parts with their places. Out: a [`Rule`], or the first misfit. What it does *not*
//! know: JSON, other rules ([`super::order`] does).

use super::{Kind, Rule, Source, Template};
use crate::clock::DAY;
use crate::clock::span::Span;
use crate::field::Field;
use crate::filter::Filter;
use crate::section::{self, Table};

/// The parts of a rule as they were read, each with its offset where it can be wrong.
pub(super) struct Draft {
    section: String,
    offset: usize,
    pub(super) name: Option<(String, usize)>,
    pub(super) description: String,
    pub(super) is_enabled: bool,
    pub(super) severity: Option<(u64, usize)>,
    pub(super) kind: Option<(String, usize)>,
    pub(super) condition: String,
    pub(super) filter: Option<Filter>,
    pub(super) group_by: Vec<Field>,
    pub(super) window: (Span, usize),
    pub(super) event_limit: Option<(u64, usize)>,
    pub(super) message: Template,
    pub(super) population: (Vec<Vec<String>>, usize),
    pub(super) source: Option<(String, usize)>,
    pub(super) out: Option<(String, usize)>,
    pub(super) tags: Vec<String>,
    pub(super) is_silent: bool,
    pub(super) correlation: Option<super::Correlation>,
    pub(super) sigma: Option<Box<super::Sigma>>,
}

impl Draft {
    pub(super) fn new(section: &str, offset: usize) -> Draft {
        Draft {
            section: section.to_owned(),
            offset,
            name: None,
            description: String::new(),
            is_enabled: true,
            severity: None,
            kind: None,
            condition: "all".to_owned(),
            filter: None,
            group_by: Vec::new(),
            window: (Span(0), offset),
            event_limit: None,
            message: Template::default(),
            population: (Vec::new(), offset),
            source: None,
            out: None,
            tags: Vec::new(),
            is_silent: false,
            correlation: None,
            sigma: None,
        }
    }
}

/// What a SIEM event's own fields change to while late events arrive: no rule can count on them.
const AMENDED: [&str; 8] = [
    "message",
    "event_count",
    "magnitude",
    "revision",
    "last_time",
    "source_ids",
    "@timestamp",
    "time.quality",
];

/// A fault at an offset of the text.
pub(super) struct Fault {
    pub(super) offset: usize,
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

fn fault(offset: usize, message: impl Into<String>) -> Fault {
    Fault { offset, message: message.into(), hint: None }
}

pub(super) fn rule(draft: Draft) -> Result<Rule, Fault> {
    let (name, at) =
        draft.name.clone().ok_or_else(|| fault(draft.offset, "a rule without \"name\""))?;
    let printable = |name: &str| !name.chars().any(crate::event::is_unprintable);
    if name.trim().is_empty() || name.chars().count() > 200 || !printable(&name) {
        return Err(fault(at, "name: 1 to 200 printable characters"));
    }
    let (severity, at) =
        draft.severity.ok_or_else(|| fault(draft.offset, "a rule without \"severity\""))?;
    let severity = u8::try_from(severity).ok().filter(|&severity| severity <= 7);
    let severity = severity.ok_or_else(|| fault(at, "severity: 0 (worst) to 7"))?;
    let (source, out) = tables(&draft)?;
    let kind = kind(&draft)?;
    let mut tags = draft.tags;
    tags.sort();
    tags.dedup();
    let (filter, condition) = match &kind {
        // Whatever one of its rules matches.
        Kind::Correlation(correlation) => {
            let parts = correlation.parts.iter().map(|part| part.filter.clone());
            let filter = Filter::any(parts.collect());
            let condition = filter.to_string();
            (filter, condition)
        }
        _ => (draft.filter.unwrap_or(Filter::All), draft.condition),
    };
    let rule = Rule {
        section: draft.section,
        name,
        description: draft.description,
        is_enabled: draft.is_enabled,
        severity,
        condition,
        filter,
        group_by: draft.group_by,
        kind,
        message: draft.message,
        source,
        out,
        tags,
        is_silent: draft.is_silent,
        sigma: draft.sigma,
    };
    chained(&rule, draft.offset)?;
    Ok(rule)
}

fn tables(draft: &Draft) -> Result<(Source, String), Fault> {
    let source = match &draft.source {
        None => Source::Events(draft.section.clone()),
        Some((name, _)) if name == "*" => Source::AllEvents,
        Some((name, at)) => match section::table(name) {
            Ok((section, Table::Event)) => Source::Events(section),
            Ok((section, Table::Siem)) => Source::SiemEvents(section),
            Ok(_) => return Err(fault(*at, "source_table: a section or siem_SECTION")),
            Err(error) => return Err(fault(*at, format!("source_table: {error}"))),
        },
    };
    let out = match &draft.out {
        None => draft.section.clone(),
        Some((name, at)) => match section::table(name) {
            Ok((section, Table::Siem)) => section,
            _ => return Err(fault(*at, "out_table: siem_SECTION")),
        },
    };
    Ok((source, out))
}

fn kind(draft: &Draft) -> Result<Kind, Fault> {
    if let Some(correlation) = &draft.correlation {
        return Ok(Kind::Correlation(Box::new(correlation.clone())));
    }
    let (window, window_at) = draft.window;
    let (limit, limit_at) = draft.event_limit.unwrap_or((0, draft.offset));
    let limit_ok = limit <= u64::from(u32::MAX);
    if !limit_ok || window.0 > 366 * DAY {
        let at = if limit_ok { window_at } else { limit_at };
        return Err(fault(at, "too large: event_limit is below 2^32, time_int at most a year"));
    }
    let kind = draft.kind.as_ref().map(|(kind, at)| (kind.as_str(), *at));
    let (population, population_at) = &draft.population;
    let kind = match kind {
        Some(("dead", _)) => {
            let event_limit = draft.event_limit.map_or(1, |(limit, _)| limit);
            if window.0 == 0 {
                return Err(fault(window_at, "a dead rule needs time_int, its bucket"));
            }
            if event_limit == 0 {
                return Err(fault(limit_at, "event_limit: fewer than 0 events cannot be"));
            }
            if population.is_empty() && window.0 > DAY {
                return Err(fault(window_at, "time_int: at most 1d without a population"));
            }
            let width = draft.group_by.len();
            if population.iter().any(|group| group.len() != width) {
                return Err(fault(*population_at, "population: as many values as group_by has"));
            }
            return Ok(Kind::Dead { window, event_limit, population: population.clone() });
        }
        None | Some(("limit" | "plain", _)) if window.0 == 0 => Kind::Plain,
        None | Some(("limit", _)) => Kind::Limit { window, event_limit: limit },
        Some((_, at)) => return Err(fault(at, "kind: limit or dead")),
    };
    if !population.is_empty() {
        return Err(fault(*population_at, "population: only a dead rule has one"));
    }
    if kind == Kind::Plain && limit > 0 {
        return Err(fault(limit_at, "event_limit without time_int: over what time?"));
    }
    Ok(kind)
}

/// A rule over SIEM events may use only what never changes once a SIEM event exists.
fn chained(rule: &Rule, offset: usize) -> Result<(), Fault> {
    if !matches!(rule.source, Source::SiemEvents(_)) {
        return Ok(());
    }
    let used = rule.filter.fields().into_iter().chain(&rule.group_by).chain(rule.message.fields());
    for field in used {
        if AMENDED.contains(&field.name()) {
            let what =
                format!("a rule over SIEM events cannot use {field}, which late events amend");
            let mut fault = fault(offset, what);
            fault.hint = Some(
                "it can use rule.name, rule.id, severity, level, tags and the group's fields"
                    .to_owned(),
            );
            return Err(fault);
        }
    }
    Ok(())
}
