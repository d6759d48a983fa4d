//! Opening a source: its file, its cursor, its parser.
//!
//! What it does *not* know: turns.

use super::Reading;
use crate::content::Content;
use crate::desk::failure;
use crate::identity;
use crate::roster::{Found, reason};
use crate::source;
use crate::stream::{self, JournalStart};
use crate::tail::{Input, Tail};
use common::clock::Timestamp;
use std::fs;
use std::io;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use store::{Cursor, Error};

/// How far back the last line feed is looked for.
const LAST: i64 = 1 << 20;

impl Reading {
    /// Opens what was found. What cannot be opened is reported and left out.
    pub(super) fn open(&mut self, found: &Found) -> anyhow::Result<()> {
        let opened = match &found.source.input {
            source::Input::Stdin => self.open_stdin(found),
            source::Input::Journal(matches) => self.open_journal(found, matches),
            _ if is_pipe(&found.path) => self.open_pipe(found),
            _ => self.open_file(found),
        };
        let Err(error) = opened else { return Ok(()) };
        if let Some(error) = error.downcast_ref::<io::Error>() {
            self.roster.complain(&found.path, &reason(error));
            self.is_partial |= self.mode.is_once;
            return Ok(());
        }
        let error = error.downcast::<Error>()?;
        match &error {
            // The other one may end; then its sources are free.
            Error::Held(_) => {
                self.roster.put_off(&found.path);
                self.roster.complain(&found.path, "another siemparse follows it");
                self.is_partial |= self.mode.is_once;
                Ok(())
            }
            // A file that appears while the database is away is looked for again.
            Error::Lost { .. } | Error::Connect { .. } if !self.tails.is_empty() => {
                self.roster.put_off(&found.path);
                Ok(())
            }
            error => Err(failure(error).into()),
        }
    }

    fn open_file(&mut self, found: &Found) -> anyhow::Result<()> {
        let content = Content::open(&found.path)?;
        let (mut cursor, former) = self.desk.claim_file(&found.source, &found.path, &content)?;
        let is_new = cursor.position == 0;
        if is_new && !found.is_former {
            self.find_former(found, &former);
        }
        let skips = is_new && self.mode.from_end && content.packing.is_none();
        if skips {
            cursor.position = last_line_end(&content)?;
        }
        let (size, _) = content.state()?;
        if content.packing.is_none() {
            self.progress.expect(size - cursor.position);
        }
        if let Some(watch) = &mut self.watch {
            watch.folder_of(&found.path);
        }
        let input = Input::file(content, cursor.position)?;
        self.add(found, found.path.clone(), input, cursor)?;
        if skips {
            self.remember_place();
        }
        Ok(())
    }

    fn open_stdin(&mut self, found: &Found) -> anyhow::Result<()> {
        let cursor = self.desk.claim_stream(&found.source, "-")?;
        let input = Input::Stream(stream::stdin(self.bell.clone())?);
        self.add(found, PathBuf::from("standard input"), input, cursor)
    }

    fn open_pipe(&mut self, found: &Found) -> anyhow::Result<()> {
        let name = found.path.to_string_lossy();
        let cursor = self.desk.claim_stream(&found.source, &name)?;
        let input = Input::Stream(stream::pipe(found.path.clone(), self.bell.clone())?);
        self.add(found, found.path.clone(), input, cursor)
    }

    fn open_journal(&mut self, found: &Found, matches: &[String]) -> anyhow::Result<()> {
        let name = ["journal"].into_iter().chain(matches.iter().map(String::as_str));
        let name = name.collect::<Vec<_>>().join(" ");
        let cursor = self.desk.claim_journal(&found.source, &name)?;
        let start = match cursor.token.as_str() {
            "" if self.mode.from_end => JournalStart::End,
            "" => JournalStart::Beginning,
            token => JournalStart::After(token.to_owned()),
        };
        let (child, pieces) =
            stream::journal(matches, &start, self.mode.is_once, self.bell.clone())
                .map_err(|error| io::Error::new(error.kind(), format!("journalctl: {error}")))?;
        self.add(found, PathBuf::from("journal"), Input::Journal(pieces, child), cursor)
    }

    fn add(
        &mut self,
        found: &Found,
        path: PathBuf,
        input: Input,
        cursor: Cursor,
    ) -> anyhow::Result<()> {
        let source = Rc::clone(&found.source);
        let parser = self.desk.parser(&source, &cursor.state, Timestamp::now())?;
        let mut tail = Tail::new(self.count, source, path, input, parser, cursor)?;
        tail.is_leaving = found.is_former;
        self.count += 1;
        self.tails.push(tail);
        Ok(())
    }

    /// Looks beside a path for the files that it was before: rotation while nobody looked.
    fn find_former(&mut self, found: &Found, former: &[Cursor]) {
        if former.iter().all(|cursor| cursor.position == 0) {
            return;
        }
        for path in siblings(&found.path) {
            let Ok(content) = Content::open(&path) else { continue };
            let is_read = self.tails.iter().any(|tail| tail.inode() == Some(content.inode));
            let is_former = former
                .iter()
                .any(|cursor| cursor.position > 0 && identity::belongs(cursor, &content));
            if is_former && !is_read {
                self.roster.add_former(&found.source, path, content.inode);
            }
        }
    }

    /// Stores the place where the newest tail begins.
    fn remember_place(&mut self) {
        let Some(tail) = self.tails.last_mut() else { return };
        let job = tail.cut();
        if let Some(pipeline) = &self.pipeline
            && pipeline.send(job)
        {
            tail.outstanding += 1;
        }
    }
}

fn is_pipe(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| {
        let kind = metadata.file_type();
        kind.is_fifo() || kind.is_char_device() || kind.is_socket()
    })
}

/// Files beside a path whose names go on after its own: `auth.log.1`, `auth.log-20261120.gz`.
fn siblings(path: &Path) -> Vec<PathBuf> {
    let (Some(name), Some(folder)) = (path.file_name(), path.parent()) else { return Vec::new() };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let name = name.to_string_lossy();
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| {
            let other = entry.file_name();
            let other = other.to_string_lossy();
            let rest = other.strip_prefix(name.as_ref());
            rest.is_some_and(|rest| rest.starts_with(['.', '-', '_']))
        })
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    found.sort();
    found
}

/// The place behind the last line feed of a file.
fn last_line_end(content: &Content) -> io::Result<i64> {
    let (size, _) = content.state()?;
    let from = (size - LAST).max(0);
    let last = content.read_at(from, usize::try_from(size - from).unwrap_or(0))?;
    let end = memchr::memrchr(b'\n', &last).map_or(0, |at| at + 1);
    Ok(from + i64::try_from(end).unwrap_or(0))
}
