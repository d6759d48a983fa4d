//! UTF-16: followed like other files, its raw bytes kept as the same text in UTF-8.

use crate::bench::{Bench, killed, on_each, pack, stop};
use std::fs;
use std::ops::Range;
use std::thread::sleep;
use std::time::Duration;

/// The orders of a unit's bytes.
const ORDERS: [fn(u16) -> [u8; 2]; 2] = [u16::to_le_bytes, u16::to_be_bytes];

fn wide(order: fn(u16) -> [u8; 2], text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(order).collect()
}

/// Numbered lines with characters of two, three and four bytes.
fn text(numbers: Range<usize>) -> String {
    numbers.map(|n| format!("2026-06-14T15:16:01Z größe app[7]: line {n} €\u{1f600}\r\n")).collect()
}

fn messages(numbers: Range<usize>) -> Vec<String> {
    numbers.map(|n| format!("line {n} €\u{1f600}")).collect()
}

#[test]
fn it_is_read_as_its_text() {
    on_each(|bench| {
        for (number, order) in ORDERS.into_iter().enumerate() {
            let bytes = wide(order, &format!("\u{feff}{}", text(number * 3..number * 3 + 3)));
            bench.once(bench.write(&format!("{number}.log"), bytes));
        }
        assert_eq!(bench.messages(), messages(0..6));
        assert!(bench.events().iter().all(|event| event.host_name == "größe"));
        assert_eq!(bench.raw(), text(0..6).as_bytes());
    });
}

#[test]
fn half_pairs_keep_their_bytes() {
    on_each(|bench| {
        let bytes = [&wide(u16::to_le_bytes, "\u{feff}one ")[..], b"\x3d\xd8x\0\n\0\x00\xdc\n\0"];
        bench.once(bench.write("a.log", bytes.concat()));
        assert_eq!(bench.raw(), b"one \xed\xa0\xbdx\n\xed\xb0\x80\n");
        assert!(bench.events().iter().all(|event| event.tags.iter().any(|tag| tag == "not_utf8")));
    });
}

#[test]
fn it_is_followed_from_its_mark_on_through_torn_characters() {
    on_each(|bench| {
        for (number, order) in ORDERS.into_iter().enumerate() {
            let name = format!("{number}.log");
            let path = bench.write(&name, "");
            let running = bench.follow(&path);
            sleep(Duration::from_millis(100));
            bench.append(&name, wide(order, "\u{feff}"));
            sleep(Duration::from_millis(200));
            for n in number * 4..number * 4 + 4 {
                let line = wide(order, &text(n..n + 1));
                // Before the line feed's last byte; between the halves of a pair.
                for at in [line.len() - 1, line.len() - 6] {
                    let (first, second) = line.split_at(at);
                    if at % 2 == n % 2 {
                        bench.append(&name, first);
                        sleep(Duration::from_millis(120));
                        bench.append(&name, second);
                    }
                }
                bench.wait_for(n + 1);
            }
            stop(running);
        }
        assert_eq!(bench.messages(), messages(0..8));
        assert_eq!(bench.raw(), text(0..8).as_bytes());
    });
}

#[test]
fn truncation_rotation_and_packing_neither_lose_nor_double() {
    on_each(|bench| {
        let part = |range| wide(u16::to_le_bytes, &text(range));
        let whole = |range| wide(u16::to_le_bytes, &format!("\u{feff}{}", text(range)));
        let path = bench.write("a.log", whole(0..40));
        let running = bench.follow(&path);
        bench.wait_for(40);
        bench.write("a.log", whole(40..42));
        bench.wait_for(42);
        bench.append("a.log", part(42..50));
        bench.wait_for(50);
        stop(running);
        bench.append("a.log", part(50..60));
        fs::rename(&path, bench.path("a.log.1")).expect("renames");
        bench.age("a.log.1");
        pack("gzip", &bench.path("a.log.1"));
        bench.write("a.log", whole(60..65));
        let running = bench.follow(&path);
        bench.wait_for(65);
        stop(running);
        bench.once(&path);
        assert_eq!(sorted(bench), messages(0..65));
    });
}

#[test]
fn kill_after_kill_every_line_is_stored_once() {
    on_each(|bench| {
        let path = bench.write("a.log", wide(u16::to_le_bytes, "\u{feff}"));
        let written = killed(bench, &path, 6, |numbers| wide(u16::to_le_bytes, &text(numbers)));
        bench.once(&path);
        assert_eq!(bench.messages(), messages(0..written));
    });
}

#[test]
fn from_its_end_on() {
    on_each(|bench| {
        let path = bench.write("a.log", wide(u16::to_be_bytes, &format!("\u{feff}{}", text(0..3))));
        bench.append("a.log", wide(u16::to_be_bytes, "2026-06-14T15:16:01Z größe app[7]: li"));
        let running = bench.siemparse().arg("--from-end").arg(&path).spawn();
        sleep(Duration::from_millis(500));
        bench
            .append("a.log", wide(u16::to_be_bytes, &format!("ne 3 €\u{1f600}\r\n{}", text(4..5))));
        assert_eq!(bench.wait_for(2), messages(3..5));
        stop(running);
    });
}

fn sorted(bench: &Bench) -> Vec<String> {
    let mut messages = bench.messages();
    let number = |message: &String| message.split(' ').nth(1).and_then(|n| n.parse::<u32>().ok());
    messages.sort_by_key(number);
    messages
}
