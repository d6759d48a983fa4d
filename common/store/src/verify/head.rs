//! Heads as a text that is signed and kept elsewhere.
//!
//! ```text
//!  siem seal 2
//!  time 2026-11-21T01:02:03.000000Z
//!  database postgres://siem@db/siem
//!  sources 2
//!  source 1 batches 17 commit 40 digest 5feb…
//!  source 2 batches 3 commit 41 digest 6b86…
//!  relabels 0 digest -
//!  retentions 1 digest d473…
//! ```
//!
//! A seal of form 1 says nothing of relabelling.
//!
//! Several seals may stand in one file, one behind the other; what surrounds them (a signature,
//! blank lines) is passed over.
//!
//! What it does *not* know: signatures.

use crate::{Digest, Head, Result, Store};
use common::clock::Timestamp;
use std::fmt::Write as _;

/// The heads of all chains at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    /// When, by the clock of who sealed.
    pub time: Timestamp,
    /// The database as its user names it.
    pub database: String,
    /// The sources' heads.
    pub heads: Vec<Head>,
    /// How many retention records there were.
    pub retentions: i64,
    /// The digest of the last of them; empty without one.
    pub retention_head: Digest,
    /// How many records of changed labels there were.
    pub relabels: i64,
    /// The digest of the last of them; empty without one.
    pub relabel_head: Digest,
}

/// Why a text is no seal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeadError {
    /// There is no seal in it.
    #[error("no seal in it")]
    None,
    /// A line of a seal cannot be read.
    #[error("line {0}: not what siemmanage seal writes")]
    Line(usize),
    /// A seal names more or fewer sources than it has.
    #[error("line {0}: a seal with lines missing or added")]
    Incomplete(usize),
}

impl Sealed {
    /// The heads of a database.
    ///
    /// # Errors
    /// The database fails.
    pub fn of(store: &mut dyn Store, time: Timestamp) -> Result<Sealed> {
        let heads = store.heads()?;
        let last = store.retentions()?.pop();
        let (retentions, retention_head) =
            last.map_or((0, Vec::new()), |row| (row.retention, row.digest));
        let (relabels, relabel_head) = store.relabel_head()?.unwrap_or_default();
        let database = store.name();
        Ok(Sealed { time, database, heads, retentions, retention_head, relabels, relabel_head })
    }

    /// As text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!(
            "siem seal 2\ntime {}\ndatabase {}\nsources {}\n",
            self.time,
            self.database.replace(['\n', '\r'], " "),
            self.heads.len()
        );
        for head in &self.heads {
            let Head { source, batches, commit_no, digest } = head;
            let digest = hex(digest);
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "source {source} batches {batches} commit {commit_no} digest {digest}"
            );
        }
        let last = |head: &[u8]| if head.is_empty() { "-".to_owned() } else { hex(head) };
        let _ = writeln!(text, "relabels {} digest {}", self.relabels, last(&self.relabel_head));
        let head = last(&self.retention_head);
        let _ = writeln!(text, "retentions {} digest {head}", self.retentions);
        text
    }

    /// The seals of a text.
    ///
    /// # Errors
    /// There is none, or one that is not complete.
    pub fn read(text: &str) -> std::result::Result<Vec<Sealed>, HeadError> {
        let mut found = Vec::new();
        let mut lines = (1..).zip(text.lines().map(str::trim));
        while let Some((number, line)) = lines.next() {
            if let "siem seal 1" | "siem seal 2" = line {
                found.push(one(number, line == "siem seal 1", &mut lines)?);
            }
        }
        if found.is_empty() { Err(HeadError::None) } else { Ok(found) }
    }
}

/// The rest of a seal; whether it is of form 1 says what must be in it.
fn one<'t>(
    start: usize,
    is_first: bool,
    lines: &mut impl Iterator<Item = (usize, &'t str)>,
) -> std::result::Result<Sealed, HeadError> {
    let mut sealed = Sealed::default();
    let (mut sources, mut has_relabels) = (None, is_first);
    for (number, line) in lines {
        let wrong = || HeadError::Line(number);
        let words: Vec<&str> = line.split_whitespace().collect();
        let count = |word: &str| word.parse::<i64>().map_err(|_| wrong());
        match words.as_slice() {
            ["time", time] => sealed.time = Timestamp::parse(time).ok_or_else(wrong)?,
            ["database", ..] => line["database".len()..].trim().clone_into(&mut sealed.database),
            ["sources", number] => sources = Some(count(number)?),
            ["source", source, "batches", batches, "commit", commit, "digest", digest] => {
                sealed.heads.push(Head {
                    source: count(source)?,
                    batches: count(batches)?,
                    commit_no: count(commit)?,
                    digest: unhex(digest).filter(|digest| digest.len() == 32).ok_or_else(wrong)?,
                });
            }
            ["relabels", number, "digest", digest] if !is_first => {
                sealed.relabels = count(number)?;
                sealed.relabel_head = unhex(digest.trim_matches('-')).ok_or_else(wrong)?;
                has_relabels = true;
            }
            ["retentions", number, "digest", digest] => {
                sealed.retentions = count(number)?;
                sealed.retention_head = unhex(digest.trim_matches('-')).ok_or_else(wrong)?;
                let length = i64::try_from(sealed.heads.len()).unwrap_or(i64::MAX);
                if sources != Some(length) || !has_relabels {
                    return Err(HeadError::Incomplete(start));
                }
                return Ok(sealed);
            }
            _ => return Err(wrong()),
        }
    }
    Err(HeadError::Incomplete(start))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed() -> Sealed {
        let head = |source: i64| Head {
            source,
            batches: source * 2,
            commit_no: source * 3,
            digest: vec![u8::try_from(source).expect("small"); 32],
        };
        Sealed {
            time: Timestamp(1_795_132_800_000_001),
            database: "sqlite:/a b/siem.db".to_owned(),
            heads: vec![head(1), head(2)],
            retentions: 3,
            retention_head: vec![7; 32],
            relabels: 5,
            relabel_head: vec![8; 32],
        }
    }

    #[test]
    fn a_seal_is_read_as_it_was_written() {
        let first = Sealed { retentions: 0, retention_head: Vec::new(), ..sealed() };
        let text =
            format!("\n{}\n-----BEGIN SSH SIGNATURE-----\n{}", first.text(), sealed().text());
        assert_eq!(Sealed::read(&text), Ok(vec![first, sealed()]));
        let old = Sealed { relabels: 0, relabel_head: Vec::new(), ..sealed() };
        let text = old.text().replace("relabels 0 digest -\n", "").replace("seal 2", "seal 1");
        assert_eq!(Sealed::read(&text), Ok(vec![old]));
    }

    #[test]
    fn a_seal_with_a_line_missing_is_refused() {
        let text = sealed().text();
        for (place, line) in text.lines().enumerate().skip(1) {
            if line.starts_with("time") || line.starts_with("database") {
                continue;
            }
            let rest: Vec<&str> =
                text.lines().enumerate().filter(|(at, _)| *at != place).map(|(_, it)| it).collect();
            assert_eq!(Sealed::read(&rest.join("\n")), Err(HeadError::Incomplete(1)), "{line}");
        }
        assert_eq!(Sealed::read("nothing"), Err(HeadError::None));
        assert_eq!(Sealed::read(&text.replace("batches", "bunches")), Err(HeadError::Line(5)));
    }
}
