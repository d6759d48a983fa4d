//! The match options of siemstress as a filter: `--shost`, `--process`, `--grep`, `--rpid`, …
//!
//! The same option given twice means either, different options mean both; the `r…` options
//! exclude. Patterns are SQL's: `%` is any text, `_` any character, `\` takes either literally;
//! they must fit the whole value, in any case, except that `--grep` looks for a part. An event
//! without the field never matches, and is never excluded.
//!
//! What it does *not* know: times, sections, ids.

use crate::args::Args;
use common::field::{Column, Field};
use common::filter::{Filter, Network, Test, Text, TextTest};

/// What must match, what must not, and how a text is made a filter.
type Pair<'a> = (&'a [String], &'a [String], fn(&str) -> Filter);

/// All match options of a command line as one filter.
pub(crate) fn filter(args: &Args) -> Filter {
    let (with, without) = (&args.with, &args.without);
    let options: [Pair<'_>; 8] = [
        (&with.grep, &without.rgrep, grep),
        (&with.shost, &without.rshost, shost),
        (&with.sport, &without.rsport, |text| column(Column::SourcePort, text)),
        (&with.dhost, &without.rdhost, dhost),
        (&with.dport, &without.rdport, |text| column(Column::DestinationPort, text)),
        (&with.process, &without.rprocess, |text| column(Column::ProcessName, text)),
        (&with.pid, &without.rpid, |text| column(Column::ProcessPid, text)),
        (&with.protocol, &without.rprotocol, |text| column(Column::NetworkTransport, text)),
    ];
    let mut all = Filter::All;
    for (with, without, make) in options {
        if !with.is_empty() {
            all = all.and(any(with.iter().map(|text| make(text)).collect()));
        }
        for text in without {
            all = all.and(make(text).not());
        }
    }
    all
}

fn any(mut list: Vec<Filter>) -> Filter {
    match list.pop() {
        Some(only) if list.is_empty() => only,
        Some(last) => {
            list.push(last);
            Filter::Or(list)
        }
        None => Filter::All,
    }
}

fn column(column: Column, text: &str) -> Filter {
    Filter::Field(Field::Column(column), pattern(text))
}

fn grep(text: &str) -> Filter {
    let message = Field::Column(Column::Message);
    Filter::Field(
        message,
        match glob(text) {
            Some(glob) => Test::Text(TextTest::new(Text::Glob, &format!("*{glob}*"))),
            None => Test::Text(TextTest::new(Text::Contains, &literal(text))),
        },
    )
}

/// The peer; the host that logged where there is no peer.
fn shost(text: &str) -> Filter {
    let peer = Field::Column(Column::SourceIp);
    let nobody = Filter::Field(peer.clone(), Test::Exists).not();
    let host = nobody.and(column(Column::HostName, text));
    Filter::Or(vec![Filter::Field(peer, host_pattern(text)), host])
}

fn dhost(text: &str) -> Filter {
    let name = Field::new("destination.domain");
    Filter::Or(vec![
        Filter::Field(Field::Column(Column::DestinationIp), host_pattern(text)),
        Filter::Field(name, pattern(text)),
    ])
}

/// An address or network where the text is one, so that `::ffff:10.0.0.1` is `10.0.0.1`.
fn host_pattern(text: &str) -> Test {
    Network::parse(text).map_or_else(|| pattern(text), Test::Network)
}

fn pattern(text: &str) -> Test {
    Test::Text(match glob(text) {
        Some(glob) => TextTest::new(Text::Glob, &glob),
        None => TextTest::new(Text::Equals, &literal(text)),
    })
}

/// The glob that an SQL pattern means; `None` when it has no wildcard.
fn glob(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut wild = false;
    for (char, escaped) in characters(text) {
        match char {
            '%' if !escaped => out.push('*'),
            '_' if !escaped => out.push('?'),
            '*' | '?' | '\\' => {
                out.push('\\');
                out.push(char);
            }
            _ => out.push(char),
        }
        wild |= !escaped && matches!(char, '%' | '_');
    }
    wild.then_some(out)
}

fn literal(text: &str) -> String {
    characters(text).map(|(char, _)| char).collect()
}

/// The characters of an SQL pattern, and whether a `\` before them takes them literally.
fn characters(text: &str) -> impl Iterator<Item = (char, bool)> {
    let mut rest = text.chars().peekable();
    std::iter::from_fn(move || match rest.next()? {
        '\\' => match rest.next_if(|next| matches!(next, '%' | '_' | '\\')) {
            Some(next) => Some((next, true)),
            None => Some(('\\', true)),
        },
        char => Some((char, false)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    fn read(options: &[&str]) -> String {
        let words = ["siemquery"].iter().chain(options);
        filter(&Args::try_parse_from(words).expect("a command line")).to_string()
    }

    #[test]
    fn the_same_option_is_either_and_different_ones_are_both() {
        assert_eq!(
            read(&["--process", "sshd", "--process", "su%", "--pid", "7"]),
            "(process.name = \"sshd\" or process.name like \"su*\") and process.pid = \"7\""
        );
        assert_eq!(
            read(&["--rprocess", "a", "--rprocess", "b"]),
            "not (process.name = \"a\") and not (process.name = \"b\")"
        );
        assert_eq!(read(&[]), "all");
    }

    #[test]
    fn patterns_are_sql_patterns() {
        assert_eq!(read(&["--process", "a*b"]), "process.name = \"a*b\"");
        assert_eq!(read(&["--process", "a*_"]), "process.name like \"a\\\\*?\"");
        assert_eq!(read(&["--process", "a\\_b"]), "process.name = \"a_b\"");
        assert_eq!(read(&["--process", "C:\\x"]), "process.name = \"C:\\\\x\"");
        assert_eq!(read(&["--grep", "a'b"]), "message contains \"a'b\"");
        assert_eq!(read(&["--grep", "a%b"]), "message like \"*a*b*\"");
    }

    #[test]
    fn hosts_are_peers_or_where_there_is_none_the_host_itself() {
        assert_eq!(
            read(&["--shost", "::ffff:10.0.0.1"]),
            "source.ip in 10.0.0.1/32 or (not (source.ip exists) and host.name = \"::ffff:10.0.0.1\")"
        );
        assert_eq!(
            read(&["--dhost", "web"]),
            "destination.ip = \"web\" or destination.domain = \"web\""
        );
    }
}
