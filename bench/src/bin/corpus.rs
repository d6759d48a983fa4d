//! Measures the parser against corpora with ground truth and prints what it misses.
//!
//! Usage: `corpus DATA [SET]`: DATA is the folder of the corpora, SET one folder of the crowdsec
//! hub whose misses are to be printed in full. Helpers are read from `config/helpers` below the
//! working directory, so that one can be changed without building anything.

use bench::corpus::hub::{self, Set};
use bench::corpus::vocabulary::Subject;
use common::helper::read;
use parse::helper::Helpers;
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::{env, fs, io};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let data = args.next().unwrap_or_else(|| "../shared/data".to_owned());
    let wanted = args.next();
    let helpers = Arc::new(Helpers::new(load(Path::new("config/helpers"))?)?);
    let sets = hub::measure(&Path::new(&data).join("logs/crowdsec-hub/tests"), &helpers)?;
    let mut out = io::stdout().lock();
    match wanted {
        Some(name) => {
            sets.iter().filter(|set| set.name == name).try_for_each(|set| misses(&mut out, set))?
        }
        None => summary(&mut out, &sets)?,
    }
    Ok(())
}

fn load(folder: &Path) -> Result<Vec<common::helper::Helper>, Box<dyn Error>> {
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
        writeln!(
            out,
            "{}:{}: {subject} {}: {wanted:?}, not {:?}",
            set.name, miss.line, miss.key, miss.have
        )?;
    }
    Ok(())
}

fn summary(out: &mut impl Write, sets: &[Set]) -> io::Result<()> {
    let percent = |(all, equal): (usize, usize)| 100.0 * equal as f64 / all.max(1) as f64;
    for subject in Subject::ALL {
        let sum = sets.iter().filter_map(|set| set.counts.get(subject));
        let sum = sum.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        writeln!(out, "{:22}{:6} of {:6} {:6.2} %", subject.name(), sum.1, sum.0, percent(sum))?;
    }
    let mut order: Vec<&Set> = sets.iter().collect();
    order.sort_by_key(|set| std::cmp::Reverse(set.total(true).0 - set.total(true).1));
    for set in order {
        let goal = set.total(true);
        let lines = format!("{}/{} lines", set.understood, set.lines);
        writeln!(
            out,
            "{:34}{:5} misses of {:5} {:7.2} %  {lines} unlinked {}",
            set.name,
            goal.0 - goal.1,
            goal.0,
            percent(goal),
            set.unlinked
        )?;
    }
    for goal in [true, false] {
        let sum = sets
            .iter()
            .map(|set| set.total(goal))
            .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let name = if goal { "goal's subjects" } else { "all subjects" };
        writeln!(out, "{name:22}{:6} of {:6} {:6.2} %", sum.1, sum.0, percent(sum))?;
    }
    Ok(())
}
