//! The names that rotation gives, one row a tool; each may be packed:
//!
//! ```text
//!  logrotate, newsyslog  app.log.1  app.log-20261120  app-20261120.log  app.log.20261120T150000
//!  savelog               app.log.0  app.log.old
//!  log4j, logback        app.log.2026-11-20.1  app-2026-11-20-3.log  app-Nov-20-2026.log
//!  multilog              @400000006740e1c20a1b2c3d.s, beside `current`
//!  by hand               app.log.old  app.log.bak  app.log.prev  app.log~  app.old.log  app.log.1.old
//! ```
//!
//! What it does *not* know: contents, which decide; a name only tells where to look.

use std::path::{Path, PathBuf};

/// A packed file's name without what tells its packing.
pub(crate) fn plain_name(path: &Path) -> Option<PathBuf> {
    let packings = ["gz", "zst", "xz", "bz2"];
    let extension = path.extension()?.to_str()?;
    packings.contains(&extension).then(|| path.with_extension(""))
}

/// What people and tools put in place of a number.
const WORDS: [&str; 9] =
    ["old", "bak", "backup", "prev", "previous", "orig", "save", "saved", "rotated"];
/// The months, as Java's date patterns write them.
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Whether a name goes on after a path's own.
pub(crate) fn is_beside(path: &Path, other: &Path) -> bool {
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    let (Some(name), Some(other_name)) = (name(path), name(other)) else { return false };
    let rest = other_name.strip_prefix(&name);
    rest.is_some_and(|rest| rest.starts_with(['.', '-', '_', '~'])) || is_rotated(path, other)
}

/// Whether a name is a path's own with a number, a date or a word like `old`, packed or not.
pub(crate) fn is_rotated(path: &Path, other: &Path) -> bool {
    let (stem, name) = (path.file_stem().unwrap_or_default(), other.file_name());
    if path.file_name().is_some_and(|name| name == "current") {
        return name.is_some_and(|name| is_multilog(&name.to_string_lossy()));
    }
    // Most names are not, and very many are asked about.
    if !name.unwrap_or_default().as_encoded_bytes().starts_with(stem.as_encoded_bytes()) {
        return false;
    }
    let text =
        |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let other = text(other.file_name());
    let other = plain_name(Path::new(&other)).map_or(other, |plain| plain.to_string_lossy().into());
    let plain = other.as_str();
    let (name, stem, extension) =
        (text(path.file_name()), text(path.file_stem()), text(path.extension()));
    let inner = plain.strip_suffix(&format!(".{extension}")).filter(|_| !extension.is_empty());
    let inner = inner.and_then(|inner| inner.strip_prefix(&stem));
    plain.strip_prefix(&name).is_some_and(is_mark) || inner.is_some_and(is_mark)
}

/// Whether this is what a rotation puts into a name: `.1`, `-20261120`, `_2026-11-20T15:00`,
/// `.old`, `.1.old`, `~`. A month alone is not.
fn is_mark(part: &str) -> bool {
    let is_word = |part: &str| WORDS.contains(&part) || is_number(part);
    let part = part.to_ascii_lowercase();
    let Some(rest) = part.trim_end_matches('~').strip_prefix(['.', '-', '_']) else {
        return part == "~";
    };
    let parts = || rest.split(['-', '_', '.', ':', '+']);
    parts().any(is_word) && parts().all(|part| is_word(part) || MONTHS.contains(&part))
}

/// Digits, which `t` may part (a date from a time), and `z` end.
fn is_number(part: &str) -> bool {
    let digits = part.trim_end_matches('z');
    digits.starts_with(|char: char| char.is_ascii_digit())
        && digits.chars().all(|char| char.is_ascii_digit() || char == 't')
}

/// Whether this is what multilog calls a file that `current` was: `@`, 24 digits of a time, and
/// whether it was written to its end.
fn is_multilog(name: &str) -> bool {
    let name =
        plain_name(Path::new(name)).map_or(name.into(), |it| it.to_string_lossy().into_owned());
    let stamp = name.strip_prefix('@').and_then(|rest| rest.split_once('.'));
    stamp.is_some_and(|(stamp, state)| {
        let is_digit = |char: char| char.is_ascii_hexdigit() && !char.is_ascii_uppercase();
        stamp.len() == 24 && stamp.chars().all(is_digit) && ["s", "u"].contains(&state)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_rotated_files() {
        let is = |other: &str| is_rotated(Path::new("/v/app.log"), Path::new(other));
        for other in [
            "/v/app.log.1",
            "/v/app.log.12.gz",
            "/v/app.log-20261120",
            "/v/app.log-2026-11-20T15:00.zst",
            "/v/app-20261120.log",
            "/v/app-20261120.log.gz",
            "/v/app.log.2026-11-20.bz2",
            "/v/app.log.old",
            "/v/app.log.1.old",
            "/v/app.log.OLD.gz",
            "/v/app.old.log",
            "/v/app.log.bak",
            "/v/app.log.prev",
            "/v/app.log~",
            "/v/app.log.1~",
            "/v/app.log.0",
            "/v/app.log.2026-11-20.1",
            "/v/app-2026-11-20-3.log.gz",
            "/v/app.2026-11-20.0.log",
            "/v/app-Nov-20-2026.log",
            "/v/app.log.20261120T150000Z",
            "/v/app.log.2026-11-20T15:00:00+0100",
        ] {
            assert!(is(other), "{other}");
        }
        for other in
            ["/v/app.log-errors", "/v/app.err", "/v/apple.log", "/v/app.log.", "/v/app-may.log"]
        {
            assert!(!is(other), "{other}");
        }
        let current = Path::new("/v/current");
        for other in ["@400000006740e1c20a1b2c3d.s", "@400000006740e1c20a1b2c3d.u.gz"] {
            assert!(is_rotated(current, &Path::new("/v").join(other)), "{other}");
        }
        assert!(!is_rotated(current, Path::new("/v/@400000006740e1c2.s")));
        assert!(!is("/v/@400000006740e1c20a1b2c3d.s"));
        assert!(is_rotated(Path::new("/v/syslog"), Path::new("/v/syslog.2.gz")));
        assert!(!is_rotated(Path::new("/v/mail"), Path::new("/v/mail.err")));
        assert!(is_beside(Path::new("/v/app.log"), Path::new("/v/app.log.old")));
    }
}
