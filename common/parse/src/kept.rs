//! Texts that live as long as the program: names that users and helpers give, of which there are
//! few, so that every event borrows them.
//!
//! What it does *not* know: what they name.

use std::collections::BTreeSet;
use std::sync::Mutex;

/// A text that lives as long as the program, one copy of each.
pub(crate) fn kept(text: &str) -> &'static str {
    static KEPT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut all = KEPT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(known) = all.get(text) {
        return known;
    }
    let text: &'static str = Box::leak(text.to_owned().into_boxed_str());
    all.insert(text);
    text
}
