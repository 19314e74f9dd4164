//! The fields of a line, one by one.

use super::Case;
use super::characters::first_flaw;
use crate::codes::{self, Bank};
use crate::employer_files::template::Column;
use crate::finding::FindingCode;
use crate::value::{
    AccountNo, CnapsCode, Fen, IdNumber, IdType, PaymentId, PersonName, ValueError,
    first_forbidden, trimmed,
};

/// A number of the clearing system: a whole bank number, or one whose class is one bank's.
pub(super) fn by_member_id(text: &str) -> Option<&'static Bank> {
    let code = CnapsCode::parse(text).ok()?;
    let exact = codes::banks()
        .iter()
        .find(|bank| bank.cnaps_code == Some(code));
    exact.or_else(|| {
        let mut of_class = codes::banks()
            .iter()
            .filter(|b| b.cnaps_class == code.class());
        of_class.next().filter(|_| of_class.next().is_none())
    })
}

pub(super) fn name<'a>(case: &mut Case<'_, 'a>) -> Option<&'a str> {
    if case.damaged(FindingCode::NameMissing, Column::Name) {
        return None;
    }
    let text = case.raw.text(Column::Name);
    if let Some((flaw, character, place)) = first_flaw(trimmed(text)) {
        case.flawed_name(flaw, character, place);
        return None;
    }
    match PersonName::check(text) {
        Ok(name) => Some(name),
        Err(ValueError::Empty) => {
            case.missing(FindingCode::NameMissing, Column::Name);
            None
        }
        Err(ValueError::Overflow) => {
            let counted = text.trim().chars().count();
            case.invalid(FindingCode::NameTooLong, Column::Name, ValueError::Overflow);
            if let Some(finding) = case.findings.last_mut() {
                let limit = PersonName::CHARS_MAX.to_string();
                finding.arguments.insert("limit", limit);
                finding.arguments.insert("counted", counted.to_string());
            }
            None
        }
        Err(_) => {
            let character = first_forbidden(text.trim());
            let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
            case.unencodable(FindingCode::NameNotEncodable, Column::Name, character);
            None
        }
    }
}

/// `None` where the kind can't be read; the number is then judged by no rule.
pub(super) fn id_type(case: &mut Case<'_, '_>) -> Option<IdType> {
    match IdType::parse(case.text(Column::IdType)) {
        Ok(kind) => Some(kind),
        Err(error) => {
            case.invalid(FindingCode::IdTypeInvalid, Column::IdType, error);
            None
        }
    }
}

/// Nobody who is paid was born before.
const FIRST_BIRTH: u64 = u64::from_be_bytes(*b"19000101");

pub(super) fn id_number(
    case: &mut Case<'_, '_>,
    kind: Option<IdType>,
    today: u64,
) -> Option<IdNumber> {
    if case.damaged(FindingCode::IdNumberInvalid, Column::IdNumber) {
        return None;
    }
    let text = case.text(Column::IdNumber);
    if text.is_empty() {
        case.missing(FindingCode::IdNumberMissing, Column::IdNumber);
        return None;
    }
    let kind = kind?;
    match IdNumber::parse(kind, text) {
        Ok(number) => {
            let born = kind != IdType::RESIDENT || was_born(&number, today);
            if !born {
                unborn(case);
            }
            born.then_some(number)
        }
        Err(error) => {
            case.invalid(FindingCode::IdNumberInvalid, Column::IdNumber, error);
            None
        }
    }
}

#[cold]
fn unborn(case: &mut Case<'_, '_>) {
    let code = FindingCode::IdNumberInvalid;
    case.invalid(code, Column::IdNumber, ValueError::Date);
    if let Some(finding) = case.findings.last_mut() {
        finding.arguments.insert("reason", "birth_date".to_owned());
    }
}

/// Digits of dates compare like the dates, as one number each.
#[inline]
fn was_born(number: &IdNumber, today: u64) -> bool {
    let born = number.birth_date().map(u64::from_be_bytes);
    born.is_some_and(|born| (FIRST_BIRTH..=today).contains(&born))
}

pub(super) fn account(case: &mut Case<'_, '_>) -> Option<AccountNo> {
    if case.damaged(FindingCode::AccountInvalid, Column::Account) {
        return None;
    }
    match AccountNo::parse(case.text(Column::Account)) {
        Ok(account) => Some(account),
        Err(ValueError::Empty) => {
            case.missing(FindingCode::AccountMissing, Column::Account);
            None
        }
        Err(error) => {
            case.invalid(FindingCode::AccountInvalid, Column::Account, error);
            None
        }
    }
}

pub(super) fn cnaps_code(case: &mut Case<'_, '_>) -> Option<CnapsCode> {
    if case.damaged(FindingCode::CnapsCodeInvalid, Column::CnapsCode) {
        return None;
    }
    match CnapsCode::parse(case.text(Column::CnapsCode)) {
        Ok(code) => Some(code),
        Err(ValueError::Empty) => None,
        Err(error) => {
            case.invalid(FindingCode::CnapsCodeInvalid, Column::CnapsCode, error);
            None
        }
    }
}

pub(super) fn money(case: &Case<'_, '_>, column: Column) -> Result<Fen, ValueError> {
    let text = case.text(column);
    if case.raw.in_fen.has(column as usize) {
        Fen::parse_fen(text)
    } else {
        Fen::parse_yuan(text)
    }
}

pub(super) fn gross_amount(case: &mut Case<'_, '_>) -> Option<Fen> {
    if case.damaged(FindingCode::AmountInvalid, Column::GrossAmount) {
        return None;
    }
    match money(case, Column::GrossAmount) {
        Ok(amount) => Some(amount),
        Err(ValueError::Empty) => None,
        Err(error) => {
            case.invalid(FindingCode::AmountInvalid, Column::GrossAmount, error);
            None
        }
    }
}

pub(super) fn corrects(case: &mut Case<'_, '_>) -> Option<PaymentId> {
    match PaymentId::parse(case.text(Column::Corrects)) {
        Ok(payment) => Some(payment),
        Err(ValueError::Empty) => None,
        Err(error) => {
            case.invalid(FindingCode::CorrectsInvalid, Column::Corrects, error);
            None
        }
    }
}
