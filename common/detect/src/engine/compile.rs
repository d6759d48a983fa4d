//! Rules to trees over distinct predicates.
//!
//! What it does *not* know: labels of events, indexes.

use super::header::filled_from;
use super::name::Names;
use super::witness::of_leaf;
use common::field::{Column, Field, Own};
use common::filter::{Filter, Logsource, Test, Text, TextTest};
use common::rule::{Rule, Source};
use memchr::memmem::Finder;
use std::cell::OnceCell;
use std::collections::HashMap;

/// A rule's condition; leaves and labels by number.
#[derive(Debug)]
pub(super) enum Node {
    All,
    And(Box<[Node]>),
    Or(Box<[Node]>),
    Not(Box<Node>),
    Leaf(u32),
    Label(u32),
}

/// What a predicate is about.
#[derive(Debug)]
pub(super) enum Subject {
    /// The first of these fields that the event has.
    Own(Box<[u16]>),
    /// Two of them.
    Refer(Box<[u16]>, Text, Box<[u16]>),
    /// Any value.
    Keyword,
    /// What only a whole event can tell.
    Event,
}

/// Whether a flat line has all that names mean: a Windows event's, and a line of siemagent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plain {
    pub(super) windows: bool,
    pub(super) agent: bool,
}

impl Plain {
    pub(super) const ALL: Plain = Plain { windows: true, agent: true };
    const NONE: Plain = Plain { windows: false, agent: false };

    pub(super) fn and(self, other: Plain) -> Plain {
        Plain { windows: self.windows && other.windows, agent: self.agent && other.agent }
    }
}

/// A distinct predicate.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) filter: Filter,
    pub(super) subject: Subject,
    pub(super) needle: Option<Needle>,
    /// Whether flat lines can tell.
    pub(super) plain: Plain,
    /// About what share of events it holds for; 1 where nothing is known.
    share: f32,
}

/// A text test as it is held against folded text.
#[derive(Debug)]
pub(super) struct Needle {
    pub(super) kind: Text,
    pub(super) text: String,
    pub(super) dashed: bool,
    finder: OnceCell<Box<Finder<'static>>>,
}

impl Needle {
    fn new(test: &TextTest, dashed: bool) -> Option<Needle> {
        let fits = !test.cased && test.kind != Text::Glob;
        let text = if dashed { undash(test.folded()) } else { test.folded().to_owned() };
        fits.then(|| Needle { kind: test.kind, text, dashed, finder: OnceCell::new() })
    }

    /// Whether a folded text (without dashes, where they count as one) satisfies the test.
    pub(super) fn holds(&self, text: &str) -> bool {
        match self.kind {
            Text::Equals => text == self.text,
            Text::StartsWith => text.starts_with(&self.text),
            Text::EndsWith => text.ends_with(&self.text),
            // Built once: building it costs as much as a search.
            Text::Contains => self
                .finder
                .get_or_init(|| Box::new(Finder::new(self.text.as_bytes()).into_owned()))
                .find(text.as_bytes())
                .is_some(),
            Text::Glob => false,
        }
    }
}

/// A text in which every dash is the ASCII one.
pub(super) fn undash(text: &str) -> String {
    text.replace(['/', '\u{2013}', '\u{2014}', '\u{2015}'], "-")
}

/// A rule at work.
#[derive(Debug)]
pub(super) struct CompiledRule {
    pub(super) place: usize,
    pub(super) source: Source,
    pub(super) tree: Node,
}

/// All rules.
#[derive(Debug, Default)]
pub(super) struct Compiled {
    pub(super) names: Names,
    pub(super) leaves: Vec<Leaf>,
    pub(super) labels: Vec<Logsource>,
    pub(super) rules: Vec<CompiledRule>,
}

/// What is known while rules are compiled.
#[derive(Default)]
struct Compiler {
    compiled: Compiled,
    known: HashMap<String, u32>,
    labels: HashMap<Logsource, u32>,
}

impl Compiled {
    pub(super) fn new<'r>(rules: impl Iterator<Item = (usize, &'r Rule)>) -> Compiled {
        let mut compiler = Compiler::default();
        for (place, rule) in rules {
            let tree = compiler.node(&rule.filter);
            let source = rule.source.clone();
            compiler.compiled.rules.push(CompiledRule { place, source, tree });
        }
        compiler.compiled
    }
}

impl Compiler {
    fn node(&mut self, filter: &Filter) -> Node {
        let mut all =
            |list: &[Filter]| -> Vec<Node> { list.iter().map(|inner| self.node(inner)).collect() };
        match filter {
            Filter::All => Node::All,
            Filter::And(list) => {
                let list = all(list);
                Node::And(self.ordered(list, |cost, share| cost / (1.01 - share)))
            }
            Filter::Or(list) => {
                let list = all(list);
                Node::Or(self.ordered(list, |cost, share| cost / (0.01 + share)))
            }
            Filter::Not(inner) => Node::Not(Box::new(self.node(inner))),
            Filter::Logsource(logsource) => {
                let labels = &mut self.compiled.labels;
                let number = *self.labels.entry(logsource.clone()).or_insert_with(|| {
                    labels.push(logsource.clone());
                    number(labels.len())
                });
                Node::Label(number)
            }
            leaf => Node::Leaf(self.leaf(leaf)),
        }
    }

    /// Parts of a tree, those first that decide it at the least cost.
    fn ordered(&self, list: Vec<Node>, rank: impl Fn(f32, f32) -> f32) -> Box<[Node]> {
        let rank = |node: Node| {
            let (cost, share) = self.estimate(&node);
            (rank(cost, share), node)
        };
        let mut ranked: Vec<(f32, Node)> = list.into_iter().map(rank).collect();
        ranked.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        ranked.into_iter().map(|(_, node)| node).collect()
    }

    /// What evaluating a tree costs, and the share of events for which it holds.
    fn estimate(&self, node: &Node) -> (f32, f32) {
        let costs = |list: &[Node]| -> Vec<(f32, f32)> {
            list.iter().map(|inner| self.estimate(inner)).collect()
        };
        match node {
            Node::All | Node::Label(_) => (0.0, 1.0),
            Node::Not(inner) => {
                let (cost, share) = self.estimate(inner);
                (cost, 1.0 - share.min(1.0))
            }
            Node::And(list) => costs(list).iter().rev().fold((0.0, 1.0), |(cost, share), it| {
                (it.0 + cost * it.1.min(1.0), share.min(it.1))
            }),
            Node::Or(list) => costs(list)
                .iter()
                .fold((0.0, 0.0), |sum, it| (sum.0 + it.0, (sum.1 + it.1).min(1.0))),
            Node::Leaf(leaf) => {
                let leaf = &self.compiled.leaves[*leaf as usize];
                let cost = match (&leaf.needle, &leaf.filter) {
                    (Some(needle), _) if needle.kind == Text::Contains => 2.0,
                    (Some(_), _) | (_, Filter::Field(_, Test::Exists)) => 1.0,
                    (_, Filter::Field(_, Test::Regex(_)) | Filter::Keyword(_)) => 20.0,
                    _ => 4.0,
                };
                (cost, leaf.share.min(1.0))
            }
        }
    }

    fn leaf(&mut self, filter: &Filter) -> u32 {
        let mut text = filter.to_string();
        // Two versions of a rule name one set and mean what it held at their times.
        for test in filter.set_tests() {
            text.extend(test.digest());
        }
        if let Some(number) = self.known.get(&text) {
            return *number;
        }
        let (subject, plain) = self.subject(filter);
        let needle = match filter {
            Filter::Field(_, Test::Text(test)) => Needle::new(test, false),
            Filter::Field(_, Test::Dash(test)) => Needle::new(test, true),
            _ => None,
        };
        let mut leaf = Leaf { filter: filter.clone(), subject, needle, plain, share: 1.0 };
        leaf.share = of_leaf(&leaf).map_or(1.0, |(share, _)| share);
        self.compiled.leaves.push(leaf);
        let number = number(self.compiled.leaves.len());
        self.known.insert(text, number);
        number
    }

    fn subject(&mut self, filter: &Filter) -> (Subject, Plain) {
        match filter {
            Filter::Field(Field::Own(own), _) => match self.own(own) {
                Some(fields) => (Subject::Own(fields), plain(own)),
                None => (Subject::Event, Plain::NONE),
            },
            Filter::Refer(Field::Own(own), kind, Field::Own(other)) => {
                match (self.own(own), self.own(other)) {
                    (Some(fields), Some(others)) => {
                        let plain = plain(own).and(plain(other));
                        (Subject::Refer(fields, *kind, others), plain)
                    }
                    _ => (Subject::Event, Plain::NONE),
                }
            }
            Filter::Keyword(_) => (Subject::Keyword, Plain::ALL),
            _ => (Subject::Event, Plain::NONE),
        }
    }

    fn own(&mut self, own: &Own) -> Option<Box<[u16]>> {
        own.names().iter().map(|name| self.compiled.names.add(name.as_bytes())).collect()
    }
}

/// Whether a flat line has all that such names can mean: no paths and no columns, but for those
/// that siemagent's format fills from a name before them.
fn plain(own: &Own) -> Plain {
    let names = own.names();
    let is_column = |name: &str| Column::ALL.iter().any(|column| column.name() == name);
    let is_line = |name: &str| !name.contains(['.', ' ']) && !is_column(name);
    let is_agents = |(place, name): (usize, &String)| match filled_from(name) {
        Some(source) => names[..place].iter().any(|before| before == source),
        None => !name.contains(' ') && !is_column(name),
    };
    Plain {
        windows: names.iter().all(|name| is_line(name)),
        agent: names.iter().enumerate().all(is_agents),
    }
}

/// The number of the last of so many.
fn number(count: usize) -> u32 {
    u32::try_from(count.saturating_sub(1)).unwrap_or(u32::MAX)
}
