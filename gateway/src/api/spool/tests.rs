#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use certs::random::SeededRandom;
use journal::disk::MemoryDisk;
use schemas::employer_files::{Limits, ReadOptions, Sink, SinkError, SpillPlace, read};
use schemas::{BatchHead, Finding, PayLine};

fn folder(disk: &MemoryDisk) -> SpoolFolder {
    let random = Arc::new(SeededRandom::new(7));
    SpoolFolder::open(Arc::new(disk.clone()), Path::new("/data/spool"), random).unwrap()
}

#[test]
fn what_is_written_is_read_back_and_never_lies_on_the_disk_in_clear() {
    let disk = MemoryDisk::new();
    let folder = folder(&disk);
    let text: Vec<u8> = (0..200_000u32)
        .flat_map(|n| format!("{n},").into_bytes())
        .collect();
    let mut writer = folder.begin().unwrap();
    for part in text.chunks(70_001) {
        writer.write(part).unwrap();
    }
    let mut spool = writer.finish().unwrap();
    let name = disk.list(Path::new("/data/spool")).unwrap().pop().unwrap();
    let kept = disk.bytes(&Path::new("/data/spool").join(name)).unwrap();
    assert!(!kept.windows(12).any(|window| window == b"100000,10000"));
    let mut back = Vec::new();
    spool.read_to_end(&mut back).unwrap();
    assert_eq!(back, text);
    let places = [0, 1, 65_535, 65_536, 65_537, text.len() as u64 - 3];
    for place in places {
        spool.seek(SeekFrom::Start(place)).unwrap();
        let mut three = [0; 3];
        spool.read_exact(&mut three).unwrap();
        let place = usize::try_from(place).unwrap();
        assert_eq!(three, text[place..place + 3], "at {place}");
    }
    drop(spool);
    assert!(disk.list(Path::new("/data/spool")).unwrap().is_empty());
}

#[test]
fn a_start_removes_what_a_crash_left() {
    let disk = MemoryDisk::new();
    let first = folder(&disk);
    std::mem::forget(first.begin().unwrap());
    assert_eq!(disk.list(Path::new("/data/spool")).unwrap().len(), 1);
    let _again = folder(&disk);
    assert!(disk.list(Path::new("/data/spool")).unwrap().is_empty());
}

/// Keeps the findings, and what lies on the disk when the first of them comes.
struct Kept<'d> {
    disk: &'d MemoryDisk,
    findings: Vec<Finding>,
    on_disk: Vec<u8>,
}

impl Sink for Kept<'_> {
    fn head(&mut self, _: &BatchHead) -> Result<(), SinkError> {
        Ok(())
    }

    fn line(&mut self, _: &PayLine<'_>) -> Result<(), SinkError> {
        Ok(())
    }

    fn refused(&mut self, _: u32, _: u32, _: Option<u32>) -> Result<(), SinkError> {
        Ok(())
    }

    fn finding(&mut self, finding: Finding) -> Result<(), SinkError> {
        if self.findings.is_empty() {
            for name in self.disk.list(Path::new("/data/spool")).unwrap() {
                let kept = self.disk.bytes(&Path::new("/data/spool").join(name));
                self.on_disk.extend(kept.unwrap());
            }
        }
        self.findings.push(finding);
        Ok(())
    }
}

fn findings(
    disk: &MemoryDisk,
    text: &str,
    spill: Option<&dyn SpillPlace>,
) -> (Vec<Finding>, Vec<u8>) {
    let mut kept = Kept {
        disk,
        findings: Vec::new(),
        on_disk: Vec::new(),
    };
    let options = ReadOptions {
        spill,
        limits: Limits {
            findings_in_memory: 10,
            ..Limits::default()
        },
        ..ReadOptions::new(time::macros::date!(2026 - 11 - 23))
    };
    read(&mut io::Cursor::new(text.as_bytes()), &options, &mut kept).unwrap();
    (kept.findings, kept.on_disk)
}

#[test]
fn findings_beyond_the_bound_spill_sealed_and_come_back_the_same() {
    let disk = MemoryDisk::new();
    let folder = folder(&disk);
    // A name, a number, an amount and a memo: each line has one error of amount that shows it.
    let row = |n: u32| format!("{n},样例,11010519491231002X,12345678,yuan-{n}\n");
    let rows: String = (1..=10_000).map(row).collect();
    let text = format!("批次号,B1\n\n序号,姓名,证件号码,银行账号,实发金额\n{rows}");
    let (in_memory, nothing) = findings(&disk, &text, None);
    assert!(nothing.is_empty());
    let of_lines = in_memory.iter().filter(|finding| finding.line.is_some());
    assert!(of_lines.count() >= 10_000);
    let (spilled, on_disk) = findings(&disk, &text, Some(&folder));
    assert_eq!(spilled, in_memory);
    // Some 60 bytes a finding, none of them in clear.
    assert!(on_disk.len() > 300_000, "{}", on_disk.len());
    for clear in ["yuan-", "12345678", "form"] {
        let length = clear.len();
        assert!(!on_disk.windows(length).any(|part| part == clear.as_bytes()));
    }
    assert!(disk.list(Path::new("/data/spool")).unwrap().is_empty());
}
