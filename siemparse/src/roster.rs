//! Which files there are: looks at every path and glob again and again.
//!
//! In: the sources. Out: files that nobody reads yet, and for each tail whether its file is still
//! where it was. A file is known by its inode while it is open, so a rename alone changes nothing;
//! a file that left all paths is read on for a while by its tail.
//!
//! What it does *not* know: contents, cursors.

mod later;
mod unsettled;

use self::later::Later;
pub(crate) use self::later::Pause;
use self::unsettled::Unsettled;
use crate::content::{Content, Inode, State, state};
use crate::reason::reason;
use crate::source::{Input, Source};
use crate::tail::Tail;
use common::cli::warn;
use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How often names are looked at when nothing says that they changed.
const PERIOD: Duration = Duration::from_secs(1);

/// From how many files on that are gone they are forgotten.
const FORGET: usize = 1_000;
/// Looking takes one part of so many of the time: with very many files it is done less often.
const SHARE: u32 = 30;

/// Something to read that nobody reads yet.
pub(crate) struct Found {
    pub(crate) source: Rc<Source>,
    pub(crate) path: PathBuf,
    /// The path that it is known by: its own, or the one that it had before.
    pub(crate) name: PathBuf,
    /// It is what a path was before: to be read to its end only.
    pub(crate) is_former: bool,
    inode: Option<Inode>,
}

impl Found {
    fn again(&self) -> Found {
        let (source, path, name) = (Rc::clone(&self.source), self.path.clone(), self.name.clone());
        Found { source, path, name, ..*self }
    }
}

/// All that is to be read.
pub(crate) struct Roster {
    sources: Vec<Rc<Source>>,
    waiting: VecDeque<Found>,
    /// The files among them.
    queued: HashSet<Inode>,
    /// Files read to their end, as they were then.
    finished: HashMap<Inode, State>,
    /// Paths that never give more.
    over: HashSet<PathBuf>,
    complained: HashSet<PathBuf>,
    later: Later,
    unsettled: Unsettled,
    looked: Option<Instant>,
    /// How long that took.
    took: Duration,
}

impl Roster {
    pub(crate) fn new(sources: Vec<Source>) -> Roster {
        let sources: Vec<Rc<Source>> = sources.into_iter().map(Rc::new).collect();
        let is_stream =
            |source: &&Rc<Source>| matches!(source.input, Input::Stdin | Input::Journal(_));
        let waiting = sources.iter().filter(is_stream).map(|source| Found {
            source: Rc::clone(source),
            path: PathBuf::from("-"),
            name: PathBuf::from("-"),
            is_former: false,
            inode: None,
        });
        Roster {
            waiting: waiting.collect(),
            queued: HashSet::new(),
            sources,
            finished: HashMap::new(),
            over: HashSet::new(),
            complained: HashSet::new(),
            later: Later::default(),
            unsettled: Unsettled::default(),
            looked: None,
            took: Duration::ZERO,
        }
    }

    /// Whether it is time to look.
    pub(crate) fn is_due(&self, is_told: bool) -> bool {
        let pause = if is_told { Duration::ZERO } else { PERIOD };
        self.looked.is_none_or(|looked| looked.elapsed() >= pause.max(self.took * SHARE))
    }

    /// Forgets which files were read to their end.
    pub(crate) fn forget(&mut self) {
        self.finished.clear();
        self.complained.clear();
        self.later.clear();
        self.looked = None;
    }

    /// Looks at once next time.
    pub(crate) fn hurry(&mut self) {
        self.looked = None;
    }

    /// Looks at all paths.
    pub(crate) fn look(&mut self, tails: &mut [Tail]) {
        let began = Instant::now();
        let known: HashMap<Inode, usize> = tails
            .iter()
            .enumerate()
            .filter(|(_, tail)| !tail.is_replaced)
            .filter_map(|(place, tail)| Some((tail.inode()?, place)))
            .collect();
        let mut present = HashSet::new();
        for source in self.sources.clone() {
            for (path, metadata) in source.files() {
                match metadata {
                    Ok(metadata) => {
                        let inode = Inode::of(&metadata);
                        present.insert(inode);
                        match known.get(&inode) {
                            Some(&place) => {
                                self.complained.remove(&path);
                                tails[place].path.clone_from(&path);
                            }
                            None if self.later.is_early(&path, inode) => {}
                            None => self.add(&source, path, &metadata),
                        }
                    }
                    Err(error) => self.complain(&path, &reason(&error)),
                }
            }
        }
        for tail in tails.iter_mut().filter(|tail| !tail.is_former) {
            if let Some(inode) = tail.inode() {
                tail.is_leaving = !present.contains(&inode) && has_left(tail, inode);
            }
        }
        if self.finished.len() > 2 * present.len() + FORGET {
            self.finished.retain(|inode, _| present.contains(inode));
        }
        self.later.keep(&present);
        (self.looked, self.took) = (Some(Instant::now()), began.elapsed());
    }

    /// Puts a file on the list, unless it was read to this very end.
    fn add(&mut self, source: &Rc<Source>, path: PathBuf, metadata: &Metadata) {
        let inode = Some(Inode::of(metadata));
        let is_waiting = self.queued.contains(&Inode::of(metadata));
        let is_finished = self.finished.get(&Inode::of(metadata)) == Some(&state(metadata));
        let is_over = self.over.contains(&path) && !metadata.is_file();
        if !is_waiting && !is_finished && !is_over {
            let source = Rc::clone(source);
            let name = path.clone();
            self.queued.extend(inode);
            self.waiting.push_back(Found { source, path, name, is_former: false, inode });
        }
    }

    /// Puts a file on the list that a path was before, unless it was read to this very end.
    pub(crate) fn add_former(&mut self, found: &Found, path: PathBuf, inode: Inode) {
        let is_finished = fs::metadata(&path)
            .is_ok_and(|metadata| self.finished.get(&inode) == Some(&state(&metadata)));
        if !is_finished && self.queued.insert(inode) {
            let (source, name) = (Rc::clone(&found.source), found.name.clone());
            let inode = Some(inode);
            self.waiting.push_back(Found { source, path, name, is_former: true, inode });
        }
    }

    /// Puts something on the list again.
    pub(crate) fn put_back(&mut self, found: &Found) {
        self.queued.extend(found.inode);
        self.waiting.push_back(found.again());
    }

    /// Says once that a path cannot be read.
    pub(crate) fn complain(&mut self, path: &Path, what: &str) {
        if self.complained.insert(path.to_owned()) {
            warn("siemparse", &format!("{}: {what}", path.display()));
        }
    }

    /// Tries a file again, but not at once.
    pub(crate) fn put_off(&mut self, path: &Path, inode: Inode, pause: Pause) {
        self.later.add(path, inode, pause);
    }

    /// Puts the files on the list that were put off, wherever they are now. A run to the end does
    /// so when all else is stored. False when there are none.
    pub(crate) fn look_again(&mut self) -> bool {
        let again = self.later.take();
        for source in self.sources.clone() {
            for (path, metadata) in source.files() {
                let Ok(metadata) = metadata else { continue };
                if again.contains(&Inode::of(&metadata)) {
                    self.add(&source, path, &metadata);
                }
            }
        }
        !self.waiting.is_empty()
    }

    /// Whether some of what was put off is only just being made.
    pub(crate) fn has_unfinished(&self) -> bool {
        self.later.has_unfinished()
    }

    /// Whether a path cannot be read.
    pub(crate) fn has_complaints(&self) -> bool {
        !self.complained.is_empty()
    }

    /// The next that is to be opened.
    pub(crate) fn next(&mut self) -> Option<Found> {
        let next = self.waiting.pop_front()?;
        if let Some(inode) = next.inode {
            self.queued.remove(&inode);
        }
        Some(next)
    }

    /// Looks beside a path again soon.
    pub(crate) fn search_again(&mut self, found: &Found) {
        self.unsettled.add(found);
    }

    /// The paths that it is time to look beside again.
    pub(crate) fn unsettled(&mut self) -> Vec<Found> {
        self.unsettled.take()
    }

    /// A path was looked beside.
    pub(crate) fn settle(&mut self, name: &Path) {
        self.unsettled.settle(name);
    }

    /// Whether a rotation was at work that the end of a run should wait for.
    pub(crate) fn is_at_work(&self) -> bool {
        !self.unsettled.is_over()
    }

    /// Whether a file waits to be opened, or was read to its end.
    pub(crate) fn knows(&self, inode: Inode) -> bool {
        self.queued.contains(&inode) || self.finished.contains_key(&inode)
    }

    /// Notes that nothing more comes into the folders of spools.
    pub(crate) fn end_folders(&mut self) {
        for source in &self.sources {
            if let Input::Spool(folder) = &source.input {
                self.over.insert(folder.clone());
            }
        }
    }

    /// Notes that a tail has ended.
    pub(crate) fn finish(&mut self, tail: &Tail) {
        if tail.is_replaced {
            return;
        }
        if !tail.input.can_grow() {
            self.over.insert(tail.path.clone());
        }
        if let (Some(inode), Some(state)) = (tail.inode(), tail.state_read()) {
            self.finished.insert(inode, state);
        }
    }

    /// Whether nothing can come any more, whoever waits.
    pub(crate) fn is_over(&self) -> bool {
        self.waiting.is_empty()
            && self.sources.iter().all(|source| match &source.input {
                Input::Stdin | Input::Journal(_) => true,
                Input::Path(path) | Input::Spool(path) => self.over.contains(path),
                Input::Glob(_) => false,
            })
    }

    /// How many files wait to be opened.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Whether nothing is waiting to be opened.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

/// Whether nothing more can be expected of a file that is not found any more: another one that
/// is written to has its path, or no name leads to it. A program may write to a renamed file until
/// it is told to open a new one.
fn has_left(tail: &Tail, inode: Inode) -> bool {
    match fs::metadata(&tail.path) {
        Ok(metadata) => Inode::of(&metadata) != inode && metadata.len() > 0,
        Err(_) => tail.input.content().is_none_or(Content::is_deleted),
    }
}
