//! Which intervals end and which begin when rules change.
//!
//! A rule's first version looks back as far as [`Backfill`] says, and what it finds there counts.
//! A later version of the same rule works from now on; it is shown one window of commits before,
//! to warm up. Intervals of one version never overlap: what an earlier one was shown is there.
//!
//! What it does *not* know: SQL.

use super::{Activation, Backfill, Origin};
use common::clock::Timestamp;
use common::rule::Rule;

/// An interval to begin.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Opening<'r> {
    /// The rule.
    pub(crate) rule: &'r Rule,
    /// Its version's hash.
    pub(crate) hash: String,
    /// See [`Activation`].
    pub(crate) from_commit: i64,
    /// See [`Activation`].
    pub(crate) armed_commit: i64,
}

/// What a change of rules does to intervals.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Plan<'r> {
    /// Activations that end with the last commit.
    pub(crate) closings: Vec<i64>,
    /// Activations that a run over files began and the rule table takes over.
    pub(crate) adoptions: Vec<i64>,
    /// Activations that begin.
    pub(crate) openings: Vec<Opening<'r>>,
}

/// The state of the database that a plan is made from.
pub(crate) struct Present<'p> {
    /// All intervals.
    pub(crate) activations: &'p [Activation],
    /// The last commit and its time.
    pub(crate) last: (i64, Timestamp),
    /// The present, by the database's clock.
    pub(crate) now: Timestamp,
}

impl<'r> Plan<'r> {
    /// Plans for rules that are put. `before` gives the last commit before a time, 0 if none.
    pub(crate) fn put<E>(
        rules: &'r [Rule],
        origin: Origin,
        backfill: Backfill,
        present: &Present<'_>,
        mut before: impl FnMut(Timestamp) -> Result<i64, E>,
    ) -> Result<Plan<'r>, E> {
        let mut plan = Plan::default();
        for rule in rules {
            let hash = rule.version();
            let of_rule = |have: &&Activation| {
                have.rule.section == rule.section && have.rule.name == rule.name
            };
            let open = |have: &&Activation| of_rule(have) && have.to_commit.is_none();
            let same = |have: &Activation| rule.runs() && have.hash == hash;
            let own: Vec<&Activation> = present.activations.iter().filter(open).collect();
            plan.closings.extend(
                own.iter().filter(|have| have.origin == origin && !same(have)).map(|have| have.id),
            );
            if origin == Origin::Database {
                let adopted = own.iter().filter(|have| have.origin != origin && same(have));
                plan.adoptions.extend(adopted.map(|have| have.id));
            }
            if !rule.runs() || own.iter().any(|have| same(have)) {
                continue;
            }
            let last = present.last.0;
            let is_first = !present.activations.iter().any(|have| of_rule(&have));
            let (from, armed) = match (is_first, backfill) {
                _ if last == 0 => (0, 0),
                (true, Backfill::All) => (0, 0),
                (true, Backfill::None) => (last, last),
                (true, Backfill::Span(span)) => {
                    let since = Timestamp(present.now.0.saturating_sub(span.0));
                    (before(since)?, 0)
                }
                (false, _) => {
                    let window = rule.kind.window().0;
                    (before(Timestamp(present.last.1.0.saturating_sub(window)))?, last)
                }
            };
            let earlier = present.activations.iter().filter(of_rule);
            let shown = earlier.filter(|have| have.hash == hash).filter_map(|have| have.to_commit);
            let from_commit = from.max(shown.max().unwrap_or(0)).min(last);
            plan.openings.push(Opening { rule, hash, from_commit, armed_commit: armed });
        }
        Ok(plan)
    }

    /// Whether nothing begins or ends.
    pub(crate) fn is_idle(&self) -> bool {
        self.closings.is_empty() && self.adoptions.is_empty() && self.openings.is_empty()
    }

    /// Adds the ends of the intervals of rules, by section and name, that are deleted.
    pub(crate) fn delete(&mut self, names: &[(String, String)], present: &Present<'_>) {
        let is_named = |have: &Activation| {
            names
                .iter()
                .any(|(section, name)| *section == have.rule.section && *name == have.rule.name)
        };
        let open = present.activations.iter().filter(|have| {
            have.to_commit.is_none() && have.origin == Origin::Database && is_named(have)
        });
        self.closings.extend(open.map(|have| have.id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::rule::read;

    fn rule(limit: u32) -> Rule {
        let text = format!(
            "{{\"rules_a\":[{{\"name\":\"r\",\"severity\":1,\"time_int\":1,\"event_limit\":{limit}}}]}}"
        );
        read(&text, "r").expect("a rule").remove(0)
    }

    fn activation(id: i64, rule: &Rule, from: i64, to: Option<i64>) -> Activation {
        Activation {
            id,
            version: id,
            rule: rule.clone().into(),
            hash: rule.version(),
            origin: Origin::Database,
            from_commit: from,
            to_commit: to,
            armed_commit: from,
            created_commit: from,
            position: from,
            late: 0,
        }
    }

    /// Commit n is made in minute n; the last one is number 100.
    fn plan<'r>(rules: &'r [Rule], activations: &[Activation], backfill: Backfill) -> Plan<'r> {
        let minute = 60_000_000;
        let present = Present {
            activations,
            last: (100, Timestamp(100 * minute)),
            now: Timestamp(101 * minute),
        };
        let before = |time: Timestamp| Ok::<i64, ()>((time.0 - 1).div_euclid(minute).clamp(0, 100));
        Plan::put(rules, Origin::Database, backfill, &present, before).expect("a plan")
    }

    fn interval(plan: &Plan<'_>) -> (Vec<i64>, Vec<(i64, i64)>) {
        let openings = plan.openings.iter().map(|open| (open.from_commit, open.armed_commit));
        (plan.closings.clone(), openings.collect())
    }

    #[test]
    fn a_first_version_looks_back() {
        let rules = [rule(1)];
        let ten = Backfill::Span(common::clock::span::Span(10 * 60_000_000));
        assert_eq!(interval(&plan(&rules, &[], ten)), (vec![], vec![(90, 0)]));
        assert_eq!(interval(&plan(&rules, &[], Backfill::All)), (vec![], vec![(0, 0)]));
        assert_eq!(interval(&plan(&rules, &[], Backfill::None)), (vec![], vec![(100, 100)]));
        assert_eq!(interval(&plan(&rules, &[], Backfill::default())), (vec![], vec![(0, 0)]));
    }

    #[test]
    fn a_changed_rule_warms_up_for_a_window() {
        let rules = [rule(2)];
        let have = [activation(1, &rule(1), 0, None)];
        assert_eq!(interval(&plan(&rules, &have, Backfill::All)), (vec![1], vec![(98, 100)]));
    }

    #[test]
    fn an_equal_or_disabled_rule_opens_nothing() {
        let rules = [rule(1)];
        let have = [activation(1, &rule(1), 0, None)];
        assert_eq!(interval(&plan(&rules, &have, Backfill::All)), (vec![], vec![]));
        let disabled = [Rule { is_enabled: false, ..rule(1) }];
        assert_eq!(interval(&plan(&disabled, &have, Backfill::All)), (vec![1], vec![]));
    }

    #[test]
    fn a_version_begun_by_a_run_over_files_is_taken_over() {
        let rules = [rule(1)];
        let file = Activation { origin: Origin::File, ..activation(7, &rule(1), 0, None) };
        let plan = plan(&rules, &[file], Backfill::All);
        assert_eq!((interval(&plan), plan.adoptions), ((vec![], vec![]), vec![7]));
    }

    #[test]
    fn a_version_that_returns_is_not_shown_a_commit_twice() {
        let rules = [rule(1)];
        let have = [activation(1, &rule(1), 0, Some(99)), activation(2, &rule(2), 98, None)];
        assert_eq!(interval(&plan(&rules, &have, Backfill::All)), (vec![2], vec![(99, 100)]));
    }
}
