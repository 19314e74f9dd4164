//! The worked example of `schemas/journal/FORMAT.md` is what this crate writes and accepts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use journal::disk::MemoryDisk;
use journal::random::{Random, RandomUnavailable};
use journal::{Draft, Kind, Options, verify};
use std::sync::Arc;
use support::{dir, inline, open, segment};

const FORMAT: &str = include_str!("../../../schemas/journal/FORMAT.md");

/// The bytes 00 01 02 …, as the example's journal id.
struct Counting;

impl Random for Counting {
    fn fill(&self, out: &mut [u8]) -> Result<(), RandomUnavailable> {
        for (value, byte) in (0..).zip(out) {
            *byte = value;
        }
        Ok(())
    }
}

/// The hexadecimal block after the heading of the example, without its remarks.
fn example() -> Vec<u8> {
    let (_, rest) = FORMAT.split_once("## 6. ").expect("the example's section");
    let block = rest.split("```").nth(1).expect("the example's block");
    let lines = block.lines().skip(1);
    let digits: String = lines.map(|line| line.split('|').next().unwrap()).collect();
    let digits: Vec<char> = digits.chars().filter(|c| !c.is_whitespace()).collect();
    let pairs = digits.chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap())
        .collect()
}

fn written() -> Vec<u8> {
    let disk = MemoryDisk::new();
    let options = Options {
        random: Arc::new(Counting),
        opened_ms: 1_764_000_000_000,
        ..inline()
    };
    let (journal, _) = open(&disk, options);
    let sealed: Vec<u8> = (0xc0..0xe0).collect();
    let draft = Draft {
        kind: Kind(2),
        time_ms: 1_764_000_000_123,
        actor: "urn:anxin:operator:li",
        key_id: "00112233445566778899aabbccddeeff",
        clear: "批次 GZ-1".as_bytes(),
        sealed: &sealed,
    };
    journal.append(&draft).unwrap();
    journal.close_at(1_764_000_060_000).unwrap();
    disk.bytes(&segment(1)).unwrap()
}

#[test]
fn the_example_is_what_is_written() {
    let (example, written) = (example(), written());
    if example != written {
        let lines = written.chunks(16);
        let hex = |line: &[u8]| line.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>();
        let lines: Vec<_> = lines.map(|line| hex(line).join(" ")).collect();
        panic!("FORMAT.md section 6 should be\n{}", lines.join("\n"));
    }
}

#[test]
fn the_example_is_accepted() {
    let disk = MemoryDisk::new();
    drop(open(&disk, inline()));
    disk.put(&segment(1), example());
    let report = verify(&disk, dir()).unwrap();
    assert!(report.is_sound(), "{:?}", report.damages);
    assert_eq!(report.records, 3);
    let head: String = report
        .head_hash
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert!(FORMAT.contains(&format!("head hash `{head}`")), "{head}");
}
