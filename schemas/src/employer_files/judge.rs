//! One judge for the lines of every format: borrowed texts in, values and findings out. The good
//! path allocates nothing.

mod characters;
mod fields;

pub(super) use characters::name_unencodable;

use super::masking::shown_in;
use super::raw::{BankBy, RawLine};
use super::spreadsheet;
use super::template::Column;
use crate::codes::{self, Bank, CardGroups};
use crate::finding::{Finding, FindingCode};
use crate::value::{
    AccountNo, BankCode, CnapsCode, Fen, IdNumber, IdType, LineNo, PaymentId, ValueError,
    first_forbidden, trimmed,
};
use std::collections::{BTreeMap, HashMap};

/// What could be read of a line.
#[derive(Clone, Copy)]
pub(super) struct Values<'a> {
    /// Place among the lines, from 1.
    pub(super) index: u32,
    /// The number as written.
    pub(super) line_no: Option<LineNo>,
    /// What stands for the number is none and is refused.
    pub(super) number_refused: bool,
    pub(super) reference: Option<&'a str>,
    pub(super) name: Option<&'a str>,
    pub(super) id_type: IdType,
    pub(super) id_number: Option<IdNumber>,
    pub(super) account: Option<AccountNo>,
    pub(super) bank: Option<BankCode>,
    pub(super) cnaps_code: Option<CnapsCode>,
    pub(super) amount: Option<Fen>,
    pub(super) gross_amount: Option<Fen>,
    pub(super) memo: Option<&'a str>,
    pub(super) corrects: Option<PaymentId>,
}

impl Values<'_> {
    /// The number as written, else the place.
    pub(super) fn number(&self) -> u32 {
        self.line_no.map_or(self.index, |number| number.0)
    }

    /// The number that no other line may have; a refused one takes none.
    pub(super) fn own_number(&self) -> Option<u32> {
        (!self.number_refused).then(|| self.number())
    }
}

/// Limits and code lists, with what was looked up already.
pub(super) struct Judge {
    /// Today, as the eight digits of [`IdNumber::birth_date`] make one number.
    today: u64,
    amount_max: Fen,
    text_bytes_max: usize,
    /// Bank of a text, as asked before. Never iterated.
    asked: HashMap<String, Option<&'static Bank>>,
    /// The last text asked for, and its bank.
    last: (String, Option<&'static Bank>),
    card_groups: CardGroups,
    /// The one bank of a group of card prefixes; `None` where several share it.
    of_group: BTreeMap<&'static str, Option<BankCode>>,
    /// The last group asked for, and its bank.
    last_group: (&'static str, Option<BankCode>),
}

/// Texts remembered; a file with more different bank names is not a usual one.
const ASKED_MAX: usize = 1024;

/// A line under judgement.
struct Case<'c, 'a> {
    raw: &'c RawLine<'a>,
    number: u32,
    findings: &'c mut Vec<Finding>,
}

impl<'a> Case<'_, 'a> {
    fn text(&self, column: Column) -> &'a str {
        trimmed(self.raw.text(column))
    }

    fn add(&mut self, code: FindingCode, column: Column) -> &mut Finding {
        let finding = Finding::of_line(code, self.number, self.raw.row).field(column.key());
        self.findings.push(finding);
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }

    fn invalid(&mut self, code: FindingCode, column: Column, error: ValueError) {
        let text = self.raw.text(column);
        let number = matches!(
            column,
            Column::IdNumber | Column::Account | Column::CnapsCode
        );
        let took = number && spreadsheet::took_for_number(text.trim());
        let finding = self.add(code, column);
        finding.value = shown_in(column, text);
        finding.arguments.insert("reason", reason(error).to_owned());
        if took {
            typed_as_number(finding);
        } else if error == ValueError::Form && characters::name_stray(column, text, finding) {
            // Its length says nothing then.
        } else if number && error == ValueError::Form {
            let groups = column == Column::Account;
            let counted = text.trim().chars();
            let counted = counted.filter(|c| !(groups && AccountNo::groups_digits(*c)));
            finding
                .arguments
                .insert("counted", counted.count().to_string());
        }
    }

    /// An empty required field, unless the file has no such column: that is said once.
    fn missing(&mut self, code: FindingCode, column: Column) {
        if !self.raw.absent.has(column as usize) {
            self.add(code, column);
        }
    }

    /// The file's program destroyed the value; nothing that is left of it is read.
    #[inline]
    fn damaged(&mut self, code: FindingCode, column: Column) -> bool {
        let damaged = self.raw.damaged.has(column as usize);
        if damaged {
            self.destroyed(code, column);
        }
        damaged
    }

    #[cold]
    fn destroyed(&mut self, code: FindingCode, column: Column) {
        self.invalid(code, column, ValueError::Form);
        if let Some(finding) = self.findings.last_mut() {
            let text = self.raw.text(column).trim();
            // A formula without a result: `#N/A`, `#REF!`, or never reckoned; else a cell that is
            // no text.
            if spreadsheet::is_boolean(text) {
                finding.value = Some(text.to_owned());
                finding.arguments.insert("reason", "boolean".to_owned());
            } else if text.is_empty() || text.starts_with('#') {
                finding.arguments.insert("reason", "formula".to_owned());
                finding
                    .arguments
                    .insert("remedy", "formula_result".to_owned());
            } else if spreadsheet::too_long(text) {
                typed_as_number(finding);
            }
        }
    }

    /// Characters that no text has, and the length; the bank's own rules come on top.
    fn plain(&mut self, column: Column, text: &'a str, bytes_max: usize) -> Option<&'a str> {
        if text.is_empty() {
            return None;
        }
        if let Some(character) = first_forbidden(text) {
            self.unencodable(FindingCode::TextNotEncodable, column, character);
            return None;
        }
        if text.len() > bytes_max {
            let finding = self.add(FindingCode::TextTooLong, column);
            finding.value = shown_in(column, text);
            finding.arguments.insert("limit", bytes_max.to_string());
            finding.arguments.insert("counted", text.len().to_string());
            return None;
        }
        Some(text)
    }

    fn unencodable(&mut self, code: FindingCode, column: Column, character: char) {
        let value = shown_in(column, self.raw.text(column));
        let finding = self.add(code, column);
        finding.value = value;
        name_unencodable(character, finding);
    }
}

/// Says that a spreadsheet lost digits, and the only remedy.
pub(super) fn typed_as_number(finding: &mut Finding) {
    let words = [("reason", "typed_as_number"), ("remedy", "as_text")];
    for (name, word) in words {
        finding.arguments.insert(name, word.to_owned());
    }
}

/// The word for people of why a value is none.
pub(super) fn reason(error: ValueError) -> &'static str {
    match error {
        ValueError::Empty => "empty",
        ValueError::Form => "form",
        ValueError::Check => "check",
        ValueError::Date => "date",
        ValueError::NotPositive => "not_positive",
        ValueError::Overflow => "overflow",
        ValueError::Personal => "personal",
    }
}

/// `YYYYMMDD`.
fn compact(date: time::Date) -> [u8; 8] {
    let (year, month, day) = date.to_calendar_date();
    let text = format!("{year:04}{:02}{day:02}", u8::from(month));
    text.as_bytes().try_into().unwrap_or([b'9'; 8])
}

impl Judge {
    pub(super) fn new(options: &super::ReadOptions<'_>) -> Self {
        let limits = &options.limits;
        let mut of_group = BTreeMap::new();
        for bank in codes::banks() {
            if let Some(group) = bank.bin_group.as_deref() {
                of_group
                    .entry(group)
                    .and_modify(|only| *only = None)
                    .or_insert(Some(bank.code));
            }
        }
        Self {
            today: u64::from_be_bytes(compact(options.today)),
            amount_max: limits.amount_max,
            text_bytes_max: limits.field_bytes_max,
            asked: HashMap::new(),
            last: (String::new(), None),
            card_groups: CardGroups::default(),
            of_group,
            last_group: ("", None),
        }
    }

    /// Judges one line; findings are added in the order of the template's columns.
    pub(super) fn judge<'a>(
        &mut self,
        index: u32,
        raw: &RawLine<'a>,
        findings: &mut Vec<Finding>,
    ) -> Values<'a> {
        let number_text = trimmed(raw.text(Column::LineNo));
        let parsed = LineNo::parse(number_text);
        let line_no = parsed.ok();
        let mut case = Case {
            raw,
            number: line_no.map_or(index, |number| number.0),
            findings,
        };
        // Where the reader has refused the line whole, it has no number either.
        let mut number_refused = raw.absent.has(Column::LineNo as usize);
        let reference = match parsed {
            Err(ValueError::Form | ValueError::Overflow) if raw.references => {
                case.plain(Column::LineNo, number_text, self.text_bytes_max)
            }
            Ok(_) | Err(ValueError::Empty) => None,
            Err(error) => {
                case.invalid(FindingCode::LineNoInvalid, Column::LineNo, error);
                number_refused = true;
                None
            }
        };
        let name = fields::name(&mut case);
        let id_type = fields::id_type(&mut case);
        let id_number = fields::id_number(&mut case, id_type, self.today);
        let account = fields::account(&mut case);
        let stated = self.stated_bank(&mut case);
        let by_card = account.and_then(|account| self.card(&mut case, &account, stated));
        Values {
            index,
            line_no,
            number_refused,
            reference,
            name,
            id_type: id_type.unwrap_or(IdType::RESIDENT),
            id_number,
            account,
            bank: stated.map(|bank| bank.code).or(by_card),
            cnaps_code: fields::cnaps_code(&mut case),
            amount: self.amount(&mut case),
            gross_amount: fields::gross_amount(&mut case),
            memo: case.plain(Column::Memo, case.text(Column::Memo), self.text_bytes_max),
            corrects: fields::corrects(&mut case),
        }
    }

    /// The bank of a text, by whatever names it.
    pub(super) fn bank(&mut self, text: &str, by: BankBy) -> Option<&'static Bank> {
        match by {
            BankBy::Text => {}
            BankBy::Bic => return codes::bank_by_bic(text),
            BankBy::MemberId => return fields::by_member_id(text),
        }
        // Whole files name one bank: the last answer comes before the map.
        if text == self.last.0 {
            return self.last.1;
        }
        let known = self.asked.get(text).copied();
        let bank = known.unwrap_or_else(|| codes::bank_by_text(text));
        self.last.0.clear();
        self.last.0.push_str(text);
        self.last.1 = bank;
        if known.is_some() {
            return bank;
        }
        if self.asked.len() < ASKED_MAX {
            self.asked.insert(text.to_owned(), bank);
        }
        bank
    }

    fn stated_bank(&mut self, case: &mut Case<'_, '_>) -> Option<&'static Bank> {
        let text = case.text(Column::Bank);
        if text.is_empty() {
            return None;
        }
        let bank = self.bank(text, case.raw.bank_by);
        if bank.is_none() && case.raw.bank_by != BankBy::MemberId {
            case.invalid(FindingCode::BankUnknown, Column::Bank, ValueError::Form);
        }
        bank
    }

    /// Luhn and card prefix, only for what looks like a card: bankbooks have no prefix.
    fn card(
        &mut self,
        case: &mut Case<'_, '_>,
        account: &AccountNo,
        stated: Option<&Bank>,
    ) -> Option<BankCode> {
        if account.luhn_suspicious() {
            let finding = case.add(FindingCode::AccountCheckDigit, Column::Account);
            finding.value = Some(account.masked());
            if spreadsheet::took_for_number(account.reveal(crate::value::Purpose::Matching)) {
                typed_as_number(finding);
            }
        }
        let group = self.card_groups.of(account);
        let Some(group) = group else {
            if account.like_a_card() {
                let finding = case.add(FindingCode::AccountBankUnknown, Column::Account);
                finding.value = Some(account.masked());
            }
            return None;
        };
        if self.last_group.0 != group {
            self.last_group = (group, self.of_group.get(group).copied().flatten());
        }
        let by_card = self.last_group.1;
        let other = stated.filter(|bank| bank.bin_group.as_deref() != Some(group));
        if let Some(other) = other {
            let other_bank = by_card.map_or(group.to_owned(), |code| code.to_string());
            let finding = case.add(FindingCode::AccountBankMismatch, Column::Account);
            finding.value = Some(account.masked());
            finding.arguments.insert("other_bank", other_bank);
            finding.arguments.insert("stated", other.code.to_string());
        }
        by_card
    }

    fn amount(&self, case: &mut Case<'_, '_>) -> Option<Fen> {
        if case.damaged(FindingCode::AmountInvalid, Column::Amount) {
            return None;
        }
        let amount = match fields::money(case, Column::Amount) {
            Ok(amount) => amount,
            Err(ValueError::Empty) => {
                case.missing(FindingCode::AmountMissing, Column::Amount);
                return None;
            }
            Err(error) => {
                case.invalid(FindingCode::AmountInvalid, Column::Amount, error);
                return None;
            }
        };
        if let Err(error) = amount.positive() {
            case.invalid(FindingCode::AmountNotPositive, Column::Amount, error);
        } else if amount > self.amount_max {
            case.invalid(
                FindingCode::AmountOverLimit,
                Column::Amount,
                ValueError::Overflow,
            );
            if let Some(finding) = case.findings.last_mut() {
                finding.arguments.insert("limit", self.amount_max.yuan());
            }
        }
        Some(amount)
    }
}
