//! Findings between the moment they are made and the end of the file, when they are handed over
//! in order.

use super::duplicates::Late;
use super::raw::Stop;
use super::spill::{MemorySpill, Spill, SpillPlace};
use super::template::Column;
use super::{ReadError, Sink, SinkError};
use crate::finding::{Finding, FindingCode, Severity};
use std::io;

/// Findings by severity.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) errors: u64,
    pub(super) warnings: u64,
    pub(super) notes: u64,
}

impl Counts {
    fn add(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Note => self.notes += 1,
        }
    }
}

/// Findings as records, in the order of making: in memory, and then in a spill.
#[derive(Default)]
struct Pile {
    memory: MemorySpill,
    spill: Option<Box<dyn Spill>>,
}

impl Pile {
    fn replay(&mut self, each: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        self.memory.replay(each)?;
        match &mut self.spill {
            Some(spill) => spill.replay(each),
            None => Ok(()),
        }
    }
}

/// Findings of rows in the order of making, and those of the whole file: a hostile file has as
/// many of the one kind as of the other.
pub(super) struct Store<'a> {
    of_rows: Pile,
    of_file: Pile,
    /// What is found at the end of the file: of each kind one at most.
    of_end: Vec<Finding>,
    kept: u64,
    /// Findings kept in memory before a spill is opened.
    memory_max: u64,
    place: Option<&'a dyn SpillPlace>,
    names: Names,
    record: Vec<u8>,
}

impl<'a> Store<'a> {
    pub(super) fn new(memory_max: u64, place: Option<&'a dyn SpillPlace>) -> Self {
        Self {
            of_rows: Pile::default(),
            of_file: Pile::default(),
            of_end: Vec::new(),
            kept: 0,
            memory_max,
            place,
            names: Names::default(),
            record: Vec::new(),
        }
    }

    /// Adds a finding; those with a row must come in the order of rows.
    pub(super) fn push(&mut self, finding: Finding) -> Result<(), Stop> {
        self.record.clear();
        encode(&finding, &mut self.names, &mut self.record);
        self.kept += 1;
        let pile = match finding.row {
            Some(_) => &mut self.of_rows,
            None => &mut self.of_file,
        };
        if pile.spill.is_none() && self.kept > self.memory_max {
            pile.spill = self.place.map(SpillPlace::open).transpose()?;
        }
        match &mut pile.spill {
            Some(spill) => spill.push(&self.record)?,
            None => pile.memory.push(&self.record)?,
        }
        Ok(())
    }

    /// Adds one of the few findings that the end of a file can have.
    pub(super) fn push_of_end(&mut self, finding: Finding) {
        self.of_end.push(finding);
    }

    /// Hands everything over: by row, `late` in its places, the whole file's last.
    pub(super) fn deliver(
        mut self,
        late: Vec<Late>,
        sink: &mut dyn Sink,
    ) -> Result<Counts, ReadError> {
        let mut delivery = Delivery {
            sink,
            late: late.into_iter().peekable(),
            row: Vec::new(),
            counts: Counts::default(),
            failed: None,
        };
        delivery.all_of(&mut self.of_rows, &self.names)?;
        delivery.end_rows()?;
        delivery.all_of(&mut self.of_file, &self.names)?;
        for finding in self.of_end {
            delivery.emit(finding)?;
        }
        Ok(delivery.counts)
    }
}

struct Delivery<'s> {
    sink: &'s mut dyn Sink,
    late: std::iter::Peekable<std::vec::IntoIter<Late>>,
    /// Findings of one row, until the next row begins.
    row: Vec<Finding>,
    counts: Counts,
    failed: Option<SinkError>,
}

impl Delivery<'_> {
    fn all_of(&mut self, pile: &mut Pile, names: &Names) -> Result<(), ReadError> {
        let replayed = pile.replay(&mut |record| {
            let finding = decode(record, names).ok_or(io::ErrorKind::InvalidData)?;
            self.take(finding)
        });
        match self.failed.take() {
            Some(failed) => Err(failed.into()),
            None => Ok(replayed?),
        }
    }

    fn take(&mut self, finding: Finding) -> io::Result<()> {
        let next = finding.row;
        if next.is_none() {
            return self.emit(finding).map_err(|error| self.fail(error));
        }
        if self.row.first().is_some_and(|first| first.row != next) {
            self.end_row().map_err(|error| self.fail(error))?;
        }
        if self.row.is_empty() {
            self.late_before(next).map_err(|error| self.fail(error))?;
        }
        self.row.push(finding);
        Ok(())
    }

    fn fail(&mut self, error: SinkError) -> io::Error {
        self.failed = Some(error);
        io::Error::other("the receiver failed")
    }

    /// Rows that have nothing but late findings, before `row` (all of them for `None`).
    fn late_before(&mut self, row: Option<u32>) -> Result<(), SinkError> {
        let before = |late: &Late| row.is_none_or(|row| late.row < row);
        while let Some(late) = self.late.next_if(before) {
            self.emit(late.finding())?;
        }
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), SinkError> {
        let mut findings = std::mem::take(&mut self.row);
        if let Some(row) = findings.first().and_then(|first| first.row) {
            while let Some(late) = self.late.next_if(|late| late.row == row) {
                findings.push(late.finding());
            }
        }
        findings.sort_by_key(|finding| Column::rank(finding.field));
        for finding in findings.drain(..) {
            self.emit(finding)?;
        }
        self.row = findings;
        Ok(())
    }

    fn emit(&mut self, finding: Finding) -> Result<(), SinkError> {
        self.counts.add(finding.severity);
        self.sink.finding(finding)
    }

    fn end_rows(&mut self) -> Result<(), SinkError> {
        self.end_row()?;
        self.late_before(None)
    }
}

/// Field and argument names are static texts; a record holds their places in this list.
#[derive(Default)]
struct Names(Vec<&'static str>);

impl Names {
    fn place(&mut self, name: &'static str) -> u16 {
        let known = self.0.iter().position(|known| *known == name);
        let place = known.unwrap_or_else(|| {
            self.0.push(name);
            self.0.len() - 1
        });
        place as u16
    }
}

/// No field, no line.
const NONE: u16 = u16::MAX;

fn encode(finding: &Finding, names: &mut Names, record: &mut Vec<u8>) {
    record.push(finding.code as u8);
    record.push(finding.severity as u8);
    for number in [finding.line, finding.row] {
        record.push(u8::from(number.is_some()));
        record.extend_from_slice(&number.unwrap_or(0).to_le_bytes());
    }
    let field = finding.field.map_or(NONE, |field| names.place(field));
    record.extend_from_slice(&field.to_le_bytes());
    record.push(u8::from(finding.value.is_some()));
    encode_text(finding.value.as_deref().unwrap_or_default(), record);
    for (name, value) in &finding.arguments {
        record.extend_from_slice(&names.place(name).to_le_bytes());
        encode_text(value, record);
    }
}

fn encode_text(text: &str, record: &mut Vec<u8>) {
    record.extend_from_slice(&(text.len() as u32).to_le_bytes());
    record.extend_from_slice(text.as_bytes());
}

fn decode(record: &[u8], names: &Names) -> Option<Finding> {
    let mut reader = Fields(record);
    let code = *FindingCode::ALL
        .iter()
        .find(|code| Some(&(**code as u8)) == record.first())?;
    reader.byte()?;
    let mut finding = Finding::of_file(code);
    finding.severity = match reader.byte()? {
        0 => Severity::Error,
        1 => Severity::Warning,
        _ => Severity::Note,
    };
    finding.line = reader.optional()?;
    finding.row = reader.optional()?;
    let field = reader.short()?;
    finding.field = names.0.get(usize::from(field)).copied();
    let valued = reader.byte()? == 1;
    let value = reader.text()?;
    finding.value = valued.then_some(value);
    while !reader.0.is_empty() {
        let name = *names.0.get(usize::from(reader.short()?))?;
        finding.arguments.insert(name, reader.text()?);
    }
    Some(finding)
}

struct Fields<'r>(&'r [u8]);

impl Fields<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn short(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    fn long(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn optional(&mut self) -> Option<Option<u32>> {
        let there = self.byte()? == 1;
        let number = self.long()?;
        Some(there.then_some(number))
    }

    fn text(&mut self) -> Option<String> {
        let length = self.long()? as usize;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).ok()
    }
}
