//! The configuration's promises: precedence, places of errors, secrets, and the shipped file.

use super::file::{find, parse};
use super::*;
use std::os::unix::fs::PermissionsExt;

const SHIPPED: &str = include_str!("../../../config/siem.toml");

fn read(text: &str) -> Result<Config, Error> {
    parse(text, Path::new("siem.toml"))
}

fn error(text: &str) -> (String, Option<String>) {
    let error = read(text).expect_err(text);
    (error.to_string(), error.hint())
}

/// The shipped file with its commented keys switched on.
fn uncommented() -> String {
    let lines = SHIPPED.lines().map(|line| {
        line.strip_prefix('#')
            .filter(|rest| rest.starts_with(|char: char| char.is_ascii_lowercase() || char == '['))
            .unwrap_or(line)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_shipped_file_holds_the_defaults() {
    let config = read(SHIPPED).unwrap();
    let plain = Config { origins: BTreeMap::new(), ..config };
    assert_eq!(plain, Config::default());
}

#[test]
fn the_shipped_file_names_every_key() {
    let text = uncommented();
    let config = read(&text).unwrap();
    for key in keys() {
        assert!(matches!(config.origin(key.name), Origin::File(..)), "{} is missing", key.name);
        assert!(SHIPPED.contains(key.variable), "{} is missing", key.variable);
    }
    for key in key::source_keys() {
        assert!(config.sources.iter().any(|source| (key.show)(source).is_some()), "{}", key.name);
    }
}

#[test]
fn wrong_files_name_the_line() {
    let slip = error("zone = \"UTC\"\ntabel = 1\n");
    assert_eq!(slip, ("siem.toml:2: unknown key \"tabel\"".into(), None));
    let slip = error("[siemtrigger]\n\nlatness = \"1m\"\n");
    let hint = Some("did you mean \"lateness\"?".to_owned());
    assert_eq!(slip, ("siem.toml:3: unknown key \"latness\"".into(), hint));
    assert_eq!(error("[siemtriger]").1.as_deref(), Some("did you mean \"siemtrigger\"?"));
    assert_eq!(error("db = 7").0, "siem.toml:1: db is a string in quotes, not an integer");
    assert_eq!(error("\n[[source]]\nsection = \"a\"").0, "siem.toml:2: a [[source]] needs a path");
    assert_eq!(error("source = \"x\"").0, "siem.toml:1: source is a list of tables: [[source]]");
    assert_eq!(error("siemtrigger = 1").0, "siem.toml:1: siemtrigger is a table: [siemtrigger]");
    assert!(error("zone = \"Mars\"").0.starts_with("siem.toml:1: unknown time zone \"Mars\""));
    assert!(error("db = \"a\"\ndb = \"b\"").0.starts_with("siem.toml:2: "));
    assert!(
        error("[[source]]\npath = \"x\"\nsection = \"$(reboot)\"")
            .0
            .starts_with("siem.toml:3: \"$(reboot)\" is no section")
    );
    assert!(error("[siemtrigger]\nbackfill = \"7 moons\"").0.ends_with("or all, or none"));
}

#[test]
fn sources_keep_their_order_and_place() {
    let config = read("[[source]]\npath = \"/a\"\n[[source]]\npath = \"/b*\"\nsection = \"web\"\nformat = \"clf\"\nzone = \"+0100\"\nprogram = \"shop\"\nstart = \"^[0-9]\"\n").unwrap();
    let [a, b] = config.sources.as_slice() else { panic!("{:?}", config.sources) };
    let place = |line| Origin::File("siem.toml".into(), line);
    assert_eq!(a, &Source { path: "/a".into(), origin: place(1), ..Source::default() });
    let expected = Source {
        path: "/b*".into(),
        section: Some("web".into()),
        format: Some("clf".into()),
        zone: Some("+0100".into()),
        program: Some("shop".into()),
        start: Some("^[0-9]".into()),
        origin: place(3),
    };
    assert_eq!(b, &expected);
    let keys: Vec<String> = config.settings().into_iter().map(|setting| setting.key).collect();
    assert_eq!(
        keys[5..],
        [
            "source[0].path",
            "source[1].path",
            "source[1].section",
            "source[1].format",
            "source[1].zone",
            "source[1].program",
            "source[1].start"
        ]
    );
}

#[test]
fn flags_win_over_variables_over_files() {
    let mut config = read("db = \"sqlite:/file\"\nzone = \"UTC\"\n").unwrap();
    assert_eq!(config.origin("db"), Origin::File("siem.toml".into(), 1));
    let variable = |name: &str| (name == "SIEM_DB").then(|| "postgres://u:pw@h/d".to_owned());
    config.override_variables(&variable).unwrap();
    let db = &config.settings()[0];
    let expected = Setting {
        key: "db".into(),
        value: "postgres://u:***@h/d".into(),
        origin: Origin::Variable("SIEM_DB"),
    };
    assert_eq!(db, &expected);
    config.override_db("sqlite:/flag");
    assert_eq!(config.db.as_deref(), Some("sqlite:/flag"));
    assert_eq!(config.origin("db").to_string(), "--db");
    assert_eq!(config.origin("zone").to_string(), "siem.toml:2");
    assert_eq!(config.origin("siemtrigger.lateness").to_string(), "default");
    let wrong = |name: &str| (name == "SIEM_LATENESS").then(|| "soon".to_owned());
    let error = config.override_variables(&wrong).unwrap_err().to_string();
    assert!(error.starts_with("$SIEM_LATENESS: \"soon\" is no length of time"), "{error}");
}

#[test]
fn the_named_file_is_searched_first() {
    let none = |_: &str| None;
    assert_eq!(find(Some(Path::new("/no/such")), &none), Some("/no/such".into()));
    let variable = |name: &str| (name == "SIEM_CONFIG").then(|| "/from/variable".to_owned());
    assert_eq!(find(None, &variable), Some("/from/variable".into()));
    let home = std::env::temp_dir().join(format!("siem-config-{}", std::process::id()));
    std::fs::create_dir_all(home.join("siem")).unwrap();
    let user = home.join("siem/siem.toml");
    std::fs::write(&user, "db = \"postgres://u:p@h/d\"\n").unwrap();
    let variable =
        |name: &str| (name == "XDG_CONFIG_HOME").then(|| home.to_str().unwrap().to_owned());
    assert_eq!(find(None, &variable), Some(user.clone()));

    std::fs::set_permissions(&user, PermissionsExt::from_mode(0o644)).unwrap();
    let error = Config::load(Some(&user)).unwrap_err();
    let expected =
        format!("{}:1: holds a password, but its mode 0644 lets others read it", user.display());
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.hint(), Some(format!("chmod 600 {}", user.display())));
    std::fs::set_permissions(&user, PermissionsExt::from_mode(0o600)).unwrap();
    assert!(Config::load(Some(&user)).is_ok());
    std::fs::remove_dir_all(&home).unwrap();
    assert!(matches!(Config::load(Some(&user)), Err(Error::Read { .. })));
}
