//! Tokens to tree: connectives, negation, parentheses, predicates.
//!
//! What it does *not* know: how tokens are told apart.

use super::error::{ParseError, meant};
use super::number::{decimal, plain_number};
use super::token::{Placed, Token};
use super::{DEPTH, Reading};
use crate::clock::{Timestamp, words};
use crate::field::{Field, Kind, Own};
use crate::filter::{Filter, Network, Order, Regex, Test, Text, TextTest};

/// A value, and whether it stood without quotes.
pub(super) struct Value {
    pub(super) text: String,
    bare: bool,
    pub(super) offset: usize,
}

/// What a predicate is about.
pub(super) enum Subject {
    Field(Field),
    Keyword,
}

impl Subject {
    pub(super) fn predicate(&self, test: Test) -> Filter {
        match self {
            Subject::Field(field) => Filter::Field(field.clone(), test),
            Subject::Keyword => Filter::Keyword(test),
        }
    }

    fn kind(&self) -> Option<Kind> {
        match self {
            Subject::Field(Field::Column(column)) => Some(column.kind()),
            _ => None,
        }
    }
}

/// The tokens of one filter and how far they are read.
pub(super) struct Terms<'t> {
    pub(super) text: &'t str,
    pub(super) tokens: &'t [Placed<'t>],
    reading: &'t Reading<'t>,
    pub(super) next: usize,
    /// The names that were read: a filter repeats a few.
    pub(super) owns: Vec<Own>,
    depth: usize,
}

impl<'t> Terms<'t> {
    pub(super) fn new(
        text: &'t str,
        tokens: &'t [Placed<'t>],
        reading: &'t Reading<'t>,
    ) -> Terms<'t> {
        Terms { text, tokens, reading, next: 0, owns: Vec::new(), depth: 0 }
    }

    /// The whole text as one filter.
    pub(super) fn filter(mut self) -> Result<Filter, ParseError> {
        let filter = self.or()?;
        match self.peek() {
            None => Ok(filter),
            Some(Token::Sign(")")) => Err(self.fault("this ) closes nothing")),
            Some(_) => Err(self
                .fault("expected \"and\", \"or\" or the end")
                .hint("quote a value that has spaces: message contains \"two words\"")),
        }
    }

    fn or(&mut self) -> Result<Filter, ParseError> {
        let mut list = vec![self.and()?];
        while self.take_word("or") {
            list.push(self.and()?);
        }
        Ok(joined(list, Filter::Or))
    }

    fn and(&mut self) -> Result<Filter, ParseError> {
        let mut list = vec![self.term()?];
        while self.take_word("and") {
            list.push(self.term()?);
        }
        Ok(joined(list, Filter::And))
    }

    fn term(&mut self) -> Result<Filter, ParseError> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(self.fault(format!("more than {DEPTH} levels of nesting")));
        }
        let filter = self.one_term()?;
        self.depth -= 1;
        Ok(filter)
    }

    fn one_term(&mut self) -> Result<Filter, ParseError> {
        if self.take_word("not") {
            return Ok(self.term()?.not());
        }
        if self.take_sign("(") {
            let inner = self.or()?;
            if !self.take_sign(")") {
                return Err(self.fault("expected )"));
            }
            return Ok(inner);
        }
        if self.take_word("all") {
            return Ok(Filter::All);
        }
        if self.take_word("keyword") {
            return self.keyword();
        }
        if self.take_word("logsource") {
            return self.logsource();
        }
        let subject = Subject::Field(self.field()?);
        self.test(&subject)
    }

    /// `keyword "text"` is short for `keyword contains "text"`.
    fn keyword(&mut self) -> Result<Filter, ParseError> {
        if let Some(Token::Quoted(text)) = self.peek() {
            let test = Test::Text(TextTest::new(Text::Contains, text));
            self.next += 1;
            return Ok(Filter::Keyword(test));
        }
        self.test(&Subject::Keyword)
    }

    pub(super) fn field(&mut self) -> Result<Field, ParseError> {
        if self.take_word("own") {
            return self.own();
        }
        let name = match self.peek() {
            Some(Token::Name(name)) => Field::new(name),
            Some(Token::Word(word)) if super::is_bare_name(word) => {
                if let Some(known) = self.reading.known
                    && let Some(near) = meant(word, known)
                {
                    return Err(self
                        .fault(format!("unknown field \"{word}\": did you mean {near}?"))
                        .hint(format!("to insist on the name, write it in backquotes: `{word}`")));
                }
                Field::new(word)
            }
            Some(Token::Quoted(_)) => {
                return Err(self
                    .fault("expected a field, found a quoted text")
                    .hint("a text anywhere in the line is: keyword \"text\""));
            }
            _ => return Err(self.fault("expected a field")),
        };
        self.next += 1;
        Ok(name)
    }

    fn test(&mut self, subject: &Subject) -> Result<Filter, ParseError> {
        let negated = self.take_word("not");
        let word = match self.peek() {
            Some(Token::Word(word)) => word.to_ascii_lowercase(),
            Some(Token::Sign(sign)) if !negated => (*sign).to_owned(),
            _ => return Err(self.no_operator()),
        };
        let place = self.next;
        self.next += 1;
        let (word, negated) = match word.strip_prefix('!') {
            Some(positive) => (positive, true),
            None => (word.as_str(), negated),
        };
        if let Some(filter) = self.special(subject, word)? {
            return Ok(if negated { filter.not() } else { filter });
        }
        let filter = match (pattern(word), word) {
            (Some((kind, cased)), _) => {
                let value = self.value()?.text;
                let make = if cased { TextTest::cased } else { TextTest::new };
                subject.predicate(Test::Text(make(kind, &value)))
            }
            (None, "=") => {
                let value = self.value()?;
                self.equal(subject, &value)
            }
            (None, "~") => self.regex(subject)?,
            (None, "<") => self.compare(subject, Order::Less)?,
            (None, "<=") => self.compare(subject, Order::LessOrEqual)?,
            (None, ">") => self.compare(subject, Order::Greater)?,
            (None, ">=") => self.compare(subject, Order::GreaterOrEqual)?,
            (None, "in") => self.member(subject)?,
            (None, "exists") => subject.predicate(Test::Exists),
            (None, "is") if !negated => return self.truth(subject),
            _ => {
                self.next = place;
                return Err(self.no_operator());
            }
        };
        Ok(if negated { filter.not() } else { filter })
    }

    pub(super) fn no_operator(&self) -> ParseError {
        self.fault("expected an operator")
            .hint("= != == !== < <= > >= ~ !~ contains startswith endswith like in exists is")
    }

    /// Equality: with a number, a network, a period of time, or a text.
    fn equal(&self, subject: &Subject, value: &Value) -> Filter {
        if value.bare {
            if subject.kind() == Some(Kind::Ip)
                && let Some(network) = Network::parse(&value.text)
            {
                return subject.predicate(Test::Network(network));
            }
            if subject.kind() == Some(Kind::Time)
                && let Some((from, until)) = self.period(&value.text)
            {
                let from = subject.predicate(Test::Time(Order::GreaterOrEqual, from));
                return from.and(subject.predicate(Test::Time(Order::Less, until)));
            }
            if let Some(number) = plain_number(&value.text) {
                return subject.predicate(Test::Number(number));
            }
        }
        subject.predicate(Test::Text(TextTest::new(Text::Equals, &value.text)))
    }

    fn regex(&mut self, subject: &Subject) -> Result<Filter, ParseError> {
        let value = self.value()?;
        match Regex::new(&value.text) {
            Ok(regex) => Ok(subject.predicate(Test::Regex(regex))),
            Err(error) => {
                let message = format!("no regex: {error}");
                Err(ParseError::new(self.text, value.offset, message))
            }
        }
    }

    fn compare(&mut self, subject: &Subject, order: Order) -> Result<Filter, ParseError> {
        let value = self.value()?;
        if subject.kind() == Some(Kind::Time) {
            return match self.period(&value.text) {
                Some((at, _)) => Ok(subject.predicate(Test::Time(order, at))),
                None => Err(ParseError::new(self.text, value.offset, "expected a time")
                    .hint("2026-08-01, \"2026-08-01 10:00\" or 2026-08-01T10:00:00Z")),
            };
        }
        match decimal(&value.text) {
            Some(bound) => Ok(subject.predicate(Test::Compare(order, bound))),
            None => Err(ParseError::new(self.text, value.offset, "expected a number")
                .hint("order is for numbers, and for times on @timestamp")),
        }
    }

    /// The period of a written time; words relative to now only where there is a now.
    fn period(&self, text: &str) -> Option<(Timestamp, Timestamp)> {
        let now = self.reading.now.unwrap_or_default();
        if self.reading.now.is_none() && !words::is_absolute(text) {
            return None;
        }
        words::period(text, &self.reading.zone, now).ok()
    }

    fn member(&mut self, subject: &Subject) -> Result<Filter, ParseError> {
        if self.take_sign("(") {
            let mut list = Vec::new();
            loop {
                let value = self.value()?;
                list.push(self.element(subject, &value));
                if self.take_sign(")") {
                    return Ok(joined(list, Filter::Or));
                }
                if !self.take_sign(",") {
                    return Err(self.fault("expected , or )"));
                }
            }
        }
        let value = self.value()?;
        if let Some(found) = self.whole_set(subject, &value).filter(|_| value.bare) {
            return found;
        }
        match Network::parse(&value.text) {
            Some(network) => Ok(subject.predicate(Test::Network(network))),
            None => Err(ParseError::new(self.text, value.offset, "expected a network or a list")
                .hint("in 10.0.0.0/8, in (a, b, c), or in set:NAME")),
        }
    }

    fn element(&self, subject: &Subject, value: &Value) -> Filter {
        let network = (value.bare && value.text.contains('/')).then(|| Network::parse(&value.text));
        match network.flatten() {
            Some(network) => subject.predicate(Test::Network(network)),
            None => self.equal(subject, value),
        }
    }

    fn truth(&mut self, subject: &Subject) -> Result<Filter, ParseError> {
        let negated = self.take_word("not");
        let truth = if self.take_word("true") {
            true
        } else if self.take_word("false") {
            false
        } else {
            return Err(self.fault("expected true or false"));
        };
        let filter = subject.predicate(Test::Bool(truth));
        Ok(if negated { filter.not() } else { filter })
    }

    pub(super) fn value(&mut self) -> Result<Value, ParseError> {
        let offset = self.offset();
        let (text, bare) = match self.peek() {
            Some(Token::Quoted(text)) => (text.clone(), false),
            Some(Token::Word(word)) if matches!(lower(word).as_str(), "and" | "or" | "not") => {
                return Err(self.fault("expected a value").hint(format!("quote it: \"{word}\"")));
            }
            Some(Token::Word(word)) => ((*word).to_owned(), true),
            Some(Token::Name(_)) => {
                return Err(self
                    .fault("expected a value, found a field")
                    .hint("a field is compared with a value, not with another field"));
            }
            _ => return Err(self.fault("expected a value")),
        };
        self.next += 1;
        Ok(Value { text, bare, offset })
    }

    pub(super) fn peek(&self) -> Option<&'t Token<'t>> {
        self.tokens.get(self.next).map(|placed| &placed.token)
    }

    fn offset(&self) -> usize {
        self.tokens.get(self.next).map_or(self.text.trim_end().len(), |placed| placed.offset)
    }

    fn take_word(&mut self, wanted: &str) -> bool {
        let found =
            matches!(self.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(wanted));
        self.next += usize::from(found);
        found
    }

    pub(super) fn take_sign(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(sign)) if *sign == wanted);
        self.next += usize::from(found);
        found
    }

    pub(super) fn fault(&self, message: impl Into<String>) -> ParseError {
        let message = message.into();
        match self.peek() {
            None => ParseError::new(self.text, self.offset(), format!("{message}, found the end")),
            Some(_) => ParseError::new(self.text, self.offset(), message),
        }
    }
}

/// The kind of text pattern that an operator stands for, and whether case counts.
pub(super) fn pattern(word: &str) -> Option<(Text, bool)> {
    let (kind, cased) = match word.strip_suffix("_cased") {
        Some(kind) => (kind, true),
        None => (word, false),
    };
    Some(match kind {
        "==" if !cased => (Text::Equals, true),
        "contains" => (Text::Contains, cased),
        "startswith" => (Text::StartsWith, cased),
        "endswith" => (Text::EndsWith, cased),
        "like" => (Text::Glob, cased),
        _ => return None,
    })
}

fn lower(word: &str) -> String {
    word.to_ascii_lowercase()
}

/// One filter as it is, several under a connective.
fn joined(mut list: Vec<Filter>, connective: fn(Vec<Filter>) -> Filter) -> Filter {
    match list.pop() {
        Some(only) if list.is_empty() => only,
        Some(last) => {
            list.push(last);
            connective(list)
        }
        None => Filter::All,
    }
}
