//! `[[action]]`: a program that siemtrigger runs for SIEM events.
//!
//! ```toml
//! [[action]]
//! name = "mail"
//! exec = ["/usr/lib/siem/mail", "soc@example.org"]
//! rule = "auth/*"       # a rule's id or name, with * for any text; all unless given
//! severity = 3          # this severity and worse (smaller); all unless given
//! timeout = "30s"
//! rate = 30             # a minute; what is above comes as one summary
//! ```
//!
//! What it does *not* know: how programs are run.

use super::Origin;
use crate::clock::SECOND;
use crate::clock::span::Span;
use toml_edit::Item;

/// One `[[action]]` of the configuration file, or `siemtrigger --exec`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Its name: with a SIEM event's id it makes the key under which it is run once.
    pub name: String,
    /// The program and its arguments; no shell reads them.
    pub exec: Vec<String>,
    /// For which rules; all without.
    pub rule: Option<String>,
    /// For which severities: this one and worse.
    pub severity: u8,
    /// How long the program may run.
    pub timeout: Span,
    /// How often a minute it is run.
    pub rate: u32,
    /// Where the entry stands.
    pub origin: Origin,
}

impl Default for Action {
    fn default() -> Action {
        Action {
            name: String::new(),
            exec: Vec::new(),
            rule: None,
            severity: 7,
            timeout: Span(30 * SECOND),
            rate: 30,
            origin: Origin::Default,
        }
    }
}

/// The keys of an entry.
pub(super) const KEYS: [&str; 6] = ["name", "exec", "rule", "severity", "timeout", "rate"];

impl Action {
    /// Whether it is run for a SIEM event of a rule (its id and its name) and severity.
    #[must_use]
    pub fn is_for(&self, rule_id: &str, rule_name: &str, severity: u8) -> bool {
        let holds = |glob: &String| matches(glob, rule_id) || matches(glob, rule_name);
        severity <= self.severity && self.rule.as_ref().is_none_or(holds)
    }

    /// Sets a key.
    pub(super) fn set(&mut self, key: &str, item: &Item) -> Result<(), String> {
        let text = || item.as_str().ok_or_else(|| format!("{key} is a string in quotes"));
        let number = |most: i64| {
            let number = item.as_integer().filter(|number| (0..=most).contains(number));
            number.ok_or_else(|| format!("{key} is a number from 0 to {most}"))
        };
        match key {
            "name" => self.name = name(text()?)?,
            "exec" => self.exec = arguments(item)?,
            "rule" => self.rule = Some(text()?.to_owned()),
            "severity" => self.severity = u8::try_from(number(7)?).unwrap_or(7),
            "timeout" => {
                self.timeout = Span::parse(text()?, SECOND).map_err(|error| error.to_string())?;
            }
            "rate" => self.rate = u32::try_from(number(100_000)?.max(1)).unwrap_or(1),
            _ => return Err(format!("unknown key \"{key}\"")),
        }
        Ok(())
    }

    /// What an entry must have.
    pub(super) fn check(&self, before: &[Action]) -> Result<(), String> {
        if self.name.is_empty() || self.exec.is_empty() {
            return Err("an [[action]] needs a name and exec".to_owned());
        }
        if before.iter().any(|other| other.name == self.name) {
            return Err(format!("a second action named \"{}\"", self.name));
        }
        Ok(())
    }

    /// (key, value) as text.
    pub(super) fn shown(&self) -> Vec<(&'static str, String)> {
        let mut shown = vec![("name", self.name.clone()), ("exec", self.exec.join(" "))];
        shown.extend(self.rule.clone().map(|rule| ("rule", rule)));
        shown.push(("severity", self.severity.to_string()));
        shown.push(("timeout", self.timeout.to_string()));
        shown.push(("rate", self.rate.to_string()));
        shown
    }
}

/// Whether a text is what a glob says; `*` stands for any text.
fn matches(glob: &str, text: &str) -> bool {
    let mut parts = glob.split('*');
    let Some(rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let Some(last) = glob.rsplit('*').next().filter(|_| glob.contains('*')) else {
        return rest.is_empty();
    };
    let Some(mut rest) = rest.strip_suffix(last) else { return false };
    let inner: Vec<&str> = parts.collect();
    for part in &inner[..inner.len().saturating_sub(1)] {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

fn name(text: &str) -> Result<String, String> {
    let is_plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || "-_".contains(it);
    match (1..=40).contains(&text.len()) && text.chars().all(is_plain) {
        true => Ok(text.to_owned()),
        false => Err("an action's name is lower-case letters, digits, - and _".to_owned()),
    }
}

fn arguments(item: &Item) -> Result<Vec<String>, String> {
    let wrong = || "exec is a list of strings: [\"/path/to/program\", \"argument\"]".to_owned();
    let array = item.as_array().ok_or_else(wrong)?;
    let texts = array.iter().map(|value| value.as_str().map(str::to_owned));
    let exec: Vec<String> = texts.collect::<Option<_>>().ok_or_else(wrong)?;
    program(exec)
}

/// Checks that a command names a program: by a path from the root, or by a bare name.
///
/// # Errors
/// It does not.
pub fn program(exec: Vec<String>) -> Result<Vec<String>, String> {
    match exec.first().map(String::as_str) {
        None | Some("") => Err("exec names no program".to_owned()),
        Some(path) if path.contains('/') && !path.starts_with('/') => {
            Err(format!("exec: \"{path}\" is no path from the root"))
        }
        Some(_) => Ok(exec),
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::config::file::parse;
    use std::path::Path;

    fn read(text: &str) -> Result<Config, String> {
        parse(text, Path::new("f")).map_err(|error| error.to_string())
    }

    #[test]
    fn an_entry_has_all_keys() {
        let text = "[[action]]\nname = \"mail\"\nexec = [\"/bin/mail\", \"a b\"]\nrule = \"auth/*\"\n\
            severity = 3\ntimeout = \"5s\"\nrate = 10\n[[action]]\nname = \"x\"\nexec = [\"true\"]\n";
        let config = read(text).unwrap();
        let mail = &config.actions[0];
        assert_eq!(mail.exec, ["/bin/mail", "a b"]);
        assert_eq!((mail.timeout.0, mail.rate), (5_000_000, 10));
        assert!(mail.is_for("auth/ssh", "ssh", 3) && mail.is_for("auth/ssh", "ssh", 0));
        assert!(!mail.is_for("auth/ssh", "ssh", 4) && !mail.is_for("web/ssh", "ssh", 3));
        assert!(config.actions[1].is_for("web/any", "any", 7));
        let keys: Vec<String> = config.settings().into_iter().map(|it| it.key).collect();
        assert!(keys.contains(&"action[0].timeout".to_owned()), "{keys:?}");
    }

    #[test]
    fn globs_hold() {
        let holds = super::matches;
        assert!(holds("a/b", "a/b") && !holds("a/b", "a/bc") && holds("*", "") && holds("*", "x"));
        assert!(
            holds("a*c", "abc") && holds("a*c", "ac") && !holds("a*c", "a") && !holds("ab*b", "ab")
        );
        assert!(holds("*b*d*", "abcde") && !holds("*d*b*", "abcde") && holds("**", "x"));
    }

    #[test]
    fn mistakes_are_told() {
        let entry = |keys: &str| read(&format!("[[action]]\n{keys}\n")).unwrap_err();
        assert!(entry("exec = [\"a\"]").contains("needs a name and exec"));
        assert!(entry("name = \"a b\"").contains("lower-case letters"));
        assert!(entry("name = \"a\"\nexec = \"sh -c x\"").contains("a list of strings"));
        assert!(entry("name = \"a\"\nexec = [\"./x\"]").contains("no path from the root"));
        assert!(entry("severity = 8").contains("from 0 to 7"));
        assert!(entry("timeot = \"1s\"").contains("unknown key \"timeot\""));
        let two = "name = \"a\"\nexec = [\"a\"]\n[[action]]\nname = \"a\"\nexec = [\"a\"]";
        assert!(entry(two).contains("a second action"));
    }
}
