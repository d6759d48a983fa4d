//! The grammar of `--where` and of a rule's `where`: text in, [`Filter`] out.
//!
//! ```text
//! filter    = and *( "or" and )
//! and       = term *( "and" term )
//! term      = "not" term | "(" filter ")" | "all" | "keyword" ( value | test )
//!           | "logsource" value | field test
//! field     = name | "own(" name *( "," name ) ")"
//! test      = ( "=" | "!=" | "==" | "!==" | "~" | "!~" | "<" | "<=" | ">" | ">=" ) value
//!           | ["not"] word value
//!           | ["not"] "in" ( network | "set:" set | "(" value *( "," value ) ")" )
//!           | ["not"] kind [ "_cased" ] "_set" ( set | template )
//!           | ["not"] "exists" | "is" ["not"] ( "true" | "false" )
//!           | ["not"] kind "_field" field | part ( "=" | "<" | "<=" | ">" | ">=" ) value
//! word      = ( "contains" | "startswith" | "endswith" | "like" ) [ "_cased" ] [ "_dash" ]
//!           | "equals" [ "_cased" ] "_dash"
//! kind      = "equals" | "contains" | "startswith" | "endswith"
//! part      = "minute" | "hour" | "day" | "week" | "month" | "year"
//! name      = bare-name | "`" name-with-escapes "`"
//! value     = bare-word | '"' text-with-escapes '"' | "'" text "'"
//! ```
//!
//! Words of the grammar are read in any case. `=` ignores case, `==` does not; `like` knows the
//! wildcards `*` and `?`; `~` is a regex. In double quotes `\"`, `\\`, `\n`, `\r`, `\t` and
//! `\u{…}` are escapes, any other `\` stands for itself; in single quotes only `''` is special.
//! A bare decimal number after `=` is a number, which also equals the text that is that number;
//! a bare address or network on an address column is a network; a bare date on `@timestamp` is
//! the period that it names. Whatever is quoted is text.
//!
//! `own(…)` means the source's own field of the first name that the event has. `_dash` takes `-`,
//! `/` and the dashes of typography for one character. A label is written `product/category/service`
//! with empty parts for any.
//!
//! `in set:NAME` asks whether the value is in a reference set (`siemmanage set import NAME FILE`);
//! `contains_set NAME` and its like, whether one of the set's values is in it. A template in quotes
//! has the name between two `%` and other text around it, in which `%%` is a `%`.
//!
//! What [`Filter`]'s `Display` prints, this reads back to an equal filter; an `and` or `or` of
//! fewer than two parts is the one form that has no text of its own.
//!
//! What it does *not* know: which fields events have. A caller may give names ([`Reading`]), so
//! that a slip of the pen is an error instead of an empty result.

mod error;
mod number;
mod own;
mod term;
mod token;

pub use error::{ParseError, meant};

use super::Filter;
use crate::clock::Timestamp;
use crate::clock::zone::Zone;
use term::Terms;

/// How deep parentheses and negations may nest.
pub const DEPTH: usize = 100;

/// Whether a field name needs no backquotes.
#[must_use]
pub fn is_bare_name(name: &str) -> bool {
    let first = name.starts_with(|char: char| char.is_ascii_alphabetic() || "@_".contains(char));
    let rest = |char: char| char.is_ascii_alphanumeric() || "@_.-".contains(char);
    let words = ["and", "or", "not", "all", "keyword", "logsource", "own", "in", "is", "exists"];
    let word = words.iter().any(|word| name.eq_ignore_ascii_case(word));
    first && !word && name.chars().all(rest)
}

/// What a filter's text may refer to.
#[derive(Clone, Debug, Default)]
pub struct Reading<'n> {
    /// Refuse bare names that are nearly, but not quite, a column or one of these names.
    pub known: Option<&'n [&'n str]>,
    /// The zone of times without an offset.
    pub zone: Zone,
    /// The present; without it, times that are relative to it are refused.
    pub now: Option<Timestamp>,
}

impl Filter {
    /// Reads a filter. Any field name is accepted; times without an offset are UTC.
    ///
    /// # Errors
    /// The text does not follow the grammar (see the module's head).
    pub fn parse(text: &str) -> Result<Filter, ParseError> {
        Reading::default().parse(text)
    }
}

/// Reads a field: a name, or `own(NAME, …)`.
///
/// # Errors
/// The text is no field.
pub fn field(text: &str) -> Result<crate::field::Field, ParseError> {
    let tokens = token::tokens(text)?;
    let reading = Reading::default();
    Terms::new(text, &tokens, &reading).only_field()
}

impl Reading<'_> {
    /// Reads a filter.
    ///
    /// # Errors
    /// The text does not follow the grammar; a bare name is nearly a known one.
    pub fn parse(&self, text: &str) -> Result<Filter, ParseError> {
        let tokens = token::tokens(text)?;
        Terms::new(text, &tokens, self).filter()
    }
}

#[cfg(test)]
mod tests;
