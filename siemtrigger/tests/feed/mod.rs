//! Commits made by the test itself, and what siemtrigger left of them.
//!
//! What it does *not* know: rules.

use common::clock::{SECOND, Timestamp};
use common::event::{Event, EventId, Original};
use common::siem_event::SiemEvent;
use std::ops::ControlFlow;
use std::thread::sleep;
use std::time::{Duration, Instant};
use store::{Batch, Create, Cursor, Scan, Share, SiemSelection, Store, Url, open};

/// 2026-11-20T10:00:00Z.
const START: i64 = 1_795_168_800 * SECOND;

/// A database and a source.
pub(crate) struct Feed {
    pub(crate) store: Box<dyn Store>,
    cursor: Cursor,
}

/// Commits of up to six events each at random, disordered times.
pub(crate) fn events(seed: u64, commits: usize) -> Vec<Vec<Event<'static>>> {
    let mut state = seed;
    let mut below = |bound: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    (0..commits as u64)
        .map(|number| {
            let count = 1 + below(6);
            (0..count)
                .map(|_| {
                    let late = if below(10) == 0 { below(90) } else { below(4) };
                    let second = i64::try_from(number * 2 + 90 - late).expect("small");
                    let process = ["sshd", "sshd", "sshd", "sudo", "cron"][below(5) as usize];
                    let user = ["eve", "bob"][below(2) as usize];
                    event(second, process, user, &format!("event {}", below(1_000_000)))
                })
                .collect()
        })
        .collect()
}

/// A commit of events at (second, process, user).
pub(crate) fn at(list: &[(i64, &str, &str)]) -> Vec<Event<'static>> {
    list.iter().map(|(second, process, user)| event(*second, process, user, "text")).collect()
}

fn event(second: i64, process: &str, user: &str, message: &str) -> Event<'static> {
    let mut event = Event {
        time: Timestamp(START + second * SECOND),
        section: "t".into(),
        host_name: "web1".into(),
        process_name: Some(process.to_owned().into()),
        user_name: Some(user.to_owned().into()),
        message: message.to_owned().into(),
        raw: b"raw".as_slice().into(),
        ..Event::default()
    };
    event.normalise();
    event
}

impl Feed {
    pub(crate) fn new(url: &str) -> Feed {
        let url = Url::parse(Some(url)).expect("a URL");
        let mut store = open(&url, Create::Always).expect("a store");
        store.ensure_section("t").expect("a section");
        let mut new = |_: &[Cursor]| Cursor {
            host: "h".into(),
            kind: "stdin".into(),
            name: "feed".into(),
            section: "t".into(),
            ..Cursor::default()
        };
        let cursor = store.claim("h", &mut new).expect("a cursor");
        Feed { store, cursor }
    }

    pub(crate) fn commit(&mut self, events: &[Event<'static>]) {
        let cursor = Cursor { position: self.cursor.position + 1, ..self.cursor.clone() };
        let batch = Batch {
            cursor: &cursor,
            byte_start: self.cursor.position,
            line_count: 1,
            events,
            rejects: &[],
            gaps: &[],
            filtered: Share::default(),
        };
        let done = self.store.commit(&[batch]).expect("a commit");
        self.cursor = Cursor { revision: done[0].revision, ..cursor };
    }

    pub(crate) fn commit_now(&mut self, process: &str, host: &str) {
        let mut event = event(0, process, "eve", "text");
        event.time = Timestamp::now();
        event.host_name = host.to_owned().into();
        self.commit(&[event]);
    }

    /// Waits until every version in force has seen the last commit.
    pub(crate) fn wait_until_seen(&mut self) {
        let last = self.store.last_commit().expect("a commit").expect("a commit").0;
        let start = Instant::now();
        loop {
            let all = self.store.activations().expect("activations");
            if all.iter().all(|it| it.is_finished() || it.position >= last) {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(40), "not seen in time");
            sleep(Duration::from_millis(20));
        }
    }

    /// All SIEM events of the section, in order of time.
    pub(crate) fn siem_events(&mut self) -> Vec<SiemEvent> {
        self.siem_events_of("t")
    }

    /// All SIEM events of a section, in order of time.
    pub(crate) fn siem_events_of(&mut self, section: &str) -> Vec<SiemEvent> {
        let sections = vec![section.to_owned()];
        let selection = SiemSelection { sections, ..SiemSelection::default() };
        let mut found = Vec::new();
        let mut see = |event: SiemEvent| {
            found.push(event);
            ControlFlow::Continue(())
        };
        self.store.siem_events(&selection, &mut see).expect("SIEM events");
        found
    }

    /// The stored events as `siemparse -o jsonl` prints them, with ids 0.LINE.
    pub(crate) fn json_lines(&mut self) -> Vec<u8> {
        let mut lines = Vec::new();
        let mut number = 0;
        let mut see = |mut event: Event<'static>| {
            number += 1;
            event.id = EventId { batch: 0, seq: number };
            event.ingested = None;
            event.write_json(&mut lines, Original::Include);
            lines.push(b'\n');
            ControlFlow::Continue(())
        };
        self.store.scan(&Scan { raw: true, ..Scan::default() }, &mut see).expect("events");
        lines
    }
}

/// A SIEM event as far as the tests look at it.
pub(crate) fn parsed(line: &str) -> SiemEvent {
    let json: serde_json::Value = serde_json::from_str(line).expect("JSON");
    let text = |name: &str| json[name].as_str().expect(name).to_owned();
    let time = |name: &str| Timestamp::parse(&text(name)).expect(name);
    let group = json["group"].as_object().expect("a group").iter();
    SiemEvent {
        id: text("id"),
        rule_name: text("rule.name"),
        rule_version: text("rule.version"),
        group: group
            .map(|(name, value)| (name.clone(), value.as_str().map(str::to_owned)))
            .collect(),
        time: time("time"),
        last_time: time("last_time"),
        event_count: json["event_count"].as_u64().expect("a count"),
        window_start: time("window.start"),
        window_end: time("window.end"),
        message: text("message"),
        source_ids: json["source_ids"]
            .as_array()
            .expect("ids")
            .iter()
            .map(|id| id.as_str().expect("an id").to_owned())
            .collect(),
        ..SiemEvent::default()
    }
}
