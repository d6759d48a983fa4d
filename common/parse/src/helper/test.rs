//! A helper's own test lines, run against the whole set it belongs to.
//!
//! A line passes when its helper takes it, with exactly the fields that the test and the helper's
//! constants name: one field more is a failure, as is one less. Collectors are tested alone, by
//! their list.
//!
//! What it does *not* know: how failures are printed.

use super::pattern::PrepareError;
use super::set::Helpers;
use common::event::{Event, ValueRef, address};
use common::field::{Column, Field};
use common::helper::{Helper, Place, Test};
use std::borrow::Cow;
use std::collections::BTreeMap;
use thiserror::Error;

/// A test line that failed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{place}: helper {helper}: {reason}")]
pub struct Failure {
    /// Where the test was read.
    pub place: Place,
    /// The helper's name.
    pub helper: String,
    /// The test line.
    pub line: String,
    /// What differs.
    pub reason: Reason,
}

/// Why a test line failed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Reason {
    /// No helper took the line.
    #[error("no helper takes the line")]
    NotTaken,
    /// Another helper took it.
    #[error("helper {0} takes the line first")]
    TakenBy(String),
    /// The helper took a line that it should leave.
    #[error("takes a line that it should leave")]
    Taken,
    /// A field has another value.
    #[error("{field} is {found}, expected {expected}")]
    Field {
        /// The field.
        field: String,
        /// The value that the test names, or `absent`.
        expected: String,
        /// The value that came out, or `absent`.
        found: String,
    },
}

/// Runs the tests of all enabled helpers.
///
/// # Errors
/// The helpers cannot be applied at all.
pub fn test(helpers: &[Helper]) -> Result<Vec<Failure>, PrepareError> {
    let enabled = || helpers.iter().filter(|helper| helper.enabled);
    let ordinary = enabled().filter(|helper| helper.collect.is_none());
    let all = Helpers::new(ordinary.cloned())?;
    let mut failures = Vec::new();
    for helper in enabled() {
        let alone;
        let set = match helper.collect {
            None => &all,
            Some(_) => {
                alone = Helpers::new([helper.clone()])?;
                &alone
            }
        };
        for test in &helper.tests {
            failures.extend(run(set, helper, test).into_iter().map(|reason| Failure {
                place: test.place.clone(),
                helper: helper.name.clone(),
                line: test.line.clone(),
                reason,
            }));
        }
    }
    Ok(failures)
}

fn run(set: &Helpers, helper: &Helper, test: &Test) -> Vec<Reason> {
    let before = context(helper, test);
    let mut event = before.clone();
    let taken = set.apply(&mut event);
    event.normalise();
    let by = event.helper.as_deref().unwrap_or_default();
    match (test.matches, taken && by == helper.name) {
        (false, true) => return vec![Reason::Taken],
        (false, false) => return Vec::new(),
        (true, false) if taken => return vec![Reason::TakenBy(by.to_owned())],
        (true, false) => return vec![Reason::NotTaken],
        (true, true) => {}
    }
    let expected = expected(helper, test);
    let found = changes(&before, &event);
    let mut names: Vec<&String> = expected.keys().chain(found.keys()).collect();
    names.sort();
    names.dedup();
    let show = |value: Option<&String>| value.map_or_else(|| "absent".to_owned(), String::clone);
    names
        .into_iter()
        .filter(|name| expected.get(*name) != found.get(*name))
        .map(|name| Reason::Field {
            field: name.clone(),
            expected: show(expected.get(name)),
            found: show(found.get(name)),
        })
        .collect()
}

/// The event as its format would leave it to helpers.
fn context<'t>(helper: &'t Helper, test: &'t Test) -> Event<'t> {
    let given = |own: &'t str, guard: &'t [String]| {
        let name = if own.is_empty() { guard.first().map_or("", String::as_str) } else { own };
        (!name.is_empty()).then(|| Cow::Owned(name.replace('*', "")))
    };
    Event {
        section: Cow::Borrowed(helper.section.as_deref().unwrap_or(common::section::DEFAULT)),
        host_name: Cow::Borrowed("-"),
        process_name: given(&test.process, &helper.guard.process),
        dataset: given(&test.dataset, &helper.guard.dataset),
        message: Cow::Borrowed(&test.line),
        ..Event::default()
    }
}

/// Constants, then what the test names. A text is quoted, so that `"7"` and `7` differ.
fn expected(helper: &Helper, test: &Test) -> BTreeMap<String, String> {
    let all = helper.set.iter().chain(&test.fields);
    let named = all.map(|(name, value)| {
        let field = Field::new(name);
        let is_ip =
            matches!(&field, Field::Column(column) if column.kind() == common::field::Kind::Ip);
        let text = match ValueRef::from(value) {
            ValueRef::Text(text) if is_ip => {
                address(text).map_or_else(|| quote(ValueRef::Text(text)), |ip| ip.to_string())
            }
            value => quote(value),
        };
        (field.name().to_owned(), text)
    });
    named.collect()
}

/// The fields that differ between an event before and after helpers, as text.
#[must_use]
pub fn changes(before: &Event<'_>, after: &Event<'_>) -> BTreeMap<String, String> {
    let columns = Column::ALL.iter().filter(|&&column| column != Column::Helper);
    let columns = columns.filter_map(|&column| {
        let value = after.column(column)?;
        (before.column(column) != Some(value)).then(|| (column.name().to_owned(), quote(value)))
    });
    let added = after.ext.iter().filter(|(name, value)| before.ext.get(name) != Some(value));
    columns.chain(added.map(|(name, value)| (name.to_owned(), quote(value.into())))).collect()
}

fn quote(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Text(text) => format!("{text:?}"),
        ValueRef::List(list) => {
            let items: Vec<String> = list.iter().map(quote).collect();
            format!("[{}]", items.join(", "))
        }
        ValueRef::Texts(list) => {
            let items: Vec<String> = list.iter().map(|item| format!("{item:?}")).collect();
            format!("[{}]", items.join(", "))
        }
        value => value.to_string(),
    }
}
