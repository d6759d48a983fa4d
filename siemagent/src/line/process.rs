//! Programs that start and processes that end.
//!
//! What it does *not* know: who the parent is; the cache does.

use super::Object;
use crate::process::Program;
use crate::record::{Body, Head, Record, TextKind};
use crate::redact::Redact;
use crate::seed;

/// What an exec's record says of the program.
pub(super) fn program(record: &Record<'_>, redact: &Redact) -> Program {
    let mut program = Program::default();
    let mut name = None;
    for text in record.texts() {
        match text.kind {
            TextKind::Walk => program.image = lossy(&text.path()),
            TextKind::Cwd => program.directory = Some(lossy(&text.path())),
            TextKind::Name => name = Some(lossy(text.trimmed())),
            TextKind::Args => program.command = redact.apply(seed::command(text.bytes)),
            TextKind::User | TextKind::Bytes => {}
        }
    }
    let absolute = |name: String| absolute(program.directory.as_deref(), &name);
    program.invoked = name.map(absolute).filter(|name| *name != program.image);
    program
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A path below a directory, without `.` and `..`. Links are not looked at.
pub(super) fn absolute(directory: Option<&str>, name: &str) -> String {
    let base = if name.starts_with('/') { "" } else { directory.unwrap_or_default() };
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(name.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

pub(super) fn exec(
    object: &mut Object<'_>,
    record: &Record<'_>,
    program: Option<&Program>,
    redact: &Redact,
) {
    let Body::Exec { ino, mode, owner, nlink, .. } = record.body else { return };
    if let Some(text) = record.text(TextKind::Walk)
        && std::str::from_utf8(&text.path()).is_err()
    {
        object.base64("Image_b64", &text.path());
    }
    if let Some(program) = program.filter(|it| !it.image.is_empty() || !it.command.is_empty()) {
        object.text("CommandLine", &program.command);
        object.optional("CurrentDirectory", program.directory.as_deref());
    }
    if let Some(args) = record.text(TextKind::Args) {
        let inner = args.bytes.strip_suffix(&[0]).unwrap_or(args.bytes);
        if !args.bytes.is_empty() {
            let texts = inner.split(|&byte| byte == 0);
            object.list("args", texts.map(|text| redact.apply(lossy(text))));
        }
        if std::str::from_utf8(inner).is_err() && redact.is_empty() {
            object.base64("args_b64", inner);
        }
        object.mark("ArgsTruncated", args.cut);
    }
    object.count("inode", ino);
    let image = program.map(|program| program.image.as_str()).unwrap_or_default();
    object.mark("fileless", image.starts_with("memfd:"));
    object.mark("deleted", nlink == 0 && !image.starts_with("memfd:"));
    object.mark("setuid", mode & 0o4000 != 0);
    object.mark("setgid", mode & 0o2000 != 0);
    object.number("FileOwner", owner.into());
}

pub(super) fn end(object: &mut Object<'_>, code: i32, head: &Head) {
    let (status, signal) = (code >> 8 & 0xff, code & 0x7f);
    object.number("exit_code", status.into());
    if signal != 0 {
        object.number("signal", signal.into());
        object.mark("core_dumped", code & 0x80 != 0);
    }
    object.count("duration_ms", head.time.saturating_sub(head.start) / 1_000_000);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invoked_names_become_absolute() {
        for (directory, name, want) in [
            ("/home/ann", "./x.sh", "/home/ann/x.sh"),
            ("/home/ann", "../bob/x", "/home/bob/x"),
            ("/", "../../x", "/x"),
            ("/tmp", "/usr/bin//sh", "/usr/bin/sh"),
        ] {
            assert_eq!(absolute(Some(directory), name), want);
        }
        assert_eq!(absolute(None, "x"), "/x");
    }
}
