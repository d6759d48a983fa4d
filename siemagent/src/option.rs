//! Options with a grammar of their own: events, sizes, rates, ranges, places.
//!
//! What it does *not* know: what they are for.

use crate::args::{Args, DenyBy};
use crate::downstream::{self, Downstream};
use crate::fim;
use crate::group;
use crate::kind::{Kind, Kinds};
use crate::place;
use crate::policy::Policy;
use crate::probe::{self, Rates, Settings};
use crate::run::Limits;
use common::cli::{Failure, Kind as Wrong};
use common::clock::SECOND;
use common::clock::span::Span;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A wrong option.
pub(crate) fn usage(flag: &str, what: &str) -> Failure {
    Failure::new(Wrong::Usage, format!("{flag}: {what}"))
}

/// What the probes are told.
pub(crate) fn settings(args: &Args) -> Result<Settings, Failure> {
    let mut events = events(&args.events)?;
    if !args.watch_read.is_empty() {
        events = events.with(Kind::Read);
    }
    if !args.fim.is_empty() {
        events = events.with(Kind::Fim);
    }
    if args.policy.is_some() {
        events = events.with(Kind::Deny);
    }
    let ignored = ignored(args)?;
    let prefix = |path: &PathBuf| place::of(path).map_err(|error| missing("--path", path, &error));
    Ok(Settings {
        events,
        ring: ring(&args.ring)?,
        uids: uids(args.uid.as_deref())?,
        rates: rates(args.rate.as_deref())?,
        args_max: args.args_max.min(4096),
        prefixes: args.path.iter().map(prefix).collect::<Result<_, _>>()?,
        reads: args.watch_read.iter().map(|path| watched(path)).collect::<Result<_, _>>()?,
        policy: policy(args)?,
        dry_run: args.dry_run,
        kills: args.deny_by != DenyBy::Fanotify,
        ignored_programs: ignored.programs,
        ignored_processes: ignored.processes,
        ignored_groups: ignored.groups,
        ignored_names: ignored.names,
    })
}

/// What is left out: the reader of our output, and the groups of `--exclude-cgroup`.
fn ignored(args: &Args) -> Result<Downstream, Failure> {
    let root = probe::cgroup_path();
    let mut ignored = match args.include_reader {
        true => Downstream::default(),
        false => downstream::find(root.as_deref()),
    };
    for path in &args.exclude_cgroup {
        let wrong = |what: &str| usage("--exclude-cgroup", &format!("{path}: {what}"));
        let root = root.as_deref().ok_or_else(|| wrong("control groups (v2) are not mounted"))?;
        let directory = group::directory(root, path).ok_or_else(|| wrong("no group of its own"))?;
        let number = group::number(&directory).map_err(|error| wrong(&error.to_string()))?;
        ignored.groups.push(number);
        ignored.names.push(format!("cgroup {path}"));
    }
    if ignored.groups.len() > MOST_GROUPS {
        return Err(usage("--exclude-cgroup", &format!("at most {MOST_GROUPS} groups")));
    }
    Ok(ignored)
}

/// Control groups that the probes know.
const MOST_GROUPS: usize = 64;

fn policy(args: &Args) -> Result<Option<Policy>, Failure> {
    let read = args.policy.as_ref().map(|file| Policy::read(file));
    read.transpose().map_err(|error| Failure::new(Wrong::Config, error.to_string()))
}

/// The directories of `--path`, as paths of events are written.
pub(crate) fn prefixes(args: &Args) -> Result<Vec<PathBuf>, Failure> {
    full("--path", &args.path)
}

/// The paths of `--fim`; those below another are none of their own.
pub(crate) fn roots(args: &Args) -> Result<Vec<PathBuf>, Failure> {
    full("--fim", &args.fim).map(fim::distinct)
}

fn full(flag: &str, paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let full = |path: &PathBuf| fs::canonicalize(path).map_err(|error| missing(flag, path, &error));
    paths.iter().map(full).collect()
}

/// Where the baseline of `--fim` is.
pub(crate) fn baseline(args: &Args) -> Result<PathBuf, Failure> {
    let home = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = || home("XDG_DATA_HOME").or_else(|| Some(home("HOME")?.join(".local/share")));
    let found = args.baseline.clone().or_else(|| Some(data()?.join("siem/baseline.jsonl")));
    found.ok_or_else(|| usage("--baseline", "there is no HOME to put it in"))
}

fn missing(flag: &str, path: &Path, error: &std::io::Error) -> Failure {
    usage(flag, &format!("{}: {error}", path.display()))
}

/// A file by its directory and its name, so that one that takes its place is watched as well.
fn watched(path: &Path) -> Result<(u64, u64, String), Failure> {
    let full = fs::canonicalize(path).map_err(|error| missing("--watch-read", path, &error))?;
    let parent = full.parent().unwrap_or(Path::new("/"));
    let (inode, device) =
        place::of(parent).map_err(|error| missing("--watch-read", parent, &error))?;
    let name = full.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if name.len() > place::LONGEST_NAME {
        return Err(usage(
            "--watch-read",
            &format!("{name}: names have at most {} bytes", place::LONGEST_NAME),
        ));
    }
    Ok((inode, device, name))
}

fn events(list: &str) -> Result<Kinds, Failure> {
    Kinds::parse(list).map_err(|word| {
        let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        usage("--events", &format!("no event is called {word:?}"))
            .hint(format!("events: {}, and process, net, default, all", names.join(", ")))
    })
}

/// When to stop, and how often to tell.
pub(crate) fn limits(args: &Args) -> Result<Limits, Failure> {
    let span = |text: &String| {
        let span =
            Span::parse(text, SECOND).map_err(|error| usage("--duration", &error.to_string()))?;
        Ok(Duration::from_micros(u64::try_from(span.0).unwrap_or(0)))
    };
    Ok(Limits {
        count: args.count,
        duration: args.duration.as_ref().map(span).transpose()?,
        stats: (args.stats > 0).then(|| Duration::from_secs(args.stats)),
    })
}

/// A size such as `4M`: a power of two from 64 KiB to 1 GiB.
fn ring(text: &str) -> Result<u32, Failure> {
    let (digits, shift) = match text.char_indices().next_back() {
        Some((at, 'K' | 'k')) => (&text[..at], 10),
        Some((at, 'M' | 'm')) => (&text[..at], 20),
        Some((at, 'G' | 'g')) => (&text[..at], 30),
        _ => (text, 0),
    };
    let size = digits.parse::<u32>().ok().and_then(|size| size.checked_mul(1 << shift));
    let valid = size.filter(|size| size.is_power_of_two() && (1 << 16..=1 << 30).contains(size));
    valid.ok_or_else(|| usage("--ring", &format!("{text:?} is no power of two from 64K to 1G")))
}

fn rates(text: Option<&str>) -> Result<Rates, Failure> {
    let mut rates = Rates::default();
    for part in text.unwrap_or_default().split(',').filter(|part| !part.is_empty()) {
        let wrong = || usage("--rate", &format!("{part:?} is not of the form exec=2000"));
        let (name, number) = part.split_once('=').ok_or_else(wrong)?;
        let number: u32 = number.trim().parse().ok().filter(|&rate| rate > 0).ok_or_else(wrong)?;
        for kind in events(name.trim())?.iter() {
            rates[kind as usize] = number;
        }
    }
    Ok(rates)
}

fn uids(text: Option<&str>) -> Result<(u32, u32), Failure> {
    let Some(text) = text else { return Ok((0, u32::MAX)) };
    let wrong = || usage("--uid", &format!("{text:?} is not of the form 1000-65533"));
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let number = |text: &str| text.trim().parse::<u32>().map_err(|_| wrong());
    let (from, to) = (number(from)?, number(to)?);
    if from <= to { Ok((from, to)) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_powers_of_two() {
        let size = |text| ring(text).ok();
        assert_eq!([size("64K"), size("4M"), size("1G")], [1 << 16, 1 << 22, 1 << 30].map(Some));
        assert_eq!(size("65536"), Some(65536));
        for text in ["", "M", "3M", "32K", "8G", "-1", "4MB"] {
            assert_eq!(size(text), None, "{text}");
        }
    }

    #[test]
    fn rates_and_ranges() {
        let rates = rates(Some("exec=2000,net=5")).expect("rates");
        assert_eq!((rates[Kind::Exec as usize], rates[Kind::Udp as usize]), (2000, 5));
        assert_eq!(rates[Kind::File as usize], 0);
        assert!(super::rates(Some("exec=0")).is_err() && super::rates(Some("exec")).is_err());
        assert_eq!(uids(Some("1000-65533")).ok(), Some((1000, 65533)));
        assert_eq!(uids(Some("0")).ok(), Some((0, 0)));
        assert!(uids(Some("9-1")).is_err() && uids(Some("x")).is_err());
    }
}
