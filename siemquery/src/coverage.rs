//! Which commits each version of a rule has seen: the ledger as a list of stretches.
//!
//! ```text
//!  version   (from … armed]  warm-up   counted, but never a firing instant
//!            (armed … position]  seen
//!            (position … to]     unseen
//!  no version in force           none
//! ```
//!
//! Stretches of one kind of work (seen, unseen, none) do not overlap and leave nothing out, from
//! the first version on to the last commit. What it does *not* know: what a version found.

use crate::count::{line, number};
use crate::rule;
use crate::view::View;
use anyhow::Result;
use common::cli::{Failure, Kind};
use common::event::{Fields, Value};
use common::near::nearest;
use store::{Activation, Store};

/// A stretch of commits and what became of it.
#[derive(Debug, PartialEq)]
struct Stretch<'a> {
    first: i64,
    last: i64,
    state: &'static str,
    version: Option<&'a Activation>,
}

/// Lists the stretches of a rule; says whether each version saw all of its commits.
pub(crate) fn list(store: &mut dyn Store, name: &str, view: &View) -> Result<bool> {
    let last = store.last_commit().map_err(Failure::from)?.map_or(0, |(commit_no, _)| commit_no);
    let all = store.activations().map_err(Failure::from)?;
    let is_named = |it: &&Activation| it.rule.id() == name || it.rule.name == name;
    let own: Vec<&Activation> = all.iter().filter(is_named).collect();
    let Some(first) = own.first() else {
        return Err(unknown(name, &all).into());
    };
    if let Some(other) = own.iter().find(|it| it.rule.id() != first.rule.id()) {
        let (one, two) = (first.rule.id(), other.rule.id());
        return Err(Failure::new(Kind::Usage, format!("\"{name}\" is {one} and {two}")).into());
    }
    let stretches = stretches(&own, last);
    let rows: Vec<_> = stretches.iter().map(|stretch| row(&first.rule.id(), stretch)).collect();
    rule::print(&rows, &["rule.id", "commits", "count", "state", "rule.version"], view)?;
    Ok(stretches.iter().all(|stretch| stretch.state != "unseen"))
}

fn unknown(name: &str, all: &[Activation]) -> Failure {
    let failure = Failure::new(Kind::Usage, format!("unknown rule \"{name}\""));
    let names: Vec<String> =
        all.iter().flat_map(|it| [it.rule.name.clone(), it.rule.id()]).collect();
    match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => failure.hint(format!("did you mean {near}?")),
        None => failure,
    }
}

/// The stretches of all versions of a rule, and those between, in order.
fn stretches<'a>(own: &[&'a Activation], last: i64) -> Vec<Stretch<'a>> {
    let mut found = Vec::new();
    let mut push = |after: i64, until: i64, state, version| {
        if until > after {
            found.push(Stretch { first: after + 1, last: until, state, version });
        }
    };
    let mut covered =
        own.iter().map(|it| it.from_commit.max(it.armed_commit)).min().unwrap_or(last);
    for version in own {
        let until = version.to_commit.unwrap_or(last).min(last);
        let armed = version.from_commit.max(version.armed_commit).min(until);
        push(covered, armed, "none", None);
        push(version.from_commit, armed.min(version.position), "warm-up", Some(*version));
        let seen = version.position.clamp(armed, until);
        push(armed, seen, "seen", Some(*version));
        push(seen, until, "unseen", Some(*version));
        covered = covered.max(until);
    }
    push(covered, last, "none", None);
    found.sort_by_key(|stretch| (stretch.first, stretch.last));
    found
}

fn row(id: &str, stretch: &Stretch<'_>) -> Fields<'static> {
    let text = |text: String| Some(Value::Text(text.into()));
    let Stretch { first, last, state, version } = stretch;
    line([
        ("type", text("coverage".to_owned())),
        ("rule.id", text(id.to_owned())),
        ("rule.version", version.and_then(|it| text(it.hash.clone()))),
        ("commits", text(format!("{first}-{last}"))),
        ("first_commit", Some(Value::Int(*first))),
        ("last_commit", Some(Value::Int(*last))),
        ("count", Some(number((last - first + 1).unsigned_abs()))),
        ("state", text((*state).to_owned())),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::rule::read;
    use store::Origin;

    fn version(from: i64, armed: i64, to: Option<i64>, position: i64) -> Activation {
        let text = r#"{"rules_a":[{"name":"r","severity":1}]}"#;
        let rule = read(text, "r").expect("a rule").remove(0);
        Activation {
            id: from,
            version: from,
            hash: rule.version(),
            rule: rule.into(),
            origin: Origin::Database,
            from_commit: from,
            to_commit: to,
            armed_commit: armed,
            created_commit: armed,
            position,
            late: 0,
        }
    }

    fn told(versions: &[Activation], last: i64) -> Vec<(i64, i64, &'static str)> {
        let own: Vec<&Activation> = versions.iter().collect();
        stretches(&own, last).iter().map(|it| (it.first, it.last, it.state)).collect()
    }

    #[test]
    fn stretches_meet() {
        let versions =
            [version(0, 0, Some(10), 10), version(7, 10, Some(20), 20), version(28, 30, None, 34)];
        let expected = [
            (1, 10, "seen"),
            (8, 10, "warm-up"),
            (11, 20, "seen"),
            (21, 30, "none"),
            (29, 30, "warm-up"),
            (31, 34, "seen"),
            (35, 40, "unseen"),
        ];
        assert_eq!(told(&versions, 40), expected);
    }

    #[test]
    fn a_new_rule_has_seen_nothing_and_a_deleted_one_has_an_end() {
        assert_eq!(told(&[version(5, 0, None, 5)], 9), [(6, 9, "unseen")]);
        let ended = [version(0, 0, Some(4), 3)];
        assert_eq!(told(&ended, 9), [(1, 3, "seen"), (4, 4, "unseen"), (5, 9, "none")]);
        assert_eq!(told(&[version(0, 0, None, 0)], 0), []);
    }
}
