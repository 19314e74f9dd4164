//! What is kept of checkpoints: torn, changed, forged, taken away.

use super::*;
use crate::index::WITNESS;
use crate::proof::kept::{Extent, Fault, Kept, KeptNote, file, walk};
use journal::disk::{Faults, PowerCut, Unsynced};
use journal::witness::Witness;

/// Every note of the file, and how far it goes.
fn whole(desk: &Desk) -> (Vec<Result<KeptNote, Fault>>, Extent) {
    let mut notes = Vec::new();
    let extent = walk(desk.disk.as_ref(), Path::new(DATA), &mut |number, read| {
        notes.push(read);
        assert_eq!(number, notes.len() as u64);
    });
    (notes, extent.unwrap())
}

fn known(desk: &Desk) -> KnownKeys {
    KnownKeys::read(desk.disk.as_ref(), Path::new(DATA)).unwrap()
}

fn put(desk: &Desk, path: &Path, bytes: &[u8]) {
    desk.disk.remove(path).ok();
    let mut file = desk.disk.create_append(path).unwrap();
    file.append(bytes).unwrap();
}

#[test]
fn what_a_torn_write_left_is_cut_off_wherever_it_was_torn() {
    let desk = Desk::new();
    let size = desk.add(5);
    let log = desk.log().unwrap();
    log.checkpoint(&desk.journal, size, 0).unwrap();
    let path = file(Path::new(DATA));
    let before = desk.disk.bytes(&path).unwrap();
    let more = desk.add(1);
    let signed = log.checkpoint(&desk.journal, more, 0).unwrap();
    let both = desk.disk.bytes(&path).unwrap();
    for cut in before.len()..both.len() {
        put(&desk, &path, &both[..cut]);
        let (notes, extent) = whole(&desk);
        assert_eq!(
            (notes.len(), extent.bytes),
            (1, before.len() as u64),
            "{cut}"
        );
        // Zeros stand where a sector was not written, behind or before what was.
        for zeros in [cut..both.len(), before.len()..cut] {
            let mut torn = both.clone();
            torn[zeros.clone()].fill(0);
            put(&desk, &path, &torn);
            let (notes, extent) = whole(&desk);
            let kept = match zeros.is_empty() {
                true => (2, both.len()),
                // The one before was given away.
                false => (1, before.len()),
            };
            assert_eq!(
                (notes.len(), extent.bytes),
                (kept.0, kept.1 as u64),
                "{zeros:?}"
            );
        }
        put(&desk, &path, &both[..cut]);
        let again = desk.log().unwrap();
        assert_eq!(again.checkpoint(&desk.journal, more, 0).unwrap(), signed);
        assert_eq!(desk.disk.bytes(&path).unwrap(), both);
    }
}

/// Nobody knows what of a note is on the disk whose sync failed: it was given to nobody, and what
/// comes later stands in its place. Behind it, a power cut would leave a hole before a whole note.
#[test]
fn a_note_whose_sync_failed_has_no_other_one_behind_it() {
    let desk = Desk::new();
    let log = desk.log().unwrap();
    let first = desk.add(5);
    log.checkpoint(&desk.journal, first, 0).unwrap();
    let sizes = || -> Vec<u64> {
        let (notes, extent) = whole(&desk);
        assert_eq!(extent.bytes, extent.bytes_of_file);
        let notes = notes.into_iter().map(Result::unwrap);
        notes.map(|note| note.checkpoint.size).collect()
    };
    let fails = |faults: Faults| {
        let size = desk.add(1);
        desk.disk.set_faults(faults);
        let told = log.checkpoint(&desk.journal, size, 0);
        assert!(matches!(told, Err(LogError::Io(_))), "{told:?}");
        desk.disk.set_faults(Faults::default());
        size
    };
    fails(Faults {
        sync: Some(1),
        ..Faults::default()
    });
    assert_eq!(sizes(), [first], "cut off at once");
    // Its folder is synced, it is written, and from then on the disk does nothing: it can't be cut
    // off either.
    let left = fails(Faults {
        power: Some(2),
        ..Faults::default()
    });
    assert_eq!(sizes(), [first, left], "it can be read");
    let last = desk.add(1);
    let signed = log.checkpoint(&desk.journal, last, 0).unwrap();
    assert_eq!(signed.checkpoint.size, last);
    assert_eq!(sizes(), [first, last]);
}

/// The sync of a note fails, and the file can't be cut any more. Whoever starts over the same cache
/// gives the note away: by then it is on the disk, which a later sync would not do.
#[test]
fn a_note_that_a_start_finds_behind_a_failed_sync_is_on_the_disk_before_it_is_given() {
    let desk = Desk::new();
    let log = desk.log().unwrap();
    let first = desk.add(5);
    log.checkpoint(&desk.journal, first, 0).unwrap();
    let size = desk.add(1);
    desk.disk.set_faults(Faults {
        sync: Some(1),
        power: Some(2),
        ..Faults::default()
    });
    assert!(log.checkpoint(&desk.journal, size, 0).is_err());
    drop(log);
    desk.disk.set_faults(Faults::default());
    let log = desk.log().unwrap();
    let given = log.checkpoint(&desk.journal, size, 0).unwrap();
    assert_eq!(given.checkpoint.size, size);
    let cut = PowerCut {
        unsynced: Unsynced::Dropped,
        forgets_names: true,
    };
    let left = desk.disk.after_power_cut(cut, 1);
    let mut notes = Vec::new();
    walk(&left, Path::new(DATA), &mut |_, read| {
        notes.push(read.unwrap().text)
    })
    .unwrap();
    assert_eq!(notes.last(), Some(&given.note));
}

/// One bit anywhere: the note is named, and neither is the journal accused nor the note taken for
/// a torn write.
#[test]
fn no_changed_bit_of_a_kept_checkpoint_goes_unnoticed() {
    let desk = Desk::new();
    let log = desk.log().unwrap();
    for _ in 0..3 {
        let size = desk.add(2);
        log.checkpoint(&desk.journal, size, 0).unwrap();
    }
    let path = file(Path::new(DATA));
    let all = desk.disk.bytes(&path).unwrap();
    let ends: Vec<usize> = {
        let text = std::str::from_utf8(&all).unwrap();
        let parts = text.split_inclusive("\n\n").collect::<Vec<_>>();
        let lengths = parts.chunks(2).map(|note| note.concat().len());
        lengths
            .scan(0, |sum, length| {
                *sum += length;
                Some(*sum)
            })
            .collect()
    };
    assert_eq!(ends.len(), 3);
    for at in 0..all.len() {
        for bit in 0..8 {
            let mut other = all.clone();
            other[at] ^= 1 << bit;
            // Zeros are what a power cut leaves.
            if other[at] == 0 && at >= ends[1] {
                continue;
            }
            put(&desk, &path, &other);
            let of = 1 + ends.iter().filter(|end| **end <= at).count() as u64;
            match desk.log() {
                Err(LogError::NoEvidence(fault)) => {
                    assert_eq!(fault.number, of, "byte {at} bit {bit}: {fault:?}");
                }
                other => panic!("byte {at} bit {bit}: {other:?}"),
            }
            assert!(desk.disk.bytes(&path).unwrap() == other, "it was changed");
        }
    }
}

/// Without the key nobody adds one to the list of those before.
#[test]
fn a_note_counts_by_the_signature_of_a_known_key_alone() {
    let desk = Desk::new();
    let size = desk.add(5);
    let log = desk.log().unwrap();
    let checkpoint = log.checkpoint(&desk.journal, size, 0).unwrap().checkpoint;
    let own = log.verifier_key();
    drop(log);
    let stranger = |seed| {
        let id = KeyId::new("checkpoints").unwrap();
        generate(Algorithm::Ed25519, id, &SeededRandom::new(seed))
            .unwrap()
            .1
    };
    let (other, third) = (stranger(2), stranger(3));
    let open = |signer: &Arc<dyn Signer>, earlier: &[VerifierKey]| {
        let signing = ("test/log", Arc::clone(signer));
        let disk = Arc::clone(&desk.disk) as Arc<dyn Disk>;
        Log::open(disk, Path::new(DATA), &desk.journal, signing, earlier)
    };
    // True, and another's word.
    let path = file(Path::new(DATA));
    let before = desk.disk.bytes(&path).unwrap();
    put(
        &desk,
        &path,
        format!("{}\n", checkpoint.sign(other.as_ref()).unwrap()).as_bytes(),
    );
    let Err(LogError::NoEvidence(fault)) = desk.log() else {
        panic!("a stranger's note was taken");
    };
    assert_eq!((fault.number, fault.fault), (1, Fault::Unsigned));
    let key = VerifierKey::of("test/log", other.public_key());
    let listed = crate::proof::known::earlier_file(Path::new(DATA));
    for signer in [&other, &third] {
        let text = format!("anxin-earlier-keys 1\n{key}\n");
        let list = crate::proof::note::sign(&text, "test/log", signer.as_ref()).unwrap();
        put(&desk, &listed, list.as_bytes());
        assert!(matches!(desk.log(), Err(LogError::KeyDamaged(file)) if file == listed));
    }
    desk.disk.remove(&listed).unwrap();
    put(&desk, &path, &before);
    // Another key signs where the operator says so, and only there.
    assert!(matches!(open(&other, &[]), Err(LogError::OtherKey(_))));
    let log = open(&other, std::slice::from_ref(&own)).unwrap();
    log.begin().unwrap();
    let size = desk.add(1);
    log.checkpoint(&desk.journal, size, 0).unwrap();
    drop(log);
    assert_eq!(known(&desk).present(), Some(&key));
    // The list remembers what the configuration may forget.
    open(&other, &[]).unwrap();
    let log = open(&third, &[key]).unwrap();
    log.begin().unwrap();
    let now = known(&desk);
    let judged: Vec<_> = whole(&desk)
        .0
        .into_iter()
        .map(|note| now.judge(&note?))
        .collect();
    assert_eq!(judged, [Ok(false), Ok(false)]);
}

/// A stop signs before it closes: who puts an old end back, or takes the last notes away, is found.
#[test]
fn a_journal_that_was_closed_has_a_checkpoint_up_to_its_end() {
    let desk = Desk::new();
    let first = desk.add(5);
    let log = desk.log().unwrap();
    log.checkpoint(&desk.journal, first, 0).unwrap();
    let path = file(Path::new(DATA));
    let old = desk.disk.bytes(&path).unwrap();
    let last = desk.add(1);
    log.checkpoint(&desk.journal, last, 0).unwrap();
    let new = desk.disk.bytes(&path).unwrap();
    desk.journal.close_at(0).unwrap();
    let witness = Witness::of(&desk.journal).unwrap().unwrap();
    let place = Path::new(DATA).join(WITNESS);
    witness.write(desk.disk.as_ref(), &place).unwrap();
    assert!(desk.log().is_ok());
    for (bytes, size) in [(old, first), (Vec::new(), 0)] {
        put(&desk, &path, &bytes);
        let opened = desk.log();
        let is_found = matches!(opened, Err(LogError::EndUnsigned { last, .. }) if last == size);
        assert!(is_found, "{opened:?}");
    }
    desk.disk.remove(&path).unwrap();
    assert!(matches!(desk.log(), Err(LogError::EndUnsigned { .. })));
    // Who moved the witness away as well said that nobody knows.
    desk.disk.remove(&place).unwrap();
    assert!(desk.log().is_ok());
    put(&desk, &path, &new);
    assert!(desk.log().is_ok());
}

#[test]
fn a_huge_file_of_checkpoints_is_read_in_steps() {
    let desk = Desk::new();
    let size = desk.add(5);
    let note = desk
        .log()
        .unwrap()
        .checkpoint(&desk.journal, size, 0)
        .unwrap()
        .note;
    let path = file(Path::new(DATA));
    // Nothing that could be a note, and no end of one.
    put(&desk, &path, &vec![b'x'; 40 << 20]);
    let (notes, extent) = whole(&desk);
    assert_eq!((notes.len(), extent.bytes), (1, extent.bytes_of_file));
    assert!(matches!(desk.log(), Err(LogError::NoEvidence(_))));
    // Between whole ones it hides none but itself.
    let entry = format!("{note}\n");
    put(
        &desk,
        &path,
        format!("{entry}\u{fffd}x\n\n{entry}").as_bytes(),
    );
    let read: Vec<bool> = whole(&desk).0.iter().map(Result::is_ok).collect();
    assert_eq!(read, [true, false, true]);
}

#[test]
fn the_end_of_a_long_file_says_the_same_as_the_whole() {
    let desk = Desk::new();
    let log = desk.log().unwrap();
    for _ in 0..600 {
        let size = desk.add(1);
        log.checkpoint(&desk.journal, size, 0).unwrap();
    }
    drop(log);
    for torn in [false, true] {
        if torn {
            let path = file(Path::new(DATA));
            let root = "A".repeat(43);
            // Inside the dash, too.
            let torn = [format!("test/log\n7\n{root}=\n\n").as_bytes(), b"\xe2\x80"].concat();
            desk.disk.open_append(&path).unwrap().append(&torn).unwrap();
        }
        let (all, extent) = whole(&desk);
        assert_eq!(all.len(), 600);
        let end = Kept::read_end(desk.disk.as_ref(), Path::new(DATA), &known(&desk)).unwrap();
        assert_eq!(
            (end.last, end.fault),
            (all.last().unwrap().clone().ok(), None)
        );
        assert_eq!(end.size_max, desk.journal.durable());
        let short = crate::proof::kept::extent(desk.disk.as_ref(), Path::new(DATA)).unwrap();
        assert_eq!(short, extent);
        assert_eq!(extent.bytes < extent.bytes_of_file, torn);
    }
}

/// The tree of nothing has one root, also where no record is there to pass.
#[test]
fn a_checkpoint_of_no_record_agrees_with_an_empty_journal() {
    use crate::proof::held::{Sealed, Sealing};
    let desk = Desk::new();
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("checkpoints");
    std::fs::create_dir(&place).unwrap();
    let key = VerifierKey::of("test/log", desk.signer.public_key());
    std::fs::write(place.join("vkey"), format!("{key}\n")).unwrap();
    for (root, differs) in [(journal::tree::empty_root(), false), ([7; 32], true)] {
        let origin = "test/log".to_owned();
        let checkpoint = Checkpoint {
            origin,
            size: 0,
            root,
        };
        let note = checkpoint.sign(desk.signer.as_ref()).unwrap();
        std::fs::write(place.join("kept"), format!("{note}\n")).unwrap();
        let sealing = Sealed::of_copy(folder.path()).judge();
        assert_eq!(sealing == Sealing::Differs { records: 0 }, differs);
        assert_eq!(sealing.is_damage(), differs, "{sealing:?}");
    }
}
