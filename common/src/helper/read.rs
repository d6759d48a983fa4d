//! TOML text to helpers, with the place of every mistake.
//!
//! What it does *not* know: whether a pattern is a regular expression; [`super::check`] does.

use super::{Guard, Helper, HelperError, Key, Place, Problem, Test, check};
use crate::event::Value;
use std::ops::Range;
use std::str::FromStr;
use toml_edit::{Item, TableLike};

const HELPER_KEYS: &[&str] = &[
    "name",
    "description",
    "section",
    "enabled",
    "priority",
    "guard",
    "pattern",
    "patterns",
    "collect",
    "type",
    "keys",
    "set",
    "test",
];
const GUARD_KEYS: &[&str] = &["process", "dataset"];
const TEST_KEYS: &[&str] = &["line", "process", "dataset", "match", "fields"];

type Read<T> = Result<T, HelperError>;

/// Reads and checks a file of helpers. `file` names it in errors.
///
/// # Errors
/// The first problem with its place.
pub fn read(text: &str, file: &str) -> Read<Vec<Helper>> {
    let helpers = Reader { text, file }.file(true)?;
    for (nth, helper) in helpers.iter().enumerate() {
        if helpers[..nth]
            .iter()
            .any(|other| other.name == helper.name && other.section == helper.section)
        {
            let problem = Problem::Twice(helper.name.clone());
            return Err(HelperError { place: helper.place.clone(), problem });
        }
    }
    Ok(helpers)
}

/// Reads one helper without checking its patterns.
pub(super) fn load(text: &str, file: &str) -> Read<Helper> {
    let reader = Reader { text, file };
    let mut helpers = reader.file(false)?;
    match (helpers.pop(), helpers.len()) {
        (Some(helper), 0) => Ok(helper),
        (_, more) => Err(reader.fail(None, Problem::Count(more))),
    }
}

/// Reads a file of helpers without checking their patterns.
pub(super) fn unchecked(text: &str, file: &str) -> Read<Vec<Helper>> {
    Reader { text, file }.file(false)
}

pub(super) struct Reader<'t> {
    text: &'t str,
    file: &'t str,
}

impl Reader<'_> {
    fn file(&self, checked: bool) -> Read<Vec<Helper>> {
        let document = toml_edit::Document::parse(self.text).map_err(|error| {
            let what = error.message().trim().replace('\n', ", ");
            self.fail(error.span(), Problem::Syntax(what))
        })?;
        self.known(document.as_table(), &["helper"])?;
        let Some(item) = document.get("helper") else { return Ok(Vec::new()) };
        let tables = item.as_array_of_tables();
        let tables = tables.ok_or_else(|| self.kind(item, "helper", "written as [[helper]]"))?;
        let mut helpers = Vec::new();
        for table in tables {
            let helper = self.helper(table, table.span())?;
            if checked {
                let pattern = table.get("pattern").or_else(|| table.get("patterns"));
                let at = pattern.map(|item| (item, self));
                check::helper(&helper, &|nth, offset| {
                    at.map_or(helper.place.clone(), |(item, reader)| {
                        reader.inside(item, nth, offset)
                    })
                })?;
            }
            helpers.push(helper);
        }
        Ok(helpers)
    }

    fn helper(&self, table: &dyn TableLike, span: Option<Range<usize>>) -> Read<Helper> {
        self.known(table, HELPER_KEYS)?;
        let place = self.place(span.as_ref());
        let required = |key| {
            table.get(key).ok_or_else(|| HelperError {
                place: place.clone(),
                problem: Problem::Missing { thing: "helper", key },
            })
        };
        let name = self.name(required("name")?)?;
        let patterns = match table.get("patterns") {
            Some(item) => self.texts(item, "patterns")?,
            None => vec![self.string(required("pattern")?, "pattern")?],
        };
        if patterns.is_empty() {
            return Err(self.fail(span, Problem::Missing { thing: "helper", key: "pattern" }));
        }
        Ok(Helper {
            name,
            description: self.optional(table, "description")?.unwrap_or_default(),
            section: self.section(table)?,
            enabled: self.truth(table, "enabled", true)?,
            priority: self.priority(table)?,
            guard: self.guard(table.get("guard"))?,
            patterns,
            collect: self.collect(table)?,
            types: self.pairs(table, "type", |text| {
                text.parse().map_err(|_| Problem::Type(text.to_owned()))
            })?,
            keys: self.pairs(table, "keys", key)?,
            set: self.fields(table, "set")?,
            tests: self.tests(table.get("test"))?,
            place,
        })
    }

    fn name(&self, item: &Item) -> Read<String> {
        let name = self.string(item, "name")?;
        match check::is_name(&name) {
            true => Ok(name),
            false => Err(self.fail(item.span(), Problem::Name(name))),
        }
    }

    fn section(&self, table: &dyn TableLike) -> Read<Option<String>> {
        let section = self.optional(table, "section")?;
        match section {
            Some(name) if !check::is_section(&name) => {
                let span = table.get("section").and_then(Item::span);
                Err(self.fail(span, Problem::Section(name)))
            }
            section => Ok(section),
        }
    }

    fn collect(&self, table: &dyn TableLike) -> Read<Option<String>> {
        let field = self.optional(table, "collect")?;
        match field {
            Some(field) if !check::is_collectable(&field) => {
                let span = table.get("collect").and_then(Item::span);
                Err(self.fail(span, Problem::Field(field)))
            }
            field => Ok(field),
        }
    }

    fn priority(&self, table: &dyn TableLike) -> Read<i32> {
        let Some(item) = table.get("priority") else { return Ok(0) };
        let number = item.as_integer().and_then(|number| i32::try_from(number).ok());
        number.ok_or_else(|| self.kind(item, "priority", "a whole number"))
    }

    fn guard(&self, item: Option<&Item>) -> Read<Guard> {
        let Some(item) = item else { return Ok(Guard::default()) };
        let table = self.table(item, "guard")?;
        self.known(table, GUARD_KEYS)?;
        let list = |key| table.get(key).map_or(Ok(Vec::new()), |item| self.texts(item, key));
        Ok(Guard { process: list("process")?, dataset: list("dataset")? })
    }

    fn tests(&self, item: Option<&Item>) -> Read<Vec<Test>> {
        let Some(item) = item else { return Ok(Vec::new()) };
        let tables = item.as_array_of_tables();
        let tables = tables.ok_or_else(|| self.kind(item, "test", "written as [[helper.test]]"))?;
        tables.iter().map(|table| self.test(table, table.span())).collect()
    }

    #[allow(clippy::needless_pass_by_value, reason = "spans come by value from toml_edit")]
    fn test(&self, table: &dyn TableLike, span: Option<Range<usize>>) -> Read<Test> {
        self.known(table, TEST_KEYS)?;
        let missing = Problem::Missing { thing: "test", key: "line" };
        let line = table.get("line").ok_or_else(|| self.fail(span.clone(), missing))?;
        Ok(Test {
            line: self.string(line, "line")?,
            process: self.optional(table, "process")?.unwrap_or_default(),
            dataset: self.optional(table, "dataset")?.unwrap_or_default(),
            matches: self.truth(table, "match", true)?,
            fields: self.fields(table, "fields")?,
            place: self.place(span.as_ref()),
        })
    }

    /// A table of texts, each read by `read`.
    fn pairs<T>(
        &self,
        table: &dyn TableLike,
        key: &str,
        read: impl Fn(&str) -> Result<T, Problem>,
    ) -> Read<Vec<(String, T)>> {
        let mut pairs = Vec::new();
        for (name, item) in self.flat(table, key)? {
            let text = self.string(item, &name)?;
            let value = read(&text).map_err(|problem| self.fail(item.span(), problem))?;
            pairs.push((name, value));
        }
        Ok(pairs)
    }

    /// A table of field values.
    fn fields(&self, table: &dyn TableLike, key: &str) -> Read<Vec<(String, Value<'static>)>> {
        let mut fields = Vec::new();
        for (name, item) in self.flat(table, key)? {
            if key == "set" && !(check::is_settable(&name) || name == "tags") {
                return Err(self.fail(item.span(), Problem::Field(name)));
            }
            let value = item.as_value().and_then(value);
            let expected = "a text, a number, a truth value or a list of these";
            fields.push((name.clone(), value.ok_or_else(|| self.kind(item, &name, expected))?));
        }
        Ok(fields)
    }

    /// The leaves of a table, named by their dotted path.
    fn flat<'i>(&self, table: &'i dyn TableLike, key: &str) -> Read<Vec<(String, &'i Item)>> {
        fn walk<'i>(table: &'i dyn TableLike, prefix: &str, out: &mut Vec<(String, &'i Item)>) {
            for (name, item) in table.iter() {
                let path = format!("{prefix}{name}");
                match item.as_table_like() {
                    Some(inner) => walk(inner, &format!("{path}."), out),
                    None => out.push((path, item)),
                }
            }
        }
        let mut leaves = Vec::new();
        if let Some(item) = table.get(key) {
            walk(self.table(item, key)?, "", &mut leaves);
        }
        Ok(leaves)
    }

    fn table<'i>(&self, item: &'i Item, key: &str) -> Read<&'i dyn TableLike> {
        item.as_table_like().ok_or_else(|| self.kind(item, key, "a table"))
    }

    fn string(&self, item: &Item, key: &str) -> Read<String> {
        let text = item.as_str().map(str::to_owned);
        text.ok_or_else(|| self.kind(item, key, "a text"))
    }

    fn optional(&self, table: &dyn TableLike, key: &str) -> Read<Option<String>> {
        table.get(key).map(|item| self.string(item, key)).transpose()
    }

    fn texts(&self, item: &Item, key: &str) -> Read<Vec<String>> {
        if let Some(text) = item.as_str() {
            return Ok(vec![text.to_owned()]);
        }
        let array = item.as_array();
        let texts: Option<Vec<String>> =
            array.and_then(|list| list.iter().map(|one| one.as_str().map(str::to_owned)).collect());
        texts.ok_or_else(|| self.kind(item, key, "a text or a list of texts"))
    }

    fn truth(&self, table: &dyn TableLike, key: &str, otherwise: bool) -> Read<bool> {
        let Some(item) = table.get(key) else { return Ok(otherwise) };
        item.as_bool().ok_or_else(|| self.kind(item, key, "true or false"))
    }

    fn known(&self, table: &dyn TableLike, keys: &'static [&'static str]) -> Read<()> {
        for (key, item) in table.iter() {
            if !keys.contains(&key) {
                let near = nearest(key, keys);
                let span = table.key(key).and_then(toml_edit::Key::span).or_else(|| item.span());
                return Err(self.fail(span, Problem::UnknownKey { key: key.to_owned(), near }));
            }
        }
        Ok(())
    }

    fn kind(&self, item: &Item, key: &str, expected: &'static str) -> HelperError {
        self.fail(item.span(), Problem::Kind { key: key.to_owned(), expected })
    }

    #[allow(clippy::needless_pass_by_value, reason = "spans come by value from toml_edit")]
    fn fail(&self, span: Option<Range<usize>>, problem: Problem) -> HelperError {
        HelperError { place: self.place(span.as_ref()), problem }
    }

    fn place(&self, span: Option<&Range<usize>>) -> Place {
        place(self.text, self.file, span.map_or(0, |span| span.start))
    }

    /// The place of the `offset`th byte of the `nth` pattern, where the text spells it literally;
    /// else the pattern's beginning.
    fn inside(&self, item: &Item, nth: usize, offset: Option<usize>) -> Place {
        let element = item.as_array().and_then(|list| list.get(nth));
        let span = element.map_or_else(|| item.span(), toml_edit::Value::span);
        let Some(span) = span else { return self.place(None) };
        let literal = self.text[span.start..].starts_with('\'')
            && !self.text[span.start..].starts_with("'''");
        let inner = offset.filter(|_| literal).map_or(0, |offset| offset + 1);
        place(self.text, self.file, span.start + inner)
    }
}

/// The place of a byte offset in a text.
pub(super) fn place(text: &str, file: &str, offset: usize) -> Place {
    let before = &text[..text.floor_char_boundary(offset)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Place {
        file: file.to_owned(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

/// The key that is nearest to a mistyped one.
pub(super) fn nearest(key: &str, keys: &[&'static str]) -> Option<&'static str> {
    let near = keys.iter().min_by_key(|known| strsim::damerau_levenshtein(known, key))?;
    (strsim::damerau_levenshtein(near, key) <= 2).then_some(near)
}

fn key(text: &str) -> Result<Key, Problem> {
    let (field, kind) = match text.split_once(':') {
        Some((field, kind)) => {
            let kind = FromStr::from_str(kind).map_err(|_| Problem::Type(kind.to_owned()))?;
            (field, Some(kind))
        }
        None => (text, None),
    };
    match check::is_settable(field) {
        true => Ok(Key { field: field.to_owned(), kind }),
        false => Err(Problem::Field(field.to_owned())),
    }
}

fn value(value: &toml_edit::Value) -> Option<Value<'static>> {
    Some(match value {
        toml_edit::Value::String(text) => Value::Text(text.value().clone().into()),
        toml_edit::Value::Integer(number) => Value::Int(*number.value()),
        toml_edit::Value::Float(number) => Value::number(*number.value())?,
        toml_edit::Value::Boolean(truth) => Value::Bool(*truth.value()),
        toml_edit::Value::Array(list) => {
            Value::List(list.iter().map(self::value).collect::<Option<_>>()?)
        }
        toml_edit::Value::Datetime(_) | toml_edit::Value::InlineTable(_) => return None,
    })
}
