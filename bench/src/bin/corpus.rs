//! Measures the parser against corpora with ground truth.
//!
//! Usage: `corpus DATA` prints the page of figures, `corpus DATA SET` every miss of one folder of the
//! crowdsec hub. DATA is the folder of the corpora. Helpers are read from `config/helpers` below
//! the working directory, so that one can be changed without building anything.

use bench::corpus::hub::{self, Set};
use bench::corpus::report::{self, Results};
use bench::corpus::{golden, header, stamps};
use common::helper::{Helper, read};
use parse::helper::Helpers;
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::{env, fs, io};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let data = args.next().unwrap_or_else(|| "../shared/data".to_owned());
    let data = Path::new(&data);
    let helpers = Arc::new(Helpers::new(load(Path::new("config/helpers"))?)?);
    let sets = hub::measure(&data.join("logs/crowdsec-hub/tests"), &helpers)?;
    let mut out = io::stdout().lock();
    if let Some(name) = args.next() {
        return Ok(sets
            .iter()
            .filter(|set| set.name == name)
            .try_for_each(|set| misses(&mut out, set))?);
    }
    let results = Results {
        sets,
        systems: header::measure(&data.join("logs/loghub"), &helpers)?,
        files: stamps::measure(&data.join("logs/lnav/test"), &helpers)?,
        lines: golden::measure(&data.join("parserbench"), &helpers)?,
    };
    Ok(out.write_all(report::page(&results).as_bytes())?)
}

fn load(folder: &Path) -> Result<Vec<Helper>, Box<dyn Error>> {
    let mut paths: Vec<_> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    paths.sort();
    let mut helpers = Vec::new();
    for path in paths {
        helpers.extend(read(&fs::read_to_string(&path)?, &path.display().to_string())?);
    }
    Ok(helpers)
}

fn misses(out: &mut impl Write, set: &Set) -> io::Result<()> {
    for miss in &set.misses {
        let (subject, wanted) = (miss.subject.name(), &miss.wanted);
        let meant = report::reason(&set.name, miss).map_or("", |_| " (meant)");
        writeln!(
            out,
            "{}:{}: {subject} {}: {wanted:?}, not {:?}{meant}",
            set.name, miss.line, miss.key, miss.have
        )?;
    }
    Ok(())
}
