//! siemstress's flags as verbs.
//!
//! One action a run, in siemstress's order: clear, import rules, export rules, import helpers,
//! export helpers. What it does *not* know: what the verbs do.

use crate::args::{
    Clear, Export, HelperImport, HelperVerb, Helpers, Import, ItemVerb, Legacy, RuleImport,
    RuleVerb, Rules, Verb,
};
use common::cli::{Failure, Kind};
use common::section;
use std::path::PathBuf;

/// The verb that the flags mean; `None` without one of them.
///
/// # Errors
/// A table is no table name, or `--clear --force` names none.
pub(crate) fn verb(flags: Legacy) -> Result<Option<Verb>, Failure> {
    let Legacy { importrules, exportrules, importhelpers, exporthelpers, clear, force, table } =
        flags;
    let import = |file: PathBuf| Import { files: vec![file], ..Import::default() };
    if clear {
        if force && table.is_empty() {
            return Err(Failure::new(Kind::Usage, "--clear --force: which table?")
                .hint("--table auth, or siemmanage clear --force for all events"));
        }
        return Ok(Some(Verb::Clear(Clear { table, force, ..Clear::default() })));
    }
    if let Some(file) = importrules {
        let verb = RuleVerb::Import(RuleImport { import: import(file), ..RuleImport::default() });
        return Ok(Some(Verb::Rules(Rules { verb })));
    }
    if let Some(file) = exportrules {
        let verb = RuleVerb::Other(ItemVerb::Export(export(file, &table)?));
        return Ok(Some(Verb::Rules(Rules { verb })));
    }
    if let Some(file) = importhelpers {
        let verb = HelperVerb::Import(HelperImport { import: import(file), section: None });
        return Ok(Some(Verb::Helpers(Helpers { verb })));
    }
    if let Some(file) = exporthelpers {
        let verb = HelperVerb::Other(ItemVerb::Export(export(file, &table)?));
        return Ok(Some(Verb::Helpers(Helpers { verb })));
    }
    Ok(None)
}

fn export(file: PathBuf, tables: &[String]) -> Result<Export, Failure> {
    let mut sections = Vec::new();
    for table in tables {
        let (section, _) =
            section::table(table).map_err(|error| Failure::new(Kind::Usage, error.to_string()))?;
        sections.push(section);
    }
    Ok(Export { names: Vec::new(), section: sections, output: Some(file) })
}
