//! M10: the journal is append-only and chained; any changed, dropped or reordered record is found.
//!
//! Compared: the journal as it is on the disk, which must have no damage, with copies of it in
//! which one record is changed, dropped, doubled, put elsewhere or cut, its checksum and its own
//! hash mended as somebody would who hides it: each must be found, at its place or the next; so it
//! must where a segment ends, and where one is gone.
//! Records are taken apart here by `schemas/journal/FORMAT.md`.

use super::reading::Shared;
use crate::simulation::checker::{Checker, Looks, View};
use certs::digest::{DigestAlgorithm, digest};
use journal::disk::{Disk as _, MemoryDisk, PowerCut, Unsynced};
use schemas::people::SplitMix64;
use std::path::{Path, PathBuf};

/// What is done to a copy.
#[derive(Clone, Copy, Debug)]
enum Damage {
    /// A bit of a record is another one.
    Flipped,
    /// The clear part of a record is another one, checksum and hash are mended.
    Rewritten,
    /// A record is not there.
    Dropped,
    /// Two records have changed places.
    Swapped,
    /// A record is there twice.
    Doubled,
    /// The end of a record is not there, nor is anything behind it.
    Cut,
}

const DAMAGES: [Damage; 6] = [
    Damage::Flipped,
    Damage::Rewritten,
    Damage::Dropped,
    Damage::Swapped,
    Damage::Doubled,
    Damage::Cut,
];

/// Looks after M10.
pub(super) struct Tampered {
    reading: Shared,
}

impl Tampered {
    pub(super) fn new(reading: Shared) -> Self {
        Self { reading }
    }

    fn sound(&self, view: &View<'_>, looks: &mut Looks) -> Option<(MemoryDisk, PathBuf)> {
        let cut = PowerCut {
            unsynced: Unsynced::Kept,
            forgets_names: false,
        };
        let copy = view.disk.after_power_cut(cut, 1);
        let segment = untouched(&copy, view.core.journal().durable(), looks)?;
        Some((copy, segment))
    }

    fn at_rest(&self, view: &View<'_>, looks: &mut Looks) {
        let Some((copy, path)) = self.sound(view, looks) else {
            return;
        };
        let Some(bytes) = copy.bytes(&path) else {
            return;
        };
        let records = records(&bytes);
        let end = records.last().map_or(0, |record| record.1);
        looks.hold(end == bytes.len(), || {
            let length = bytes.len();
            format!("a segment of {length} bytes has whole records up to {end}")
        });
        // The last one has nothing behind it that would show what is missing.
        if records.len() < 5 {
            return;
        }
        let seed = view.outside.seed ^ u64::from(view.outside.now.life);
        let mut random = SplitMix64::new(seed);
        for damage in DAMAGES {
            let at = 1 + below(&mut random, records.len() - 3);
            let changed = damaged(damage, &bytes, (&records, at), &mut random);
            copy.put(&path, changed);
            let dir = path.parent().unwrap_or(Path::new("/"));
            let report = journal::verify(&copy, dir);
            let first = records
                .first()
                .map_or(0, |record| sequence(&bytes, *record));
            let place = first + at as u64;
            // It is named where it is, or by the record behind it, whose past it was.
            let named = report.as_ref().is_ok_and(|report| is_named(report, place));
            looks.hold(named, || {
                let found = report.map(|report| report.damages);
                format!("{damage:?} at record {place} is not found: {found:?}")
            });
        }
        copy.put(&path, bytes);
        across(&copy, &path, &mut random, looks);
    }
}

/// The journal as it is: it can be checked, has no damage, and no durable record is missing. Gives
/// its last segment.
fn untouched(copy: &MemoryDisk, durable: u64, looks: &mut Looks) -> Option<PathBuf> {
    let segment = copy.files().into_iter().rfind(|path| is_segment(path));
    looks.demand(segment.is_some(), || {
        format!("{durable} records are durable, and there is no segment")
    });
    let segment = segment?;
    let dir = segment.parent().unwrap_or(Path::new("/"));
    let report = journal::verify(copy, dir);
    looks.demand(report.is_ok(), || {
        let error = report.as_ref().err().map(|error| crate::chain(error));
        format!("the journal can't be checked: {error:?}")
    });
    let report = report.ok()?;
    let damages = &report.damages;
    looks.hold(damages.is_empty(), || {
        format!("an untouched journal: {damages:?}")
    });
    let checked = report.records;
    looks.hold(checked >= durable, || {
        format!("{durable} records are durable, {checked} are checked")
    });
    Some(segment)
}

/// Damages where one segment ends and the next begins.
fn across(copy: &MemoryDisk, last: &Path, random: &mut SplitMix64, looks: &mut Looks) {
    let paths = copy.files().into_iter().filter(|path| is_segment(path));
    let earlier: Vec<PathBuf> = paths.filter(|path| path != last).collect();
    let Some(path) = earlier.get(below(random, earlier.len())) else {
        return;
    };
    let whole = copy.bytes(path).unwrap_or_default();
    let records = records(&whole);
    let (Some(first), Some(end)) = (records.first(), records.last()) else {
        return;
    };
    let dir = path.parent().unwrap_or(Path::new("/"));
    let (first, end_at) = (sequence(&whole, *first), end.0);
    let last_one = sequence(&whole, *end);
    let before = whole.get(..end_at).unwrap_or_default();
    let own = whole.get(end_at..).unwrap_or_default().to_vec();
    let damages = [
        ("a segment is gone", first, None),
        (
            "the last record of a segment is gone",
            last_one,
            Some(before.to_vec()),
        ),
        (
            "the last record of a segment is another one",
            last_one,
            Some([before, &rewritten(own)].concat()),
        ),
    ];
    for (what, place, changed) in damages {
        match changed {
            Some(changed) => copy.put(path, changed),
            None => drop(copy.remove(path)),
        }
        let report = journal::verify(copy, dir);
        let named = report.as_ref().is_ok_and(|report| is_named(report, place));
        looks.hold(named, || {
            let found = report.map(|report| report.damages);
            format!("{what} (record {place}), and it is not found: {found:?}")
        });
        copy.put(path, whole.clone());
    }
}

/// Whether a damage at a record, or at the one behind it, is in the report.
fn is_named(report: &journal::Report, place: u64) -> bool {
    let near = |one: &journal::Damage| (place..=place + 1).contains(&one.sequence);
    report.damages.iter().any(near) && !report.is_sound()
}

fn below(random: &mut SplitMix64, limit: usize) -> usize {
    let limit = u64::try_from(limit).unwrap_or(1).max(1);
    usize::try_from(random.below(limit)).unwrap_or(0)
}

fn is_segment(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "seg")
}

/// Beginning and end of each record: a record begins with its length.
fn records(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut records = Vec::new();
    let mut at = 0;
    while let Some(length) = bytes.get(at..at + 4) {
        let length = length
            .iter()
            .fold(0usize, |sum, byte| sum << 8 | usize::from(*byte));
        if length < 112 || at + length > bytes.len() {
            break;
        }
        records.push((at, at + length));
        at += length;
    }
    records
}

/// The sequence of a record: its bytes 16 to 23.
fn sequence(bytes: &[u8], (from, _): (usize, usize)) -> u64 {
    let stated = bytes.get(from + 16..from + 24).unwrap_or_default();
    stated
        .iter()
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

fn damaged(
    damage: Damage,
    bytes: &[u8],
    (records, at): (&[(usize, usize)], usize),
    random: &mut SplitMix64,
) -> Vec<u8> {
    let part = |place: usize| {
        let (from, to) = records.get(place).copied().unwrap_or_default();
        bytes.get(from..to).unwrap_or_default().to_vec()
    };
    let (from, _) = records.get(at).copied().unwrap_or_default();
    let end = |place: usize| records.get(place).map_or(bytes.len(), |record| record.1);
    let before = bytes.get(..from).unwrap_or_default().to_vec();
    let behind = |place: usize| bytes.get(end(place)..).unwrap_or_default().to_vec();
    let own = part(at);
    match damage {
        Damage::Flipped => {
            let mut own = own;
            let place = below(random, own.len());
            let bit = 1u8 << below(random, 8);
            if let Some(byte) = own.get_mut(place) {
                *byte ^= bit;
            }
            [before, own, behind(at)].concat()
        }
        Damage::Rewritten => [before, rewritten(own), behind(at)].concat(),
        Damage::Dropped => [before, behind(at)].concat(),
        Damage::Swapped => [before, part(at + 1), own, behind(at + 1)].concat(),
        Damage::Doubled => [before, own.clone(), own, behind(at)].concat(),
        Damage::Cut => {
            let kept = 1 + below(random, own.len() - 1);
            [before, own.get(..kept).unwrap_or_default().to_vec()].concat()
        }
    }
}

/// A record with another time, its own hash and its checksum mended: what continues it does not
/// know of the new hash.
fn rewritten(mut own: Vec<u8>) -> Vec<u8> {
    let Some(last) = own.len().checked_sub(64) else {
        return own;
    };
    if let Some(byte) = own.get_mut(31) {
        *byte ^= 1;
    }
    let previous = own.get(last..last + 32).unwrap_or_default().to_vec();
    let body = own.get(16..last).unwrap_or_default();
    let linked = [previous.as_slice(), body].concat();
    let hash = digest(DigestAlgorithm::Sha256, &linked);
    own.truncate(last + 32);
    own.extend_from_slice(&hash);
    let summed = [
        own.get(..4).unwrap_or_default(),
        own.get(8..).unwrap_or_default(),
    ]
    .concat();
    let sum = crc32(&summed).to_be_bytes();
    if let Some(place) = own.get_mut(4..8) {
        place.copy_from_slice(&sum);
    }
    own
}

/// CRC-32 of ISO 3309, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            let odd = sum & 1 == 1;
            sum >>= 1;
            if odd {
                sum ^= 0xEDB8_8320;
            }
        }
    }
    !sum
}

impl Checker for Tampered {
    fn id(&self) -> &'static str {
        "M10"
    }

    fn after_step(&mut self, _: &View<'_>, _: &mut Looks) {}

    fn after_reopening(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.reading.borrow_mut().follow(view, true);
        self.sound(view, looks);
    }

    fn at_end(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.reading.borrow_mut().follow(view, true);
        self.at_rest(view, looks);
    }
}

#[cfg(test)]
mod tests;
