//! The policy before a program starts: fanotify's questions, answered by a thread of their own.
//!
//! ```text
//!  question ─► path, parent ─► an answer at once
//!                └─ a rule asks for the hash ─► known? an answer ─► else: hasher ─► an answer
//!                                                                  └─ 80 ms later: allowed, counted
//! ```
//!
//! The kernel holds the process meanwhile, so that an answer never waits for a disk: hashing is a
//! second thread's, and what it finds out too late serves the next start. When either thread ends,
//! the kernel allows everything.
//!
//! What it does *not* know: lines, counts of the agent.

mod hasher;

use crate::place::Place;
use crate::policy::{Policy, Rule};
use crate::seed;
use crate::system::{self, Permission, Question};
use hasher::{Hasher, Identity};
use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A decision that is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    /// The rule, by its place in the policy.
    pub(crate) rule: usize,
    /// Who wanted to start it.
    pub(crate) pid: u32,
    /// What.
    pub(crate) path: PathBuf,
    /// The process that forked, where a rule asked for it.
    pub(crate) parent: Option<PathBuf>,
    /// Its hash in hexadecimal digits, where a rule asked for it.
    pub(crate) sha256: Option<String>,
    /// Whether the answer came too late, so that it was allowed.
    pub(crate) is_late: bool,
}

/// Who is never asked about: what reads our output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Friends {
    /// Its processes.
    pub(crate) processes: Vec<u32>,
    /// Its program files.
    pub(crate) programs: Vec<Place>,
}

/// Questions, and those that were allowed for want of time.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// All.
    pub(crate) asked: AtomicU64,
    /// Too late.
    pub(crate) late: AtomicU64,
    /// Decisions that could not be told, since too many waited.
    pub(crate) untold: AtomicU64,
}

/// The guard at work.
#[derive(Debug)]
pub(crate) struct Guard {
    told: Receiver<Decision>,
    stop: Arc<AtomicBool>,
    /// What it counted.
    pub(crate) counts: Arc<Counts>,
    thread: Option<JoinHandle<()>>,
}

/// How long a question waits for a hash; with reading and answering it is less than 100 ms.
const PATIENCE: Duration = Duration::from_millis(80);
/// Decisions on their way to the agent at most: an answer never waits for room.
const ROOM: usize = 4096;
/// Hashes that are remembered at most.
const MOST: usize = 16_384;

impl Guard {
    /// Starts the threads.
    ///
    /// # Errors
    /// No thread can be made.
    pub(crate) fn start(
        permission: Permission,
        policy: Policy,
        friends: Friends,
        dry_run: bool,
    ) -> io::Result<Guard> {
        let (out, told) = sync_channel(ROOM);
        let (stop, counts): (Arc<AtomicBool>, Arc<Counts>) = (Arc::default(), Arc::default());
        let work = Work {
            permission,
            policy,
            friends,
            dry_run,
            hasher: Hasher::start()?,
            hashes: HashMap::new(),
            waiting: Vec::new(),
            out,
            stop: Arc::clone(&stop),
            counts: Arc::clone(&counts),
        };
        let builder = std::thread::Builder::new().name("guard".to_owned()).stack_size(512 << 10);
        let thread = builder.spawn(move || work.run())?;
        Ok(Guard { told, stop, counts, thread: Some(thread) })
    }

    /// The next decision, if there is one.
    pub(crate) fn next(&self) -> Option<Decision> {
        self.told.try_recv().ok()
    }

    /// Ends the threads; what still waits is allowed.
    pub(crate) fn stop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A question that waits for a hash.
struct Waiting {
    question: Question,
    asked: Asked,
    identity: Identity,
    until: Instant,
}

/// What is known of a question.
#[derive(Clone, Debug, Default)]
struct Asked {
    path: PathBuf,
    parent: Option<PathBuf>,
}

/// What the policy says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Allow,
    Deny(usize),
    /// It depends on the hash; the rule is the first that does.
    Hash(usize),
}

struct Work {
    permission: Permission,
    policy: Policy,
    friends: Friends,
    dry_run: bool,
    hasher: Hasher,
    hashes: HashMap<Identity, String>,
    waiting: Vec<Waiting>,
    out: SyncSender<Decision>,
    stop: Arc<AtomicBool>,
    counts: Arc<Counts>,
}

impl Work {
    fn run(mut self) {
        while !self.stop.load(Ordering::Acquire) {
            let nap = if self.waiting.is_empty() { 100 } else { 1 };
            if system::wait(self.permission.as_fd(), nap).is_err() {
                return;
            }
            let Ok(questions) = self.permission.read() else { return };
            for question in questions {
                self.counts.asked.fetch_add(1, Ordering::Relaxed);
                self.hear(question);
            }
            self.settle();
        }
    }

    fn hear(&mut self, question: Question) {
        if self.is_friend(&question) {
            return self.answer(&question, true);
        }
        let mut asked = Asked::default();
        let link = format!("/proc/self/fd/{}", question.file.as_raw_fd());
        asked.path = fs::read_link(link).unwrap_or_default();
        if self.policy.rules.iter().any(|rule| !rule.parent.is_empty()) {
            asked.parent = parent(question.pid);
        }
        let identity = Identity::of(&question.file);
        let known = identity.as_ref().and_then(|identity| self.hashes.get(identity)).cloned();
        match (self.judge(&asked, known.as_deref()), identity) {
            (Verdict::Hash(_), Some(identity)) if self.hasher.ask(&question.file, &identity) => {
                let until = Instant::now() + PATIENCE;
                self.waiting.push(Waiting { question, asked, identity, until });
            }
            (Verdict::Hash(rule), _) => self.be_late(&question, asked, rule),
            (verdict, _) => self.decide(&question, asked, verdict, known),
        }
    }

    /// Answers what has its hash by now, or has waited long enough.
    fn settle(&mut self) {
        while let Some((identity, hash)) = self.hasher.next() {
            if self.hashes.len() >= MOST {
                self.hashes.clear();
            }
            self.hashes.insert(identity, hash);
        }
        let now = Instant::now();
        for waiting in std::mem::take(&mut self.waiting) {
            let Waiting { question, asked, identity, until } = waiting;
            let known = self.hashes.get(&identity).cloned();
            match self.judge(&asked, known.as_deref()) {
                Verdict::Hash(rule) if now >= until => self.be_late(&question, asked, rule),
                Verdict::Hash(_) => {
                    self.waiting.push(Waiting { question, asked, identity, until });
                }
                verdict => self.decide(&question, asked, verdict, known),
            }
        }
    }

    fn judge(&self, asked: &Asked, hash: Option<&str>) -> Verdict {
        let mut verdict = Verdict::Allow;
        for (place, rule) in self.policy.rules.iter().enumerate().filter(|(_, it)| it.is_exec()) {
            if !paths_hold(rule, asked) {
                continue;
            }
            match hash {
                _ if rule.sha256.is_empty() => return Verdict::Deny(place),
                Some(hash) if rule.sha256.iter().any(|own| own == hash) => {
                    return Verdict::Deny(place);
                }
                None if verdict == Verdict::Allow => verdict = Verdict::Hash(place),
                _ => {}
            }
        }
        verdict
    }

    fn decide(&self, question: &Question, asked: Asked, verdict: Verdict, hash: Option<String>) {
        let Verdict::Deny(rule) = verdict else { return self.answer(question, true) };
        self.answer(question, self.dry_run);
        let sha256 = hash.filter(|_| !self.policy.rules[rule].sha256.is_empty());
        self.tell(question, asked, rule, sha256, false);
    }

    fn be_late(&self, question: &Question, asked: Asked, rule: usize) {
        self.answer(question, true);
        self.counts.late.fetch_add(1, Ordering::Relaxed);
        self.tell(question, asked, rule, None, true);
    }

    fn tell(
        &self,
        question: &Question,
        asked: Asked,
        rule: usize,
        sha256: Option<String>,
        is_late: bool,
    ) {
        let Asked { path, parent } = asked;
        let decision = Decision { rule, pid: question.pid, path, parent, sha256, is_late };
        if self.out.try_send(decision).is_err() {
            self.counts.untold.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn answer(&self, question: &Question, may: bool) {
        // The process may have been killed while it waited.
        let _ = self.permission.answer(question, may);
    }

    fn is_friend(&self, question: &Question) -> bool {
        let own = std::process::id();
        let place = question.file.metadata().map(|meta| crate::place::of_meta(&meta));
        question.pid == own
            || self.friends.processes.contains(&question.pid)
            || place.is_ok_and(|place| self.friends.programs.contains(&place))
    }
}

fn paths_hold(rule: &Rule, asked: &Asked) -> bool {
    let exec = rule.exec.is_empty() || rule.exec.iter().any(|target| target.holds(&asked.path));
    exec && (rule.parent.is_empty()
        || asked
            .parent
            .as_ref()
            .is_some_and(|parent| rule.parent.iter().any(|target| target.holds(parent))))
}

/// The program of the process that forked this one.
fn parent(pid: u32) -> Option<PathBuf> {
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    let (parent, _) = seed::parent_and_start(&String::from_utf8_lossy(&stat))?;
    fs::read_link(format!("/proc/{parent}/exe")).ok()
}

/// The mount points of file systems, one for each device.
pub(crate) fn mount_points() -> Vec<PathBuf> {
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let mut devices = Vec::new();
    let mut points = Vec::new();
    for line in mounts.lines() {
        let mut parts = line.split(' ');
        let (Some(device), Some(point)) = (parts.nth(2), parts.nth(1)) else { continue };
        if !devices.contains(&device) {
            devices.push(device);
            points.push(PathBuf::from(point.replace("\\040", " ")));
        }
    }
    points
}
