//! What standard output is: a terminal or not, how wide, in colour, in Unicode.
//!
//! Colour, from the strongest word: `--color always|never`; then `NO_COLOR` (any value but the
//! empty one) against it; `CLICOLOR_FORCE` (any value but `0`) for it; `TERM=dumb` against it;
//! else whether standard output is a terminal.
//!
//! What it does *not* know: what is printed.

use std::env;
use std::io::{self, IsTerminal as _};
use std::str::FromStr;

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    /// On a terminal, unless the environment says no.
    #[default]
    Auto,
    /// Also into a pipe.
    Always,
    /// Not at all.
    Never,
}

impl FromStr for Color {
    type Err = String;

    fn from_str(text: &str) -> Result<Color, String> {
        match text {
            "auto" => Ok(Color::Auto),
            "always" => Ok(Color::Always),
            "never" => Ok(Color::Never),
            _ => Err("expected auto, always or never".to_owned()),
        }
    }
}

/// What is known about standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// Columns and lines; `None` when it is no terminal.
    pub size: Option<(usize, usize)>,
    /// Whether to colour.
    pub color: bool,
    /// Whether the locale's characters are UTF-8.
    pub unicode: bool,
}

impl Terminal {
    /// Looks at standard output and the environment.
    #[must_use]
    pub fn stdout(color: Color) -> Terminal {
        let size = io::stdout().is_terminal().then(|| match terminal_size::terminal_size() {
            Some((width, height)) if width.0 > 0 => (width.0.into(), usize::from(height.0).max(2)),
            _ => (80, 24),
        });
        let variable = |name: &str| env::var(name).unwrap_or_default();
        Terminal {
            size,
            color: wants_color(color, size.is_some(), variable),
            unicode: speaks_unicode(variable),
        }
    }

    /// A pipe or file: no width, no colour.
    #[must_use]
    pub fn none() -> Terminal {
        Terminal { size: None, color: false, unicode: true }
    }

    /// The width, where there is one.
    #[must_use]
    pub fn width(&self) -> Option<usize> {
        self.size.map(|(width, _)| width)
    }
}

fn wants_color(color: Color, terminal: bool, variable: impl Fn(&str) -> String) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if !variable("NO_COLOR").is_empty() => false,
        Color::Auto if !matches!(variable("CLICOLOR_FORCE").as_str(), "" | "0") => true,
        Color::Auto => terminal && variable("TERM") != "dumb",
    }
}

/// By the first of `LC_ALL`, `LC_CTYPE` and `LANG` that is set.
fn speaks_unicode(variable: impl Fn(&str) -> String) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(variable);
    let locale = locale.into_iter().find(|value| !value.is_empty()).unwrap_or_default();
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wants(color: Color, terminal: bool, set: &[(&str, &str)]) -> bool {
        let value =
            |name: &str| set.iter().find(|(have, _)| *have == name).map(|(_, value)| *value);
        wants_color(color, terminal, |name| value(name).unwrap_or_default().to_owned())
    }

    #[test]
    fn the_strongest_word_wins() {
        assert!(wants(Color::Auto, true, &[]));
        assert!(!wants(Color::Auto, false, &[]));
        assert!(!wants(Color::Auto, true, &[("TERM", "dumb")]));
        assert!(!wants(Color::Auto, true, &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]));
        assert!(wants(Color::Auto, true, &[("NO_COLOR", "")]));
        assert!(wants(Color::Auto, false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!wants(Color::Auto, false, &[("CLICOLOR_FORCE", "0")]));
        assert!(wants(Color::Always, false, &[("NO_COLOR", "1")]));
        assert!(!wants(Color::Never, true, &[("CLICOLOR_FORCE", "1")]));
    }

    #[test]
    fn the_locale_decides_on_unicode() {
        let speaks = |set: &'static [(&str, &str)]| {
            speaks_unicode(|name| {
                set.iter()
                    .find(|(have, _)| *have == name)
                    .map_or("", |(_, value)| *value)
                    .to_owned()
            })
        };
        assert!(speaks(&[("LANG", "de_DE.UTF-8")]));
        assert!(speaks(&[("LC_CTYPE", "C.utf8"), ("LANG", "C")]));
        assert!(!speaks(&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")]));
        assert!(!speaks(&[]));
    }
}
