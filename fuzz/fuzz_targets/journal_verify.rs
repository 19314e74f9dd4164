//! A journal's folder with one segment of any bytes: verified, then opened. With an odd first
//! byte the checksums are mended first, so that changed fields reach the chain's own checks.
#![no_main]

use journal::disk::{Disk, MemoryDisk};
use journal::{Flaw, Journal, JournalError, Options, verify};
use libfuzzer_sys::fuzz_target;
use std::path::Path;
use std::sync::Arc;

const DIR: &str = "/d/journal";

/// Gives every record of a believable length its right checksum (FORMAT section 2).
fn mend(bytes: &mut [u8]) {
    let mut at = 0;
    while let Some(head) = bytes.get(at..at + 4) {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let Some(record) = bytes.get_mut(at..at.saturating_add(length)) else {
            return;
        };
        if record.len() < 112 {
            return;
        }
        let mut sum = crc32fast::Hasher::new();
        sum.update(&record[..4]);
        sum.update(&record[8..]);
        let sum = sum.finalize().to_be_bytes();
        record[4..8].copy_from_slice(&sum);
        at += length;
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((first, bytes)) = data.split_first() else {
        return;
    };
    let mut bytes = bytes.to_vec();
    if first % 2 == 1 {
        mend(&mut bytes);
    }
    let disk = MemoryDisk::new();
    let dir = Path::new(DIR);
    disk.create_dir_all(dir).expect("memory");
    let path = dir.join(format!("{:020}.seg", 1));
    let mut file = disk.create_append(&path).expect("memory");
    file.append(&bytes).expect("memory");
    file.sync_data().expect("memory");
    drop(file);
    disk.sync_dir(dir).expect("memory");
    let report = verify(&disk, dir).expect("a folder that can be listed");
    let options = Options {
        commits_inline: true,
        ..Options::default()
    };
    match Journal::open(Arc::new(disk.clone()), dir, options) {
        Ok((journal, _)) => {
            // Only an interrupted write may be cut off; everything before it reads.
            let is_torn = |flaw: &Flaw| matches!(flaw, Flaw::TornTail { .. });
            assert!(report.damages.iter().all(|damage| is_torn(&damage.what)));
            for entry in journal.scan(1) {
                entry.expect("what was opened can be read");
            }
            journal.close().expect("memory");
            drop(journal);
            let after = verify(&disk, dir).expect("a folder that can be listed");
            assert!(after.is_sound(), "{after:?}");
        }
        Err(JournalError::Damaged(_)) => assert!(!report.damages.is_empty()),
        Err(other) => panic!("{other}"),
    }
});
