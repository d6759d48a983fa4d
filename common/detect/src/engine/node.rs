//! Rules as trees over distinct predicates.
//!
//! What it does *not* know: how they are made of filters, how they are held against events.

use super::index::FieldIndex;
use super::literal::Shape;
use super::name::Names;
use super::needle::Needle;
use common::filter::{Filter, Logsource, Text};
use common::rule::Source;
use std::cell::OnceCell;

/// A rule's condition; leaves and labels by number.
#[derive(Debug)]
pub(super) enum Node {
    All,
    And(Box<[Node]>),
    Or(Box<[Node]>),
    Not(Box<Node>),
    Leaf(u32),
    Label(u32),
    /// One of several predicates about one field.
    Any(u32),
}

/// Predicates about one field of which one has to hold: they are searched for together.
#[derive(Debug)]
pub(super) struct Any {
    pub(super) fields: Box<[u16]>,
    pub(super) leaves: Box<[u32]>,
    /// Made when it is first asked for: most rules are no candidates, ever.
    pub(super) index: OnceCell<Box<FieldIndex>>,
}

/// What a predicate is about.
#[derive(Debug)]
pub(super) enum Subject {
    /// The first of these fields that the event has.
    Own(Box<[u16]>),
    /// Two of them.
    Refer(Box<Pair>),
    /// Any value.
    Keyword,
    /// A field that columns and added fields have before the source has it, under this name.
    Named(u16),
    /// A field that the source cannot have under a name of its own, if its line is flat.
    Beside,
    /// What only a whole event can tell.
    Event,
}

/// Two fields that are compared, and how.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) fields: Box<[u16]>,
    pub(super) kind: Text,
    pub(super) others: Box<[u16]>,
}

/// Whether a flat line has all that names mean: a Windows event's, a line of siemagent, one that
/// siemparse wrote, and that of a stored event beside its columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plain {
    pub(super) windows: bool,
    pub(super) agent: bool,
    pub(super) own: bool,
    pub(super) stored: bool,
}

impl Plain {
    pub(super) const ALL: Plain = Plain { windows: true, agent: true, own: true, stored: true };
    pub(super) const NONE: Plain =
        Plain { windows: false, agent: false, own: false, stored: false };
    /// What stands beside a line is needed.
    pub(super) const STORED: Plain = Plain { stored: true, ..Plain::NONE };

    pub(super) fn and(self, other: Plain) -> Plain {
        Plain {
            windows: self.windows && other.windows,
            agent: self.agent && other.agent,
            own: self.own && other.own,
            stored: self.stored && other.stored,
        }
    }
}

/// A distinct predicate.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) filter: Filter,
    pub(super) subject: Subject,
    pub(super) needle: Option<Box<Needle>>,
    /// Of a regex: what can be told without it.
    pub(super) shape: Option<Box<Shape>>,
    /// Whether flat lines can tell.
    pub(super) plain: Plain,
    /// About what share of events it holds for; 1 where nothing is known.
    pub(super) share: f32,
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
    pub(super) anys: Vec<Any>,
}
