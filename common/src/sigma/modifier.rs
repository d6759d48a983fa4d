//! `Field|modifier|modifier` to what the modifiers ask for together.
//!
//! An unknown modifier, or two that exclude each other, are refused: nothing is ever ignored.
//!
//! What it does *not* know: values.

use super::encode::Encoding;
use super::value::Stand;
use crate::filter::{Order, Part};

/// How values are held against a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// As texts, numbers, truth values, null.
    Plain,
    /// As regexes, with flags.
    Regex(String),
    Network,
    Exists,
    /// With another field.
    Field,
    Order(Order),
}

/// The modifiers of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Modifiers {
    pub(super) relation: Relation,
    pub(super) stand: Stand,
    pub(super) all: bool,
    pub(super) negated: bool,
    pub(super) cased: bool,
    pub(super) dashed: bool,
    pub(super) expand: bool,
    pub(super) encodings: Vec<Encoding>,
    pub(super) part: Option<Part>,
}

/// Splits a key into its field, spaces stripped, and its modifiers; an error is a sentence.
pub(super) fn split(key: &str) -> Result<(String, Modifiers), String> {
    let mut words = key.split('|');
    let field = words.next().unwrap_or_default().replace(' ', "");
    let mut found = Modifiers {
        relation: Relation::Plain,
        stand: Stand::Whole,
        all: false,
        negated: false,
        cased: false,
        dashed: false,
        expand: false,
        encodings: Vec::new(),
        part: None,
    };
    for word in words {
        found.add(word)?;
    }
    found.check()?;
    Ok((field, found))
}

impl Modifiers {
    fn add(&mut self, word: &str) -> Result<(), String> {
        let stand = match word {
            "contains" => Some(Stand::Inside),
            "startswith" => Some(Stand::Start),
            "endswith" => Some(Stand::End),
            _ => None,
        };
        if let Some(stand) = stand {
            if self.stand != Stand::Whole {
                return Err(format!("modifier {word} after another of its kind"));
            }
            self.stand = stand;
            return Ok(());
        }
        if let Some(encoding) = Encoding::named(word) {
            self.encodings.push(encoding);
            return Ok(());
        }
        if let Relation::Regex(flags) = &mut self.relation
            && matches!(word, "i" | "m" | "s")
        {
            flags.push_str(word);
            return Ok(());
        }
        let relation = match word {
            "re" => Relation::Regex(String::new()),
            "cidr" => Relation::Network,
            "exists" => Relation::Exists,
            "fieldref" => Relation::Field,
            "lt" => Relation::Order(Order::Less),
            "lte" => Relation::Order(Order::LessOrEqual),
            "gt" => Relation::Order(Order::Greater),
            "gte" => Relation::Order(Order::GreaterOrEqual),
            _ => return self.flag(word),
        };
        if self.relation != Relation::Plain {
            return Err(format!("modifier {word} after another of its kind"));
        }
        self.relation = relation;
        Ok(())
    }

    fn flag(&mut self, word: &str) -> Result<(), String> {
        match word {
            "all" => self.all = true,
            "neq" => self.negated = true,
            "cased" => self.cased = true,
            "windash" => self.dashed = true,
            "expand" => self.expand = true,
            _ => match Part::named(word) {
                Some(part) => self.part = Some(part),
                None => return Err(format!("unknown modifier \"{}\"", word.escape_debug())),
            },
        }
        Ok(())
    }

    /// Refuses combinations in which one modifier would mean nothing.
    fn check(&self) -> Result<(), String> {
        let is_text = self.cased || self.dashed || !self.encodings.is_empty();
        let stands = self.stand != Stand::Whole;
        let (is_wrong, name) = match &self.relation {
            Relation::Plain => {
                let is_wrong = self.part.is_some() && (is_text || stands || self.expand);
                (is_wrong, "a part of a time")
            }
            Relation::Regex(_) => (is_text || stands || self.part.is_some() || self.expand, "re"),
            Relation::Network => (is_text || stands || self.part.is_some(), "cidr"),
            Relation::Exists => {
                let other = self.all || self.expand || self.part.is_some();
                (is_text || stands || other, "exists")
            }
            Relation::Field => (is_text || self.part.is_some() || self.expand, "fieldref"),
            Relation::Order(_) => (is_text || stands || self.expand, "an order"),
        };
        match is_wrong {
            true => Err(format!("{name} does not go with the other modifiers")),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modifiers_are_read_in_their_order() {
        let (field, found) = split("Threat Name|wide|base64offset|contains").expect("modifiers");
        assert_eq!(field, "ThreatName");
        assert_eq!(found.encodings, [Encoding::Utf16Le, Encoding::Base64Offset]);
        assert_eq!(found.stand, Stand::Inside);
        let (_, found) = split("a|re|i|s|neq").expect("modifiers");
        assert_eq!((found.relation, found.negated), (Relation::Regex("is".into()), true));
        let (_, found) = split("a|hour|gte").expect("modifiers");
        assert_eq!(
            (found.relation, found.part),
            (Relation::Order(Order::GreaterOrEqual), Some(Part::Hour))
        );
    }

    #[test]
    fn nothing_is_ignored() {
        for key in [
            "a|foo",
            "a|",
            "a|i",
            "a|re|x",
            "a|contains|startswith",
            "a|re|contains",
            "a|cidr|windash",
            "a|gt|lt",
            "a|exists|all",
            "a|Contains",
        ] {
            assert!(split(key).is_err(), "{key}");
        }
    }
}
