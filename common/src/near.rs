//! The name that was probably meant: the nearest of those that exist.
//!
//! Words come in from an error at hand, one candidate or none goes out. What it does *not* know:
//! what the names name.

/// The candidate nearest to a word, if one is near enough to be worth a hint.
#[must_use]
pub fn nearest<'n>(word: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let word = word.to_ascii_lowercase();
    let far = (word.chars().count() / 3).max(1);
    names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&word, &name.to_ascii_lowercase()), name))
        .filter(|(distance, _)| *distance <= far)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_near_and_other_words_are_not() {
        let names = ["table", "zone", "lateness"];
        assert_eq!(nearest("tabel", names), Some("table"));
        assert_eq!(nearest("Zone", names), Some("zone"));
        assert_eq!(nearest("latenes", names), Some("lateness"));
        assert_eq!(nearest("x", names), None);
        assert_eq!(nearest("colour", names), None);
        assert_eq!(nearest("", names), None);
    }
}
