//! The waist of the suite: a boolean tree of predicates over event fields.
//!
//! ```text
//!  siemquery flags ─┐                      ┌─► matches(&Event) -> bool      the semantics
//!  --where text ────┼─► Filter ────────────┤
//!  limit rule ──────┤                      └─► SQL, a sound superset        common/store
//!  Sigma detection ─┘
//! ```
//!
//! Nobody writes SQL. What [`matches`](Filter::matches) says is what a filter means; the SQL made
//! of it in `common/store` may only select too many rows, never too few.
//!
//! # Semantics
//!
//! * A value is text, integer, float, truth value, address or list. A field is *absent* when there
//!   is no such key, it is JSON null, or an empty list. `""` and `"-"` are values.
//! * Every positive predicate fails on an absent field, so its negation holds.
//! * A list satisfies a predicate if any element does.
//! * A number pattern equals a number, or a text that is that decimal number. A truth value equals
//!   `true`/`false` in any case. Order comparison with something that is no number is false.
//! * Case folding: ASCII letters fold with ASCII letters only, other characters by simple Unicode
//!   folding among themselves ([`fold`]).
//! * `re` is the Rust `regex` syntax, case-sensitive, unanchored, `.` is not LF.
//! * A network contains only addresses; a v4-mapped v6 address equals its v4 form.
//! * Keywords look at the raw line of a text source and at each leaf value of a structured one.
//! * A time part is read from a time as it is written; zones are not converted.
//! * Two fields compare as texts, case ignored; with an absent one they never do.
//! * `in set:NAME` holds for what equals a value of the set, and for addresses in its networks.
//!
//! What it does *not* know: where filters come from, SQL.

mod fold;
mod logsource;
mod matches;
mod network;
pub mod parse;
mod part;
mod pattern;
mod print;
mod regex;
mod set;

pub use self::regex::{Regex, RegexError};
pub use fold::{fold, fold_char};
pub use logsource::Logsource;
pub use matches::decimal;
pub use network::Network;
pub use parse::field as parse_field;
pub use part::Part;
pub(crate) use pattern::DASHES;
pub use pattern::{Text, TextTest};
pub use print::field_text;
pub use set::{NoSet, Set, SetError, SetTest, Sets, is_set_name};

use crate::clock::Timestamp;
use crate::field::Field;

/// A boolean tree of predicates.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// Holds for every event.
    All,
    /// Holds when all hold; an empty list holds.
    And(Vec<Filter>),
    /// Holds when any holds; an empty list does not hold.
    Or(Vec<Filter>),
    /// Holds when the inner one does not.
    Not(Box<Filter>),
    /// A predicate over one field.
    Field(Field, Test),
    /// A predicate over the raw line or over each leaf value.
    Keyword(Test),
    /// Two fields compare: the first equals, contains, begins or ends with the second.
    Refer(Field, Text, Field),
    /// One of the event's labels has every part that is named.
    Logsource(Logsource),
}

/// What is asked of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// The field is not absent.
    Exists,
    /// The value's text as a whole, a part, a glob.
    Text(TextTest),
    /// The same, where `-`, `/` and the dashes of typography are one character.
    Dash(TextTest),
    /// The value is this number.
    Number(f64),
    /// The value is this truth value.
    Bool(bool),
    /// The value is a number in this relation.
    Compare(Order, f64),
    /// The field is a time in this relation (only the event's time is one).
    Time(Order, Timestamp),
    /// A part of the time that the value writes equals a number, or is in this relation to it.
    Part(Part, Option<Order>, i64),
    /// The value's text matches.
    Regex(Regex),
    /// The value is an address in the network.
    Network(Network),
    /// The value is in a reference set.
    Set(Box<SetTest>),
}

/// An order relation: value ∘ bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Less than the bound.
    Less,
    /// Less than or equal to it.
    LessOrEqual,
    /// Greater than it.
    Greater,
    /// Greater than or equal to it.
    GreaterOrEqual,
}

impl Order {
    /// Whether two values stand in this relation; values without an order never do.
    #[must_use]
    pub fn holds<T: PartialOrd>(self, value: &T, bound: &T) -> bool {
        match self {
            Order::Less => value < bound,
            Order::LessOrEqual => value <= bound,
            Order::Greater => value > bound,
            Order::GreaterOrEqual => value >= bound,
        }
    }
}

impl Filter {
    /// The conjunction of two filters, without needless nesting.
    #[must_use]
    pub fn and(self, other: Filter) -> Filter {
        match (self, other) {
            (Filter::All, filter) | (filter, Filter::All) => filter,
            (Filter::And(mut list), Filter::And(more)) => {
                list.extend(more);
                Filter::And(list)
            }
            (Filter::And(mut list), filter) => {
                list.push(filter);
                Filter::And(list)
            }
            (filter, other) => Filter::And(vec![filter, other]),
        }
    }

    /// The negation.
    #[must_use]
    #[allow(clippy::should_implement_trait, reason = "reads as the connective it is")]
    pub fn not(self) -> Filter {
        Filter::Not(Box::new(self))
    }

    /// A predicate: the field's text equals `text` under case folding.
    #[must_use]
    pub fn equals(field: Field, text: &str) -> Filter {
        Filter::Field(field, Test::Text(TextTest::new(Text::Equals, text)))
    }

    /// How many parts it has.
    #[must_use]
    pub fn size(&self) -> usize {
        let mut size = 0;
        self.visit(&mut |_| size += 1);
        size
    }

    /// Every field the filter names, each once.
    #[must_use]
    pub fn fields(&self) -> Vec<&Field> {
        let mut found = Vec::new();
        self.visit(&mut |filter| {
            let fields = match filter {
                Filter::Field(field, _) => [Some(field), None],
                Filter::Refer(field, _, other) => [Some(field), Some(other)],
                _ => [None, None],
            };
            for field in fields.into_iter().flatten() {
                if !found.contains(&field) {
                    found.push(field);
                }
            }
        });
        found
    }

    /// The tests against sets.
    #[must_use]
    pub fn set_tests(&self) -> Vec<&SetTest> {
        let mut found = Vec::new();
        self.visit(&mut |filter| {
            if let Filter::Field(_, Test::Set(test)) | Filter::Keyword(Test::Set(test)) = filter {
                found.push(test.as_ref());
            }
        });
        found
    }

    /// Gives each test against a set what the set of its name holds. Before that such a test holds
    /// for nothing; only a filter that names no set may do without.
    ///
    /// # Errors
    /// A set does not exist.
    pub fn bind(&mut self, sets: &Sets) -> Result<(), NoSet> {
        match self {
            Filter::And(list) | Filter::Or(list) => {
                list.iter_mut().try_for_each(|inner| inner.bind(sets))
            }
            Filter::Not(inner) => inner.bind(sets),
            Filter::Field(_, Test::Set(test)) | Filter::Keyword(Test::Set(test)) => test.bind(sets),
            _ => Ok(()),
        }
    }

    fn visit<'f>(&'f self, see: &mut impl FnMut(&'f Filter)) {
        see(self);
        match self {
            Filter::And(list) | Filter::Or(list) => list.iter().for_each(|inner| inner.visit(see)),
            Filter::Not(inner) => inner.visit(see),
            _ => {}
        }
    }

    /// One filter as it is, several under `and`.
    #[must_use]
    pub fn all(mut list: Vec<Filter>) -> Filter {
        if list.len() == 1 { list.remove(0) } else { Filter::And(list) }
    }

    /// One filter as it is, several under `or`.
    #[must_use]
    pub fn any(mut list: Vec<Filter>) -> Filter {
        if list.len() == 1 { list.remove(0) } else { Filter::Or(list) }
    }
}
