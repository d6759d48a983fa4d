//! Colours, few and from the terminal's own sixteen.
//!
//! What it does *not* know: whether to colour; its callers ask [`super::Terminal`].

/// How a piece of text stands out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paint {
    /// As it is.
    #[default]
    Plain,
    /// Brighter: headings.
    Bold,
    /// Fainter: what matters least.
    Dim,
    /// The worst.
    BoldRed,
    /// Errors.
    Red,
    /// Warnings.
    Yellow,
    /// Noteworthy.
    Cyan,
}

impl Paint {
    /// The sequence that switches it on; empty for plain.
    #[must_use]
    pub fn start(self) -> &'static str {
        match self {
            Paint::Plain => "",
            Paint::Bold => "\u{1b}[1m",
            Paint::Dim => "\u{1b}[2m",
            Paint::BoldRed => "\u{1b}[1;31m",
            Paint::Red => "\u{1b}[31m",
            Paint::Yellow => "\u{1b}[33m",
            Paint::Cyan => "\u{1b}[36m",
        }
    }

    /// The sequence that switches it off; empty for plain.
    #[must_use]
    pub fn end(self) -> &'static str {
        if self == Paint::Plain { "" } else { "\u{1b}[0m" }
    }
}

/// The colour of a severity, 0 (worst) to 7.
#[must_use]
pub fn severity(severity: Option<u8>) -> Paint {
    match severity {
        Some(0..=1) => Paint::BoldRed,
        Some(2..=3) => Paint::Red,
        Some(4) => Paint::Yellow,
        Some(5) => Paint::Cyan,
        Some(7) => Paint::Dim,
        _ => Paint::Plain,
    }
}
