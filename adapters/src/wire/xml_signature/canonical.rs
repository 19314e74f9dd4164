//! Canonical XML 1.0 without comments, of documents without namespaces but for their signature.

use super::DSIG;
use crate::exchange::Unreadable;
use crate::layout::fault::unreadable;
use crate::layout::xml::{ATTRIBUTES_MAX, DEPTH_MAX, resolve};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// How a signature declares its prefix.
const NAMESPACE: &str = "xmlns:ds";

/// A document taken apart.
#[derive(Default)]
pub(super) struct Canonical {
    /// Everything but the signature.
    pub(super) document: String,
    /// Signatures that stand in the root.
    pub(super) signatures: usize,
    /// `SignedInfo` as it is signed.
    pub(super) signed_info: String,
    /// The same without white space between its elements.
    pub(super) squeezed_info: String,
    /// Text of `SignatureValue`.
    pub(super) value: String,
    open: Vec<String>,
    roots: usize,
}

impl Canonical {
    /// Takes a document apart.
    pub(super) fn of(text: &str) -> Result<Self, Unreadable> {
        let mut reader = Reader::from_str(text);
        let mut whole = Self::default();
        loop {
            let event = reader.read_event();
            match event.map_err(|_| unreadable("not well-formed XML"))? {
                Event::Start(tag) => whole.start(&tag)?,
                Event::End(_) => whole.end()?,
                Event::Empty(tag) => {
                    whole.start(&tag)?;
                    whole.end()?;
                }
                // The five references and numeric ones are events of their own.
                Event::Text(part) => whole.text(part.as_ref())?,
                Event::CData(part) => whole.text(part.as_ref())?,
                Event::GeneralRef(reference) => {
                    let character = resolve(&reference);
                    let character = character.ok_or_else(|| unreadable("unknown reference"))?;
                    whole.text_of(character.encode_utf8(&mut [0; 4]))?;
                }
                Event::Comment(_) | Event::Decl(_) => {}
                Event::DocType(_) | Event::PI(_) => {
                    return Err(unreadable("a document type or instruction is not signed"));
                }
                Event::Eof => break,
            }
        }
        if whole.open.is_empty() && whole.roots == 1 {
            Ok(whole)
        } else {
            Err(unreadable("the XML is cut off or has no single root"))
        }
    }

    /// Whether the element that is open at this depth (the root is 0) has this name.
    fn stands_in(&self, depth: usize, name: &str) -> bool {
        self.open.get(depth).is_some_and(|open| open == name)
    }

    fn in_signature(&self) -> bool {
        self.stands_in(1, "ds:Signature")
    }

    fn in_signed_info(&self) -> bool {
        self.in_signature() && self.stands_in(2, "ds:SignedInfo")
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), Unreadable> {
        let name = tag.name().as_ref().to_owned();
        if self.open.len() >= DEPTH_MAX {
            return Err(unreadable("elements too deep to be signed"));
        }
        self.roots += usize::from(self.open.is_empty());
        self.open.push(name.clone());
        let prefixed = name.strip_prefix("ds:").unwrap_or(&name);
        if prefixed.contains(':') || self.in_signature() == (prefixed == name) {
            return Err(unreadable("a prefix that is not signed"));
        }
        let mut attributes = attributes(tag)?;
        if self.is_signature() {
            self.signatures += 1;
            let namespace = attributes
                .iter()
                .any(|(key, uri)| key == NAMESPACE && uri == DSIG);
            let other = || unreadable("the signature is of another kind");
            return namespace.then_some(()).ok_or_else(other);
        }
        if attributes.iter().any(|(key, _)| key.starts_with("xmlns")) {
            return Err(unreadable("a namespace is not signed"));
        }
        // What the element inherits from its signature is written where it stands alone.
        if self.in_signed_info() && self.open.len() == 3 {
            attributes.insert(0, (NAMESPACE.to_owned(), DSIG.to_owned()));
        }
        let mut written = format!("<{name}");
        for (key, value) in attributes {
            written.push_str(&format!(" {key}=\"{}\"", escaped(&value, true)));
        }
        written.push('>');
        self.push(&written, false);
        Ok(())
    }

    fn is_signature(&self) -> bool {
        self.in_signature() && self.open.len() == 2
    }

    fn end(&mut self) -> Result<(), Unreadable> {
        let name = self.open.last();
        let name = name.ok_or_else(|| unreadable("not well-formed XML"))?;
        let written = format!("</{name}>");
        if !self.is_signature() {
            self.push(&written, false);
        }
        self.open.pop();
        Ok(())
    }

    /// Text as it stands: line ends become one, as in every reader of XML.
    fn text(&mut self, text: &str) -> Result<(), Unreadable> {
        self.text_of(&text.replace("\r\n", "\n").replace('\r', "\n"))
    }

    fn text_of(&mut self, text: &str) -> Result<(), Unreadable> {
        let blank = text.trim().is_empty();
        if self.open.is_empty() {
            let outside = unreadable("text outside the root");
            return if blank { Ok(()) } else { Err(outside) };
        }
        if self.in_signature() && self.stands_in(2, "ds:SignatureValue") {
            self.value.push_str(text);
        }
        self.push(&escaped(text, false), blank);
        Ok(())
    }

    fn push(&mut self, written: &str, blank: bool) {
        if self.in_signed_info() {
            self.signed_info.push_str(written);
            if !blank {
                self.squeezed_info.push_str(written);
            }
        } else if !self.in_signature() {
            self.document.push_str(written);
        }
    }
}

/// The attributes in canonical order.
fn attributes(tag: &BytesStart<'_>) -> Result<Vec<(String, String)>, Unreadable> {
    let wrong = || unreadable("attributes that can't be signed");
    let mut found = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|_| wrong())?;
        let key = attribute.key.as_ref().to_owned();
        if (key.contains(':') && key != NAMESPACE) || found.len() > ATTRIBUTES_MAX {
            return Err(wrong());
        }
        // White space as it stands is a blank; as a reference it stays what it is.
        let value = attribute
            .value
            .replace("\r\n", "\n")
            .replace(['\t', '\n', '\r'], " ");
        let value = quick_xml::escape::unescape(&value).map_err(|_| wrong())?;
        found.push((key, value.into_owned()));
    }
    found.sort();
    Ok(found)
}

fn escaped(text: &str, attribute: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match (character, attribute) {
            ('&', _) => out.push_str("&amp;"),
            ('<', _) => out.push_str("&lt;"),
            ('>', false) => out.push_str("&gt;"),
            ('\r', _) => out.push_str("&#xD;"),
            ('"', true) => out.push_str("&quot;"),
            ('\t', true) => out.push_str("&#x9;"),
            ('\n', true) => out.push_str("&#xA;"),
            (other, _) => out.push(other),
        }
    }
    out
}
