//! Which firing instants a rule over SIEM events sees, and with which commit.
//!
//! A rule sees an instant with the commit from which on it fires. Where the other rule is newer
//! than this one, what it finds while it looks back is seen with the first commit after it was
//! made: this rule may have been shown the earlier ones already. A commit is shown only when
//! every rule that may be seen has been shown it.
//!
//! What it does *not* know: windows.

use crate::books::Books;
use common::cli::Failure;
use common::clock::Timestamp;
use common::event::Event;
use common::hit::Match;
use detect::chained;
use std::collections::{BTreeMap, BTreeSet};
use store::{Activation, Firing};

/// Instants by the commit with which they are seen.
pub(crate) type Seen = BTreeMap<i64, Vec<(Event<'static>, Match, Timestamp)>>;

/// The last commit that the rule may be shown.
pub(crate) fn reach(own: &Activation, all: &[Activation], until: i64) -> i64 {
    let seen = all.iter().filter(|it| it.id != own.id && own.rule.may_see(&it.rule));
    seen.filter(|it| !it.is_finished()).fold(until, |until, it| {
        let known = match it.created_commit > own.created_commit {
            true => it.position.max(it.created_commit),
            false => it.position,
        };
        until.min(known)
    })
}

/// The instants that the rule sees with commits in (after, until].
pub(crate) fn seen<B: Books + ?Sized>(
    store: &mut B,
    own: &Activation,
    all: &[Activation],
    after: i64,
    until: i64,
) -> anyhow::Result<Seen> {
    let mut seen = Seen::new();
    // Most rules are over events alone: nothing has to be asked for them.
    if !own.rule.sees_rules() {
        return Ok(seen);
    }
    let visible = all.iter().filter(|it| it.id != own.id && own.rule.may_see(&it.rule));
    let sections: BTreeSet<&str> = visible.map(|it| it.rule.out.as_str()).collect();
    let mut firings = Vec::new();
    for section in sections {
        firings.extend(store.firings(section, after, until).map_err(Failure::from)?);
        let newer = all.iter().filter(|it| {
            it.created_commit > own.created_commit && (after..until).contains(&it.created_commit)
        });
        for it in newer {
            let early = store.firings(section, it.from_commit, it.created_commit.min(after));
            firings.extend(
                early.map_err(Failure::from)?.into_iter().filter(|at| at.version == it.version),
            );
        }
    }
    for firing in firings {
        let Some(origin) = interval(all, &firing) else { continue };
        let commit = match origin.created_commit > own.created_commit {
            true => firing.commit_no.max(origin.created_commit + 1),
            false => firing.commit_no,
        };
        if commit <= after || commit > until {
            continue;
        }
        #[cfg(test)]
        let firing = crate::schedule::at_its_time(store, &origin.rule, firing)?;
        let (event, matched) = chained(&origin.rule, &firing.group, firing.time, &firing.matched);
        if own.rule.filter.matches(&event) {
            seen.entry(commit).or_default().push((event, matched, firing.time));
        }
    }
    Ok(seen)
}

/// The interval in which an instant was found.
fn interval<'a>(all: &'a [Activation], firing: &Firing) -> Option<&'a Activation> {
    let of_version = |it: &&Activation| it.version == firing.version;
    all.iter().filter(of_version).find(|it| {
        it.from_commit < firing.commit_no && it.to_commit.is_none_or(|to| firing.commit_no <= to)
    })
}
