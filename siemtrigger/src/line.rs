//! A line of standard input to an event: one of our own, or a record of any JSON source.
//!
//! What siemparse wrote says all about itself. Any other object is read as siemparse would read
//! it, so that raw events need no mapping: its fields keep their names, its labels come from its
//! own header.
//!
//! What it does *not* know: rules.

use common::clock::Timestamp;
use common::event::{Event, EventId, JsonError, RawKind};
use memchr::memmem::find;
use parse::{Line, Parser, Settings};
use std::io::{self, BufRead};

/// Appends the next line with its ending; tells whether there is one.
pub(crate) fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    loop {
        let bytes = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            bytes => bytes?,
        };
        let end = memchr::memchr(b'\n', bytes);
        let used = end.map_or(bytes.len(), |end| end + 1);
        line.extend_from_slice(&bytes[..used]);
        input.consume(used);
        if end.is_some() || used == 0 {
            return Ok(!line.is_empty());
        }
    }
}

/// Reads lines.
pub(crate) struct LineReader {
    section: String,
    parser: Parser,
}

impl LineReader {
    /// A reader; `section` is for events that name none.
    pub(crate) fn new(section: &str) -> anyhow::Result<LineReader> {
        let now = Timestamp::now();
        let settings = Settings {
            section: section.to_owned(),
            reference: now,
            read_at: now,
            ..Settings::default()
        };
        Ok(LineReader { section: section.to_owned(), parser: Parser::new(settings, None)? })
    }

    /// The event of a line with its ending; `number` is its place in the input, from 1.
    pub(crate) fn event<'l>(
        &mut self,
        line: &'l [u8],
        number: i64,
    ) -> Result<Event<'l>, JsonError> {
        if is_own(line) {
            let mut event = Event::read_json(&String::from_utf8_lossy(line))?;
            if event.id == EventId::default() {
                event.id.seq = i32::try_from(number).unwrap_or(i32::MAX);
            }
            if event.section.is_empty() {
                event.section = self.section.clone().into();
            }
            return Ok(event);
        }
        let event = self.parser.parse(Line::new(line, 0, number));
        if event.raw_kind != RawKind::Json {
            // Says what is wrong with it, and where.
            common::event::flatten(line)?;
            return Err(JsonError { column: 1, message: "no JSON object".to_owned() });
        }
        Ok(event)
    }
}

/// Whether siemparse wrote a line: it names the event, its section and its time.
fn is_own(line: &[u8]) -> bool {
    [&b"\"@timestamp\":\""[..], b"\"section\":\""].iter().all(|key| find(line, key).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::event::Original;
    use common::rule::Rule;
    use common::sigma::Collection;
    use detect::Engine;

    fn rules() -> Vec<Rule> {
        let mut collection = Collection::new();
        for (id, category, item) in [
            ("a", "process_creation", "Image|endswith: /dash"),
            ("b", "process_creation", "CommandLine|contains: agt-mark"),
            ("c", "file_event", "TargetFilename|startswith: /tmp/"),
            ("g", "file_event", "User: root"),
            ("d", "network_connection", "DestinationPort: 8080"),
            ("e", "dns_query", "QueryName|exists: true"),
            ("f", "process_creation", "args: agt-mark"),
        ] {
            let text = format!(
                "title: t\nid: {id}\nlogsource: {{product: linux, category: {category}}}\n\
                 detection: {{s: {{{item}}}, condition: s}}\n"
            );
            collection.add(&text, "r.yml");
        }
        collection.add(
            "title: t\nid: k\nlogsource: {product: linux, category: file_event}\n\
             detection: {k: ['/tmp/'], condition: k}\n",
            "k.yml",
        );
        collection.rules(None).0
    }

    /// What the engine finds in lines as they are is what it finds in their events.
    #[test]
    fn lines_of_siemagent_need_no_event() {
        let rules = rules();
        let lines = include_str!("../../common/parse/tests/data/agent.log");
        let mut reader = LineReader::new("default").expect("a reader");
        let mut matched = 0;
        for few in [&rules[..6], &rules[..]] {
            let mut engine = Engine::new(few);
            let mut plain = 0;
            for (number, line) in (1..).zip(lines.lines()) {
                let event = reader.event(line.as_bytes(), number).expect("an event");
                let want = engine.event(&event).to_vec();
                if let Some(found) = engine.line(line.as_bytes()) {
                    plain += 1;
                    assert_eq!(found, want, "{line}");
                }
                matched += want.len();
            }
            assert!(plain > 6, "{plain} lines matched as they are");
        }
        assert!(matched > 6, "{matched} matches");
        let mut engine = Engine::new(&rules[..6]);
        let line = lines.lines().nth(2).expect("a third line");
        assert!(engine.line(line.as_bytes()).is_some(), "{line}");
        for (from, to) in [
            ("T00:58:47.986767Z", "T00:58:47Z"),
            ("siemagent/1", "other/1"),
            ("\"kind\"", "\"event_type\""),
        ] {
            assert_eq!(engine.line(line.replace(from, to).as_bytes()), None, "{to}");
        }
    }

    /// Rules about what other sources print, of all shapes that predicates have.
    fn rules_of_all() -> Vec<Rule> {
        let auditd = "product: linux, service: auditd";
        let mut collection = Collection::new();
        for (number, (logsource, search)) in (0..).zip([
            (auditd, "{type: EXECVE}"),
            (auditd, "{type|endswith: LL, comm|exists: true}"),
            (auditd, "{type|re: '^SYS'}"),
            (auditd, "{type|contains|all: [SYSC, EXEC]}"),
            (auditd, "{type: [CWD, PATH, AVC, LOGIN, EOE]}"),
            (auditd, "{a0|contains: at, pid: 3538}"),
            (auditd, "{name|startswith: /lib}"),
            (auditd, "{exe|endswith: [/cat, /httpd, /sshd, /sudo, /x]}"),
            (auditd, "{process.name: cat}"),
            (auditd, "{process.pid|gte: 4000}"),
            (auditd, "{source.ip|cidr: 192.0.2.0/24}"),
            (auditd, "{destination.port: 22}"),
            (auditd, "{message|contains: ARCH}"),
            (auditd, "{user.name: alice, event.outcome: success}"),
            (auditd, "{host.name: web1}"),
            (auditd, "{syscall|neq: 59}"),
            (auditd, "{CommandLine|contains: cat}"),
            (auditd, "{key: null}"),
            (auditd, "[sshd_config, 'alice', EXECVE]"),
            ("category: webserver", "{cs-method: GET}"),
            ("category: webserver", "{sc-status: 404}"),
            ("category: webserver", "{c-uri|contains: '='}"),
            ("category: webserver", "[Mozilla]"),
            ("category: firewall", "{destination.port|lt: 1024}"),
            ("category: firewall", "{action: deny}"),
            ("category: firewall", "{event.outcome: failure}"),
            ("category: dns", "{query|exists: true}"),
            ("product: linux", "{message|contains: 'a'}"),
            ("product: aws", "{eventName|contains: e}"),
            ("product: zeek", "{id.resp_p: 53}"),
            ("product: kubernetes", "{verb: [get, create]}"),
        ]) {
            let text = format!(
                "title: t\nid: r{number}\nlogsource: {{{logsource}}}\ndetection: {{s: {search}, condition: s}}\n"
            );
            collection.add(&text, "r.yml");
        }
        let (rules, refused) = collection.rules(None);
        assert!(refused.is_empty(), "{refused:?}");
        rules
    }

    /// What the engine finds in lines that siemparse prints is what it finds in their events.
    #[test]
    fn lines_of_siemparse_need_no_event() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../common/parse/tests/data");
        let rules = rules_of_all();
        let mut reader = LineReader::new("default").expect("a reader");
        let (mut lines, mut plain, mut matched) = (Vec::new(), 0, 0);
        for entry in std::fs::read_dir(folder).expect("fixtures") {
            let path = entry.expect("an entry").path();
            if path.extension().is_none_or(|end| end != "log") {
                continue;
            }
            let text = std::fs::read(&path).expect("a fixture");
            let mut parser = Parser::new(Settings::default(), None).expect("a parser");
            let mut take = |parser: &mut Parser, record: Line<'_>| {
                let mut line = Vec::new();
                let event = parser.parse(record);
                event.write_json(&mut line, Original::Omit);
                lines.push(std::mem::take(&mut line));
                event.write_json(&mut line, Original::Include);
                lines.push(line);
            };
            for line in parse::lines(&text, 0) {
                parser.join(line, &mut take);
            }
            parser.drain(&mut take);
        }
        for rules in rules.iter().map(std::slice::from_ref).chain([rules.as_slice()]) {
            let mut engine = Engine::new(rules);
            for line in &lines {
                let event = reader.event(line, 1).expect("an event");
                let want = engine.event(&event).to_vec();
                if let Some(found) = engine.line(line) {
                    let text = String::from_utf8_lossy(line);
                    assert_eq!(found, want, "{:?} {text}", rules.first().map(Rule::id));
                    plain += 1;
                }
                matched += want.len();
            }
        }
        assert!(
            plain > lines.len() && matched > 300,
            "{plain} of {} lines, {matched}",
            lines.len()
        );
        let mut engine = Engine::new(&rules);
        // Raw lines that are JSON, or no text, are left to the exact reader.
        let is_text = |line: &[u8]| {
            let has = |text: &[u8]| find(line, text).is_some();
            !has(b"\"event.original\":\"{") && !has(b"event.original_b64")
        };
        let is_auditd =
            |line: &&Vec<u8>| find(line, b"linux.auditd").is_some() && is_text(line.as_slice());
        let auditd: Vec<_> = lines.iter().filter(is_auditd).collect();
        let read = auditd.iter().filter(|line| engine.line(line).is_some()).count();
        assert!(auditd.len() > 10 && read == auditd.len(), "{read} of {}", auditd.len());
    }

    /// A raw line is what keywords look at, unless it is JSON, however it is written.
    #[test]
    fn raw_lines_are_looked_at_unless_they_are_json() {
        let rules = rules_of_all();
        let mut engine = Engine::new(&rules);
        let mut reader = LineReader::new("default").expect("a reader");
        let head = "{\"@timestamp\":\"2026-03-01T10:00:00.000000Z\",\"event.id\":\"0.1\",\
            \"section\":\"default\",\"event.dataset\":\"linux.auditd\",\"message\":\"m\"";
        for (raw, is_read, is_found) in [
            ("type=x \\u0073shd_config", true, true),
            ("type=x", true, false),
            ("", true, false),
            (r#"{\"type\":\"EXECVE\"}"#, false, true),
            (r#" {\"type\":\"EXECVE\"}"#, false, true),
            (r#"\u007b\"type\":\"EXECVE\"}"#, false, true),
            ("\u{feff}{\\\"type\\\":\\\"EXECVE\\\"}", false, true),
        ] {
            let line = format!("{head},\"a\":\"alike\",\"event.original\":\"{raw}\"}}");
            let event = reader.event(line.as_bytes(), 1).expect("an event");
            let want = engine.event(&event).to_vec();
            // The keywords are the rule at this place.
            assert_eq!(want.contains(&18), is_found, "{line}");
            let found = engine.line(line.as_bytes()).map(<[usize]>::to_vec);
            assert_eq!(found, is_read.then_some(want), "{line}");
        }
    }
}
