//! The probes: which there are, where they attach, and what came of it.
//!
//! ```text
//!  agent.bpf.o ─► load (maps, ring) ─► each program on its own: load, attach ─► Outcome
//! ```
//!
//! A program that the kernel refuses takes nothing else with it: its outcome has the errno, and the
//! events that need it are missing. What it does *not* know: records, lines.

mod enforce;
mod hook;
mod trace;

use hook::{Hook, PROBES, Probe};
pub(crate) use trace::cgroup_path;

use crate::call;
use crate::kind::{Kind, Kinds};
use crate::place;
use crate::policy::Policy;
use crate::system::{self, Mapping};
use aya::maps::{Array, HashMap as BpfHash, Map, MapData, RingBuf};
use aya::programs::Program;
use aya::{Btf, Ebpf, EbpfLoader};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use trace::Tracefs;

/// A process that stays ignored when it starts another program.
const STICKY: u8 = 2;

/// The compiled probes, as committed.
pub(crate) const OBJECT: &[u8] =
    aya::include_bytes_aligned!(concat!(env!("CARGO_MANIFEST_DIR"), "/bpf/agent.bpf.o"));

/// Events a second, per kind; 0 means any number.
pub(crate) type Rates = [u32; 32];

/// What the probes are told before they are loaded.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The events to report.
    pub(crate) events: Kinds,
    /// Bytes of the ring: a power of two, a multiple of the page size.
    pub(crate) ring: u32,
    /// First and last uid whose events are reported.
    pub(crate) uids: (u32, u32),
    /// Events a second, per kind; 0 means any number.
    pub(crate) rates: Rates,
    /// Bytes of arguments that are kept.
    pub(crate) args_max: u32,
    /// Directories whose files are reported, as (inode, kernel device number); empty: all.
    pub(crate) prefixes: Vec<(u64, u64)>,
    /// Files whose reading is reported: (inode, device) of the directory, and the name.
    pub(crate) reads: Vec<(u64, u64, String)>,
    /// What is denied.
    pub(crate) policy: Option<Policy>,
    /// Whether what is denied is only told.
    pub(crate) dry_run: bool,
    /// Whether the probes kill what may not start.
    pub(crate) kills: bool,
    /// Programs whose files and connections are not reported, as (inode, device).
    pub(crate) ignored_programs: Vec<(u64, u64)>,
    /// Processes whose files and connections are not reported.
    pub(crate) ignored_processes: Vec<u32>,
    /// Control groups, with those below them, whose files and connections are not reported.
    pub(crate) ignored_groups: Vec<u64>,
    /// All of these, in words.
    pub(crate) ignored_names: Vec<String>,
}

/// What came of one program at one hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// The program.
    pub(crate) program: &'static str,
    /// Where it attaches.
    pub(crate) hook: String,
    /// The events that need it.
    pub(crate) kinds: Kinds,
    /// Why it is not attached.
    pub(crate) error: Option<Refusal>,
}

impl Outcome {
    fn new(probe: &Probe, hook: Hook, kinds: Kinds, error: Option<Refusal>) -> Outcome {
        let kinds = hook.kinds.unwrap_or(kinds);
        Outcome { program: probe.program, hook: hook.name, kinds, error }
    }
}

/// The probes that these events need, and which of the events.
fn needed(events: Kinds) -> impl Iterator<Item = (&'static Probe, Kinds)> {
    let kinds = move |probe: &Probe| probe.need.kinds().filter(|kind| events.has(*kind)).collect();
    let all = PROBES.iter().map(move |probe| (probe, kinds(probe)));
    all.filter(|(probe, kinds)| *kinds != Kinds::default() || probe.need.is_always())
}

/// What comes of every probe where not even the object is loaded.
pub(crate) fn none(events: Kinds, refusal: &Refusal) -> Vec<Outcome> {
    let outcomes = |(probe, kinds): (&'static Probe, Kinds)| {
        let hooks = probe.hooks(events).into_iter();
        hooks.map(move |hook| Outcome::new(probe, hook, kinds, Some(refusal.clone())))
    };
    needed(events).flat_map(outcomes).collect()
}

/// Why a program is not attached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The errno, where the kernel gave one.
    pub(crate) errno: Option<i32>,
    /// In words.
    pub(crate) what: String,
}

impl Refusal {
    fn new(error: &(dyn std::error::Error + 'static)) -> Refusal {
        let mut cause = Some(error);
        let mut errno = None;
        let mut words = Vec::new();
        while let Some(error) = cause {
            errno = error.downcast_ref::<io::Error>().and_then(io::Error::raw_os_error).or(errno);
            let text = error.to_string();
            words.push(text.split("\nVerifier").next().unwrap_or_default().trim().to_owned());
            cause = error.source();
        }
        let what = match errno {
            Some(errno) => system::errno_text(errno),
            None => words.join(": "),
        };
        Refusal { errno, what }
    }
}

/// Probes that are loaded. Dropping it detaches them.
pub(crate) struct Probes {
    ebpf: Option<Ebpf>,
    links: Vec<OwnedFd>,
    /// What the kernel tells of each loaded program; opened while there is a right to.
    infos: Vec<File>,
    /// What came of each.
    pub(crate) outcomes: Vec<Outcome>,
}

impl std::fmt::Debug for Probes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Probes").field("outcomes", &self.outcomes).finish_non_exhaustive()
    }
}

impl Probes {
    /// Loads the object: its maps and the ring, no program yet.
    ///
    /// # Errors
    /// The kernel has no BTF, or refuses maps.
    pub(crate) fn load(settings: &Settings) -> Result<Probes, Refusal> {
        let btf = Btf::from_sys_fs().map_err(|error| Refusal::new(&error))?;
        let config = config_bytes(settings);
        let numbers = u32::try_from(counter_count()).unwrap_or(u32::MAX);
        let mut ebpf = EbpfLoader::new()
            .btf(Some(&btf))
            .override_global("config", config.as_slice(), true)
            .map_max_entries("ring", settings.ring)
            .map_max_entries("counters", numbers)
            .load(OBJECT)
            .map_err(|error| Refusal::new(&error))?;
        fill(&mut ebpf, settings).map_err(|error| Refusal::new(&error))?;
        Ok(Probes { ebpf: Some(ebpf), links: Vec::new(), infos: Vec::new(), outcomes: Vec::new() })
    }

    /// The ring and the counters. To be called once, before [`Probes::attach`], so that no event
    /// comes before its reader.
    ///
    /// # Errors
    /// They cannot be mapped.
    pub(crate) fn open(&mut self) -> Result<(RingBuf<MapData>, Mapping), Refusal> {
        let missing = || Refusal { errno: None, what: "the object has no ring".to_owned() };
        let ebpf = self.ebpf.as_mut().ok_or_else(missing)?;
        let ring = ebpf.take_map("ring").ok_or_else(missing)?;
        let ring = RingBuf::try_from(ring).map_err(|error| Refusal::new(&error))?;
        let Some(Map::Array(counters)) = ebpf.map("counters") else { return Err(missing()) };
        let counters = Mapping::new(counters.fd(), counter_count());
        Ok((ring, counters.map_err(|error| Refusal::new(&error))?))
    }

    /// Loads and attaches every program that these events need, each on its own.
    pub(crate) fn attach(&mut self, events: Kinds) {
        let btf = Btf::from_sys_fs();
        let tracefs = Tracefs::open();
        for (probe, kinds) in needed(events) {
            let loaded = self.load_program(probe, btf.as_ref());
            for hook in probe.hooks(events) {
                let result = loaded.clone().and_then(|()| self.attach_at(probe, &hook, &tracefs));
                self.outcomes.push(Outcome::new(probe, hook, kinds, result.err()));
            }
        }
        self.infos = self.ebpf.iter().flat_map(Ebpf::programs).filter_map(info).collect();
        system::trim_memory();
    }

    fn program(&mut self, probe: &Probe) -> Result<&mut Program, Refusal> {
        let missing = || Refusal { errno: None, what: "not in the object".to_owned() };
        self.ebpf.as_mut().and_then(|ebpf| ebpf.program_mut(probe.program)).ok_or_else(missing)
    }

    fn load_program(
        &mut self,
        probe: &Probe,
        btf: Result<&Btf, &aya::BtfError>,
    ) -> Result<(), Refusal> {
        let result = match self.program(probe)? {
            Program::BtfTracePoint(program) => {
                program.load(probe.tracepoint(), btf.map_err(|error| Refusal::new(error))?)
            }
            Program::TracePoint(program) => program.load(),
            Program::CgroupSockAddr(program) => program.load(),
            Program::CgroupSkb(program) => program.load(),
            _ => return Err(Refusal { errno: None, what: "of another type".to_owned() }),
        };
        result.map_err(|error| Refusal::new(&error))
    }

    fn attach_at(
        &mut self,
        probe: &Probe,
        hook: &Hook,
        tracefs: &io::Result<Tracefs>,
    ) -> Result<(), Refusal> {
        let say = |error: &io::Error| Refusal::new(error);
        let failed = |error: aya::programs::ProgramError| Refusal::new(&error);
        // A link never pushes another program out; the flag is for the older way of attaching.
        let mode = aya::programs::CgroupAttachMode::Single;
        let link = match self.program(probe)? {
            Program::BtfTracePoint(program) => return program.attach().map(drop).map_err(failed),
            Program::CgroupSockAddr(program) => {
                let root = trace::cgroup_root().map_err(|error| say(&error))?;
                return program.attach(root, mode).map(drop).map_err(failed);
            }
            Program::CgroupSkb(program) => {
                let root = trace::cgroup_root().map_err(|error| say(&error))?;
                let way = probe.direction();
                return program.attach(root, way, mode).map(drop).map_err(failed);
            }
            Program::TracePoint(program) => {
                let tracefs = tracefs.as_ref().map_err(say)?;
                let id = tracefs.id(&hook.name).map_err(|error| say(&error))?;
                let fd = program.fd().map_err(failed)?;
                system::attach_tracepoint(id, fd.as_fd()).map_err(|error| say(&error))?
            }
            _ => return Err(Refusal { errno: None, what: "of another type".to_owned() }),
        };
        self.links.push(link);
        Ok(())
    }

    /// Detaches every program. The ring and the counters stay.
    pub(crate) fn detach(&mut self) {
        self.links.clear();
        self.ebpf = None;
    }

    /// How often the kernel left a program out because it ran on that processor already.
    #[must_use]
    pub(crate) fn missed_runs(&mut self) -> u64 {
        self.infos.iter_mut().filter_map(|file| missed(file).ok()).sum()
    }

    /// The kinds for which at least one program is attached.
    #[must_use]
    pub(crate) fn working(&self) -> Kinds {
        let ok = self.outcomes.iter().filter(|outcome| outcome.error.is_none());
        ok.flat_map(|outcome| outcome.kinds.iter()).collect()
    }
}

/// Writes the tables that programs read.
fn fill(ebpf: &mut Ebpf, settings: &Settings) -> Result<(), aya::maps::MapError> {
    if let Some(map) = ebpf.map_mut("calls") {
        let mut calls: Array<_, [u8; call::SIZE]> = Array::try_from(map)?;
        for (number, bytes) in call::table() {
            calls.set(number, bytes, 0)?;
        }
    }
    let places = [("prefixes", &settings.prefixes), ("ignored_exe", &settings.ignored_programs)];
    for (name, list) in places {
        let Some(map) = ebpf.map_mut(name) else { continue };
        let mut map: BpfHash<_, [u64; 2], u8> = BpfHash::try_from(map)?;
        for &(inode, device) in list {
            map.insert([inode, device], 1, 0)?;
        }
    }
    if let Some(map) = ebpf.map_mut("reads") {
        let mut map: BpfHash<_, [u8; 64], u8> = BpfHash::try_from(map)?;
        for (inode, device, name) in &settings.reads {
            map.insert(place::key((*inode, *device), name), 1, 0)?;
        }
    }
    if let Some(map) = ebpf.map_mut("ignored") {
        let mut map: BpfHash<_, u32, u8> = BpfHash::try_from(map)?;
        for process in &settings.ignored_processes {
            map.insert(process, STICKY, 0)?;
        }
    }
    if let Some(map) = ebpf.map_mut("ignored_groups") {
        let mut map: BpfHash<_, u64, u8> = BpfHash::try_from(map)?;
        for group in &settings.ignored_groups {
            map.insert(group, 1, 0)?;
        }
    }
    settings.policy.as_ref().map_or(Ok(()), |policy| enforce::fill(ebpf, policy))
}

/// The kernel's page about a loaded program.
fn info((_, program): (&str, &Program)) -> Option<File> {
    let fd = program.fd().ok()?.as_fd().as_raw_fd();
    File::open(format!("/proc/self/fdinfo/{fd}")).ok()
}

/// The `recursion_misses` of a program's page.
fn missed(page: &mut File) -> io::Result<u64> {
    let mut text = String::new();
    page.seek(SeekFrom::Start(0))?;
    page.read_to_string(&mut text)?;
    let line = text.lines().find_map(|line| line.strip_prefix("recursion_misses:"));
    Ok(line.and_then(|number| number.trim().parse().ok()).unwrap_or(0))
}

/// Numbers of the counter map: four a kind and processor.
#[must_use]
pub(crate) fn counter_count() -> usize {
    system::processors() * Kind::ALL.len() * 4
}

/// `struct config` of `bpf/record.h`.
fn config_bytes(settings: &Settings) -> Vec<u8> {
    let flag = |set: bool| u32::from(set);
    let mut numbers = vec![
        std::process::id(),
        settings.events.bits(),
        settings.uids.0,
        settings.uids.1,
        settings.ring / 4,
        flag(!settings.prefixes.is_empty()),
        flag(!settings.reads.is_empty()),
        settings.args_max,
    ];
    numbers.extend(settings.rates);
    numbers.extend([
        flag(settings.policy.is_some()),
        flag(settings.dry_run),
        flag(settings.kills),
        flag(!settings.ignored_groups.is_empty()),
    ]);
    let any = settings.policy.as_ref().map(enforce::any);
    let mut bytes: Vec<u8> = numbers.into_iter().flat_map(u32::to_ne_bytes).collect();
    bytes.extend(any.unwrap_or_default().into_iter().flat_map(u64::to_ne_bytes));
    bytes
}
