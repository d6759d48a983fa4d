//! What runs already when the agent starts: /proc into the process cache.
//!
//! Processes that end while it is read are left out. What it does *not* know: what happens later.

use crate::process::{Cache, Key, Process, Program};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::rc::Rc;

/// Fills a cache with the processes of a proc file system. Returns how many were found.
pub(crate) fn seed(cache: &mut Cache, proc: &Path) -> usize {
    let mut found: Vec<(Key, u32, Process)> = fs::read_dir(proc)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            process(&entry.path(), pid)
        })
        .collect();
    found.sort_by_key(|(key, ..)| (key.start, key.pid));
    let starts: Vec<Key> = found.iter().map(|(key, ..)| *key).collect();
    let count = found.len();
    for (key, parent, mut process) in found {
        process.parent = starts.iter().copied().find(|key| key.pid == parent);
        cache.insert(key, process);
    }
    count
}

/// One process, and its parent's pid.
pub(crate) fn process(folder: &Path, pid: u32) -> Option<(Key, u32, Process)> {
    let stat = fs::read(folder.join("stat")).ok()?;
    let (parent, start) = parent_and_start(&String::from_utf8_lossy(&stat))?;
    let uid = fs::metadata(folder).ok()?.uid();
    let program = program(folder).map(Rc::new);
    Some((Key { pid, start }, parent, Process::new(program, None, uid)))
}

/// What a process runs; kernel threads run nothing.
fn program(folder: &Path) -> Option<Program> {
    let image = fs::read_link(folder.join("exe")).ok()?;
    let arguments = fs::read(folder.join("cmdline")).unwrap_or_default();
    let directory = fs::read_link(folder.join("cwd")).ok();
    Some(Program {
        image: file(&image.to_string_lossy()).to_owned(),
        invoked: None,
        command: command(&arguments),
        directory: directory.map(|path| path.to_string_lossy().into_owned()),
    })
}

/// The file of an `exe` link. One in memory has its name alone, as the probes tell it.
fn file(link: &str) -> &str {
    let Some(gone) = link.strip_suffix(" (deleted)") else { return link };
    gone.strip_prefix('/').filter(|name| name.starts_with("memfd:")).unwrap_or(gone)
}

/// Arguments, each ended by NUL, as one text.
#[must_use]
pub(crate) fn command(arguments: &[u8]) -> String {
    let inner = arguments.strip_suffix(&[0]).unwrap_or(arguments);
    let joined: Vec<u8> = inner.iter().map(|&byte| if byte == 0 { b' ' } else { byte }).collect();
    String::from_utf8_lossy(&joined).into_owned()
}

/// Fields 4 and 22 of a stat line; the name in field 2 may hold anything.
pub(crate) fn parent_and_start(stat: &str) -> Option<(u32, u64)> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    Some((fields.nth(1)?.parse().ok()?, fields.nth(17)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_very_process_is_found_with_its_parent() {
        let mut cache = Cache::default();
        assert!(seed(&mut cache, Path::new("/proc")) > 1);
        let own = std::process::id();
        let (key, parent, process) = process(Path::new("/proc/self"), own).expect("ourselves");
        let program = process.program.expect("a program");
        assert_eq!(program.image, std::env::current_exe().expect("a path").display().to_string());
        let cached = cache.find(key).expect("an entry");
        assert_eq!(cached.parent.map(|key| key.pid), Some(parent));
    }

    #[test]
    fn a_link_names_the_file_that_was_there() {
        assert_eq!(file("/usr/bin/ls"), "/usr/bin/ls");
        assert_eq!(file("/tmp/x (deleted)"), "/tmp/x");
        assert_eq!(file("/memfd:x (deleted)"), "memfd:x");
        assert_eq!(file("/memfd:x"), "/memfd:x");
    }

    #[test]
    fn a_name_with_brackets_does_not_move_the_fields() {
        let stat = "7 (a) b (c)) S 3 7 7 0 -1 4194560 1 0 0 0 1 2 0 0 20 0 1 0 4711 1 1";
        assert_eq!(parent_and_start(stat), Some((3, 4711)));
        assert_eq!(parent_and_start("7 (a) S"), None);
    }
}
