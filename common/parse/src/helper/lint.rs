//! Remarks on helpers that work but cost more than they need, or prove less than they should.
//!
//! What it does *not* know: mistakes. Those are errors when a helper is read.

use super::literal::{Literals, SHORTEST};
use common::helper::{Helper, Place, expand};
use regex_syntax::hir::{Hir, Look};
use thiserror::Error;

/// A remark on a helper.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{place}: helper {helper}: {remark}")]
pub struct Lint {
    /// Where the helper was read.
    pub place: Place,
    /// Its name.
    pub helper: String,
    /// What could be better.
    pub remark: Remark,
}

/// What could be better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Remark {
    /// The pattern may begin anywhere in a line.
    #[error("pattern {0} does not begin with \"^\", so every place in a line is a possible start")]
    Unanchored(usize),
    /// The prefilter cannot help.
    #[error(
        "pattern {0} requires no text of {SHORTEST} bytes or more, so it is tried on every line \
         that the guard allows"
    )]
    NoLiteral(usize),
    /// Nothing shows what it does.
    #[error("has no test line")]
    NoTest,
}

/// The remarks on helpers, in order. Patterns count from 1.
#[must_use]
pub fn lint(helpers: &[Helper]) -> Vec<Lint> {
    let mut remarks = Vec::new();
    for helper in helpers {
        let mut say = |remark| {
            let place = helper.place.clone();
            remarks.push(Lint { place, helper: helper.name.clone(), remark });
        };
        for (nth, pattern) in helper.patterns.iter().enumerate() {
            let Ok(expanded) = expand(pattern) else { continue };
            let Ok(hir) = regex_syntax::parse(&expanded.regex) else { continue };
            if !is_anchored(&hir) {
                say(Remark::Unanchored(nth + 1));
            }
            if Literals::new(&expanded.regex).required.is_none() {
                say(Remark::NoLiteral(nth + 1));
            }
        }
        if helper.tests.is_empty() && helper.collect.is_none() {
            say(Remark::NoTest);
        }
    }
    remarks
}

fn is_anchored(hir: &Hir) -> bool {
    hir.properties().look_set_prefix().contains(Look::Start)
}
