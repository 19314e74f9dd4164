//! The container of a workbook: what its directory claims is held against limits before anything
//! is unpacked, and counted again while it is.

use crate::employer_files::decoded::Trouble;
use crate::employer_files::detect::unreadable;
use crate::employer_files::raw::{Stop, size};
use crate::employer_files::{Format, Limits, Source};
use crate::finding::{Finding, FindingCode};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::rc::Rc;
use zip::ZipArchive;
use zip::result::ZipError;

/// Parts of a workbook; a real one has some ten.
const ENTRIES_MAX: usize = 256;
/// Bytes of the directory.
const DIRECTORY_MAX: u64 = 1 << 20;
/// Bytes at the end of a container among which its end record is looked for: a comment of 64 KiB
/// may follow it. The zip crate looks at a few less.
const TAIL_MAX: u64 = 66 << 10;
/// Bytes of an end record without its comment.
const END_BYTES: usize = 22;
/// Unpacked bytes for one packed byte, beyond [`RATIO_FREE`].
const RATIO_MAX: u64 = 100;
/// Small parts may pack better.
const RATIO_FREE: u64 = 1 << 20;

/// A container; within the limits once [`Archive::check_entries`] says so.
pub(super) struct Archive<'s> {
    zip: ZipArchive<Place<'s>>,
    failed: Trouble,
    unpacked_bytes_max: u64,
}

impl<'s> Archive<'s> {
    pub(super) fn open(source: &'s mut dyn Source, limits: &Limits) -> Result<Self, Stop> {
        let entries = directory(source)?;
        source.seek(SeekFrom::Start(0))?;
        let failed = Trouble::default();
        let place = Place {
            source,
            failed: Rc::clone(&failed),
        };
        let zip = ZipArchive::new(place);
        // It may look elsewhere after a read that fails.
        if let Some(stop) = failed.take() {
            return Err(stop);
        }
        let zip = zip.map_err(|error| damaged(&error))?;
        // The same name twice: readers disagree about which one counts.
        if zip.len() != entries {
            return Err(unreadable(Format::Xlsx, "damaged").into());
        }
        Ok(Self {
            zip,
            failed,
            unpacked_bytes_max: limits.unpacked_bytes_max,
        })
    }

    /// What a container is that holds no workbook, by what it holds.
    pub(super) fn kind(&self) -> &'static str {
        let known = [
            ("word/document.xml", "docx"),
            ("xl/workbook.bin", "xlsb"),
            ("content.xml", "ods"),
        ];
        let found = known.into_iter().find(|(part, _)| self.has(part));
        found.map_or("zip", |(_, name)| name)
    }

    /// Holds what the directory claims against the limits; before any part is unpacked.
    pub(super) fn check_entries(&mut self) -> Result<(), Stop> {
        let mut total = 0u64;
        let mut places = Vec::new();
        for at in 0..self.zip.len() {
            let entry = self.zip.by_index_raw(at);
            let entry = entry.map_err(|error| stopped(&self.failed, &error))?;
            if entry.encrypted() {
                return Err(unreadable(Format::Xlsx, "encrypted").into());
            }
            let (size, packed) = (entry.size(), entry.compressed_size());
            total = total.saturating_add(size);
            within(total, self.unpacked_bytes_max, (size, packed))?;
            let data = entry.data_start().unwrap_or(u64::MAX);
            places.push((entry.header_start(), data.saturating_add(packed)));
        }
        places.sort_unstable();
        let overlap = places.windows(2).any(|pair| pair[0].1 > pair[1].0);
        if overlap {
            return Err(unreadable(Format::Xlsx, "damaged").into());
        }
        Ok(())
    }

    /// Whether the container has a part of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.zip.index_for_name(name).is_some()
    }

    /// Unpacks a part as it is read.
    pub(super) fn part(&mut self, name: &str, trouble: &Trouble) -> Result<impl Read, Stop> {
        let limit = self.unpacked_bytes_max;
        let entry = self.zip.by_name(name);
        let entry = entry.map_err(|error| stopped(&self.failed, &error))?;
        Ok(Inflated {
            packed: entry.compressed_size(),
            entry,
            failed: Rc::clone(&self.failed),
            unpacked: 0,
            limit,
            trouble: trouble.clone(),
        })
    }
}

/// The place of the bytes: a failure of its own is kept apart from what the container's bytes lead
/// to, because the zip crate has one error for both.
struct Place<'s> {
    source: &'s mut dyn Source,
    failed: Trouble,
}

impl Place<'_> {
    fn kept<T>(&self, done: std::io::Result<T>) -> std::io::Result<T> {
        done.map_err(|error| {
            let kind = error.kind();
            self.failed.borrow_mut().get_or_insert(error.into());
            kind.into()
        })
    }
}

impl Read for Place<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        match self.source.read(into) {
            // To be tried again.
            Err(error) if error.kind() == ErrorKind::Interrupted => Err(error),
            read => self.kept(read),
        }
    }
}

impl Seek for Place<'_> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        match self.source.seek(to) {
            // Before the beginning: where a damaged directory leads.
            Err(error) if error.kind() == ErrorKind::InvalidInput => Err(error),
            sought => self.kept(sought),
        }
    }
}

/// Says which limit is hit: that of all that is unpacked, or the density of a part.
fn within(total: u64, limit: u64, (unpacked, packed): (u64, u64)) -> Result<(), Stop> {
    if unpacked > RATIO_FREE && unpacked / RATIO_MAX > packed {
        return Err(too_large("density")
            .with("limit", format!("{RATIO_MAX}:1"))
            .into());
    }
    if total > limit {
        return Err(too_large("unpacked").with("limit", size(limit)).into());
    }
    Ok(())
}

fn too_large(reason: &str) -> Finding {
    let finding = Finding::of_file(FindingCode::TooLarge).with("reason", reason);
    finding.with("remedy", "save_anew")
}

/// Why a part can't be had: our own trouble where the bytes could not be read.
fn stopped(failed: &Trouble, error: &ZipError) -> Stop {
    failed.take().unwrap_or_else(|| damaged(error))
}

fn damaged(error: &ZipError) -> Stop {
    let encrypted = matches!(error, ZipError::InvalidPassword);
    let reason = if encrypted { "encrypted" } else { "damaged" };
    unreadable(Format::Xlsx, reason).into()
}

/// Number of entries by the end record, read before anything is built from the directory.
fn directory(source: &mut dyn Source) -> Result<usize, Stop> {
    let length = source.seek(SeekFrom::End(0))?;
    let window = length.min(TAIL_MAX);
    source.seek(SeekFrom::Start(length - window))?;
    let mut tail = Vec::new();
    source.take(window).read_to_end(&mut tail)?;
    let ends = tail.windows(END_BYTES).rev();
    let mut ends = ends.filter(|end| end.starts_with(b"PK\x05\x06")).peekable();
    let Some(last) = ends.peek() else {
        return Err(unreadable(Format::Xlsx, "truncated").into());
    };
    let entries = number(last, 10, 2) as usize;
    // Where the last one leads nowhere, the zip crate takes one before it.
    ends.try_for_each(check_end)?;
    Ok(entries)
}

/// Holds what an end record claims against the limits.
fn check_end(end: &[u8]) -> Result<(), Stop> {
    let (entries, bytes) = (number(end, 10, 2) as usize, number(end, 12, 4));
    // A place that does not fit stands in another record, and number and size with it.
    let elsewhere = number(end, 16, 4) == u64::from(u32::MAX);
    // Bytes that only look like a record: nobody follows one of several disks.
    let disks = (number(end, 4, 2), number(end, 6, 2), number(end, 8, 2));
    let zip64 = entries == usize::from(u16::MAX) || bytes == u64::from(u32::MAX) || elsewhere;
    if disks != (0, 0, entries as u64) && !zip64 {
        return Ok(());
    }
    if entries > ENTRIES_MAX {
        let finding = too_large("parts").with("counted", entries);
        return Err(finding.with("limit", ENTRIES_MAX).into());
    }
    if bytes > DIRECTORY_MAX || elsewhere {
        return Err(too_large("directory")
            .with("limit", size(DIRECTORY_MAX))
            .into());
    }
    Ok(())
}

/// A number of a record, its lowest byte first.
fn number(record: &[u8], at: usize, bytes: usize) -> u64 {
    let digits = record.get(at..at + bytes).unwrap_or_default();
    let digits = digits.iter().rev();
    digits.fold(0, |sum, digit| sum << 8 | u64::from(*digit))
}

/// Counts what comes out, whatever the directory said.
struct Inflated<R> {
    entry: R,
    failed: Trouble,
    packed: u64,
    unpacked: u64,
    limit: u64,
    trouble: Trouble,
}

impl<R: Read> Read for Inflated<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.entry.read(into).inspect_err(|_| {
            let damaged = || unreadable(Format::Xlsx, "damaged").into();
            let stop = self.failed.take().unwrap_or_else(damaged);
            self.trouble.borrow_mut().get_or_insert(stop);
        })?;
        self.unpacked += count as u64;
        match within(self.unpacked, self.limit, (self.unpacked, self.packed)) {
            Ok(()) => Ok(count),
            Err(stop) => {
                self.trouble.borrow_mut().get_or_insert(stop);
                Err(std::io::Error::other("stopped"))
            }
        }
    }
}
