//! Hostile input: whatever a line holds, it becomes one event, its bytes come back, and nothing
//! panics.

use common::clock::{DAY, Timestamp};
use common::event::{Event, Original, TimeQuality};
use parse::{Format, Parser, Settings, lines, records};
use proptest::prelude::*;
use std::fs;
use std::path::Path;

fn settings(format: Option<Format>) -> Settings {
    let reference = Timestamp::parse("2026-11-20T12:00:00Z").expect("a stamp");
    Settings { format, reference, read_at: reference, ..Settings::default() }
}

fn parser(format: Option<Format>) -> Parser {
    Parser::new(settings(format), None).expect("a parser")
}

/// The lines of all fixtures.
fn seeds() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let logs =
        fs::read_dir(folder).expect("the fixtures").map(|entry| entry.expect("an entry").path());
    let logs = logs.filter(|path| path.extension().is_some_and(|end| end == "log"));
    let lines: Vec<Vec<u8>> = logs
        .flat_map(|path| {
            let bytes = fs::read(path).expect("a fixture");
            lines(&bytes, 0).map(|line| line.bytes.to_vec()).collect::<Vec<_>>()
        })
        .collect();
    assert!(lines.len() > 80);
    lines
}

/// What holds of every event, whatever its line was.
fn check(event: &Event<'_>, bytes: &[u8]) {
    assert!(!event.tags.iter().any(|tag| tag == "reader_failed"), "no reader panics");
    assert_eq!(event.raw_line(), bytes);
    assert!(!event.message.contains('\0') && !event.host_name.is_empty());
    assert!((Timestamp::MIN..=Timestamp::MAX).contains(&event.time));
    if event.time_quality == TimeQuality::YearInferred {
        assert!(event.time.0 <= settings(None).reference.0 + DAY, "{}", event.time);
    }
    let mut again = event.clone();
    again.normalise();
    assert_eq!(&again, event, "the canonical form is a fixed point");
    let mut json = Vec::new();
    event.write_json(&mut json, Original::Include);
    let text = std::str::from_utf8(&json).expect("JSON is UTF-8");
    assert!(!text.chars().any(char::is_control));
    assert!(Event::read_json(text).is_ok(), "{text}");
}

fn check_all(bytes: &[u8]) {
    let line = parse::Line { bytes, eol: common::event::Eol::Lf, offset: 0, number: 1, runs: &[] };
    check(&parser(None).parse(line), bytes);
    for &format in Format::ALL {
        check(&parser(Some(format)).parse(line), bytes);
        let _ = parser(Some(format)).explain(line);
    }
}

/// A small generator (xorshift64) so that a failure repeats.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).expect("below the limit")
    }
}

#[test]
fn mutated_lines_are_events() {
    const SPICE: &[u8] = b"\0\x1b\xff\xc3 []<>:\"\\={}-0919zZ\n\xe2\x80\xae";
    let seeds = seeds();
    // MUTATIONS=1000000 SEED=7 cargo test -p parse --test hostile mutated: a long run.
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let mut random = Random(0x5eed_1234_abcd_0001 ^ number("SEED").unwrap_or(0));
    for _ in 0..number("MUTATIONS").unwrap_or(2_000) {
        let mut line = seeds[random.below(seeds.len())].clone();
        for _ in 0..=random.below(4) {
            let at = random.below(line.len() + 1);
            match random.below(5) {
                0 => line.truncate(at),
                1 => line.insert(at, SPICE[random.below(SPICE.len())]),
                2 if at < line.len() => line[at] = SPICE[random.below(SPICE.len())],
                3 if at < line.len() => drop(line.remove(at)),
                _ => {
                    let other = &seeds[random.below(seeds.len())];
                    let from = random.below(other.len() + 1);
                    line.truncate(at);
                    line.extend_from_slice(&other[from..]);
                }
            }
        }
        check_all(&line);
    }
}

/// What `make fuzz` found, once a line made a parser panic or break a property.
#[test]
fn lines_that_were_too_much_once_are_events() {
    for line in ["<Event>< ystem\u{fffd}>9}EventID>1</EventID", "<Event><\nystem\u{fffd}>"] {
        check_all(line.as_bytes());
    }
}

/// Sniffing remembers a format only to try it first.
#[test]
fn what_was_read_before_does_not_change_how_a_line_is_read() {
    for seed in seeds() {
        let line = parse::Line::new(&seed, 0, 1);
        let fresh = parser(None).parse(line);
        for format in Format::ALL {
            let state = format!("{{\"v\":1,\"format\":\"{format}\"}}");
            let mut hinted = Parser::new(settings(None), Some(&state)).expect("a parser");
            assert_eq!(hinted.parse(line), fresh, "{format}: {}", String::from_utf8_lossy(&seed));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_an_event(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        check_all(&bytes);
        let _ = records(&bytes, 0).count();
    }

    #[test]
    fn records_lose_no_byte_but_their_counts(lines in proptest::collection::vec("<[0-9]{1,3}>[ -~\n]{0,30}", 0..10)) {
        let stream: String = lines.iter().map(|line| format!("{} {line}", line.len())).collect();
        let found: Vec<Vec<u8>> = records(stream.as_bytes(), 0).map(|line| line.bytes.to_vec()).collect();
        let wanted: Vec<Vec<u8>> = lines.iter().map(|line| line.clone().into_bytes()).collect();
        prop_assert_eq!(found, wanted);
    }
}

#[test]
fn long_lines_are_events() {
    let body = "x".repeat(10 << 20);
    for line in [
        body.clone(),
        format!("Jun 14 15:16:01 web1 app[1]: {body}"),
        format!("{{\"msg\":\"{body}\"}}"),
        "{\"a\":".repeat(100_000),
        "[".repeat(10 << 20),
        "a=b ".repeat(1 << 20),
        "\"\\".repeat(1 << 20),
        format!("<13>1 2026-06-14T15:16:01Z h a - - [{body}"),
        format!("192.0.2.1 - - [14/Jun/2026:15:16:01 +0200] \"{}", "\\\"".repeat(1 << 20)),
    ] {
        let line = parse::Line::new(line.as_bytes(), 0, 1);
        let event = parser(None).parse(line);
        assert!(event.raw_line() == line.bytes);
    }
}

#[test]
fn refused_states_say_why() {
    let refused = |state: &str| {
        Parser::new(settings(None), Some(state))
            .expect_err("a state that cannot be read")
            .to_string()
    };
    assert!(refused("{").starts_with("parser state: "));
    assert_eq!(refused(r#"{"v":9}"#), "parser state: version 9 is newer than this program");
    assert!(refused(r#"{"v":1,"format":"morse"}"#).contains("unknown format \"morse\""));
}

#[test]
fn a_named_format_is_the_only_one() {
    let line = parse::Line::new(b"{\"ts\":1781450161,\"msg\":\"hi\"}", 0, 1);
    assert!(parser(Some(Format::Json)).parse(line).tags.is_empty());
    assert_eq!(parser(Some(Format::Rfc3164)).parse(line).tags, ["unparsed"]);
    let access = parse::Line::new(
        b"192.0.2.1 - - [14/Jun/2026:15:16:01 +0200] \"GET / HTTP/1.1\" 200 1",
        0,
        1,
    );
    let nginx = parser(Some(Format::Nginx)).parse(access);
    assert_eq!(nginx.dataset.as_deref(), Some("nginx.access"));
    assert_eq!(nginx.labels, "nginx/webserver/ /webserver/");
}

#[test]
fn zones_years_and_hosts_come_from_the_settings() {
    let settings = Settings {
        zone: "+0500".parse().expect("a zone"),
        year: Some(2019),
        host: Some("bastion".to_owned()),
        section: "auth".to_owned(),
        ..settings(None)
    };
    let mut parser = Parser::new(settings, None).expect("a parser");
    let event = parser.parse(parse::Line::new(b"Dec 31 23:00:00 sshd[1]: hi", 7, 3));
    assert_eq!(event.time.to_string(), "2019-12-31T18:00:00.000000Z");
    assert_eq!(event.time_quality, TimeQuality::ZoneAssumed);
    assert_eq!((event.section.as_ref(), event.host_name.as_ref()), ("auth", "bastion"));
    assert_eq!((event.log_offset, event.id.to_string()), (7, "0.3".to_owned()));
    let event = parser.parse(parse::Line::new(b"Jan  1 00:00:00 sshd[1]: hi", 7, 3));
    assert_eq!(event.time.to_string(), "2019-12-31T19:00:00.000000Z");
}

#[test]
fn a_pattern_says_where_records_begin() {
    let settings = Settings { start: Some("^#".parse().expect("a pattern")), ..settings(None) };
    let text = b"stray\n#1 a\nb\r\n2026-11-14 15:16:01 c\n#2\n";
    let mut parser = Parser::new(settings.clone(), None).expect("a parser");
    let mut records: Vec<(i64, String)> = Vec::new();
    let mut take = |_: &mut Parser, record: parse::Line<'_>| {
        records.push((record.offset, String::from_utf8_lossy(record.bytes).into_owned()));
    };
    for line in lines(text, 0) {
        parser.join(line, &mut take);
        // A restart between any two lines changes nothing.
        parser = Parser::new(settings.clone(), Some(&parser.state())).expect("a parser");
    }
    parser.drain(&mut take);
    let wanted = [(0, "stray"), (6, "#1 a\nb\r\n2026-11-14 15:16:01 c"), (36, "#2")];
    assert_eq!(records, wanted.map(|(at, text)| (at, text.to_owned())));
    assert!("(".parse::<parse::Start>().is_err());
}

#[test]
fn open_records_are_bounded() {
    let mut parser = parser(None);
    let (mut events, mut longest) = (0, 0);
    let mut take = |parser: &mut Parser, record: parse::Line<'_>| {
        events += 1;
        let _ = parser.parse(record);
    };
    for serial in 0..2_000 {
        let line = format!(
            "type=SYSCALL msg=audit(1364481363.243:{serial}): arch=1 comm={}\n",
            "41".repeat(500)
        );
        for line in lines(line.as_bytes(), serial * 1_100) {
            parser.join(line, &mut take);
        }
        if serial % 97 == 0 {
            longest = longest.max(parser.state().len());
        }
    }
    assert!(longest < 200_000, "{longest}");
    parser.drain(&mut take);
    assert_eq!(events, 2_000);
    let mut parser = self::parser(None);
    let mut count = 0;
    let endless =
        [&b"# Time: 2026-11-14T15:16:01Z\n"[..], &b"SELECT 1,\n".repeat(100_000)].concat();
    for line in lines(&endless, 0) {
        parser.join(line, &mut |_, record| {
            count += 1;
            assert!(record.bytes.len() <= 256 << 10);
        });
        if line.number % 9_999 == 0 {
            assert!(parser.state().len() < 400_000);
        }
    }
    assert!(count > 2);
}

/// What an attacker writes stays in the field it was written to, in the event it came with.
#[test]
fn values_forge_no_field_of_their_own_or_another_event() {
    let read = |text: &str| -> Vec<Event<'static>> {
        let mut parser = parser(None);
        let mut events = Vec::new();
        let mut take = |parser: &mut Parser, record: parse::Line<'_>| {
            events.push(parser.parse(record).into_owned());
        };
        lines(text.as_bytes(), 0).for_each(|line| parser.join(line, &mut take));
        parser.drain(&mut take);
        events
    };
    let audit = read(
        "type=USER_LOGIN msg=audit(1364481364.001:1): pid=1 msg='op=login acct=22207265733D73756363657373 res=failed'\n",
    );
    assert_eq!(audit[0].user_name.as_deref(), Some("\" res=success"));
    assert_eq!(audit[0].event_outcome.as_deref(), Some("failure"));
    let mysql = read(
        "2026-11-14 15:16:04 7 [Warning] Access denied for user 'a'@'10.0.0.1' (using'@'192.0.2.7' (using password: NO)\n",
    );
    assert_eq!(mysql[0].source_ip, "192.0.2.7".parse().ok());
    let cef = read(
        "CEF:0|v|p|1|s|n\\|x|5|src=192.0.2.7 msg=a\\nCEF:0|f|f|f|f|f|9|src\\=10.0.0.1 suser=bob\n",
    );
    assert_eq!((cef.len(), cef[0].source_ip), (1, "192.0.2.7".parse().ok()));
    let xml = read(
        "<Event xmlns='x'><System><Provider Name='P'/><EventID>1</EventID><Channel>C</Channel></System><EventData><Data Name='CommandLine'>&lt;/Data&gt;&lt;Data Name='User'&gt;SYSTEM</Data></EventData></Event>\n",
    );
    assert!(xml[0].user_name.is_none() && xml[0].process_command_line.is_some());
    let json = read(
        "{\"EventID\":1,\"Channel\":\"C\",\"event\":{\"id\":\"9.9\"},\"host.name\":\"x\",\"Computer\":\"real\"}\n",
    );
    assert_eq!((json[0].host_name.as_ref(), json[0].id.to_string()), ("real", "0.1".to_owned()));
    let slow = read(
        "# Time: 2026-11-14T15:16:01Z\n# User@Host: app[app] @ h [192.0.2.7]  Id: 1\nSELECT '\n# User@Host: root[root] @ h [10.0.0.1]\n';\n",
    );
    assert_eq!(
        (slow[0].user_name.as_deref(), slow[0].source_ip),
        (Some("app"), "192.0.2.7".parse().ok())
    );
    let web = read(
        "203.0.113.5 - a] \"GET /x HTTP/1.1\" 200 1 [14/Jun/2026:15:16:01 +0200] \"GET / HTTP/1.1\" 404 1\n",
    );
    assert_eq!(web[0].event_outcome.as_deref(), Some("failure"));
}

#[test]
fn stamps_out_of_range_are_no_stamps() {
    for line in
        ["7fffffffffffffff3b9ac9ff x", "@7fffffffffffffff3b9ac9ff x", "99999999999.999999 IP x"]
    {
        let event = parser(None).parse(parse::Line::new(line.as_bytes(), 0, 1));
        assert_eq!(event.time_quality, TimeQuality::None, "{line}");
    }
}

#[test]
fn odd_json_is_one_event_with_a_time_that_exists() {
    let years = [
        ("{\"ts\":0,\"msg\":\"a\"}", "1970-01-01T00:00:00.000000Z"),
        ("{\"ts\":253402300799,\"msg\":\"a\"}", "1978-01-11T21:31:40.799000Z"),
        ("{\"time\":\"9999-12-31T23:59:59.999999Z\",\"msg\":\"a\"}", "9999-12-31T23:59:59.999999Z"),
    ];
    for (line, time) in years {
        assert_eq!(
            parser(None).parse(parse::Line::new(line.as_bytes(), 0, 1)).time.to_string(),
            time
        );
    }
    let twice = br#"{"user":"a","user":"b","n":1e999,"m":99999999999999999999999}"#;
    let event = parser(None).parse(parse::Line::new(twice, 0, 1));
    assert_eq!(
        (event.user_name.as_deref(), &event.tags[..]),
        (Some("b"), &["dup_keys".into()][..])
    );
    let field = |name: &str| event.original.get(name).map(|value| value.to_string());
    assert_eq!(field("n").as_deref(), Some("1e999"));
    assert!(field("m").is_some());
}

#[test]
fn json_behind_a_header_takes_no_name_of_the_events_own() {
    for name in [
        "@timestamp",
        "section",
        "tags",
        "message",
        "host.name",
        "time.quality",
        "log.offset",
        "event.id",
        "event.ingested",
        "event.original",
        "event.original_b64",
        "event.provider",
    ] {
        for value in ["1763719200123", "\"x\""] {
            let line = format!("<13>Nov 21 10:00:00 h app[4]: {{\"{name}\":{value},\"q\":\"z\"}}");
            let mut parser = parser(None);
            let line = lines(line.as_bytes(), 0).next().expect("a line");
            let event = parser.parse(line);
            let mut json = Vec::new();
            event.write_json(&mut json, Original::Omit);
            let json = String::from_utf8(json).expect("text");
            assert!(json.matches(&format!("\"{name}\":")).count() <= 1, "{json}");
            assert!(json.contains(&format!("\"original.{name}\":{value}")), "{json}");
            assert!(Event::read_json(&json).is_ok(), "{json}");
            assert!(json.contains("\"q\":\"z\""), "{json}");
        }
    }
}
