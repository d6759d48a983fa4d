//! Tests of the shipped helpers: their own lines, no remarks, hostile lines, whole corpora.

use super::*;
use common::helper::{read, shipped};

fn all() -> Vec<Helper> {
    shipped().iter().flat_map(|(file, text)| read(text, file).unwrap()).collect()
}

#[test]
fn every_test_line_passes() {
    let failures = test(&all()).unwrap();
    let failures: Vec<String> =
        failures.iter().map(|failure| format!("{failure}\n    {}", failure.line)).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn lint_has_no_remarks() {
    let remarks: Vec<String> = lint(&all()).iter().map(ToString::to_string).collect();
    assert!(remarks.is_empty(), "{}", remarks.join("\n"));
}
