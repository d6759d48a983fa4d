//! Reads the assertion files of the crowdsec hub: what an independent parser found in a line.
//!
//! ```text
//!  results["s01-parse"]["crowdsecurity/sshd-logs"][3].Evt.Meta["source_ip"] == "1.2.3.4"
//!           stage         parser                  nth     space key           value
//!  results[…][3].Evt.Enriched["MarshaledTime"][4:] == "-12-07T14:53:04Z"
//! ```
//!
//! Values are Go's quoted strings. Lines of any other form (lengths, successes) are no fields and
//! are passed over, as are the fields that [`crate::corpus::vocabulary`] does not know.
//!
//! What it does *not* know: which line of the log is meant; [`crate::corpus::link`] finds out.

/// One field that a parser of the hub found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// `s00-raw`, `s01-parse`, `s02-enrich`.
    pub stage: String,
    /// The parser within the stage.
    pub parser: String,
    /// The event's number among those that reached the parser.
    pub nth: usize,
    /// `Parsed`, `Meta`, `Enriched`.
    pub space: String,
    /// The field.
    pub key: String,
    /// Whether the year was cut off, because the line has none.
    pub yearless: bool,
    /// The value.
    pub value: String,
}

/// Every assertion on a text field, in the order of the file.
#[must_use]
pub fn read(text: &str) -> Vec<Assertion> {
    text.lines().filter_map(assertion).collect()
}

fn assertion(line: &str) -> Option<Assertion> {
    let rest = line.strip_prefix("results[\"")?;
    let (stage, rest) = rest.split_once("\"][\"")?;
    let (parser, rest) = rest.split_once("\"][")?;
    let (nth, rest) = rest.split_once("].Evt.")?;
    let (space, rest) = rest.split_once("[\"")?;
    let (key, rest) = rest.split_once("\"]")?;
    let (cut, value) = rest.split_once(" == ")?;
    let yearless = match cut {
        "" => false,
        "[4:]" => true,
        _ => return None,
    };
    Some(Assertion {
        stage: stage.to_owned(),
        parser: parser.to_owned(),
        nth: nth.parse().ok()?,
        space: space.to_owned(),
        key: key.to_owned(),
        yearless,
        value: unquoted(value)?,
    })
}

/// The text of a Go string literal.
fn unquoted(literal: &str) -> Option<String> {
    let inner = literal.trim().strip_prefix('"')?.strip_suffix('"')?;
    let mut text = Vec::with_capacity(inner.len());
    let mut bytes = inner.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            text.push(byte);
            continue;
        }
        match bytes.next()? {
            b'n' => text.push(b'\n'),
            b't' => text.push(b'\t'),
            b'r' => text.push(b'\r'),
            b'x' => text.push(u8::try_from(hex(&mut bytes, 2)?).ok()?),
            b'u' => push(&mut text, hex(&mut bytes, 4)?)?,
            b'U' => push(&mut text, hex(&mut bytes, 8)?)?,
            other => text.push(other),
        }
    }
    Some(String::from_utf8_lossy(&text).into_owned())
}

fn hex(bytes: &mut impl Iterator<Item = u8>, digits: usize) -> Option<u32> {
    let digits: Vec<u8> = bytes.take(digits).collect();
    u32::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()
}

fn push(text: &mut Vec<u8>, code: u32) -> Option<()> {
    let mut buffer = [0; 4];
    text.extend(char::from_u32(code)?.encode_utf8(&mut buffer).bytes());
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_and_other_lines_passed_over() {
        let text = concat!(
            "len(results) == 4\n",
            "results[\"s01-parse\"][\"a/b\"][2].Success == true\n",
            "results[\"s01-parse\"][\"a/b\"][2].Evt.Meta[\"user\"] == \"x \\\"y\\\" \\u00e9\\n\"\n",
            "results[\"s02-enrich\"][\"a/d\"][0].Evt.Enriched[\"MarshaledTime\"][4:] == \"-12-07\"\n",
            "results[\"s02-enrich\"][\"a/d\"][0].Evt.Unmarshaled[\"x\"][\"y\"] == 7\n",
        );
        let found = read(text);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].nth, found[0].value.as_str()), (2, "x \"y\" é\n"));
        assert_eq!((found[0].space.as_str(), found[0].key.as_str()), ("Meta", "user"));
        assert_eq!((found[1].yearless, found[1].value.as_str()), (true, "-12-07"));
    }
}
