//! The book: every dialect and preset, compiled in and read once; or from files elsewhere, by the
//! same checks.

use super::resolve::{self, Source};
use super::{DefinitionError, Preset};
use crate::adapter::BankAdapter;
use include_dir::{Dir, DirEntry, include_dir};
use schemas::BankCode;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

static DIALECTS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/dialects");
static BANKS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/banks");
static BUILT_IN: OnceLock<Result<Book, DefinitionError>> = OnceLock::new();

/// Every bank's adapter, in the order of the codes, and the dialects that they speak.
#[derive(Debug)]
pub struct Book {
    adapters: Vec<BankAdapter>,
    dialects: Vec<BankAdapter>,
}

impl Book {
    /// The book in the binary, read at the first call.
    ///
    /// # Errors
    /// The first definition that is refused.
    pub fn built_in() -> Result<&'static Self, DefinitionError> {
        let book = BUILT_IN.get_or_init(|| {
            Self::from_files(Self::built_in_files()).map_err(|errors| {
                let nothing = DefinitionError {
                    file: "dialects".to_owned(),
                    line: 1,
                    what: "no definition".to_owned(),
                };
                errors.into_iter().next().unwrap_or(nothing)
            })
        });
        book.as_ref().map_err(Clone::clone)
    }

    /// The definitions in the binary, as [`Book::from_files`] takes them.
    pub fn built_in_files() -> impl Iterator<Item = (String, &'static str)> {
        definitions(&DIALECTS, "dialects").chain(definitions(&BANKS, "banks"))
    }

    /// A book from files: `(path, text)`, paths as `dialects/<name>/dialect.toml` and
    /// `banks/<CODE>/bank.toml`.
    ///
    /// # Errors
    /// Every definition that is refused, with each reason; but for a bank whose dialect is.
    pub fn from_files<P: AsRef<str>, T: AsRef<str>>(
        files: impl IntoIterator<Item = (P, T)>,
    ) -> Result<Self, Vec<DefinitionError>> {
        let mut dialects = BTreeMap::new();
        let mut presets = Vec::new();
        let mut errors: Vec<DefinitionError> = Vec::new();
        let mut refused = BTreeSet::new();
        for (path, text) in files {
            let (file, text) = (path.as_ref().to_owned(), text.as_ref().to_owned());
            if file.ends_with("bank.toml") {
                presets.push((file, text));
                continue;
            }
            let source = Source {
                file: &file,
                text: &text,
            };
            match resolve::dialect(source) {
                Ok(resolved) => {
                    let name = resolved.dialect.name.get_ref().clone();
                    dialects.insert(name, Arc::new(resolved));
                }
                Err(wrong) => {
                    refused.insert(source.folder().to_owned());
                    errors.extend(wrong);
                }
            }
        }
        let mut adapters = Vec::new();
        for (file, text) in &presets {
            // It is refused for its dialect, which has been told.
            if speaks_one_of(&refused, text) {
                continue;
            }
            match resolve::bank(Source { file, text }, &dialects) {
                Ok(adapter) => adapters.push(adapter),
                Err(wrong) => errors.extend(wrong),
            }
        }
        adapters.sort_by_key(BankAdapter::code);
        if errors.is_empty() {
            let alone = dialects.values().filter_map(|own| resolve::alone(own));
            let dialects = alone.collect();
            Ok(Self { adapters, dialects })
        } else {
            Err(errors)
        }
    }

    /// Every adapter, in the order of the codes.
    #[must_use]
    pub fn adapters(&self) -> &[BankAdapter] {
        &self.adapters
    }

    /// Every dialect as it is, without what a bank changes, in the order of the names: to be
    /// explained and shown, not to be sent with. Its bank code says nothing.
    #[must_use]
    pub fn dialects(&self) -> &[BankAdapter] {
        &self.dialects
    }

    /// One of them by its name.
    #[must_use]
    pub fn dialect(&self, name: &str) -> Option<&BankAdapter> {
        self.dialects.iter().find(|own| own.dialect() == name)
    }

    /// What is written beside the built-in definitions: `dialects/<name>/README.md`,
    /// `banks/<CODE>/NOTES.md`.
    #[must_use]
    pub fn paper(path: &str) -> Option<&'static str> {
        let (root, rest) = path.split_once('/')?;
        let folder = match root {
            "dialects" => &DIALECTS,
            "banks" => &BANKS,
            _ => return None,
        };
        folder.get_file(rest)?.contents_utf8()
    }

    /// The golden messages of a built-in dialect, by name.
    #[must_use]
    pub fn samples(dialect: &str) -> BTreeMap<&'static str, &'static [u8]> {
        let folder = DIALECTS.get_dir(format!("{dialect}/samples"));
        let files = folder.into_iter().flat_map(Dir::files);
        let named = files.filter_map(|file| {
            let name = file.path().file_name()?.to_str()?;
            Some((name, file.contents()))
        });
        named.collect()
    }

    /// The adapter of each dialect of every bank, in the order of the codes: of a bank that takes
    /// rows to other banks by a second dialect, two.
    pub fn by_dialect(&self) -> impl Iterator<Item = &BankAdapter> {
        self.adapters.iter().flat_map(BankAdapter::by_dialect)
    }

    /// The adapter of a bank.
    #[must_use]
    pub fn adapter(&self, code: BankCode) -> Option<&BankAdapter> {
        let found = self.adapters.binary_search_by_key(&code, BankAdapter::code);
        found.ok().and_then(|at| self.adapters.get(at))
    }
}

/// Whether a preset names one of these dialects.
fn speaks_one_of(names: &BTreeSet<String>, text: &str) -> bool {
    let preset = Some(text).filter(|_| !names.is_empty());
    let preset = preset.and_then(|text| toml::from_str::<Preset>(text).ok());
    preset.is_some_and(|preset| {
        let named = [Some(preset.dialect), preset.other_dialect];
        { named.into_iter().flatten() }.any(|name| names.contains(name.get_ref()))
    })
}

fn definitions(
    folder: &'static Dir<'static>,
    root: &'static str,
) -> impl Iterator<Item = (String, &'static str)> {
    let folders = folder.entries().iter().filter_map(DirEntry::as_dir);
    let files = folders.flat_map(Dir::files);
    files.filter_map(move |file| {
        let name = file.path().file_name()?.to_str()?;
        if name != "dialect.toml" && name != "bank.toml" {
            return None;
        }
        let path = format!("{root}/{}", file.path().to_str()?);
        Some((path, file.contents_utf8().unwrap_or_default()))
    })
}
