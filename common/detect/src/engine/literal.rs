//! What must be in a text for a regex to match: literals, one of which occurs in every match.
//!
//! What it does *not* know: how literals are searched for.

use super::rarity::share_of;
use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

/// The most literals that are worth looking for.
const MOST: usize = 64;
/// The most texts that a part is spelled out as.
const SPELLED: usize = 16;

/// Folded literals of which each match holds at least one; `None` where there are none to rely on.
pub(super) fn literals(pattern: &str) -> Option<Vec<String>> {
    required(&regex_syntax::Parser::new().parse(pattern).ok()?)
}

/// A run of bytes of a class that each match holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// The bytes of ASCII, one bit each.
    class: u128,
    /// Whether the class has others: then all of them count.
    wide: bool,
    length: usize,
}

/// What can be told of a text before a regex is held against it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    /// The least length of a match in bytes.
    least: usize,
    /// A long run that a match holds.
    run: Option<Run>,
    /// Whether nothing else is asked for.
    is_run: bool,
}

impl Shape {
    /// Whether a text matches, where that is plain.
    pub(super) fn verdict(&self, text: &str) -> Option<bool> {
        if text.len() < self.least {
            return Some(false);
        }
        let run = self.run.as_ref()?;
        match run.is_in(text.as_bytes()) {
            false => Some(false),
            true => (self.is_run && text.is_ascii()).then_some(true),
        }
    }
}

/// The shape of a regex.
pub(super) fn shape(pattern: &str) -> Shape {
    let Ok(hir) = regex_syntax::Parser::new().parse(pattern) else { return Shape::default() };
    let least = hir.properties().minimum_len().unwrap_or(0);
    let run = longest(&hir).filter(|run| run.length >= 8);
    let is_run = matches!(hir.kind(), HirKind::Repetition(_)) && run.is_some();
    Shape { least, run, is_run }
}

fn longest(hir: &Hir) -> Option<Run> {
    match hir.kind() {
        HirKind::Capture(capture) => longest(&capture.sub),
        HirKind::Concat(parts) => parts.iter().filter_map(longest).max_by_key(|run| run.length),
        HirKind::Repetition(Repetition { min, sub, .. }) => {
            let HirKind::Class(class) = sub.kind() else { return None };
            let mut bits = 0u128;
            let Class::Unicode(class) = class else { return None };
            let mut wide = false;
            for range in class.iter() {
                wide |= !range.end().is_ascii();
                let ascii = range.start()..=range.end().min('\x7f');
                ascii.for_each(|char| bits |= 1 << u32::from(char));
            }
            Some(Run { class: bits, wide, length: usize::try_from(*min).ok()? })
        }
        _ => None,
    }
}

impl Run {
    /// Whether a text has such a run: one byte of each stretch of its length is looked at.
    pub(super) fn is_in(&self, text: &[u8]) -> bool {
        let has = |byte: &u8| match byte {
            0..128 => self.class >> byte & 1 == 1,
            _ => self.wide,
        };
        let mut at = self.length - 1;
        while at < text.len() {
            if !has(&text[at]) {
                at += self.length;
                continue;
            }
            let before = text[..at].iter().rev().take_while(|byte| has(byte)).count();
            let after = text[at..].iter().take_while(|byte| has(byte)).count();
            if before + after >= self.length {
                return true;
            }
            at += after + self.length;
        }
        false
    }
}

/// All texts that a part can be, folded, where they are few and ASCII.
fn spelled(hir: &Hir) -> Option<Vec<String>> {
    let one = |text: String| Some(vec![text]);
    let list = match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => one(String::new()),
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            if text.is_ascii() { one(text.to_ascii_lowercase()) } else { None }
        }
        HirKind::Class(Class::Unicode(class)) => {
            // Case-insensitive k and s have look-alikes that do not fold to them.
            let chars = class.iter().flat_map(|range| range.start()..=range.end());
            let mut list: Vec<String> = Vec::new();
            for char in chars.take(SPELLED + 1) {
                let text = char.is_ascii().then(|| char.to_ascii_lowercase().to_string())?;
                if !list.contains(&text) {
                    list.push(text);
                }
            }
            Some(list)
        }
        HirKind::Capture(capture) => spelled(&capture.sub),
        HirKind::Repetition(Repetition { min, max: Some(max), sub, .. }) if *max <= 2 => {
            let part = spelled(sub)?;
            let mut all = Vec::new();
            let mut list = vec![String::new()];
            for count in 0..=*max {
                if count >= *min {
                    all.extend(list.iter().cloned());
                }
                if count < *max {
                    list = product(&list, &part)?;
                }
            }
            Some(all)
        }
        HirKind::Concat(parts) => {
            parts.iter().try_fold(vec![String::new()], |list, part| product(&list, &spelled(part)?))
        }
        HirKind::Alternation(parts) => {
            let lists: Option<Vec<Vec<String>>> = parts.iter().map(spelled).collect();
            lists.map(|lists| lists.concat())
        }
        _ => None,
    };
    list.filter(|list| !list.is_empty() && list.len() <= SPELLED)
}

fn product(one: &[String], other: &[String]) -> Option<Vec<String>> {
    let all = || one.iter().flat_map(|one| other.iter().map(move |other| format!("{one}{other}")));
    (one.len() * other.len() <= SPELLED).then(|| all().collect())
}

/// What a part begins with (or ends with) for certain.
fn edge(hir: &Hir, is_end: bool) -> Vec<String> {
    if let Some(list) = spelled(hir) {
        return list;
    }
    let none = vec![String::new()];
    match hir.kind() {
        HirKind::Capture(capture) => edge(&capture.sub, is_end),
        HirKind::Repetition(Repetition { min: 1.., sub, .. }) => edge(sub, is_end),
        HirKind::Concat(parts) => {
            let part = if is_end { parts.last() } else { parts.first() };
            part.map_or(none, |part| edge(part, is_end))
        }
        _ => none,
    }
}

fn required(hir: &Hir) -> Option<Vec<String>> {
    if let Some(list) = spelled(hir) {
        return better(None, list);
    }
    match hir.kind() {
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(Repetition { min: 1.., sub, .. }) => required(sub),
        HirKind::Concat(parts) => concat(parts),
        HirKind::Alternation(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(required(part)?);
            }
            (all.len() <= MOST).then_some(all)
        }
        _ => None,
    }
}

/// The rarer of two lists; one with an empty text says nothing.
fn better(have: Option<Vec<String>>, list: Vec<String>) -> Option<Vec<String>> {
    let share = |list: &[String]| list.iter().map(|it| share_of(it.as_bytes())).sum::<f32>();
    if list.iter().any(String::is_empty) {
        return have;
    }
    match have {
        Some(have) if share(&have) <= share(&list) => Some(have),
        _ => Some(list),
    }
}

/// The best of what must be there: runs of parts that are spelled out, or what one part asks for.
fn concat(parts: &[Hir]) -> Option<Vec<String>> {
    let mut best = None;
    let mut run = vec![String::new()];
    for part in parts {
        if let Some(list) = spelled(part) {
            run = match product(&run, &list) {
                Some(longer) => longer,
                None => {
                    best = better(best, run);
                    list
                }
            };
            continue;
        }
        let longer = product(&run, &edge(part, false)).unwrap_or_else(|| run.clone());
        best = better(best, longer);
        if let Some(list) = required(part) {
            best = better(best, list);
        }
        run = edge(part, true);
    }
    better(best, run)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_match_holds_a_literal() {
        let of = |pattern: &str| literals(pattern).map(|list| list.join("|"));
        assert_eq!(of("\\\\[a-z]{1,6}\\.[ ;']{1}").as_deref(), Some(". |.'|.;"));
        assert_eq!(of("\\w+`(?:\\w+|-|.)`[\\w+|\\s]").as_deref(), Some("`"));
        assert_eq!(of("\"(?:\\{\\d\\})+\"").as_deref(), Some("\"{"));
        assert_eq!(of("x(ab?c){2}").as_deref(), Some("xacac|xacabc|xabcac|xabcabc"));
        assert_eq!(of("x*(q|)y*"), None);
        assert_eq!(of("^.*PowerShell.{0,9}-e$").as_deref(), Some("powershell"));
        assert_eq!(of("(foo|barx)+baz?").as_deref(), Some("fooba|foobaz|barxba|barxbaz"));
        // The Kelvin sign is a k without case.
        assert_eq!(of("(?i)Invoke-[A-Z]+").as_deref(), Some("invo"));
        assert_eq!(of("[a-z]+"), None);
        assert_eq!(of("(a|bcd)x*").as_deref(), Some("a|bcd"));
        assert_eq!(of("a?b*"), None);
    }

    #[test]
    fn a_long_run_is_found_wherever_it_is() {
        let Shape { least, run, is_run } = shape(r"\s[a-fA-F0-9]{64}\s(x|[a-c]{9})");
        let run = run.expect("a run");
        assert_eq!((least, run.length, is_run), (67, 64, false));
        for before in 0..140 {
            for (length, is_in) in [(63, false), (64, true), (65, true), (200, true)] {
                let text =
                    format!("{}{}g", "-".repeat(before), "aF09".repeat(50).split_off(200 - length));
                assert_eq!(run.is_in(text.as_bytes()), is_in, "{length} after {before}");
            }
        }
        let long = shape(".{20,}");
        let verdict = |text: &str| long.verdict(text);
        assert_eq!(verdict(&"a".repeat(19)), Some(false));
        assert_eq!(verdict(&"a".repeat(20)), Some(true));
        assert_eq!(verdict(&format!("{}\n{}", "a".repeat(19), "b".repeat(19))), Some(false));
        // A character of two bytes is one: the regex decides.
        assert_eq!(verdict(&"é".repeat(10)), None);
        assert_eq!(shape("x[^a]{100}").verdict(&"b".repeat(101)), None);
        assert_eq!(shape("x[^a]{100}").verdict(&"ba".repeat(101)), Some(false));
    }
}
