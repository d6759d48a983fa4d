//! One run of a plan: triggers that look at its commits when a seed says, and what they leave.
//!
//! One, two or four triggers take turns between the commits, or are threads that look while the
//! commits are made. Each has a connection and a memory of its own, and loses both at any time.
//! Now and then nobody looks for a quarter of all commits.
//!
//! What it does *not* know: what the right table is.

use super::feed::Feed;
use super::plan::{Dice, Plan};
use super::{Mutant, mutant, pretend};
use crate::args::Args;
use crate::choice::Choice;
use crate::print::Printer;
use crate::watch::Watch;
use common::clock::SECOND;
use common::config::Config;
use common::siem_event::SiemEvent;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{scope, sleep};
use std::time::Duration;
use store::{Activation, Create, Store, Url};
use testkit::{database, temp_dir};

/// A trigger: a connection, and a memory that it may lose.
pub(super) struct Trigger {
    store: Box<dyn Store>,
    watch: Watch,
}

/// A database and what makes its batches' numbers run against the order of commits.
pub(super) struct Place {
    pub(super) url: String,
    /// Draws the next batch's number; SQLite gives numbers in order of commit anyway.
    draw: Box<dyn FnMut(usize)>,
    _guard: Box<dyn std::any::Any>,
}

impl Place {
    /// Batches are numbered in order of commit.
    pub(super) fn in_order(self) -> Place {
        Place { draw: Box::new(|_| {}), ..self }
    }
}

pub(super) fn sqlite() -> Place {
    let directory = temp_dir();
    let url = format!("sqlite:{}/t.db", directory.path().display());
    Place { url, draw: Box::new(|_| {}), _guard: Box::new(directory) }
}

pub(super) fn postgres() -> Place {
    let database = std::rc::Rc::new(database());
    let (url, own) = (database.url().to_owned(), std::rc::Rc::clone(&database));
    let draw = move |place: usize| {
        // Of four blocks of ten numbers, one runs backwards.
        let (block, nth) = (place / 10, place % 10);
        let (step, next) = match block % 4 {
            1 => (-1, block * 10 + 10),
            _ => (1, block * 10 + 1),
        };
        if nth == 0 && block % 4 < 3 {
            let change = "ALTER SEQUENCE batch_number INCREMENT BY";
            let _ = own.sql(&format!("{change} {step} RESTART WITH {next}"));
        }
    };
    Place { url, draw: Box::new(draw), _guard: Box::new(database) }
}

pub(super) fn choice(lateness: i64) -> Choice {
    let mut config = Config::default();
    config.siemtrigger.lateness = common::clock::span::Span(lateness);
    Choice::new(&Args::none(), &config).expect("a choice")
}

impl Trigger {
    pub(super) fn new(url: &str) -> Trigger {
        let url = Url::parse(Some(url)).expect("a URL");
        let store = store::open(&url, Create::Never).expect("a store");
        Trigger { store, watch: Watch::default() }
    }

    /// Takes a turn; says whether there was work.
    pub(super) fn turn(&mut self, choice: &Choice) -> bool {
        let mut printer = Printer::new(None, false);
        self.watch.turn(self.store.as_mut(), choice, &mut printer).expect("a turn")
    }

    pub(super) fn finish(&mut self, choice: &Choice) {
        while self.turn(choice) {}
    }
}

/// A version's hash, and the commits of one of its intervals: after the first, up to the second,
/// firing after the third.
pub(super) type Interval = (String, i64, Option<i64>, i64);

/// What a run leaves.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) events: Vec<SiemEvent>,
    /// What rule versions were to see.
    pub(super) intervals: Vec<Interval>,
    /// How often a trigger began anew.
    pub(super) losses: usize,
}

impl Outcome {
    fn new(mut feed: Feed, losses: usize) -> Outcome {
        let all = feed.store.activations().expect("activations");
        let interval =
            |it: &Activation| (it.hash.clone(), it.from_commit, it.to_commit, it.armed_commit);
        let intervals = all.iter().map(interval).collect();
        Outcome { events: feed.siem_events(), intervals, losses }
    }
}

/// All commits, and one look at the end.
pub(super) fn undisturbed(mut place: Place, plan: &Plan) -> Outcome {
    let mut feed = Feed::new(&place.url);
    for (number, commit) in plan.commits.iter().enumerate() {
        plan.change(&mut feed, number);
        (place.draw)(number);
        feed.commit(commit);
    }
    Trigger::new(&place.url).finish(&choice(600 * SECOND));
    Outcome::new(feed, 0)
}

/// The schedule of a seed.
pub(super) fn scheduled(place: Place, plan: &Plan, seed: u64) -> Outcome {
    let mut dice = Dice(seed * 7_919 + 1);
    let count = [1, 2, 4][dice.roll(3) as usize];
    match mutant() {
        Mutant::Right if dice.roll(4) == 0 => at_once(place, plan, count, &mut dice),
        _ => in_turns(place, plan, count, &mut dice),
    }
}

/// Triggers take turns, or nobody does.
fn in_turns(mut place: Place, plan: &Plan, count: u64, dice: &mut Dice) -> Outcome {
    let mut feed = Feed::new(&place.url);
    let choice = choice(600 * SECOND);
    let mut triggers: Vec<Trigger> = (0..count).map(|_| Trigger::new(&place.url)).collect();
    let (mut rest, mut losses) = (0, 0);
    for (number, commit) in plan.commits.iter().enumerate() {
        plan.change(&mut feed, number);
        (place.draw)(number);
        feed.commit(commit);
        if rest > 0 {
            rest -= 1;
            continue;
        }
        for _ in 0..dice.roll(4) {
            let which = usize::try_from(dice.roll(count)).expect("few");
            let _ = triggers[which].turn(&choice);
            if dice.roll(6) == 0 {
                triggers[which] = Trigger::new(&place.url);
                losses += 1;
            }
        }
        if dice.roll(40) == 0 {
            rest = plan.commits.len() / 4;
        }
    }
    triggers[0].finish(&choice);
    Outcome::new(feed, losses)
}

/// Each trigger is a thread, and nobody waits for anybody.
fn at_once(mut place: Place, plan: &Plan, count: u64, dice: &mut Dice) -> Outcome {
    let mut feed = Feed::new(&place.url);
    let (is_over, losses) = (AtomicBool::new(false), AtomicUsize::new(0));
    let url = place.url.clone();
    let look = |mut dice: Dice| {
        pretend(Mutant::Right);
        let choice = choice(600 * SECOND);
        let mut trigger = Trigger::new(&url);
        loop {
            // Asked first: what was committed before it was over is looked at.
            let is_last = is_over.load(Ordering::SeqCst);
            match trigger.turn(&choice) {
                false if is_last => return,
                false => sleep(Duration::from_millis(dice.roll(20))),
                true => {}
            }
            if dice.roll(12) == 0 {
                trigger = Trigger::new(&url);
                losses.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    scope(|scope| {
        for _ in 0..count {
            let own = Dice(dice.roll(u64::MAX) | 1);
            scope.spawn(|| look(own));
        }
        for (number, commit) in plan.commits.iter().enumerate() {
            plan.change(&mut feed, number);
            (place.draw)(number);
            feed.commit(commit);
        }
        is_over.store(true, Ordering::SeqCst);
    });
    Outcome::new(feed, losses.into_inner())
}
