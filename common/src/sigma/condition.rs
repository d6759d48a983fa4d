//! A condition's text to a tree over search identifiers.
//!
//! ```text
//!  or    = and *( "or" and )
//!  and   = not *( "and" not )
//!  not   = "not" not | "(" or ")" | ( "1" | "any" | "all" ) "of" ( "them" | pattern ) | identifier
//! ```
//!
//! What it does *not* know: what identifiers search for.

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
    /// A search identifier.
    Search(String),
    /// One, or all, of the identifiers that a pattern names; `None` is "them".
    Of {
        all: bool,
        pattern: Option<String>,
    },
}

/// How deep a condition may nest.
const DEPTH: usize = 64;

impl Condition {
    /// Reads a condition; an error is a sentence with the word it met.
    pub(super) fn parse(text: &str) -> Result<Condition, String> {
        if text.contains('|') {
            return Err("an aggregation after | is no part of Sigma 2: \
                        write a correlation rule"
                .to_owned());
        }
        let spaced = text.replace('(', " ( ").replace(')', " ) ");
        let words: Vec<&str> = spaced.split_whitespace().collect();
        let mut reader = Reader { words: &words, next: 0, depth: 0 };
        let condition = reader.or()?;
        match reader.peek() {
            None => Ok(condition),
            Some(word) => Err(format!("\"{word}\" where and, or or the end is expected")),
        }
    }
}

struct Reader<'w> {
    words: &'w [&'w str],
    next: usize,
    depth: usize,
}

impl<'w> Reader<'w> {
    fn peek(&self) -> Option<&'w str> {
        self.words.get(self.next).copied()
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|have| have.eq_ignore_ascii_case(word));
        self.next += usize::from(found);
        found
    }

    fn or(&mut self) -> Result<Condition, String> {
        let mut list = vec![self.and()?];
        while self.take("or") {
            list.push(self.and()?);
        }
        Ok(if list.len() == 1 { list.remove(0) } else { Condition::Or(list) })
    }

    fn and(&mut self) -> Result<Condition, String> {
        let mut list = vec![self.not()?];
        while self.take("and") {
            list.push(self.not()?);
        }
        Ok(if list.len() == 1 { list.remove(0) } else { Condition::And(list) })
    }

    fn not(&mut self) -> Result<Condition, String> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(format!("more than {DEPTH} levels of nesting"));
        }
        let condition = self.term()?;
        self.depth -= 1;
        Ok(condition)
    }

    fn term(&mut self) -> Result<Condition, String> {
        if self.take("not") {
            return Ok(Condition::Not(Box::new(self.not()?)));
        }
        if self.take("(") {
            let inner = self.or()?;
            if !self.take(")") {
                return Err("a ( that is not closed".to_owned());
            }
            return Ok(inner);
        }
        let Some(word) = self.peek() else { return Err("it ends too early".to_owned()) };
        let is_of =
            self.words.get(self.next + 1).is_some_and(|next| next.eq_ignore_ascii_case("of"));
        self.next += 1;
        if is_of {
            self.next += 1;
            return self.of(word);
        }
        let is_word =
            ["and", "or", "of", "them", ")"].iter().any(|it| word.eq_ignore_ascii_case(it));
        let is_name = word.chars().all(|char| char.is_alphanumeric() || "_-.".contains(char));
        match is_name && !is_word {
            true => Ok(Condition::Search(word.to_owned())),
            false => Err(format!("\"{word}\" where a search identifier is expected")),
        }
    }

    fn of(&mut self, quantity: &str) -> Result<Condition, String> {
        let all = match quantity.to_ascii_lowercase().as_str() {
            "1" | "any" => false,
            "all" => true,
            _ => return Err(format!("\"{quantity} of\": only 1 of and all of are defined")),
        };
        let Some(word) = self.peek().filter(|word| !matches!(*word, "(" | ")")) else {
            return Err("\"of\" without a pattern".to_owned());
        };
        self.next += 1;
        let pattern = (!word.eq_ignore_ascii_case("them")).then(|| word.to_owned());
        Ok(Condition::Of { all, pattern })
    }
}

/// Whether a name fits a pattern in which `*` stands for any characters.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut last = None;
    for part in parts {
        if let Some(before) = last.replace(part) {
            match rest.find(before) {
                Some(at) => rest = &rest[at + before.len()..],
                None => return false,
            }
        }
    }
    match last {
        Some(last) => rest.ends_with(last),
        None => rest.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(condition: &Condition) -> String {
        let join = |list: &[Condition], word: &str| {
            let parts: Vec<String> = list.iter().map(show).collect();
            format!("({})", parts.join(word))
        };
        match condition {
            Condition::And(list) => join(list, " & "),
            Condition::Or(list) => join(list, " | "),
            Condition::Not(inner) => format!("!{}", show(inner)),
            Condition::Search(name) => name.clone(),
            Condition::Of { all, pattern } => {
                format!(
                    "{}<{}>",
                    if *all { "all" } else { "1" },
                    pattern.as_deref().unwrap_or("them")
                )
            }
        }
    }

    fn read(text: &str) -> Result<String, String> {
        Condition::parse(text).map(|condition| show(&condition))
    }

    #[test]
    fn or_binds_least_and_not_most() {
        assert_eq!(read("a or b and not c or d").as_deref(), Ok("(a | (b & !c) | d)"));
        assert_eq!(read("not (a or b) and c").as_deref(), Ok("(!(a | b) & c)"));
        assert_eq!(read("1 of sel* and not all of them").as_deref(), Ok("(1<sel*> & !all<them>)"));
        assert_eq!(read("selection AND NOT filter").as_deref(), Ok("(selection & !filter)"));
        assert_eq!(read("any of a*b*").as_deref(), Ok("1<a*b*>"));
    }

    #[test]
    fn what_is_not_defined_is_refused() {
        for text in
            ["", "a b", "a and", "(a", "a)", "2 of them", "1 of", "a | count() > 1", "of", "not"]
        {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(read(&("(".repeat(70) + "a" + &")".repeat(70))).is_err());
    }

    #[test]
    fn patterns_have_stars_anywhere() {
        for (pattern, name, want) in [
            ("sel*", "selection", true),
            ("*ion", "selection", true),
            ("s*e*n", "selection", true),
            ("sel", "selection", false),
            ("selection", "selection", true),
            ("sel*x", "selection", false),
            ("*", "", true),
            ("a*a", "a", false),
        ] {
            assert_eq!(fits(pattern, name), want, "{pattern} {name}");
        }
    }
}
