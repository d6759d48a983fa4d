//! Letters without which a filter cannot hold for a line of JSON: one look at the raw bytes passes
//! over rows that would have to be sent, taken apart and judged.
//!
//! A value of the line itself stands in it letter for letter, but for what JSON escapes: `"`, `\`
//! and control characters always, `/` and all else at the writer's will, ASCII as `\u00XX`. So a
//! run of other ASCII characters that a value must have is in the line, or `\u00` is. Case is
//! ignored, numbers are written in more than one way and need a letter. A value may also come from
//! `ext` or from a column: rows with `ext` are always candidates, names of columns give nothing.
//!
//! What it does *not* know: how the rest of a filter is made into SQL.

use super::sql::{Bound, Dialect, Sql};
use super::{elsewhere, text};
use common::field::{Column, Field, Own};
use common::filter::{Filter, Test, TextTest, fold};

/// Fewer letters say little.
const LEAST: usize = 4;
/// Longer runs are cut.
const MOST: usize = 64;

/// How many runs are looked for at once; with more the look costs more than it saves. SQLite calls
/// our own function, which looks for all of them in one pass.
fn limit(dialect: Dialect) -> usize {
    if dialect == Dialect::Sqlite { 4_000 } else { 24 }
}

/// The rows that may be meant, as far as runs of letters tell; `None` where they tell nothing.
pub(super) fn rows(filter: &Filter, dialect: Dialect) -> Option<Sql> {
    let mut runs = runs(filter, limit(dialect), 0)?;
    runs.sort_unstable();
    runs.dedup();
    let mut sql = Sql::default();
    sql.push(&format!("(raw_kind <> 2 OR {} OR ", elsewhere::any(dialect)));
    sql.append(&held(&runs, dialect)).push(")");
    Some(sql)
}

/// The rows whose raw bytes have one of the runs, or an escape that could hide it.
fn held(runs: &[String], dialect: Dialect) -> Sql {
    if dialect == Dialect::Sqlite {
        return Sql::new("siem_holds(raw, ?)", vec![Bound::Text(runs.join("\n"))]);
    }
    // Bytes beyond ASCII come as \ooo and a backslash twice: neither is in a run.
    let mut sql = Sql::default();
    sql.push("lower(encode(raw, 'escape') COLLATE \"C\") LIKE ANY (ARRAY[");
    for run in runs {
        sql.bind(Bound::Text(format!("%{}%", text::literal(run)))).push(", ");
    }
    sql.bind(Bound::Text("%\\\\u00%".to_owned())).push("])");
    sql
}

/// Runs of which a line has one if the filter holds for it by the line's own fields.
fn runs(filter: &Filter, limit: usize, depth: usize) -> Option<Vec<String>> {
    if depth > super::DEPTH {
        return None;
    }
    let found = match filter {
        Filter::And(list) => {
            let all = list.iter().filter_map(|inner| runs(inner, limit, depth + 1));
            // The fewest, of these the longest: what is rarely there.
            let shortest = |runs: &[String]| runs.iter().map(String::len).min().unwrap_or(0);
            all.min_by_key(|runs| (runs.len(), usize::MAX - shortest(runs)))?
        }
        Filter::Or(list) => {
            let mut all = Vec::new();
            for inner in list {
                all.extend(runs(inner, limit, depth + 1)?);
                if all.len() > limit {
                    return None;
                }
            }
            all
        }
        Filter::Field(Field::Own(own), Test::Text(test)) if is_elsewhere(own) => {
            vec![run(test, "")?]
        }
        Filter::Field(Field::Own(own), Test::Dash(test)) if is_elsewhere(own) => {
            vec![run(test, "-")?]
        }
        Filter::Keyword(Test::Text(test)) => vec![run(test, "")?],
        _ => return None,
    };
    (!found.is_empty()).then_some(found)
}

/// Whether none of the names means a column.
fn is_elsewhere(own: &Own) -> bool {
    own.names().iter().all(|name| Column::ALL.iter().all(|column| column.name() != name))
}

/// The longest run of characters that a value must have, in lower case.
fn run(test: &TextTest, apart: &str) -> Option<String> {
    let folded = fold(&test.pattern);
    let is_plain = |char: char| {
        (char.is_ascii_graphic() || char == ' ')
            && !"\"\\/*?".contains(char)
            && !apart.contains(char)
    };
    let run = folded.split(|char| !is_plain(char)).max_by_key(|run| run.len())?;
    let run = &run[..run.len().min(MOST)];
    let is_text = run.bytes().any(|byte| byte.is_ascii_alphabetic());
    (is_text && run.len() >= LEAST).then(|| run.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::filter::Text;

    fn contains(pattern: &str) -> Filter {
        let test = Test::Text(TextTest::new(Text::Contains, pattern));
        Filter::Field(Field::Own(Own::new("CommandLine", &["Process Command Line"])), test)
    }

    fn of(filter: &Filter) -> Option<Vec<String>> {
        runs(filter, 3, 0)
    }

    #[test]
    fn what_a_line_must_have() {
        assert_eq!(of(&contains("C:\\Windows\\System32")), Some(vec!["system32".to_owned()]));
        assert_eq!(of(&contains("-EncodedCommand Ä")), Some(vec!["-encodedcommand ".to_owned()]));
        assert_eq!(of(&contains("\\a/b\"c*d?e")), None, "too short");
        assert_eq!(of(&contains("4624 1000")), None, "no letter");
        assert_eq!(of(&contains("whoami").not()), None);
        let column = Filter::Field(
            Field::Own(Own::new("x", &["user.name"])),
            Test::Text(TextTest::new(Text::Equals, "administrator")),
        );
        assert_eq!(of(&column), None);
        let dash = Filter::Field(
            Field::Own(Own::new("CommandLine", &[])),
            Test::Dash(TextTest::new(Text::Contains, " -nop -encoded")),
        );
        assert_eq!(of(&dash), Some(vec!["encoded".to_owned()]));
    }

    #[test]
    fn of_all_the_rarest_of_any_all() {
        let any = Filter::Or(vec![contains("whoami"), contains("hostname")]);
        let both = Filter::And(vec![any.clone(), contains("powershell"), contains("cmd.exe")]);
        assert_eq!(of(&any), Some(vec!["whoami".to_owned(), "hostname".to_owned()]));
        assert_eq!(of(&both), Some(vec!["powershell".to_owned()]));
        assert_eq!(of(&Filter::Or(vec![any.clone(), contains("ab")])), None);
        assert_eq!(of(&Filter::Or(vec![any.clone(), any])), None, "too many");
    }
}
