//! The references of a pain.001 as its sender wrote them: read again from the bytes that arrived,
//! a part of the file at a time, in step with the lines.

use crate::core::{Core, CoreError};
use journal::seal::SealError;
use quick_xml::Reader;
use quick_xml::events::Event;
use schemas::employer_files::entity::character;
use schemas::text::Charset;
use std::cell::RefCell;
use std::io::{BufRead, Cursor, Read};
use std::rc::Rc;
use zeroize::Zeroizing;

/// Start of the names of ISO 20022 messages.
const ISO: &str = "urn:iso:std:iso:20022:tech:xsd:";

/// What one transaction is called in its file.
#[derive(Debug, Default)]
pub(super) struct Transaction {
    /// Number of its part of the message (PmtInf), from 1.
    pub part: u32,
    /// PmtInfId.
    pub part_id: String,
    /// InstrId.
    pub instruction: String,
    /// EndToEndId.
    pub end_to_end: String,
}

/// The walk through the file.
pub(super) struct Original<'a> {
    reader: Reader<Box<dyn BufRead + 'a>>,
    /// The elements that are open, innermost last.
    open: Vec<Place>,
    text: String,
    now: Transaction,
    buffer: Vec<u8>,
    name: Option<String>,
    trouble: Trouble,
}

/// Where the source leaves its reason, because the parser wraps errors away.
type Trouble = Rc<RefCell<Option<CoreError>>>;

/// An element by what it says of a reference.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Part,
    PartId,
    Transaction,
    Ids,
    Instruction,
    EndToEnd,
    Other,
}

impl Place {
    fn child(self, name: &str) -> Self {
        match (self, name) {
            (_, "PmtInf") => Self::Part,
            (Self::Part, "PmtInfId") => Self::PartId,
            (Self::Part, "CdtTrfTxInf") => Self::Transaction,
            (Self::Transaction, "PmtId") => Self::Ids,
            (Self::Ids, "InstrId") => Self::Instruction,
            (Self::Ids, "EndToEndId") => Self::EndToEnd,
            _ => Self::Other,
        }
    }
}

impl<'a> Original<'a> {
    /// Starts at the file's beginning.
    ///
    /// # Errors
    /// When the kept bytes can't be opened.
    pub fn open(core: &'a Core, records: &'a [u64], charset: &str) -> Result<Self, CoreError> {
        let trouble = Trouble::default();
        let mut parts = Parts {
            core,
            records: records.iter(),
            part: Cursor::default(),
            trouble: Rc::clone(&trouble),
        };
        let source: Box<dyn BufRead + 'a> = if charset == Charset::Utf8.name() {
            Box::new(parts)
        } else {
            // ISO 20022 is UTF-8: what else a sender wrote is decoded in one piece.
            let mut bytes = Zeroizing::new(Vec::new());
            let read = parts.read_to_end(&mut bytes);
            if let Some(error) = trouble.take() {
                return Err(error);
            }
            let decoded = read.ok().and_then(|_| Charset::Gb18030.decode(&bytes).ok());
            let text = decoded.map(|text| text.into_owned()).unwrap_or_default();
            Box::new(Cursor::new(text.into_bytes()))
        };
        let mut reader = Reader::from_reader(source);
        reader.config_mut().expand_empty_elements = true;
        let mut original = Self {
            reader,
            open: Vec::new(),
            text: String::new(),
            now: Transaction::default(),
            buffer: Vec::new(),
            name: None,
            trouble,
        };
        // The name stands on the outermost element.
        while original.name.is_none() && original.step() == Some(false) {}
        let failed = original.trouble.take();
        failed.map_or(Ok(original), Err)
    }

    /// The message's name, `pain.001.001.03`; `None` where the file can't be read any more.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The next transaction; `None` at the end.
    ///
    /// # Errors
    /// When the kept bytes can't be opened.
    pub fn next(&mut self) -> Result<Option<&Transaction>, CoreError> {
        self.now.instruction.clear();
        self.now.end_to_end.clear();
        loop {
            match self.step() {
                Some(false) => {}
                Some(true) => return Ok(Some(&self.now)),
                None => return self.trouble.take().map_or(Ok(None), Err),
            }
        }
    }

    /// One event; whether it ended a transaction. `None` at the end of what can be read.
    fn step(&mut self) -> Option<bool> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        let ended = match self.reader.read_event_into(&mut buffer).ok()? {
            Event::Start(tag) => {
                if self.name.is_none() {
                    let mut names = tag.attributes().flatten();
                    self.name = names.find_map(|attribute| {
                        let name = attribute.value.strip_prefix(ISO)?;
                        name.starts_with("pain.001").then(|| name.to_owned())
                    });
                }
                let parent = self.open.last().copied().unwrap_or(Place::Other);
                let place = parent.child(tag.local_name().into_inner());
                if place == Place::Part {
                    self.now.part += 1;
                    self.now.part_id.clear();
                }
                self.open.push(place);
                self.text.clear();
                false
            }
            Event::Text(text) => {
                self.text.push_str(&text);
                false
            }
            Event::CData(text) => {
                self.text.push_str(&text);
                false
            }
            Event::GeneralRef(reference) => {
                self.text.extend(character(&reference));
                false
            }
            Event::End(_) => self.close(),
            Event::Eof => return None,
            Event::Empty(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => false,
        };
        self.buffer = buffer;
        Some(ended)
    }

    fn close(&mut self) -> bool {
        let into = match self.open.pop() {
            Some(Place::PartId) => &mut self.now.part_id,
            Some(Place::Instruction) => &mut self.now.instruction,
            Some(Place::EndToEnd) => &mut self.now.end_to_end,
            Some(Place::Transaction) => return true,
            Some(Place::Part | Place::Ids | Place::Other) | None => return false,
        };
        into.clear();
        into.push_str(self.text.trim());
        false
    }
}

/// The bytes that arrived, record by record. Where the employer's key was destroyed there are
/// none.
struct Parts<'a> {
    core: &'a Core,
    records: std::slice::Iter<'a, u64>,
    part: Cursor<Zeroizing<Vec<u8>>>,
    trouble: Trouble,
}

impl Parts<'_> {
    fn next_part(&mut self, sequence: u64) -> Result<Zeroizing<Vec<u8>>, CoreError> {
        let (record, _) = self.core.event(sequence)?;
        match self.core.personal(&record) {
            Err(CoreError::Vault(SealError::KeyDestroyed(_))) => Ok(Zeroizing::default()),
            opened => opened,
        }
    }
}

impl Read for Parts<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut rest = self.fill_buf()?;
        let count = rest.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Parts<'_> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        let used =
            |part: &Cursor<Zeroizing<Vec<u8>>>| part.position() >= part.get_ref().len() as u64;
        while used(&self.part) {
            let Some(sequence) = self.records.next() else {
                break;
            };
            match self.next_part(*sequence) {
                Ok(part) => self.part = Cursor::new(part),
                Err(error) => {
                    self.trouble.replace(Some(error));
                    return Err(std::io::ErrorKind::Other.into());
                }
            }
        }
        let at = usize::try_from(self.part.position()).unwrap_or(usize::MAX);
        Ok(self.part.get_ref().get(at..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.part.set_position(self.part.position() + count as u64);
    }
}
