//! The files that a verb was given: directories opened, standard input read, all as text.
//!
//! What it does *not* know: what the files hold.

use common::cli::{Failure, Kind};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Larger files are no helpers or rules.
const LARGEST: u64 = 64 << 20;

/// Reads files as (name, text). A directory stands for its `.toml` and `.json` files by name.
pub(super) fn read(paths: &[PathBuf]) -> Result<Vec<(String, String)>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            for path in listed(path)? {
                files.push(one(&path)?);
            }
        } else {
            files.push(one(path)?);
        }
    }
    Ok(files)
}

fn listed(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = std::fs::read_dir(directory).map_err(|error| refused(directory, &error))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| refused(directory, &error))?.path();
        if path.extension().is_some_and(|end| end == "toml" || end == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() {
        let what = format!("{}: no .toml or .json file in it", directory.display());
        return Err(Failure::new(Kind::Input, what));
    }
    Ok(paths)
}

fn one(path: &Path) -> Result<(String, String), Failure> {
    let mut bytes = Vec::new();
    let (name, read) = if path.as_os_str() == "-" {
        ("-".to_owned(), std::io::stdin().lock().take(LARGEST).read_to_end(&mut bytes))
    } else {
        let read =
            std::fs::File::open(path).and_then(|file| file.take(LARGEST).read_to_end(&mut bytes));
        (path.display().to_string(), read)
    };
    read.map_err(|error| refused(path, &error))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok((name, text)),
        Err(error) => {
            let line = error.as_bytes()[..error.utf8_error().valid_up_to()]
                .iter()
                .filter(|byte| **byte == b'\n')
                .count();
            Err(Failure::new(Kind::Config, format!("{name}:{}: not UTF-8 text", line + 1)))
        }
    }
}

fn refused(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Kind::Input, format!("{}: {error}", path.display()))
}
