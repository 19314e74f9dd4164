//! The XML parts of a workbook, event by event, under the same caps as a message's.

use super::archive::Archive;
use crate::employer_files::decoded::Trouble;
use crate::employer_files::entity;
use crate::employer_files::metered::{Meter, Metered};
use crate::employer_files::raw::{Stop, schema};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::io::BufReader;
use std::rc::Rc;

/// Elements inside one another.
const DEPTH_MAX: usize = 32;
/// Bytes of one tag.
const TAG_MAX: usize = 8 << 10;

/// Takes the events of one part. Names come without their prefix.
pub(super) trait Part {
    fn start(&mut self, name: &str, tag: &BytesStart<'_>) -> Result<(), Stop>;
    fn text(&mut self, text: &str) -> Result<(), Stop>;
    fn end(&mut self, name: &str) -> Result<(), Stop>;
    /// The rest of the part need not be walked.
    fn enough(&self) -> bool {
        false
    }
}

/// Walks a part from its first event to its last.
pub(super) fn walk(archive: &mut Archive<'_>, name: &str, to: &mut dyn Part) -> Result<(), Stop> {
    let trouble = Trouble::default();
    let meter = Rc::new(Meter::default());
    let bytes = BufReader::with_capacity(64 << 10, archive.part(name, &trouble)?);
    let metered = Metered::new(bytes, Rc::clone(&trouble), Rc::clone(&meter));
    let mut reader = Reader::from_reader(metered);
    reader.config_mut().expand_empty_elements = true;
    let (mut buffer, mut depth) = (Vec::new(), 0usize);
    loop {
        buffer.clear();
        meter.begin();
        let at = |reason: &str| {
            let finding = schema(reason).with("element", name);
            let finding = finding.with("line_in_file", meter.line());
            finding.with("column", meter.column())
        };
        let broken = || at("damaged");
        let event = match reader.read_event_into(&mut buffer) {
            Ok(event) => event,
            Err(_) => return Err(trouble.take().unwrap_or_else(|| broken().into())),
        };
        match event {
            Event::Start(tag) => {
                depth += 1;
                if depth > DEPTH_MAX || tag.len() > TAG_MAX {
                    return Err(broken().with("limit", DEPTH_MAX).into());
                }
                to.start(tag.local_name().into_inner(), &tag)?;
            }
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                to.end(tag.local_name().into_inner())?;
                if to.enough() {
                    return Ok(());
                }
            }
            Event::Text(text) => to.text(&text)?,
            Event::CData(text) => to.text(&text)?,
            Event::GeneralRef(reference) => {
                let character = entity::character(&reference);
                let character = character.ok_or_else(broken)?;
                to.text(character.encode_utf8(&mut [0; 4]))?;
            }
            Event::DocType(_) => return Err(at("doctype").into()),
            Event::Eof if depth > 0 => return Err(broken().into()),
            Event::Eof => return Ok(()),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::Empty(_) => {}
        }
    }
}

/// An attribute by its name without prefix.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = tag.attributes();
    attributes.with_checks(false);
    let found = attributes
        .flatten()
        .find(|a| a.key.local_name().into_inner() == name)?;
    Some(found.value.trim().to_owned())
}
