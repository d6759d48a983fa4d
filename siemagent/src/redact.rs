//! Secrets in arguments: what matches is replaced before anything else sees it.
//!
//! What it does *not* know: which words are secrets; the user's expressions say.

use regex::Regex;
use std::borrow::Cow;

/// What stands in place of a match.
const MARK: &str = "[redacted]";

/// Expressions whose matches are not told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Redact(Vec<Regex>);

impl Redact {
    /// Of expressions in the syntax of the `regex` crate.
    ///
    /// # Errors
    /// One of them is none.
    pub(crate) fn new(patterns: &[String]) -> Result<Redact, regex::Error> {
        patterns.iter().map(|pattern| Regex::new(pattern)).collect::<Result<_, _>>().map(Redact)
    }

    /// Whether everything is told.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text without what matches. Where an expression has groups, only they are replaced, so
    /// that `--password=(\S+)` keeps the option's name.
    #[must_use]
    pub(crate) fn apply(&self, text: String) -> String {
        self.0.iter().fold(text, |text, pattern| match replace(pattern, &text) {
            Cow::Owned(changed) => changed,
            Cow::Borrowed(_) => text,
        })
    }
}

fn replace<'t>(pattern: &Regex, text: &'t str) -> Cow<'t, str> {
    if pattern.captures_len() == 1 {
        return pattern.replace_all(text, MARK);
    }
    pattern.replace_all(text, |found: &regex::Captures<'_>| {
        let whole = found.get(0).map_or((0, ""), |whole| (whole.start(), whole.as_str()));
        let mut kept = String::new();
        let mut place = 0;
        for group in found.iter().skip(1).flatten() {
            let (from, to) = (group.start() - whole.0, group.end() - whole.0);
            if from >= place {
                kept.push_str(&whole.1[place..from]);
                kept.push_str(MARK);
                place = to;
            }
        }
        kept + &whole.1[place..]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_replaced_or_else_the_whole_match() {
        let patterns = [r"--password[= ](\S+)".to_owned(), "AKIA[0-9A-Z]{4}".to_owned()];
        let redact = Redact::new(&patterns).expect("expressions");
        let text = "mysql --password=geheim -h db; aws AKIA1234".to_owned();
        assert_eq!(redact.apply(text), "mysql --password=[redacted] -h db; aws [redacted]");
        assert_eq!(Redact::default().apply("x".to_owned()), "x");
        assert!(Redact::new(&["(".to_owned()]).is_err());
    }
}
