//! When a disk in memory fails, and what a loss of power leaves on it.

use std::ops::Range;

use crate::random::split_mix;

/// Bytes that a disk writes together.
const PAGE_BYTES: usize = 4096;
/// The smallest part of a disk that is written or not.
const SECTOR_BYTES: usize = 512;

/// When the disk fails. Numbers count from 1 since `set_faults`; `None` never.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// This sync of a file fails, and so do all later ones. What they should have written is on the
    /// disk only when it is written again, though everyone reads it until the power goes.
    pub sync: Option<u64>,
    /// This sync of a folder fails.
    pub sync_dir: Option<u64>,
    /// This append writes only so many bytes, then fails.
    pub append: Option<(u64, usize)>,
    /// Appends fail with `StorageFull` once all files together hold so many bytes; what fits is
    /// written.
    pub capacity_bytes: Option<u64>,
    /// This read fails; later ones do not.
    pub read: Option<u64>,
    /// Every operation fails once this many changing ones were made.
    pub power: Option<u64>,
}

/// What a power cut does to bytes that were written and not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsynced {
    /// They are gone.
    Dropped,
    /// A beginning of them is there.
    Prefix,
    /// Some 4 KiB pages are there, others are zeros.
    Pages,
    /// Some 512-byte sectors are there, others are zeros: written in another order than asked.
    Sectors,
    /// All are there.
    Kept,
}

/// A power cut.
#[derive(Debug, Clone, Copy)]
pub struct PowerCut {
    /// What happens to unsynced bytes.
    pub unsynced: Unsynced,
    /// Whether names that were made, changed or removed and not synced are forgotten, too.
    pub forgets_names: bool,
}

impl Unsynced {
    /// Leaves of a file what the cut leaves.
    pub(super) fn cut(self, bytes: &mut Vec<u8>, synced: usize, random: &mut u64) {
        let some = some_of(bytes.len() - synced, random);
        match self {
            Self::Dropped => bytes.truncate(synced),
            Self::Prefix => bytes.truncate(synced + some),
            Self::Pages => lose_some(bytes, (synced, PAGE_BYTES), random),
            Self::Sectors => lose_some(bytes, (synced, SECTOR_BYTES), random),
            Self::Kept => {}
        }
    }

    /// The same of bytes that have others behind them: zeros stand where one was not written.
    pub(super) fn spoil(self, bytes: &mut [u8], lost: Range<usize>, random: &mut u64) {
        let some = some_of(lost.len(), random);
        match self {
            Self::Dropped => bytes[lost].fill(0),
            Self::Prefix => bytes[lost.start + some..lost.end].fill(0),
            Self::Pages => lose_some(&mut bytes[..lost.end], (lost.start, PAGE_BYTES), random),
            Self::Sectors => lose_some(&mut bytes[..lost.end], (lost.start, SECTOR_BYTES), random),
            Self::Kept => {}
        }
    }
}

/// So many of the first of them are there.
fn some_of(loose: usize, random: &mut u64) -> usize {
    match loose {
        0 => 0,
        _ => usize::try_from(split_mix(random) % (loose as u64 + 1)).unwrap_or(0),
    }
}

/// Some of the units that hold unsynced bytes were not written: zeros stand there.
fn lose_some(bytes: &mut [u8], (synced, unit): (usize, usize), random: &mut u64) {
    let mut at = synced;
    while at < bytes.len() {
        let end = ((at / unit + 1) * unit).min(bytes.len());
        if split_mix(random) & 1 == 0 {
            bytes[at..end].fill(0);
        }
        at = end;
    }
}
