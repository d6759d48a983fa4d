//! siemquery: events and SIEM events out of the database.

use std::process::ExitCode;

fn main() -> ExitCode {
    siemquery::main()
}
