//! Repeats as one line: the SIEM events of one rule, group and hour.
//!
//! A line shows the worst of them, the first and last time of all, and how many they are. A rule
//! that does not group folds equal messages. What it does *not* know: how a line is printed.

use crate::found::Found;
use common::clock::span::HOUR;
use common::clock::zone::Zone;
use std::collections::HashMap;

/// SIEM events folded as they come.
#[derive(Default)]
pub(crate) struct Folds(HashMap<(String, String, i64), Found>);

impl Folds {
    /// Adds a SIEM event to its line.
    pub(crate) fn add(&mut self, found: Found, zone: &Zone) {
        let hour = zone.wall(found.siem.time).div_euclid(HOUR);
        let same = match found.siem.group.is_empty() {
            true => found.siem.message.clone(),
            false => found.siem.group_json(),
        };
        let key = (found.siem.rule_id.clone(), same, hour);
        match self.0.get_mut(&key) {
            None => {
                self.0.insert(key, found);
            }
            Some(line) => merge(line, found),
        }
    }

    /// The lines by magnitude, then the latest first.
    pub(crate) fn worst_first(self) -> Vec<Found> {
        let mut lines: Vec<Found> = self.0.into_values().collect();
        lines.sort_by(|a, b| {
            let urgency = |found: &Found| (found.siem.magnitude(), found.siem.last_time);
            urgency(b).cmp(&urgency(a)).then_with(|| a.siem.id.cmp(&b.siem.id))
        });
        lines
    }
}

fn merge(line: &mut Found, found: Found) {
    let first = line.siem.time.min(found.siem.time);
    let last = line.siem.last_time.max(found.siem.last_time);
    let times = line.times + found.times;
    if found.siem.magnitude() > line.siem.magnitude() {
        *line = found;
    }
    line.siem.time = first;
    line.siem.last_time = last;
    line.times = times;
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::clock::Timestamp;
    use common::siem_event::SiemEvent;

    fn found(id: &str, minute: i64, severity: u8, group: Option<&str>) -> Found {
        let time = Timestamp(minute * 60_000_000);
        let group = group.map(|host| ("host.name".to_owned(), Some(host.to_owned())));
        Found::new(SiemEvent {
            id: id.to_owned(),
            rule_id: "auth/x".to_owned(),
            severity,
            time,
            last_time: time,
            group: group.into_iter().collect(),
            ..SiemEvent::default()
        })
    }

    #[test]
    fn one_line_a_rule_group_and_hour_the_worst_first() {
        let mut folds = Folds::default();
        for (id, minute, severity, group) in [
            ("a", 1, 4, Some("web")),
            ("b", 2, 3, Some("web")),
            ("c", 59, 4, Some("web")),
            ("d", 60, 4, Some("web")),
            ("e", 3, 1, Some("db")),
            ("f", 3, 6, None),
        ] {
            folds.add(found(id, minute, severity, group), &Zone::utc());
        }
        let lines: Vec<(String, u64, i64)> = folds
            .worst_first()
            .into_iter()
            .map(|line| {
                (line.siem.id, line.times, (line.siem.last_time.0 - line.siem.time.0) / 60_000_000)
            })
            .collect();
        let wanted = [("e", 1, 0), ("b", 3, 58), ("d", 1, 0), ("f", 1, 0)];
        assert_eq!(lines, wanted.map(|(id, times, minutes)| (id.to_owned(), times, minutes)));
    }
}
