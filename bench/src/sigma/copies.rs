//! More rules of the same kind: copies of given ones with every literal changed.
//!
//! Letters become other letters of their case, digits other digits, numbers other numbers; what is
//! no letter and no digit stays, and so do regexes, networks, names of fields and conditions. Equal
//! literals of a copy stay equal, as rules share them. Equal seeds give equal rules.

use crate::random::Random;
use common::yaml::{self, Node, Value};
use serde_json::{Map, Value as Json, json};
use std::error::Error;
use std::fs;
use std::path::Path;

/// Writes rules into a folder, one a file, until there are `count` with the given ones. Returns
/// how many were written.
///
/// # Errors
/// A file cannot be read or written.
pub fn write(rules: &Path, out: &Path, count: usize, seed: u64) -> Result<usize, Box<dyn Error>> {
    let files = pack::rule_files(&[rules.to_path_buf()])?;
    let mut originals = Vec::new();
    for file in files.iter().filter(|file| !file.text.contains("|expand")) {
        originals.extend(
            yaml::read(&file.text)?.into_iter().filter(|it| it.member("detection").is_some()),
        );
    }
    shuffle(&mut originals, seed);
    fs::create_dir_all(out)?;
    let wanted = count.saturating_sub(originals.len());
    for number in 0..wanted {
        let round = seed ^ (1 + (number / originals.len()) as u64) << 32;
        let copy = copied(&originals[number % originals.len()], round);
        // The mark of a document tells it from a rule file of our own, which is JSON too.
        fs::write(out.join(format!("copy{number:05}.yml")), format!("---\n{copy}\n"))?;
    }
    Ok(wanted)
}

fn shuffle(items: &mut [Node], seed: u64) {
    let mut random = Random::new(seed);
    for place in (1..items.len()).rev() {
        let other = random.below(place as u64 + 1);
        items.swap(place, usize::try_from(other).unwrap_or(0));
    }
}

fn copied(rule: &Node, round: u64) -> Json {
    let Value::Map(members) = &rule.value else { return Json::Null };
    let mut copy = Map::new();
    for (key, node) in members {
        let value = match key.text.as_str() {
            "detection" => detection(node, round),
            "id" => json!(changed(&node.scalar().unwrap_or_default(), round)),
            _ => plain(node),
        };
        copy.insert(key.text.clone(), value);
    }
    // References to others would be to the originals.
    copy.remove("related");
    Json::Object(copy)
}

fn detection(node: &Node, round: u64) -> Json {
    let Value::Map(members) = &node.value else { return Json::Null };
    let member = |(key, node): &(yaml::Key, Node)| {
        let is_kept = key.text == "condition" || key.text == "timeframe";
        (key.text.clone(), if is_kept { plain(node) } else { literals(node, round) })
    };
    Json::Object(members.iter().map(member).collect())
}

fn literals(node: &Node, round: u64) -> Json {
    match &node.value {
        Value::Text(text) => json!(changed(text, round)),
        Value::Int(number) => {
            let text = changed(&number.to_string(), round);
            text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number))
        }
        Value::List(items) => Json::Array(items.iter().map(|item| literals(item, round)).collect()),
        Value::Map(members) => {
            let member = |(key, node): &(yaml::Key, Node)| {
                let is_kept =
                    ["|re", "|cidr", "|fieldref", "|exists"].iter().any(|it| key.text.contains(it));
                (key.text.clone(), if is_kept { plain(node) } else { literals(node, round) })
            };
            Json::Object(members.iter().map(member).collect())
        }
        _ => plain(node),
    }
}

fn plain(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(truth) => json!(truth),
        Value::Int(number) => json!(number),
        Value::Float(number) => json!(number),
        Value::Text(text) => json!(text),
        Value::List(items) => Json::Array(items.iter().map(plain).collect()),
        Value::Map(members) => Json::Object(
            members.iter().map(|(key, node)| (key.text.clone(), plain(node))).collect(),
        ),
    }
}

/// The text with other letters and digits, the same for equal texts of a round.
fn changed(text: &str, round: u64) -> String {
    let mut seed = round;
    for byte in text.bytes() {
        seed = (seed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let mut random = Random::new(seed);
    let mut other =
        |first: u8, count: u64| char::from(first + u8::try_from(random.below(count)).unwrap_or(0));
    let change = |char: char| match char {
        'a'..='z' => other(b'a', 26),
        'A'..='Z' => other(b'A', 26),
        '0'..='9' => other(b'1', 9),
        char => char,
    };
    text.chars().map(change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_change_and_the_rest_stays() {
        let text = "title: t\nid: a1\ndetection:\n  s:\n    Image|endswith: '\\cmd*.exe'\n    A|re: x+\n    B: [7, '']\n  condition: s\n";
        let rule = yaml::read(text).expect("YAML").remove(0);
        let copy = copied(&rule, 1);
        assert_eq!(copied(&rule, 1), copy);
        assert_ne!(copied(&rule, 2), copy);
        let s = &copy["detection"]["s"];
        let image = s["Image|endswith"].as_str().expect("a text");
        assert!(
            image.starts_with('\\')
                && image.contains('*')
                && image.len() == 9
                && image != "\\cmd*.exe"
        );
        assert_eq!(
            (&s["A|re"], &s["B"][1], &copy["detection"]["condition"]),
            (&json!("x+"), &json!(""), &json!("s"))
        );
        assert!(s["B"][0].is_i64());
    }
}
