//! Files that are watched without probes: lines of `--fim`, and of `--path` where there is no BPF.
//!
//! What it does *not* know: how it was found out.

use super::{Lines, Object, SCHEMA};
use crate::fim::{Change, State, digits};
use crate::kind::Kind;
use crate::watch::{Touch, What};
use common::clock::Timestamp;
use std::path::Path;

/// What every such line tells.
struct Seen<'a> {
    kind: Kind,
    /// In a word, with category and Sysmon's number.
    action: (&'static str, &'static str, u8),
    time: Timestamp,
    path: &'a Path,
    pid: Option<u32>,
}

/// What is different, by the most telling part.
fn action(change: &Change) -> (&'static str, &'static str, u8) {
    let written = ("write", "file_event", 11);
    match (&change.old, &change.new) {
        (None, _) => ("create", "file_event", 11),
        (_, None) => ("delete", "file_delete", 23),
        (Some(old), Some(new)) if old.sort != new.sort || old.hash != new.hash => written,
        (Some(old), Some(new)) if (old.owner, old.group) != (new.owner, new.group) => {
            ("chown", "file_change", 2)
        }
        (Some(old), Some(new)) if old.mode != new.mode => ("chmod", "file_change", 2),
        _ => written,
    }
}

impl Lines {
    /// Begins a line about a file.
    fn begin<'o>(&mut self, out: &'o mut Vec<u8>, file: &Seen<'_>) -> Object<'o> {
        let (action, category, code) = file.action;
        let mut object = Object::open(out);
        object.text("schema", SCHEMA);
        object.time("time", file.time);
        object.text("host", &self.machine.host);
        object.text("boot_id", &self.machine.boot_id);
        object.text("product", "linux");
        object.text("category", category);
        object.text("kind", file.kind.name());
        object.number("EventID", code.into());
        if let Some(pid) = file.pid {
            self.actor(&mut object, pid);
        }
        object.path("TargetFilename", file.path);
        object.text("action", action);
        object
    }

    /// Appends the line of something that happened, without `seq` and closing bracket.
    pub(crate) fn touch(&mut self, touch: &Touch, out: &mut Vec<u8>) {
        let action = match touch.what {
            What::Came => ("create", "file_event", 11),
            What::Went => ("delete", "file_delete", 23),
            What::Attributes => ("attributes", "file_change", 2),
            What::Written | What::Anything => ("write", "file_event", 11),
        };
        let (path, pid) = (touch.path.as_path(), touch.pid);
        self.begin(out, &Seen { kind: Kind::File, action, time: Timestamp::now(), path, pid });
    }

    /// Appends the line of a change, without `seq` and closing bracket.
    pub(crate) fn change(&mut self, change: &Change, out: &mut Vec<u8>) {
        let (path, pid, time) = (change.path.as_path(), change.pid, change.time);
        let seen = Seen { kind: Kind::Fim, action: action(change), time, path, pid };
        let mut object = self.begin(out, &seen);
        object.text("FoundBy", if change.by_scan { "scan" } else { "watch" });
        if let Some(new) = &change.new {
            state(&mut object, "", new);
        }
        if let Some(old) = &change.old {
            state(&mut object, "Old", old);
        }
    }

    /// Who did it, by the pid alone: the newest process of that pid, which may have ended.
    pub(super) fn actor(&mut self, object: &mut Object<'_>, pid: u32) {
        object.number("ProcessId", pid.into());
        let Some((key, process)) = self.cache.latest(pid) else { return };
        let (program, uid) = (process.program.clone(), process.uid);
        object.text("ProcessGuid", &self.guid(key));
        if let Some(program) = program.filter(|it| !it.image.is_empty()) {
            object.text("Image", &program.image);
            object.optional("InvokedImage", program.invoked.as_deref());
            object.text("CommandLine", &program.command);
        }
        object.text("User", &self.accounts.name(uid));
    }
}

fn state(object: &mut Object<'_>, age: &str, state: &State) {
    if let Some(hash) = &state.hash {
        object.text(&format!("{age}Hashes"), &format!("SHA256={}", digits(hash)));
    }
    let mode = if age.is_empty() { "mode" } else { "OldMode" };
    object.text(mode, &format!("{:04o}", state.mode));
    object.number(&format!("{age}FileOwner"), state.owner.into());
    object.number(&format!("{age}FileGroup"), state.group.into());
    object.count(if age.is_empty() { "size" } else { "OldSize" }, state.size);
    object.text(if age.is_empty() { "sort" } else { "OldSort" }, state.sort.name());
}
