//! The password file of libpq: `~/.pgpass`, or the one that PGPASSFILE names.
//!
//! A line is `host:port:database:user:password`; `*` stands for any, a backslash takes the next
//! character literally, the first line that fits counts. A file that others may read is not used.
//!
//! What it does *not* know: connections.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

/// What the file says of a connection.
pub(super) enum Password {
    /// This password.
    Known(String),
    /// Nothing.
    Unknown,
    /// The file is open to others, so it was not read.
    Exposed(PathBuf),
}

/// Looks the password of (host, port, database, user) up.
pub(super) fn password(wanted: [&str; 4]) -> Password {
    let named = env::var_os("PGPASSFILE").map(PathBuf::from);
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".pgpass"));
    let Some(path) = named.or_else(home) else { return Password::Unknown };
    match fs::metadata(&path) {
        Ok(file) if file.permissions().mode() & 0o077 != 0 => return Password::Exposed(path),
        Ok(_) => {}
        Err(_) => return Password::Unknown,
    }
    let text = fs::read_to_string(&path).unwrap_or_default();
    text.lines().find_map(|line| entry(line, wanted)).map_or(Password::Unknown, Password::Known)
}

/// The password of a line that fits.
fn entry(line: &str, wanted: [&str; 4]) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let mut fields = vec![String::new()];
    let mut chars = line.chars();
    while let Some(char) = chars.next() {
        let last = fields.len() - 1;
        match char {
            ':' if last < 4 => fields.push(String::new()),
            '\\' => fields[last].extend(chars.next()),
            other => fields[last].push(other),
        }
    }
    let fits = fields.iter().zip(wanted).all(|(have, want)| have == "*" || have == want);
    (fits && fields.len() == 5).then(|| fields.remove(4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_fits_gives_its_password() {
        let wanted = ["db.example", "5432", "siem", "mia"];
        assert_eq!(entry("db.example:5432:siem:mia:pw", wanted), Some("pw".into()));
        assert_eq!(entry("*:*:*:mia:p\\:w\\\\", wanted), Some("p:w\\".into()));
        assert_eq!(entry("*:*:*:mia:a:b", wanted), Some("a:b".into()));
        assert_eq!(entry("*:*:*:eve:pw", wanted), None);
        assert_eq!(entry("# *:*:*:mia:pw", wanted), None);
        assert_eq!(entry("*:*:mia:pw", wanted), None);
    }
}
