//! The cursors of a host, as a connection read them last.
//!
//! A host may have tens of thousands, and files are claimed a few at a time: only those are read
//! again whose revision has changed. In: which cursors there are, with their revisions, read under
//! the host's lock. Out: all of them, in the order of their sources.
//!
//! What it does *not* know: databases, what a cursor means.

use crate::Cursor;

/// What is known of a host's cursors.
#[derive(Default)]
pub(crate) struct Register {
    host: String,
    cursors: Vec<Cursor>,
}

impl Register {
    /// Forgets everything: another connection may meet another history.
    pub(crate) fn clear(&mut self) {
        self.cursors.clear();
    }

    /// Keeps the cursors that stand as they stood; `standing` is (source, revision) of all, in
    /// order. Gives the sources that have to be read.
    pub(crate) fn keep(&mut self, host: &str, standing: &[(i64, i64)]) -> Vec<i64> {
        if self.host != host {
            self.cursors.clear();
            host.clone_into(&mut self.host);
        }
        let stands =
            |cursor: &Cursor| standing.binary_search(&(cursor.source, cursor.revision)).is_ok();
        self.cursors.retain(stands);
        let mut have = self.cursors.iter().map(|cursor| cursor.source).peekable();
        let is_missing = |source: &i64| have.next_if_eq(source).is_none();
        standing.iter().map(|(source, _)| *source).filter(is_missing).collect()
    }

    /// Takes over cursors that were read.
    pub(crate) fn learn(&mut self, read: Vec<Cursor>) {
        self.cursors.extend(read);
        self.cursors.sort_unstable_by_key(|cursor| cursor.source);
    }

    /// All of the host's cursors, in the order of their sources.
    pub(crate) fn cursors(&self) -> &[Cursor] {
        &self.cursors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(source: i64, revision: i64) -> Cursor {
        Cursor { source, revision, ..Cursor::default() }
    }

    #[test]
    fn only_what_changed_is_read_again() {
        let mut register = Register::default();
        assert_eq!(register.keep("h", &[(1, 1), (2, 5)]), [1, 2]);
        register.learn(vec![cursor(2, 5), cursor(1, 1)]);
        assert_eq!(register.keep("h", &[(1, 2), (2, 5), (3, 1)]), [1, 3]);
        register.learn(vec![cursor(1, 2), cursor(3, 1)]);
        assert_eq!(register.cursors(), [cursor(1, 2), cursor(2, 5), cursor(3, 1)]);
        assert_eq!(register.keep("h", &[(3, 1)]), Vec::<i64>::new());
        assert_eq!(register.cursors(), [cursor(3, 1)]);
        assert_eq!(register.keep("other", &[(3, 1)]), [3]);
        register.learn(vec![cursor(3, 1)]);
        register.clear();
        assert_eq!(register.keep("other", &[(3, 1)]), [3]);
    }
}
