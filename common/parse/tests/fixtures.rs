//! Fixtures: `data/TOPIC.log` parsed, against `data/TOPIC.expected.jsonl`, all fields of every
//! event. `UPDATE_EXPECT=1 cargo test -p parse` rewrites the expectations; the diff is reviewed.

use common::clock::Timestamp;
use common::event::{Event, Original};
use parse::{Format, Line, Parser, Settings, lines};
use std::fs;
use std::path::{Path, PathBuf};

/// How the fixtures are read: on one afternoon in 2026, in UTC.
fn settings() -> Settings {
    let reference = Timestamp::parse("2026-11-20T12:00:00Z").expect("a stamp");
    Settings { section: "test".to_owned(), reference, read_at: reference, ..Settings::default() }
}

fn topics() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut topics: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the fixtures' folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "log"))
        .collect();
    topics.sort();
    assert!(topics.len() >= 7, "fixtures are missing");
    topics
}

/// One line for each event: its JSON form, and what that form leaves out.
fn print(event: &Event<'_>) -> String {
    let mut json = Vec::new();
    event.write_json(&mut json, Original::Include);
    let json = String::from_utf8(json).expect("JSON is UTF-8");
    format!(
        "{{\"raw\":\"{:?}\",\"eol\":\"{:?}\",\"labels\":\"{}\",\"event\":{json}}}\n",
        event.raw_kind, event.eol, event.labels
    )
}

#[test]
fn topics_give_what_is_expected() {
    for path in topics() {
        let bytes = fs::read(&path).expect("a fixture");
        let mut parser = Parser::new(settings(), None).expect("a parser");
        let mut found = String::new();
        let mut take = |parser: &mut Parser, record: Line<'_>| {
            found.push_str(&print(&parser.parse(record)));
        };
        lines(&bytes, 0).for_each(|line| parser.join(line, &mut take));
        parser.drain(&mut take);
        let expected = path.with_extension("expected.jsonl");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&expected, &found).expect("the expectations are written");
            continue;
        }
        let wanted = fs::read_to_string(&expected).expect("the expectations");
        for (number, (found, wanted)) in found.lines().zip(wanted.lines()).enumerate() {
            assert_eq!(found, wanted, "{} line {}", path.display(), number + 1);
        }
        assert_eq!(found.lines().count(), wanted.lines().count(), "{}", path.display());
    }
}

#[test]
fn raw_bytes_are_never_altered() {
    for path in topics() {
        let bytes = fs::read(&path).expect("a fixture");
        let mut parser = Parser::new(settings(), None).expect("a parser");
        let mut events: Vec<(i64, Vec<u8>)> = Vec::new();
        let mut take = |parser: &mut Parser, record: Line<'_>| {
            let event = parser.parse(record);
            let line = event.line();
            match event.runs(&line) {
                Some(runs) => {
                    events.extend(runs.into_iter().map(|(at, run)| (at, line[run].to_vec())));
                }
                None => events.push((event.log_offset, line)),
            }
        };
        lines(&bytes, 0).for_each(|line| parser.join(line, &mut take));
        parser.drain(&mut take);
        events.sort();
        let again: Vec<u8> = events.into_iter().flat_map(|(_, line)| line).collect();
        assert!(again == bytes, "{}", path.display());
    }
}

#[test]
fn a_restart_at_any_line_changes_nothing() {
    for path in topics() {
        let bytes = fs::read(&path).expect("a fixture");
        let mut whole = Parser::new(settings(), None).expect("a parser");
        let mut state: Option<String> = None;
        for line in lines(&bytes, 0) {
            let mut fresh = Parser::new(settings(), state.as_deref()).expect("a parser");
            assert_eq!(fresh.is_open(), whole.is_open());
            let (mut one, mut other) = (Vec::new(), Vec::new());
            fresh.join(line, &mut |parser, record| one.push(parser.parse(record).into_owned()));
            whole.join(line, &mut |parser, record| other.push(parser.parse(record).into_owned()));
            assert_eq!(one, other, "{} {}", path.display(), line.number);
            let is_small = fresh.state().len() <= 100;
            // A header of columns is part of the state.
            let has_columns = ["zeek.log", "w3c.log", "vpcflow.log", "cloudfront.log"];
            let has_columns = has_columns.iter().any(|name| path.ends_with(name));
            assert!(is_small || fresh.is_open() || has_columns);
            assert_eq!(fresh.state(), whole.state());
            state = Some(fresh.state());
        }
    }
}

#[test]
fn explaining_a_line_tells_the_same_and_changes_nothing() {
    for path in topics() {
        let bytes = fs::read(&path).expect("a fixture");
        let mut parser = Parser::new(settings(), None).expect("a parser");
        for line in lines(&bytes, 0) {
            let before = parser.state();
            let explanation = parser.explain(line);
            assert_eq!(parser.state(), before);
            for span in &explanation.spans {
                assert!(span.range.end <= line.bytes.len() && !span.range.is_empty());
            }
            let unparsed = explanation.event.tags.contains(&"unparsed".into());
            match explanation.format {
                Some(Format::Stamped) => {}
                format => assert_eq!(format.is_none(), unparsed),
            }
            assert_eq!(explanation.event, parser.parse(line));
        }
    }
}

#[test]
fn our_own_events_read_back() {
    let bytes = fs::read(topics()[0].with_file_name("rfc3164.log")).expect("a fixture");
    let mut parser = Parser::new(settings(), None).expect("a parser");
    let mut reader = Parser::new(settings(), None).expect("a parser");
    for line in lines(&bytes, 0) {
        let mut json = Vec::new();
        parser.parse(line).write_json(&mut json, Original::Omit);
        let text = std::str::from_utf8(&json).expect("JSON is UTF-8");
        let direct = Event::read_json(text).expect("an event");
        let event = reader.parse(Line::new(&json, 0, line.number));
        for &column in common::field::Column::ALL {
            if column != common::field::Column::LogOffset {
                assert_eq!(event.column(column), direct.column(column), "{column:?} of {text}");
            }
        }
        for (name, value) in direct.ext.iter() {
            assert_eq!(event.field(&common::field::Field::new(name)), Some(value.into()), "{name}");
        }
    }
}
