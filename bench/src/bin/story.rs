//! Writes `auth.log` and `access.log` of the day that ends now into a directory.
//!
//! Usage: `story DIRECTORY [SEED [LINES]]`. What it does *not* know: the tools.

use bench::story;
use common::clock::Timestamp;
use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let mut args = env::args_os().skip(1);
    let directory = PathBuf::from(args.next().unwrap_or_else(|| ".".into()));
    let mut number = |default| {
        let text = args.next().and_then(|text| text.into_string().ok());
        text.and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    let (seed, size) = (number(1), number(8_000));
    let story = story::tell(seed, Timestamp::now(), size);
    fs::create_dir_all(&directory)?;
    fs::write(directory.join("auth.log"), story.auth)?;
    fs::write(directory.join("access.log"), story.access)
}
