//! Files: opened, and named, removed or changed by system calls.
//!
//! What it does *not* know: contents.

use super::Object;
use super::process::absolute;
use crate::call::named;
use crate::record::{Call, Record, Text, TextKind, flag};

/// The category and Sysmon's number of a call about files.
pub(super) fn category(call: &Call) -> (&'static str, u8) {
    match action(call) {
        "delete" => ("file_delete", 23),
        "chmod" | "chown" => ("file_change", 2),
        _ => ("file_event", 11),
    }
}

pub(super) fn action(call: &Call) -> &'static str {
    match named(call.nr).map_or("", |call| call.name) {
        "unlink" | "unlinkat" | "rmdir" => "delete",
        "rename" | "renameat" | "renameat2" => "rename",
        "link" | "linkat" => "link",
        "symlink" | "symlinkat" => "symlink",
        "truncate" => "write",
        name if name.contains("chmod") => "chmod",
        name if name.contains("chown") => "chown",
        _ => "other",
    }
}

pub(super) fn open(object: &mut Object<'_>, record: &Record<'_>, ino: u64, mode: u32, flags: u32) {
    const WRITES: u32 = 3;
    const TRUNCATES: u32 = 0o1000;
    let created = record.head.flags & flag::CREATED != 0;
    let action = match (created, flags & WRITES) {
        (true, _) => "create",
        (false, 0) => "read",
        (false, _) => "write",
    };
    if let Some(text) = record.text(TextKind::Walk) {
        object.bytes("TargetFilename", &text.path());
        object.mark("truncated", text.cut);
    }
    object.plain("action", action);
    object.mark("overwrites", !created && flags & TRUNCATES != 0);
    object.count("inode", ino);
    object.plain("mode", &format!("{:04o}", mode & 0o7777));
}

pub(super) fn call(object: &mut Object<'_>, record: &Record<'_>, call: &Call) {
    let action = action(call);
    let mut paths = paths(record);
    // What is renamed or linked is named first.
    let target = paths.pop().unwrap_or_default();
    object.bytes("TargetFilename", &target);
    if let Some(old) = paths.pop() {
        object.bytes(if action == "rename" { "OldFilename" } else { "LinkedFilename" }, &old);
    }
    object.plain("action", action);
    let name = named(call.nr).map_or("", |call| call.name);
    let arg = |place: usize| call.args.get(place).copied().unwrap_or(0);
    let first = usize::from(name.ends_with("at") || name.ends_with("at2")) + 1;
    match action {
        "chmod" => object.plain("mode", &format!("{:04o}", arg(first) & 0o7777)),
        "chown" => {
            // -1 leaves an owner as it is.
            for (name, value) in [("FileOwner", arg(first)), ("FileGroup", arg(first + 1))] {
                if let Some(id) =
                    u32::try_from(value & 0xffff_ffff).ok().filter(|&id| id != u32::MAX)
                {
                    object.number(name, id.into());
                }
            }
        }
        _ => {}
    }
}

/// The paths of a call, in the order of its arguments.
pub(super) fn paths(record: &Record<'_>) -> Vec<Vec<u8>> {
    let mut texts = record.texts();
    let mut paths = Vec::new();
    while let Some(text) = texts.next() {
        paths.push(path(text, &mut texts));
    }
    paths
}

/// One path of a call: of an open file, or a text below the directory before it.
pub(super) fn path<'a>(text: Text<'a>, texts: &mut impl Iterator<Item = Text<'a>>) -> Vec<u8> {
    match text.kind {
        TextKind::Walk => text.path(),
        TextKind::Cwd => {
            let name = texts.next().map_or(Vec::new(), |name| name.trimmed().to_vec());
            below(&text.path(), &name)
        }
        _ => below(b"", text.trimmed()),
    }
}

/// A path below a directory. Bytes that are no text are kept: they are only joined then.
fn below(directory: &[u8], name: &[u8]) -> Vec<u8> {
    match (std::str::from_utf8(directory), std::str::from_utf8(name)) {
        (Ok(""), Ok(name)) if !name.starts_with('/') => name.as_bytes().to_vec(),
        (Ok(directory), Ok(name)) => absolute(Some(directory), name).into_bytes(),
        _ if name.starts_with(b"/") => name.to_vec(),
        _ => [directory, b"/", name].concat(),
    }
}
