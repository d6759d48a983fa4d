//! A message with places for fields: `over 7 failed logins from {source.ip}`.
//!
//! `{{` and `}}` are braces. An absent field prints as `-`, a value longer than
//! 200 characters is cut: values come from logs, and a log line may be a megabyte.
//!
//! What it does *not* know: terminals; values are escaped where they are shown.

use crate::event::Event;
use crate::field::Field;
use std::fmt::Write as _;

/// The most characters of a value that a message shows.
const VALUE_LENGTH: usize = 200;

/// A message with places for fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    text: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Field(Field),
}

/// Why a text is no message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A place is opened and not closed.
    #[error("message: {{ without }}; write {{{{ for a brace")]
    Open,
    /// A brace closes nothing.
    #[error("message: }} without {{; write }}}} for a brace")]
    Close,
    /// A place without a name.
    #[error("message: {{}} names no field")]
    Empty,
}

impl Template {
    /// Reads a message.
    ///
    /// # Errors
    /// Its braces do not pair, or hold no name.
    pub fn parse(text: &str) -> Result<Template, TemplateError> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut chars = text.chars().peekable();
        while let Some(char) = chars.next() {
            match char {
                '{' | '}' if chars.peek() == Some(&char) => {
                    chars.next();
                    plain.push(char);
                }
                '{' => {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                    let mut name = String::new();
                    loop {
                        match chars.next() {
                            Some('}') => break,
                            Some('{') | None => return Err(TemplateError::Open),
                            Some(char) => name.push(char),
                        }
                    }
                    let name = name.trim();
                    if name.is_empty() {
                        return Err(TemplateError::Empty);
                    }
                    parts.push(Part::Field(Field::new(name)));
                }
                '}' => return Err(TemplateError::Close),
                char => plain.push(char),
            }
        }
        parts.push(Part::Text(plain));
        parts.retain(|part| !matches!(part, Part::Text(text) if text.is_empty()));
        Ok(Template { text: text.to_owned(), parts })
    }

    /// A message without places.
    #[must_use]
    pub fn literal(text: &str) -> Template {
        let escaped = text.replace('{', "{{").replace('}', "}}");
        Template { text: escaped, parts: vec![Part::Text(text.to_owned())] }
    }

    /// The message as its author wrote it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The fields that it names.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.parts.iter().filter_map(|part| match part {
            Part::Field(field) => Some(field),
            Part::Text(_) => None,
        })
    }

    /// The message with an event's values in their places.
    #[must_use]
    pub fn fill(&self, event: &Event<'_>) -> String {
        let mut out = String::with_capacity(self.text.len() + 32);
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Field(field) => {
                    let start = out.len();
                    match event.field(field) {
                        // Writing to a String cannot fail.
                        Some(value) => drop(write!(out, "{value}")),
                        None => out.push('-'),
                    }
                    if let Some((cut, _)) = out[start..].char_indices().nth(VALUE_LENGTH) {
                        out.truncate(start + cut);
                        out.push('…');
                    }
                }
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(text: &str) -> Result<String, TemplateError> {
        let event = Event {
            source_ip: "10.0.0.7".parse().ok(),
            message: "x".repeat(300).into(),
            ..Event::default()
        };
        Template::parse(text).map(|template| template.fill(&event))
    }

    #[test]
    fn fields_have_places() {
        assert_eq!(fill("from {source.ip} to { nobody }").as_deref(), Ok("from 10.0.0.7 to -"));
        assert_eq!(fill("{{source.ip}} {src_ip}}}").as_deref(), Ok("{source.ip} 10.0.0.7}"));
        assert_eq!(fill("{message}!"), Ok("x".repeat(200) + "…!"));
        assert_eq!(fill("").as_deref(), Ok(""));
    }

    #[test]
    fn braces_pair() {
        assert_eq!(fill("a {b"), Err(TemplateError::Open));
        assert_eq!(fill("a {b{c}"), Err(TemplateError::Open));
        assert_eq!(fill("a } b"), Err(TemplateError::Close));
        assert_eq!(fill("a { } b"), Err(TemplateError::Empty));
    }
}
