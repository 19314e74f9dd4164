//! A file of a disk in memory: what everyone reads, and what of it would outlast a power cut.

use std::io;
use std::ops::Range;

use crate::disk::faults::Unsynced;

/// The bytes of a file.
#[derive(Default, Clone)]
pub(super) struct Node {
    bytes: Vec<u8>,
    /// So many are taken for written: no sync writes them again.
    synced: usize,
    /// Those among them whose sync failed. As Linux does: they count as clean from then on, and
    /// everyone reads them until the power goes.
    lost: Vec<Range<usize>>,
}

impl Node {
    /// A file that is on the disk.
    pub(super) fn durable(bytes: Vec<u8>) -> Self {
        Self {
            synced: bytes.len(),
            lost: Vec::new(),
            bytes,
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn append(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn sync(&mut self) {
        self.synced = self.bytes.len();
    }

    pub(super) fn fail_to_sync(&mut self) {
        let loose = self.synced..self.bytes.len();
        if !loose.is_empty() {
            self.lost.push(loose);
        }
        self.sync();
    }

    /// Cuts the file, or makes it longer, durably.
    pub(super) fn cut_to(&mut self, bytes: usize) {
        self.bytes.resize(bytes, 0);
        for lost in &mut self.lost {
            lost.end = lost.end.min(bytes);
        }
        self.lost.retain(|lost| !lost.is_empty());
        self.sync();
    }

    /// Whether these bytes stand there.
    pub(super) fn has(&self, offset: u64, bytes: &[u8]) -> bool {
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = self.bytes.get(from..).unwrap_or_default();
        rest.starts_with(bytes)
    }

    /// Writes them again, durably.
    pub(super) fn write_over(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        if !self.has(offset, bytes) {
            return Err(io::Error::from(io::ErrorKind::InvalidInput));
        }
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let written = from..from.saturating_add(bytes.len());
        let lost = std::mem::take(&mut self.lost);
        self.lost = lost
            .into_iter()
            .flat_map(|lost| {
                let before = lost.start..lost.end.min(written.start);
                let behind = lost.start.max(written.end)..lost.end;
                [before, behind]
            })
            .filter(|lost| !lost.is_empty())
            .collect();
        self.sync();
        Ok(())
    }

    /// Leaves what a power cut leaves, which is all on the disk then.
    pub(super) fn lose_power(&mut self, unsynced: Unsynced, random: &mut u64) {
        for lost in std::mem::take(&mut self.lost) {
            match lost.end == self.bytes.len() {
                true => self.synced = lost.start,
                false => unsynced.spoil(&mut self.bytes, lost, random),
            }
        }
        unsynced.cut(&mut self.bytes, self.synced, random);
        self.sync();
    }
}
