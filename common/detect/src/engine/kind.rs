//! Kinds of lines: what their headers say, and the partition that it leads to.
//!
//! A kind is a channel, an event id and an event type. Logs have a few hundred, so they are
//! remembered in a table of fixed size, where a new one takes the place of another.
//!
//! What it does *not* know: labels.

/// How many places the table has: a power of two.
const PLACES: usize = 1_024;

/// A header's texts, as they stand in the line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind<'l> {
    pub(super) channel: &'l [u8],
    pub(super) event_type: &'l [u8],
    pub(super) id: i64,
}

#[derive(Clone, Debug)]
struct Known {
    channel: Box<[u8]>,
    event_type: Box<[u8]>,
    id: i64,
    place: usize,
}

/// Kinds that were seen.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    table: Vec<Option<Known>>,
}

impl Kinds {
    /// The partition of a kind, where it is known.
    pub(super) fn find(&self, kind: &Kind<'_>) -> Option<usize> {
        let known = self.table.get(kind.hash())?.as_ref()?;
        let is_same = known.id == kind.id
            && *known.channel == *kind.channel
            && *known.event_type == *kind.event_type;
        is_same.then_some(known.place)
    }

    pub(super) fn keep(&mut self, kind: &Kind<'_>, place: usize) {
        if self.table.is_empty() {
            self.table = vec![None; PLACES];
        }
        // Longer ones are nobody's channel.
        if kind.channel.len() + kind.event_type.len() <= 1_024 {
            self.table[kind.hash()] = Some(Known {
                channel: kind.channel.into(),
                event_type: kind.event_type.into(),
                id: kind.id,
                place,
            });
        }
    }

    pub(super) fn clear(&mut self) {
        self.table.clear();
    }
}

impl Kind<'_> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a hash")]
    fn hash(&self) -> usize {
        let edge = |text: &[u8]| match (text.first(), text.get(text.len() / 2), text.last()) {
            (Some(first), Some(middle), Some(last)) => {
                u64::from(*first) << 16 | u64::from(*middle) << 8 | u64::from(*last)
            }
            _ => 0,
        };
        let sum = (self.id as u64)
            ^ edge(self.channel) << 16
            ^ (self.channel.len() as u64) << 40
            ^ edge(self.event_type) << 37;
        (sum.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48) as usize & (PLACES - 1)
    }
}
