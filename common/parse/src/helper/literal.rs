//! The literals that a text must contain for a pattern to match.
//!
//! A pattern's literals are a set of byte strings of which every matching text contains at least
//! one. Of all such sets that its structure shows, the one whose shortest member is longest is
//! taken; members shorter than [`SHORTEST`] would be found in every line, so such a set counts as
//! none.
//!
//! What it does *not* know: how they are searched for.

use regex_syntax::hir::{Class, Hir, HirKind};

/// The shortest literal worth searching for, in bytes.
pub(crate) const SHORTEST: usize = 3;

/// How many alternatives a set may have.
const WIDEST: usize = 32;

/// The literals of a pattern; `None` when nothing useful is required.
pub(crate) fn required(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    best(hir).filter(|set| shortest(set) >= SHORTEST)
}

/// The shortest member's length: how selective a set is.
pub(crate) fn shortest(set: &[Vec<u8>]) -> usize {
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
}
