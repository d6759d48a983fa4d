//! Candidates and verdicts for one event.
//!
//! What it does *not* know: where rules' numbers come from; how events are stored.

use super::node::{Any, Compiled, Leaf, Node, Subject};
use super::partition::Partition;
use super::record::{Record, append};
use super::scan::Token;
use super::search::{canonical, search_event, search_field};
use super::source::{Place, Source};
use common::event::{Event, ValueRef};
use common::filter::{Filter, Test, Text, TextTest};

/// What was found out about the event at hand. Nothing is cleared between events: what is of
/// another epoch is unknown.
#[derive(Debug)]
pub(super) struct Verdict {
    epoch: u32,
    /// Epoch and verdict of each predicate.
    leaves: Vec<u32>,
    seen: Vec<u32>,
    candidates: Vec<u32>,
    scratch: Vec<u8>,
    text: String,
    /// Places of predicates that may hold.
    open: Vec<u32>,
    /// Whether a keyword was found in a value.
    pub(super) keyword_held: bool,
}

impl Verdict {
    pub(super) fn new(leaves: usize, rules: usize) -> Verdict {
        Verdict {
            epoch: 0,
            leaves: vec![0; leaves],
            seen: vec![0; rules],
            candidates: Vec::new(),
            scratch: Vec::new(),
            text: String::new(),
            open: Vec::new(),
            keyword_held: false,
        }
    }

    /// Fills `found` with the places of the rules that match, in order: of the candidates.
    pub(super) fn run(
        &mut self,
        compiled: &Compiled,
        partition: &Partition,
        record: &mut Record,
        source: &Source<'_>,
        found: &mut Vec<usize>,
    ) {
        self.keyword_held = false;
        found.clear();
        let candidates = std::mem::take(&mut self.candidates);
        for &rule in &candidates {
            let rule = &compiled.rules[rule as usize];
            let mut at =
                Judge { verdict: self, compiled, labels: &partition.labels, record, source };
            if at.holds(&rule.tree) {
                found.push(rule.place);
            }
        }
        self.candidates = candidates;
        found.sort_unstable();
    }

    /// Finds the candidates of the next event.
    pub(super) fn candidates(
        &mut self,
        partition: &Partition,
        record: &mut Record,
        source: &Source<'_>,
    ) {
        // Half of the range: a predicate's word holds the verdict too.
        self.epoch = (self.epoch + 1) & 0x7fff_ffff;
        if self.epoch == 0 {
            self.epoch = 1;
            self.leaves.fill(0);
            self.seen.fill(0);
        }
        let (epoch, seen) = (self.epoch, &mut self.seen);
        let candidates = &mut self.candidates;
        candidates.clear();
        let mut emit = |rule: u32| {
            if seen[rule as usize] != epoch {
                seen[rule as usize] = epoch;
                candidates.push(rule);
            }
        };
        partition.always.iter().for_each(|rule| emit(*rule));
        for &field in &record.present {
            let Some(index) = partition.index(field) else { continue };
            let spare = (&mut self.text, &mut self.scratch);
            search_field(index, (&*record, field), source, spare, &mut emit);
        }
        if !partition.has_keywords {
            return;
        }
        if let Some(event) = source.event {
            return search_event(&partition.keywords, event, record, &mut self.scratch, &mut emit);
        }
        record.values(source.line, |token, value| match token {
            Token::Text { odd: true, .. } => {
                canonical(token, value, &mut self.text, &mut self.scratch);
                partition.keywords.search(&self.scratch, &mut emit);
            }
            _ => partition.keywords.search(value, &mut emit),
        });
    }
}

/// One candidate before the event.
struct Judge<'v, 'c, 'r, 's> {
    verdict: &'v mut Verdict,
    compiled: &'c Compiled,
    labels: &'c [bool],
    record: &'r mut Record,
    source: &'s Source<'s>,
}

impl Judge<'_, '_, '_, '_> {
    fn holds(&mut self, node: &Node) -> bool {
        match node {
            Node::All => true,
            Node::And(list) => list.iter().all(|inner| self.holds(inner)),
            Node::Or(list) => list.iter().any(|inner| self.holds(inner)),
            Node::Not(inner) => !self.holds(inner),
            Node::Label(label) => self.labels[*label as usize],
            Node::Any(number) => {
                let compiled = self.compiled;
                self.any(&compiled.anys[*number as usize])
            }
            Node::Leaf(number) => {
                let known = self.verdict.leaves[*number as usize];
                if known >> 1 == self.verdict.epoch {
                    return known & 1 == 1;
                }
                let compiled = self.compiled;
                let holds = self.leaf(&compiled.leaves[*number as usize]);
                self.verdict.leaves[*number as usize] = self.verdict.epoch << 1 | u32::from(holds);
                holds
            }
        }
    }

    /// Whether one of several predicates holds: those are asked that the value may be meant by.
    fn any(&mut self, any: &Any) -> bool {
        let Some(field) = self.record.first(&any.fields) else { return false };
        let index = any.index(&self.compiled.leaves);
        let Verdict { text, scratch, open, .. } = &mut *self.verdict;
        let mut open = std::mem::take(open);
        open.clear();
        let mut emit = |place: u32| open.push(place);
        search_field(index, (self.record, field), self.source, (text, scratch), &mut emit);
        let holds = open.iter().any(|place| self.holds(&Node::Leaf(any.leaves[*place as usize])));
        self.verdict.open = open;
        holds
    }

    fn leaf(&mut self, leaf: &Leaf) -> bool {
        match (&leaf.subject, &leaf.filter) {
            (Subject::Own(fields), Filter::Field(_, test)) => {
                let Some(field) = self.record.first(fields) else { return false };
                self.test(field, leaf, test)
            }
            (Subject::Refer(pair), _) => {
                let there = self.record.first(&pair.fields).zip(self.record.first(&pair.others));
                there.is_some_and(|(field, other)| self.refer(field, pair.kind, other, leaf))
            }
            (Subject::Keyword, Filter::Keyword(test)) => self.keyword(leaf, test),
            (Subject::Named(name), Filter::Field(field, test)) => match self.source.beside {
                // Added fields of the source's names are none that are asked for here.
                Some(event) if event.field(field).is_none() => self
                    .record
                    .first(&[*name])
                    .filter(|name| matches!(self.record.place(*name), Place::Line(..)))
                    .is_some_and(|name| self.test(name, leaf, test)),
                _ => self.matches(leaf),
            },
            _ => self.matches(leaf),
        }
    }

    fn matches(&self, leaf: &Leaf) -> bool {
        let event = self.source.event.or(self.source.beside);
        event.is_some_and(|event| leaf.filter.matches(event))
    }

    fn test(&mut self, field: u16, leaf: &Leaf, test: &Test) -> bool {
        if *test == Test::Exists {
            return true;
        }
        let place = self.record.place(field);
        if let Place::Value(place) = place {
            match self.source.values.get(place) {
                Some(ValueRef::Text(_)) => {}
                Some(value) => return test.holds(*value),
                None => return false,
            }
        }
        if let Place::List(from, until) = place {
            return self.item(from, until, test);
        }
        if let Some(needle) = &leaf.needle {
            let span = match needle.dashed {
                true => self.record.undashed(field, self.source),
                false => self.record.folded(field, self.source),
            };
            return needle.holds(self.record.arena(span));
        }
        let span = self.record.text(field, self.source);
        let text = self.record.arena(span);
        if let Some(verdict) = leaf.shape.as_deref().and_then(|shape| shape.verdict(text)) {
            return verdict;
        }
        match place {
            Place::Line(token, ..) => test.holds(value(token, text)),
            _ => test.holds(ValueRef::Text(text)),
        }
    }

    /// Whether a test holds for an item of a list.
    fn item(&self, from: usize, until: usize, test: &Test) -> bool {
        let mut text = String::new();
        self.record.items(from, until).iter().any(|&(token, from, until)| {
            text.clear();
            append(token, &self.source.line[from..until], &mut text);
            test.holds(value(token, &text))
        })
    }

    fn refer(&mut self, field: u16, kind: Text, other: u16, leaf: &Leaf) -> bool {
        if let Some(event) = self.source.event {
            return leaf.filter.matches(event);
        }
        if kind == Text::Equals
            && let Some(verdict) = self.same_plain(field, other)
        {
            return verdict;
        }
        let (first, second) =
            (self.record.text(field, self.source), self.record.text(other, self.source));
        if kind == Text::Equals {
            let (one, other) = (self.record.arena(first), self.record.arena(second));
            if one.is_ascii() && other.is_ascii() {
                return one.eq_ignore_ascii_case(other);
            }
        }
        let test = TextTest::new(kind, self.record.arena(second));
        test.holds(self.record.arena(first))
    }

    /// Whether two texts in the line are equal, where that can be told by their bytes: of the plain
    /// escapes each character has one.
    fn same_plain(&self, field: u16, other: u16) -> Option<bool> {
        let plain = |field: u16| match self.record.place(field) {
            Place::Line(Token::Text { odd: false, .. }, from, until) => {
                Some(&self.source.line[from..until])
            }
            _ => None,
        };
        let (one, other) = plain(field).zip(plain(other))?;
        (one.is_ascii() && other.is_ascii()).then(|| one.eq_ignore_ascii_case(other))
    }

    fn keyword(&mut self, leaf: &Leaf, test: &Test) -> bool {
        if let Some(event) = self.source.event {
            return match event.is_structured() {
                true => leaf.filter.matches(event),
                false => self.keyword_of_line(event, leaf, test),
            };
        }
        let (mut text, mut holds) = (String::new(), false);
        self.record.values(self.source.line, |token, bytes| {
            if !holds {
                text.clear();
                append(token, bytes, &mut text);
                holds = test.holds(value(token, &text));
            }
        });
        self.verdict.keyword_held |= holds;
        holds
    }
}

impl Judge<'_, '_, '_, '_> {
    /// Whether a keyword is in the line of an event that is no list of values.
    fn keyword_of_line(&mut self, event: &Event<'_>, leaf: &Leaf, test: &Test) -> bool {
        if let Some(needle) = &leaf.needle {
            let span = self.record.folded_line(event);
            return needle.holds(self.record.arena(span));
        }
        let span = self.record.line(event);
        test.holds(ValueRef::Text(self.record.arena(span)))
    }
}

/// The value of a token with its text.
fn value(token: Token, text: &str) -> ValueRef<'_> {
    match token {
        Token::Number => text.parse().map_or(ValueRef::Text(text), ValueRef::Int),
        Token::True => ValueRef::Bool(true),
        Token::False => ValueRef::Bool(false),
        Token::Text { .. } | Token::Null | Token::List => ValueRef::Text(text),
    }
}
