//! The house rules that a machine can see, held against every source file of the workspace.
//!
//! What it does *not* judge: taste. Each failure names the file and the rule.

use std::fs;
use std::path::{Path, PathBuf};

/// The top of the checkout.
fn top() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("the crate lies two folders below the top").to_path_buf()
}

/// Every file below a folder with an ending, build output left out.
fn files(ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![top()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if name != "target" && !name.starts_with('.') {
                    folders.push(path);
                }
            } else if name.ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no *{ending} file found");
    found
}

fn relative(path: &Path) -> String {
    path.strip_prefix(top()).unwrap_or(path).display().to_string()
}

/// The rust sources with their text up to the test module.
fn sources() -> Vec<(String, String)> {
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).expect("a readable source");
        let body = text.split("\n#[cfg(test)]").next().unwrap_or_default().to_owned();
        (relative(path), body)
    };
    files(".rs").iter().map(read).collect()
}

fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.contains("testkit/") || path.starts_with("bench/")
}

fn check(rule: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{rule}:\n  {}", broken.join("\n  "));
}

#[test]
fn every_file_opens_with_its_purpose() {
    let broken: Vec<String> = sources()
        .into_iter()
        .filter(|(_, text)| !text.trim_start().starts_with("//!"))
        .map(|(path, _)| path)
        .collect();
    check("a file opens with //!", &broken);
}

#[test]
fn files_are_short() {
    let broken: Vec<String> = sources()
        .into_iter()
        .filter(|(path, text)| !is_test(path) && text.lines().count() > 400)
        .map(|(path, text)| format!("{path}: {} lines", text.lines().count()))
        .collect();
    check("a file has at most 400 lines without its tests", &broken);
}

#[test]
fn no_file_is_a_dumping_ground() {
    let banned = ["util", "utils", "misc", "helpers", "common", "types", "constants", "handler"];
    let broken: Vec<String> = sources()
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| {
            let stem = Path::new(path).file_stem().unwrap_or_default().to_string_lossy();
            banned.contains(&stem.as_ref())
                && !["siemmanage/", "siemparse/", "common/parse/"]
                    .iter()
                    .any(|has| stem == "helpers" && path.starts_with(has))
        })
        .collect();
    check("no file is called util, misc, types …", &broken);
}

#[test]
fn main_only_calls_the_library() {
    let broken: Vec<String> = sources()
        .into_iter()
        .filter(|(path, text)| path.ends_with("src/main.rs") && text.lines().count() > 20)
        .map(|(path, _)| path)
        .collect();
    check("main.rs has at most 20 lines", &broken);
}

#[test]
fn drivers_stay_behind_the_door() {
    let mut broken = Vec::new();
    for manifest in files("Cargo.toml") {
        let path = relative(&manifest);
        let text = fs::read_to_string(&manifest).expect("a readable manifest");
        for driver in ["rusqlite.workspace", "postgres.workspace", "postgres-protocol.workspace"] {
            if text.contains(driver) && !path.starts_with("common/store/") && !is_test(&path) {
                broken.push(format!("{path}: {driver}"));
            }
        }
    }
    check("a database driver is named only under common/store", &broken);
}

#[test]
fn arguments_and_printing_stay_in_their_places() {
    let mut broken = Vec::new();
    for (path, text) in sources() {
        if is_test(&path) {
            continue;
        }
        let arguments = path.ends_with("args.rs")
            || path.contains("/args/")
            || path.starts_with("common/src/cli");
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let printing = ["println!(", "eprintln!("].iter().any(|word| code.contains(word));
            if printing || (code.contains("process::exit(") && !path.starts_with("common/src/cli"))
            {
                broken.push(format!("{path}:{}: prints or exits", number + 1));
            }
            if code.contains("clap::") && !arguments {
                broken.push(format!("{path}:{}: clap outside args.rs", number + 1));
            }
        }
    }
    check("printing and clap stay in their places", &broken);
}

/// The modules that a crate's map lists, in its order; those of tests are left out.
fn modules(map: &str) -> Vec<&str> {
    let mut listed = Vec::new();
    let mut before = "";
    for line in map.lines() {
        let line = line.trim_start_matches("pub ").trim_start_matches("pub(crate) ");
        if let Some(module) = line.strip_prefix("mod ").and_then(|it| it.strip_suffix(';'))
            && before != "#[cfg(test)]"
        {
            listed.push(module);
        }
        before = line;
    }
    listed
}

/// The modules of its own crate that a text names, each with the number of its line from 0.
fn imports(text: &str) -> Vec<(usize, &str)> {
    let is_part_of_name = |char: char| char.is_alphanumeric() || char == '_';
    let mut found = Vec::new();
    for (at, path) in text.match_indices("crate::") {
        let line = text[..at].matches('\n').count();
        let rest = &text[at + path.len()..];
        let begins = text[..at].rsplit('\n').next().unwrap_or_default();
        if begins.contains("//") || begins.ends_with(is_part_of_name) {
            continue;
        }
        // `crate::{a, b::{c, d}}`: what follows the opening brace or a comma of its own level.
        let mut level = 0;
        let mut begins = true;
        for (place, char) in rest.char_indices() {
            let word = rest[place..].split(|char| !is_part_of_name(char)).next();
            if begins && is_part_of_name(char) && level <= 1 {
                found.push((line, word.unwrap_or_default()));
            }
            match char {
                '{' => level += 1,
                '}' => level -= 1,
                _ => {}
            }
            begins = matches!(char, '{' | ',') || begins && char.is_whitespace();
            if level <= 0 {
                break;
            }
        }
    }
    found
}

#[test]
fn modules_import_only_modules_above_them() {
    let sources = sources();
    let maps = sources.iter().filter(|(path, _)| path.ends_with("src/lib.rs"));
    let (mut broken, mut seen) = (Vec::new(), 0);
    for (path, map) in maps.filter(|(path, _)| !is_test(path)) {
        let order = modules(map);
        let place = |module: &str| order.iter().position(|have| *have == module);
        let folder = path.trim_end_matches("lib.rs");
        for (path, text) in &sources {
            let Some(inside) = path.strip_prefix(folder) else { continue };
            let Some(own) = place(inside.split(['/', '.']).next().unwrap_or_default()) else {
                continue;
            };
            for (line, module) in imports(text) {
                seen += 1;
                if place(module).is_some_and(|used| used > own) {
                    broken.push(format!("{path}:{}: {module}", line + 1));
                }
            }
        }
    }
    assert!(seen > 500, "imports are found: {seen}");
    check("a module imports only modules that its crate's lib.rs lists above it", &broken);
}

#[test]
fn migrations_have_equal_numbers() {
    let names = |dialect: &str| -> Vec<String> {
        let mut names: Vec<String> = files(".sql")
            .iter()
            .map(|path| relative(path))
            .filter_map(|path| Some(path.strip_prefix(&format!("sql/{dialect}/"))?.to_owned()))
            .filter(|name| name.starts_with(|char: char| char.is_ascii_digit()))
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"), "both dialects have the same migrations");
}

#[test]
fn nothing_is_left_over() {
    let words = [
        "TO".to_owned() + "DO",
        "FIX".to_owned() + "ME",
        "unimpl".to_owned() + "emented!",
        "dbg".to_owned() + "!(",
    ];
    let mut broken = Vec::new();
    for path in files(".rs") {
        let text = fs::read_to_string(&path).expect("a readable source");
        for (number, line) in text.lines().enumerate() {
            let ignored = format!("#[{}", "ignore");
            if words.iter().any(|word| line.contains(word)) || line.contains(&ignored) {
                broken.push(format!("{}:{}: {}", relative(&path), number + 1, line.trim()));
            }
        }
    }
    check("no left-overs, no ignored tests", &broken);
}
