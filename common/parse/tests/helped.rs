//! The parser with helpers: what they look at, what they may change, and what stays as it was.

use common::clock::Timestamp;
use common::event::RawKind;
use common::helper::read;
use parse::helper::Helpers;
use parse::{Line, Parser, Settings};
use std::sync::Arc;

fn helped(text: &str) -> Parser {
    let reference = Timestamp::parse("2026-11-20T12:00:00Z").expect("a stamp");
    let settings = Settings { reference, read_at: reference, ..Settings::default() };
    let mut parser = Parser::new(settings, None).expect("a parser");
    let helpers = read(text, "test.toml").expect("helpers");
    parser.set_helpers(Arc::new(Helpers::new(helpers).expect("patterns")));
    parser
}

const FAILED: &str = r#"
[[helper]]
name = "failed"
guard = { process = ["sshd"] }
pattern = '^Failed password for %{USER:user.name} from %{IP:source.ip} port %{PORT:source.port} ssh2$'
set = { event.outcome = "failure" }
"#;

#[test]
fn helpers_look_at_the_message_that_is_repeated() {
    let mut parser = helped(FAILED);
    for line in [
        "Jan  2 00:00:04 web1 sshd[7]: Failed password for root from 192.0.2.7 port 38926 ssh2",
        "Jan  2 00:00:04 web1 sshd[7]: message repeated 3 times: [ Failed password for root from 192.0.2.7 port 38926 ssh2]",
    ] {
        let explanation = parser.explain(Line::new(line.as_bytes(), 0, 1));
        assert_eq!(explanation.helper.chosen, Some("failed"), "{line}");
        assert!(explanation.body.starts_with("Failed") && explanation.body.ends_with("ssh2"));
        let event = parser.parse(Line::new(line.as_bytes(), 0, 1));
        assert_eq!(event, explanation.event);
        assert_eq!(event.helper.as_deref(), Some("failed"));
        assert_eq!(event.user_name.as_deref(), Some("root"));
        assert_eq!(event.source_ip, "192.0.2.7".parse().ok());
        assert_eq!(event.source_port, Some(38926));
        assert_eq!(event.raw_kind, RawKind::Prefix);
        assert_eq!(event.line(), line.as_bytes());
        assert_eq!(event.message, &line[line.find("]: ").map_or(0, |at| at + 3)..]);
    }
}

#[test]
fn helpers_look_behind_a_stamp_that_the_program_wrote_itself() {
    let mut parser = helped(FAILED);
    let said = "Failed password for root from 192.0.2.7 port 38926 ssh2";
    for (own, level) in [
        ("2026-01-02 00:00:04.729 +01:00 ERROR ", Some(3)),
        ("[2026-01-02T00:00:04Z] [warn] ", Some(4)),
        ("[2026-01-02 00:00:04] ", None),
        ("02/Jan/2026 00:00:04 INFO: ", Some(6)),
    ] {
        let line = format!("Jan  2 00:00:04 web1 sshd[7]: {own}{said}");
        let explanation = parser.explain(Line::new(line.as_bytes(), 0, 1));
        assert_eq!((explanation.helper.chosen, explanation.body.as_str()), (Some("failed"), said));
        let event = parser.parse(Line::new(line.as_bytes(), 0, 1));
        assert_eq!(event, explanation.event);
        assert_eq!(event.message, format!("{own}{said}"));
        assert_eq!((event.source_port, event.log_severity), (Some(38926), level), "{line}");
    }
    // Neither behind a stamp that stands further in, nor behind words.
    for own in ["a 2026-01-02 00:00:04 ", "[a] 2026-01-02 00:00:04 ", "2026 "] {
        let line = format!("Jan  2 00:00:04 web1 sshd[7]: {own}{said}");
        assert_eq!(parser.parse(Line::new(line.as_bytes(), 0, 1)).helper, None, "{line}");
    }
}

#[test]
fn pairs_behind_a_header_are_read_where_no_helper_knows_them() {
    let mut parser = helped(
        r#"
        [[helper]]
        name = "refused"
        guard = { process = ["shop"] }
        pattern = '^refused %{USER:user.name}$'

        [[helper]]
        name = "whole"
        guard = { process = ["shop"] }
        pattern = '^time=1 level=info msg=known$'
        "#,
    );
    let head = "Jan  2 00:00:04 web1 shop[7]: ";
    let text = r#"time="2026-01-02T00:00:05Z" level=warn msg="refused anna" host=x pid=9 remote_ip=192.0.2.7 status=401"#;
    let line = format!("{head}{text}");
    let explanation = parser.explain(Line::new(line.as_bytes(), 0, 1));
    assert_eq!(explanation.helper.chosen, Some("refused"));
    let event = parser.parse(Line::new(line.as_bytes(), 0, 1));
    assert_eq!(event, explanation.event);
    assert_eq!(
        (event.message.as_ref(), event.user_name.as_deref()),
        ("refused anna", Some("anna"))
    );
    assert_eq!((event.host_name.as_ref(), event.process_pid), ("web1", Some(7)));
    assert_eq!((event.source_ip, event.log_severity), ("192.0.2.7".parse().ok(), Some(4)));
    assert_eq!(event.time.to_string(), "2026-01-02T00:00:05.000000Z");
    for text in ["time=1 level=info msg=known", "a=b msg=c", "time=now", "time=1 (none) msg=x"] {
        let line = format!("{head}{text}");
        assert_eq!(parser.parse(Line::new(line.as_bytes(), 0, 1)).message, text);
    }
}

#[test]
fn names_that_people_and_containers_give_to_a_program_are_its_own() {
    let mut parser = helped(
        r#"
        [[helper]]
        name = "shop"
        guard = { process = ["shop", ""] }
        pattern = '^login of %{USER:user.name}$'
        "#,
    );
    for (program, is_helped) in [
        ("shop", true),
        ("Shop", true),
        ("SHOP", true),
        ("Shops", false),
        ("3f2a9c0d1e4b", true),
        ("docker/3f2a9c0d1e4b", true),
        ("docker/shop", true),
        ("shop/3f2a9c0d1e4b", true),
        ("conmon", true),
        ("other", false),
        ("docker/other", false),
        ("other/3f2a9c0d1e4b", false),
        ("shop/x", false),
        ("3f2a9c0d1e4g", false),
    ] {
        let line = format!("Jan  2 00:00:04 web1 {program}[7]: login of anna");
        let line = Line::new(line.as_bytes(), 0, 1);
        let explanation = parser.explain(line);
        assert_eq!(explanation.helper.chosen.is_some(), is_helped, "{program}");
        assert_eq!(parser.parse(line).user_name.is_some(), is_helped, "{program}");
    }
}

#[test]
fn bytes_that_are_no_text_do_not_keep_helpers_away() {
    let mut parser = helped(FAILED);
    let line =
        b"Jan  2 00:00:04 web1 sshd[7]: Failed password for r\xffot from 192.0.2.7 port 1 ssh2\n";
    let event = parser.parse(Line::new(line, 0, 1));
    assert_eq!(event.user_name.as_deref(), Some("r\u{fffd}ot"));
    assert_eq!(event.line(), line);
    assert_eq!(event.tags, ["not_utf8"]);
}

#[test]
fn helpers_change_between_two_lines() {
    let mut parser = helped("");
    let line = Line::new(
        b"Jan  2 00:00:04 web1 sshd[7]: Failed password for root from 192.0.2.7 port 1 ssh2",
        0,
        1,
    );
    assert_eq!(parser.parse(line).helper, None);
    let helpers = read(FAILED, "test.toml").expect("helpers");
    parser.set_helpers(Arc::new(Helpers::new(helpers).expect("patterns")));
    assert_eq!(parser.parse(line).helper.as_deref(), Some("failed"));
}

#[test]
fn the_user_names_the_program_of_lines_that_name_none() {
    let settings = Settings { program: Some("shop".to_owned()), ..Settings::default() };
    let mut parser = Parser::new(settings, None).expect("a parser");
    let mut program = |line: &str| {
        let line = Line::new(line.as_bytes(), 0, 1);
        parser.parse(line).process_name.map(std::borrow::Cow::into_owned)
    };
    let shop = Some("shop".to_owned());
    assert_eq!(program("2026-06-14 15:16:01 WARN text"), shop);
    assert_eq!(program("no stamp at all"), shop);
    assert_eq!(program("{\"ts\":1781450161,\"msg\":\"x\"}"), shop);
    assert_eq!(program("Jun 14 15:16:01 web1 sshd[7]: text"), Some("sshd".to_owned()));
}
