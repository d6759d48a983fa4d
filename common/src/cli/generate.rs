//! Man pages and shell completions, made from the argument structs.
//!
//! Each tool has a hidden `--generate man|bash|zsh|fish`; `make doc` calls it, the results are
//! committed, and a test checks that they are current. What it does *not* know: the flags.

use std::io::{self, Write as _};

/// A page that a tool can print about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Generate {
    /// The man page, in roff.
    Man,
    /// Completions for bash.
    Bash,
    /// Completions for zsh.
    Zsh,
    /// Completions for fish.
    Fish,
}

impl Generate {
    pub(super) fn print(self, mut command: clap::Command) -> io::Result<()> {
        use clap_complete::Shell;
        let mut page = Vec::new();
        let shell = match self {
            Generate::Man => {
                clap_mangen::Man::new(command).render(&mut page)?;
                return io::stdout().write_all(&page);
            }
            Generate::Bash => Shell::Bash,
            Generate::Zsh => Shell::Zsh,
            Generate::Fish => Shell::Fish,
        };
        let name = command.get_name().to_owned();
        clap_complete::generate(shell, &mut command, name, &mut page);
        io::stdout().write_all(&page)
    }
}
