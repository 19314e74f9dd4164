use super::*;
use certs::algorithm::Algorithm;
use certs::random::SeededRandom;
use certs::sign::{KeyId, generate};
use journal::disk::MemoryDisk;
use journal::{Draft, Kind, Options};
use std::path::Path;

struct Desk {
    disk: Arc<MemoryDisk>,
    journal: Journal,
    signer: Arc<dyn Signer>,
}

const DATA: &str = "/data";

impl Desk {
    fn new() -> Self {
        let disk = Arc::new(MemoryDisk::new());
        let id = KeyId::new("checkpoints").unwrap();
        let (_, signer) = generate(Algorithm::Ed25519, id, &SeededRandom::new(1)).unwrap();
        let journal = open_journal(&disk, "/data/journal");
        Self {
            disk,
            journal,
            signer,
        }
    }

    fn add(&self, records: u64) -> u64 {
        for number in 0..records {
            let clear = format!("{{\"number\":{number}}}");
            let draft = Draft {
                kind: Kind(2),
                time_ms: 0,
                actor: "urn:anxin:operator:li",
                key_id: "",
                clear: clear.as_bytes(),
                sealed: &[],
            };
            self.journal.append(&draft).unwrap();
        }
        self.journal.commit().unwrap()
    }

    fn log(&self) -> Result<Log, LogError> {
        let (disk, signer) = (Arc::clone(&self.disk), Arc::clone(&self.signer));
        let log = Log::open(
            disk,
            Path::new(DATA),
            &self.journal,
            ("test/log", signer),
            &[],
        )?;
        log.begin()?;
        Ok(log)
    }
}

fn open_journal(disk: &Arc<MemoryDisk>, dir: &str) -> Journal {
    let disk: Arc<dyn Disk> = Arc::clone(disk) as Arc<dyn Disk>;
    let options = Options {
        commits_inline: true,
        ..Options::default()
    };
    Journal::open(disk, Path::new(dir), options).unwrap().0
}

#[test]
fn a_checkpoint_is_renewed_when_it_is_needed_or_old() {
    let desk = Desk::new();
    let log = desk.log().unwrap();
    let first = desk.add(3);
    let one = log.checkpoint(&desk.journal, first, 10_000).unwrap();
    assert_eq!(one.checkpoint.size, first);
    let second = desk.add(1);
    assert_eq!(log.checkpoint(&desk.journal, 0, 10_500).unwrap(), one);
    let two = log.checkpoint(&desk.journal, second, 10_500).unwrap();
    assert_eq!(two.checkpoint.size, second);
    let third = desk.add(1);
    assert_eq!(
        log.checkpoint(&desk.journal, 0, 11_500)
            .unwrap()
            .checkpoint
            .size,
        third
    );
    let too_far = log.checkpoint(&desk.journal, third + 1, 11_500);
    assert!(matches!(too_far, Err(LogError::TooLarge)));
}

#[test]
fn a_restart_goes_on_and_mends_its_tiles() {
    let desk = Desk::new();
    let size = desk.add(600);
    let signed = desk
        .log()
        .unwrap()
        .checkpoint(&desk.journal, size, 0)
        .unwrap();
    for damage in [0, 1, 2] {
        let tile = Path::new(DATA).join("tiles/tile/0/001");
        match damage {
            0 => {}
            1 => desk.disk.remove(&tile).unwrap(),
            _ => {
                desk.disk.remove(&tile).unwrap();
                desk.disk
                    .create_append(&tile)
                    .unwrap()
                    .append(&[7; 8192])
                    .unwrap();
            }
        }
        let log = desk.log().unwrap();
        assert_eq!(
            log.checkpoint(&desk.journal, size, 0).unwrap(),
            signed,
            "damage {damage}"
        );
        assert_eq!(log.inclusion(300, size).unwrap().len(), 10);
    }
    // A tile that is lost while it runs is made again, too.
    let log = desk.log().unwrap();
    desk.disk
        .remove(&Path::new(DATA).join("tiles/tile/0/000"))
        .unwrap();
    assert!(matches!(log.inclusion(1, size), Err(LogError::Io(_))));
    assert!(matches!(log.inclusion(1, size), Err(LogError::Behind(_))));
    while log.follow(&desk.journal).unwrap() > 0 {}
    assert!(log.inclusion(1, size).is_ok());
}

/// One byte of a tile, while it runs: no proof that accuses the journal is given away.
#[test]
fn a_damaged_tile_accuses_nobody() {
    let desk = Desk::new();
    let size = desk.add(600);
    let log = desk.log().unwrap();
    log.checkpoint(&desk.journal, size, 0).unwrap();
    let froms = [1, 2, 100, 256, 300];
    let to = [size - 1, size];
    let root = |size| log.state().tree.root_at(size).unwrap();
    let honest: Vec<(u64, Hash)> = froms.into_iter().chain(to).map(|n| (n, root(n))).collect();
    let tile = Path::new(DATA).join("tiles/tile/0/000");
    let mut refused = 0;
    for (from, old) in &honest[..froms.len()] {
        for (to, new) in &honest[froms.len()..] {
            desk.disk.remove(&tile).unwrap();
            let mut file = desk.disk.create_append(&tile).unwrap();
            file.append(&[7; 8192]).unwrap();
            match log.consistency(*from, *to) {
                Ok(proof) => assert!(is_consistent((*from, old), (*to, new), &proof)),
                Err(LogError::Behind(_)) => refused += 1,
                Err(other) => panic!("{other:?}"),
            }
            while log.follow(&desk.journal).unwrap() > 0 {}
            let proof = log.consistency(*from, *to).unwrap();
            assert!(is_consistent((*from, old), (*to, new), &proof), "{from}");
        }
    }
    assert!(refused >= 6, "{refused}");
}

#[test]
fn another_journal_is_not_gone_on_with() {
    let desk = Desk::new();
    let size = desk.add(5);
    desk.log()
        .unwrap()
        .checkpoint(&desk.journal, size, 0)
        .unwrap();
    // As long, but with another id; and a shorter one.
    for records in [size + 3, 1] {
        let other = Desk {
            disk: Arc::clone(&desk.disk),
            journal: open_journal(&desk.disk, &format!("/other-{records}/journal")),
            signer: Arc::clone(&desk.signer),
        };
        other.add(records);
        assert!(
            matches!(other.log(), Err(LogError::SetBack { .. })),
            "{records}"
        );
    }
}

mod keeping;
