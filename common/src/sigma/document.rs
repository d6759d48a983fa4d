//! One YAML document: what kind of rule it is and what it says about itself.
//!
//! What it does *not* know: other documents.

use crate::filter::Logsource;
use crate::yaml::{self, Node, Value, YamlError};

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Detection,
    Correlation,
    Filter,
}

/// A document with what every kind of it has.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) file: String,
    pub(super) kind: Kind,
    pub(super) node: Node,
    pub(super) text: String,
    pub(super) title: String,
    /// The id, else the name, else the title: by what it is found again.
    pub(super) id: String,
    /// The name that correlations and filters may use.
    pub(super) name: Option<String>,
    pub(super) status: String,
    pub(super) severity: u8,
    pub(super) description: String,
    pub(super) tags: Vec<String>,
}

impl Document {
    pub(super) fn read(node: Node, text: String, file: &str) -> Result<Document, YamlError> {
        let Value::Map(_) = &node.value else {
            return Err(node.fault(format!("{} where a rule is expected", node.kind())));
        };
        let kind =
            match (node.member("detection"), node.member("correlation"), node.member("filter")) {
                (Some(_), None, None) => Kind::Detection,
                (None, Some(_), None) => Kind::Correlation,
                (None, None, Some(_)) => Kind::Filter,
                _ => {
                    let what = "a rule has one of detection, correlation and filter";
                    return Err(node.fault(what));
                }
            };
        let title = required(&node, "title")?;
        let name = optional(&node, "name")?;
        let id = optional(&node, "id")?.or_else(|| name.clone()).unwrap_or_else(|| title.clone());
        let printable = !id.chars().any(crate::event::is_unprintable);
        if id.trim().is_empty() || id.chars().count() > 200 || !printable {
            return Err(node.fault("id: 1 to 200 printable characters"));
        }
        Ok(Document {
            file: file.to_owned(),
            kind,
            title,
            id,
            name,
            status: status(&node)?,
            severity: severity(&node)?,
            description: optional(&node, "description")?.unwrap_or_default(),
            tags: tags(&node)?,
            node,
            text,
        })
    }

    /// Whether a reference means this document.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.id == name || self.name.as_deref() == Some(name)
    }

    /// The logsource of a detection or filter.
    pub(super) fn logsource(&self) -> Result<Logsource, YamlError> {
        let Some(node) = self.node.member("logsource") else {
            return Err(self.node.fault("a rule without logsource"));
        };
        let Value::Map(_) = &node.value else {
            return Err(
                node.fault(format!("logsource: {} where a mapping is expected", node.kind()))
            );
        };
        let part = |name: &str| -> Result<String, YamlError> {
            let Some(value) = node.member(name) else { return Ok(String::new()) };
            let text = match &value.value {
                Value::Null => "",
                _ => value.text().ok_or_else(|| {
                    value.fault(format!("{name}: {} where a text is expected", value.kind()))
                })?,
            };
            if text.contains('/') || text.contains(char::is_whitespace) {
                return Err(value.fault(format!("{name}: no spaces and no / in a logsource")));
            }
            Ok(text.to_lowercase())
        };
        let logsource = Logsource {
            product: part("product")?,
            category: part("category")?,
            service: part("service")?,
        };
        match logsource == Logsource::default() {
            true => Err(node.fault("logsource: none of category, product and service")),
            false => Ok(logsource),
        }
    }
}

/// The id of a document, its name and its title, as far as it has them; nothing where the text is
/// no document.
#[must_use]
pub fn names(text: &str) -> Vec<String> {
    let node = yaml::read(text).ok().and_then(|nodes| nodes.into_iter().next());
    let Some(document) = node.and_then(|it| Document::read(it, String::new(), "").ok()) else {
        return Vec::new();
    };
    [Some(document.id), document.name, Some(document.title)].into_iter().flatten().collect()
}

fn optional(node: &Node, name: &str) -> Result<Option<String>, YamlError> {
    let Some(value) = node.member(name).filter(|value| value.value != Value::Null) else {
        return Ok(None);
    };
    match value.scalar() {
        Some(text) => Ok(Some(text.into_owned())),
        None => Err(value.fault(format!("{name}: {} where a text is expected", value.kind()))),
    }
}

fn required(node: &Node, name: &str) -> Result<String, YamlError> {
    let text = optional(node, name)?.filter(|text| !text.trim().is_empty());
    text.ok_or_else(|| node.fault(format!("a rule without {name}")))
}

fn status(node: &Node) -> Result<String, YamlError> {
    let Some(status) = optional(node, "status")? else { return Ok(String::new()) };
    let known = ["stable", "test", "experimental", "deprecated", "unsupported"];
    match known.contains(&status.as_str()) {
        true => Ok(status),
        false => {
            let place = node.member("status").unwrap_or(node);
            Err(place.fault(format!("status: {}", known.join(", "))))
        }
    }
}

/// The severity that stands for a level; one without a level is medium.
fn severity(node: &Node) -> Result<u8, YamlError> {
    Ok(match optional(node, "level")?.as_deref() {
        Some("critical") => 1,
        Some("high") => 2,
        None | Some("medium") => 4,
        Some("low") => 5,
        Some("informational") => 6,
        Some(_) => {
            let place = node.member("level").unwrap_or(node);
            return Err(place.fault("level: informational, low, medium, high, critical"));
        }
    })
}

fn tags(node: &Node) -> Result<Vec<String>, YamlError> {
    let Some(list) = node.member("tags").filter(|list| list.value != Value::Null) else {
        return Ok(Vec::new());
    };
    let Value::List(items) = &list.value else {
        return Err(list.fault(format!("tags: {} where a list is expected", list.kind())));
    };
    let tag = |item: &Node| {
        let text = item.scalar().filter(|text| !text.is_empty());
        text.map(|text| text.replace(char::is_whitespace, "_"))
            .ok_or_else(|| item.fault("tags: not a text"))
    };
    let mut tags: Vec<String> = items.iter().map(tag).collect::<Result<_, _>>()?;
    tags.sort();
    tags.dedup();
    Ok(tags)
}
