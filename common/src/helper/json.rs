//! siemstress's helper file: an object of tables, each a list of `var_name` and `reg_exp`.
//!
//! ```json
//! { "helpers_auth": [ { "var_name": "ip4s", "reg_exp": "from ([0-9.]+)", "name": "…", "desc": "…" } ] }
//! ```
//!
//! Each entry becomes a collector of the table's section: all matches in the message are appended
//! to the list `var_name`. As in siemstress, a pattern without groups gives whole matches, with
//! one group that group, and several entries may share a `var_name`. Different: of several groups
//! each text is appended by itself (lists do not nest), a `var_name` without matches is absent
//! instead of empty, empty matches of a pattern are left out, and a pattern is refused here rather
//! than failing at a line. `id` is ignored.
//!
//! What it does *not* know: TOML.

use super::read::{nearest, place};
use super::{Guard, Helper, HelperError, Place, Problem, check};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

const KEYS: &[&str] = &["id", "var_name", "reg_exp", "name", "desc"];

/// Reads and checks a siemstress helper file. `file` names it in errors.
///
/// Helpers without a name get `SECTION.VAR_NAME.N`, the same at every import of the same file.
///
/// # Errors
/// The first problem with its place.
pub fn import_json(text: &str, file: &str) -> Result<Vec<Helper>, HelperError> {
    let tables: BTreeMap<String, Vec<&RawValue>> = read(text, text, file)?;
    let mut helpers: Vec<Helper> = Vec::new();
    for (table, entries) in &tables {
        let section = section(table).ok_or_else(|| HelperError {
            place: place(text, file, text.find(&format!("\"{table}\"")).unwrap_or(0)),
            problem: Problem::Section(table.clone()),
        })?;
        for raw in entries {
            let at = place(text, file, offset(text, raw.get()));
            let mut helper = entry(raw, &section, (text, file), &at)?;
            unique(&mut helper, &helpers);
            helpers.push(helper);
        }
    }
    Ok(helpers)
}

/// `helpers_auth`, `HELPERSAuth` and `auth` are the helpers of section `auth`.
fn section(table: &str) -> Option<String> {
    let lower = table.to_ascii_lowercase();
    let bare =
        lower.strip_prefix("helpers").map_or(lower.as_str(), |rest| rest.trim_start_matches('_'));
    check::is_section(bare).then(|| bare.to_owned())
}

fn entry(
    raw: &RawValue,
    section: &str,
    (text, file): (&str, &str),
    at: &Place,
) -> Result<Helper, HelperError> {
    let fail = |problem| HelperError { place: at.clone(), problem };
    let object: BTreeMap<String, &RawValue> = read(raw.get(), text, file)?;
    if let Some(key) = object.keys().find(|key| !KEYS.contains(&key.as_str())) {
        let near = nearest(key, KEYS);
        return Err(fail(Problem::UnknownKey { key: key.clone(), near }));
    }
    let string = |key: &'static str| match object.get(key) {
        Some(raw) => read::<Option<String>>(raw.get(), text, file),
        None => Ok(None),
    };
    let required =
        |key| string(key)?.ok_or_else(|| fail(Problem::Missing { thing: "helper", key }));
    let field = required("var_name")?;
    if !check::is_collectable(&field) {
        return Err(fail(Problem::Field(field)));
    }
    let name = match string("name")? {
        Some(name) => spelled(&name),
        None => spelled(&format!("{section}.{field}.1")),
    };
    let helper = Helper {
        name,
        description: string("desc")?.unwrap_or_default(),
        section: Some(section.to_owned()),
        enabled: true,
        priority: 0,
        guard: Guard::default(),
        patterns: vec![required("reg_exp")?.replace("%{", "%[{]")],
        collect: Some(field),
        types: Vec::new(),
        keys: Vec::new(),
        set: Vec::new(),
        tests: Vec::new(),
        place: at.clone(),
    };
    check::helper(&helper, &|_, _| at.clone())?;
    Ok(helper)
}

/// A name in the letters that names have.
fn spelled(name: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let name: String = name.chars().map(|c| if allowed(c) { c } else { '_' }).take(100).collect();
    if check::is_name(&name) { name } else { format!("h{name}") }
}

/// Counts the name's last part up until no earlier helper has it.
fn unique(helper: &mut Helper, earlier: &[Helper]) {
    let stem = helper.name.strip_suffix(".1").unwrap_or(&helper.name).to_owned();
    let mut count = 1;
    while earlier.iter().any(|other| other.name == helper.name) {
        count += 1;
        helper.name = format!("{stem}.{count}");
    }
}

/// Reads `part`, which lies inside `text`.
fn read<'p, T: Deserialize<'p>>(part: &'p str, text: &str, file: &str) -> Result<T, HelperError> {
    serde_json::from_str(part).map_err(|error| {
        let lines: usize =
            part.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
        let inside = lines + error.column().saturating_sub(1);
        let full = error.to_string();
        let what = full.rsplit_once(" at line ").map_or(full.as_str(), |(what, _)| what);
        HelperError {
            place: place(text, file, offset(text, part) + inside),
            problem: Problem::Syntax(what.to_owned()),
        }
    })
}

/// Where `part`, a slice of `text`, begins in it.
fn offset(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize).min(text.len())
}
