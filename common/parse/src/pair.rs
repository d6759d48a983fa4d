//! `key=value key="quoted value"`: the pairs of appliances that write one record a line.
//!
//! Lenient: what is no pair is skipped. A quoted value ends at a quote that another pair or
//! the end follows, so that a quote inside, which some products do not escape, is part of it.
//!
//! What it does *not* know: keys.

/// The pairs of a text.
pub(crate) struct Pairs<'a> {
    text: &'a str,
    at: usize,
    /// What ends a value without quotes.
    end: u8,
}

/// The pairs of a text, divided by blanks.
pub(crate) fn pairs(text: &str) -> Pairs<'_> {
    Pairs { text, at: 0, end: b' ' }
}

/// The pairs of a text, divided by commas: `a=1,b=x y,c="z"`.
pub(crate) fn listed(text: &str) -> Pairs<'_> {
    Pairs { text, at: 0, end: b',' }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<(&'a str, &'a str)> {
        let bytes = self.text.as_bytes();
        loop {
            let rest = bytes.get(self.at..)?;
            let start =
                self.at + rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b','))?;
            let stop = start + memchr::memchr2(b'=', self.end, &bytes[start..])?;
            if bytes[stop] == self.end {
                self.at = stop;
                continue;
            }
            let key = &self.text[start..stop];
            let (from, to, after) = value(bytes, stop + 1, self.end);
            self.at = after;
            if !key.is_empty() {
                return Some((key, &self.text[from..to]));
            }
        }
    }
}

/// Where a value begins and ends, and where the text goes on.
fn value(bytes: &[u8], at: usize, end: u8) -> (usize, usize, usize) {
    if bytes.get(at) != Some(&b'"') {
        let end = memchr::memchr(end, &bytes[at..]).map_or(bytes.len(), |end| at + end);
        let to = end - usize::from(end > at && bytes[end - 1] == b',');
        return (at, to, end);
    }
    let from = at + 1;
    let mut place = from;
    while let Some(found) = memchr::memchr(b'"', &bytes[place..]) {
        let end = place + found;
        let escaped = bytes[from..end].iter().rev().take_while(|&&byte| byte == b'\\').count() % 2;
        if escaped == 0 && begins_pair(&bytes[end + 1..]) {
            return (from, end, end + 1);
        }
        place = end + 1;
    }
    (from, bytes.len(), bytes.len())
}

/// Whether a text is at its end or goes on with a pair.
fn begins_pair(rest: &[u8]) -> bool {
    let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b',')).count();
    let key = rest[blanks..].iter().take_while(|byte| !matches!(byte, b' ' | b'=' | b'"')).count();
    rest.len() == blanks || blanks > 0 && rest.get(blanks + key) == Some(&b'=')
}

#[cfg(test)]
mod tests {
    #[test]
    fn pairs_are_told_apart() {
        let all = |text| super::pairs(text).collect::<Vec<_>>();
        assert_eq!(
            all(r#" a=1 junk b="x y" c= d="say "hi" now" e="a \" b=1" f=2,"#),
            [
                ("a", "1"),
                ("b", "x y"),
                ("c", ""),
                ("d", "say \"hi\" now"),
                ("e", "a \\\" b=1"),
                ("f", "2")
            ]
        );
        assert_eq!(all("a=\"open b=1"), [("a", "open b=1")]);
        assert_eq!(all("=1 x"), []);
    }

    #[test]
    fn commas_divide_pairs() {
        let all = |text| super::listed(text).collect::<Vec<_>>();
        assert_eq!(
            all(r#"date=2026-06-14,a=x y,b="1, 2",c=,d"#),
            [("date", "2026-06-14"), ("a", "x y"), ("b", "1, 2"), ("c", "")]
        );
    }
}
