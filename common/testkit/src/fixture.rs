//! Fixtures on disk and temporary directories.
//!
//! What it does *not* know: formats; a fixture is text.

use std::env;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A directory that is removed with the value.
///
/// # Panics
/// It cannot be made.
#[must_use]
pub fn temp_dir() -> TempDir {
    TempDir::with_prefix("siem").unwrap_or_else(|error| panic!("temporary directory: {error}"))
}

/// Compares text with a file, line by line. `UPDATE_EXPECT=1` writes the file instead.
///
/// # Panics
/// The text differs: the message shows the first line that does.
pub fn expect_file(path: impl AsRef<Path>, actual: &str) {
    let path = path.as_ref();
    if env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1") {
        fs::write(path, actual).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        return;
    }
    let expected = fs::read_to_string(path).unwrap_or_else(|error| {
        panic!("{}: {error}\nhint: UPDATE_EXPECT=1 writes it", path.display())
    });
    if expected == actual {
        return;
    }
    let (mut have, mut want) = (actual.split('\n'), expected.split('\n'));
    let mut number = 0;
    loop {
        number += 1;
        let (have, want) = (have.next(), want.next());
        assert!(
            have == want,
            "{}:{number}:\nexpected: {}\nactual:   {}\nhint: UPDATE_EXPECT=1 rewrites it",
            path.display(),
            want.unwrap_or("(end of file)"),
            have.unwrap_or("(end of text)"),
        );
    }
}
