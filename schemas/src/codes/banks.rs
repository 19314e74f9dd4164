//! The banks and the names by which they are found: the 57 of the list, and those whose folder in
//! `adapters/banks` says itself who they are.

use super::CodesError;
use super::list::{Day, ListFile};
use crate::value::{BankCode, CnapsCode, narrow};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::{LazyLock, OnceLock};
use time::Date;

pub(super) const FILE: ListFile = ListFile {
    name: "banks.toml",
    text: include_str!("../../codes/banks.toml"),
};

/// `[[bank]]` rows of the folders that have an `[identity]`, gathered by the build script.
const IDENTITIES: ListFile = ListFile {
    name: "adapters/banks/*/bank.toml",
    text: include_str!(concat!(env!("OUT_DIR"), "/identities.toml")),
};

static BOOK: LazyLock<Option<Book>> = LazyLock::new(|| Book::load(Vec::new()).ok());
/// The list with the banks of [`add_banks`].
static WIDER: OnceLock<Book> = OnceLock::new();

fn book() -> Option<&'static Book> {
    WIDER.get().or(BOOK.as_ref())
}

/// Adds the banks of a book that was read from a folder, for this process. Call it before files
/// are read, once.
///
/// # Errors
/// A code, name or number that another bank has; banks that were added before.
pub fn add_banks(further: Vec<Bank>) -> Result<(), CodesError> {
    let book = Book::load(further)?;
    let added = WIDER.set(book);
    added.map_err(|_| FILE.wrong("banks were added before"))
}

/// One bank.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Row")]
pub struct Bank {
    /// Our code.
    pub code: BankCode,
    /// Legal name in Chinese.
    pub name_zh: String,
    /// Legal name in English.
    pub name_en: String,
    /// Short names by which clerks write it (工行, 工商银行).
    pub short_names: Vec<String>,
    /// state, joint_stock, city, private, foreign or rural.
    pub kind: String,
    /// First three digits of its bank numbers.
    pub cnaps_class: String,
    /// Head-office bank number, where known.
    pub cnaps_code: Option<CnapsCode>,
    /// SWIFT code, where it has one.
    pub bic: Option<String>,
    /// Group of card prefixes, where it has one. The rural banks of Zhejiang share one.
    pub bin_group: Option<String>,
    /// First day on which it is of the list; `None`: since the list begins.
    pub effective_from: Option<Date>,
    /// Last day on which it is of the list; `None`: no end is known.
    pub effective_until: Option<Date>,
}

const KINDS: [&str; 6] = [
    "state",
    "joint_stock",
    "city",
    "private",
    "foreign",
    "rural",
];

impl Bank {
    /// Whether the bank is of the list on `date`.
    #[must_use]
    pub fn in_effect(&self, date: Date) -> bool {
        self.effective_from.is_none_or(|first| first <= date)
            && self.effective_until.is_none_or(|last| date <= last)
    }

    /// Whether kind, class, head office and BIC are such as a bank of the list has.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn check(&self) -> Result<(), String> {
        let class = &self.cnaps_class;
        if class.len() != 3 || !class.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!("{}: a class has three digits", self.code));
        }
        if self
            .cnaps_code
            .is_some_and(|number| number.class() != class)
        {
            return Err(format!(
                "{}: the head office is of another class",
                self.code
            ));
        }
        if !KINDS.contains(&self.kind.as_str()) {
            return Err(format!("{} is not a kind of bank: {KINDS:?}", self.kind));
        }
        if self.bic.as_ref().is_some_and(|bic| bic.len() != 8) {
            return Err(format!("{}: a BIC has 8 characters here", self.code));
        }
        Ok(())
    }
}

/// All banks: the 57 in the order of the list, then those that their folders add.
#[must_use]
pub fn banks() -> &'static [Bank] {
    book().map_or(&[], |book| &book.banks)
}

/// The banks of the list alone, in its order: those that this repository ships, without what a
/// folder adds.
#[must_use]
pub fn listed_banks() -> &'static [Bank] {
    let listed = book().and_then(|book| book.banks.get(..book.listed));
    listed.unwrap_or_default()
}

/// The banks that are of the list on `date`, in its order.
pub fn banks_in_effect(date: Date) -> impl Iterator<Item = &'static Bank> {
    banks().iter().filter(move |bank| bank.in_effect(date))
}

/// The bank of a code.
#[must_use]
pub fn bank(code: BankCode) -> Option<&'static Bank> {
    let book = book()?;
    book.at(*book.by_code.get(&code)?)
}

/// The bank that a clerk's text names: a code, a legal name or a known short name. White space,
/// letter case, full-width forms and the company suffix (股份有限公司, Co., Ltd.) do not count.
/// A branch's name is not a bank's: nothing is guessed from a part.
#[must_use]
pub fn bank_by_text(text: &str) -> Option<&'static Bank> {
    let book = book()?;
    if let Some(at) = book.by_text.get(text.trim()) {
        return book.at(*at);
    }
    // The longest name has 60 letters; a longer text is none and is not worth folding.
    if text.len() > NAME_BYTES_MAX {
        return None;
    }
    let folded = fold(text);
    let found = book.by_text.get(folded.as_str());
    book.at(*found.or_else(|| book.by_text.get(without_suffix(&folded)))?)
}

/// The bank of a BIC: 8 characters, or 11 with a branch, in any letter case.
#[must_use]
pub fn bank_by_bic(bic: &str) -> Option<&'static Bank> {
    let bic = bic.trim();
    if !matches!(bic.len(), 8 | 11) || !bic.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let institution = bic.get(..8)?;
    banks().iter().find(|bank| {
        let own = bank.bic.as_deref().unwrap_or_default();
        own.eq_ignore_ascii_case(institution)
    })
}

/// The bank of a bank number: its head office's, or any number of a class that one bank of the
/// list has for itself. City, rural and private banks share their classes.
#[must_use]
pub fn bank_by_cnaps(number: &CnapsCode) -> Option<&'static Bank> {
    let book = book()?;
    let head_office = book.by_head_office.get(number);
    book.at(*head_office.or_else(|| book.by_class.get(number.class()))?)
}

/// The bank that issues the cards of a group, `None` where several banks share it.
#[must_use]
pub fn bank_by_bin_group(group: &str) -> Option<&'static Bank> {
    let of_group = |bank: &&Bank| bank.bin_group.as_deref() == Some(group);
    let mut found = banks().iter().filter(of_group);
    found.next().filter(|_| found.next().is_none())
}

/// Bytes beyond which a text is no bank's name.
const NAME_BYTES_MAX: usize = 256;

/// Classes that name a kind of bank, even where our list has one bank of the kind: 313 city,
/// 314 and 402 rural, 317 cooperative, 320 village, 322 and 323 private.
const SHARED_CLASSES: [&str; 7] = ["313", "314", "317", "320", "322", "323", "402"];

pub(super) struct Book {
    banks: Vec<Bank>,
    /// How many of them, from the first, are of the list.
    listed: usize,
    by_code: BTreeMap<BankCode, usize>,
    by_text: HashMap<String, usize>,
    by_head_office: BTreeMap<CnapsCode, usize>,
    by_class: BTreeMap<String, usize>,
}

impl Book {
    pub fn load(further: Vec<Bank>) -> Result<Self, CodesError> {
        let rows: Rows = FILE.rows()?;
        let identities: Rows = IDENTITIES.rows()?;
        let mut book = Self {
            listed: rows.bank.len(),
            banks: [rows.bank, identities.bank, further].concat(),
            by_code: BTreeMap::new(),
            by_text: HashMap::new(),
            by_head_office: BTreeMap::new(),
            by_class: BTreeMap::new(),
        };
        for at in 0..book.banks.len() {
            book.enter(at)?;
        }
        Ok(book)
    }

    fn at(&self, at: usize) -> Option<&Bank> {
        self.banks.get(at)
    }

    fn enter(&mut self, at: usize) -> Result<(), CodesError> {
        let Some(bank) = self.banks.get(at) else {
            return Ok(());
        };
        if self.by_code.insert(bank.code, at).is_some() {
            return Err(FILE.wrong(format!("{} stands twice", bank.code)));
        }
        if let Some(number) = bank.cnaps_code
            && self.by_head_office.insert(number, at).is_some()
        {
            return Err(FILE.wrong(format!("{number} is the head office of two banks")));
        }
        let own_class = !SHARED_CLASSES.contains(&bank.cnaps_class.as_str());
        if own_class && self.by_class.insert(bank.cnaps_class.clone(), at).is_some() {
            return Err(FILE.wrong(format!("class {} is of two banks", bank.cnaps_class)));
        }
        let names = [bank.code.as_str(), &bank.name_zh, &bank.name_en];
        let short_names = bank.short_names.iter().map(String::as_str);
        for name in names.into_iter().chain(short_names) {
            let folded = fold(name);
            let stem = without_suffix(&folded).to_owned();
            for key in [name.to_owned(), folded, stem] {
                let before = self.by_text.insert(key, at);
                if before.is_some_and(|other| other != at) {
                    return Err(FILE.wrong(format!("{name} names two banks")));
                }
            }
        }
        Ok(())
    }
}

/// Drops white space, makes full-width letters and marks half-width and letters capital.
fn fold(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_whitespace())
        .map(|character| narrow(character).to_ascii_uppercase())
        .collect()
}

/// The folded name without the words for a company; longer ones first.
fn without_suffix(folded: &str) -> &str {
    const SUFFIXES: [&str; 14] = [
        "股份有限公司",
        "有限责任公司",
        "有限公司",
        "CORPORATIONLIMITED",
        "COMPANYLIMITED",
        "CORPORATION",
        "CORP.,LTD.",
        "CO.,LIMITED",
        "CO.,LTD.",
        "CO.,LTD",
        "CO.LTD.",
        "CO.LTD",
        "LIMITED",
        "LTD.",
    ];
    SUFFIXES
        .iter()
        .find_map(|suffix| folded.strip_suffix(suffix))
        .filter(|stem| !stem.is_empty())
        .unwrap_or(folded)
}

#[derive(Deserialize)]
struct Rows {
    #[serde(default)]
    bank: Vec<Bank>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    code: String,
    name_zh: String,
    name_en: String,
    #[serde(default)]
    short_names: Vec<String>,
    kind: String,
    cnaps_class: String,
    cnaps_code: Option<String>,
    bic: Option<String>,
    bin_group: Option<String>,
    effective_from: Option<Day>,
    effective_until: Option<Day>,
}

impl TryFrom<Row> for Bank {
    type Error = String;

    fn try_from(row: Row) -> Result<Self, Self::Error> {
        let cnaps_code = row
            .cnaps_code
            .map(|number| CnapsCode::parse(&number).map_err(|why| format!("{number}: {why}")))
            .transpose()?;
        let bank = Self {
            code: BankCode::parse(&row.code).map_err(|why| format!("{}: {why}", row.code))?,
            name_zh: row.name_zh,
            name_en: row.name_en,
            short_names: row.short_names,
            kind: row.kind,
            cnaps_class: row.cnaps_class,
            cnaps_code,
            bic: row.bic,
            bin_group: row.bin_group,
            effective_from: row.effective_from.map(|day| day.0),
            effective_until: row.effective_until.map(|day| day.0),
        };
        bank.check()?;
        Ok(bank)
    }
}
