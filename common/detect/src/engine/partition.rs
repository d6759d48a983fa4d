//! The rules of one set of labels, and the indexes that find candidates among them.
//!
//! What it does *not* know: verdicts.

use super::gram::Grams;
use super::index::FieldIndex;
use super::node::{Compiled, Node, Plain};
use super::want::How;
use super::witness::choose;

/// The rules that may match events of a section with certain labels.
#[derive(Debug)]
pub(super) struct Partition {
    /// Rules without witnesses: always candidates.
    pub(super) always: Vec<u32>,
    /// The index of each field, by its number; 0 is none.
    places: Vec<u16>,
    fields: Vec<FieldIndex>,
    pub(super) keywords: Grams,
    pub(super) has_keywords: bool,
    /// Whether flat lines tell all that its rules ask for.
    pub(super) plain: Plain,
    /// Which logsources cover the labels.
    pub(super) labels: Vec<bool>,
}

impl Partition {
    pub(super) fn new(compiled: &Compiled, section: &str, labels: &str) -> Partition {
        let holds = compiled.labels.iter().map(|logsource| logsource.covers(labels)).collect();
        let mut partition = Partition {
            places: vec![0; compiled.names.len()],
            plain: Plain::ALL,
            labels: holds,
            always: Vec::new(),
            fields: Vec::new(),
            keywords: Grams::default(),
            has_keywords: false,
        };
        for (number, rule) in compiled.rules.iter().enumerate() {
            if rule.source.covers(section) && may_hold(&rule.tree, &partition.labels) {
                let number = u32::try_from(number).unwrap_or(u32::MAX);
                partition.add(compiled, number);
                partition.plain = partition.plain.and(plain(compiled, &rule.tree));
            }
        }
        partition.fields.iter_mut().for_each(FieldIndex::finish);
        partition.keywords.finish();
        partition.has_keywords = !partition.keywords.is_empty();
        partition
    }

    fn add(&mut self, compiled: &Compiled, rule: u32) {
        let tree = &compiled.rules[rule as usize].tree;
        let Some((_, witnesses)) = choose(tree, compiled, &self.labels) else {
            return self.always.push(rule);
        };
        for witness in witnesses {
            if let How::Keyword(text) = &witness.how {
                self.keywords.add(text, rule);
            }
            for field in &witness.fields {
                self.field(*field).add(&witness.how, rule);
            }
        }
    }

    fn field(&mut self, field: u16) -> &mut FieldIndex {
        let place = &mut self.places[usize::from(field)];
        if *place == 0 {
            self.fields.push(FieldIndex::default());
            *place = u16::try_from(self.fields.len()).unwrap_or(u16::MAX);
        }
        &mut self.fields[usize::from(*place) - 1]
    }

    /// The index of a field, where rules look for something in it.
    pub(super) fn index(&self, field: u16) -> Option<&FieldIndex> {
        let place = self.places[usize::from(field)];
        self.fields.get(usize::from(place).checked_sub(1)?)
    }
}

/// Whether a tree can hold where these logsources do.
fn may_hold(node: &Node, labels: &[bool]) -> bool {
    match node {
        Node::Label(label) => labels[*label as usize],
        Node::And(list) => list.iter().all(|inner| may_hold(inner, labels)),
        Node::Or(list) => list.iter().any(|inner| may_hold(inner, labels)),
        Node::All | Node::Not(_) | Node::Leaf(_) | Node::Any(_) => true,
    }
}

fn plain(compiled: &Compiled, node: &Node) -> Plain {
    match node {
        Node::Leaf(leaf) => compiled.leaves[*leaf as usize].plain,
        Node::And(list) | Node::Or(list) => {
            list.iter().fold(Plain::ALL, |all, inner| all.and(plain(compiled, inner)))
        }
        Node::Not(inner) => plain(compiled, inner),
        Node::Any(any) => {
            let leaves = compiled.anys[*any as usize].leaves.iter();
            leaves.fold(Plain::ALL, |all, leaf| all.and(compiled.leaves[*leaf as usize].plain))
        }
        Node::All | Node::Label(_) => Plain::ALL,
    }
}
