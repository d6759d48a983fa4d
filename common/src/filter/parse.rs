//! The grammar of `--where` (to be written).

/// Whether a field name needs no backquotes.
#[must_use]
pub fn is_bare_name(name: &str) -> bool {
    let first = name.starts_with(|char: char| char.is_ascii_alphabetic() || "@_".contains(char));
    let rest = |char: char| char.is_ascii_alphanumeric() || "@_.-".contains(char);
    let word = matches!(name, "and" | "or" | "not" | "all" | "keyword" | "in" | "is" | "exists");
    first && !word && name.chars().all(rest)
}
