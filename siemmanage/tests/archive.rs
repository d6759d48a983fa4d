//! The real `retain --archive` and `verify --archive`: what was removed is in files that verify,
//! whatever is changed in one is named, and a kill at any moment loses and doubles nothing.
//!
//! What it does *not* know: how lines are made (`common/store`).

use common::clock::{DAY, SECOND, Timestamp};
use common::event::{Event, RawKind};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;
use store::{Batch, Create, Cursor, Selection, Share, Store, Url};
use testkit::{Output, Tool, for_each_db, temp_dir, tool_at};

const DAYS: i64 = 3;
const START: i64 = 1_780_000_000 / 86_400 * DAY;

fn tool(url: &str, args: &[&str]) -> Tool {
    tool_at(env!("CARGO_BIN_EXE_siemmanage")).env("SIEM_DB", url).args(args)
}

fn run(url: &str, args: &[&str]) -> Output {
    tool(url, args).run()
}

fn open(url: &str) -> Box<dyn Store> {
    let url = Url::parse(Some(url)).expect("a URL");
    store::open(&url, Create::IfEmbedded).expect("a store")
}

fn event(number: i64) -> Event<'static> {
    let mut event = Event {
        time: Timestamp(START + number % DAYS * DAY + number * SECOND),
        section: "auth".into(),
        host_name: "web1".into(),
        process_pid: Some(number),
        user_name: Some("root".into()),
        source_ip: "192.0.2.7".parse().ok(),
        message: format!("message {number}").into(),
        raw: b"<34>\xff ".as_slice().into(),
        raw_kind: RawKind::Prefix,
        tags: vec!["odd".into()],
        ..Event::default()
    };
    event.ext.push("a.b", common::event::Value::Int(number));
    event.normalise();
    event
}

/// Stores batches of events of three old days.
fn fill(url: &str, batches: i64, size: i64) {
    let _ = run(url, &["init"]).success();
    let _ = run(url, &["section", "set", "auth"]).success();
    let mut store = open(url);
    let new = |_: &[Cursor]| Cursor {
        host: "h".into(),
        kind: "stdin".into(),
        name: "old".into(),
        section: "auth".into(),
        ..Cursor::default()
    };
    let mut cursor = store.claim("h", &mut { new }).expect("a cursor");
    for batch in 0..batches {
        let byte_start = cursor.position;
        cursor.position += 10;
        let events: Vec<Event<'_>> = (batch * size..(batch + 1) * size).map(event).collect();
        let batch = Batch {
            cursor: &cursor,
            byte_start,
            line_count: size,
            events: &events,
            rejects: &[],
            gaps: &[],
            filtered: Share::default(),
        };
        cursor.revision = store.commit(&[batch]).expect("a commit")[0].revision;
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|it| it == "zst")).collect();
    files.sort();
    files
}

fn verify(url: &str, files: &[PathBuf]) -> Output {
    let paths: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
    let mut args = vec!["verify", "--archive"];
    args.extend(paths.iter().map(String::as_str));
    run(url, &args)
}

fn lines(path: &Path) -> Vec<String> {
    let packed = fs::read(path).expect("a file");
    let text = zstd::decode_all(&packed[..]).expect("an archive");
    String::from_utf8(text).expect("text").lines().map(str::to_owned).collect()
}

fn rewrite(path: &Path, lines: &[String]) {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write(path, zstd::encode_all(text.as_bytes(), 1).expect("packs")).expect("a file");
}

fn stored(url: &str) -> u64 {
    open(url).count(&Selection::default()).expect("a count")
}

#[test]
fn what_is_removed_is_in_files_that_verify() {
    for_each_db(|url| {
        fill(url, 4, 9);
        let directory = temp_dir();
        let folder = directory.path().display().to_string();
        let retain = ["retain", "--older-than", "1d", "--archive", &folder];
        let dry = run(url, &[&retain[..], &["--dry-run"]].concat()).success().stdout;
        assert!(dry.starts_with("would remove 36 events, "), "{dry}");
        assert_eq!(files(directory.path()), [] as [PathBuf; 0]);
        let done = run(url, &retain).success().stdout;
        assert!(done.starts_with("archived 36 events in 3 files\nremoved 36 events, "), "{done}");
        assert_eq!(stored(url), 0);
        let files = files(directory.path());
        let name =
            |path: &PathBuf| path.file_name().expect("a name").to_string_lossy().into_owned();
        let date = |day: i64| Timestamp(START + day * DAY).to_string()[..10].to_owned();
        let names: Vec<String> = files.iter().map(name).collect();
        let expected: Vec<String> =
            (0..DAYS).map(|day| format!("auth.{}.1-4.ndjson.zst", date(day))).collect();
        assert_eq!(names, expected);
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&files[0]).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let text = verify(url, &files).success().stdout;
        assert_eq!(text, "verified 36 events of 12 batches in 3 archives: 0 findings\n");
        let text = run(url, &["verify"]).success().stdout;
        assert!(text.ends_with("against no outside head: 0 findings\n"), "{text}");
        let again = run(url, &retain).success().stdout;
        assert!(again.starts_with("archived 0 events in 0 files\nremoved 0 events, "), "{again}");
        named(url, &files);
        whole(url, directory.path());
    });
}

/// A folder has to hold all that was ever archived, also where a whole file is gone.
fn whole(url: &str, folder: &Path) {
    let all = [folder.to_owned()];
    let text = verify(url, &all).success().stdout;
    assert_eq!(text, "verified 36 events of 12 batches in 3 archives: 0 findings\n");
    let path = files(folder).remove(1);
    let elsewhere = temp_dir();
    fs::copy(&path, elsewhere.path().join("copy")).expect("a copy");
    fs::remove_file(&path).expect("removed");
    let text = verify(url, &all).expect_code(1).stdout;
    let date = Timestamp(START + DAY).to_string()[..10].to_owned();
    let expected = format!(
        "auth.{date}: 4 batches missing in the archive, 1 to 4\n\
         verified 24 events of 8 batches in 2 archives: 1 finding\n"
    );
    assert_eq!(text, expected);
    // Of single files nobody says that they are all.
    let _ = verify(url, &files(folder)).success();
    fs::rename(elsewhere.path().join("copy"), &path).expect("put back");
    let _ = verify(url, &all).success();
}

/// A removal without archives that was interrupted is no fault of archives that come after it.
#[test]
fn what_was_half_removed_without_an_archive_goes_without_one() {
    for_each_db(|url| {
        let (batches, size) = (20, 600);
        let is_half = (0..20).any(|_| {
            fill(url, batches, size);
            let all = stored(url);
            let running = tool(url, &["retain", "--older-than", "1d"]).spawn();
            while running.is_alive() && stored(url) == all {
                sleep(Duration::from_millis(1));
            }
            running.signal("KILL");
            let _ = running.wait();
            stored(url) > 0 && stored(url) < all
        });
        assert!(is_half, "no kill came in the middle");
        let directory = temp_dir();
        let folder = directory.path().display().to_string();
        let retain = ["retain", "--older-than", "1d", "--archive", &folder];
        let _ = run(url, &["verify"]).expect_code(1);
        let text = run(url, &retain).success().stdout;
        assert!(text.starts_with("archived 0 events in 0 files\n"), "{text}");
        assert_eq!(stored(url), 0);
        let _ = run(url, &["verify"]).success();
        fill(url, 2, 30);
        let text = run(url, &retain).success().stdout;
        assert!(text.starts_with("archived 60 events in 3 files\nremoved 60 events"), "{text}");
        let text = verify(url, &[directory.path().to_owned()]).success().stdout;
        assert_eq!(text, "verified 60 events of 6 batches in 3 archives: 0 findings\n");
        let _ = run(url, &["verify"]).success();
    });
}

/// Changes of an archive, and what is said of them.
fn named(url: &str, files: &[PathBuf]) {
    let good = lines(&files[0]);
    let told = |lines: &[String], what: &str| {
        rewrite(&files[0], lines);
        let text = verify(url, files).expect_code(1).stdout;
        let first = text.lines().next().expect("a finding");
        assert!(first.ends_with(what), "{what}: {text}");
    };
    let replaced = |line: usize, have: &str, other: &str| {
        let mut lines = good.clone();
        assert!(lines[line].contains(have), "{have}: {}", lines[line]);
        lines[line] = lines[line].replacen(have, other, 1);
        lines
    };
    assert!(good[1].starts_with("{\"batch\":") && good[2].starts_with("{\"event\":"));
    told(&replaced(2, "message 0", "message 9"), ": event 1.1 changed: message");
    told(&replaced(3, "\"user_name\":\"root\"", "\"user_name\":\"toor\""), "changed: user_name");
    told(&replaced(3, "192.0.2.7", "192.0.2.8"), ": event 1.4 changed: source_ip");
    told(&replaced(4, "\"a.b\":6", "\"a.b\":7"), ": event 1.7 changed: ext");
    told(&replaced(4, "\"a.b\":6", "\"a.b\": 6"), "is not what siemmanage retain writes");
    told(
        &replaced(1, "\"line_count\":9", "\"line_count\":8"),
        "batch 1: its row changed: line_count",
    );
    told(
        &replaced(1, "\"event_count\":3", "\"event_count\":2"),
        "batch 1: its row changed: leaves",
    );
    let without = |place: usize| [&good[..place], &good[place + 1..]].concat();
    told(&without(3), ": event 1.4 missing");
    told(&good[..good.len() - 1], "missing: the archive is cut");
    let mut lines = good.clone();
    lines.insert(5, replaced(4, "\"seq\":7", "\"seq\":8")[4].clone());
    told(&lines, ": event 1.8 added");
    // A batch and its events left out, with the last line made to agree.
    let mut lines = [&good[..1], &good[5..]].concat();
    let end = lines.len() - 1;
    lines[end] = "{\"end\":{\"batches\":3,\"events\":9}}".to_owned();
    told(&lines, "batch 1 missing in the archive");
    // The same, with a header that says that it was removed before.
    lines[0] = lines[0].replacen("\"retentions\":0", "\"retentions\":99", 1);
    assert!(lines[0].contains(":99"), "{}", lines[0]);
    told(&lines, "batch 1 missing in the archive");
    rewrite(&files[0], &good);
    let _ = verify(url, files).success();
    // A byte of the packed file.
    let packed = fs::read(&files[0]).expect("a file");
    for place in [packed.len() / 3, packed.len() / 2, packed.len() - 1] {
        let mut other = packed.clone();
        other[place] ^= 1;
        fs::write(&files[0], &other).expect("a file");
        let text = verify(url, files).expect_code(1).stdout;
        assert!(text.contains(&format!("{}: ", files[0].display())), "{text}");
    }
    fs::write(&files[0], &packed).expect("a file");
}

#[test]
fn nothing_goes_where_events_are_not_what_was_stored_or_a_file_is_in_the_way() {
    let directory = temp_dir();
    let path = directory.path().join("siem.db");
    let url = format!("sqlite:{}", path.display());
    fill(&url, 2, 3);
    let archives = temp_dir();
    let folder = archives.path().display().to_string();
    let retain = ["retain", "--older-than", "1d", "--archive", &folder];
    let date = Timestamp(START).to_string()[..10].to_owned();
    let taken = archives.path().join(format!("auth.{date}.1-2.ndjson.zst"));
    let other = zstd::encode_all(&b"something else\n"[..], 1).expect("packs");
    fs::write(&taken, &other).expect("a file");
    let text = run(&url, &retain).expect_code(5).stderr;
    assert!(text.contains("it is there and holds something else"), "{text}");
    assert_eq!((stored(&url), fs::read(&taken).expect("a file")), (6, other));
    fs::remove_file(&taken).expect("removed");
    let _ = run(&url, &["retain", "--older-than", "1d", "--archive", "/nowhere"]).expect_code(5);
    assert_eq!(stored(&url), 6);
}

/// As a kill leaves it between the last file and the first row that goes.
#[test]
fn files_of_an_interrupted_run_are_relied_on() {
    let directory = temp_dir();
    let path = directory.path().join("siem.db");
    let url = format!("sqlite:{}", path.display());
    fill(&url, 3, 6);
    let before = fs::read(&path).expect("a database");
    let archives = temp_dir();
    let folder = archives.path().display().to_string();
    let retain = ["retain", "--older-than", "1d", "--archive", &folder];
    let _ = run(&url, &retain).success();
    let files = files(archives.path());
    let held: Vec<Vec<u8>> = files.iter().map(|path| fs::read(path).expect("a file")).collect();
    for name in ["siem.db-wal", "siem.db-shm"] {
        let _ = fs::remove_file(directory.path().join(name));
    }
    fs::write(&path, before).expect("the database as it was");
    fs::remove_file(&files[1]).expect("removed");
    fs::write(archives.path().join("auth.tmp"), "half").expect("a file");
    assert_eq!(stored(&url), 18);
    let text = run(&url, &retain).success().stdout;
    assert!(text.starts_with("archived 6 events in 1 file\nremoved 18 events, "), "{text}");
    let again: Vec<Vec<u8>> = files.iter().map(|path| fs::read(path).expect("a file")).collect();
    assert_eq!((&again[0], &again[2]), (&held[0], &held[2]));
    let text = verify(&url, &files).success().stdout;
    assert_eq!(text, "verified 18 events of 9 batches in 3 archives: 0 findings\n");
}

/// Kills at many moments; afterwards each event is in the database or in exactly one file.
#[test]
fn a_kill_at_any_moment_loses_and_doubles_nothing() {
    for_each_db(|url| {
        let (batches, size) = (30, 400);
        fill(url, batches, size);
        let directory = temp_dir();
        let folder = directory.path().display().to_string();
        let retain = ["retain", "--older-than", "1d", "--archive", &folder];
        for wait in (0..24).map(|step| step * 40) {
            let running = tool(url, &retain).spawn();
            sleep(Duration::from_millis(wait));
            running.signal("KILL");
            let _ = running.wait();
            let files = files(directory.path());
            if !files.is_empty() {
                let _ = verify(url, &files).success();
            }
            if stored(url) == 0 {
                break;
            }
        }
        let _ = run(url, &retain).success();
        assert_eq!(stored(url), 0);
        let files = files(directory.path());
        let text = verify(url, &files).success().stdout;
        assert!(text.starts_with(&format!("verified {} events of ", batches * size)), "{text}");
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        for line in files.iter().flat_map(|path| lines(path)) {
            if line.starts_with("{\"event\":") {
                let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
                *seen.entry(line["event"]["process_pid"].to_string()).or_default() += 1;
            }
        }
        assert_eq!(seen.len() as i64, batches * size);
        assert!(seen.values().all(|count| *count == 1));
        let _ = run(url, &["verify"]).success();
    });
}
