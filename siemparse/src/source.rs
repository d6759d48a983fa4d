//! What to read: the sources that the command line or the configuration names.
//!
//! In: arguments and `[[source]]` entries. Out: a list of sources, each with the section, format
//! and zone that were given for it.
//!
//! What it does *not* know: which files a glob holds at the moment ([`Source::files`] looks), what
//! is in them.

use crate::args::Args;
use crate::spool;
use common::cli::{Failure, Kind};
use common::clock::zone::Zone;
use common::config::Config;
use common::section;
use parse::Format;
use std::fs::{self, Metadata};
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

/// How often the names that match are listed at most where some go meanwhile.
const LISTED: usize = 3;

/// Where lines come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// One file.
    Path(PathBuf),
    /// All files that match, also later ones.
    Glob(String),
    /// Standard input.
    Stdin,
    /// Standard input by way of this folder.
    Spool(PathBuf),
    /// The journal, entries with these matches.
    Journal(Vec<String>),
}

/// An input, and what is known about its lines.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) input: Input,
    pub(crate) section: String,
    pub(crate) format: Option<Format>,
    pub(crate) zone: Option<Zone>,
    pub(crate) program: Option<String>,
    pub(crate) start: Option<parse::Start>,
    pub(crate) statistics: bool,
}

impl Source {
    /// What the input stands for now, in alphabetical order, with what the system says of each.
    pub(crate) fn files(&self) -> Vec<(PathBuf, io::Result<Metadata>)> {
        let paths = match &self.input {
            Input::Path(path) => vec![path.clone()],
            Input::Glob(pattern) => return matching(pattern),
            Input::Spool(folder) => spool::segments(folder, &self.section),
            Input::Stdin | Input::Journal(_) => Vec::new(),
        };
        paths.into_iter().map(looked_at).collect()
    }
}

/// The sources that are asked for; none when there is nothing to read.
pub(crate) fn sources(args: &Args, config: &Config) -> anyhow::Result<Vec<Source>> {
    let inputs: Vec<Input> = if args.journal {
        vec![Input::Journal(args.files.clone())]
    } else if !args.files.is_empty() {
        args.files.iter().map(|file| input(file)).collect::<Result<_, _>>()?
    } else if args.spool.is_some() || !io::stdin().is_terminal() && !is_null_device() {
        vec![Input::Stdin]
    } else {
        return config.sources.iter().map(|entry| configured(entry, args)).collect();
    };
    let usage = |error: String| Failure::new(Kind::Usage, error);
    if args.spool.is_some() && !inputs.contains(&Input::Stdin) {
        return Err(usage("--spool: standard input is not read; - names it".to_owned()).into());
    }
    let format = given(args.format.as_deref(), usage)?;
    let zone = given(args.zone.as_deref(), usage)?;
    let section = section_name(args.section.as_deref()).map_err(usage)?;
    let start: Option<parse::Start> = given(args.start.as_deref(), usage)?;
    let spooled = |input| match (&args.spool, input) {
        (Some(folder), Input::Stdin) => Input::Spool(absolute(folder.clone())),
        (_, input) => input,
    };
    let source = |input| Source {
        input: spooled(input),
        section: section.clone(),
        format,
        zone: zone.clone(),
        program: args.program.clone(),
        start: start.clone(),
        statistics: args.statistics,
    };
    Ok(inputs.into_iter().map(source).collect())
}

/// The files that match, and what cannot be looked at: a folder without permission, a link to
/// nothing. A name that went while the list was made is no error: its file has another one by now,
/// and the list is made again.
fn matching(pattern: &str) -> Vec<(PathBuf, io::Result<Metadata>)> {
    let mut files = Vec::new();
    for _ in 0..LISTED {
        let mut is_whole = true;
        files.clear();
        for listed in glob::glob(pattern).into_iter().flatten() {
            let (path, metadata) = match listed {
                Ok(path) => looked_at(path),
                Err(error) => (error.path().to_owned(), Err(error.into())),
            };
            match &metadata {
                Ok(metadata) if !metadata.is_file() => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound && !is_there(&path) => {
                    is_whole = false;
                }
                _ => files.push((path, metadata)),
            }
        }
        if is_whole {
            break;
        }
    }
    files
}

fn looked_at(path: PathBuf) -> (PathBuf, io::Result<Metadata>) {
    let metadata = fs::metadata(&path);
    (path, metadata)
}

fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Standard input is /dev/null, as under systemd and cron: there is nothing to read in it.
fn is_null_device() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let null = fs::metadata("/dev/null").map(|null| null.rdev());
    let stdin = fs::metadata("/dev/stdin").map(|stdin| stdin.rdev());
    matches!((null, stdin), (Ok(null), Ok(stdin)) if null == stdin && null != 0)
}

fn input(file: &str) -> Result<Input, Failure> {
    let path = PathBuf::from(file);
    let is_glob = file.contains(['*', '?', '[']) && !path.exists();
    match file {
        "-" => Ok(Input::Stdin),
        _ if is_glob => match glob::Pattern::new(file) {
            Ok(_) => Ok(Input::Glob(absolute(path).to_string_lossy().into_owned())),
            Err(error) => Err(Failure::new(Kind::Usage, format!("{file}: {error}"))),
        },
        _ => Ok(Input::Path(absolute(path))),
    }
}

/// The path from the root: it names a source whatever the folder a run begins in.
fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

/// A `[[source]]` entry; flags win over what it says.
fn configured(entry: &common::config::Source, args: &Args) -> anyhow::Result<Source> {
    let wrong = |error: String| Failure::new(Kind::Config, format!("{}: {error}", entry.origin));
    let input = input(&entry.path).map_err(|error| wrong(error.to_string()))?;
    let pick = |flag: &Option<String>, own: &Option<String>| flag.clone().or_else(|| own.clone());
    let format = given(pick(&args.format, &entry.format).as_deref(), wrong)?;
    let zone = given(pick(&args.zone, &entry.zone).as_deref(), wrong)?;
    let section = pick(&args.section, &entry.section);
    let section = section_name(section.as_deref()).map_err(wrong)?;
    let program = pick(&args.program, &entry.program);
    let start = given(pick(&args.start, &entry.start).as_deref(), wrong)?;
    let statistics = args.statistics;
    Ok(Source { input, section, format, zone, program, start, statistics })
}

fn given<T: std::str::FromStr<Err: ToString>>(
    text: Option<&str>,
    wrong: impl Fn(String) -> Failure,
) -> Result<Option<T>, Failure> {
    text.map(|text| text.parse().map_err(|error: T::Err| wrong(error.to_string()))).transpose()
}

fn section_name(name: Option<&str>) -> Result<String, String> {
    let Some(name) = name else { return Ok(section::DEFAULT.to_owned()) };
    section::table(name).map(|(section, _)| section).map_err(|error| error.to_string())
}
