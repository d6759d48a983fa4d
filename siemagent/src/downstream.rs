//! Who reads our standard output: its own files and connections would come back to it as events.
//!
//! What it does *not* know: how a process is left out; the probes do.

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
}

/// Looks for processes that hold the other end of the pipe that our standard output is.
pub(crate) fn find() -> Downstream {
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
            found.processes.push(pid);
            let exe = entry.path().join("exe");
            let is_parser = fs::read_link(&exe).is_ok_and(|path| path.ends_with(PARSER));
            found.programs.extend(place::of(&exe).ok().filter(|_| is_parser));
        }
    }
    found
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
