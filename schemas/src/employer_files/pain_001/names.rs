//! Namespaces and attributes: which prefix means the message, and in which version.

use crate::employer_files::raw::{Stop, schema, shown};
use quick_xml::events::BytesStart;

/// Start of the names of ISO 20022 messages.
const ISO: &str = "urn:iso:std:iso:20022:tech:xsd:";
const VERSIONS: [&str; 6] = [
    "pain.001.001.03",
    "pain.001.001.05",
    "pain.001.001.08",
    "pain.001.001.09",
    "pain.001.001.11",
    "pain.001.001.12",
];
/// Attributes of one tag.
const ATTRIBUTES_MAX: usize = 64;

/// One declaration in scope.
struct Binding {
    depth: usize,
    prefix: String,
    name: String,
    ours: bool,
}

/// The declarations in scope, innermost last.
#[derive(Default)]
pub(super) struct Names {
    bindings: Vec<Binding>,
}

impl Names {
    /// Whether elements with this prefix are the message's.
    pub(super) fn ours(&self, prefix: &str) -> bool {
        self.find(prefix).is_some_and(|binding| binding.ours)
    }

    /// What the prefix stands for, as a finding may show it.
    pub(super) fn version(&self, prefix: &str) -> Option<&str> {
        let name = self.find(prefix)?.name.as_str();
        Some(name.strip_prefix(ISO).unwrap_or(name))
    }

    fn find(&self, prefix: &str) -> Option<&Binding> {
        let mut innermost = self.bindings.iter().rev();
        // Mostly there is no prefix. Comparing two empty texts is a call on no memory, which
        // some processors take a hundred times as long for.
        if prefix.is_empty() {
            return innermost.find(|binding| binding.prefix.is_empty());
        }
        innermost.find(|binding| binding.prefix == prefix)
    }

    /// Reads the attributes of a tag: declarations, and the currency if it has one.
    pub(super) fn attributes(
        &mut self,
        tag: &BytesStart<'_>,
        depth: usize,
    ) -> Result<Option<String>, Stop> {
        let mut currency = None;
        for (count, attribute) in tag.attributes().enumerate() {
            if count >= ATTRIBUTES_MAX {
                return Err(schema("too_many_attributes")
                    .with("limit", ATTRIBUTES_MAX)
                    .into());
            }
            let Ok(attribute) = attribute else {
                return Err(schema("form")
                    .with("element", shown(tag.name().into_inner()))
                    .into());
            };
            let key = attribute.key.into_inner();
            let value = &*attribute.value;
            match key.strip_prefix("xmlns") {
                Some("") => self.bind(depth, "", value),
                Some(rest) if rest.starts_with(':') => self.bind(depth, &rest[1..], value),
                Some(_) | None if key == "Ccy" => currency = Some(value.trim().to_owned()),
                Some(_) | None => {}
            }
        }
        Ok(currency)
    }

    fn bind(&mut self, depth: usize, prefix: &str, value: &str) {
        let name = value.trim();
        let version = name.strip_prefix(ISO);
        self.bindings.push(Binding {
            depth,
            prefix: prefix.to_owned(),
            name: shown(name),
            ours: version.is_some_and(|version| VERSIONS.contains(&version)),
        });
    }

    /// The element at this depth ends, and its declarations with it.
    pub(super) fn close(&mut self, depth: usize) {
        while self.bindings.last().is_some_and(|last| last.depth >= depth) {
            self.bindings.pop();
        }
    }
}
