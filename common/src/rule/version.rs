//! A rule's version: the hash of its compiled form.
//!
//! What is hashed is what decides the SIEM events: the filter as it prints itself (not the
//! author's spelling), what the sets that it names hold, windows, limits, group, message, severity,
//! tags, tables and the number of the engine's semantics. Name, description and whether it is enabled are left out.
//!
//! What it does *not* know: when a version was active.

use super::{Kind, Rule};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// The number of the engine's semantics; it rises when the same rule would decide differently.
pub const ENGINE: u32 = 1;

pub(super) fn version(rule: &Rule) -> String {
    let mut hash = Sha256::new();
    let mut part = |name: &str, text: &str| {
        // Lengths keep one part's text from reading as the next part.
        hash.update(format!("{name} {} {text}\n", text.len()));
    };
    part("engine", &ENGINE.to_string());
    part("filter", &rule.filter.to_string());
    for (name, digest) in rule.sets() {
        part("set", name);
        part("digest", digest.unwrap_or_default());
    }
    part("source", &rule.source.table());
    part("out", &rule.out);
    part("kind", rule.kind.name());
    part("window", &rule.kind.window().0.to_string());
    part("event_limit", &rule.kind.event_limit().to_string());
    for field in &rule.group_by {
        part("group_by", field.name());
    }
    part("severity", &rule.severity.to_string());
    part("message", rule.message.text());
    for tag in &rule.tags {
        part("tag", tag);
    }
    if rule.is_silent {
        part("is_silent", "");
    }
    if let Kind::Correlation(correlation) = &rule.kind {
        part("correlation", &correlation.json().to_string());
    }
    if let Kind::Dead { population, .. } = &rule.kind {
        for value in population.iter().flatten() {
            part("population", value);
        }
    }
    hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
