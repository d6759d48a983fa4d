//! `--check` and `--list-events`: what could be watched here.
//!
//! Every probe is really loaded and attached for a moment; no file that claims to know is trusted.
//! What it does *not* know: events.

use crate::kind::{Kind, Kinds};
use crate::probe::{self, Outcome, Probes, Refusal, Settings};
use common::cli::{Exit, Failure, Kind as Wrong};
use std::io::{self, Write as _};

/// What nothing works without.
const BASE: [Kind; 2] = [Kind::Exec, Kind::Exit];

/// Tries every probe, prints a table, and fails when the base does not work.
pub(crate) fn check(settings: &Settings) -> anyhow::Result<Exit> {
    let events: Kinds = Kind::ALL.iter().copied().collect();
    let mut probes = match Probes::load(&Settings { events, ..settings.clone() }) {
        Ok(probes) => probes,
        Err(refusal) => {
            table(&probe::none(events, &refusal))?;
            return Err(refused(&refusal).into());
        }
    };
    probes.attach(events);
    table(&probes.outcomes)?;
    let working = probes.working();
    if BASE.iter().all(|kind| working.has(*kind)) {
        return Ok(Exit::Done);
    }
    Err(refused(&first(&probes)).into())
}

/// Why no probe of processes is attached; `None` when one is. Without them the process connector
/// tells more.
pub(crate) fn refusal(probes: &Probes) -> Option<Refusal> {
    const PROCESSES: [&str; 3] = ["fork", "exec", "leave"];
    let mut base = probes.outcomes.iter().filter(|it| PROCESSES.contains(&it.program));
    base.all(|outcome| outcome.error.is_some()).then(|| first(probes))
}

/// The first refusal.
fn first(probes: &Probes) -> Refusal {
    let failed = probes.outcomes.iter().find_map(|outcome| outcome.error.clone());
    failed.unwrap_or(Refusal { errno: None, what: "no probe is attached".to_owned() })
}

/// The failure of a machine where nothing can be watched: rights, or the kernel itself.
pub(crate) fn refused(refusal: &Refusal) -> Failure {
    let message = format!("BPF: {}", refusal.what);
    match refusal.errno {
        Some(libc::EPERM | libc::EACCES) => Failure::new(Wrong::Rights, message)
            .hint("run as root, or with CAP_BPF, CAP_PERFMON and, for files, CAP_SYS_ADMIN"),
        _ => Failure::new(Wrong::Unavailable, message)
            .hint("the kernel needs BPF and /sys/kernel/btf/vmlinux (Linux 5.15 or newer)"),
    }
}

fn table(outcomes: &[Outcome]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{:14} {:36} {:14} RESULT", "PROGRAM", "HOOK", "EVENTS")?;
    for outcome in outcomes {
        let kinds: Vec<&str> = outcome.kinds.iter().map(Kind::name).collect();
        let result = match &outcome.error {
            None => "ok".to_owned(),
            Some(Refusal { errno: Some(errno), what }) => format!("errno {errno}: {what}"),
            Some(Refusal { errno: None, what }) => what.clone(),
        };
        let (program, hook) = (outcome.program, &outcome.hook);
        writeln!(out, "{program:14} {hook:36} {:14} {result}", kinds.join(","))?;
    }
    out.flush()
}

/// Prints the kinds of events.
pub(crate) fn list() -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{:10} {:8} {:20} WHAT", "EVENT", "DEFAULT", "CATEGORY")?;
    for &kind in Kind::ALL {
        let default = if kind.is_default() { "yes" } else { "no" };
        writeln!(out, "{:10} {default:8} {:20} {}", kind.name(), kind.category(), kind.what())?;
    }
    out.flush()
}
