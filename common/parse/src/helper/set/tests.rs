//! Tests of the engine: precedence, types, bounds, and that the prefilter loses nothing.

use super::*;
use crate::helper::{Explanation, Filled, Literal, MATCHES, Remark, Tried, lint, test};
use common::event::{Value, ValueRef};
use common::field::Field;
use common::helper::{import_json, read};
use std::net::IpAddr;

fn helpers(text: &str) -> Helpers {
    Helpers::new(read(text, "test").unwrap()).unwrap()
}

fn event<'a>(process: &'a str, message: &'a str) -> Event<'a> {
    Event {
        section: Cow::Borrowed("default"),
        host_name: Cow::Borrowed("h"),
        process_name: Some(Cow::Borrowed(process)),
        dataset: Some(Cow::Borrowed("linux.syslog")),
        message: Cow::Borrowed(message),
        ..Event::default()
    }
}

fn applied<'a>(helpers: &Helpers, process: &'a str, message: &'a str) -> Event<'a> {
    let mut event = event(process, message);
    helpers.apply(&mut event);
    event.normalise();
    event
}

fn one(pattern: &str, rest: &str) -> Helpers {
    helpers(&format!("[[helper]]\nname = \"a\"\npattern = '{pattern}'\n{rest}"))
}

#[test]
fn captures_are_typed_and_borrowed() {
    let set = one(
        r"^from %{IP:source.ip} port %{PORT:source.port} user %{USER:user.name} took %{NUMBER:took}s$",
        "set = { event.action = \"x\", user.name = \"constant\", tags = [\"t\"], n = 7 }",
    );
    let line = "from ::ffff:10.0.0.1 port 22 user bob took 1.50s";
    let event = applied(&set, "any", line);
    assert_eq!(event.source_ip, Some(IpAddr::from([10, 0, 0, 1])));
    assert_eq!(event.source_port, Some(22));
    assert_eq!(event.user_name, Some(Cow::Borrowed("bob")));
    assert!(matches!(event.user_name, Some(Cow::Borrowed(_))));
    assert_eq!(event.event_action.as_deref(), Some("x"));
    assert_eq!(event.helper.as_deref(), Some("a"));
    assert_eq!(event.tags, ["t"]);
    assert_eq!(event.ext.get("took"), Some(&Value::Float(1.5)));
    assert_eq!(event.ext.get("n"), Some(&Value::Int(7)));
    assert_eq!(event.ext.len(), 2);
}

#[test]
fn an_owned_message_gives_the_same_event() {
    let set = one("^from %{IP:source.ip} as %{WORD:user.name}", "");
    let mut owned = event("p", "");
    owned.message = Cow::Owned("from 1.2.3.4 as x".to_owned());
    assert!(set.apply(&mut owned));
    assert_eq!(owned, {
        let mut borrowed = event("p", "from 1.2.3.4 as x");
        assert!(set.apply(&mut borrowed));
        borrowed
    });
}

#[test]
fn what_does_not_fit_its_type_stays_as_text() {
    let set = one(
        "^ip=(?<source.ip>.*?) port=(?<source.port>.*?) n=(?<n>.*?) t=(?<t>.*?) h=(?<h>.*?) b=(?<b>.*)$",
        "type = { n = \"int\", t = \"time:%Y-%m-%d %H:%M\", h = \"hex\", b = \"bool\", source.port = \"port\" }",
    );
    let bad = applied(&set, "p", "ip=nobody port=99999 n=x t=y h=zz b=maybe");
    assert_eq!((bad.source_ip, bad.source_port), (None, None));
    assert_eq!(bad.tags, ["bad_value"]);
    for (name, text) in [
        ("source.ip", "nobody"),
        ("source.port", "99999"),
        ("n", "x"),
        ("t", "y"),
        ("h", "zz"),
        ("b", "maybe"),
    ] {
        assert_eq!(bad.field(&Field::new(name)), Some(ValueRef::Text(text)), "{name}");
    }
    let good =
        applied(&set, "p", "ip=fe80::1%eth0 port=80 n=-3 t=2026-01-02 03:04 h=2F62696E b=YES");
    assert_eq!(good.source_ip, "fe80::1".parse().ok());
    assert_eq!(good.source_port, Some(80));
    assert!(good.tags.is_empty());
    let ext: Vec<(&str, String)> = good.ext.iter().map(|(n, v)| (n, v.to_string())).collect();
    let stamp = "2026-01-02T03:04:00.000000Z".to_owned();
    assert_eq!(ext, [("b", "true".into()), ("h", "/bin".into()), ("n", "-3".into()), ("t", stamp)]);
}

#[test]
fn structured_captures_become_several_fields() {
    let set = one(
        "^kv (?<k>.*) json (?<j>.*) list (?<l>.*) at (?<source>.*)$",
        "type = { k = \"kv\", j = \"json\", l = \"list\", source = \"address\" }\nkeys = { rhost = \"destination.ip\", n = \"num:int\" }",
    );
    let line = "kv rhost=1.2.3.4 empty= n=5, q=\"a b\\\" c\" DF =odd SYN x=y json {\"a\":{\"b\":1}} list a,b c at host.example";
    let event = applied(&set, "p", line);
    assert_eq!(event.destination_ip, Some(IpAddr::from([1, 2, 3, 4])));
    let ext: Vec<(&str, String)> = event.ext.iter().map(|(n, v)| (n, v.to_string())).collect();
    assert_eq!(
        ext,
        [
            ("j.a.b", "1".into()),
            ("k.flags", "DF, SYN".into()),
            ("k.q", "a b\\\" c".into()),
            ("k.x", "y".into()),
            ("l", "a, b, c".into()),
            ("num", "5".into()),
            ("source.domain", "host.example".into()),
        ]
    );
    let event = applied(&set, "p", "kv  json [1] list  at [::1]");
    assert_eq!(event.source_ip, "::1".parse().ok());
    assert_eq!(event.ext.get("j"), Some(&Value::Text("[1]".into())));
    assert_eq!(event.tags, ["bad_value"]);
}

#[test]
fn precedence_is_priority_then_literal_then_order() {
    let set = helpers(
        "[[helper]]\nname='short'\npattern='^abcd (?<x>.)'\n\
         [[helper]]\nname='long'\npattern='^abcd ef'\n\
         [[helper]]\nname='same'\npattern='^abcd gh'\n\
         [[helper]]\nname='later'\npattern='abcd gh'\n\
         [[helper]]\nname='none'\npattern='^.{9}'\n\
         [[helper]]\nname='first'\npriority=1\npattern='^.*!'\n\
         [[helper]]\nname='off'\nenabled=false\npriority=2\npattern='^'\n",
    );
    let name = |line| applied(&set, "p", line).helper.map(Cow::into_owned);
    assert_eq!(name("abcd ef").as_deref(), Some("long"));
    assert_eq!(name("abcd gh").as_deref(), Some("same"));
    assert_eq!(name("abcd xx").as_deref(), Some("short"));
    assert_eq!(name("abcdefghi").as_deref(), Some("none"));
    assert_eq!(name("abcd ef!").as_deref(), Some("first"));
    assert_eq!(name("ab"), None);
}

#[test]
fn guards_choose_program_dataset_and_section() {
    let set = helpers(
        "[[helper]]\nname='sshd'\nguard.process=['sshd', 'sshd-session']\npattern='^hello'\n\
         [[helper]]\nname='old'\nguard.process='*(pam_unix)'\npattern='^hello'\n\
         [[helper]]\nname='nginx'\nguard.dataset='nginx.*'\npattern='^hello'\n\
         [[helper]]\nname='auth'\nsection='auth'\nguard.process='doord'\npattern='^hello'\n",
    );
    let name = |process, dataset, section| {
        let mut event = event(process, "hello");
        event.dataset = Some(Cow::Borrowed(dataset));
        event.section = Cow::Borrowed(section);
        set.apply(&mut event);
        event.helper.map(Cow::into_owned)
    };
    assert_eq!(name("sshd", "linux.x", "default").as_deref(), Some("sshd"));
    assert_eq!(name("sshd-session", "", "default").as_deref(), Some("sshd"));
    assert_eq!(name("su(pam_unix)", "", "default").as_deref(), Some("old"));
    assert_eq!(name("x", "nginx.error", "default").as_deref(), Some("nginx"));
    assert_eq!(name("doord", "", "auth").as_deref(), Some("auth"));
    assert_eq!(name("doord", "", "default"), None);
    assert_eq!(name("x", "", "auth"), None);
}

#[test]
fn collectors_find_all_and_leave_others_alone() {
    let json = r#"{ "auth": [
        { "var_name": "ips", "reg_exp": "[0-9]+(?:\\.[0-9]+){3}" },
        { "var_name": "users", "reg_exp": "user (\\w*)" },
        { "var_name": "users", "reg_exp": "for (\\w+) from (\\w+)" },
        { "var_name": "nothing", "reg_exp": "z*" } ] }"#;
    let mut all = import_json(json, "j").unwrap();
    all.extend(read("[[helper]]\nname='a'\npattern='^deny (?<x>.)'", "t").unwrap());
    let set = Helpers::new(all).unwrap();
    let collect = |line: &str| {
        let mut event = event("p", line);
        event.section = Cow::Borrowed("auth");
        set.apply(&mut event);
        event.normalise();
        let ext: Vec<String> = event.ext.iter().map(|(n, v)| format!("{n}: {v}")).collect();
        (event.helper.map(Cow::into_owned), ext)
    };
    let (helper, ext) = collect("deny 1.2.3.4 5.6.7.8 user bob for amy from zoo");
    assert_eq!(helper.as_deref(), Some("a"));
    assert_eq!(ext, ["ips: 1.2.3.4, 5.6.7.8", "nothing: z", "users: bob, amy, zoo", "x: 1"]);
    assert_eq!(collect("user amy").0.as_deref(), Some("auth.users.1"));
    assert_eq!(collect("nobody"), (None, vec![]));
    let many = collect(&"user a ".repeat(1000)).1;
    assert_eq!(many[0].matches('a').count(), MATCHES);
}

#[test]
fn long_bodies_are_looked_at_in_part() {
    let set = helpers(
        "[[helper]]\nname='end'\npattern='^user (?<user.name>.*) from %{IP:source.ip}$'\n\
         [[helper]]\nname='start'\npattern='^user (?<user.name>[a-z]+)'\n",
    );
    let long = format!("user a{} from 1.2.3.4", " from 6.6.6.6".repeat(800_000));
    assert!(long.len() > 10_000_000);
    let event = applied(&set, "p", &long);
    assert_eq!(event.helper.as_deref(), Some("start"));
    assert_eq!(event.user_name.as_deref(), Some("a"));
    let cut = format!("user {}é", "x".repeat(CAP - 6));
    assert_eq!(applied(&set, "p", &cut).user_name.map(|name| name.len()), Some(CAP - 6));
}

/// Patterns that take exponential time in a backtracking engine, on texts made to hurt.
#[test]
fn patterns_that_explode_elsewhere_are_bounded_here() {
    let set = helpers(
        "[[helper]]\nname='a'\npattern='^(?:aaa|a|aa)*aaab$'\n\
         [[helper]]\nname='b'\npattern='^(.*)*(.*)*(?<x>.*)aaac$'\n\
         [[helper]]\nname='c'\npattern='(?:a?){50}(?:a){50}aaad'\n",
    );
    for tail in ["aaab ", "aaac!", "aaad", ""] {
        let line = "a".repeat(CAP) + tail;
        assert_eq!(applied(&set, "p", &line).helper, None);
    }
    let line = "a".repeat(200) + "aaad";
    assert_eq!(applied(&set, "p", &line).helper.as_deref(), Some("c"));
}

/// A pattern that was stored without a check and is wrong takes nothing and stops nothing.
#[test]
fn a_wrong_pattern_matches_nothing() {
    let mut wrong = read("[[helper]]\nname='a'\npattern='x'", "t").unwrap();
    wrong[0].patterns = vec!["(".into()];
    let set = Helpers::new(wrong.clone()).unwrap();
    assert_eq!(applied(&set, "p", "(").helper, None);
    wrong[0].patterns = vec!["%{".into()];
    assert!(Helpers::new(wrong).is_err());
}

#[test]
fn more_ranks_than_the_stack_holds() {
    let mut text = String::new();
    for nth in 0..700 {
        text += &format!("[[helper]]\nname='h{nth}'\npattern='^number{nth:04} (?<x>.*)'\n");
    }
    let set = helpers(&text);
    for nth in [0, 255, 256, 699] {
        let line = format!("number{nth:04} y");
        assert_eq!(applied(&set, "p", &line).helper.as_deref(), Some(&*format!("h{nth}")));
    }
}

#[test]
fn what_a_format_read_is_for_helpers_that_name_it() {
    let set = helpers(
        "[[helper]]\nname='any'\npattern='^any'\n\
         [[helper]]\nname='nameless'\nguard.process=''\npattern='^less'\n\
         [[helper]]\nname='web'\nguard.process=''\nguard.dataset='web.access'\npattern='^web'\n",
    );
    let helper = |line: &'static str| {
        let mut event = Event { dataset: Some("web.access".into()), ..Event::default() };
        event.message = line.into();
        set.apply_read(&mut event);
        event.helper
    };
    assert_eq!(helper("any").as_deref(), Some("any"));
    assert_eq!(helper("web").as_deref(), Some("web"));
    assert_eq!(helper("less"), None);
    assert!(set.explain("web", &event("", "web"), true).guarded == ["any"]);
}

#[test]
fn explanations_say_what_happened() {
    let set = helpers(
        "[[helper]]\nname='a'\nguard.process='p'\npattern='^from %{IP:source.ip} now'\n\
         [[helper]]\nname='b'\nguard.process='q'\npattern='^from (?<x>.)'\n\
         [[helper]]\nname='c'\npattern='^from (?<x>\\S+)'\n",
    );
    let line = "from 1.2.3.4";
    let explanation = set.explain(line, &event("p", line), false);
    let regex = set.entries[0].patterns[0].regex().to_owned();
    assert_eq!(
        explanation,
        Explanation {
            guarded: vec!["a", "c"],
            literals: vec![Literal { text: "from ".into(), start: 0, helpers: vec!["a", "c"] }],
            tried: vec![
                Tried { helper: "a", regex, matched: false },
                Tried { helper: "c", regex: r"^from (?<x>\S+)".into(), matched: true },
            ],
            chosen: Some("c"),
            fields: vec![Filled {
                field: "x",
                text: "1.2.3.4".into(),
                kind: "text".into(),
                start: 5,
                end: 12
            }],
        }
    );
    assert_eq!(set.explain("no", &event("p", "no"), false).chosen, None);
}

#[test]
fn lint_names_what_costs() {
    let text = "[[helper]]\nname='a'\npatterns=['from', '^ab', '^(?i)from']\n";
    let remarks: Vec<Remark> =
        lint(&read(text, "t").unwrap()).into_iter().map(|lint| lint.remark).collect();
    assert_eq!(
        remarks,
        [Remark::Unanchored(1), Remark::NoLiteral(2), Remark::NoLiteral(3), Remark::NoTest]
    );
}

#[test]
fn a_helper_is_tested_by_its_own_lines() {
    let text = "[[helper]]\nname='a'\npattern='^from %{IP:source.ip} %{WORD:x}'\nset = { y = 1 }\n\
        [[helper.test]]\nline='from 1.2.3.4 b'\nfields={ source.ip='1.2.3.4', x='b' }\n\
        [[helper.test]]\nline='from 1.2.3.4 b'\nfields={ source.ip='1.2.3.5', z='b' }\n\
        [[helper.test]]\nline='from'\n\
        [[helper.test]]\nline='from b'\nmatch=false\n\
        [[helper.test]]\nline='from 1.2.3.4 b'\nmatch=false\n\
        [[helper.test]]\nline='stolen from 1.2.3.4 b'\n\
        [[helper]]\nname='b'\npattern='^stolen'\n";
    let failures = test(&read(text, "t").unwrap()).unwrap();
    let failures: Vec<String> = failures.iter().map(ToString::to_string).collect();
    assert_eq!(
        failures,
        [
            "t:8:1: helper a: source.ip is 1.2.3.4, expected 1.2.3.5",
            "t:8:1: helper a: x is \"b\", expected absent",
            "t:8:1: helper a: z is absent, expected \"b\"",
            "t:11:1: helper a: no helper takes the line",
            "t:16:1: helper a: takes a line that it should leave",
            "t:19:1: helper a: helper b takes the line first",
        ]
    );
}
