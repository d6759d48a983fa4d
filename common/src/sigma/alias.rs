//! What sources call Sigma's fields: the tables in `config/sigma/logsource`.
//!
//! A table applies to a rule whose logsource has every part that the table names. Names stand in
//! order of preference; shadow names are further values of the same thing, which can only make a
//! rule match.
//!
//! What it does *not* know: events.

use crate::field::{Field, Own};
use crate::filter::Logsource;
use crate::yaml::{self, Node, Value};
use std::collections::HashMap;
use std::sync::LazyLock;

const FILES: [&str; 3] = [
    include_str!("../../../config/sigma/logsource/windows.yml"),
    include_str!("../../../config/sigma/logsource/linux.yml"),
    include_str!("../../../config/sigma/logsource/network.yml"),
];

type Names = HashMap<String, Vec<String>>;

#[derive(Debug, Default)]
struct Table {
    logsource: Logsource,
    fields: Names,
    shadow: Names,
}

static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| tables().unwrap_or_default());

/// The tables that apply to a rule.
#[derive(Clone, Debug)]
pub(super) struct Aliases {
    tables: Vec<&'static Table>,
}

impl Aliases {
    pub(super) fn of(logsource: &Logsource) -> Aliases {
        let label = logsource.to_string();
        let applies = |table: &&Table| table.logsource.covers_label(&label);
        Aliases { tables: TABLES.iter().filter(applies).collect() }
    }

    /// The field of a name in a rule.
    pub(super) fn field(&self, name: &str) -> Field {
        let names = self.tables.iter().filter_map(|table| table.fields.get(name)).flatten();
        let names: Vec<&str> = names.map(String::as_str).collect();
        Field::Own(Own::new(name, &names))
    }

    /// Further values of the same thing.
    pub(super) fn shadows(&self, name: &str) -> Vec<Field> {
        let names = self.tables.iter().filter_map(|table| table.shadow.get(name)).flatten();
        names.map(|name| Field::Own(Own::new(name, &[]))).collect()
    }
}

/// Reads the tables; `None` where one is not in the form that `windows.yml` describes.
fn tables() -> Option<Vec<Table>> {
    let mut tables = Vec::new();
    for file in FILES {
        let document = yaml::read(file).ok()?.into_iter().next()?;
        let Value::List(list) = &document.member("aliases")?.value else { return None };
        for node in list {
            let part = |name: &str| {
                let text = node.member("logsource").and_then(|node| node.member(name)?.text());
                text.unwrap_or_default().to_owned()
            };
            let logsource = Logsource {
                product: part("product"),
                category: part("category"),
                service: part("service"),
            };
            let fields = names(node.member("fields")?)?;
            let shadow = node.member("shadow").map_or(Some(Names::new()), names)?;
            tables.push(Table { logsource, fields, shadow });
        }
    }
    Some(tables)
}

fn names(node: &Node) -> Option<Names> {
    let Value::Map(members) = &node.value else { return None };
    let list = |node: &Node| match &node.value {
        Value::List(items) => {
            items.iter().map(|item| item.text().map(str::to_owned)).collect::<Option<Vec<_>>>()
        }
        _ => None,
    };
    members.iter().map(|(key, node)| Some((key.text.clone(), list(node)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_read_and_apply_by_logsource() {
        assert!(tables().expect("tables in their own form").len() > 8);
        let of = |text: &str, name: &str| {
            let logsource = Logsource::parse(text).expect("a logsource");
            Aliases::of(&logsource).field(name)
        };
        let image = Own::new("Image", &["NewProcessName"]);
        assert_eq!(of("windows/process_creation/", "Image"), Field::Own(image));
        assert_eq!(of("windows/image_load/", "Image"), Field::Own(Own::new("Image", &[])));
        let peer = Own::new("c-ip", &["source.ip"]);
        assert_eq!(of("apache/webserver/", "c-ip"), Field::Own(peer));
        let linux = Logsource::parse("linux/process_creation/").expect("a logsource");
        assert_eq!(Aliases::of(&linux).shadows("Image").len(), 1);
    }
}
