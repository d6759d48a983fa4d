//! What siemmanage asks, on any database.
//!
//! What it does *not* know: which database it is.

use super::{START, commit, line, messages, source};
use common::clock::{SECOND, Timestamp};
use common::event::EventId;
use common::hit::{Hit, Match};
use common::section::Section;
use common::siem_event::SiemEvent;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use store::{
    Batch, Clear, Cursor, HelperRow, Removed, Retain, Scan, Share, SiemRow, SiemSelection, Step,
    Store,
};

fn row(section: &str, name: &str, body: &str) -> HelperRow {
    let (section, name, body) = (section.to_owned(), name.to_owned(), body.to_owned());
    HelperRow { section, name, is_enabled: true, body }
}

fn own(store: &mut dyn Store) -> Vec<HelperRow> {
    let mut rows = store.helpers().expect("helpers");
    rows.retain(|row| row.section == "mail" || row.section == "auth");
    rows
}

/// Shipped helpers are there; others are put, replaced in place, and deleted.
pub(crate) fn helpers_are_put_in_place(store: &mut dyn Store) {
    let shipped = store.helpers().expect("helpers");
    assert!(shipped.iter().any(|row| row.name.starts_with("sshd")), "{shipped:?}");
    store.delete_helpers(&[(shipped[0].section.clone(), shipped[0].name.clone())]).expect("gone");
    assert_eq!(store.helpers().expect("helpers"), shipped[1..]);

    let generation = store.helper_generation().expect("a number");
    let (a, b) = (row("mail", "b'; DROP TABLE helper; --", "1"), row("mail", "$(reboot)", "2"));
    store.put_helpers(&[a.clone(), b.clone()]).expect("put");
    assert_eq!(own(store), [a.clone(), b.clone()]);
    assert!(store.helper_generation().expect("a number") > generation);
    assert!(store.sections().expect("sections").iter().any(|section| section.name == "mail"));

    let changed = HelperRow { is_enabled: false, body: "3".into(), ..a.clone() };
    store.put_helpers(&[changed.clone(), row("auth", "$(reboot)", "4")]).expect("put");
    assert_eq!(own(store), [row("auth", "$(reboot)", "4"), changed.clone(), b]);
    store.delete_helpers(&[("mail".into(), "$(reboot)".into())]).expect("gone");
    assert_eq!(own(store), [row("auth", "$(reboot)", "4"), changed]);
    assert_eq!(store.clear(Clear::Helper, Some("mail")).expect("gone"), 1);
    assert_eq!(own(store), [row("auth", "$(reboot)", "4")]);
}

/// A section is made and changed.
pub(crate) fn sections_are_put(store: &mut dyn Store) {
    let find = |store: &mut dyn Store| {
        store.sections().expect("sections").into_iter().find(|section| section.name == "mail")
    };
    assert_eq!(find(store), None);
    let mut mail = Section { name: "mail".into(), zone: Some("UTC".into()), ..Section::default() };
    store.put_section(&mail).expect("put");
    assert_eq!(find(store), Some(mail.clone()));
    mail = Section {
        format: Some("rfc3164".into()),
        display: Some("time".into()),
        zone: None,
        ..mail
    };
    store.put_section(&mail).expect("put");
    assert_eq!(find(store), Some(mail));
}

/// Old events go; the counts of their batches follow, and numbers of commits stay.
pub(crate) fn old_events_go(store: &mut dyn Store) {
    let mut auth = source(store, "a", "auth");
    let mut web = source(store, "w", "web");
    let old = [
        line("auth", "h", 0, "a0"),
        line("auth", "h", 100_000, "a1"),
        line("auth", "h", 200_000, "a2"),
    ];
    commit(store, &mut auth, &old, 30);
    commit(store, &mut web, &[line("web", "h", 1, "w0"), line("web", "h", 100_001, "w1")], 20);

    let before = Timestamp(START.0 + 100_000 * SECOND);
    let mut retain =
        Retain { before, section: Some("auth".into()), siem_before: Some(before), up_to: None };
    let one = Removed { events: 1, ..Removed::default() };
    assert_eq!(store.retain_plan(&retain).expect("a plan"), one);
    assert_eq!(messages(store, &Scan::default()), ["a0", "w0", "a1", "w1", "a2"]);
    assert_eq!(store.retain(&retain).expect("gone"), one);
    assert_eq!(messages(store, &Scan::default()), ["w0", "a1", "w1", "a2"]);

    retain.section = None;
    assert_eq!(store.retain_plan(&retain).expect("a plan").events, 1);
    assert_eq!(store.retain(&retain).expect("gone").events, 1);
    assert_eq!(messages(store, &Scan::default()), ["a1", "w1", "a2"]);
    let counts = |store: &mut dyn Store| -> Vec<i64> {
        store
            .commits_after(0, 10)
            .expect("commits")
            .iter()
            .map(|commit| commit.event_count)
            .collect()
    };
    assert_eq!(counts(store), [2, 1]);
    assert_eq!(store.retain(&retain).expect("gone"), Removed::default());

    assert_eq!(store.clear(Clear::Event, Some("web")).expect("gone"), 1);
    assert_eq!(messages(store, &Scan::default()), ["a1", "a2"]);
    assert_eq!(store.clear(Clear::Event, None).expect("gone"), 2);
    assert_eq!(counts(store), [0, 0]);
    commit(store, &mut auth, &[line("auth", "h", 5, "new")], 10);
    assert_eq!(store.last_commit().expect("a commit").map(|(number, _)| number), Some(3));
}

/// What status shows.
pub(crate) fn sources_and_size_are_told(store: &mut dyn Store) {
    assert!(store.sources().expect("sources").is_empty());
    let mut auth = source(store, "a", "auth");
    commit(store, &mut auth, &[line("auth", "h", 0, "a0"), line("auth", "h", 1, "a1")], 30);
    let sources = store.sources().expect("sources");
    assert_eq!(sources.len(), 1);
    assert_eq!(sources[0].0, auth);
    assert!(sources[0].1 > START, "{:?}", sources[0].1);
    let size = store.size().expect("a size");
    assert_eq!((size.events, size.siem_events, size.commit_no), (2, 0, 1));
    assert!(size.bytes > 4096, "{size:?}");
    let versions: Vec<i32> =
        store.migrations().expect("migrations").iter().map(|step| step.version).collect();
    let dense: Vec<i32> = (1..).take(versions.len()).collect();
    assert!(versions.len() >= 3);
    assert_eq!(versions, dense);
    assert_eq!(store.clear(Clear::Position, Some("web")).expect("gone"), 0);
    assert_eq!(store.clear(Clear::Position, None).expect("gone"), 1);
    assert_eq!(store.cursor(auth.source).expect("no cursor"), None);
}

/// A forgotten source is neither found nor moved; its account and its chain's end stay.
pub(crate) fn forgotten_sources_stay_accounted_for(store: &mut dyn Store) {
    let mut auth = source(store, "a", "auth");
    let mut web = source(store, "b", "web");
    commit(store, &mut auth, &[line("auth", "h", 1, "one")], 10);
    commit(store, &mut web, &[line("web", "h", 1, "two")], 10);
    let (accounts, heads) = (store.accounts().expect("some"), store.cursor_heads().expect("some"));
    let stale = (web.source, web.revision - 1);
    assert_eq!(store.forget(&[(auth.source, auth.revision), stale]).expect("done"), 1);
    assert_eq!(store.forget(&[(auth.source, auth.revision + 1)]).expect("done"), 0, "twice");
    assert_eq!(store.cursor(auth.source).expect("an answer"), None);
    let sources = store.sources().expect("sources");
    assert_eq!(sources.iter().map(|(cursor, _)| cursor).collect::<Vec<_>>(), [&web]);
    let mut known = Vec::new();
    let mut look = |cursors: &[Cursor]| {
        known = cursors.to_vec();
        web.clone()
    };
    store.claim("box", &mut look).expect("a cursor");
    assert_eq!(known, std::slice::from_ref(&web));
    let late = Cursor { position: 20, ..auth.clone() };
    let batch = Batch {
        cursor: &late,
        byte_start: 10,
        line_count: 0,
        events: &[],
        rejects: &[],
        gaps: &[],
        filtered: Share::default(),
    };
    let error = store.commit(&[batch]).expect_err("forgotten");
    assert!(matches!(error, store::Error::Overtaken(source) if source == auth.source), "{error}");
    assert_eq!(store.accounts().expect("some"), accounts);
    assert_eq!(store.cursor_heads().expect("some"), heads);
}

/// Retention, a writer and a reader of commits at once: nothing new is lost, nobody waits for
/// what is gone, and the counts of batches end up right.
pub(crate) fn retention_goes_on_beside_others(open: &(dyn Fn() -> Box<dyn Store> + Sync)) {
    const BATCHES: i64 = 30;
    let retain = Retain { before: START, section: None, siem_before: None, up_to: None };
    let is_done = AtomicBool::new(false);
    let mut first = open();
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut store = open();
            let mut cursor = source(store.as_mut(), "a", "auth");
            for number in 0..BATCHES {
                let new = (0..20).map(|second| line("auth", "h", second, "new"));
                let old = (0..20).map(|second| line("auth", "h", second - 100_000, "old"));
                let events: Vec<_> = old.chain(new).collect();
                commit(store.as_mut(), &mut cursor, &events, 10 + number);
            }
            is_done.store(true, Ordering::Release);
        });
        scope.spawn(|| {
            let mut store = open();
            while !is_done.load(Ordering::Acquire) {
                store.retain(&retain).expect("gone");
            }
        });
        let mut store = open();
        let mut seen = 0;
        while seen < BATCHES {
            let wait = Duration::from_millis(200);
            store.wait_commit(seen, wait).expect("a wait");
            for commit in store.commits_after(seen, 10).expect("commits") {
                assert_eq!(commit.commit_no, seen + 1);
                seen = commit.commit_no;
            }
        }
    });
    first.retain(&retain).expect("gone");
    let left = messages(first.as_mut(), &Scan::default());
    assert_eq!(left.len(), 600);
    assert!(left.iter().all(|message| message == "new"));
    assert_eq!(first.size().expect("a size").events, 600);
}

/// Hits of old events go with them; SIEM events stay unless they are asked for.
pub(crate) fn what_rules_found_goes_or_stays(store: &mut dyn Store) {
    let version = |store: &mut dyn Store, section: &str| {
        let activations = store.activations().expect("activations");
        activations.iter().find(|one| one.rule.section == section).expect("a shipped rule").version
    };
    let versions = [version(store, "auth"), version(store, "web")];
    let time = |day: i64| Timestamp(START.0 + day * 86_400 * SECOND);
    let hit = |day: i64| Hit {
        group: vec![Some("$(reboot)".into()), None],
        time: time(day),
        matched: Match::Event(EventId { batch: 1, seq: i32::try_from(day).expect("few") }),
        commit_no: 1,
        committed: START,
        is_armed: true,
        fired_commit: None,
        message: String::new(),
        keys: Vec::new(),
    };
    let event = |section: &str, day: i64| SiemEvent {
        id: format!("{section}{day}"),
        section: section.into(),
        time: time(0),
        last_time: time(day),
        ..SiemEvent::default()
    };
    let row = |version, event| SiemRow { version, commit_no: 1, event };
    let step = Step {
        hits: [0, 1, 2]
            .iter()
            .flat_map(|day| versions.map(|version| (version, hit(*day))))
            .collect(),
        events: ["auth", "web"]
            .iter()
            .zip(versions)
            .flat_map(|(section, version)| [1, 2].map(|day| row(version, event(section, day))))
            .collect(),
        ..Step::default()
    };
    assert!(store.record(&step).expect("recorded"));

    let mut retain =
        Retain { before: time(1), section: Some("auth".into()), siem_before: None, up_to: None };
    let one = Removed { hits: 1, ..Removed::default() };
    assert_eq!(store.retain_plan(&retain).expect("a plan"), one);
    assert_eq!(store.retain(&retain).expect("gone"), one);
    assert_eq!(store.hits(versions[0], None, time(0)).expect("hits").len(), 2);
    assert_eq!(store.hits(versions[1], None, time(0)).expect("hits").len(), 3);
    assert_eq!(store.size().expect("a size").siem_events, 4);

    retain = Retain { before: time(2), section: None, siem_before: Some(time(2)), up_to: None };
    let rest = Removed { hits: 3, siem_events: 2, ..Removed::default() };
    assert_eq!(store.retain_plan(&retain).expect("a plan"), rest);
    assert_eq!(store.retain(&retain).expect("gone"), rest);
    let mut left = Vec::new();
    let mut see = |event: SiemEvent| {
        left.push(event.id);
        ControlFlow::Continue(())
    };
    store.siem_events(&SiemSelection::default(), &mut see).expect("SIEM events");
    assert_eq!(left, ["auth2", "web2"]);
    assert_eq!(store.clear(Clear::Siem, Some("web")).expect("gone"), 1);
    assert_eq!(store.clear(Clear::Siem, None).expect("gone"), 1);
}
