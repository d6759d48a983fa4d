//! The process cache: who a process is and who started it, for lines about what it does.
//!
//! Keyed by pid and start time, so that a pid that is used again is another process. Filled from
//! /proc when the agent starts and by forks and execs afterwards. A process that ended stays for
//! ten seconds, since its children may ask for it. The cache is bounded in entries and bytes: when
//! it is full, what was not asked for lately goes first. An unknown process is no error: its lines
//! lack the fields.
//!
//! What it does *not* know: records, JSON.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

/// A process among all that ever ran since boot: its pid, and when it began in hundredths of a
/// second since boot, which is what /proc tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// The process id.
    pub(crate) pid: u32,
    /// Its start.
    pub(crate) start: u64,
}

impl Key {
    /// Of a start in nanoseconds.
    #[must_use]
    pub(crate) fn new(pid: u32, start_ns: u64) -> Key {
        Key { pid, start: start_ns / 10_000_000 }
    }
}

/// What a process runs: shared between a process and its forks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Program {
    /// The file, as the kernel resolved it.
    pub(crate) image: String,
    /// The name as invoked, absolute.
    pub(crate) invoked: Option<String>,
    /// The arguments, joined by spaces.
    pub(crate) command: String,
    /// Where it was started.
    pub(crate) directory: Option<String>,
}

impl Program {
    fn size(&self) -> usize {
        let optional = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        64 + self.image.len()
            + self.command.len()
            + optional(&self.invoked)
            + optional(&self.directory)
    }
}

/// A process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Process {
    /// What it runs, once that is known.
    pub(crate) program: Option<Rc<Program>>,
    /// Who forked it.
    pub(crate) parent: Option<Key>,
    /// Whose rights it has.
    pub(crate) uid: u32,
    /// When it ended, nanoseconds since boot.
    pub(crate) ended: Option<u64>,
    used: bool,
}

impl Process {
    /// A process that runs a program.
    #[must_use]
    pub(crate) fn new(program: Option<Rc<Program>>, parent: Option<Key>, uid: u32) -> Process {
        Process { program, parent, uid, ended: None, used: false }
    }
}

/// How long a process is kept after its end, in nanoseconds.
const GRACE: u64 = 10_000_000_000;
/// What an entry costs beside its program.
const ENTRY: usize = 160;

/// The processes of this machine, as far as they are known.
#[derive(Debug)]
pub(crate) struct Cache {
    map: HashMap<Key, Process>,
    /// Every key once, oldest first.
    order: VecDeque<Key>,
    ended: VecDeque<(u64, Key)>,
    /// The newest process of each pid.
    starts: HashMap<u32, Key>,
    bytes: usize,
    most_entries: usize,
    most_bytes: usize,
    /// Entries that went because there was no room.
    pub(crate) evicted: u64,
}

impl Default for Cache {
    /// 65,536 entries, 12 MiB.
    fn default() -> Cache {
        Cache::new(65_536, 12 << 20)
    }
}

impl Cache {
    /// An empty cache with these bounds.
    #[must_use]
    pub(crate) fn new(most_entries: usize, most_bytes: usize) -> Cache {
        Cache {
            map: HashMap::new(),
            order: VecDeque::new(),
            ended: VecDeque::new(),
            starts: HashMap::new(),
            bytes: 0,
            most_entries,
            most_bytes,
            evicted: 0,
        }
    }

    /// How many processes are known.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.map.len()
    }

    /// A process, if it is known.
    pub(crate) fn find(&mut self, key: Key) -> Option<&Process> {
        let process = self.map.get_mut(&key)?;
        process.used = true;
        Some(process)
    }

    /// Adds a process that runs already.
    pub(crate) fn insert(&mut self, key: Key, process: Process) {
        self.put(key, process);
    }

    /// The newest process of a pid that has not ended.
    #[must_use]
    pub(crate) fn newest(&self, pid: u32) -> Option<&Process> {
        self.map.get(self.starts.get(&pid)?).filter(|process| process.ended.is_none())
    }

    /// The newest process of a pid, which may have ended lately.
    #[must_use]
    pub(crate) fn latest(&self, pid: u32) -> Option<(Key, &Process)> {
        let key = *self.starts.get(&pid)?;
        self.map.get(&key).map(|process| (key, process))
    }

    /// A process forked: the child runs what its parent runs.
    pub(crate) fn fork(&mut self, parent: Key, child: Key, uid: u32) {
        let program = self.find(parent).and_then(|process| process.program.clone());
        self.put(child, Process::new(program, Some(parent), uid));
    }

    /// A process started a program. Returns who forked it, where that was seen.
    pub(crate) fn exec(&mut self, key: Key, program: Rc<Program>, uid: u32, parent: Key) -> Key {
        let parent = self.map.get(&key).and_then(|process| process.parent).unwrap_or(parent);
        self.put(key, Process::new(Some(program), Some(parent), uid));
        parent
    }

    /// A process ended.
    pub(crate) fn end(&mut self, key: Key, now: u64) {
        if let Some(process) = self.map.get_mut(&key) {
            process.ended = Some(now);
            self.ended.push_back((now, key));
        }
    }

    /// Forgets what ended long enough ago.
    pub(crate) fn expire(&mut self, now: u64) {
        while let Some(&(ended, key)) = self.ended.front() {
            if now.saturating_sub(ended) < GRACE {
                break;
            }
            self.ended.pop_front();
            if self.map.get(&key).is_some_and(|process| process.ended == Some(ended)) {
                self.remove(key);
            }
        }
        // Keys of what is gone would pile up in front of the living.
        if self.order.len() > 2 * self.map.len() + 1024 {
            let map = &self.map;
            self.order.retain(|key| map.contains_key(key));
        }
    }

    fn put(&mut self, key: Key, process: Process) {
        let size = size(&process);
        self.starts.insert(key.pid, key);
        match self.map.insert(key, process) {
            Some(old) => self.bytes -= self::size(&old),
            None => self.order.push_back(key),
        }
        self.bytes += size;
        while self.map.len() > self.most_entries || self.bytes > self.most_bytes {
            if !self.evict() {
                break;
            }
        }
    }

    /// Removes the ended process that ended first, else one that was not asked for lately.
    fn evict(&mut self) -> bool {
        while let Some((ended, key)) = self.ended.pop_front() {
            if self.map.get(&key).is_some_and(|process| process.ended == Some(ended)) {
                self.evicted += 1;
                self.remove(key);
                return true;
            }
        }
        while let Some(key) = self.order.pop_front() {
            match self.map.get_mut(&key) {
                None => {}
                Some(process) if process.used => {
                    process.used = false;
                    self.order.push_back(key);
                }
                Some(_) => {
                    self.evicted += 1;
                    self.remove(key);
                    return true;
                }
            }
        }
        false
    }

    fn remove(&mut self, key: Key) {
        if let Some(process) = self.map.remove(&key) {
            self.bytes -= size(&process);
            if self.starts.get(&key.pid) == Some(&key) {
                self.starts.remove(&key.pid);
            }
        }
    }
}

/// A program is counted for each process that runs it: an upper bound.
fn size(process: &Process) -> usize {
    ENTRY + process.program.as_ref().map_or(0, |program| program.size())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(name: &str) -> Rc<Program> {
        let image = format!("/bin/{name}");
        Rc::new(Program { image, command: name.to_owned(), ..Program::default() })
    }

    fn key(pid: u32, seconds: u64) -> Key {
        Key::new(pid, seconds * 1_000_000_000)
    }

    #[test]
    fn a_child_runs_its_parents_program_until_it_starts_one() {
        let mut cache = Cache::default();
        let (init, shell, child) = (key(1, 0), key(10, 5), key(11, 6));
        assert_eq!(cache.exec(shell, program("sh"), 0, init), init);
        cache.fork(shell, child, 0);
        assert_eq!(cache.find(child).and_then(|found| found.program.clone()), Some(program("sh")));
        // The parent may have ended and init adopted the child: who forked it counts.
        assert_eq!(cache.exec(child, program("ls"), 0, init), shell);
        assert_eq!(cache.find(child).and_then(|found| found.program.clone()), Some(program("ls")));
    }

    #[test]
    fn a_pid_that_is_used_again_is_another_process() {
        let mut cache = Cache::default();
        cache.exec(key(10, 5), program("old"), 0, key(1, 0));
        assert!(cache.find(key(10, 7)).is_none());
    }

    #[test]
    fn what_ended_stays_for_ten_seconds() {
        let mut cache = Cache::default();
        cache.exec(key(10, 5), program("a"), 0, key(1, 0));
        cache.end(key(10, 5), 20_000_000_000);
        cache.expire(29_999_999_999);
        assert!(cache.find(key(10, 5)).is_some());
        cache.expire(30_000_000_000);
        assert!(cache.find(key(10, 5)).is_none() && cache.len() == 0);
        assert_eq!(cache.bytes, 0);
    }

    #[test]
    fn a_full_cache_keeps_what_is_asked_for() {
        let mut cache = Cache::new(10, 1 << 20);
        for pid in 1..=100 {
            cache.exec(key(pid, 1), program("a"), 0, key(1, 0));
            cache.find(key(1, 1));
        }
        assert_eq!((cache.len(), cache.evicted), (10, 90));
        assert!(cache.find(key(1, 1)).is_some());
        let mut small = Cache::new(1000, 2000);
        for pid in 1..=100 {
            small.exec(key(pid, 1), program("a"), 0, key(1, 0));
        }
        assert!(small.bytes <= 2000 && small.len() < 10, "{} {}", small.bytes, small.len());
    }
}
