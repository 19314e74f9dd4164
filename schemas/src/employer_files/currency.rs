//! The currency, where a file names one: wages are paid in CNY only (INTERFACE section 3).

use super::raw::{Receiver, Stop, shown};
use super::template::normal;
use crate::finding::{Finding, FindingCode};
use std::collections::BTreeSet;

/// Bytes of the longest title that can be one of the currency.
const TITLE_MAX: usize = 64;
/// Different currencies that are named; more of them say nothing new.
const NAMED_MAX: usize = 64;

/// Whether a title of a column or a key names the currency.
pub(super) fn is_title(title: &str) -> bool {
    let known = |title: &str| matches!(title, "币种" | "币别" | "货币" | "currency" | "ccy");
    title.len() <= TITLE_MAX && known(&normal(title))
}

/// As people write it; an empty field is an absent one.
fn is_cny(text: &str) -> bool {
    let text = text.trim();
    let letters = ["CNY", "RMB"];
    matches!(text, "" | "人民币" | "156")
        || letters.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// The currencies that were refused, each said once.
#[derive(Default)]
pub(super) struct Currencies(BTreeSet<String>);

impl Currencies {
    /// Whether a text is another currency than CNY; the first time of each is a finding of the
    /// file that names the row.
    pub(super) fn refuses(
        &mut self,
        text: &str,
        row: u32,
        to: &mut dyn Receiver,
    ) -> Result<bool, Stop> {
        if is_cny(text) {
            return Ok(false);
        }
        let named = shown(text);
        if self.0.len() < NAMED_MAX && self.0.insert(named.clone()) {
            let finding = Finding::of_file(FindingCode::CurrencyNotSupported).field("currency");
            let finding = finding.value(named.clone()).with("found", named);
            let placed = finding.clone().with("first_row", row);
            to.finding(if row == 0 { finding } else { placed })?;
        }
        Ok(true)
    }
}
