//! The notebook in `doc` runs: each of its cells, in order, over the demo's day, on both databases.
//!
//! What it does *not* look at: Jupyter; a cell is Python, and prints what it would show.

use bench::story;
use common::clock::Timestamp;
use std::path::Path;
use std::{env, fs};
use testkit::{for_each_db, temp_dir, tool, tool_at};

/// The cells of code, as one program.
fn program() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../doc/notebook.ipynb");
    let text = fs::read_to_string(path).expect("the notebook");
    let notebook: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let cells = notebook["cells"].as_array().expect("cells");
    let mut program = String::new();
    for cell in cells.iter().filter(|cell| cell["cell_type"] == "code") {
        let lines = cell["source"].as_array().expect("lines");
        program.extend(lines.iter().map(|line| line.as_str().expect("a line of text")));
        program.push('\n');
    }
    program
}

#[test]
fn every_cell_says_what_its_text_promises() {
    let day = story::tell(1, Timestamp::now(), 2_000);
    let test = env::current_exe().expect("its own path");
    let folder = test.ancestors().nth(2).expect("the folder of the programs");
    let path = format!("{}:{}", folder.display(), env::var("PATH").unwrap_or_default());
    for_each_db(|db| {
        let directory = temp_dir();
        let log = directory.path().join("auth.log");
        fs::write(&log, &day.auth).expect("a written log");
        let _ = tool("siemmanage").env("SIEM_DB", db).args(["init"]).run().success();
        let store = tool("siemparse").env("SIEM_DB", db).args(["--once", "-q", "-s", "auth"]);
        let _ = store.arg(&log).run().success();
        let _ = tool("siemtrigger").env("SIEM_DB", db).args(["--oneshot", "-q"]).run().success();

        let python = tool_at("python3").env("SIEM_DB", db).env("PATH", &path).arg("-");
        let shown = python.stdin(program()).run().success().stdout;
        let (found, rest) = shown.split_at(shown.find("203.0.113.77 [((").expect("the counts"));
        assert!(found.contains("  ssh_brute_force  over 7 failed SSH logins from 203.0.113.77"));
        assert!(rest.contains("'failure'), "), "{rest}");
        assert!(rest.contains("Accepted password for "), "what else the address did: {rest}");
        assert!(rest.contains(" ######################################## "), "hours: {rest}");
        let last = rest.lines().last().expect("the last cell");
        let (id, line) = last.split_once(' ').expect("an id and a line");
        assert!(id.contains('.') && day.auth.lines().any(|written| written == line), "{last}");
    });
}
