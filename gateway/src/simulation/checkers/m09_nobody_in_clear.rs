//! M9: no document number, account or name in clear in a log line, a metric, an error, a panic
//! message or a disk file.
//!
//! Compared: names, document numbers and accounts of all people of the world, in UTF-8 and in
//! GB18030, with every log line down to debug, the metrics, the headers of answers, the bodies of
//! refusals, and every name and every byte of every file of the disk. A name
//! of four bytes in GB18030 is a chance hit in what is sealed: those are looked for in the clear
//! parts of records.

use super::cursor::Answered;
use super::reading::Shared;
use crate::simulation::checker::{Checker, Looks, View};
use crate::simulation::outside::Payee;
use crate::simulation::sheet::short;
use schemas::text::Charset;
use std::collections::{BTreeMap, BTreeSet};

/// Fewer bytes are found by chance among sealed ones.
const CERTAIN_BYTES: usize = 6;

/// A value that must stand nowhere, and what it is.
type Needle = (Vec<u8>, String);

/// What must stand nowhere, found in one pass: the first two bytes are looked up first.
#[derive(Default)]
struct Needles {
    people: usize,
    begins: Vec<bool>,
    by_start: BTreeMap<u16, Vec<Needle>>,
}

impl Needles {
    fn of(people: &[Payee]) -> Self {
        let mut needles = Self {
            people: people.len(),
            begins: vec![false; 1 << 16],
            by_start: BTreeMap::new(),
        };
        let mut seen = BTreeSet::new();
        for (number, payee) in (1..).zip(people) {
            let lower = payee.id_number.to_lowercase();
            let short = short(&payee.id_number).unwrap_or_default();
            let values = [
                ("name", payee.name.as_str()),
                ("id_number", payee.id_number.as_str()),
                ("id_number", lower.as_str()),
                ("id_number", short.as_str()),
                ("account", payee.account.as_str()),
            ];
            for (what, value) in values {
                let other = Charset::Gb18030.encode(value).unwrap_or_default();
                for bytes in [value.as_bytes(), &other] {
                    if seen.insert(bytes.to_vec()) {
                        needles.add(bytes, format!("{what} of person {number}"));
                    }
                }
            }
        }
        needles
    }

    fn add(&mut self, bytes: &[u8], what: String) {
        let [a, b, ..] = *bytes else { return };
        let start = u16::from_be_bytes([a, b]);
        if let Some(begins) = self.begins.get_mut(usize::from(start)) {
            *begins = true;
        }
        let of_start = self.by_start.entry(start).or_default();
        of_start.push((bytes.to_vec(), what));
    }

    /// The first of them in some bytes; `is_clear` where none of the bytes is sealed.
    fn find(&self, bytes: &[u8], is_clear: bool) -> Option<&str> {
        let least = if is_clear { 0 } else { CERTAIN_BYTES };
        for (at, start) in bytes.windows(2).enumerate() {
            let [a, b] = *start else { continue };
            let start = u16::from_be_bytes([a, b]);
            if !self.begins.get(usize::from(start)).is_some_and(|one| *one) {
                continue;
            }
            let rest = bytes.get(at..).unwrap_or_default();
            let of_start = self.by_start.get(&start).into_iter().flatten();
            let mut long = of_start.filter(|(needle, _)| needle.len() >= least);
            if let Some((_, what)) = long.find(|(needle, _)| rest.starts_with(needle)) {
                return Some(what);
            }
        }
        None
    }
}

/// Looks after M9.
pub(super) struct NobodyInClear {
    reading: Shared,
    answered: Answered,
    needles: Needles,
    lines: usize,
    records: u64,
}

impl NobodyInClear {
    pub(super) fn new(reading: Shared) -> Self {
        Self {
            reading,
            answered: Answered::default(),
            needles: Needles::default(),
            lines: 0,
            records: 0,
        }
    }

    fn look(&self, place: &str, (bytes, is_clear): (&[u8], bool), looks: &mut Looks) {
        let found = self.needles.find(bytes, is_clear);
        looks.hold(found.is_none(), || {
            format!("{place} holds the {}", found.unwrap_or_default())
        });
    }

    /// What was logged and refused since the last look.
    fn words(&mut self, view: &View<'_>, looks: &mut Looks) {
        let outside = view.outside;
        if self.needles.people != outside.people.len() {
            self.needles = Needles::of(&outside.people);
        }
        for line in outside.log.get(self.lines..).unwrap_or_default() {
            let text = line.text.as_bytes();
            let level = line.level;
            self.look(&format!("a log line ({level})"), (text, true), looks);
        }
        self.lines = outside.log.len();
        for (call, answer) in self.answered.news(outside) {
            for (name, value) in &answer.headers {
                let place = format!("the header {name} of an answer");
                self.look(&place, (value.as_bytes(), true), looks);
            }
            if answer.status >= 400 {
                let place = format!("the refusal of {} {}", call.method, answer.status);
                self.look(&place, (&answer.body, true), looks);
            }
        }
    }

    /// Every file, and the clear parts of records that came since.
    fn disk(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.look(
            "the metrics",
            (view.outside.metrics.as_bytes(), true),
            looks,
        );
        for path in view.disk.files() {
            let bytes = view.disk.bytes(&path).unwrap_or_default();
            let name = path.display().to_string();
            // A place that names somebody must not name him here as well.
            self.look("the name of a file", (name.as_bytes(), true), looks);
            self.look(&name, (&bytes, false), looks);
        }
        for entry in view.core.journal().scan(self.records + 1) {
            let Ok((_, record)) = entry else { return };
            self.records = record.sequence;
            let place = format!("the clear part of record {}", record.sequence);
            self.look(&place, (&record.clear, true), looks);
        }
    }
}

impl Checker for NobodyInClear {
    fn id(&self) -> &'static str {
        "M9"
    }

    fn after_step(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.words(view, looks);
    }

    fn after_reopening(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.words(view, looks);
        self.records = 0;
        self.disk(view, looks);
    }

    fn at_end(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.words(view, looks);
        self.disk(view, looks);
        self.reading.borrow_mut().follow(view, true);
    }
}

#[cfg(test)]
mod tests;
