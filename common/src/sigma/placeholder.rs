//! `expand`: a value with a placeholder, `%name%`, to a test against the reference set of that
//! name.
//!
//! `\%` is a `%`. Text may stand around the placeholder; then it stands around each value of the
//! set. An error is a sentence.
//!
//! What it does *not* know: what sets hold.

use super::modifier::Modifiers;
use super::value::{Stand, pieces, plain};
use crate::filter::{SetTest, Test, Text, is_set_name};

/// A text in parts: what stands before the placeholder, its name, what stands after it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Parts {
    before: String,
    name: Option<String>,
    after: String,
}

/// The test of a value; `None` where it has no placeholder.
pub(super) fn test(text: &str, modifiers: &Modifiers) -> Result<Option<Test>, String> {
    let parts = parts(text)?;
    let Some(name) = parts.name else { return Ok(None) };
    if modifiers.dashed || !modifiers.encodings.is_empty() {
        return Err("windash and encodings do not go with a placeholder".to_owned());
    }
    let literal = |part: &str| {
        let what = format!("\"{}\": wildcards beside a placeholder", text.escape_debug());
        plain(&pieces(part)).ok_or(what)
    };
    let kind = match modifiers.stand {
        Stand::Whole => Text::Equals,
        Stand::Start => Text::StartsWith,
        Stand::End => Text::EndsWith,
        Stand::Inside => Text::Contains,
    };
    let test = SetTest::new(kind, &name).between(&literal(&parts.before)?, &literal(&parts.after)?);
    Ok(Some(Test::Set(Box::new(test.case(modifiers.cased)))))
}

/// A value without its escapes of `%`, where it has no placeholder.
pub(super) fn without(text: &str) -> Result<String, String> {
    Ok(parts(text)?.before)
}

fn parts(text: &str) -> Result<Parts, String> {
    let mut parts = Parts::default();
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let (taken, width) = match (char, rest[char.len_utf8()..].chars().next()) {
            ('\\', Some('%')) => ("%", 2),
            ('\\', Some('\\')) => (&rest[..2], 2),
            ('%', _) => match rest[1..].split_once('%') {
                Some((name, _)) if is_set_name(name) => {
                    if parts.name.replace(name.to_owned()).is_some() {
                        return Err(format!("\"{}\": two placeholders", text.escape_debug()));
                    }
                    ("", name.len() + 2)
                }
                _ => ("%", 1),
            },
            (char, _) => (&rest[..char.len_utf8()], char.len_utf8()),
        };
        let part = if parts.name.is_some() { &mut parts.after } else { &mut parts.before };
        part.push_str(taken);
        rest = &rest[width..];
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sigma::modifier::split;

    fn of(key: &str, text: &str) -> Result<Option<String>, String> {
        let (_, modifiers) = split(key).expect("modifiers");
        test(text, &modifiers).map(|test| test.map(|test| test.to_string()))
    }

    #[test]
    fn placeholders_are_sets() {
        let whole = |text: &str| of("f|expand", text);
        assert_eq!(whole("%Servers%"), Ok(Some("in set:Servers".into())));
        assert_eq!(of("f|contains|expand", "%a%"), Ok(Some("contains_set a".into())));
        assert_eq!(of("f|expand|cased", "%a%"), Ok(Some("equals_cased_set a".into())));
        let around = r#"equals_set "%%plain%name%\\x""#;
        assert_eq!(whole(r"\%plain%name%\x"), Ok(Some(around.into())));
        assert_eq!(whole("50 % of 100 %"), Ok(None));
        assert_eq!(without(r"50\% \\x"), Ok(r"50% \\x".into()));
        assert!(whole("%a%%b%").is_err() && whole("*%a%").is_err());
        assert!(of("f|wide|expand", "%a%").is_err());
    }
}
