//! Helpers (to come).

/// A helper.
#[derive(Clone, Debug)]
pub struct Helper;
