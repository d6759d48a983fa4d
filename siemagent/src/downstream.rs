//! Who reads our standard output: its own files and connections would come back to it as events.
//!
//! ```text
//!  our pipe ─► processes that read it ─► the program file of siemparse
//!                                    └─► their control group, where it is that of our pipeline alone
//! ```
//!
//! What it does *not* know: how a process is left out; the probes do.

use crate::group;
use crate::place::{self, Place};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// The reader whose program file stands for it, however often it is started again.
const PARSER: &str = "siemparse";

/// The readers of our standard output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Downstream {
    /// Their process ids.
    pub(crate) processes: Vec<u32>,
    /// The program file of a reader that is siemparse.
    pub(crate) programs: Vec<Place>,
    /// The control groups that are theirs and ours alone, by number.
    pub(crate) groups: Vec<u64>,
    /// All of them, in words.
    pub(crate) names: Vec<String>,
}

/// Looks for processes that hold the other end of the pipe that our standard output is. `groups`
/// is where control groups are mounted.
pub(crate) fn find(groups: Option<&Path>) -> Downstream {
    let mut found = Downstream::default();
    let Ok(own) = fs::metadata("/proc/self/fd/1") else { return found };
    const FIFO: u32 = 0o010_000;
    if own.mode() & 0o170_000 != FIFO {
        return found;
    }
    let link = format!("pipe:[{}]", own.ino());
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        if pid != std::process::id() && reads(&entry.path(), &link) {
            found.add(pid, &entry.path(), groups);
        }
    }
    found
}

impl Downstream {
    fn add(&mut self, pid: u32, folder: &Path, groups: Option<&Path>) {
        self.processes.push(pid);
        self.names.push(format!("process {pid}"));
        let exe = folder.join("exe");
        let path = fs::read_link(&exe).ok().filter(|path| path.ends_with(PARSER));
        if let Some((path, program)) = path.zip(place::of(&exe).ok()) {
            self.programs.push(program);
            self.names.push(format!("program {}", path.display()));
        }
        if let Some((path, number)) = groups.and_then(|root| own_group(root, pid))
            && !self.groups.contains(&number)
        {
            self.groups.push(number);
            self.names.push(format!("cgroup {path}"));
        }
    }
}

/// Whether a process has the pipe open for reading only.
fn reads(folder: &Path, link: &str) -> bool {
    let holds = |fd: fs::DirEntry| {
        let is_pipe = fs::read_link(fd.path()).is_ok_and(|path| path.as_os_str() == link);
        let info = folder.join("fdinfo").join(fd.file_name());
        is_pipe && fs::read_to_string(info).is_ok_and(|text| is_read_only(&text))
    };
    fs::read_dir(folder.join("fd")).into_iter().flatten().flatten().any(holds)
}

/// The access mode in the octal `flags:` line.
fn is_read_only(info: &str) -> bool {
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    flags.is_some_and(|flags| flags.trim().ends_with(['0', '4']))
}

/// The path and number of a process's control group, where all that is in it belongs to our job:
/// so it is in a unit that runs the pipe. A group that is shared, such as a login session or that
/// of cron, and the root would hide what others do.
fn own_group(root: &Path, pid: u32) -> Option<(String, u64)> {
    let text = fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?;
    let path = text.lines().find_map(|line| line.strip_prefix("0::"))?;
    let directory = group::directory(root, path)?;
    let members = fs::read_to_string(directory.join("cgroup.procs")).ok()?;
    let ours = job("self")?;
    let is_ours = members.lines().all(|member| job(member) == Some(ours));
    let number = group::number(&directory).ok()?;
    (is_ours && is_leaf(&directory)).then(|| (path.to_owned(), number))
}

/// The process group of a process.
fn job(pid: &str) -> Option<u32> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, which may hold anything, ends at the last bracket; state and parent come next.
    text.rsplit_once(')')?.1.split_whitespace().nth(2)?.parse().ok()
}

fn is_leaf(directory: &Path) -> bool {
    let mut entries = fs::read_dir(directory).into_iter().flatten().flatten();
    !entries.any(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
}
