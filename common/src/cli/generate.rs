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
                command.build();
                clap_mangen::Man::new(command.clone()).render(&mut page)?;
                for verb in command.get_subcommands() {
                    manual(verb, &mut page)?;
                }
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

/// Appends the sections of a verb, and of its verbs, to the page of its tool.
fn manual(command: &clap::Command, page: &mut Vec<u8>) -> io::Result<()> {
    if command.get_name() == "help" {
        return Ok(());
    }
    let name = command.get_bin_name().unwrap_or_default();
    let verbs: Vec<&clap::Command> = command.get_subcommands().collect();
    if verbs.is_empty() {
        let man = clap_mangen::Man::new(command.clone());
        let mut part = format!(".SH \"{}\"\n", name.to_uppercase()).into_bytes();
        man.render_synopsis_section(&mut part)?;
        man.render_description_section(&mut part)?;
        man.render_options_section(&mut part)?;
        // The sections of a verb are subsections of the page.
        let part = String::from_utf8_lossy(&part).replace("\n.SH ", "\n.SS ");
        page.extend_from_slice(part.as_bytes());
    }
    verbs.into_iter().try_for_each(|verb| manual(verb, page))
}
