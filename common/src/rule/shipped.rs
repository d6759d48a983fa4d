//! The rules that a new database begins with: `config/rules/*.json`.
//!
//! What it does *not* know: which of them a user changed since.

use super::{ReadError, Rule, read};

/// The files, by name.
pub const SHIPPED: [(&str, &str); 2] = [
    ("auth.json", include_str!("../../../config/rules/auth.json")),
    ("web.json", include_str!("../../../config/rules/web.json")),
];

/// The shipped rules.
///
/// # Errors
/// A shipped file is wrong; a test keeps that from happening.
pub fn shipped() -> Result<Vec<Rule>, ReadError> {
    let mut rules = Vec::new();
    for (name, text) in SHIPPED {
        rules.extend(read(text, name)?);
    }
    Ok(rules)
}
