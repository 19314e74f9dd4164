//! ISO 20022 pain.001.001.03, .05, .08, .09, .11 and .12, event by event.

mod message;
mod names;
mod tree;

use super::decoded::{Decoded, Trouble};
use super::detect::unreadable;
use super::metered::{Meter, Metered};
use super::raw::{Receiver, Stop, schema, shown, size};
use super::{Format, ReadOptions};
use crate::employer_files::entity;
use crate::finding::{Finding, FindingCode};
use message::Message;
use names::Names;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::rc::Rc;
use tree::Node;

/// Elements inside one another.
const DEPTH_MAX: usize = 32;
/// Bytes of one tag.
const TAG_MAX: usize = 8 << 10;

/// Reads the message.
pub(super) fn parse(
    text: Decoded<'_>,
    options: &ReadOptions<'_>,
    to: &mut dyn Receiver,
) -> Result<(), Stop> {
    let trouble = text.trouble();
    let meter = Rc::new(Meter::default());
    let mut reader =
        Reader::from_reader(Metered::new(text, Rc::clone(&trouble), Rc::clone(&meter)));
    reader.config_mut().expand_empty_elements = true;
    let mut walk = Walk {
        message: Message::new(options, to, Rc::clone(&meter)),
        text_bytes_max: options.limits.field_bytes_max,
        names: Names::default(),
        depth: 0,
        stack: Vec::new(),
        state: State::Before,
        outer: None,
        first: true,
        is_xml: false,
    };
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        meter.begin();
        let step = match reader.read_event_into(&mut buffer) {
            Ok(Event::Eof) => return walk.end().map_err(|stop| placed(stop, &meter)),
            Ok(event) => walk.event(&event),
            Err(error) => Err(broken(&error, &trouble)),
        };
        step.map_err(|stop| placed(stop, &meter))?;
    }
}

/// Adds the line of the file to a structure finding that stops the reading.
fn placed(stop: Stop, meter: &Meter) -> Stop {
    match stop {
        Stop::File(finding) if finding.code == FindingCode::SchemaViolation => {
            let finding = finding.with("line_in_file", meter.line());
            Stop::File(Box::new(finding.with("column", meter.column())))
        }
        stop @ (Stop::File(_) | Stop::Read(_)) => stop,
    }
}

/// Not well-formed XML.
fn ill_formed(reason: &str) -> Stop {
    let finding = schema(reason).with("format", Format::Pain001);
    finding.with("remedy", "export_again").into()
}

fn broken(error: &quick_xml::Error, trouble: &Trouble) -> Stop {
    if let Some(stop) = trouble.take() {
        return stop;
    }
    let cut = matches!(
        error,
        quick_xml::Error::Syntax(_)
            | quick_xml::Error::IllFormed(quick_xml::errors::IllFormedError::MissingEndTag(_))
    );
    // The parser stumbles over markup only: what it was given is XML.
    let reason = if cut { "truncated" } else { "form" };
    ill_formed(reason)
}

/// Where the walk is as to the Document.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Before,
    Inside,
    After,
}

struct Walk<'t, 'o> {
    message: Message<'t, 'o>,
    text_bytes_max: usize,
    names: Names,
    depth: usize,
    /// The elements open from the Document down; an envelope's are not on it.
    stack: Vec<Node>,
    state: State,
    /// Name of the outermost element.
    outer: Option<String>,
    first: bool,
    /// Something that only XML has was read.
    is_xml: bool,
}

impl Walk<'_, '_> {
    /// What begins with an element, a declaration or a comment is XML; anything else is no
    /// pain.001 at all.
    fn not_well_formed(&self, reason: &str) -> Stop {
        if self.is_xml {
            ill_formed(reason)
        } else {
            unreadable(Format::Pain001, reason).into()
        }
    }

    fn event(&mut self, event: &Event<'_>) -> Result<(), Stop> {
        let first = std::mem::replace(&mut self.first, false);
        self.is_xml |= !matches!(event, Event::Text(_) | Event::GeneralRef(_));
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(_) => self.close(),
            Event::Text(text) => self.text(text),
            Event::CData(text) => self.text(text),
            Event::GeneralRef(reference) => self.reference(reference),
            Event::DocType(_) => Err(self.not_well_formed("doctype")),
            Event::Decl(_) if !first => Err(self.not_well_formed("form")),
            // With the empty-element option there are no `Empty` events.
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::Empty(_) | Event::Eof => {
                Ok(())
            }
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), Stop> {
        if tag.len() > TAG_MAX {
            let finding = Finding::of_file(FindingCode::TooLarge).with("reason", "field");
            return Err(finding.with("limit", size(TAG_MAX as u64)).into());
        }
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(schema("too_deep").with("limit", DEPTH_MAX).into());
        }
        if self.depth == 1 && self.outer.is_some() {
            return Err(self.not_well_formed("form"));
        }
        let (local, prefix) = tag.name().decompose();
        let prefix = prefix.map_or("", |prefix| prefix.into_inner());
        let currency = if tag.attributes_raw().is_empty() {
            None
        } else {
            self.names.attributes(tag, self.depth)?
        };
        let local = local.into_inner();
        if self.outer.is_none() {
            self.outer = Some(shown(local));
        }
        match self.stack.last() {
            Some(parent) => {
                let node = match self.names.ours(prefix) {
                    true => parent.child(local),
                    false if *parent == Node::Quiet => Node::Quiet,
                    false => Node::Unknown,
                };
                let node = self.message.open(node, local, &self.stack, currency)?;
                self.stack.push(node);
                Ok(())
            }
            None if local == "Document" => self.document(prefix),
            // An envelope around the Document.
            None => Ok(()),
        }
    }

    fn document(&mut self, prefix: &str) -> Result<(), Stop> {
        if self.state == State::After {
            return Err(schema("stated_twice").with("element", "Document").into());
        }
        if self.names.ours(prefix) {
            self.state = State::Inside;
            self.stack.push(Node::Document);
            return Ok(());
        }
        let finding = Finding::of_file(FindingCode::UnsupportedFormat);
        let found = self.names.version(prefix).unwrap_or("Document");
        Err(finding.with("format", found).into())
    }

    fn close(&mut self) -> Result<(), Stop> {
        self.names.close(self.depth);
        self.depth = self.depth.saturating_sub(1);
        let Some(node) = self.stack.pop() else {
            return Ok(());
        };
        if self.stack.is_empty() {
            self.state = State::After;
        }
        self.message.close(node)
    }

    fn text(&mut self, text: &str) -> Result<(), Stop> {
        let Some(node) = self.stack.last() else {
            // White space around the message; anything else is not well formed outside a root.
            let blank = text.trim().is_empty();
            return if blank || self.depth > 0 {
                Ok(())
            } else {
                Err(self.not_well_formed("form"))
            };
        };
        self.message
            .text(*node, text, &self.stack, self.text_bytes_max)
    }

    /// Character references and the five entities of XML; an unknown one is refused, not dropped.
    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), Stop> {
        let known = entity::character(reference);
        let Some(character) = known else {
            let finding = schema("form").with("format", Format::Pain001);
            return Err(finding
                .with("found", format!("&{};", shown(reference)))
                .into());
        };
        let mut buffer = [0; 4];
        self.text(character.encode_utf8(&mut buffer))
    }

    fn end(&mut self) -> Result<(), Stop> {
        if self.depth > 0 {
            return Err(self.not_well_formed("truncated"));
        }
        match (self.state, self.outer.take()) {
            (State::Before, Some(outer)) => {
                let finding = Finding::of_file(FindingCode::UnsupportedFormat);
                Err(finding.with("format", outer).into())
            }
            (State::Before, None) => Err(unreadable(Format::Pain001, "form").into()),
            (State::Inside | State::After, _) => self.message.end(),
        }
    }
}
