//! From arguments to an agent at work.
//!
//! What it does *not* know: what happens to events.

use crate::args::Args;
use crate::check;
use crate::group::Groups;
use crate::kind::{Kind, Kinds};
use crate::line::Lines;
use crate::probe::{Probes, Settings};
use crate::queue::{self, Queue};
use crate::redact::Redact;
use crate::run::{self, Agent, Limits};
use crate::select::Select;
use crate::{machine, seed, status};
use anyhow::Context as _;
use common::cli::{Exit, Failure, Kind as Wrong, Stop, warn};
use common::clock::SECOND;
use common::clock::span::Span;
use std::path::Path;
use std::time::Duration;

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    if args.list_events {
        check::list()?;
        return Ok(Exit::Done);
    }
    let events = events(&args.events)?;
    let limits = limits(args)?;
    let select = match &args.filter {
        Some(text) => Select::new(text).map_err(|error| usage("--filter", &error.to_string()))?,
        None => Select::default(),
    };
    let redact =
        Redact::new(&args.redact).map_err(|error| usage("--redact", &error.to_string()))?;
    let settings = settings(args, events)?;
    if args.check {
        return check::check(&settings);
    }
    let stop = Stop::on_signal()?;

    let mut probes = Probes::load(&settings).map_err(|refusal| check::refused(&refusal))?;
    let (mut ring, counters) = probes.open().map_err(|refusal| check::refused(&refusal))?;
    let groups = Groups::new(crate::probe::cgroup_path());
    let mut lines = Lines::new(machine::here(), groups, redact);
    seed::seed(&mut lines.cache, Path::new("/proc"));
    let queue = Queue::start(std::io::stdout(), queue::ROOM).context("a thread")?;
    let mut agent = Agent::new(lines, events, select, queue, limits.count);
    probes.attach(events);
    let outcomes = probes.outcomes.clone();
    agent.tell("start", |object| status::start(object, "bpf", events, &outcomes));
    agent.flush();
    let account = run::run(&mut agent, probes, &mut ring, &counters, limits, &stop)
        .context("standard output")?;
    if !args.quiet {
        let [seen, written, lost, dropped, filtered, suppressed] = account.totals();
        warn(
            "siemagent",
            &format!(
                "{seen} seen = {written} written + {lost} lost + {dropped} dropped + {filtered} filtered + {suppressed} suppressed"
            ),
        );
    }
    agent.queue.close();
    Ok(if args.fail_on_loss && account.has_loss() { Exit::Partial } else { Exit::Done })
}

fn usage(flag: &str, what: &str) -> Failure {
    Failure::new(Wrong::Usage, format!("{flag}: {what}"))
}

fn events(list: &str) -> Result<Kinds, Failure> {
    Kinds::parse(list).map_err(|word| {
        let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        usage("--events", &format!("no event is called {word:?}"))
            .hint(format!("events: {}, and process, net, default, all", names.join(", ")))
    })
}

fn limits(args: &Args) -> Result<Limits, Failure> {
    let span = |text: &String| {
        let span =
            Span::parse(text, SECOND).map_err(|error| usage("--duration", &error.to_string()))?;
        Ok(Duration::from_micros(u64::try_from(span.0).unwrap_or(0)))
    };
    Ok(Limits {
        count: args.count,
        duration: args.duration.as_ref().map(span).transpose()?,
        stats: (args.stats > 0).then(|| Duration::from_secs(args.stats)),
    })
}

fn settings(args: &Args, events: Kinds) -> Result<Settings, Failure> {
    Ok(Settings {
        events,
        ring: ring(&args.ring)?,
        uids: (0, u32::MAX),
        rates: rates(args.rate.as_deref())?,
        args_max: 4096,
        prefixes: Vec::new(),
        reads: Vec::new(),
        ignored_programs: Vec::new(),
        ignored_processes: Vec::new(),
    })
}

/// A size such as `4M`: a power of two from 64 KiB to 1 GiB.
fn ring(text: &str) -> Result<u32, Failure> {
    let (digits, unit) = match text
        .trim_end_matches(['i', 'B'])
        .split_at_checked(text.trim_end_matches(['i', 'B']).len().saturating_sub(1))
    {
        Some((digits, "K" | "k")) => (digits, 10),
        Some((digits, "M" | "m")) => (digits, 20),
        Some((digits, "G" | "g")) => (digits, 30),
        _ => (text, 0),
    };
    let size = digits.parse::<u32>().ok().and_then(|size| size.checked_mul(1 << unit));
    let valid = size.filter(|size| size.is_power_of_two() && (1 << 16..=1 << 30).contains(size));
    valid.ok_or_else(|| usage("--ring", &format!("{text:?} is no power of two between 64K and 1G")))
}

fn rates(text: Option<&str>) -> Result<[u32; 32], Failure> {
    let mut rates = [0; 32];
    for part in text.unwrap_or_default().split(',').filter(|part| !part.is_empty()) {
        let wrong = || usage("--rate", &format!("{part:?} is not of the form exec=2000"));
        let (name, number) = part.split_once('=').ok_or_else(wrong)?;
        let number: u32 = number.trim().parse().ok().filter(|&rate| rate > 0).ok_or_else(wrong)?;
        for kind in events(name.trim())?.iter() {
            rates[kind as usize] = number;
        }
    }
    Ok(rates)
}
