//! Brings an event into canonical form, the last step of parsing.
//!
//! What it does *not* know: what the fields mean.

use super::{Event, labels, value};
use crate::clock::Timestamp;
use std::borrow::Cow;

impl<'a> Event<'a> {
    /// Brings the event into canonical form (see the head of [`super`]). Parsers call it last.
    pub fn normalise(&mut self) {
        self.normalise_as(false);
    }

    /// As [`Event::normalise`], for an event whose borrowed texts are parts of a text without NUL.
    pub fn normalise_clean(&mut self) {
        self.normalise_as(true);
    }

    fn normalise_as(&mut self, is_clean: bool) {
        if !is_clean || self.has_owned() {
            for text in self.texts().filter(|text| !is_clean || matches!(text, Cow::Owned(_))) {
                value::clean(text);
            }
        }
        for text in [&mut self.message, &mut self.host_name] {
            if !is_clean || matches!(text, Cow::Owned(_)) {
                value::clean(text);
            }
        }
        if self.host_name.is_empty() {
            self.host_name = Cow::Borrowed("-");
        }
        self.source_ip = self.source_ip.map(|ip| ip.to_canonical());
        self.destination_ip = self.destination_ip.map(|ip| ip.to_canonical());
        self.time = Timestamp(self.time.0.clamp(Timestamp::MIN.0, Timestamp::MAX.0));
        self.normalise_tags();
        self.ext.normalise_as(is_clean);
        if self.labels.is_empty() {
            self.labels = labels(self);
        }
    }

    /// Makes tags what one text with spaces between them can hold: sorted words, each once.
    fn normalise_tags(&mut self) {
        let is_word = |tag: &Cow<'_, str>| !tag.is_empty() && !tag.contains([' ', '\0']);
        if !self.tags.is_sorted_by(|a, b| a < b) || !self.tags.iter().all(is_word) {
            let parts = self.tags.iter().flat_map(|tag| tag.split([' ', '\0']));
            let mut words: Vec<Cow<'a, str>> = parts
                .filter(|word| !word.is_empty())
                .map(|word| Cow::Owned(word.to_owned()))
                .collect();
            words.sort();
            words.dedup();
            self.tags = words;
        }
    }

    /// Whether one of the columns in [`Event::texts`] has a text of its own; most have none.
    fn has_owned(&self) -> bool {
        let is_owned = |text: &Option<Cow<'a, str>>| matches!(text, Some(Cow::Owned(_)));
        is_owned(&self.dataset)
            | is_owned(&self.event_category)
            | is_owned(&self.event_action)
            | is_owned(&self.event_outcome)
            | is_owned(&self.event_code)
            | is_owned(&self.process_name)
            | is_owned(&self.process_executable)
            | is_owned(&self.process_command_line)
            | is_owned(&self.user_name)
            | is_owned(&self.user_target_name)
            | is_owned(&self.network_transport)
            | is_owned(&self.helper)
    }

    fn texts<'s>(&'s mut self) -> impl Iterator<Item = &'s mut Cow<'a, str>> {
        [
            &mut self.dataset,
            &mut self.event_category,
            &mut self.event_action,
            &mut self.event_outcome,
            &mut self.event_code,
            &mut self.process_name,
            &mut self.process_executable,
            &mut self.process_command_line,
            &mut self.user_name,
            &mut self.user_target_name,
            &mut self.network_transport,
            &mut self.helper,
        ]
        .into_iter()
        .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{Column, Kind};

    #[test]
    fn no_text_keeps_nul_that_is_not_borrowed_from_a_clean_one() {
        let texts = Column::ALL.iter().filter(|column| column.kind() == Kind::Text);
        for column in texts.filter(|column| **column != Column::Section) {
            let mut event = Event::default();
            let text = crate::event::Value::Text("a\0b".to_owned().into());
            event.set_column(*column, text).expect("a text");
            event.normalise_clean();
            let value = event.column(*column).map(|value| value.to_string());
            assert_eq!(value.as_deref(), Some("a\u{fffd}b"), "{column:?}");
        }
    }
}
