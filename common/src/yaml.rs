//! YAML text to trees in which every node knows its place.
//!
//! ```text
//!  text ─► saphyr's events ─► documents: Node { value, line, column }
//! ```
//!
//! Scalars follow YAML 1.2's core schema: plain `null`, `true`, `12`, `0x1f`, `1.5` are what they
//! look like; whatever is quoted is text. Keys of a mapping are texts, each once.
//!
//! A file is hostile until it is read: its size, the number of its nodes and their depth are
//! bounded, and the copies that aliases make count like nodes that are written out.
//!
//! What it does *not* know: what documents mean.

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, Tag};
use std::borrow::Cow;
use std::collections::HashSet;

/// The most bytes of a text.
pub const SIZE: usize = 4 << 20;
/// The most nodes of a text, copies by aliases included.
const NODES: usize = 400_000;
/// The most nodes that aliases may copy.
const COPIES: usize = 10_000;
/// Keys of a mapping.
const KEYS: usize = 10_000;
/// How deep nodes may lie.
const DEPTH: usize = 64;

/// A node with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing, `null` or `~`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction or an exponent, or a very large one.
    Float(f64),
    /// A text.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping in its order.
    Map(Vec<(Key, Node)>),
}

/// A mapping's key with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The key.
    pub text: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// Why a text is refused, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct YamlError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong there.
    pub message: String,
}

impl YamlError {
    /// A fault at a place.
    pub fn new(line: usize, column: usize, message: impl Into<String>) -> YamlError {
        YamlError { line, column, message: message.into() }
    }
}

impl Node {
    /// The value of a key, where the node is a mapping that has it.
    #[must_use]
    pub fn member(&self, key: &str) -> Option<&Node> {
        let Value::Map(members) = &self.value else { return None };
        members.iter().find(|(have, _)| have.text == key).map(|(_, node)| node)
    }

    /// The first text, in the order of the document, that is the wanted one.
    #[must_use]
    pub fn find(&self, is_it: &dyn Fn(&str) -> bool) -> Option<&Node> {
        match &self.value {
            Value::Text(text) => is_it(text).then_some(self),
            Value::List(items) => items.iter().find_map(|item| item.find(is_it)),
            Value::Map(members) => members.iter().find_map(|(_, item)| item.find(is_it)),
            _ => None,
        }
    }

    /// The text of a text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a scalar; a number's is its decimal form.
    #[must_use]
    pub fn scalar(&self) -> Option<Cow<'_, str>> {
        match &self.value {
            Value::Text(text) => Some(Cow::Borrowed(text)),
            Value::Bool(truth) => Some(Cow::Borrowed(if *truth { "true" } else { "false" })),
            Value::Int(number) => Some(Cow::Owned(number.to_string())),
            Value::Float(number) => Some(Cow::Owned(number.to_string())),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// A fault at this node.
    pub fn fault(&self, message: impl Into<String>) -> YamlError {
        YamlError::new(self.line, self.column, message)
    }

    /// What the node is, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a truth value",
            Value::Int(_) | Value::Float(_) => "a number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    fn size(&self) -> usize {
        1 + match &self.value {
            Value::List(items) => items.iter().map(Node::size).sum::<usize>(),
            Value::Map(members) => members.iter().map(|(_, node)| 1 + node.size()).sum(),
            _ => 0,
        }
    }
}

/// Reads the documents of a text; empty ones are left out.
///
/// # Errors
/// The text is not YAML, or larger than the bounds in the module's head.
pub fn read(text: &str) -> Result<Vec<Node>, YamlError> {
    if text.len() > SIZE {
        return Err(YamlError::new(1, 1, format!("larger than {} MiB", SIZE >> 20)));
    }
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        anchors: Vec::new(),
        left: NODES,
        copies: COPIES,
    };
    let mut documents = Vec::new();
    loop {
        let (event, span) = reader.event()?;
        match event {
            Event::StreamEnd => return Ok(documents),
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {
                reader.anchors.clear();
            }
            event => {
                let node = reader.node(event, span, 0)?;
                if node.value != Value::Null {
                    documents.push(node);
                }
            }
        }
    }
}

struct Reader<'t> {
    parser: Parser<'t, saphyr_parser::StrInput<'t>>,
    anchors: Vec<(usize, Node)>,
    left: usize,
    copies: usize,
}

impl<'t> Reader<'t> {
    fn event(&mut self) -> Result<(Event<'t>, Span), YamlError> {
        match self.parser.next() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(syntax(&error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Node, YamlError> {
        let (line, column) = (span.start.line(), span.start.col() + 1);
        let fault = |message: String| YamlError::new(line, column, message);
        if depth > DEPTH {
            return Err(fault(format!("nested deeper than {DEPTH}")));
        }
        self.left =
            self.left.checked_sub(1).ok_or_else(|| fault(format!("more than {NODES} values")))?;
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                (scalar(text, style, tag.as_deref()), anchor)
            }
            Event::SequenceStart(anchor, _) => (self.list(depth)?, anchor),
            Event::MappingStart(anchor, _) => (self.map(depth)?, anchor),
            Event::Alias(anchor) => {
                let known = self.anchors.iter().rev().find(|(have, _)| *have == anchor);
                let (_, node) =
                    known.ok_or_else(|| fault("an alias of what is not finished".to_owned()))?;
                let copies = self.copies.checked_sub(node.size());
                self.copies = copies
                    .ok_or_else(|| fault(format!("aliases copy more than {COPIES} values")))?;
                (node.value.clone(), 0)
            }
            _ => return Err(fault("not a value".to_owned())),
        };
        let node = Node { value, line, column };
        if anchor > 0 {
            self.anchors.push((anchor, node.clone()));
        }
        Ok(node)
    }

    fn list(&mut self, depth: usize) -> Result<Value, YamlError> {
        let mut items = Vec::new();
        loop {
            match self.event()? {
                (Event::SequenceEnd, _) => return Ok(Value::List(items)),
                (event, span) => items.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Value, YamlError> {
        let (mut members, mut seen) = (Vec::<(Key, Node)>::new(), HashSet::new());
        loop {
            let (event, span) = self.event()?;
            if event == Event::MappingEnd {
                return Ok(Value::Map(members));
            }
            let node = self.node(event, span, depth + 1)?;
            let text = match &node.value {
                Value::Null => "null".to_owned(),
                _ => match node.scalar() {
                    Some(text) => text.into_owned(),
                    None => return Err(node.fault(format!("a key that is {}", node.kind()))),
                },
            };
            if members.len() >= KEYS {
                return Err(node.fault(format!("more than {KEYS} keys in a mapping")));
            }
            if !seen.insert(text.clone()) {
                return Err(node.fault(format!("key \"{}\" is there twice", text.escape_debug())));
            }
            let (event, span) = self.event()?;
            let value = self.node(event, span, depth + 1)?;
            members.push((Key { text, line: node.line, column: node.column }, value));
        }
    }
}

fn syntax(error: &ScanError) -> YamlError {
    YamlError::new(error.marker().line(), error.marker().col() + 1, error.info())
}

fn scalar(text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    let is_text = tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str");
    if style != ScalarStyle::Plain || is_text {
        return Value::Text(text.into_owned());
    }
    match text.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    number(&text).unwrap_or_else(|| Value::Text(text.into_owned()))
}

/// A plain scalar as a number, where the core schema says that it is one.
fn number(text: &str) -> Option<Value> {
    let first = text.bytes().next()?;
    if !(first.is_ascii_digit() || b"+-.".contains(&first)) {
        return None;
    }
    for (mark, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(mark) {
            let all = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            return i64::from_str_radix(digits, radix).ok().filter(|_| all).map(Value::Int);
        }
    }
    let is_whole = text.trim_start_matches(['+', '-']).bytes().all(|byte| byte.is_ascii_digit());
    if is_whole && let Ok(number) = text.parse() {
        return Some(Value::Int(number));
    }
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let number: f64 = text.parse().ok()?;
    (is_number && number.is_finite()).then_some(Value::Float(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Node {
        read(text).expect("YAML").remove(0)
    }

    #[test]
    fn scalars_are_what_the_core_schema_says() {
        let node =
            one("[a, 'true', true, 12, -0x, 0x1f, 1.5, 1e3, null, ~, '', 4.4.4, 2020-01-01, yes]");
        let Value::List(items) = node.value else { panic!("a list") };
        let text = |text: &str| Value::Text(text.to_owned());
        let want = [
            text("a"),
            text("true"),
            Value::Bool(true),
            Value::Int(12),
            text("-0x"),
            Value::Int(31),
            Value::Float(1.5),
            Value::Float(1000.0),
            Value::Null,
            Value::Null,
            text(""),
            text("4.4.4"),
            text("2020-01-01"),
            text("yes"),
        ];
        assert_eq!(items.into_iter().map(|item| item.value).collect::<Vec<_>>(), want);
    }

    #[test]
    fn nodes_know_their_place() {
        let documents = read("a: 1\n---\nb:\n  - c\n  - d: 'e'\n---\n").expect("YAML");
        assert_eq!(documents.len(), 2);
        let list = documents[1].member("b").expect("b");
        let Value::List(items) = &list.value else { panic!("a list") };
        assert_eq!((items[0].line, items[0].column), (4, 5));
        let inner = items[1].member("d").expect("d");
        assert_eq!((inner.line, inner.column, inner.text()), (5, 8, Some("e")));
    }

    #[test]
    fn refusals_have_a_place() {
        let fault = |text: &str| read(text).expect_err("refused").to_string();
        let many: String = (0..=KEYS).map(|key| format!("k{key}: 1\n")).collect();
        assert_eq!(fault(&many), "10001:1: more than 10000 keys in a mapping");
        assert_eq!(fault("a: 1\nb: 2\na: 3"), "3:1: key \"a\" is there twice");
        assert!(fault("a: [1, 2").ends_with("expected ',' or ']'"));
        assert_eq!(fault("? [a]\n: 1"), "1:3: a key that is a list");
        assert_eq!(fault(&"x".repeat(SIZE + 1)), "1:1: larger than 4 MiB");
        assert!(fault(&("[".repeat(100) + &"]".repeat(100))).contains("nested deeper than 64"));
    }

    #[test]
    fn alias_bombs_are_refused() {
        let mut text = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for step in b'b'..=b'i' {
            let (name, before) = (char::from(step), char::from(step - 1));
            let list = vec![format!("*{before}"); 9].join(", ");
            text += &format!("{name}: &{name} [{list}]\n");
        }
        let fault = read(&text).expect_err("refused").to_string();
        assert!(fault.contains("aliases copy more than 10000 values"), "{fault}");
        assert!(read("a: &a [*a]").is_err(), "an alias inside of its own anchor");
        let copy = one("a: &x [1]\nb: *x").member("b").map(Node::kind);
        assert_eq!(copy, Some("a list"));
    }
}
