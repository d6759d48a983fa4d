//! What must be in an event for a rule to match: witnesses, of which at least one must hold.
//!
//! An `and` has those of its cheapest part, an `or` those of all parts together, a `not` none.
//!
//! What it does *not* know: how witnesses are searched for.

use super::index::FieldIndex;
use super::node::{Any, Compiled, Leaf, Node, Subject};
use super::want::{How, cost, hows};
use common::filter::Filter;

/// A witness: one of these fields has it.
#[derive(Clone, Debug)]
pub(super) struct Witness {
    pub(super) fields: Box<[u16]>,
    pub(super) how: How,
}

/// Witnesses and about how many events of one have them.
pub(super) type Choice = Option<(f32, Vec<Witness>)>;

/// The cheapest witnesses of a tree; `None` where there are none to rely on. `labels`: which
/// logsources hold.
pub(super) fn choose(node: &Node, compiled: &Compiled, labels: &[bool]) -> Choice {
    match node {
        Node::All | Node::Not(_) => None,
        // What cannot hold needs no witness.
        Node::Label(label) => (!labels[*label as usize]).then(|| (0.0, Vec::new())),
        Node::And(list) => list
            .iter()
            .filter_map(|inner| choose(inner, compiled, labels))
            .min_by(|(a, _), (b, _)| a.total_cmp(b)),
        Node::Or(list) => {
            let (mut cost, mut all) = (0.0, Vec::new());
            for inner in list {
                let (more, witnesses) = choose(inner, compiled, labels)?;
                cost += more;
                all.extend(witnesses);
            }
            Some((cost, all))
        }
        Node::Leaf(leaf) => of_leaf(&compiled.leaves[*leaf as usize]),
        Node::Any(any) => any_of(&compiled.anys[*any as usize], compiled),
    }
}

/// The witnesses of all its predicates.
fn any_of(any: &Any, compiled: &Compiled) -> Choice {
    let (mut cost, mut all) = (0.0, Vec::new());
    for leaf in &any.leaves {
        let (more, witnesses) = of_leaf(&compiled.leaves[*leaf as usize])?;
        cost += more;
        all.extend(witnesses);
    }
    Some((cost, all))
}

/// The witnesses of a predicate.
pub(super) fn of_leaf(leaf: &Leaf) -> Choice {
    match (&leaf.subject, &leaf.filter) {
        (Subject::Own(fields), Filter::Field(_, test)) => {
            let list = hows(test);
            let cost = list.iter().map(cost).sum();
            let witness = |how| Witness { fields: fields.clone(), how };
            Some((cost, list.into_iter().map(witness).collect()))
        }
        (Subject::Refer(pair), _) => {
            let fields = pair.fields.clone();
            Some((cost(&How::Present), vec![Witness { fields, how: How::Present }]))
        }
        (Subject::Keyword, Filter::Keyword(test)) => {
            let mut list = Vec::new();
            for how in hows(test) {
                let (How::Exact(text) | How::Start(text) | How::End(text) | How::Part(text)) = how
                else {
                    return None;
                };
                if text.len() < 2 {
                    return None;
                }
                list.push(How::Keyword(text));
            }
            let cost = list.iter().map(cost).sum();
            let witness = |how| Witness { fields: Box::default(), how };
            Some((cost, list.into_iter().map(witness).collect()))
        }
        _ => None,
    }
}

impl Any {
    /// The places of its predicates, by what they look for.
    pub(super) fn index(&self, leaves: &[Leaf]) -> &FieldIndex {
        self.index.get_or_init(|| {
            let mut index = Box::new(FieldIndex::default());
            for (place, leaf) in (0..).zip(&self.leaves) {
                for witness in of_leaf(&leaves[*leaf as usize]).into_iter().flat_map(|it| it.1) {
                    index.add(&witness.how, place);
                }
            }
            index.finish();
            index
        })
    }
}
