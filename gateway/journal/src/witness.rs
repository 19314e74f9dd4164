//! How far a journal had come, in a small file of its own.
//!
//! A journal that lost whole records at its end reads as whole. Going on from there would do
//! again what the lost records say was done, so its last durable record is noted outside it. The
//! file is replaced whole, carries a checksum, and is read to the byte: what is not exactly what
//! was written is unreadable, never a smaller number.

use std::io;
use std::path::{Path, PathBuf};

use crate::chain::Hash;
use crate::disk::Disk;
use crate::error::JournalError;
use crate::journal::Journal;
use crate::record::Kind;
use crate::seal::hex;
use crate::verify::Report;

const MAGIC: &str = "anxin-witness 1";
/// More than any file that is written.
const FILE_BYTES_MAX: u64 = 1024;

/// The last record of a journal that was known to be durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Witness {
    /// The journal's id.
    pub journal_id: [u8; 16],
    /// The record's number.
    pub sequence: u64,
    /// Its hash.
    pub hash: Hash,
    /// Hash of the record before it; asked for where it is a closing one.
    pub previous: Hash,
    /// Whether it is a closing record, which tells of nothing that was done.
    pub is_closing: bool,
}

/// Where a journal ends, as it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// The journal's id, where there is a record.
    pub journal_id: Option<[u8; 16]>,
    /// The last whole record; 0 for none.
    pub sequence: u64,
    /// Its hash.
    pub hash: Hash,
    /// Whether something that is no whole record stands behind it.
    pub is_torn: bool,
}

/// How a journal stands to its witness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Testimony {
    /// The witness's record is there, and so many came after it.
    Agrees {
        /// Records after the witness's.
        behind: u64,
    },
    /// All is there but the closing record, which is torn: nothing that was done is lost.
    ClosingTorn,
    /// The journal was set back, lost its end, or is another one.
    SetBack,
}

/// Why there is no word from a witness that is there.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// The file is not as it was written.
    #[error("the witness {} is damaged", .0.display())]
    Damaged(PathBuf),
    /// The file can't be read.
    #[error("the witness {} can't be read", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl Witness {
    /// Of a journal's last durable record; none of an empty one.
    ///
    /// # Errors
    /// When that record can't be read.
    pub fn of(journal: &Journal) -> Result<Option<Self>, JournalError> {
        let sequence = journal.durable();
        if sequence == 0 {
            return Ok(None);
        }
        let record = journal.read_sequence(sequence)?;
        Ok(Some(Self {
            journal_id: journal.journal_id(),
            sequence,
            hash: record.hash,
            previous: record.previous,
            is_closing: record.kind == Kind::CLOSING,
        }))
    }

    /// Holds the journal's end against this. `hash_there` is the hash of the record that has the
    /// witness's number, if there is one.
    #[must_use]
    pub fn testify(&self, end: &End, hash_there: Option<&Hash>) -> Testimony {
        if end.journal_id != Some(self.journal_id) {
            return Testimony::SetBack;
        }
        if hash_there == Some(&self.hash) {
            let behind = end.sequence.saturating_sub(self.sequence);
            return Testimony::Agrees { behind };
        }
        let is_before = end.sequence.checked_add(1) == Some(self.sequence);
        match is_before && self.is_closing && end.is_torn && end.hash == self.previous {
            true => Testimony::ClosingTorn,
            false => Testimony::SetBack,
        }
    }

    /// Of the end without the closing record, which was torn.
    #[must_use]
    pub fn before(&self, end: &End) -> Self {
        Self {
            sequence: end.sequence,
            hash: end.hash,
            previous: Hash::default(),
            is_closing: false,
            ..*self
        }
    }

    /// Reads the file; `None` where there is none.
    ///
    /// # Errors
    /// See [`WitnessError`].
    pub fn read(disk: &dyn Disk, path: &Path) -> Result<Option<Self>, WitnessError> {
        let damaged = || WitnessError::Damaged(path.to_owned());
        let failed = |source| WitnessError::Io {
            path: path.to_owned(),
            source,
        };
        let file = match disk.open_read(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let bytes = file.len().map_err(failed)?;
        if bytes > FILE_BYTES_MAX {
            return Err(damaged());
        }
        let mut content = vec![0; usize::try_from(bytes).unwrap_or(0)];
        let read = file.read_at(0, &mut content).map_err(failed)?;
        content.truncate(read);
        let text = std::str::from_utf8(&content).map_err(|_| damaged())?;
        let witness = Self::parse(text).ok_or_else(damaged)?;
        // One way only to write each value: whatever else reads as it was changed.
        match witness.text() == text {
            true => Ok(Some(witness)),
            false => Err(damaged()),
        }
    }

    /// Replaces the file: it is the old or the new one, whole, whatever happens.
    ///
    /// # Errors
    /// The disk's.
    pub fn write(&self, disk: &dyn Disk, path: &Path) -> io::Result<()> {
        crate::disk::replace(disk, path, self.text().as_bytes())
    }

    fn text(&self) -> String {
        let closing = match self.is_closing {
            true => "yes",
            false => "no",
        };
        let text = format!(
            "{MAGIC}\njournal {}\nrecord {}\nhash {}\nprevious {}\nclosing {closing}\n",
            hex(&self.journal_id),
            self.sequence,
            hex(&self.hash),
            hex(&self.previous),
        );
        let checksum = crc32fast::hash(text.as_bytes());
        format!("{text}checksum {checksum:08x}\n")
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next()? != MAGIC {
            return None;
        }
        let mut value = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        Some(Self {
            journal_id: bytes_of_hex(value("journal")?)?,
            sequence: value("record")?.parse().ok()?,
            hash: bytes_of_hex(value("hash")?)?,
            previous: bytes_of_hex(value("previous")?)?,
            is_closing: value("closing")? == "yes",
        })
    }
}

impl End {
    /// Where [`crate::verify()`] found the end.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let torn = |damage: &crate::Damage| matches!(damage.what, crate::Flaw::TornTail { .. });
        Self {
            journal_id: report.journal_id,
            sequence: report.head_sequence,
            hash: report.head_hash,
            is_torn: report.damages.iter().any(torn),
        }
    }
}

fn bytes_of_hex<const N: usize>(digits: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let pairs = digits.as_bytes().chunks(2);
    if digits.len() != 2 * N || !digits.is_ascii() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}
