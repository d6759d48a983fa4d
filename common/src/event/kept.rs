//! Texts that events have in common, kept once.
//!
//! Between reading and storing, an event owns its texts. Half of them are words of a small
//! vocabulary (datasets, labels, actions, helpers, the names of hosts and programs), and a copy of
//! each was half of what making and freeing events cost. A text that came before is the same
//! `&'static str` again.
//!
//! What is kept is never given back, so it is bounded: a fixed number of places, short texts, and
//! whoever comes first stays. Names, which a sender chooses, have places of their own, so that they
//! never take those of the vocabulary.
//!
//! What it does *not* know: what a text means.

use super::Event;
use std::borrow::Cow;
use std::mem::take;

/// How many texts of a kind are kept.
const PLACES: usize = 512;
/// The longest text that is kept, in bytes.
const LONGEST: usize = 96;

/// Texts that are kept.
#[derive(Debug, Default)]
pub struct Kept {
    words: Table,
    names: Table,
    /// Where fields are packed.
    json: Vec<u8>,
}

/// Each text has one place, by its length, first and last bytes.
#[derive(Debug)]
struct Table(Box<[&'static str]>);

impl Default for Table {
    fn default() -> Table {
        Table(vec![""; PLACES].into())
    }
}

impl Table {
    fn text(&mut self, text: Cow<'_, str>) -> Cow<'static, str> {
        if text.is_empty() {
            return Cow::Borrowed("");
        }
        let kept = &mut self.0[place(text.as_bytes())];
        if *kept == text {
            return Cow::Borrowed(kept);
        }
        if kept.is_empty() && text.len() <= LONGEST {
            *kept = Box::leak(Box::from(&*text));
            return Cow::Borrowed(kept);
        }
        Cow::Owned(text.into_owned())
    }

    fn maybe(&mut self, text: Option<Cow<'_, str>>) -> Option<Cow<'static, str>> {
        text.map(|text| self.text(text))
    }
}

/// Where a text is kept.
fn place(text: &[u8]) -> usize {
    let word = |bytes: &[u8]| bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
    let (first, last) = match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => (word(text), 0),
    };
    let mixed =
        (first ^ last.rotate_left(29) ^ text.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(mixed >> 40).unwrap_or(0) % PLACES
}

impl Event<'_> {
    /// As [`Event::into_owned`], with what events have in common kept once and its fields packed.
    #[must_use]
    pub fn into_kept(mut self, kept: &mut Kept) -> Event<'static> {
        let Kept { words, names, json } = kept;
        let section = words.text(take(&mut self.section));
        let host_name = names.text(take(&mut self.host_name));
        let labels = words.text(take(&mut self.labels));
        let dataset = words.maybe(self.dataset.take());
        let event_category = words.maybe(self.event_category.take());
        let event_action = words.maybe(self.event_action.take());
        let event_outcome = words.maybe(self.event_outcome.take());
        let process_name = names.maybe(self.process_name.take());
        let network_transport = words.maybe(self.network_transport.take());
        let helper = words.maybe(self.helper.take());
        let ext = take(&mut self.ext).pack(json);
        Event {
            section,
            host_name,
            labels,
            dataset,
            event_category,
            event_action,
            event_outcome,
            process_name,
            network_transport,
            helper,
            ext,
            ..self.into_owned()
        }
    }
}

impl Event<'_> {
    /// About how much memory an event takes that is kept: what is short or kept once is not counted.
    #[must_use]
    pub fn weight(&self) -> usize {
        let fields = self.ext.packed().map_or(0, <[u8]>::len);
        size_of::<Event<'_>>() + self.raw.len() + self.message.len() + fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_with_kept_texts_is_the_same_event() {
        let mut kept = Kept::default();
        let long = "x".repeat(LONGEST + 1);
        for name in ["", "-", "db1", "a host of more than eight bytes", &long, "db1"] {
            let event = Event {
                section: name.into(),
                host_name: name.into(),
                labels: name.into(),
                dataset: Some(name.into()),
                event_category: Some(name.into()),
                event_action: Some(name.into()),
                event_outcome: None,
                process_name: Some(name.into()),
                network_transport: Some(name.into()),
                helper: Some(name.into()),
                message: name.into(),
                ..Event::default()
            };
            assert_eq!(event.clone().into_kept(&mut kept), event.into_owned());
        }
    }

    #[test]
    fn what_comes_first_stays_and_is_not_copied_again() {
        let mut table = Table::default();
        let texts: Vec<String> = (0..10 * PLACES).map(|number| format!("name {number}")).collect();
        let is_kept = |text: Cow<'static, str>| matches!(text, Cow::Borrowed(_));
        let mut first = Vec::new();
        for text in &texts {
            first.push(is_kept(table.text(text.as_str().into())));
        }
        let count = first.iter().filter(|kept| **kept).count();
        assert!((PLACES / 2..=PLACES).contains(&count), "{count}");
        for (text, first) in texts.iter().zip(first) {
            assert_eq!(is_kept(table.text(text.as_str().into())), first, "{text}");
        }
    }
}
