//! Rules to trees over distinct predicates.
//!
//! What it does *not* know: labels of events, indexes.

use super::header::filled_from;
use super::literal::shape;
use super::map::Map;
use super::needle::Needle;
use super::node::{Any, Compiled, CompiledRule, Leaf, Node, Pair, Plain, Subject};
use super::own::is_whole;
use super::witness::of_leaf;
use common::field::{Column, Field, Own};
use common::filter::{Filter, Logsource, Test, Text};
use common::rule::Rule;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::hash::{DefaultHasher, Hasher as _};

/// From how many predicates on they are searched for together.
const MANY: usize = 4;

/// What is known while rules are compiled.
#[derive(Default)]
struct Compiler {
    compiled: Compiled,
    /// Predicates by a hash of what they say.
    known: Map<u64, Vec<u32>>,
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
        compiler.compiled.leaves.shrink_to_fit();
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
                let list = self.together(list);
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

    /// Puts predicates about one field together, where there are many.
    fn together(&mut self, list: Vec<Node>) -> Vec<Node> {
        let mut groups: Vec<(Box<[u16]>, Vec<u32>)> = Vec::new();
        let mut rest = Vec::new();
        for node in list {
            let leaf = match &node {
                Node::Leaf(leaf) => Some((*leaf, &self.compiled.leaves[*leaf as usize])),
                _ => None,
            };
            match leaf {
                Some((number, Leaf { subject: Subject::Own(fields), needle: Some(_), .. })) => {
                    match groups.iter_mut().find(|(have, _)| have == fields) {
                        Some((_, leaves)) => leaves.push(number),
                        None => groups.push((fields.clone(), vec![number])),
                    }
                }
                _ => rest.push(node),
            }
        }
        for (fields, leaves) in groups {
            if leaves.len() < MANY {
                rest.extend(leaves.into_iter().map(Node::Leaf));
                continue;
            }
            rest.push(Node::Any(number(self.compiled.anys.len() + 1)));
            let leaves = leaves.into();
            self.compiled.anys.push(Any { fields, leaves, index: OnceCell::new() });
        }
        rest
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
            Node::Any(any) => {
                let leaves = self.compiled.anys[*any as usize].leaves.iter();
                let shares = leaves.map(|leaf| self.compiled.leaves[*leaf as usize].share);
                (3.0, shares.sum::<f32>().min(1.0))
            }
            Node::Leaf(leaf) => {
                let leaf = &self.compiled.leaves[*leaf as usize];
                let cost = match (&leaf.needle, &leaf.filter) {
                    (_, Filter::Keyword(_)) => 20.0,
                    (Some(needle), _) if needle.kind == Text::Contains => 2.0,
                    (Some(_), _) | (_, Filter::Field(_, Test::Exists)) => 1.0,
                    (_, Filter::Field(_, Test::Regex(_))) => 20.0,
                    _ => 4.0,
                };
                (cost, leaf.share.min(1.0))
            }
        }
    }

    fn leaf(&mut self, filter: &Filter) -> u32 {
        let hash = hash(filter);
        let is_it = |number: &&u32| self.compiled.leaves[**number as usize].filter == *filter;
        if let Some(number) = self.known.get(&hash).and_then(|it| it.iter().find(is_it)) {
            return *number;
        }
        let (subject, plain) = self.subject(filter);
        let needle = match filter {
            Filter::Field(_, Test::Text(test)) | Filter::Keyword(Test::Text(test)) => {
                Needle::new(test, false)
            }
            Filter::Field(_, Test::Dash(test)) => Needle::new(test, true),
            _ => None,
        };
        let shape = match filter {
            Filter::Field(_, Test::Regex(regex)) => Some(Box::new(shape(regex.pattern()))),
            _ => None,
        };
        let needle = needle.map(Box::new);
        let mut leaf = Leaf { filter: filter.clone(), subject, needle, shape, plain, share: 1.0 };
        leaf.share = of_leaf(&leaf).map_or(1.0, |(share, _)| share);
        self.compiled.leaves.push(leaf);
        let number = number(self.compiled.leaves.len());
        self.known.entry(hash).or_default().push(number);
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
                        // Lists on either side are for whole events.
                        let plain = Plain { own: false, ..plain(own).and(plain(other)) };
                        (Subject::Refer(Box::new(Pair { fields, kind: *kind, others })), plain)
                    }
                    _ => (Subject::Event, Plain::NONE),
                }
            }
            Filter::Keyword(_) => (Subject::Keyword, Plain::ALL),
            Filter::Field(field, _) => self.either(field),
            _ => (Subject::Event, Plain::NONE),
        }
    }

    /// A field that columns and added fields have before the source has it. The names of a flat
    /// line have no dots, and some columns are always there.
    fn either(&mut self, field: &Field) -> (Subject, Plain) {
        let name = field.name();
        let is_there = matches!(
            field,
            Field::Column(Column::Message | Column::Section | Column::HostName | Column::Time)
        );
        if name.starts_with("original.") {
            return (Subject::Event, Plain::NONE);
        }
        if is_there || name.contains('.') {
            return (Subject::Beside, Plain::STORED);
        }
        match self.compiled.names.add(name.as_bytes()) {
            Some(number) => (Subject::Named(number), Plain::STORED),
            None => (Subject::Event, Plain::NONE),
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
        own: names.iter().all(|name| is_whole(name)),
        stored: true,
    }
}

/// A hash of what a predicate says.
fn hash(filter: &Filter) -> u64 {
    struct Hashed(DefaultHasher);
    impl fmt::Write for Hashed {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.write(text.as_bytes());
            Ok(())
        }
    }
    let mut hashed = Hashed(DefaultHasher::new());
    // Hashing cannot fail.
    let _ = write!(hashed, "{filter}");
    hashed.0.finish()
}

/// The number of the last of so many.
fn number(count: usize) -> u32 {
    u32::try_from(count.saturating_sub(1)).unwrap_or(u32::MAX)
}
