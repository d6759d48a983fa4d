//! How a program ended that met no error, and its exit code.
//!
//! What it does *not* know: errors, which have codes of their own (`report`).

/// How a tool that met no error ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Work was done, something was selected.
    Done,
    /// Nothing was selected, or a check failed.
    NoMatch,
    /// Some of the work could not be done; each part that failed was reported.
    Partial,
}

impl Exit {
    /// The code of the process.
    pub(super) fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::NoMatch => 1,
            Exit::Partial => 5,
        }
    }
}
