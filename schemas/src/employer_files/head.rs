//! The judge of the head: required keys, values, the month and the paying bank.

use super::ReadOptions;
use super::judge::{Judge, name_unencodable, reason, typed_as_number};
use super::raw::{RawHead, masked, shown, shown_code};
use super::spreadsheet;
use super::template::HeadKey;
use crate::batch::{BatchHead, HeadDraft};
use crate::codes;
use crate::finding::{Finding, FindingCode};
use crate::value::{
    AccountNo, BankCode, BatchNo, Fen, PayMonth, PersonName, RegionCode, Uscc, ValueError,
    first_forbidden, folded, holds_personal_number,
};

/// What could be read of the head.
#[derive(Default)]
pub(super) struct HeadValues {
    /// The head, if nothing of it is wrong.
    pub(super) head: Option<BatchHead>,
    /// Every value that could be read.
    pub(super) draft: HeadDraft,
}

struct Desk<'h> {
    raw: &'h RawHead,
    findings: &'h mut Vec<Finding>,
}

impl Desk<'_> {
    /// Reads one key with its door; a missing required one and a wrong one become findings.
    fn read<T>(
        &mut self,
        key: HeadKey,
        code: FindingCode,
        parse: impl FnOnce(&str) -> Result<T, ValueError>,
    ) -> Option<T> {
        if self.raw.broken.has(key as usize) {
            return None;
        }
        let text = self.raw.text(key).trim();
        let error = match parse(text) {
            _ if self.raw.damaged.has(key as usize) => ValueError::Form,
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        if error == ValueError::Empty {
            let finding = Finding::of_file(FindingCode::MissingField);
            let finding = finding.field(key.key()).with("element", key.key());
            self.findings.push(finding);
            return None;
        }
        let value = match key {
            HeadKey::PayerAccount => masked(text),
            HeadKey::PayerName => PersonName::mask(text),
            _ if error == ValueError::Personal => masked(&folded(text)),
            HeadKey::EmployerUscc | HeadKey::ProjectCode => shown_code(text),
            HeadKey::BatchNo
            | HeadKey::EmployerName
            | HeadKey::PayMonth
            | HeadKey::PayingBank
            | HeadKey::LineCount
            | HeadKey::TotalAmount => shown(text),
        };
        let code = match (code, error) {
            (FindingCode::TextNotEncodable, ValueError::Overflow) => FindingCode::TextTooLong,
            (code, _) => code,
        };
        let mut finding = Finding::of_file(code).field(key.key()).value(value);
        match first_forbidden(text).filter(|_| code == FindingCode::TextNotEncodable) {
            Some(character) => name_unencodable(character, &mut finding),
            None => finding = finding.with("reason", reason(error)),
        }
        if key == HeadKey::EmployerUscc && error == ValueError::Form {
            finding = finding.with("counted", text.chars().count());
        }
        let account = key == HeadKey::PayerAccount && spreadsheet::took_for_number(text);
        let damaged = self.raw.damaged.has(key as usize);
        if damaged && (text.is_empty() || text.starts_with('#')) {
            finding.value = None;
            finding = finding.with("reason", "formula");
            finding = finding.with("remedy", "formula_result");
        } else if damaged && spreadsheet::is_boolean(text) {
            finding.value = Some(text.to_owned());
            finding = finding.with("reason", "boolean");
        } else if account || damaged {
            typed_as_number(&mut finding);
        }
        self.findings.push(finding);
        None
    }

    /// A text that may be absent; `None` only where it can't be a text of one line.
    fn optional<T>(
        &mut self,
        key: HeadKey,
        code: FindingCode,
        parse: impl FnOnce(&str) -> Result<T, ValueError>,
    ) -> Option<Option<T>> {
        let broken = self.raw.broken.has(key as usize);
        if self.raw.text(key).trim().is_empty() && !broken {
            return Some(None);
        }
        self.read(key, code, parse).map(Some)
    }

    /// 项目编码. Its first six digits decide which region sees the batch; where they are none, that
    /// is noted and refuses nothing: the employer's own region takes over (INTERFACE section 5),
    /// and the lists of regions change.
    fn project_code(&mut self, payer_account: &str) -> Option<Option<String>> {
        let read = |text: &str| project_code(text, payer_account);
        let code = self.optional(HeadKey::ProjectCode, FindingCode::ProjectCodeInvalid, read)?;
        if code.as_deref().is_some_and(names_no_region) {
            let finding = Finding::of_file(FindingCode::ProjectRegionUnknown).field("project_code");
            let value = shown_code(self.raw.text(HeadKey::ProjectCode));
            self.findings.push(finding.value(value));
        }
        Some(code)
    }

    fn month(&mut self, options: &ReadOptions<'_>) -> Option<PayMonth> {
        let code = FindingCode::PayMonthInvalid;
        let month = self.read(HeadKey::PayMonth, code, PayMonth::parse)?;
        // Which of the two is meant, only the sender knows.
        if let Some(given) = options.pay_month.filter(|given| *given != month) {
            let finding = Finding::of_file(code).field("pay_month");
            let finding = finding.value(month.to_string()).with("stated", month);
            self.findings.push(finding.with("expected", given));
            return None;
        }
        let current = PayMonth::of(options.today).filter(|current| month > *current);
        let Some(current) = current else {
            return Some(month);
        };
        let finding = Finding::of_file(FindingCode::PayMonthInFuture).field("pay_month");
        let finding = finding.value(month.to_string()).with("month", month);
        self.findings.push(finding.with("current", current));
        None
    }

    fn paying_bank(&mut self, judge: &mut Judge) -> Option<BankCode> {
        let by = self.raw.bank_by;
        self.read(
            HeadKey::PayingBank,
            FindingCode::PayingBankUnknown,
            |text| {
                if text.is_empty() {
                    return Err(ValueError::Empty);
                }
                let bank = judge.bank(text, by);
                bank.map(|bank| bank.code).ok_or(ValueError::Form)
            },
        )
    }

    fn total(&mut self) -> Option<Fen> {
        let in_fen = self.raw.total_in_fen;
        self.read(
            HeadKey::TotalAmount,
            FindingCode::ControlTotalInvalid,
            |text| {
                if in_fen {
                    Fen::parse_fen(text)
                } else {
                    Fen::parse_yuan(text)
                }
            },
        )
    }
}

/// Shorter accounts may stand in a date or a count by chance.
const ACCOUNT_DIGITS_MIN: usize = 12;
/// Characters of the longest 项目编码 (domain object ProjectMaster).
const PROJECT_CODE_CHARS_MAX: usize = 32;

/// A key that stays in clear for ever: no number of a person in it, and not the payer's account.
fn key(text: &str, payer_account: &str) -> Result<BatchNo, ValueError> {
    let account = folded(payer_account);
    let own = account.len() >= ACCOUNT_DIGITS_MIN && folded(text).contains(&account);
    if own || holds_personal_number(text) {
        return Err(ValueError::Personal);
    }
    BatchNo::parse(text)
}

/// 项目编码: a key of the same characters as a batch number, of the platform's length.
fn project_code(text: &str, payer_account: &str) -> Result<String, ValueError> {
    let key = key(text, payer_account)?;
    if key.as_str().chars().count() > PROJECT_CODE_CHARS_MAX {
        return Err(ValueError::Form);
    }
    Ok(key.as_str().to_owned())
}

/// A name of a firm: the characters of a name, on one line.
fn plain(text: &str) -> Result<String, ValueError> {
    PersonName::check(text).map(str::to_owned)
}

/// Six digits in the place of a region that are none. A code that begins otherwise says nothing
/// of a region.
fn names_no_region(code: &str) -> bool {
    let digits = code
        .get(..6)
        .filter(|six| six.bytes().all(|b| b.is_ascii_digit()));
    let region = digits.map(|six| RegionCode::parse(six).ok());
    region.is_some_and(|region| !region.is_some_and(codes::region_known))
}

/// Judges the head in the order of the template.
pub(super) fn judge(
    raw: &RawHead,
    judge: &mut Judge,
    options: &ReadOptions<'_>,
    findings: &mut Vec<Finding>,
) -> HeadValues {
    let mut desk = Desk { raw, findings };
    let account = raw.text(HeadKey::PayerAccount);
    let code = FindingCode::BatchNoInvalid;
    let batch_no = desk.read(HeadKey::BatchNo, code, |text| key(text, account));
    let uscc = desk.read(HeadKey::EmployerUscc, FindingCode::UsccInvalid, Uscc::parse);
    let code = FindingCode::TextNotEncodable;
    let employer_name = desk.optional(HeadKey::EmployerName, code, plain);
    let project_code = desk.project_code(account);
    let pay_month = desk.month(options);
    let paying_bank = desk.paying_bank(judge);
    let code = FindingCode::PayerAccountInvalid;
    let payer_account = desk.read(HeadKey::PayerAccount, code, AccountNo::parse);
    let code = FindingCode::TextNotEncodable;
    let payer_name = desk.optional(HeadKey::PayerName, code, PersonName::parse);
    let code = FindingCode::ControlTotalInvalid;
    let line_count = desk.read(HeadKey::LineCount, code, count);
    let total = desk.total();
    let texts_read = employer_name.is_some() && project_code.is_some() && payer_name.is_some();
    let draft = HeadDraft {
        batch_no,
        employer_uscc: uscc,
        employer_name: employer_name.flatten(),
        project_code: project_code.flatten(),
        pay_month,
        paying_bank,
        payer_account,
        payer_name: payer_name.flatten(),
        line_count,
        total,
    };
    HeadValues {
        head: draft.whole().filter(|_| texts_read),
        draft,
    }
}

/// A whole number; zero is read so that it can be compared.
pub(super) fn count(text: &str) -> Result<u32, ValueError> {
    if text.is_empty() {
        return Err(ValueError::Empty);
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ValueError::Form);
    }
    text.parse().map_err(|_| ValueError::Overflow)
}
