//! The literals that a body must contain for a pattern to match.
//!
//! A pattern's literals are a set of byte strings of which every matching text contains at least
//! one. Of all such sets that its structure shows, the one whose shortest member is longest is
//! taken. An anchored pattern may also have a set of beginnings, of which every matching text has
//! one: looking there is faster than looking everywhere. Members shorter than [`SHORTEST`]
//! would be found in every line, so such a set counts as none.
//!
//! What it does *not* know: how they are searched for.

use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// The shortest literal worth searching for, in bytes.
pub(crate) const SHORTEST: usize = 3;

/// How much of a beginning is compared.
const LONGEST: usize = 16;

/// How many alternatives a set may have.
const WIDEST: usize = 32;

/// What a body must contain for a pattern to match.
#[derive(Debug)]
pub(crate) struct Literals {
    /// One of these, somewhere.
    pub(crate) required: Option<Vec<Vec<u8>>>,
    /// One of these, at its beginning.
    pub(crate) beginnings: Option<Vec<Vec<u8>>>,
    /// The bytes of which one is its first, if it has any.
    pub(crate) firsts: [bool; 256],
}

impl Literals {
    /// The literals of a regular expression; none of one that is wrong.
    pub(crate) fn new(regex: &str) -> Literals {
        match regex_syntax::parse(regex) {
            Ok(hir) => Literals {
                required: required(&hir),
                beginnings: beginnings(&hir),
                firsts: firsts(&hir),
            },
            Err(_) => Literals { required: None, beginnings: None, firsts: [true; 256] },
        }
    }

    /// How selective they are: the length of the shortest required one.
    pub(crate) fn length(&self) -> usize {
        self.required.as_deref().map_or(0, shortest)
    }

    /// A required text that the beginnings do not already show.
    pub(crate) fn besides(&self) -> Option<&[u8]> {
        let [text] = self.required.as_deref()? else { return None };
        let begins = self.beginnings.as_deref()?;
        let shown = begins.iter().all(|begin| memchr::memmem::find(begin, text).is_some());
        (!shown).then_some(text)
    }
}

/// The literals of a pattern; `None` when nothing useful is required.
pub(crate) fn required(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    best(hir).filter(|set| shortest(set) >= SHORTEST)
}

/// The texts with one of which every match begins; `None` for a pattern that is not anchored, or
/// whose beginning is too short or too various.
fn beginnings(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    if !hir.properties().look_set_prefix().contains(Look::Start) {
        return None;
    }
    let mut extractor = Extractor::new();
    extractor.kind(ExtractKind::Prefix).limit_class(4).limit_total(WIDEST);
    let mut begin = extractor.extract(hir);
    begin.keep_first_bytes(LONGEST);
    begin.sort();
    begin.dedup();
    let set: Vec<Vec<u8>> =
        begin.literals()?.iter().map(|literal| literal.as_bytes().to_vec()).collect();
    (shortest(&set) >= SHORTEST).then_some(set)
}

/// The bytes with which a text that matches may begin.
fn firsts(hir: &Hir) -> [bool; 256] {
    let mut firsts = [false; 256];
    let is_anchored = hir.properties().look_set_prefix().contains(Look::Start);
    if is_anchored && !add_firsts(hir, &mut firsts) { firsts } else { [true; 256] }
}

/// Adds the bytes with which a part begins; whether it may be empty.
fn add_firsts(hir: &Hir, firsts: &mut [bool; 256]) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => {
            literal.0.iter().take(1).for_each(|&first| firsts[usize::from(first)] = true);
            literal.0.is_empty()
        }
        HirKind::Class(Class::Unicode(class)) => {
            for range in class.ranges() {
                // A character beyond ASCII begins with a byte beyond it.
                let (start, end) = (u32::from(range.start()), u32::from(range.end()));
                let last = if end > 0x7f { 0xff } else { end };
                (start.min(0x80)..=last).for_each(|byte| firsts[byte as usize] = true);
            }
            false
        }
        HirKind::Class(Class::Bytes(class)) => {
            let ranges = class.ranges().iter();
            ranges
                .flat_map(|range| range.start()..=range.end())
                .for_each(|byte| firsts[usize::from(byte)] = true);
            false
        }
        HirKind::Repetition(repetition) => {
            add_firsts(&repetition.sub, firsts) || repetition.min == 0
        }
        HirKind::Capture(capture) => add_firsts(&capture.sub, firsts),
        HirKind::Concat(parts) => parts.iter().all(|part| add_firsts(part, firsts)),
        HirKind::Alternation(branches) => {
            branches.iter().filter(|branch| add_firsts(branch, firsts)).count() > 0
        }
    }
}

/// The shortest member's length.
fn shortest(set: &[Vec<u8>]) -> usize {
    set.iter().map(Vec::len).min().unwrap_or(0)
}

fn best(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    match hir.kind() {
        HirKind::Literal(literal) => Some(vec![literal.0.to_vec()]),
        HirKind::Capture(capture) => best(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => best(&repetition.sub),
        HirKind::Concat(parts) => concat(parts),
        HirKind::Alternation(branches) => {
            let mut set = Vec::new();
            for branch in branches {
                set.extend(best(branch)?);
            }
            set.sort();
            set.dedup();
            (set.len() <= WIDEST && shortest(&set) > 0).then_some(set)
        }
        HirKind::Class(class) => single(class).map(|literal| vec![literal]),
        HirKind::Empty | HirKind::Look(_) | HirKind::Repetition(_) => None,
    }
}

/// The best of the parts, where adjacent exact texts count as one.
fn concat(parts: &[Hir]) -> Option<Vec<Vec<u8>>> {
    let mut chosen: Option<Vec<Vec<u8>>> = None;
    let mut offer = |set: Vec<Vec<u8>>| {
        if shortest(&set) > chosen.as_deref().map_or(0, shortest) {
            chosen = Some(set);
        }
    };
    let mut run = Vec::new();
    for part in parts {
        match exact(part) {
            Some(text) => run.extend(text),
            None => {
                offer(vec![std::mem::take(&mut run)]);
                if let Some(set) = best(part) {
                    offer(set);
                }
            }
        }
    }
    offer(vec![run]);
    chosen
}

/// The one text that a part matches, if it is one.
fn exact(hir: &Hir) -> Option<Vec<u8>> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(Vec::new()),
        HirKind::Literal(literal) => Some(literal.0.to_vec()),
        HirKind::Capture(capture) => exact(&capture.sub),
        HirKind::Class(class) => single(class),
        HirKind::Concat(parts) => {
            let texts: Option<Vec<Vec<u8>>> = parts.iter().map(exact).collect();
            texts.map(|texts| texts.concat())
        }
        HirKind::Repetition(_) | HirKind::Alternation(_) => None,
    }
}

fn single(class: &Class) -> Option<Vec<u8>> {
    class.literal()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literals(pattern: &str) -> Vec<String> {
        let hir = regex_syntax::parse(pattern).unwrap();
        let set = required(&hir).unwrap_or_default();
        set.into_iter().map(|bytes| String::from_utf8(bytes).unwrap()).collect()
    }

    #[test]
    fn the_longest_required_text_is_found() {
        for (pattern, expected) in [
            ("^Failed (?<m>[a-z]+) for (?<u>.*) from x", &["Failed "][..]),
            ("ab", &[]),
            ("(?i)failed", &[]),
            ("a(?:bc|de)*f", &[]),
            ("x*(abc)+", &["abc"]),
            ("(?:opened|closed) for", &["closed", "opened"]),
            ("(?:opened|cl) for", &[" for"]),
            ("(?:opened|.*)", &[]),
            (r"fo\bo[b]ar", &["foobar"]),
            ("(ab)(cd)", &["abcd"]),
            ("(?:abc)?def", &["def"]),
            ("a|bcd", &[]),
            ("", &[]),
        ] {
            assert_eq!(literals(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn first_bytes_are_those_of_all_ways() {
        let first = |pattern: &str| -> String {
            let firsts = firsts(&regex_syntax::parse(pattern).unwrap());
            let shown = firsts.iter().enumerate().filter(|(_, is_first)| **is_first);
            shown.filter_map(|(byte, _)| u8::try_from(byte).ok()).map(char::from).collect()
        };
        assert_eq!(first("^(?:: )?%SYS"), "%:");
        assert_eq!(first("^(?<a>[a-c]*)(?:x|yz|)=0"), "=abcxy");
        assert_eq!(first("^(?:[0-3]{2} )+x"), "0123");
        assert_eq!(first("^é").len(), 2);
        assert_eq!(first("^[éx]").chars().count(), 129);
        assert_eq!(first("(?i)^ab"), "Aa");
        for any in ["x", "^a*", "^(?:a|b|)", "^a|b", "(?m)^a", "^[^a]*"] {
            assert_eq!(first(any).chars().count(), 256, "{any}");
        }
    }

    #[test]
    fn beginnings_are_those_of_anchored_patterns() {
        let begin = |pattern: &str| -> Vec<String> {
            let set = beginnings(&regex_syntax::parse(pattern).unwrap()).unwrap_or_default();
            set.into_iter().map(|bytes| String::from_utf8(bytes).unwrap()).collect()
        };
        assert_eq!(begin("^Failed (?<m>[a-z]+)"), ["Failed "]);
        assert_eq!(begin("^(?:error: )?Received"), ["Received", "error: Received"]);
        assert_eq!(begin("^(?:Postponed|Partial) x"), ["Partial x", "Postponed x"]);
        assert_eq!(begin("^a very long beginning of a line"), ["a very long begi"]);
        for none in ["Failed ", "^ *x", "^.*", "^(?:abc)?.", "^ab[0-9]"] {
            assert_eq!(begin(none), [""; 0], "{none}");
        }
    }
}
