//! The power goes at any step of any run: what was acknowledged is there, whole and in order.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::sync::Arc;

use journal::disk::{Disk as _, Faults, MemoryDisk, PowerCut, Unsynced, replace};
use journal::random::{Random, SeededRandom};
use journal::{Appended, Journal, Options, verify};
use support::{dir, draft, small};

const SEEDS: u64 = 1_000;

struct Dice(SeededRandom);

impl Dice {
    fn below(&self, limit: u64) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes).unwrap();
        u64::from_be_bytes(bytes) % limit
    }
}

fn options(dice: &Dice) -> Options {
    Options {
        segment_bytes_max: 600 + dice.below(20_000),
        group_bytes_max: 200 + dice.below(20_000) as usize,
        in_flight_bytes_max: 4_000 + dice.below(40_000) as usize,
        ..small()
    }
}

/// Appends and commits until the power goes or enough was done. Gives what was appended and the
/// last sequence that was acknowledged.
fn run(disk: &MemoryDisk, dice: &Dice) -> (Vec<Appended>, u64) {
    let opened = Journal::open(Arc::new(disk.clone()), dir(), options(dice));
    let Ok((journal, recovery)) = opened else {
        return (Vec::new(), 0);
    };
    let mut all = Vec::new();
    let mut acknowledged = recovery.records;
    for _ in 0..dice.below(60) {
        let content = vec![dice.below(256) as u8; dice.below(3_000) as usize];
        match journal.append(&draft(&content)) {
            Ok(appended) => all.push(appended),
            Err(_) => break,
        }
        if dice.below(4) == 0 && journal.commit().is_ok() {
            acknowledged = journal.head().0;
        }
    }
    acknowledged = acknowledged.max(journal.durable());
    if dice.below(3) == 0 && journal.close().is_ok() {
        acknowledged = journal.head().0;
    }
    (all, acknowledged)
}

fn cut(dice: &Dice) -> PowerCut {
    let kinds = [
        Unsynced::Dropped,
        Unsynced::Prefix,
        Unsynced::Pages,
        Unsynced::Kept,
    ];
    PowerCut {
        unsynced: kinds[dice.below(4) as usize],
        forgets_names: dice.below(2) == 0,
    }
}

#[test]
fn what_was_acknowledged_survives_a_thousand_power_cuts() {
    let mut torn = 0;
    for seed in 0..SEEDS {
        let dice = Dice(SeededRandom::new(seed));
        let mut disk = MemoryDisk::new();
        let mut known: Vec<Appended> = Vec::new();
        let mut durable = 0;
        // Lives that end at some step: the power goes, or only the process is killed and what
        // it wrote without a sync is still there for now.
        for life in 0..4 {
            let last_step = 1 + dice.below(60);
            disk.set_faults(Faults {
                power: Some(last_step),
                ..Faults::default()
            });
            let (appended, acknowledged) = run(&disk, &dice);
            known.extend(appended);
            if dice.below(3) == 0 {
                disk.set_faults(Faults::default());
            } else {
                disk = disk.after_power_cut(cut(&dice), seed);
            }
            let report = verify(&disk, dir());
            let opened = Journal::open(Arc::new(disk.clone()), dir(), options(&dice));
            let (journal, recovery) = match opened {
                Ok(opened) => opened,
                Err(error) => panic!("seed {seed}, life {life}: {error}"),
            };
            torn += u64::from(recovery.torn_tail.is_some());
            assert!(
                recovery.records >= acknowledged.max(durable),
                "seed {seed}, life {life}"
            );
            if let Ok(report) = report {
                assert!(
                    report.damages.len() <= 1,
                    "seed {seed}: {:?}",
                    report.damages
                );
                assert_eq!(report.damages.is_empty(), recovery.torn_tail.is_none());
            }
            durable = journal.durable();
            known.retain(|one| one.sequence <= recovery.records);
            for one in &known {
                let record = journal.read(one.position).expect("readable");
                let found = (record.sequence, record.hash);
                assert_eq!(found, (one.sequence, one.hash), "seed {seed}, life {life}");
            }
            let scanned = journal.scan(1).map(Result::unwrap).count() as u64;
            assert_eq!(scanned, journal.head().0);
        }
        let journal = Journal::open(Arc::new(disk.clone()), dir(), small())
            .unwrap()
            .0;
        journal.close().unwrap();
        assert!(verify(&disk, dir()).unwrap().is_sound(), "seed {seed}");
    }
    assert!(
        torn > SEEDS / 10,
        "the cuts must have torn something: {torn}"
    );
}

/// The key that signs checkpoints was written in place: a loss of power left an empty file, and no
/// start took it.
#[test]
fn a_small_file_is_the_old_or_the_new_one_wherever_power_is_lost() {
    let path = dir().join("key");
    let cuts = [
        Unsynced::Dropped,
        Unsynced::Prefix,
        Unsynced::Sectors,
        Unsynced::Kept,
    ];
    let mut found = std::collections::BTreeSet::new();
    for (power, unsynced) in (0..24).flat_map(|power| cuts.map(|unsynced| (power, unsynced))) {
        for forgets_names in [false, true] {
            let disk = MemoryDisk::new();
            disk.create_dir_all(&dir()).unwrap();
            replace(&disk, &path, b"old").unwrap();
            disk.set_faults(Faults {
                power: Some(power),
                ..Faults::default()
            });
            let is_written = replace(&disk, &path, b"new one").is_ok();
            let cut = PowerCut {
                unsynced,
                forgets_names,
            };
            let after = disk.after_power_cut(cut, power);
            let bytes = after.bytes(&path).expect("a file");
            assert!(bytes == b"old" || bytes == b"new one", "{power}: {bytes:?}");
            assert!(!is_written || bytes == b"new one", "{power}");
            // What the cut left in the middle does not hinder the next one.
            replace(&after, &path, b"third").unwrap();
            found.insert(bytes);
        }
    }
    assert_eq!(found.len(), 2, "power was lost before and after");
}
