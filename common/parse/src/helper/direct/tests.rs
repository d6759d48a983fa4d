//! Tests of the direct matcher against the general engine.

use super::*;
use common::helper::{expand, read, shipped};
use regex_automata::meta::Regex;

/// Both engines on one text.
fn agree(pattern: &str, direct: &Direct, regex: &Regex, text: &str) -> Outcome {
    let mut own = vec![None; 2 * regex.captures_len()];
    let outcome = direct.search(text, text.len(), &mut own);
    let mut general = vec![None; 2 * regex.captures_len()];
    let found = regex.search_slots(&regex_automata::Input::new(text), &mut general).is_some();
    match outcome {
        Outcome::GaveUp => {}
        Outcome::Match => {
            assert!(found, "{pattern} on {text:?}");
            assert_eq!(own[2..], general[2..], "{pattern} on {text:?}");
        }
        Outcome::NoMatch => assert!(!found, "{pattern} on {text:?}"),
    }
    outcome
}

fn both(pattern: &str) -> (Option<Direct>, Regex) {
    let direct = Direct::new(&regex_syntax::parse(pattern).unwrap());
    (direct, Regex::new(pattern).unwrap())
}

#[test]
fn small_patterns_on_all_short_texts() {
    let patterns = [
        "^a*(b*)a",
        "^(a|ab)(c|bc)?$",
        "^(.*)a(.*)$",
        "^(.*?)a(.*)$",
        "^(?:(a)|b)?(b?)$",
        "^(a{1,2})(a*)b?$",
        "^([^b]*)(b.*)?$",
        "^(?:ab?)?(.+?)c?",
        "^(?:|a)(a)?$",
        "^a??(.*)$",
        "^(?:a|b|(c))(?:a|)é?",
        "^(.+)é(.*)$",
        "^([^a]+?)(b)?$",
        "^",
        "^$",
        "^(?:a(b)?|a(c))$",
    ];
    let letters = ["a", "b", "c", "é"];
    let mut texts = vec![String::new()];
    for length in 0..5 {
        let longer: Vec<String> = texts
            .iter()
            .filter(|text| text.chars().count() == length)
            .flat_map(|text| letters.map(|letter| format!("{text}{letter}")))
            .collect();
        texts.extend(longer);
    }
    for pattern in patterns {
        let (direct, regex) = both(pattern);
        let direct = direct.expect(pattern);
        for text in &texts {
            assert_ne!(agree(pattern, &direct, &regex, text), Outcome::GaveUp);
        }
    }
}

/// Every shipped pattern on every shipped test line, whole, cut, doubled and garbled.
#[test]
fn shipped_patterns_on_shipped_lines() {
    let helpers: Vec<_> =
        shipped().iter().flat_map(|(file, text)| read(text, file).unwrap()).collect();
    let lines: Vec<&str> =
        helpers.iter().flat_map(|one| one.tests.iter().map(|test| test.line.as_str())).collect();
    let (mut known, mut all) = (0, 0);
    for helper in &helpers {
        for pattern in &helper.patterns {
            let pattern = expand(pattern).unwrap().regex;
            let (direct, regex) = both(&pattern);
            all += 1;
            let Some(direct) = direct else { continue };
            known += 1;
            for line in &lines {
                agree(&pattern, &direct, &regex, line);
            }
            for line in helper.tests.iter().map(|test| test.line.as_str()) {
                let half = line.floor_char_boundary(line.len() / 2);
                agree(&pattern, &direct, &regex, &line[..half]);
                agree(&pattern, &direct, &regex, &format!("{line}{line}"));
                agree(&pattern, &direct, &regex, &format!("{line} {line}"));
                agree(&pattern, &direct, &regex, &format!("{}é{}", &line[..half], &line[half..]));
                agree(&pattern, &direct, &regex, &line.replace(' ', "  "));
                agree(&pattern, &direct, &regex, &line.replace(": ", " from 1.2.3.4 port 1 ssh2"));
            }
        }
    }
    assert!(known * 10 > all * 9, "only {known} of {all} patterns are matched directly");
}

#[test]
fn other_patterns_are_left_to_the_general_engine() {
    for pattern in ["a", r"^\d", "^(?:ab)*", r"^a\b", "^(?i)k", "^.{3}", "^[aé]"] {
        assert!(both(pattern).0.is_none(), "{pattern}");
    }
}

#[test]
fn too_much_work_is_given_up() {
    let (direct, regex) = both("^(.*)a(.*)a(.*)a(.*)b$");
    let text = "a".repeat(5_000);
    assert_eq!(agree("", &direct.unwrap(), &regex, &text), Outcome::GaveUp);
}
