//! Reference sets: named lists of texts that filters look values up in.
//!
//! A set is what its values are: two with the same values have the same digest. A value that is an
//! address or a network stands for every address in it. What it does *not* know: files, databases;
//! which set a name means is said by [`Filter::bind`](super::Filter::bind).

mod test;

pub use test::SetTest;

use super::Network;
use super::fold::fold;
use crate::near::nearest;
use aho_corasick::AhoCorasick;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

/// The most values that a set has.
pub(super) const VALUES: usize = 1_000_000;
/// The most bytes of a value.
pub(super) const LENGTH: usize = 1_000;

/// A reference set.
#[derive(Debug)]
pub struct Set {
    name: String,
    digest: String,
    /// Sorted, each once.
    values: Vec<String>,
    folded: HashSet<String>,
    /// How long folded values are, in bytes.
    lengths: BTreeSet<usize>,
    networks: HashSet<Network>,
    /// The prefix lengths of networks, of IPv4 and of others.
    prefixes: BTreeSet<(bool, u8)>,
    /// Finds folded values in a text; made when it is first needed.
    finder: OnceLock<Option<AhoCorasick>>,
}

/// Why a set was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// The name is none.
    #[error("\"{}\" is no name of a set: letters, digits, _ . and -, at most 64", .0.escape_debug())]
    Name(String),
    /// There is nothing in it.
    #[error("a set without values")]
    Empty,
    /// There is too much in it.
    #[error("more than {VALUES} values")]
    Many,
    /// A value is too long, or has a character that no line has.
    #[error("\"{}\" is no value: at most {LENGTH} bytes, no control characters", .0.escape_debug())]
    Value(String),
}

/// A filter names a set that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no set \"{name}\"")]
pub struct NoSet {
    /// The name.
    pub name: String,
    /// What can be done about it.
    pub hint: String,
}

/// Whether a text can be the name of a set.
#[must_use]
pub fn is_set_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    (1..=64).contains(&name.len()) && name.bytes().all(fits)
}

impl Set {
    /// A set of values, in any order.
    ///
    /// # Errors
    /// The name or a value is none, or there are none or too many.
    pub fn new(name: &str, values: impl IntoIterator<Item = String>) -> Result<Set, SetError> {
        if !is_set_name(name) {
            return Err(SetError::Name(name.to_owned()));
        }
        let mut sorted = BTreeSet::new();
        for value in values {
            let is_long = value.len() > LENGTH;
            if value.trim().is_empty() || is_long || value.chars().any(char::is_control) {
                return Err(SetError::Value(value.chars().take(80).collect()));
            }
            sorted.insert(value);
            if sorted.len() > VALUES {
                return Err(SetError::Many);
            }
        }
        match sorted.is_empty() {
            true => Err(SetError::Empty),
            false => Ok(Set::of(name, sorted.into_iter().collect())),
        }
    }

    fn of(name: &str, values: Vec<String>) -> Set {
        let folded: HashSet<String> = values.iter().map(|it| fold(it).into_owned()).collect();
        let networks: HashSet<Network> =
            values.iter().filter_map(|it| Network::parse(it)).map(Network::masked).collect();
        Set {
            name: name.to_owned(),
            digest: digest(&values),
            lengths: folded.iter().map(String::len).collect(),
            prefixes: networks.iter().map(Network::width).collect(),
            folded,
            networks,
            values,
            finder: OnceLock::new(),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The SHA-256 of its values, in hexadecimal.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Its values, sorted, each once.
    #[must_use]
    pub fn values(&self) -> &[String] {
        &self.values
    }

    /// The values that are addresses or networks, as networks.
    pub fn networks(&self) -> impl Iterator<Item = &Network> {
        self.networks.iter()
    }

    /// The set whose values stand between two texts.
    fn around(&self, before: &str, after: &str) -> Set {
        let values: BTreeSet<String> =
            self.values.iter().map(|value| format!("{before}{value}{after}")).collect();
        Set::of(&self.name, values.into_iter().collect())
    }

    fn has(&self, folded: &str) -> bool {
        self.folded.contains(folded)
    }

    fn covers(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        let mut prefixes = self.prefixes.iter().filter(|(is_v4, _)| *is_v4 == ip.is_ipv4());
        prefixes.any(|(_, prefix)| self.networks.contains(&Network::of(ip, *prefix)))
    }

    /// Whether a folded text begins with a value.
    fn begins(&self, folded: &str) -> bool {
        let mut lengths = self.lengths.range(..=folded.len());
        lengths.any(|&length| folded.get(..length).is_some_and(|part| self.has(part)))
    }

    /// Whether a folded text ends with a value.
    fn ends(&self, folded: &str) -> bool {
        let mut lengths = self.lengths.range(..=folded.len());
        lengths
            .any(|&length| folded.get(folded.len() - length..).is_some_and(|part| self.has(part)))
    }

    /// Whether a value is in a folded text.
    fn is_in(&self, folded: &str) -> bool {
        match self.finder.get_or_init(|| AhoCorasick::new(&self.folded).ok()) {
            Some(finder) => finder.is_match(folded),
            // So many long values that no automaton holds them.
            None => self.folded.iter().any(|value| folded.contains(value.as_str())),
        }
    }
}

/// The digest of sorted values; lengths keep one from reading as two.
fn digest(values: &[String]) -> String {
    let mut hash = Sha256::new();
    for value in values {
        hash.update(format!("{} {value}\n", value.len()));
    }
    hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The sets that there are, by name.
#[derive(Clone, Debug, Default)]
pub struct Sets(BTreeMap<String, Arc<Set>>);

impl Sets {
    /// The set of a name.
    ///
    /// # Errors
    /// There is none; the hint names the nearest, or how one is made.
    pub fn named(&self, name: &str) -> Result<Arc<Set>, NoSet> {
        if let Some(set) = self.0.get(name) {
            return Ok(Arc::clone(set));
        }
        let hint = match nearest(name, self.0.keys().map(String::as_str)) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("siemmanage set import {name} FILE makes it"),
        };
        Err(NoSet { name: name.to_owned(), hint })
    }

    /// Adds a set, or puts it in place of the one of its name.
    pub fn put(&mut self, set: impl Into<Arc<Set>>) {
        let set = set.into();
        self.0.insert(set.name.clone(), set);
    }

    /// The sets, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Set> {
        self.0.values().map(Arc::as_ref)
    }
}

impl FromIterator<Set> for Sets {
    fn from_iter<I: IntoIterator<Item = Set>>(list: I) -> Sets {
        let mut sets = Sets::default();
        list.into_iter().for_each(|set| sets.put(set));
        sets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(values: &[&str]) -> Set {
        Set::new("s", values.iter().map(|it| (*it).to_owned())).expect("a set")
    }

    #[test]
    fn a_set_is_its_values() {
        let set = set(&["b", "A", "b"]);
        assert_eq!(set.values(), ["A", "b"]);
        assert_eq!(set.digest(), self::set(&["A", "b"]).digest());
        assert_ne!(set.digest(), self::set(&["a", "b"]).digest());
        let of = |name: &str, values: &[&str]| {
            Set::new(name, values.iter().map(|it| (*it).to_owned())).err()
        };
        assert_eq!(of("a b", &["x"]), Some(SetError::Name("a b".into())));
        assert_eq!(of("s", &[]), Some(SetError::Empty));
        assert_eq!(of("s", &["a\nb"]), Some(SetError::Value("a\nb".into())));
        assert_eq!(of("s", &[" "]), Some(SetError::Value(" ".into())));
    }

    #[test]
    fn what_is_missing_is_named_with_a_way_out() {
        let sets: Sets =
            [Set::new("Workstations", ["a".to_owned()]).expect("a set")].into_iter().collect();
        assert!(sets.named("Workstations").is_ok());
        let missing = |name: &str| sets.named(name).expect_err("missing").hint;
        assert_eq!(missing("Workstation"), "did you mean \"Workstations\"?");
        assert_eq!(missing("admins"), "siemmanage set import admins FILE makes it");
    }
}
