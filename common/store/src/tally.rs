//! Counting by groups in bounded memory, for both databases.
//!
//! What it does *not* know: where rows come from.

use crate::Group;
use common::event::Event;
use common::field::{Column, Field};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;

/// Groups held at once when only the largest are wanted.
const LIMIT: usize = 200_000;

/// The values of a group in one buffer: for each a byte 0 (absent), or a byte 1, the text and a
/// byte 0xff, which is in no text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Key(Vec<u8>);

impl Key {
    /// Forgets the values.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Appends a value.
    pub(crate) fn push(&mut self, text: Option<&[u8]>) {
        match text {
            None => self.0.push(0),
            Some(text) => {
                self.0.push(1);
                self.0.extend_from_slice(text);
                self.0.push(0xff);
            }
        }
    }

    /// Takes the values of an event's fields.
    pub(crate) fn of(&mut self, event: &Event<'_>, fields: &[Field]) {
        self.clear();
        for field in fields {
            match event.field(field) {
                None => self.0.push(0),
                Some(value) => {
                    self.0.push(1);
                    // Writing to a Vec cannot fail.
                    let _ = match field {
                        Field::Column(Column::Time) => write!(self.0, "{}", event.time),
                        _ => write!(self.0, "{value}"),
                    };
                    self.0.push(0xff);
                }
            }
        }
    }

    fn values(&self) -> Vec<Option<String>> {
        let (mut values, mut rest) = (Vec::new(), self.0.as_slice());
        while let Some((&kind, after)) = rest.split_first() {
            rest = after;
            values.push((kind == 1).then(|| {
                let end = rest.iter().position(|&byte| byte == 0xff).unwrap_or(rest.len());
                let text = String::from_utf8_lossy(&rest[..end]).into_owned();
                rest = rest.get(end + 1..).unwrap_or_default();
                text
            }));
        }
        values
    }
}

/// Groups and their counts. When there are more than [`LIMIT`] and only the largest are wanted,
/// the groups are parted by hash and the rows gone through once a part.
pub(crate) struct Tally {
    top: Option<usize>,
    limit: usize,
    parts: u64,
    part: u64,
    started: bool,
    overflow: bool,
    counts: HashMap<Key, u64>,
    largest: Vec<Group>,
}

impl Tally {
    /// A tally for the `top` largest groups, or for all.
    pub(crate) fn new(top: Option<u64>) -> Tally {
        Tally {
            top: top.map(|top| usize::try_from(top).unwrap_or(usize::MAX)),
            limit: LIMIT,
            parts: 1,
            part: 0,
            started: false,
            overflow: false,
            counts: HashMap::new(),
            largest: Vec::new(),
        }
    }

    /// Whether the rows must be gone through (again).
    pub(crate) fn begin(&mut self) -> bool {
        if !self.started {
            self.started = true;
            return true;
        }
        if self.overflow {
            (self.overflow, self.parts, self.part) = (false, self.parts * 8, 0);
            self.largest.clear();
            self.counts.clear();
            return true;
        }
        let groups = self.counts.drain().map(|(key, count)| Group { values: key.values(), count });
        self.largest.extend(groups);
        self.largest.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.values.cmp(&b.values)));
        self.largest.truncate(self.top.unwrap_or(usize::MAX));
        self.part += 1;
        self.part < self.parts
    }

    /// Counts rows of one group.
    pub(crate) fn add(&mut self, key: &Key, rows: u64) {
        if self.overflow {
            return;
        }
        if self.parts > 1 {
            let mut hasher = DefaultHasher::new();
            key.hash(&mut hasher);
            if hasher.finish() % self.parts != self.part {
                return;
            }
        }
        if let Some(count) = self.counts.get_mut(key) {
            *count += rows;
            return;
        }
        self.overflow = self.top.is_some() && self.counts.len() >= self.limit;
        self.counts.insert(key.clone(), rows);
    }

    /// The groups, largest first, ties by value.
    pub(crate) fn groups(self) -> Vec<Group> {
        self.largest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(limit: usize, top: Option<u64>) -> (Vec<Group>, u32) {
        let mut tally = Tally { limit, ..Tally::new(top) };
        let (mut key, mut passes) = (Key::default(), 0);
        while tally.begin() {
            passes += 1;
            for row in 0..1000u32 {
                key.clear();
                key.push(Some(row.isqrt().to_string().as_bytes()));
                key.push(row.is_multiple_of(2).then_some(b"".as_slice()));
                tally.add(&key, 1);
            }
        }
        (tally.groups(), passes)
    }

    #[test]
    fn parts_give_the_same_groups() {
        let (all, once) = count(LIMIT, Some(10));
        assert_eq!(once, 1);
        assert_eq!(all.len(), 10);
        assert_eq!(
            all[0],
            Group { values: vec![Some("30".into()), Some(String::new())], count: 31 }
        );
        assert_eq!(all[1], Group { values: vec![Some("29".into()), None], count: 30 });
        assert!(all.is_sorted_by_key(|group| std::cmp::Reverse(group.count)));
        let (parted, passes) = count(20, Some(10));
        assert_eq!(parted, all);
        assert!(passes > 8, "{passes}");
    }

    #[test]
    fn without_a_top_all_groups_are_kept() {
        let (all, passes) = count(20, None);
        assert_eq!((all.len(), passes), (63, 1));
        assert_eq!(all.iter().map(|group| group.count).sum::<u64>(), 1000);
    }
}
