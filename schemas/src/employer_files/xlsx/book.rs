//! What a workbook says outside its sheets: which of them can be seen, which
//! styles are dates or percents, and the shared texts.

use super::archive::Archive;
use super::part::{Part, attribute, walk};
use crate::employer_files::raw::{Stop, size};
use crate::finding::{Finding, FindingCode};
use quick_xml::events::BytesStart;
use std::collections::{BTreeMap, BTreeSet};

/// Bytes of all shared texts: a million lines have some 100 MB.
const STRINGS_MAX: usize = 256 << 20;

/// Shared texts: a sheet of 1,048,576 rows with a text of its own in each of 16 cells.
const STRINGS_COUNT_MAX: usize = 16 << 20;

/// Sheets that are looked at.
pub(super) const SHEETS_MAX: usize = 64;

/// Parts that the workbook refers to; the container has at most 256 of them.
const RELATIONS_MAX: usize = 1024;

/// Cell formats, and formats of numbers; a spreadsheet's own limit is 65,490.
const FORMATS_MAX: usize = 1 << 16;

/// Where things are, and what the sheet refers to.
pub(super) struct Book {
    /// Title and part of each visible sheet, in order.
    pub(super) sheets: Vec<(String, String)>,
    /// Visible sheets that are not looked at, because there are so many.
    pub(super) beyond: Beyond,
    pub(super) from_1904: bool,
    pub(super) styles: Styles,
    pub(super) strings: Strings,
}

/// Name of the part that lists the sheets.
pub(super) const WORKBOOK: &str = "xl/workbook.xml";

impl Book {
    /// Reads everything but the sheet; `None` where no sheet can be seen.
    pub(super) fn read(archive: &mut Archive<'_>) -> Result<Option<Self>, Stop> {
        let mut sheets = Sheets::default();
        walk(archive, WORKBOOK, &mut sheets)?;
        let mut relations = Relations::default();
        walk(archive, "xl/_rels/workbook.xml.rels", &mut relations)?;
        let visible = sheets.visible.into_iter().enumerate();
        let visible = visible.filter_map(|(at, (title, id))| {
            let part = relations.by_id.get(&id).cloned()?;
            // The first must be there; what is read instead of it is another month.
            (at == 0 || archive.has(&part)).then_some((title, part))
        });
        let visible: Vec<_> = visible.collect();
        if visible.is_empty() {
            return Ok(None);
        }
        let mut styles = Styles::default();
        if let Some(name) = relations.kind("/styles").filter(|name| archive.has(name)) {
            walk(archive, &name, &mut styles)?;
        }
        let mut strings = Strings::default();
        if let Some(name) = relations
            .kind("/sharedStrings")
            .filter(|name| archive.has(name))
        {
            walk(archive, &name, &mut strings)?;
        }
        Ok(Some(Self {
            sheets: visible,
            beyond: sheets.beyond,
            from_1904: sheets.from_1904,
            styles,
            strings,
        }))
    }
}

/// More of an element than a workbook has.
fn too_many(element: &str, limit: usize) -> Stop {
    let finding = Finding::of_file(FindingCode::TooLarge).with("reason", "unpacked");
    finding.with("limit", format!("{limit} {element}")).into()
}

/// Visible sheets after the first [`SHEETS_MAX`].
#[derive(Default)]
pub(super) struct Beyond {
    pub(super) count: usize,
    /// Title of the first of them.
    pub(super) first: String,
}

#[derive(Default)]
struct Sheets {
    /// Title and relation.
    visible: Vec<(String, String)>,
    beyond: Beyond,
    from_1904: bool,
}

impl Part for Sheets {
    fn start(&mut self, name: &str, tag: &BytesStart<'_>) -> Result<(), Stop> {
        let visible = |tag| {
            !matches!(
                attribute(tag, "state").as_deref(),
                Some("hidden" | "veryHidden")
            )
        };
        match name {
            "sheet" if visible(tag) => {
                let Some(id) = attribute(tag, "id") else {
                    return Ok(());
                };
                let title = attribute(tag, "name").unwrap_or_default();
                if self.visible.len() < SHEETS_MAX {
                    self.visible.push((title, id));
                } else {
                    if self.beyond.count == 0 {
                        self.beyond.first = title;
                    }
                    self.beyond.count += 1;
                }
            }
            "workbookPr" => {
                let base = attribute(tag, "date1904");
                self.from_1904 = matches!(base.as_deref(), Some("1" | "true"));
            }
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, _: &str) -> Result<(), Stop> {
        Ok(())
    }

    fn end(&mut self, _: &str) -> Result<(), Stop> {
        Ok(())
    }
}

#[derive(Default)]
struct Relations {
    by_id: BTreeMap<String, String>,
    kinds: Vec<(String, String)>,
}

impl Relations {
    fn kind(&self, end: &str) -> Option<String> {
        let found = self.kinds.iter().find(|(kind, _)| kind.ends_with(end));
        found.map(|(_, target)| target.clone())
    }
}

impl Part for Relations {
    fn start(&mut self, name: &str, tag: &BytesStart<'_>) -> Result<(), Stop> {
        let outside = attribute(tag, "TargetMode").as_deref() == Some("External");
        let (Some(id), Some(target)) = (attribute(tag, "Id"), attribute(tag, "Target")) else {
            return Ok(());
        };
        if name == "Relationship" && !outside {
            let target = match target.strip_prefix('/') {
                Some(absolute) => absolute.to_owned(),
                None => format!("xl/{target}"),
            };
            if self.kinds.len() >= RELATIONS_MAX {
                return Err(too_many("Relationship", RELATIONS_MAX));
            }
            let kind = attribute(tag, "Type").unwrap_or_default();
            self.kinds.push((kind, target.clone()));
            self.by_id.insert(id, target);
        }
        Ok(())
    }

    fn text(&mut self, _: &str) -> Result<(), Stop> {
        Ok(())
    }

    fn end(&mut self, _: &str) -> Result<(), Stop> {
        Ok(())
    }
}

/// Which cell formats show something else than the number.
#[derive(Default)]
pub(super) struct Styles {
    number_formats: usize,
    own_dates: BTreeSet<u32>,
    own_percents: BTreeSet<u32>,
    in_cell_formats: bool,
    dates: Vec<bool>,
    percents: Vec<bool>,
}

impl Styles {
    /// Whether the cell format of this number shows a date.
    pub(super) fn is_date(&self, style: usize) -> bool {
        self.dates.get(style).copied().unwrap_or(false)
    }

    /// Whether the cell format of this number shows a hundredfold.
    pub(super) fn is_percent(&self, style: usize) -> bool {
        self.percents.get(style).copied().unwrap_or(false)
    }
}

impl Part for Styles {
    fn start(&mut self, name: &str, tag: &BytesStart<'_>) -> Result<(), Stop> {
        let id = || attribute(tag, "numFmtId").and_then(|id| id.parse::<u32>().ok());
        match name {
            "numFmt" if self.number_formats >= FORMATS_MAX => {
                return Err(too_many("numFmt", FORMATS_MAX));
            }
            "numFmt" => {
                self.number_formats += 1;
                let code = attribute(tag, "formatCode").unwrap_or_default();
                if let Some(id) = id().filter(|_| shows(&code, DATE)) {
                    self.own_dates.insert(id);
                }
                if let Some(id) = id().filter(|_| shows(&code, &['%'])) {
                    self.own_percents.insert(id);
                }
            }
            "cellXfs" => self.in_cell_formats = true,
            "xf" if self.in_cell_formats && self.dates.len() >= FORMATS_MAX => {
                return Err(too_many("xf", FORMATS_MAX));
            }
            "xf" if self.in_cell_formats => {
                let id = id().unwrap_or(0);
                // The dates among the formats that every program knows by number.
                let known = matches!(id, 14..=17 | 22 | 27..=31 | 36 | 50..=58);
                self.dates.push(known || self.own_dates.contains(&id));
                let known = matches!(id, 9 | 10);
                self.percents.push(known || self.own_percents.contains(&id));
            }
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, _: &str) -> Result<(), Stop> {
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), Stop> {
        if name == "cellXfs" {
            self.in_cell_formats = false;
        }
        Ok(())
    }
}

/// A day or a year.
const DATE: &[char] = &['y', 'Y', 'd', 'D', 'e', '年'];

/// Whether one of these stands outside quotes and brackets. The code comes as it stands in the
/// attribute.
fn shows(code: &str, signs: &[char]) -> bool {
    let code = code.replace("&quot;", "\"");
    let (mut quoted, mut bracketed) = (false, false);
    code.chars().any(|character| {
        match character {
            '"' => quoted = !quoted,
            '[' => bracketed = true,
            ']' => bracketed = false,
            sign if signs.contains(&sign) => return !quoted && !bracketed,
            _ => {}
        }
        false
    })
}

/// The shared texts, one after the other.
#[derive(Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<u32>,
    /// Inside `t`, which holds the text, and not inside `rPh`, which says how to pronounce it.
    in_text: bool,
    in_phonetic: bool,
}

impl Strings {
    /// A text by its number.
    pub(super) fn text_of(&self, number: usize) -> Option<&str> {
        let end = *self.ends.get(number)? as usize;
        let start = match number.checked_sub(1) {
            Some(before) => *self.ends.get(before)? as usize,
            None => 0,
        };
        self.text.get(start..end)
    }
}

impl Part for Strings {
    fn start(&mut self, name: &str, _: &BytesStart<'_>) -> Result<(), Stop> {
        match name {
            "t" => self.in_text = true,
            "rPh" => self.in_phonetic = true,
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Stop> {
        if !self.in_text || self.in_phonetic {
            return Ok(());
        }
        if self.text.len() + text.len() > STRINGS_MAX {
            let finding = Finding::of_file(FindingCode::TooLarge).with("reason", "unpacked");
            return Err(finding.with("limit", size(STRINGS_MAX as u64)).into());
        }
        self.text.push_str(text);
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), Stop> {
        match name {
            "t" => self.in_text = false,
            "rPh" => self.in_phonetic = false,
            "si" if self.ends.len() >= STRINGS_COUNT_MAX => {
                return Err(too_many("si", STRINGS_COUNT_MAX));
            }
            "si" => self.ends.push(self.text.len() as u32),
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
