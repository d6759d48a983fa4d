//! Bad rules, and files that are none: refused with file, line and column, in bounded time and
//! memory, and nothing of the same call is imported.
//!
//! What it does *not* know: databases; a rule is refused before one is written to.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use testkit::{Output, temp_dir, tool_at};

const GOOD: &str = "title: Good
id: 33333333-0000-4000-8000-000000000001
logsource: {product: windows}
detection:
  s: {A: b}
  condition: s
";

/// A rule with this detection, which begins on line 5.
fn rule(detection: &str) -> String {
    let head = "title: Bad\nid: bad\nlogsource: {product: windows}\ndetection:\n";
    format!("{head}{detection}\n")
}

/// A rule that searches for an item.
fn item(item: &str) -> String {
    rule(&format!("  s: {{{item}}}\n  condition: s"))
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        let _ = writeln!(text, "{}", line(number));
        text
    })
}

/// A rule with this condition, which stands on line 6.
fn condition(text: &str) -> String {
    rule(&format!("  s: {{A: b}}\n  condition: {text}"))
}

fn correlation(id: &str, of: &str) -> String {
    format!(
        "title: {id}\nid: {id}\ncorrelation:\n  type: event_count\n  rules: [{of}]\n  group-by: [A]\n  timespan: 1m\n  condition: {{gte: 2}}\n"
    )
}

fn nested(open: &str, close: &str, many: usize) -> String {
    open.repeat(many) + "s" + &close.repeat(many)
}

/// A text, where it is refused, and with which words.
type Refused = (String, &'static str);

/// Texts that ask for too much.
fn too_much() -> Vec<Refused> {
    let bomb = "a: &a [1,1,1,1,1,1,1,1,1,1]\n".to_owned()
        + &lines(8, |number| {
            let (own, inner) = (char::from(b'b' + number as u8), char::from(b'a' + number as u8));
            format!("{own}: &{own} [{}]", vec![format!("*{inner}"); 10].join(","))
        });
    vec![
        (bomb, "4:29: aliases copy more than 10000 values"),
        (item(&format!("A: '{}'", "x".repeat(10 << 20))), "1:1: larger than 4 MiB"),
        (rule(&format!("  s: {}", nested("[", "]", 100_000))), "5:261: recursion limit exceeded"),
        (rule(&format!("  s: {}", nested("{a: ", "}", 5_000))), "5:255: nested deeper than 64"),
        (
            lines(10_001, |number| format!("k{number}: 1")),
            "10001:1: more than 10000 keys in a mapping",
        ),
        (condition(&nested("(", ")", 100_000)), "6:14: rule bad: condition: more than 64 levels"),
        (
            condition(&("not ".repeat(100_000) + "s")),
            "6:14: rule bad: condition: more than 64 levels",
        ),
        (
            rule(
                &(lines(1_000, |number| format!("  s{number}: {{A: b}}"))
                    + "  condition:\n"
                    + &lines(1_000, |_| "    - 1 of them".to_owned())),
            ),
            "rule bad: condition: it comes to more than 100000 tests",
        ),
    ]
}

/// Rules that say what no rule can say.
fn meaningless() -> Vec<Refused> {
    vec![
        (rule("  s: {A: {B: c}}\n  condition: s"), "5:7: rule bad: A: a mapping where a value"),
        (condition("{x: y}"), "6:14: rule bad: condition: a mapping where a text"),
        (rule("  s: {A: b}"), "5:3: rule bad: detection without a condition"),
        (condition("t"), "6:14: rule bad: condition: no search identifier \"t\""),
        (condition("2 of them"), "6:14: rule bad: condition: \"2 of\": only 1 of and all of"),
        (
            GOOD.replace("title: Good", "title: [a]").replace("0001", "0002"),
            "1:8: rule 33333333-0000-4000-8000-000000000002: title: a list where a text",
        ),
        ("- a\n".to_owned(), "1:1: a list where a rule is expected"),
        ("just text\n".to_owned(), "1:1: a text where a rule is expected"),
        (item("A|nope: b"), "5:7: rule bad: unknown modifier \"nope\""),
        (item("A|re|contains: b"), "5:7: rule bad: re does not go with the other modifiers"),
        (item("A|hour: 99"), "5:7: rule bad: A: hour 99 is not between 0 and 23"),
        (
            item("A|week: 53"),
            "5:7: rule bad: A: week 53 is not between 1 and 52\nhint: week|gt: 52 is",
        ),
        (item("A|neq|neq: b"), "5:7: rule bad: modifier neq is there twice\nhint: leave one out"),
        (
            item("A|contains|all: b"),
            "5:7: rule bad: A: all with a single value\nhint: leave all out",
        ),
        (item("A|hour|minute: 1"), "5:7: rule bad: modifier minute after another of its kind"),
        (
            item("A|wide|utf16be|base64: b"),
            "5:7: rule bad: modifier utf16be of what is in UTF-16 already",
        ),
        (
            item("A|contains|base64: b"),
            "5:7: rule bad: modifier base64 after one that says where the text stands\nhint: ",
        ),
        (item("A|re|cased: b"), "5:7: rule bad: re does not go with the other modifiers"),
        (item("A|contains|startswith: b"), "modifier startswith after another of its kind"),
        (item("A|exists: 1"), "5:7: rule bad: A: exists is true or false"),
        (item("A|windash: 1"), "5:7: rule bad: windash takes a text, not a number\nhint: put it"),
        (item("'|neq': [b, c]"), "5:7: rule bad: a keyword has no field for this modifier"),
        (item("A|gt: b"), "5:7: rule bad: A: a text where a number is expected"),
        (item("A|cidr: b"), "5:7: rule bad: A: \"b\" is no network"),
        (item("A|re: '(open'"), "5:7: rule bad: no regex: unclosed group"),
        (item("A|re: '(?=x)y'"), "5:7: rule bad: no regex: look-around"),
        (item("A|re: '(a)\\1'"), "5:7: rule bad: no regex: backreferences"),
        (
            item("A|re: '((a{1000}){1000}){1000}'"),
            "5:7: rule bad: no regex: Compiled regex exceeds",
        ),
    ]
}

/// Texts that say a thing twice, go in circles or are malformed.
fn malformed() -> Vec<Refused> {
    let cycle = [correlation("c1", "c2"), correlation("c2", "c3"), correlation("c3", "c1")];
    vec![
        (rule("  s: {A: b}\n  s: {A: c}\n  condition: s"), "6:3: key \"s\" is there twice"),
        (rule("  s:\n\tA: b\n  condition: s"), "6:2: tabs disallowed"),
        (item("A: 'b\0c'"), "5:10: "),
        (cycle.join("---\n"), "1:1: rule c1: correlations refer to themselves: c1 → c2 → c3"),
        (correlation("c4", "c4"), "1:1: rule c4: correlations refer to themselves: c4"),
        (correlation("c5", "nobody"), "5:11: rule c5: rules: no rule \"nobody\""),
        (format!("{{\"rules_a\":{}}}", nested("[", "]", 100_000)), "1:100012: expected value"),
        (
            "{\"rules_a\":[{\"name\":\"x\",\"severity\":9}]}".to_owned(),
            "1:36: severity: 0 (worst) to 7",
        ),
        (
            "{\"rules_a\":[{\"name\":\"x\",\"severity\":1,\"severity\":2}]}".to_owned(),
            "1:49: key \"severity\" is there twice",
        ),
        (
            format!(
                "{{\"rules_a\":[{{\"name\":\"x\",\"severity\":1,\"where\":\"{}\"}}]}}",
                nested("(", ")", 100_000)
            ),
            "where: more than 100 levels of nesting",
        ),
    ]
}

fn run(url: &str, args: &[&str]) -> Output {
    tool_at(env!("CARGO_BIN_EXE_siemmanage")).env("SIEM_DB", url).args(args).run()
}

/// A database, and a check that a call with a good rule beside something is refused as a whole.
fn on_files(body: impl Fn(&Path, &dyn Fn(&Path, i32) -> String)) {
    let folder = temp_dir();
    let url = format!("sqlite:{}", folder.path().join("siem.db").display());
    let _ = run(&url, &["init"]).success();
    let before = run(&url, &["rules", "list"]).success().stdout;
    let good = folder.path().join("good.yml");
    std::fs::write(&good, GOOD).expect("a file");
    let good = good.display().to_string();
    body(folder.path(), &|path, code| {
        let path = path.display().to_string();
        let told = run(&url, &["rules", "import", &good, &path]).expect_code(code).stderr;
        assert_eq!(run(&url, &["rules", "list"]).success().stdout, before, "{told}");
        told.replace(&path, "FILE")
    });
}

#[test]
fn bad_rules_are_refused_with_their_place() {
    on_files(|folder, import| {
        let mut wrong = Vec::new();
        for (text, place) in [too_much(), meaningless(), malformed()].concat() {
            let kind = if text.starts_with('{') { "json" } else { "yml" };
            let path = folder.join(format!("bad.{kind}"));
            std::fs::write(&path, &text).expect("a file");
            let told = import(&path, 3);
            if !told.starts_with("siemmanage: FILE:") || !told.contains(place) {
                wrong.push((place, told.chars().take(200).collect::<String>()));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    });
}

#[test]
fn files_that_are_no_text_and_archives_are_refused_as_a_whole() {
    on_files(|folder, import| {
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.join(name);
            std::fs::write(&path, bytes).expect("a file");
            path
        };
        let latin = [rule("  s: {A: 'b").trim_end().as_bytes(), b"\xe4'}\n"].concat();
        assert_eq!(
            import(&write("latin.yml", &latin), 3),
            "siemmanage: FILE:5:12: not UTF-8 text\n"
        );
        let wide: Vec<u8> = GOOD.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let wide = [b"\xff\xfe", &wide[..]].concat();
        assert_eq!(import(&write("wide.yml", &wide), 3), "siemmanage: FILE:1:1: not UTF-8 text\n");
        let told = import(&write("broken.zip", b"PK\x03\x04nothing"), 5);
        assert!(told.starts_with("siemmanage: FILE: invalid Zip archive"), "{told}");
        let told = import(&folder.join("none.yml"), 5);
        assert!(told.starts_with("siemmanage: FILE: No such file"), "{told}");
    });
}

/// Names in an archive are names: nothing is written to where they lead.
#[test]
fn an_archive_cannot_lead_elsewhere() {
    let folder = temp_dir();
    let inner = folder.path().join("inner");
    std::fs::create_dir(&inner).expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("siem.db").display());
    let _ = run(&url, &["init"]).success();
    let member = |name: &str, kind: u8, text: &str| {
        let mut head = vec![0_u8; 512];
        head[..name.len()].copy_from_slice(name.as_bytes());
        head[100..107].copy_from_slice(b"0000644");
        let size = format!("{:011o}", text.len());
        head[124..135].copy_from_slice(size.as_bytes());
        head[156] = kind;
        head[257..263].copy_from_slice(b"ustar\0");
        head[157..168].copy_from_slice(b"/etc/passwd");
        head[148..156].copy_from_slice(b"        ");
        let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
        head[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        let mut all = [head, text.as_bytes().to_vec()].concat();
        all.resize(all.len().div_ceil(512) * 512, 0);
        all
    };
    let mut archive = std::fs::File::create(inner.join("up.tar")).expect("a file");
    let members = [member("../up.yml", b'0', GOOD), member("link.yml", b'2', ""), vec![0; 1024]];
    archive.write_all(&members.concat()).expect("written");
    drop(archive);
    let path = inner.join("up.tar").display().to_string();
    let done = run(&url, &["rules", "import", &path]).success().stdout;
    assert_eq!(done, "imported 1 rule: 1 new, 0 changed, 0 unchanged\n");
    let names: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").flatten().collect();
    assert!(names.iter().all(|entry| entry.file_name() != "up.yml"), "{names:?}");
}
