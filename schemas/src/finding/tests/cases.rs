//! One finding of each code.

use super::super::{Finding, FindingCode};
use FindingCode as C;
use std::collections::BTreeMap;

/// Findings as readers of files and banks' adapters make them, one per code.
pub(super) fn cases() -> BTreeMap<FindingCode, Finding> {
    let all = [cases_of_files(), cases_of_lines(), cases_of_banks()].concat();
    all.into_iter()
        .map(|finding| (finding.code, finding))
        .collect()
}

fn file(code: FindingCode) -> Finding {
    Finding::of_file(code)
}

pub(super) fn line(code: FindingCode) -> Finding {
    Finding::of_line(code, 3, 14)
}

fn cases_of_files() -> Vec<Finding> {
    vec![
        file(C::Unreadable)
            .with("format", "csv")
            .with("reason", "other_format")
            .with("found", "zip"),
        file(C::UnsupportedFormat).with("format", "pdf"),
        file(C::EncodingInvalid)
            .with("charset", "GB18030")
            .with("offset", 511)
            .with("line_in_file", 14),
        file(C::SchemaViolation)
            .with("format", "pain.001")
            .with("line_in_file", 7)
            .with("column", 21)
            .with("element", "CdtTrfTxInf")
            .with("expected", "Amt")
            .with("found", "Amount"),
        line(C::ReferenceDuplicate)
            .field("line_no")
            .with("first_row", 12),
        file(C::MissingField).field("batch_no"),
        file(C::TooLarge)
            .field("memo")
            .with("counted", 5000)
            .with("limit", 4096),
        file(C::TooManyLines)
            .with("counted", 2_000_001)
            .with("limit", 2_000_000),
        file(C::EmptyBatch),
        file(C::ControlCountMismatch)
            .field("line_count")
            .with("stated", 2)
            .with("counted", 3),
        file(C::ControlSumMismatch)
            .field("total_amount")
            .with("stated", "13603.50")
            .with("counted", "13603.05"),
        file(C::CurrencyNotSupported)
            .field("currency")
            .value("USD")
            .with("first_row", 14),
        file(C::PayMonthInvalid).field("pay_month").value("十一月"),
        file(C::PayMonthInFuture)
            .field("pay_month")
            .with("month", "2026-12")
            .with("current", "2026-11"),
        file(C::UsccInvalid)
            .field("employer_uscc")
            .value("913301006639233241")
            .with("reason", crate::ValueError::Check),
        file(C::PayingBankUnknown)
            .field("paying_bank")
            .value("花旗银行"),
        file(C::UsccNotYours)
            .field("employer_uscc")
            .value("913301006639233248"),
        file(C::PayerAccountNotMandated)
            .field("payer_account")
            .value("120202*********2345"),
    ]
}

fn cases_of_lines() -> Vec<Finding> {
    vec![
        line(C::PayeeBankNotPaid)
            .field("bank")
            .with("stated", "ICBC"),
        line(C::NameMissing).field("name"),
        line(C::NameTooLong)
            .field("name")
            .value("样***")
            .with("counted", 122)
            .with("limit", 60),
        line(C::NameNotEncodable)
            .field("name")
            .value("样**")
            .with("character", '𠮷')
            .with("codepoint", "U+20BB7")
            .with("charset", "GBK"),
        line(C::IdNumberMissing).field("id_number"),
        line(C::IdNumberInvalid)
            .field("id_number")
            .value("110105********0021")
            .with("reason", crate::ValueError::Check),
        line(C::AccountMissing).field("account"),
        line(C::AccountInvalid)
            .field("account")
            .value("6.****+18")
            .with("reason", crate::ValueError::Form),
        line(C::CnapsCodeInvalid)
            .field("cnaps_code")
            .value("310290000011")
            .with("reason", crate::ValueError::Check),
        line(C::BankUnknown).field("bank").value("农商银行"),
        line(C::AmountMissing).field("amount"),
        line(C::AmountInvalid)
            .field("amount")
            .value("12,34")
            .with("reason", crate::ValueError::Form),
        line(C::AmountNotPositive).field("amount").value("0.00"),
        line(C::AmountOverLimit)
            .field("amount")
            .value("9000000.00")
            .with("limit", "5000000.00"),
        line(C::LineNoDuplicate)
            .field("line_no")
            .value("3")
            .with("first_row", 13),
        line(C::PayeeInFlight)
            .value("GZ-2026-11-001 / 3")
            .with("earlier", "B20261123-4711.3")
            .with("other_batch", "GZ-2026-11-001")
            .with("other_line", 3)
            .with("state", "accepted"),
        line(C::CorrectionConflict)
            .field("corrects")
            .value("B20261123-4711.3")
            .with("current", crate::LineState::Paid),
        line(C::AccountCheckDigit)
            .field("account")
            .value("622202*********0018"),
    ]
}

fn cases_of_banks() -> Vec<Finding> {
    vec![
        line(C::AccountBankUnknown)
            .field("account")
            .value("629999*********0018"),
        line(C::AccountBankMismatch)
            .field("account")
            .value("622848*********0018")
            .with("stated", "ICBC")
            .with("other_bank", "ABC"),
        line(C::PayeeDuplicate).with("first_row", 13),
        line(C::AccountShared)
            .field("account")
            .value("622202*********0019")
            .with("first_row", 13),
        file(C::FieldIgnored).with("element", "班组"),
        file(C::PayMonthAssumed)
            .field("pay_month")
            .with("month", "2026-11"),
        line(C::ResultContradiction)
            .with("current", crate::LineState::Paid)
            .with("found", crate::LineState::Failed)
            .with("reason", crate::FailureReason::AccountClosed),
        line(C::ResultMismatch)
            .field("amount")
            .with("expected", "7080.00")
            .with("found", "708.00"),
        file(C::UnmatchedRecord)
            .with("detail", "20261123000042")
            .value("7080.00"),
        line(C::AnswerContradictory).with("first_row", 13),
        file(C::QuestionNotAnswered).with("found", "EL4418"),
        file(C::MessageEndingMissing),
        line(C::TextNotEncodable)
            .field("memo")
            .with("character", '€')
            .with("codepoint", "U+20AC")
            .with("charset", "GBK"),
        line(C::TextTooLong)
            .field("memo")
            .with("counted", 80)
            .with("limit", 60),
        line(C::LineNoInvalid).field("line_no").value("一"),
        file(C::BatchNoInvalid)
            .field("batch_no")
            .value("GZ 2026")
            .with("reason", crate::ValueError::Form),
        file(C::ProjectCodeInvalid)
            .field("project_code")
            .value("110105********002X")
            .with("reason", "personal"),
        line(C::IdTypeInvalid).field("id_type").value("18"),
        file(C::PayerAccountInvalid)
            .field("payer_account")
            .value("1202")
            .with("reason", crate::ValueError::Form),
        file(C::ControlTotalInvalid)
            .field("total_amount")
            .value("一万"),
        line(C::CorrectsInvalid).field("corrects").value("第三行"),
        file(C::ProjectRegionUnknown)
            .field("project_code")
            .value("990110202611000001"),
        line(C::CorrectionDiffers)
            .field("amount")
            .value("9000.00")
            .with("earlier", "B20261123-4711.3")
            .with("expected", "6523.50"),
    ]
}
