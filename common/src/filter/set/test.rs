//! A test of a value against a set.
//!
//! Before [`SetTest::bind`] a test has a name and no values, and holds for nothing.
//!
//! What it does *not* know: fields, lists.

use super::{NoSet, Set, Sets};
use crate::event::{ValueRef, address};
use crate::filter::Text;
use crate::filter::fold::fold;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// Whether a value is one of a set, or has one of it in it.
#[derive(Clone, Debug)]
pub struct SetTest {
    /// How values of the set are held against the value: whole, or as its beginning, end or part.
    pub kind: Text,
    /// Whether case counts.
    pub cased: bool,
    name: String,
    before: String,
    after: String,
    bound: Option<Bound>,
}

/// What a set held when a test was bound to it.
#[derive(Clone, Debug)]
struct Bound {
    digest: String,
    /// The values, between `before` and `after`.
    set: Arc<Set>,
}

impl SetTest {
    /// A test against the set of a name.
    #[must_use]
    pub fn new(kind: Text, name: &str) -> SetTest {
        let (before, after) = (String::new(), String::new());
        SetTest { kind, cased: false, name: name.to_owned(), before, after, bound: None }
    }

    /// The same test, where values of the set stand between two texts.
    #[must_use]
    pub fn between(self, before: &str, after: &str) -> SetTest {
        SetTest { before: before.to_owned(), after: after.to_owned(), ..self }
    }

    /// The same test, where case counts or not.
    #[must_use]
    pub fn case(self, cased: bool) -> SetTest {
        SetTest { cased, ..self }
    }

    /// The set's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The values, once the test is bound.
    #[must_use]
    pub fn set(&self) -> Option<&Set> {
        self.bound.as_ref().map(|bound| bound.set.as_ref())
    }

    /// The digest of the set that the test is bound to.
    #[must_use]
    pub fn digest(&self) -> Option<&str> {
        self.bound.as_ref().map(|bound| bound.digest.as_str())
    }

    pub(in crate::filter) fn bind(&mut self, sets: &Sets) -> Result<(), NoSet> {
        let set = sets.named(&self.name)?;
        let digest = set.digest().to_owned();
        let is_bare = self.before.is_empty() && self.after.is_empty();
        let set = if is_bare { set } else { Arc::new(set.around(&self.before, &self.after)) };
        self.bound = Some(Bound { digest, set });
        Ok(())
    }

    /// Whether a value, which is no list, satisfies the test.
    #[must_use]
    pub fn holds(&self, value: ValueRef<'_>) -> bool {
        let Some(set) = self.set() else { return false };
        let text: Cow<'_, str> = match value {
            ValueRef::Text(text) => text.into(),
            other => other.to_string().into(),
        };
        if self.cased {
            let values = set.values();
            return match self.kind {
                Text::Contains => values.iter().any(|it| text.contains(it.as_str())),
                Text::StartsWith => values.iter().any(|it| text.starts_with(it.as_str())),
                Text::EndsWith => values.iter().any(|it| text.ends_with(it.as_str())),
                _ => values.binary_search_by(|it| it.as_str().cmp(&text)).is_ok(),
            };
        }
        let folded = fold(&text);
        match self.kind {
            Text::Contains => set.is_in(&folded),
            Text::StartsWith => set.begins(&folded),
            Text::EndsWith => set.ends(&folded),
            _ => set.has(&folded) || self.covers(set, value),
        }
    }

    fn covers(&self, set: &Set, value: ValueRef<'_>) -> bool {
        if set.networks.is_empty() {
            return false;
        }
        let ip = match value {
            ValueRef::Ip(ip) => Some(ip),
            ValueRef::Text(text) => address(text),
            _ => None,
        };
        ip.is_some_and(|ip| set.covers(ip))
    }

    /// The name with what stands around it, as the grammar writes it: a `%` of its own is doubled.
    #[must_use]
    pub fn template(&self) -> String {
        let plain = |text: &str| text.replace('%', "%%");
        format!("{}%{}%{}", plain(&self.before), self.name, plain(&self.after))
    }

    /// What [`SetTest::template`] wrote, as before, name and after.
    pub(in crate::filter) fn read_template(text: &str) -> Option<(String, String, String)> {
        let (mut parts, mut chars) = (vec![String::new()], text.chars().peekable());
        while let Some(char) = chars.next() {
            match char {
                '%' if chars.next_if_eq(&'%').is_none() => parts.push(String::new()),
                char => parts.last_mut()?.push(char),
            }
        }
        let [before, name, after] = <[String; 3]>::try_from(parts).ok()?;
        super::is_set_name(&name).then_some((before, name, after))
    }
}

impl PartialEq for SetTest {
    fn eq(&self, other: &SetTest) -> bool {
        let parts = |it: &SetTest| (it.kind, it.cased, it.template());
        parts(self) == parts(other) && self.digest() == other.digest()
    }
}

impl fmt::Display for SetTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_bare = self.before.is_empty() && self.after.is_empty();
        if is_bare && self.kind == Text::Equals && !self.cased {
            return write!(f, "in set:{}", self.name);
        }
        let word = crate::filter::print::word(self.kind);
        let cased = if self.cased { "_cased" } else { "" };
        match is_bare {
            true => write!(f, "{word}{cased}_set {}", self.name),
            false => {
                let template = self.template();
                write!(f, "{word}{cased}_set {}", crate::filter::print::Quoted(&template))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(kind: Text, values: &[&str]) -> SetTest {
        let set = Set::new("s", values.iter().map(|it| (*it).to_owned())).expect("a set");
        let mut test = SetTest::new(kind, "s");
        test.bind(&[set].into_iter().collect()).expect("there is one");
        test
    }

    #[test]
    fn values_are_looked_up_whole_and_in_parts() {
        let holds = |test: &SetTest, text: &str| test.holds(ValueRef::Text(text));
        let whole = bound(Text::Equals, &["Eve", "10.0.0.0/8", "::1", "22"]);
        for text in ["eve", "10.9.9.9", "::ffff:10.1.1.1", "::1", "10.0.0.0/8"] {
            assert!(holds(&whole, text), "{text}");
        }
        assert!(whole.holds(ValueRef::Int(22)) && whole.holds(ValueRef::Ip([10, 0, 0, 1].into())));
        for text in ["eve1", "11.0.0.1", "", "::2", "2"] {
            assert!(!holds(&whole, text), "{text}");
        }
        let of = |kind, text| holds(&bound(kind, &["ABC", "dé"]), text);
        assert!(of(Text::Contains, "xabcx") && of(Text::StartsWith, "abcx"));
        assert!(of(Text::EndsWith, "xDÉ") && of(Text::StartsWith, "déx"));
        assert!(!of(Text::Contains, "xacbx") && !of(Text::StartsWith, "xabc"));
        assert!(!of(Text::EndsWith, "é") && !of(Text::StartsWith, "d"));
        let cased = SetTest { cased: true, ..bound(Text::Equals, &["Eve"]) };
        assert!(holds(&cased, "Eve") && !holds(&cased, "eve"));
        assert!(!holds(&SetTest::new(Text::Equals, "s"), "eve"), "not bound");
    }

    #[test]
    fn values_stand_between_texts() {
        let set = Set::new("s", ["a".to_owned(), "b".to_owned()]).expect("a set");
        let mut test = SetTest::new(Text::Equals, "s").between("50%-", "$");
        test.bind(&[set].into_iter().collect()).expect("there is one");
        assert!(test.holds(ValueRef::Text("50%-B$")) && !test.holds(ValueRef::Text("b")));
        assert_eq!(test.to_string(), "equals_set \"50%%-%s%$\"");
        let read = SetTest::read_template(&test.template());
        assert_eq!(read, Some(("50%-".into(), "s".into(), "$".into())));
        assert_eq!(SetTest::read_template("a"), None);
        assert_eq!(SetTest::read_template("%a%b%c%"), None);
        assert_eq!(SetTest::read_template("%a b%"), None);
    }
}
