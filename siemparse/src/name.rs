//! The names that rotation gives: `auth.log.1`, `auth.log-20261120.gz`, `auth-20261120.log`.
//!
//! What it does *not* know: contents, which decide; a name only tells where to look.

use std::path::{Path, PathBuf};

/// A packed file's name without what tells its packing.
pub(crate) fn plain_name(path: &Path) -> Option<PathBuf> {
    let packings = ["gz", "zst", "xz", "bz2"];
    let extension = path.extension()?.to_str()?;
    packings.contains(&extension).then(|| path.with_extension(""))
}

/// Whether a name goes on after a path's own.
pub(crate) fn is_beside(path: &Path, other: &Path) -> bool {
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    let (Some(name), Some(other_name)) = (name(path), name(other)) else { return false };
    let rest = other_name.strip_prefix(&name);
    rest.is_some_and(|rest| rest.starts_with(['.', '-', '_'])) || is_rotated(path, other)
}

/// Whether a name is a path's own with a number or a date, packed or not.
pub(crate) fn is_rotated(path: &Path, other: &Path) -> bool {
    let (stem, name) = (path.file_stem().unwrap_or_default(), other.file_name());
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
    plain.strip_prefix(&name).is_some_and(is_number) || inner.is_some_and(is_number)
}

/// Whether this is what a rotation puts into a name: `.1`, `-20261120`, `_2026-11-20T15:00`.
fn is_number(part: &str) -> bool {
    let is_part = |char: char| char.is_ascii_digit() || "-_.T:".contains(char);
    part.starts_with(['.', '-', '_'])
        && part.contains(|char: char| char.is_ascii_digit())
        && part.chars().all(is_part)
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
        ] {
            assert!(is(other), "{other}");
        }
        for other in
            ["/v/app.log.old", "/v/app.log-errors", "/v/app.err", "/v/apple.log", "/v/app.log."]
        {
            assert!(!is(other), "{other}");
        }
        assert!(is_rotated(Path::new("/v/syslog"), Path::new("/v/syslog.2.gz")));
        assert!(!is_rotated(Path::new("/v/mail"), Path::new("/v/mail.err")));
        assert!(is_beside(Path::new("/v/app.log"), Path::new("/v/app.log.old")));
    }
}
