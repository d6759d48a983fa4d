//! Appends lines to a file at a rate, as a busy source does.
//!
//! ```text
//! pour LINES FILE RATE SECONDS     lines of LINES, over and over; prints how many
//! ```
//!
//! Lines are written every hundredth of a second, so many as are due by then: whoever writes too
//! slowly catches up. What it does *not* know: who reads.
#![allow(clippy::print_stdout, reason = "the count is its output")]

use std::error::Error;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::thread::sleep;
use std::time::{Duration, Instant};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [lines, file, rate, seconds] = args.as_slice() else {
        return Err("usage: pour LINES FILE RATE SECONDS".into());
    };
    let (rate, seconds): (f64, f64) = (rate.parse()?, seconds.parse()?);
    let text = std::fs::read(lines)?;
    let mut ends: Vec<usize> = memchr::memchr_iter(b'\n', &text).map(|at| at + 1).collect();
    ends.insert(0, 0);
    let count = ends.len() - 1;
    if count == 0 {
        return Err(format!("{lines}: no lines").into());
    }
    let mut out = OpenOptions::new().create(true).append(true).open(file)?;
    let (start, mut written) = (Instant::now(), 0usize);
    loop {
        let passed = start.elapsed().as_secs_f64().min(seconds);
        let due = (passed * rate) as usize;
        while written < due {
            let from = written % count;
            let until = (from + due - written).min(count);
            out.write_all(&text[ends[from]..ends[until]])?;
            written += until - from;
        }
        if passed >= seconds {
            break;
        }
        sleep(Duration::from_millis(10));
    }
    println!("{written}");
    Ok(())
}
