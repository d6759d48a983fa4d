//! Opening a source: its file, its cursor, its parser.
//!
//! What it does *not* know: turns.

use super::Reading;
use crate::content::{Content, Inode};
use crate::former::{self, Folders};
use crate::line::HEAD;
use crate::name::{is_rotated, plain_name};
use crate::reason::reason;
use crate::roster::{Found, Pause};
use crate::source;
use crate::stream::{self, JournalStart};
use crate::tail::{Input, Tail};
use common::cli::Failure;
use common::clock::Timestamp;
use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use store::{Claim, Cursor, Error};

/// From how many files on each is read in small pieces.
const MANY: usize = 16;
/// How far back the last line feed is looked for.
const LAST: i64 = 1 << 20;

impl Reading {
    /// Opens what was found, files together. What cannot be opened is reported and left out.
    pub(super) fn open(&mut self, all: Vec<Found>) -> anyhow::Result<()> {
        let mut files = Vec::new();
        for found in all {
            if self.is_ending(&found.path) {
                self.roster.put_back(&found);
                continue;
            }
            let opened = match &found.source.input {
                source::Input::Stdin => self.open_stdin(&found),
                source::Input::Journal(matches) => self.open_journal(&found, matches),
                source::Input::Spool(_) => self.open_segment(&found),
                _ if is_pipe(&found.path) && self.has_stream(&found.path) => continue,
                _ if is_pipe(&found.path) => self.open_pipe(&found),
                _ => match Content::open(&found.path) {
                    Ok(content) => {
                        if !self.is_open(content.inode, &files) {
                            files.push((found, content));
                        }
                        continue;
                    }
                    Err(error) => Err(error.into()),
                },
            };
            if let Err(error) = opened {
                self.complain(&found, error)?;
            }
        }
        let later: Vec<_> = (0..files.len()).map(|place| self.pause(place, &files)).collect();
        let mut later = later.into_iter();
        files.retain(|(found, content)| {
            let later = later.next().flatten();
            if later.is_some() && found.is_former {
                self.roster.search_again(found);
            } else if let Some(pause) = later {
                self.roster.put_off(&found.path, content.inode, pause);
            }
            later.is_none()
        });
        self.open_files(files)
    }

    /// Whether a file is being read already, under whatever name, or is about to be.
    fn is_open(&self, inode: Inode, files: &[(Found, Content)]) -> bool {
        self.tails.iter().any(|tail| tail.inode() == Some(inode) && !tail.is_replaced)
            || files.iter().any(|(_, content)| content.inode == inode)
    }

    /// Whether a pipe is being read already.
    fn has_stream(&self, path: &Path) -> bool {
        let is_stream = |tail: &Tail| matches!(tail.input, Input::Stream(_)) && !tail.is_finished;
        self.tails.iter().any(|tail| is_stream(tail) && tail.path == path)
    }

    /// Whether what was read of a path's former content is still on its way to the database, or
    /// too little to know it by: a copy of it could not be told from a new file.
    fn is_ending(&self, path: &Path) -> bool {
        let is_on_its_way = |tail: &Tail| tail.outstanding > 0 && tail.is_replaced;
        let mut tails = self.tails.iter().filter(|tail| tail.path == path && !tail.is_former);
        tails.any(|tail| is_on_its_way(tail) || !tail.is_finished && tail.is_unknown())
    }

    /// Says that something cannot be read; a failure of the database ends the run.
    fn complain(&mut self, found: &Found, error: anyhow::Error) -> anyhow::Result<()> {
        let error = match error.downcast::<io::Error>() {
            // It has another name by now.
            Ok(error) if found.is_former && is_missing(&error) => {
                self.roster.search_again(found);
                return Ok(());
            }
            // It was listed a moment ago; the next list has its new name.
            Ok(error) if !self.mode.is_once && is_listed(found) && is_missing(&error) => {
                return Ok(());
            }
            Ok(error) => {
                self.roster.complain(&found.path, &reason(&error));
                self.is_partial |= self.mode.is_once;
                return Ok(());
            }
            Err(error) => error,
        };
        Err(error
            .downcast::<Error>()
            .map_or_else(|error| error, |error| Failure::from(error).into()))
    }

    fn open_files(&mut self, files: Vec<(Found, Content)>) -> anyhow::Result<()> {
        if files.is_empty() {
            return Ok(());
        }
        let claims = self.claim(&files)?;
        for ((found, content), claim) in files.into_iter().zip(claims) {
            self.open_claimed(&found, content, claim)?;
        }
        Ok(())
    }

    /// Claims files, and looks beside those whose path was other files before.
    fn claim(&mut self, files: &[(Found, Content)]) -> anyhow::Result<Vec<Option<Claim>>> {
        let Reading { desk, tails, roster, is_resting, .. } = self;
        let wanted: Vec<(&Found, &Content)> =
            files.iter().map(|(found, content)| (found, content)).collect();
        let mut folders = Folders::default();
        let claims = desk.claim_files(&wanted, *is_resting, &mut |found, known| {
            let beside = former::find(found, known, tails, &mut folders);
            for (path, inode) in beside.files {
                roster.add_former(found, path, inode);
            }
            if beside.is_unsettled {
                roster.search_again(found);
            }
            beside.cursors
        });
        claims.map_err(|error| Failure::from(error).into())
    }

    /// Looks again beside paths where something was at work.
    pub(super) fn search(&mut self) -> anyhow::Result<()> {
        let again = self.roster.unsettled();
        let names: Vec<PathBuf> = again.iter().map(|found| found.name.clone()).collect();
        let open = |found: Found| Content::open(&found.path).ok().map(|content| (found, content));
        let files: Vec<(Found, Content)> = again.into_iter().filter_map(open).collect();
        if !files.is_empty() {
            self.claim(&files)?;
        }
        names.iter().for_each(|name| self.roster.settle(name));
        Ok(())
    }

    fn open_claimed(
        &mut self,
        found: &Found,
        content: Content,
        claim: Option<Claim>,
    ) -> anyhow::Result<()> {
        match claim {
            None if found.is_former => self.roster.search_again(found),
            None => self.roster.put_off(&found.path, content.inode, Pause::Copy),
            Some(claim) if claim.is_held => {
                // The other one may end; then its sources are free.
                self.roster.put_off(&found.path, content.inode, Pause::Held);
                self.roster.complain(&found.path, "another siemparse follows it");
                self.is_partial |= self.mode.is_once;
            }
            Some(claim) => {
                if let Err(error) = self.open_file(found, content, claim.cursor) {
                    self.complain(found, error)?;
                }
            }
        }
        Ok(())
    }

    fn open_file(
        &mut self,
        found: &Found,
        content: Content,
        mut cursor: Cursor,
    ) -> anyhow::Result<()> {
        let skips = cursor.position == 0
            && self.is_starting
            && self.mode.from_end
            && !found.is_former
            && content.packing.is_none();
        if skips {
            cursor.position = last_line_end(&content)?;
        }
        let (size, _) = content.state()?;
        if content.packing.is_none() && !content.is_wide() {
            self.progress.expect(size - cursor.position);
        }
        if let Some(watch) = &mut self.watch {
            watch.folder_of(&found.path);
        }
        let input = Input::file(content, cursor.position)?;
        let count = self.count;
        self.add(found, found.path.clone(), input, cursor)?;
        if skips && self.count > count {
            self.remember_place();
        }
        Ok(())
    }

    /// Whether a file has to wait: it is just being made, or is a packed or rotated form of one that
    /// is still being read, which has all of it.
    fn pause(&self, place: usize, files: &[(Found, Content)]) -> Option<Pause> {
        let (found, content) = &files[place];
        let plain = plain_name(&found.path);
        // What is called packed and has no first bytes yet.
        if plain.is_some() && !content.is_begun && content.is_fresh() {
            return Some(Pause::Made);
        }
        // What a rotation has just made may be half of it.
        let is_half = || self.is_rotation_of_any(&found.path, files);
        if !self.mode.is_once && content.is_newborn() && is_half() {
            return Some(Pause::Made);
        }
        let plain = plain.filter(|_| !self.mode.is_once && content.is_fresh());
        let plain = plain.and_then(|plain| fs::metadata(plain).ok()).map(|of| Inode::of(&of));
        if plain.is_some_and(|plain| self.roster.knows(plain) || self.is_open(plain, files)) {
            return Some(Pause::Made);
        }
        let head = content.head(HEAD);
        let holds = |tail: &Tail| {
            let is_form = content.packing.is_some() || is_rotated(&tail.path, &found.path);
            is_form && tail.holds(content, &head)
        };
        self.tails.iter().any(holds).then_some(Pause::Copy)
    }

    /// Whether a name is a rotated form of a path that is read, or about to be.
    fn is_rotation_of_any(&self, path: &Path, files: &[(Found, Content)]) -> bool {
        let mut paths = self.tails.iter().map(|tail| &tail.path);
        paths.any(|of| is_rotated(of, path))
            || files.iter().any(|(found, _)| is_rotated(&found.path, path))
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

    pub(super) fn add(
        &mut self,
        found: &Found,
        path: PathBuf,
        input: Input,
        cursor: Cursor,
    ) -> anyhow::Result<()> {
        let source = Rc::clone(&found.source);
        let parser = self.desk.parser(&source, &cursor.state, Timestamp::now())?;
        let Some(mut tail) = Tail::new(self.count, source, path, input, parser, cursor)? else {
            self.roster.put_back(found);
            return Ok(());
        };
        (tail.is_former, tail.is_leaving) = (found.is_former, found.is_former);
        if self.tails.len() >= MANY {
            tail.read_little();
        }
        self.count += 1;
        self.tails.push(tail);
        Ok(())
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

/// Whether a file is one of those that a glob stands for.
fn is_listed(found: &Found) -> bool {
    matches!(found.source.input, source::Input::Glob(_))
}

fn is_missing(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

fn is_pipe(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| {
        let kind = metadata.file_type();
        kind.is_fifo() || kind.is_char_device() || kind.is_socket()
    })
}

/// The place behind the last line feed of a file.
fn last_line_end(content: &Content) -> io::Result<i64> {
    if content.is_wide() {
        return last_line_end_read(&mut content.reader(0)?);
    }
    let (size, _) = content.state()?;
    let from = (size - LAST).max(0);
    let last = content.read_at(from, usize::try_from(size - from).unwrap_or(0))?;
    let end = memchr::memrchr(b'\n', &last).map_or(0, |at| at + 1);
    Ok(from + i64::try_from(end).unwrap_or(0))
}

/// The same of what only reading tells the length of.
fn last_line_end_read(reader: &mut dyn Read) -> io::Result<i64> {
    let (mut piece, mut place, mut end) = (vec![0; 64 << 10], 0, 0);
    loop {
        let count = reader.read(&mut piece)?;
        if count == 0 {
            return Ok(end);
        }
        let line_end = memchr::memrchr(b'\n', &piece[..count]);
        end = line_end.map_or(end, |at| place + 1 + i64::try_from(at).unwrap_or(0));
        place += i64::try_from(count).unwrap_or(0);
    }
}
