//! Every dialect, whether a bank of the list speaks it or not.

use crate::desk::{dialects, listed};
use adapters::{BankAdapter, Book};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The bank in whose name a dialect is spoken that no bank speaks.
const STAND_IN: &str = "BOB";

/// One bank of each dialect: of the list, or a stand-in.
#[must_use]
pub fn every_dialect() -> Vec<&'static BankAdapter> {
    static SPOKEN: OnceLock<BTreeMap<&str, &BankAdapter>> = OnceLock::new();
    let spoken = SPOKEN.get_or_init(|| {
        let all: Vec<&BankAdapter> = listed().collect();
        // The first of a dialect is the last that is put in.
        let named = all.into_iter().rev().map(|bank| (bank.dialect(), bank));
        let mut spoken: BTreeMap<&str, &BankAdapter> = named.collect();
        for dialect in Book::built_in().expect("the book").dialects() {
            let name = dialect.dialect();
            spoken.entry(name).or_insert_with(|| stand_in(name));
        }
        spoken
    });
    spoken.values().copied().collect()
}

/// The dialects that no bank of the list speaks, each in the stand-in's name.
#[must_use]
pub fn unspoken() -> Vec<&'static BankAdapter> {
    let spoken = |name: &str| dialects().any(|own| own.dialect() == name);
    let mut all = every_dialect();
    all.retain(|own| !spoken(own.dialect()));
    all
}

fn stand_in(dialect: &str) -> &'static BankAdapter {
    let own = format!("dialects/{dialect}/dialect.toml");
    let files = Book::built_in_files().filter(|(path, _)| *path == own);
    let files = files.map(|(path, text)| (path, text.to_owned()));
    let preset = format!(
        "code = \"{STAND_IN}\"\ndialect = \"{dialect}\"\nevidence = \"synthetic\"\n\
         cut_off = \"17:00\"\n"
    );
    let files = files.chain([(format!("banks/{STAND_IN}/bank.toml"), preset)]);
    let book = Book::from_files(files).unwrap_or_else(|errors| panic!("{}", errors[0]));
    let book: &'static Book = Box::leak(Box::new(book));
    &book.adapters()[0]
}
