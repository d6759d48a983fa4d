//! The generated pages are those of the programs: a flag cannot change without its manual.
//!
//! `UPDATE_EXPECT=1` writes them anew. What it does *not* judge: their prose.

use std::path::Path;
use testkit::{expect_file, tool};

const TOOLS: [&str; 5] = ["siemparse", "siemtrigger", "siemquery", "siemmanage", "siemagent"];

fn compare(folder: &str, kind: &str, name: impl Fn(&str) -> String) {
    let doc = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../doc").join(folder);
    for program in TOOLS {
        let page = tool(program).args(["--generate", kind]).run().success().stdout;
        assert!(page.contains(program), "{program} prints a page of its own");
        expect_file(doc.join(name(program)), &page);
    }
}

#[test]
fn man_pages_are_current() {
    compare("", "man", |program| format!("{program}.1"));
}

#[test]
fn completions_are_current() {
    for shell in ["bash", "zsh", "fish"] {
        compare("completion", shell, |program| format!("{program}.{shell}"));
    }
}
