//! Which files there are: looks at every path and glob again and again.
//!
//! In: the sources. Out: files that nobody reads yet, and for each tail whether its file is still
//! where it was. A file is known by its inode while it is open, so a rename alone changes nothing;
//! a file that left all paths is read on for a while by its tail.
//!
//! What it does *not* know: contents, cursors.

use crate::content::Inode;
use crate::source::{Input, Source};
use crate::tail::Tail;
use common::cli::warn;
use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime};

/// How often names are looked at when nothing says that they changed.
const PERIOD: Duration = Duration::from_secs(1);

/// When a file that could not be had is asked for again.
const AGAIN: Duration = Duration::from_secs(10);

/// Something to read that nobody reads yet.
pub(crate) struct Found {
    pub(crate) source: Rc<Source>,
    pub(crate) path: PathBuf,
    /// It is what a path was before: to be read to its end only.
    pub(crate) is_former: bool,
    inode: Option<Inode>,
}

/// All that is to be read.
pub(crate) struct Roster {
    sources: Vec<Rc<Source>>,
    waiting: VecDeque<Found>,
    /// Files read to their end, as they were then.
    finished: HashMap<Inode, (u64, Option<SystemTime>)>,
    /// Paths that never give more.
    over: HashSet<PathBuf>,
    complained: HashSet<PathBuf>,
    /// Files that could not be had, and when that was.
    put_off: HashMap<PathBuf, Instant>,
    looked: Option<Instant>,
}

impl Roster {
    pub(crate) fn new(sources: Vec<Source>) -> Roster {
        let sources: Vec<Rc<Source>> = sources.into_iter().map(Rc::new).collect();
        let is_stream =
            |source: &&Rc<Source>| matches!(source.input, Input::Stdin | Input::Journal(_));
        let waiting = sources.iter().filter(is_stream).map(|source| Found {
            source: Rc::clone(source),
            path: PathBuf::from("-"),
            is_former: false,
            inode: None,
        });
        Roster {
            waiting: waiting.collect(),
            sources,
            finished: HashMap::new(),
            over: HashSet::new(),
            complained: HashSet::new(),
            put_off: HashMap::new(),
            looked: None,
        }
    }

    /// Whether it is time to look.
    pub(crate) fn is_due(&self) -> bool {
        self.looked.is_none_or(|looked| looked.elapsed() >= PERIOD)
    }

    /// Looks at once next time.
    pub(crate) fn hurry(&mut self) {
        self.looked = None;
    }

    /// Looks at all paths.
    pub(crate) fn look(&mut self, tails: &mut [Tail]) {
        self.looked = Some(Instant::now());
        let known: HashMap<Inode, usize> = tails
            .iter()
            .enumerate()
            .filter(|(_, tail)| !tail.is_replaced)
            .filter_map(|(place, tail)| Some((tail.inode()?, place)))
            .collect();
        let mut present = HashSet::new();
        for source in self.sources.clone() {
            for path in source.paths() {
                match fs::metadata(&path) {
                    Ok(metadata) => {
                        let inode = Inode::of(&metadata);
                        if self.is_put_off(&path) {
                            continue;
                        }
                        present.insert(inode);
                        match known.get(&inode) {
                            Some(&place) => {
                                self.complained.remove(&path);
                                tails[place].path.clone_from(&path);
                            }
                            None => self.add(&source, path, &metadata),
                        }
                    }
                    Err(error) => self.complain(&path, &reason(&error)),
                }
            }
        }
        for tail in tails {
            if let Some(inode) = tail.inode() {
                tail.is_leaving = !present.contains(&inode);
            }
        }
    }

    fn is_put_off(&mut self, path: &Path) -> bool {
        let is_young = self.put_off.get(path).is_some_and(|since| since.elapsed() < AGAIN);
        if !is_young {
            self.put_off.remove(path);
        }
        is_young
    }

    /// Puts a file on the list, unless it was read to this very end.
    fn add(&mut self, source: &Rc<Source>, path: PathBuf, metadata: &Metadata) {
        let inode = Some(Inode::of(metadata));
        let is_waiting = self.waiting.iter().any(|found| found.inode == inode);
        let is_finished = self.finished.get(&Inode::of(metadata)) == Some(&state(metadata));
        if !is_waiting && !is_finished && !self.over.contains(&path) {
            let source = Rc::clone(source);
            self.waiting.push_back(Found { source, path, is_former: false, inode });
        }
    }

    /// Puts a file on the list that a path was before.
    pub(crate) fn add_former(&mut self, source: &Rc<Source>, path: PathBuf, inode: Inode) {
        if !self.waiting.iter().any(|found| found.inode == Some(inode)) {
            let source = Rc::clone(source);
            self.waiting.push_back(Found { source, path, is_former: true, inode: Some(inode) });
        }
    }

    /// Says once that a path cannot be read.
    pub(crate) fn complain(&mut self, path: &Path, what: &str) {
        if self.complained.insert(path.to_owned()) {
            warn("siemparse", &format!("{}: {what}", path.display()));
        }
    }

    /// Tries a file again, but not at once.
    pub(crate) fn put_off(&mut self, path: &Path) {
        self.put_off.insert(path.to_owned(), Instant::now());
    }

    /// Whether there is nothing but paths that cannot be read.
    pub(crate) fn has_only_complaints(&self) -> bool {
        !self.complained.is_empty() && self.put_off.is_empty()
    }

    /// Whether a path cannot be read.
    pub(crate) fn has_complaints(&self) -> bool {
        !self.complained.is_empty()
    }

    /// The next that is to be opened.
    pub(crate) fn next(&mut self) -> Option<Found> {
        self.waiting.pop_front()
    }

    /// Notes that a tail has ended.
    pub(crate) fn finish(&mut self, tail: &Tail) {
        if tail.is_replaced {
            return;
        }
        if !tail.input.can_grow() {
            self.over.insert(tail.path.clone());
        }
        if let Some(inode) = tail.inode()
            && let Ok(metadata) = fs::metadata(&tail.path)
            && Inode::of(&metadata) == inode
        {
            self.finished.insert(inode, state(&metadata));
        }
    }

    /// Whether nothing can come any more, whoever waits.
    pub(crate) fn is_over(&self) -> bool {
        self.waiting.is_empty()
            && self.sources.iter().all(|source| match &source.input {
                Input::Stdin | Input::Journal(_) => true,
                Input::Path(path) => self.over.contains(path),
                Input::Glob(_) => false,
            })
    }

    /// Whether nothing is waiting to be opened.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

/// The system's reason without its number.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let end = text.find(" (os error").unwrap_or(text.len());
    let mut chars = text[..end].chars();
    let first = chars.next().map(|first| first.to_lowercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

/// What tells that a file has changed.
fn state(metadata: &Metadata) -> (u64, Option<SystemTime>) {
    (metadata.len(), metadata.modified().ok())
}
