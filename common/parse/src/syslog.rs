//! What all syslog formats share: the priority in front, and the tag between host and message.
//!
//! ```text
//! <34>                         facility × 8 + severity, at most 191
//! sshd[123]: message           program, process id
//! postfix/smtpd[7]: message    slashes, dots, dashes
//! su(pam_unix)[42]: message    the module that spoke stays part of the name
//! syslogd 1.4.1: message       up to three words where a colon follows
//! polkitd(authority=local)[7]: what a program says of itself in brackets
//! gdm-password]: message       a bracket too much, which belongs to nothing
//! sandboxd[129] ([31211]): m   macOS: on whose behalf
//! sssd[be[example.net]][7]: m  sssd: which part of it
//! auth|security:info sshd[7]: m    AIX: facility and severity
//! 00419 auth: message          HP: the message's number
//! kernel: message              no process id
//! %SYS-5-CONFIG_I: message     Cisco's mnemonic is no program: no tag
//! : %ASA-6-302013: message     the same behind a host
//! 45: *Nov 20 10:11:27.1: %SYS-5-CONFIG_I: message    the same behind a number and a stamp of its own
//! notice httpd[4711]: message  F5: a level before the program
//! message                      no tag at all
//! [ID 800047 auth.notice] m    Solaris: the message's number, facility and severity
//! ```
//!
//! The tag's end is where the message begins; one space after the colon is part of the header.
//!
//! What it does *not* know: stamps and hosts, which differ by format.

use common::event::{Event, Value};

/// A tag of more words or bytes than this is a message that happens to hold a colon.
const TAG_SPACES: usize = 2;
const TAG_LENGTH: usize = 64;

/// Reads `<34>`: facility, severity and the column after it.
pub(crate) fn priority(text: &[u8]) -> Option<(u8, u8, usize)> {
    let [b'<', rest @ ..] = text else { return None };
    let width = rest.iter().take(4).position(|&byte| byte == b'>').filter(|&width| width > 0)?;
    let number = crate::stamp::digits(rest, 0, width)?;
    let number = u8::try_from(number).ok().filter(|&number| number <= 191)?;
    Some((number / 8, number % 8, width + 2))
}

/// A tag and where its message begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tag<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) pid: Option<&'a str>,
    pub(crate) context: Option<&'a str>,
    pub(crate) body: usize,
}

/// Reads the tag that begins at `at`, if one does.
pub(crate) fn tag(line: &str, at: usize) -> Tag<'_> {
    tagged(line, at).unwrap_or(Tag { body: at, ..Tag::default() })
}

fn tagged(line: &str, at: usize) -> Option<Tag<'_>> {
    let text = line.as_bytes();
    let start = at + usize::from(text.get(at) == Some(&b' '));
    if text.get(start) == Some(&b'%') {
        return None;
    }
    if matches!(text[start.min(text.len())..], [b':', b' ', b'%', ..]) {
        return Some(Tag { body: start + 2, ..Tag::default() });
    }
    let end = text.len().min(start + TAG_LENGTH);
    let mut spaces = 0;
    let mut is_inside = false;
    let mut place = start;
    while place < end {
        match text[place] {
            b'[' if place > start => return bracketed(line, start, place),
            b':' if place > start && ends_tag(text, place) => {
                let name = Some(&line[start..place]);
                return Some(Tag { name, body: after_colon(text, place), ..Tag::default() });
            }
            b' ' if spaces < TAG_SPACES && place > start => spaces += 1,
            // gdm's PAM service keeps a bracket: `gdm-password]: …`, `gdm-password][7]: …`.
            b']' if matches!(text.get(place + 1), Some(b':' | b'[')) => {}
            b'(' if place > start => is_inside = true,
            b'=' if is_inside => {}
            b' ' | b'"' | b'=' | b'<' | b'>' | b',' | b';' | b']' | 0..=0x1f => return None,
            _ => {}
        }
        place += 1;
    }
    None
}

/// Reads `[123]:`, `[123]` or `[129] (context):` after a name.
fn bracketed(line: &str, start: usize, open: usize) -> Option<Tag<'_>> {
    let text = line.as_bytes();
    let near = &text[open..text.len().min(open + TAG_LENGTH)];
    let close = open + near.iter().position(|&byte| byte == b']')?;
    let name = unlevelled(line[start..open].trim_end());
    let name = Some(name).filter(|name| !name.is_empty());
    if text.get(close + 1) == Some(&b']') && line[open + 1..close].contains('[') {
        let inner = match text.get(close + 2) {
            Some(b'[') => bracketed(line, start, close + 2)?,
            _ if ends_tag(text, close + 2) && text.get(close + 2) == Some(&b':') => {
                Tag { body: after_colon(text, close + 2), ..Tag::default() }
            }
            _ => return None,
        };
        return Some(Tag { name, context: Some(&line[open + 1..=close]), ..inner });
    }
    let mut tag = Tag { name, pid: Some(&line[open + 1..close]), ..Tag::default() };
    let rest = &text[close + 1..];
    if rest.first() == Some(&b':') {
        // `connection from [192.0.2.7]:4022` is a text, whatever it is that the brackets hold.
        let is_plain = !text[start..open].contains(&b' ') && ends_tag(text, close + 1);
        tag.body = after_colon(text, close + 1);
        return (is_plain || number(&line[open + 1..close]).is_some()).then_some(tag);
    }
    // Kerberos: `krb5kdc[7](info): message`.
    if rest.first() == Some(&b'(')
        && let Some(end) = memchr::memmem::find(&rest[..rest.len().min(32)], b"): ")
    {
        tag.body = close + 1 + end + 3;
        return Some(tag);
    }
    if rest.starts_with(b" (") {
        let inner = memchr::memmem::find(&rest[..rest.len().min(256)], b"): ");
        if let Some(end) = inner {
            tag.context = Some(&line[close + 3..close + 1 + end]);
            tag.body = close + 1 + end + 3;
            return Some(tag);
        }
    }
    // Without a colon the name is one word and the brackets hold a number: `prog[7] message`.
    let plain = !line[start..open].contains(' ') && number(&line[open + 1..close]).is_some();
    tag.body = close + 1 + usize::from(rest.first() == Some(&b' '));
    (plain && matches!(rest.first(), Some(b' ') | None)).then_some(tag)
}

/// The program behind the level that F5's devices put before it: `notice httpd[4711]:`.
fn unlevelled(name: &str) -> &str {
    let Some(end) = name.bytes().position(|byte| byte == b' ') else { return name };
    let is_level = crate::level::named_severity(&name[..end]).is_some();
    if is_level { &name[end + 1..] } else { name }
}

/// Whether a colon ends a tag: a space, a tab or nothing follows. `a::b` and `10:20` go on.
fn ends_tag(text: &[u8], colon: usize) -> bool {
    matches!(text.get(colon + 1), None | Some(b' ' | b'\t'))
}

fn after_colon(text: &[u8], colon: usize) -> usize {
    colon + 1 + usize::from(text.get(colon + 1) == Some(&b' '))
}

/// A process id: up to ten digits.
pub(crate) fn number(text: &str) -> Option<i64> {
    if !(1..=10).contains(&text.len()) {
        return None;
    }
    crate::stamp::digits(text.as_bytes(), 0, text.len())
}

/// Where the repeated message lies in `message repeated N times: [ … ]`, and N; with
/// `last message repeated N times` there is N alone.
pub(crate) fn repeated(line: &str, at: usize) -> Option<(i64, Option<(usize, usize)>)> {
    // Most texts are told apart by a letter.
    let (b'l' | b'm') = *line.as_bytes().get(at)? else { return None };
    let rest = &line[at..];
    let (count, inner) = match rest.strip_prefix("last ") {
        Some(rest) => (rest.strip_prefix("message repeated ")?, false),
        None => (rest.strip_prefix("message repeated ")?, true),
    };
    let (count, tail) = count.split_once(" time")?;
    let count = number(count)?;
    let tail = tail.strip_prefix('s').unwrap_or(tail);
    if !inner {
        return Some((count, None));
    }
    let body = tail.strip_prefix(": [ ").or_else(|| tail.strip_prefix(": ["));
    let body = body.and_then(|body| body.trim_end().strip_suffix(']'));
    Some((
        count,
        body.map(|body| {
            let start = line.len() - tail.len() + tail.find('[').map_or(0, |open| open + 1);
            let start = start + usize::from(line.as_bytes().get(start) == Some(&b' '));
            (start, start + body.len())
        }),
    ))
}

/// Fills the event from a tag and the message after it; returns the part that was repeated.
pub(crate) fn fill<'a>(
    line: &'a str,
    tag: &Tag<'a>,
    event: &mut Event<'a>,
) -> Option<(usize, usize)> {
    event.dataset = Some("linux.syslog".into());
    event.message = line[tag.body..].into();
    event.process_name = tag.name.map(|name| aix(name, event).trim_end_matches(']').into());
    match tag.pid.map(|pid| (pid, number(pid))) {
        Some((_, Some(pid))) => event.process_pid = Some(pid),
        Some((pid, None)) if !pid.is_empty() => {
            event.ext.push("log.syslog.procid", Value::Text(pid.into()));
        }
        _ => {}
    }
    if let Some(context) = tag.context {
        event.ext.push("log.syslog.context", Value::Text(context.into()));
    }
    if matches!(line.as_bytes()[tag.body..], [b'[', b'I', b'D', b' ', ..]) {
        return solaris(line, tag.body, event);
    }
    let (count, inner) = repeated(line, tag.body)?;
    event.ext.push("log.repeat", Value::Int(count));
    inner
}

/// Reads AIX's `auth|security:info ` before a program's name, or the number that HP's switches put
/// there; returns the name.
fn aix<'a>(name: &'a str, event: &mut Event<'a>) -> &'a str {
    let Some(space) = name.bytes().position(|byte| byte == b' ') else { return name };
    let (priority, rest) = (&name[..space], &name[space + 1..]);
    if priority.len() == 5 && priority.bytes().all(|byte| byte.is_ascii_digit()) {
        event.event_code = Some(priority.into());
        return rest;
    }
    let severity = priority.split_once(':');
    let Some(severity) = severity.and_then(|(_, word)| crate::level::named_severity(word)) else {
        return name;
    };
    event.log_severity = Some(severity);
    rest
}

/// Facilities and severities by their names, in the order of their numbers.
const FACILITIES: [&str; 24] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv",
    "ftp", "ntp", "audit", "console", "cron2", "local0", "local1", "local2", "local3", "local4",
    "local5", "local6", "local7",
];

/// Reads `auth.notice`.
pub(crate) fn named_priority(text: &str, event: &mut Event<'_>) -> Option<()> {
    let (facility, severity) = text.split_once('.')?;
    let facility = FACILITIES.iter().position(|name| *name == facility)?;
    event.log_facility = u8::try_from(facility).ok();
    event.log_severity = crate::level::named_severity(severity);
    Some(())
}

/// Reads `[ID 800047 auth.notice] `; returns the part behind it.
fn solaris<'a>(line: &'a str, at: usize, event: &mut Event<'a>) -> Option<(usize, usize)> {
    let (front, _) = line[at + 4..].split_once("] ")?;
    let (number, priority) = front.split_once(' ')?;
    self::number(number)?;
    named_priority(priority, event)?;
    event.ext.push("log.syslog.msgid", Value::Text(number.into()));
    Some((at + 4 + front.len() + 2, line.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(line: &str) -> (Option<&str>, Option<&str>, &str) {
        let tag = tag(line, 0);
        (tag.name, tag.pid, &line[tag.body..])
    }

    #[test]
    fn priorities() {
        assert_eq!(priority(b"<34>x"), Some((4, 2, 4)));
        assert_eq!(priority(b"<0>"), Some((0, 0, 3)));
        assert_eq!(priority(b"<191>"), Some((23, 7, 5)));
        for text in ["<192>", "<>", "<1234>", "<a>", "34>", "<34", "<-1>"] {
            assert_eq!(priority(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn tags() {
        for (line, want) in [
            ("sshd[123]: hi", (Some("sshd"), Some("123"), "hi")),
            ("kernel: a: b", (Some("kernel"), None, "a: b")),
            ("postfix/smtpd[7]: x", (Some("postfix/smtpd"), Some("7"), "x")),
            ("su(pam_unix)[42]:x", (Some("su(pam_unix)"), Some("42"), "x")),
            ("syslogd 1.4.1: restart.", (Some("syslogd 1.4.1"), None, "restart.")),
            (" -- root[2421]: ROOT", (Some("-- root"), Some("2421"), "ROOT")),
            ("sandboxd[129] ([31211]): QQ(1) deny", (Some("sandboxd"), Some("129"), "QQ(1) deny")),
            ("prog[7] message", (Some("prog"), Some("7"), "message")),
            ("krb5kdc[7](info): message", (Some("krb5kdc"), Some("7"), "message")),
            ("prog[x y]: message", (Some("prog"), Some("x y"), "message")),
            ("sssd[be[a.example]][7]: m", (Some("sssd"), Some("7"), "m")),
            ("sssd[be[a.example]]: m", (Some("sssd"), None, "m")),
            ("from [192.0.2.7]:4022 (x", (None, None, "from [192.0.2.7]:4022 (x")),
            ("HELO from [192.0.2.7]: x", (None, None, "HELO from [192.0.2.7]: x")),
            ("prog:", (Some("prog"), None, "")),
            ("a(b=c)[1]: x", (Some("a(b=c)"), Some("1"), "x")),
            ("gdm]: x", (Some("gdm]"), None, "x")),
            ("gdm][1]: x", (Some("gdm]"), Some("1"), "x")),
            ("a] x: y", (None, None, "a] x: y")),
            ("%ASA-6-302013: Built", (None, None, "%ASA-6-302013: Built")),
            (" : %ASA-6-302013: Built", (None, None, "%ASA-6-302013: Built")),
            ("-- MARK --", (None, None, "-- MARK --")),
            (
                "accepted a connection from you: x",
                (None, None, "accepted a connection from you: x"),
            ),
            ("a=b: c", (None, None, "a=b: c")),
            (": x", (None, None, ": x")),
            ("[12.3] x", (None, None, "[12.3] x")),
            ("at 10:20:30 x", (None, None, "at 10:20:30 x")),
            ("", (None, None, "")),
            ("größe[1]: é", (Some("größe"), Some("1"), "é")),
        ] {
            assert_eq!(parts(line), want, "{line}");
        }
    }

    #[test]
    fn repeats() {
        let inner = |line: &'static str| {
            repeated(line, 0).map(|(count, inner)| (count, inner.map(|(a, b)| &line[a..b])))
        };
        assert_eq!(inner("message repeated 3 times: [ Failed x]"), Some((3, Some("Failed x"))));
        assert_eq!(inner("message repeated 3 times: [Failed x] "), Some((3, Some("Failed x"))));
        assert_eq!(inner("last message repeated 12 times"), Some((12, None)));
        assert_eq!(inner("last message repeated 1 time"), Some((1, None)));
        assert_eq!(inner("message repeated 3 times"), Some((3, None)));
        for line in
            ["message repeated x times", "message repeated", "the last message repeated 3 times"]
        {
            assert_eq!(inner(line), None, "{line}");
        }
    }
}
