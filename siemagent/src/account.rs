//! Names of users by their number, from /etc/passwd.
//!
//! Read at most once a second, and only when the file changed. No other source of accounts is
//! asked: the agent opens no network. What it does *not* know: groups, rights.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

/// The accounts of this machine.
#[derive(Debug)]
pub(crate) struct Accounts {
    file: PathBuf,
    names: HashMap<u32, String>,
    changed: Option<SystemTime>,
    looked: Option<Instant>,
}

impl Default for Accounts {
    fn default() -> Accounts {
        Accounts::new("/etc/passwd")
    }
}

impl Accounts {
    /// The accounts of a file in the form of /etc/passwd.
    #[must_use]
    pub(crate) fn new(file: impl Into<PathBuf>) -> Accounts {
        Accounts { file: file.into(), names: HashMap::new(), changed: None, looked: None }
    }

    /// The name of a user; the number where there is none.
    pub(crate) fn name(&mut self, uid: u32) -> String {
        self.refresh();
        self.names.get(&uid).cloned().unwrap_or_else(|| uid.to_string())
    }

    fn refresh(&mut self) {
        if self.looked.is_some_and(|at| at.elapsed() < Duration::from_secs(1)) {
            return;
        }
        self.looked = Some(Instant::now());
        let changed = fs::metadata(&self.file).and_then(|meta| meta.modified()).ok();
        if changed == self.changed {
            return;
        }
        self.changed = changed;
        let text = fs::read(&self.file).unwrap_or_default();
        self.names = String::from_utf8_lossy(&text).lines().filter_map(account).rev().collect();
    }
}

/// Number and name of a line; the first line of a number wins.
fn account(line: &str) -> Option<(u32, String)> {
    let mut parts = line.split(':');
    let name = parts.next()?;
    Some((parts.nth(1)?.parse().ok()?, name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_file_and_numbers_stand_for_themselves() {
        let directory = testkit::temp_dir();
        let file = directory.path().join("passwd");
        fs::write(&file, "root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/:\nbad\nann:x:1000:1000::/:\n")
            .expect("a written file");
        let mut accounts = Accounts::new(file);
        assert_eq!([0, 1000, 7].map(|uid| accounts.name(uid)), ["root", "ann", "7"]);
    }
}
