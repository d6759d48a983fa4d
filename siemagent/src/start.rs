//! From arguments to an agent at work.
//!
//! What it does *not* know: what happens to events.

use crate::agent::Agent;
use crate::args::{Args, DenyBy, Source};
use crate::confine::{self, Plan};
use crate::count::Account;
use crate::feed::Feed;
use crate::files::Files;
use crate::fim::{Baseline, Fim};
use crate::group::Groups;
use crate::guard::{Friends, Guard, mount_points};
use crate::kind::{Kind, Kinds};
use crate::line::{Enforced, Lines};
use crate::option::{self, usage};
use crate::probe::{Outcome, Probes, Refusal, Settings};
use crate::queue::{self, Queue};
use crate::recording::{Recorder, Recording};
use crate::redact::Redact;
use crate::run;
use crate::select::Select;
use crate::system::Permission;
use crate::watch::Watch;
use crate::{check, machine, proc, seed, status};
use anyhow::Context as _;
use common::cli::{Exit, Failure, Kind as Wrong, Stop, warn};
use std::path::{Path, PathBuf};

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
    let files = Integrity::open(args)?;
    let (questions, refused) = questions(args, settings)?;
    let asks_parent = questions.is_some() && asks_parent(settings);
    keep(&mut plan, &feed, files.is_some(), asks_parent);
    let groups = Groups::new(crate::probe::cgroup_path());
    let mut lines = Lines::new(machine::here(), groups, redact, option::prefixes(args)?);
    if let Some(policy) = settings.policy.clone() {
        lines.enforce(Enforced { policy, dry_run: settings.dry_run });
    }
    seed::seed(&mut lines.cache, Path::new("/proc"));
    let recorder = recorder(args, &lines)?;
    let outcomes = feed.outcomes();
    unenforced(settings, &outcomes, matches!(feed, Feed::Ring(..)), questions.is_some())?;
    let keeps = confine::names(plan.keep);
    confine::confine(plan).context("giving rights away")?;
    let queue = Queue::start(std::io::stdout(), queue::ROOM).context("a thread")?;
    let mut agent = Agent::new(lines, events, select, queue, limits.count);
    if let Some(recorder) = recorder {
        agent.record(recorder);
    }
    agent.tell("start", |object| {
        status::start(object, feed.name(), events, &outcomes);
        object.list("watched_by", feed.watchers());
        object.list("keeps", keeps);
        if matches!(feed, Feed::Ring(..)) {
            object.list("left_out", &settings.ignored_names);
        }
        if settings.policy.is_some() {
            let kills = settings.kills && matches!(feed, Feed::Ring(..));
            status::policy(
                object,
                settings.dry_run,
                questions.is_some(),
                kills,
                refused.as_deref(),
            );
        }
    });
    agent.flush();
    agent.fim = files.map(Integrity::start).transpose().context("a thread")?;
    agent.guard = guard(questions, settings).context("a thread")?;
    let account = run::run(&mut agent, &mut feed, limits, &stop).context("standard output")?;
    Ok((account, agent))
}

/// What `--record` writes to, made while there are rights.
fn recorder(args: &Args, lines: &Lines) -> anyhow::Result<Option<Recorder>> {
    let made = |file: &PathBuf| {
        Recorder::create(file, &lines.machine).with_context(|| file.display().to_string())
    };
    args.record.as_ref().map(made).transpose()
}

/// What `--fim` needs, opened while there are rights.
struct Integrity {
    roots: Vec<PathBuf>,
    baseline: Baseline,
    watch: Watch,
}

impl Integrity {
    fn open(args: &Args) -> anyhow::Result<Option<Integrity>> {
        if args.fim.is_empty() {
            return Ok(None);
        }
        let roots = option::roots(args)?;
        let baseline = Baseline::open(&option::baseline(args)?).context("--baseline")?;
        let watch = Watch::new().context("--fim")?;
        Ok(Some(Integrity { roots, baseline, watch }))
    }

    fn start(self) -> std::io::Result<Fim> {
        Fim::start(self.roots, self.baseline, self.watch)
    }
}

/// Where the kernel asks before programs start, where a policy wants it; or why it does not.
fn questions(
    args: &Args,
    settings: &Settings,
) -> Result<(Option<Permission>, Option<String>), Failure> {
    let wanted = settings.policy.as_ref().filter(|policy| policy.has_exec());
    let Some(policy) = wanted.filter(|_| args.deny_by != DenyBy::Kill) else {
        return Ok((None, None));
    };
    let refused = match Permission::new() {
        Ok(permission) => {
            let points = mount_points();
            // Some file systems, such as /proc, hold no programs and are never asked about.
            if points.iter().filter(|point| permission.ask(point).is_ok()).count() > 0 {
                return Ok((Some(permission), None));
            }
            "no file system can be asked about".to_owned()
        }
        Err(error) => error.to_string(),
    };
    let is_only_way = policy.rules.iter().any(|rule| rule.is_exec() && !rule.is_for_probes());
    if args.deny_by == DenyBy::Fanotify || is_only_way {
        let failure = Failure::new(Wrong::Rights, format!("--policy: fanotify: {refused}"));
        return Err(
            failure.hint("it needs CAP_SYS_ADMIN; rules without sha256 can do with --deny-by kill")
        );
    }
    Ok((None, Some(refused)))
}

/// Refuses a policy of which some rule would not be enforced.
fn unenforced(
    settings: &Settings,
    outcomes: &[Outcome],
    has_probes: bool,
    asks: bool,
) -> Result<(), Failure> {
    let Some(policy) = &settings.policy else { return Ok(()) };
    let works = |program: &str| {
        has_probes && outcomes.iter().all(|it| it.program != program || it.error.is_none())
    };
    let peers = ["udp_connect4", "udp_connect6", "udp_send4", "udp_send6"];
    let refusal = if policy.has_exec() && !asks && !(settings.kills && works("exec")) {
        "neither fanotify nor the probes can deny programs here"
    } else if policy.rules.iter().any(|rule| !rule.is_exec()) && !peers.into_iter().all(works) {
        "the probes that deny addresses do not work here"
    } else {
        return Ok(());
    };
    let failure = Failure::new(Wrong::Unavailable, format!("--policy: {refusal}"));
    Err(failure.hint("siemagent --check tells what this kernel accepts"))
}

fn asks_parent(settings: &Settings) -> bool {
    let rules = settings.policy.iter().flat_map(|policy| &policy.rules);
    rules.into_iter().any(|rule| !rule.parent.is_empty())
}

fn guard(questions: Option<Permission>, settings: &Settings) -> std::io::Result<Option<Guard>> {
    let (Some(permission), Some(policy)) = (questions, settings.policy.clone()) else {
        return Ok(None);
    };
    let friends = Friends {
        processes: settings.ignored_processes.clone(),
        programs: settings.ignored_programs.clone(),
    };
    Guard::start(permission, policy, friends, settings.dry_run).map(Some)
}

/// Which rights and calls stay for a source, the watch over files and the policy.
fn keep(plan: &mut Plan, feed: &Feed, integrity: bool, asks_parent: bool) {
    let (mut keep, mut is_watching) = (0, integrity);
    keep |= if asks_parent { confine::READ_PROGRAM } else { 0 };
    if let Feed::Plain(processes, files) = feed {
        keep |= if processes.is_some() { confine::READ_PROC } else { 0 };
        is_watching |= files.is_some();
    }
    if is_watching {
        keep |= confine::READ_FILES;
        plan.calls = confine::WATCH_FILES;
    }
    plan.keep = confine::permitted(keep);
}

/// Opens the source that was asked for, or the first that works; and the events that it has.
fn open(args: &Args, settings: &Settings) -> Result<(Feed, Kinds), Failure> {
    let events = settings.events;
    let refused = match args.source {
        Source::Proc | Source::Files => None,
        Source::Auto | Source::Bpf => match ring(settings) {
            Ok(feed) => return Ok((feed, events)),
            Err(refusal) if args.source == Source::Bpf => return Err(check::refused(&refusal)),
            Err(refusal) => Some(refusal),
        },
    };
    let processes = match args.source {
        Source::Files => None,
        _ => match proc::Source::open(settings.ring) {
            Ok(source) => Some(Box::new(source)),
            Err(error) => {
                let refused = refused.unwrap_or_else(|| Refusal {
                    errno: error.raw_os_error(),
                    what: format!("the process connector: {error}"),
                });
                // Files can be watched without any right.
                if args.source == Source::Proc || (args.fim.is_empty() && args.path.is_empty()) {
                    return Err(check::refused(&refused));
                }
                warn("siemagent", &format!("BPF: {}: watching files only", refused.what));
                None
            }
        },
    };
    let files = match args.path.is_empty() || !events.has(Kind::File) {
        true => None,
        false => {
            let files = Files::open(&option::prefixes(args)?);
            Some(Box::new(files.map_err(|error| usage("--path", &error.to_string()))?))
        }
    };
    let has = |kind: &Kind| match kind {
        Kind::Exec | Kind::Exit | Kind::Fork => processes.is_some(),
        Kind::File => files.is_some(),
        Kind::Fim => true,
        _ => false,
    };
    let events: Kinds = events.iter().filter(has).collect();
    Ok((Feed::Plain(processes, files), events))
}

/// The probes at work, those that this kernel accepts; the ring holds what they say until it is
/// read. Refused when it accepts none of processes.
fn ring(settings: &Settings) -> Result<Feed, Refusal> {
    let mut probes = Probes::load(settings)?;
    let (ring, counters) = probes.open()?;
    probes.attach(settings.events);
    if let Some(refusal) = check::refusal(&probes) {
        return Err(refusal);
    }
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
    Ok(Plan { ids: Some(ids).filter(|_| is_root), keep: 0, calls: &[] })
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
