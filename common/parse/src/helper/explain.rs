//! Why a line got its fields, or none: guard, literals, tries, the chosen helper, each field.
//!
//! What it does *not* know: how an explanation is printed.

use super::set::{CAP, Helpers};
use common::event::Event;

/// What helpers did with one body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// The helpers whose guard allows the event.
    pub guarded: Vec<&'static str>,
    /// The literals found in the body, in order of place.
    pub literals: Vec<Literal>,
    /// The patterns that were tried, in order.
    pub tried: Vec<Tried>,
    /// The helper that took the line.
    pub chosen: Option<&'static str>,
    /// What it filled, in order of the pattern; constants and collectors aside.
    pub fields: Vec<Filled>,
}

/// A required literal that occurs in the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// The text.
    pub text: String,
    /// Where it begins, in bytes of the body.
    pub start: usize,
    /// The helpers that it makes candidates.
    pub helpers: Vec<&'static str>,
}

/// A pattern that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The helper.
    pub helper: &'static str,
    /// The regular expression, without sugar.
    pub regex: String,
    /// Whether it matched.
    pub matched: bool,
}

/// A field that a capture filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// The field.
    pub field: &'static str,
    /// The captured text.
    pub text: String,
    /// Its type's notation.
    pub kind: String,
    /// Where it begins, in bytes of the body.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

impl Helpers {
    /// Explains what [`Helpers::apply_to`] does with a body. The event has its section, program
    /// and dataset, as before helpers were applied; `is_read` says that a format read it to the end.
    #[must_use]
    pub fn explain(&self, body: &str, event: &Event<'_>, is_read: bool) -> Explanation {
        let group = match is_read {
            true => &self.groups[self.read],
            false => self.group(event.process_name.as_deref().unwrap_or_default()),
        };
        let mut explanation = Explanation::default();
        if group.is_empty() {
            return explanation;
        }
        let allowed = |nth: &&usize| self.entries[**nth].allows(event);
        let guarded = group.members().iter().filter(allowed).map(|&nth| self.entries[nth].name);
        explanation.guarded = guarded.collect();
        let ranking = group.ranking(&self.entries);
        let end = body.floor_char_boundary(CAP);
        for (literal, start, entries) in ranking.literals(&self.entries, &body[..end]) {
            let helpers = entries.into_iter().map(|nth| self.entries[nth].name);
            let text = String::from_utf8_lossy(&literal).into_owned();
            explanation.literals.push(Literal { text, start, helpers: helpers.collect() });
        }
        let hits = ranking.hits(&self.entries, &body[..end]);
        for (nth, place) in ranking.candidates(&hits, &body[..end]) {
            let (entry, pattern) = (&self.entries[nth], &self.entries[nth].patterns[place]);
            if !entry.allows(event) {
                continue;
            }
            let spans = pattern.spans(body, end);
            let regex = pattern.regex().to_owned();
            explanation.tried.push(Tried { helper: entry.name, regex, matched: spans.is_some() });
            if let Some(spans) = spans {
                explanation.chosen = Some(entry.name);
                let filled = spans.into_iter().map(|(capture, start, end)| Filled {
                    field: capture.field(),
                    text: body[start..end].to_owned(),
                    kind: capture.kind().into_owned(),
                    start,
                    end,
                });
                explanation.fields = filled.collect();
                break;
            }
        }
        explanation
    }
}
