//! From arguments to an agent at work.
//!
//! What it does *not* know: what happens to events.

use crate::args::{Args, Source};
use crate::confine::{self, Plan};
use crate::count::Account;
use crate::feed::Feed;
use crate::group::Groups;
use crate::kind::Kinds;
use crate::line::Lines;
use crate::option::{self, usage};
use crate::probe::{Probes, Refusal, Settings};
use crate::queue::{self, Queue};
use crate::recording::{Recorder, Recording};
use crate::redact::Redact;
use crate::run::{self, Agent};
use crate::select::Select;
use crate::{check, machine, proc, seed, status};
use anyhow::Context as _;
use common::cli::{Exit, Failure, Kind as Wrong, Stop, warn};
use std::path::Path;

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    if args.list_events {
        check::list()?;
        return Ok(Exit::Done);
    }
    let settings = option::settings(args)?;
    if args.check {
        return check::check(&settings);
    }
    let select = match &args.filter {
        Some(text) => Select::new(text).map_err(|error| usage("--filter", &error.to_string()))?,
        None => Select::default(),
    };
    let redact =
        Redact::new(&args.redact).map_err(|error| usage("--redact", &error.to_string()))?;
    let (account, mut agent) = match &args.replay {
        Some(file) => replay(args, &settings, select, redact, file)?,
        None => watch(args, &settings, select, redact)?,
    };
    agent.finish_recording().context("--record")?;
    if !args.quiet {
        summary(&account);
    }
    agent.queue.close();
    Ok(if args.fail_on_loss && account.has_loss() { Exit::Partial } else { Exit::Done })
}

/// Reads the kernel's events.
fn watch(
    args: &Args,
    settings: &Settings,
    select: Select,
    redact: Redact,
) -> anyhow::Result<(Account, Agent)> {
    let limits = option::limits(args)?;
    let mut plan = plan(&args.user)?;
    let stop = Stop::on_signal()?;
    let (mut feed, events) = open(args, settings)?;
    if matches!(feed, Feed::Proc(_)) {
        plan.keep = confine::READ_PROC;
    }
    let groups = Groups::new(crate::probe::cgroup_path());
    let mut lines = Lines::new(machine::here(), groups, redact, option::prefixes(args)?);
    seed::seed(&mut lines.cache, Path::new("/proc"));
    let recorder = match &args.record {
        Some(file) => {
            let made = Recorder::create(file, &lines.machine);
            Some(made.with_context(|| file.display().to_string())?)
        }
        None => None,
    };
    let outcomes = match &mut feed {
        Feed::Ring(probes, ..) => {
            probes.attach(events);
            probes.outcomes.clone()
        }
        Feed::Proc(_) => Vec::new(),
    };
    confine::confine(plan).context("giving rights away")?;
    let queue = Queue::start(std::io::stdout(), queue::ROOM).context("a thread")?;
    let mut agent = Agent::new(lines, events, select, queue, limits.count);
    if let Some(recorder) = recorder {
        agent.record(recorder);
    }
    agent.tell("start", |object| {
        status::start(object, feed.name(), events, &outcomes);
        object.list("keeps", confine::names(plan.keep));
    });
    agent.flush();
    let account = run::run(&mut agent, &mut feed, limits, &stop).context("standard output")?;
    Ok((account, agent))
}

/// Opens the source that was asked for, or the first that works; and the events that it has.
fn open(args: &Args, settings: &Settings) -> Result<(Feed, Kinds), Failure> {
    let events = settings.events;
    let refused = match args.source {
        Source::Proc => None,
        Source::Auto | Source::Bpf => match ring(settings) {
            Ok(feed) => return Ok((feed, events)),
            Err(refusal) if args.source == Source::Bpf => return Err(check::refused(&refusal)),
            Err(refusal) => Some(refusal),
        },
    };
    match proc::Source::open(settings.ring) {
        Ok(source) => {
            let events = proc::KINDS.into_iter().filter(|kind| events.has(*kind)).collect();
            Ok((Feed::Proc(Box::new(source)), events))
        }
        Err(error) => Err(match refused {
            Some(refusal) => check::refused(&refusal),
            None => check::refused(&Refusal {
                errno: error.raw_os_error(),
                what: format!("the process connector: {error}"),
            }),
        }),
    }
}

fn ring(settings: &Settings) -> Result<Feed, Refusal> {
    let mut probes = Probes::load(settings)?;
    let (ring, counters) = probes.open()?;
    Ok(Feed::Ring(Box::new(probes), Box::new(ring), counters))
}

/// Reads recorded events.
fn replay(
    args: &Args,
    settings: &Settings,
    select: Select,
    redact: Redact,
    file: &Path,
) -> anyhow::Result<(Account, Agent)> {
    let mut recording = Recording::open(file).with_context(|| file.display().to_string())?;
    let lines =
        Lines::new(recording.machine.clone(), Groups::new(None), redact, option::prefixes(args)?);
    let queue = Queue::start(std::io::stdout(), queue::ROOM).context("a thread")?;
    let mut agent = Agent::new(lines, settings.events, select, queue, args.count);
    let account = run::replay(&mut agent, &mut recording);
    Ok((account.with_context(|| file.display().to_string())?, agent))
}

/// Whom to become. Only root can become another.
fn plan(user: &str) -> Result<Plan, Failure> {
    let Some(ids) = confine::account(user) else {
        let hint = "--user names an account of /etc/passwd without rights, such as nobody";
        return Err(Failure::new(Wrong::Usage, format!("--user: no account {user:?}")).hint(hint));
    };
    let is_root = crate::system::user() == 0;
    Ok(Plan { ids: Some(ids).filter(|_| is_root), keep: 0 })
}

fn summary(account: &Account) {
    let [seen, written, lost, dropped, filtered, suppressed] = account.totals();
    let parts = [
        (written, "written"),
        (lost, "lost"),
        (dropped, "dropped"),
        (filtered, "filtered"),
        (suppressed, "suppressed"),
    ];
    let parts: Vec<String> = parts.iter().map(|(count, what)| format!("{count} {what}")).collect();
    warn("siemagent", &format!("{seen} seen = {}", parts.join(" + ")));
}
