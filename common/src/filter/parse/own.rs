//! The parts of the grammar that speak of sources: own names, labels, fields beside fields,
//! dashes, parts of times.
//!
//! What it does *not* know: connectives; values of other kinds.

use super::error::ParseError;
use super::term::{Subject, Terms, Value, pattern};
use super::token::Token;
use crate::field::{Field, Own};
use crate::filter::{Filter, Logsource, Order, Part, SetTest, Test, Text, TextTest, is_set_name};

type Parsed = Result<Filter, ParseError>;

impl<'t> Terms<'t> {
    /// The names of `own(…)`, of which the word is read.
    pub(super) fn own(&mut self) -> Result<Field, ParseError> {
        if !self.take_sign("(") {
            return Err(self.fault("expected ( after own").hint("own(Image, process.executable)"));
        }
        let tokens = self.tokens;
        let mut names: Vec<&'t str> = Vec::new();
        loop {
            match tokens.get(self.next).map(|placed| &placed.token) {
                Some(Token::Name(name)) => names.push(name),
                Some(Token::Word(word)) => names.push(word),
                _ => return Err(self.fault("expected a field")),
            }
            self.next += 1;
            if self.take_sign(")") {
                let is_it = |own: &&Own| own.names().iter().eq(&names);
                if let Some(known) = self.owns.iter().find(is_it) {
                    return Ok(Field::Own(known.clone()));
                }
                let own = Own::new(names[0], &names[1..]);
                self.owns.push(own.clone());
                return Ok(Field::Own(own));
            }
            if !self.take_sign(",") {
                return Err(self.fault("expected , or )"));
            }
        }
    }

    /// The whole text as one field.
    pub(super) fn only_field(mut self) -> Result<Field, ParseError> {
        let field = self.field()?;
        match self.peek() {
            None => Ok(field),
            Some(_) => Err(self.fault("expected the end")),
        }
    }

    /// The label after `logsource`.
    pub(super) fn logsource(&mut self) -> Result<Filter, ParseError> {
        let value = self.value()?;
        match Logsource::parse(&value.text) {
            Some(logsource) => Ok(Filter::Logsource(logsource)),
            None => Err(ParseError::new(self.text, value.offset, "expected a label")
                .hint("product/category/service, such as windows/process_creation/")),
        }
    }

    /// The predicates whose operators are no others'; `None` where the operator is not theirs.
    pub(super) fn special(
        &mut self,
        subject: &Subject,
        word: &str,
    ) -> Result<Option<Filter>, ParseError> {
        if let Some(kind) = word.strip_suffix("_field").and_then(kind) {
            let Subject::Field(field) = subject else { return Err(self.no_operator()) };
            let other = self.field()?;
            return Ok(Some(Filter::Refer(field.clone(), kind, other)));
        }
        if let Some(plain) = word.strip_suffix("_dash") {
            let (name, cased) = match plain.strip_suffix("_cased") {
                Some(name) => (name, true),
                None => (plain, false),
            };
            let like = pattern(name).filter(|(_, cased)| !cased).map(|(kind, _)| kind);
            let Some(kind) = kind(name).or(like) else { return Err(self.no_operator()) };
            let value = self.value()?.text;
            let make = if cased { TextTest::cased } else { TextTest::new };
            return Ok(Some(subject.predicate(Test::Dash(make(kind, &value)))));
        }
        if let Some(plain) = word.strip_suffix("_set") {
            return self.set(subject, plain).map(Some);
        }
        match Part::named(word) {
            Some(part) => self.part(subject, part).map(Some),
            None => Ok(None),
        }
    }

    /// The set after `contains_set` and its like: a name, or a template with one.
    fn set(&mut self, subject: &Subject, word: &str) -> Result<Filter, ParseError> {
        let (name, cased) = match word.strip_suffix("_cased") {
            Some(name) => (name, true),
            None => (word, false),
        };
        let Some(kind) = kind(name) else { return Err(self.no_operator()) };
        let value = self.value()?;
        let test = match SetTest::read_template(&value.text) {
            Some((before, name, after)) => SetTest::new(kind, &name).between(&before, &after),
            None if is_set_name(&value.text) => SetTest::new(kind, &value.text),
            None => return Err(self.no_set(&value)),
        };
        Ok(subject.predicate(Test::Set(Box::new(test.case(cased)))))
    }

    /// The set of `in set:NAME`.
    pub(super) fn whole_set(&self, subject: &Subject, value: &Value) -> Option<Parsed> {
        let name = value.text.strip_prefix("set:")?;
        Some(match is_set_name(name) {
            true => {
                let test = SetTest::new(Text::Equals, name);
                Ok(subject.predicate(Test::Set(Box::new(test))))
            }
            false => Err(self.no_set(value)),
        })
    }

    fn no_set(&self, value: &Value) -> ParseError {
        ParseError::new(self.text, value.offset, "expected the name of a set")
            .hint("siemmanage set list shows them")
    }

    fn part(&mut self, subject: &Subject, part: Part) -> Result<Filter, ParseError> {
        let order = match self.peek() {
            Some(Token::Sign("=")) => None,
            Some(Token::Sign("<")) => Some(Order::Less),
            Some(Token::Sign("<=")) => Some(Order::LessOrEqual),
            Some(Token::Sign(">")) => Some(Order::Greater),
            Some(Token::Sign(">=")) => Some(Order::GreaterOrEqual),
            _ => return Err(self.fault("expected = < <= > or >=")),
        };
        self.next += 1;
        let value = self.value()?;
        match value.text.parse() {
            Ok(number) => Ok(subject.predicate(Test::Part(part, order, number))),
            Err(_) => Err(ParseError::new(self.text, value.offset, "expected a whole number")),
        }
    }
}

fn kind(word: &str) -> Option<Text> {
    match word {
        "equals" => Some(Text::Equals),
        "contains" => Some(Text::Contains),
        "startswith" => Some(Text::StartsWith),
        "endswith" => Some(Text::EndsWith),
        _ => None,
    }
}
