//! Rules and helpers as siemquery shows them; `siemmanage` exports them.
//!
//! As siemstress's rule mode did, this ignores every filter. What it does *not* know: what rules
//! and helpers do.

use crate::count::{line, number};
use crate::request::{Request, Subject};
use crate::view::View;
use anyhow::Result;
use common::cli::Failure;
use common::event::{Fields, Value};
use common::field::Field;
use common::output::Shown;
use common::rule::Rule;
use store::{HelperRow, Store};

/// Lists rules, helpers or both; says whether there were any.
pub(crate) fn list(store: &mut dyn Store, request: &Request, view: &View) -> Result<bool> {
    let wanted = |section: &str| {
        let everywhere = section.is_empty();
        everywhere
            || request.sections.is_empty()
            || request.sections.iter().any(|name| name == section)
    };
    let mut found = false;
    if request.subject != Subject::Helpers {
        let rules = store.rules().map_err(Failure::from)?;
        let rows: Vec<_> = rules.iter().filter(|rule| wanted(&rule.section)).map(of_rule).collect();
        let names = [
            "section",
            "name",
            "is_enabled",
            "severity",
            "rule.kind",
            "time_int",
            "event_limit",
            "where",
        ];
        found |= print(&rows, &names, view)?;
    }
    if request.subject != Subject::Rules {
        let helpers = store.helpers().map_err(Failure::from)?;
        let rows: Vec<_> =
            helpers.iter().filter(|helper| wanted(&helper.section)).map(of_helper).collect();
        found |= print(&rows, &["section", "name", "is_enabled", "body"], view)?;
    }
    Ok(found)
}

pub(crate) fn print(rows: &[Fields<'static>], names: &[&str], view: &View) -> Result<bool> {
    if rows.is_empty() {
        return Ok(false);
    }
    let named = |name: &&str| Field::Named((*name).to_owned());
    let columns = names.iter().map(|name| Shown::new(named(name), name)).collect();
    let mut printer = view.open(columns, names.iter().map(named).collect())?;
    for row in rows {
        printer.record(row)?;
    }
    Ok(printer.finish()? > 0)
}

fn text(text: &str) -> Option<Value<'static>> {
    Some(Value::Text(text.to_owned().into()))
}

fn of_rule(rule: &Rule) -> Fields<'static> {
    let group_by: Vec<Value<'static>> =
        rule.group_by.iter().filter_map(|field| text(field.name())).collect();
    line([
        ("type", text("rule")),
        ("section", text(&rule.section)),
        ("name", text(&rule.name)),
        ("desc", text(&rule.description)),
        ("is_enabled", Some(Value::Bool(rule.is_enabled))),
        ("severity", Some(Value::Int(rule.severity.into()))),
        ("rule.kind", text(rule.kind.name())),
        ("where", text(&rule.condition)),
        ("group_by", (!group_by.is_empty()).then_some(Value::List(group_by))),
        ("time_int", text(&rule.kind.window().to_string())),
        ("event_limit", Some(number(rule.kind.event_limit()))),
        ("message", text(rule.message.text())),
    ])
}

fn of_helper(helper: &HelperRow) -> Fields<'static> {
    line([
        ("type", text("helper")),
        ("section", text(&helper.section)),
        ("name", text(&helper.name)),
        ("is_enabled", Some(Value::Bool(helper.is_enabled))),
        ("body", text(&helper.body)),
    ])
}
