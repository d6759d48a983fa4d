//! The `name=value` pairs of an audit record.
//!
//! A value is in double quotes, in single quotes (`msg='…'`, which holds pairs itself), or bare up
//! to the next blank. Bare values of the fields that [`is_hex`] names are hex where they can be.
//!
//! What it does *not* know: what the names mean.

use std::borrow::Cow;

/// A pair, and the type of its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pair<'a> {
    pub(super) kind: &'a str,
    pub(super) name: &'a str,
    pub(super) value: Cow<'a, str>,
}

/// Names whose values the kernel and auditd's programs write in hex where they must.
fn is_hex(name: &str) -> bool {
    matches!(
        name,
        "acct"
            | "cmd"
            | "comm"
            | "cwd"
            | "data"
            | "dir"
            | "exe"
            | "file"
            | "grp"
            | "id"
            | "key"
            | "name"
            | "new"
            | "ocomm"
            | "old"
            | "path"
            | "proctitle"
            | "root_dir"
            | "watch"
    )
}

/// Adds the pairs of a record's text.
pub(super) fn pairs<'a>(kind: &'a str, text: &'a str, out: &mut Vec<Pair<'a>>) {
    let mut rest = text;
    while let Some(equals) = memchr::memchr(b'=', rest.as_bytes()) {
        let is_stop = |byte: &u8| matches!(byte, b' ' | b',' | 0x1d | b'(');
        let begin = rest.as_bytes()[..equals].iter().rposition(is_stop).map_or(0, |at| at + 1);
        let name = &rest[begin..equals];
        let after = &rest[equals + 1..];
        match after.as_bytes().first() {
            Some(b'\'') => {
                let inside = &after[1..];
                let end = inside.rfind('\'').unwrap_or(inside.len());
                pairs(kind, &inside[..end], out);
                rest = &inside[end..];
            }
            Some(b'"') => {
                let inside = &after[1..];
                let end = memchr::memchr(b'"', inside.as_bytes()).unwrap_or(inside.len());
                push(Pair { kind, name, value: Cow::Borrowed(&inside[..end]) }, out);
                rest = &inside[end..];
            }
            _ => {
                let is_set = after.starts_with('(');
                let stop = |byte: u8| matches!(byte, b' ' | 0x1d) || byte == b')' && !is_set;
                let end = after.bytes().position(stop).unwrap_or(after.len());
                let bare = after[..end].trim_end_matches(',');
                push(Pair { kind, name, value: value(kind, name, bare) }, out);
                rest = &after[end..];
            }
        }
    }
    join_split(kind, out);
}

fn push<'a>(pair: Pair<'a>, out: &mut Vec<Pair<'a>>) {
    if !pair.name.is_empty() && !matches!(pair.value.as_ref(), "?" | "(null)" | "(none)" | "") {
        out.push(pair);
    }
}

fn value<'a>(kind: &str, name: &str, text: &'a str) -> Cow<'a, str> {
    let may_be_hex = text.len().is_multiple_of(2)
        && text.bytes().next().is_some_and(|it| it.is_ascii_hexdigit());
    if !may_be_hex {
        return Cow::Borrowed(text);
    }
    let is_argument = kind == "EXECVE" && name.starts_with('a') && name != "argc";
    if !is_argument && !is_hex(name) || name.ends_with("_len") {
        return Cow::Borrowed(text);
    }
    match decoded(text) {
        Some(bytes) => Cow::Owned(shown(&bytes, name == "proctitle")),
        None => Cow::Borrowed(text),
    }
}

/// The bytes of a hex text.
pub(super) fn decoded(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    if text.is_empty() || text.len() % 2 == 1 {
        return None;
    }
    let (pairs, _) = text.as_bytes().as_chunks::<2>();
    pairs.iter().map(|[high, low]| Some(digit(*high)? * 16 + digit(*low)?)).collect()
}

/// Decoded bytes as text; NUL stands between the arguments of a process title.
fn shown(bytes: &[u8], is_title: bool) -> String {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_end_matches('\0');
    if is_title { text.replace('\0', " ") } else { text.to_owned() }
}

/// Joins the parts of arguments that were split: `a1[0]=…` and those after it.
fn join_split<'a>(kind: &str, out: &mut Vec<Pair<'a>>) {
    if kind != "EXECVE" || !out.iter().any(|pair| pair.name.ends_with(']')) {
        return;
    }
    let mut joined: Vec<Pair<'a>> = Vec::with_capacity(out.len());
    for pair in out.drain(..) {
        let name = pair.name.split('[').next().unwrap_or(pair.name);
        let is_part = pair.kind == "EXECVE" && name.len() < pair.name.len();
        match joined.iter_mut().find(|have| is_part && have.kind == "EXECVE" && have.name == name) {
            Some(have) => have.value.to_mut().push_str(&pair.value),
            None => joined.push(Pair { name, ..pair }),
        }
    }
    *out = joined;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: &'static str, text: &'static str) -> Vec<(&'static str, String)> {
        let mut out = Vec::new();
        pairs(kind, text, &mut out);
        out.into_iter().map(|pair| (pair.name, pair.value.into_owned())).collect()
    }

    #[test]
    fn quotes_hex_and_absence() {
        let text = r#"comm="a b" exe=2F62696E2F6C73 key=(null) addr=? a0=7f res=1 name=zz"#;
        let want = [
            ("comm", "a b".to_owned()),
            ("exe", "/bin/ls".to_owned()),
            ("a0", "7f".to_owned()),
            ("res", "1".to_owned()),
            ("name", "zz".to_owned()),
        ];
        assert_eq!(read("SYSCALL", text), want);
        assert_eq!(read("PROCTITLE", "proctitle=6C73002D6C"), [("proctitle", "ls -l".to_owned())]);
    }

    #[test]
    fn a_message_in_a_message() {
        let text = "pid=7 msg='op=PAM:auth acct=\"x\" exe=\"/b\" addr=192.0.2.7 res=failed'\u{1d}UID=\"root\"";
        let names: Vec<&str> = read("USER_AUTH", text).into_iter().map(|pair| pair.0).collect();
        assert_eq!(names, ["pid", "op", "acct", "exe", "addr", "res", "UID"]);
    }

    #[test]
    fn split_arguments_are_joined() {
        let text = r#"argc=3 a0="sh" a1_len=6 a1[0]=616263 a1[1]=64 a2="x y""#;
        let found = read("EXECVE", text);
        assert!(found.contains(&("a1", "abcd".to_owned())), "{found:?}");
        assert!(found.contains(&("a2", "x y".to_owned())));
    }

    #[test]
    fn a_name_cannot_forge_a_field() {
        let found = read("USER_LOGIN", "acct=6120726573 3D73756363657373 res=failed");
        assert_eq!(found.iter().filter(|pair| pair.0 == "res").count(), 1);
        // `x" res=success` as auditd writes it.
        let found = read("USER_LOGIN", "acct=7822207265733D73756363657373 res=failed");
        assert_eq!(found[0], ("acct", "x\" res=success".to_owned()));
        assert_eq!(found[1], ("res", "failed".to_owned()));
    }
}
