//! `Field|modifier|modifier` to what the modifiers ask for together.
//!
//! Modifiers apply in their order. An unknown one, one that is there twice, and two that exclude
//! each other are refused: nothing is ever ignored. A sentence may end with a line `hint: …`.
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
    let mut seen = Vec::new();
    for word in words {
        // A text can be encoded twice, and in Base64 often is.
        if seen.contains(&word) && Encoding::named(word).is_none() {
            return Err(format!("modifier {word} is there twice\nhint: leave one out"));
        }
        seen.push(word);
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
            return self.encode(word, encoding);
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

    /// Adds an encoding of what the text is by now.
    fn encode(&mut self, word: &str, encoding: Encoding) -> Result<(), String> {
        if self.stand != Stand::Whole {
            let what = format!("modifier {word} after one that says where the text stands");
            return Err(format!("{what}\nhint: modifiers apply in their order: {word}|contains"));
        }
        let before = self.encodings.last();
        if encoding.is_wide() && before.is_some_and(|before| before.is_wide()) {
            let what = format!("modifier {word} of what is in UTF-16 already");
            return Err(format!("{what}\nhint: leave one out"));
        }
        if std::mem::take(&mut self.dashed) {
            self.encodings.push(Encoding::Dashes);
        }
        self.encodings.push(encoding);
        Ok(())
    }

    fn flag(&mut self, word: &str) -> Result<(), String> {
        match word {
            "windash" if !self.encodings.is_empty() => {
                let hint = "modifiers apply in their order: windash first";
                return Err(format!("modifier windash after an encoding\nhint: {hint}"));
            }
            "all" => self.all = true,
            "neq" => self.negated = true,
            "cased" => self.cased = true,
            "windash" => self.dashed = true,
            "expand" => self.expand = true,
            _ => match Part::named(word) {
                Some(_) if self.part.is_some() => {
                    return Err(format!("modifier {word} after another of its kind"));
                }
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
        let is_part = self.part.is_some();
        let (is_wrong, name, hint) = match &self.relation {
            Relation::Plain => (
                is_part && (is_text || stands || self.expand),
                "a part of a time",
                "it is a number: alone, or with lt, lte, gt, gte or neq",
            ),
            Relation::Regex(_) => (
                is_text || stands || is_part || self.expand,
                "re",
                "a regex says itself where it stands; it is cased unless |i follows re",
            ),
            Relation::Network => {
                (is_text || stands || is_part, "cidr", "a network holds whole addresses")
            }
            Relation::Exists => (
                is_text || stands || self.all || self.expand || is_part,
                "exists",
                "exists looks at no value",
            ),
            Relation::Field => (
                is_text || is_part || self.expand,
                "fieldref",
                "with contains, startswith, endswith or neq, or alone",
            ),
            Relation::Order(_) => {
                (is_text || stands || self.expand, "an order", "numbers are compared as wholes")
            }
        };
        match is_wrong {
            true => Err(format!("{name} does not go with the other modifiers\nhint: {hint}")),
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
    fn an_encoding_can_be_applied_again() {
        let (_, found) = split("a|wide|base64|wide|base64|contains").expect("modifiers");
        assert_eq!(found.encodings, [Encoding::Utf16Le, Encoding::Base64].repeat(2));
        let (_, found) = split("a|base64|base64offset|base64offset").expect("modifiers");
        assert_eq!(found.encodings.len(), 3);
        let (_, found) = split("a|windash|wide|base64offset|contains").expect("modifiers");
        let all = [Encoding::Dashes, Encoding::Utf16Le, Encoding::Base64Offset];
        assert_eq!((found.encodings.as_slice(), found.dashed), (&all[..], false));
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
            "a|neq|neq",
            "a|contains|contains",
            "a|all|contains|all",
            "a|re|i|i",
            "a|windash|cased|windash",
            "a|hour|hour",
            "a|hour|minute",
            "a|re|cased",
            "a|re|i|cased",
            "a|hour|contains",
            "a|wide|utf16be|base64",
            "a|contains|base64offset",
            "a|base64|windash",
            "a|windash|base64|windash",
        ] {
            assert!(split(key).is_err(), "{key}");
        }
    }
}
