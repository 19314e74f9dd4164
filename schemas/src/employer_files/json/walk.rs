//! The walk over the object: head keys, lines, and what is neither.

use super::leaf::Leaf;
use super::place::Place;
use crate::employer_files::currency::{self, Currencies};
use crate::employer_files::raw::{
    Columns, RawHead, RawLine, Receiver, Stop, schema, schema_at, shown,
};
use crate::employer_files::template::{COLUMNS, Column, HEAD_KEYS, HeadKey};
use crate::finding::{Finding, FindingCode};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::collections::BTreeSet;
use std::fmt;
use std::rc::Rc;

/// Unknown keys that are named; more of them say nothing new.
const IGNORED_MAX: usize = 256;

/// Which part of the object this walk reads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// Everything, unless lines come before the head is whole.
    All,
    /// The head is known from the walk before.
    LinesOnly,
}

/// State over one or two walks.
pub(super) struct Walk<'t> {
    to: &'t mut dyn Receiver,
    pub(super) which: Which,
    pub(super) stop: Option<Stop>,
    head: RawHead,
    stated: Columns,
    head_given: bool,
    lines_seen: bool,
    lines_wait: bool,
    /// The second walk has read them; a second array is reported already.
    lines_read: bool,
    ignored: BTreeSet<String>,
    currencies: Currencies,
    row: u32,
    /// Where the parser of this walk stands.
    pub(super) place: Rc<Place>,
}

impl<'t> Walk<'t> {
    pub(super) fn new(to: &'t mut dyn Receiver) -> Self {
        Self {
            to,
            which: Which::All,
            stop: None,
            head: RawHead::default(),
            stated: Columns::default(),
            head_given: false,
            lines_seen: false,
            lines_wait: false,
            lines_read: false,
            ignored: BTreeSet::new(),
            currencies: Currencies::default(),
            row: 0,
            place: Rc::default(),
        }
    }

    /// Lines stood before the head was whole; another walk must read them.
    pub(super) fn lines_wait(&self) -> bool {
        self.lines_wait
    }

    /// Every required key has come: what may follow leaves the head as it is.
    pub(super) fn head_suffices(&self) -> bool {
        let mut required = HeadKey::REQUIRED.into_iter();
        required.all(|key| self.stated.has(key as usize))
    }

    /// The end of the object.
    pub(super) fn end(&mut self) -> Result<(), Stop> {
        self.give_head()?;
        if self.lines_seen {
            return Ok(());
        }
        let finding = Finding::of_file(FindingCode::MissingField).field("lines");
        self.to.finding(finding.with("element", "lines"))
    }

    /// A structure finding, with the place where the parser met it.
    fn structure(&mut self, finding: Finding) -> Result<(), Stop> {
        let finding = self.place.of(finding);
        self.to.finding(finding)
    }

    fn give_head(&mut self) -> Result<(), Stop> {
        if std::mem::replace(&mut self.head_given, true) {
            return Ok(());
        }
        self.to.head(&self.head)
    }

    fn head_value(&mut self, name: &str, leaf: Leaf) -> Result<(), Stop> {
        let in_fen = matches!(name, "total_fen" | "total_amount_fen");
        let key = if in_fen {
            Some(HeadKey::TotalAmount)
        } else {
            HeadKey::parse(name)
        };
        let Some(key) = key else {
            return self.unknown(name, &leaf, 0).map(drop);
        };
        if self.stated.has(key as usize) {
            return self.structure(schema("stated_twice").field(key.key()));
        }
        self.stated.add(key as usize);
        match leaf {
            Leaf::Absent => Ok(()),
            Leaf::Text(text) => {
                self.head.total_in_fen |= in_fen;
                self.head.fields[key as usize] = text;
                Ok(())
            }
            Leaf::Other(_) => {
                self.head.broken.add(key as usize);
                self.structure(schema("form").field(key.key()))
            }
        }
    }

    /// A key that is none of the template's; true where it refuses the line that it stands in.
    fn unknown(&mut self, name: &str, leaf: &Leaf, row: u32) -> Result<bool, Stop> {
        if currency::is_title(name) {
            return match leaf {
                Leaf::Absent => Ok(false),
                Leaf::Text(text) => self.currencies.refuses(text, row, self.to),
                Leaf::Other(_) => self.currencies.refuses("…", row, self.to),
            };
        }
        let new = self.ignored.len() < IGNORED_MAX && !self.ignored.contains(name);
        if !new || !leaf.carries_data() {
            return Ok(false);
        }
        self.ignored.insert(name.to_owned());
        let finding = Finding::of_file(FindingCode::FieldIgnored).value(shown(name));
        self.to.finding(finding.with("element", shown(name)))?;
        Ok(false)
    }

    fn line(&mut self, texts: &Texts) -> Result<(), Stop> {
        let mut line = RawLine {
            row: self.row,
            in_fen: texts.in_fen,
            broken: texts.broken,
            damaged: texts.damaged,
            absent: texts.absent,
            ..RawLine::default()
        };
        for (field, text) in line.fields.iter_mut().zip(&texts.texts) {
            *field = text;
        }
        self.to.line(&line)
    }

    /// Keeps our reason where the parser's error can't carry it.
    fn keep<E: Error>(&mut self, done: Result<(), Stop>) -> Result<(), E> {
        done.map_err(|stop| {
            self.stop = Some(stop);
            E::custom("stopped")
        })
    }
}

impl<'de> DeserializeSeed<'de> for &mut Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<(), D::Error> {
        parser.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if name == "lines" {
                let again =
                    self.which == Which::All && std::mem::replace(&mut self.lines_seen, true);
                if again {
                    let finding = self.structure(schema("stated_twice").field("lines"));
                    self.keep(finding)?;
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
                if std::mem::replace(&mut self.lines_read, self.which == Which::LinesOnly) {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
                let whole = (0..HEAD_KEYS).all(|key| self.stated.has(key));
                if whole || self.which == Which::LinesOnly {
                    let given = self.give_head();
                    self.keep(given)?;
                    map.next_value_seed(Lines(self))?;
                } else {
                    self.lines_wait = true;
                    map.next_value::<IgnoredAny>()?;
                }
            } else if self.which == Which::LinesOnly {
                map.next_value::<IgnoredAny>()?;
            } else {
                let raw = map.next_value::<Box<RawValue>>()?;
                let done = self.head_value(&name, Leaf::of(&raw));
                self.keep(done)?;
            }
        }
        Ok(())
    }
}

/// The array of lines.
struct Lines<'w, 't>(&'w mut Walk<'t>);

impl<'de> DeserializeSeed<'de> for Lines<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<(), D::Error> {
        parser.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Lines<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of lines")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut lines: A) -> Result<(), A::Error> {
        let mut texts = Texts::default();
        loop {
            self.0.row = self.0.row.saturating_add(1);
            texts.clear();
            let seed = Line {
                walk: &mut *self.0,
                texts: &mut texts,
            };
            if lines.next_element_seed(seed)?.is_none() {
                return Ok(());
            }
            let done = self.0.line(&texts);
            self.0.keep(done)?;
        }
    }
}

/// The texts of one line, reused from line to line.
#[derive(Default)]
struct Texts {
    texts: [String; COLUMNS],
    stated: Columns,
    in_fen: Columns,
    /// Values of the wrong type.
    damaged: Columns,
    /// Values that the reader itself has refused.
    absent: Columns,
    broken: bool,
}

impl Texts {
    fn clear(&mut self) {
        self.texts.iter_mut().for_each(String::clear);
        (self.stated, self.in_fen) = Default::default();
        (self.damaged, self.absent) = Default::default();
        self.broken = false;
    }
}

struct Line<'w, 't, 'x> {
    walk: &'w mut Walk<'t>,
    texts: &'x mut Texts,
}

impl Line<'_, '_, '_> {
    fn value(&mut self, name: &str, leaf: Leaf) -> Result<(), Stop> {
        let in_fen = match name {
            "amount_fen" => Some(Column::Amount),
            "gross_amount_fen" => Some(Column::GrossAmount),
            _ => None,
        };
        let Some(column) = in_fen.or_else(|| Column::parse(name)) else {
            let row = self.walk.row;
            self.texts.broken |= self.walk.unknown(name, &leaf, row)?;
            return Ok(());
        };
        let row = self.walk.row;
        if self.texts.stated.has(column as usize) {
            self.texts.broken = true;
            let finding = schema_at("stated_twice", row).field(column.key());
            return self.walk.structure(finding);
        }
        match leaf {
            Leaf::Absent => Ok(()),
            Leaf::Text(text) => {
                self.texts.stated.add(column as usize);
                if in_fen.is_some() {
                    self.texts.in_fen.add(column as usize);
                }
                self.texts.texts[column as usize] = text;
                Ok(())
            }
            // No other finding is about the type of a free text.
            Leaf::Other(_) if matches!(column, Column::Name | Column::Memo) => {
                self.texts.stated.add(column as usize);
                self.texts.absent.add(column as usize);
                self.texts.broken = true;
                let finding = schema_at("form", row).field(column.key());
                self.walk.structure(finding)
            }
            Leaf::Other(begin) => {
                self.texts.stated.add(column as usize);
                self.texts.damaged.add(column as usize);
                self.texts.texts[column as usize] = begin;
                Ok(())
            }
        }
    }

    /// An element that is no object.
    fn no_object<E: Error>(self) -> Result<(), E> {
        self.texts.broken = true;
        // Nothing of it can be read, which is one finding.
        (0..COLUMNS).for_each(|column| self.texts.absent.add(column));
        let finding = schema_at("form", self.walk.row).field("lines");
        let done = self.walk.structure(finding.with("expected", "{…}"));
        self.walk.keep(done)
    }
}

impl<'de> DeserializeSeed<'de> for Line<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<(), D::Error> {
        parser.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Line<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a line")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            let raw = map.next_value::<Box<RawValue>>()?;
            let done = self.value(&name, Leaf::of(&raw));
            self.walk.keep(done)?;
        }
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.no_object()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.no_object()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.no_object()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.no_object()
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        self.no_object()
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.no_object()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        self.no_object()
    }
}
