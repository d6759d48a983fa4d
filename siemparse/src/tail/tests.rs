//! Tests: a source that is killed after any of its bytes ends with the same events.
//!
//! What it does *not* know: processes; `tests/cli/restart.rs` kills those.

use super::*;
use crate::content::Content;
use crate::line::HEAD;
use crate::source;
use crate::take::Take;
use common::event::{Event, Kept};
use parse::Settings;
use std::fs;
use std::path::Path;

/// What was stored of a source: its events, and where it goes on.
#[derive(Default)]
struct Stored {
    cursor: Cursor,
    events: Vec<Event<'static>>,
}

/// Goes on where the last run was killed, and reads what there is; to its end when nothing comes
/// after it.
fn run(path: &Path, stored: &mut Stored, take: &mut Take, is_last: bool) {
    let content = Content::open(path).expect("a file");
    let head = content.head(HEAD);
    let cursor = identity::claimed(stored.cursor.clone(), "x", (&content, &head));
    let state = Some(cursor.state.as_str()).filter(|state| !state.is_empty());
    let parser = Parser::new(Settings::default(), state).expect("its own state");
    let source = Rc::new(Source {
        input: source::Input::Path(path.to_owned()),
        section: "default".to_owned(),
        format: None,
        zone: None,
        program: None,
        start: None,
        statistics: false,
    });
    let input = Input::file(content, cursor.position).expect("a file");
    let made = Tail::new(0, source, path.to_owned(), input, parser, cursor).expect("a file");
    let mut tail = made.expect("the cursor's own file");
    while tail.turn(take).expect("lines") == Turn::More {}
    if is_last {
        tail.take_rest(take).expect("lines");
    }
    let job = tail.cut();
    stored.cursor = job.cursor;
    stored.events.extend(job.events);
}

/// The events of a text that is killed over after so many of its bytes, and then again.
fn killed_at(path: &Path, text: &[u8], places: &[usize], take: &mut Take) -> Vec<Event<'static>> {
    let mut stored = Stored::default();
    for &place in places {
        fs::write(path, &text[..place]).expect("writes");
        run(path, &mut stored, take, false);
    }
    fs::write(path, text).expect("writes");
    run(path, &mut stored, take, true);
    // Lines without a stamp bear the time at which they were read.
    let now = Timestamp(0);
    for event in &mut stored.events {
        if event.time_quality == common::event::TimeQuality::None {
            event.time = now;
        }
    }
    stored.events
}

#[test]
fn killed_after_any_byte_it_ends_with_the_same_events() {
    let folder = testkit::temp_dir();
    let path = folder.path().join("a.log");
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../common/parse/tests/data");
    let mut take = Take::Keep(Kept::default());
    let mut several = 0;
    for name in ["auditd", "mysql", "trace", "container", "zeek", "rfc3164"] {
        let text = fs::read(fixtures.join(format!("{name}.log"))).expect("a fixture");
        let text = &text[..text.len().min(3_200)];
        let whole = killed_at(&path, text, &[], &mut take);
        let lines = memchr::memchr_iter(b'\n', text).count();
        several += usize::from(whole.len() < lines);
        for place in 1..text.len() {
            let events = killed_at(&path, text, &[place / 2, place], &mut take);
            assert!(events == whole, "{name}, killed after byte {place}: {events:#?}");
        }
    }
    assert!(several >= 3, "records of several lines: {several} of the texts have them");
}
