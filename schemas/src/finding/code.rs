//! The closed list of finding codes (INTERFACE section 3).

use super::Severity;

/// What is wrong. Unit variants: place and values are the finding's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum FindingCode {
    /// Nothing of the file can be read as its format.
    Unreadable,
    /// No format that we know.
    UnsupportedFormat,
    /// Bytes that the character set does not have.
    EncodingInvalid,
    /// The structure is not that of the format.
    SchemaViolation,
    /// A required field of the head or a required column is missing.
    MissingField,
    /// Larger than the limit in bytes, or a part of it is.
    TooLarge,
    /// More lines than the limit.
    TooManyLines,
    /// No line at all.
    EmptyBatch,
    /// Stated and counted number of lines differ.
    ControlCountMismatch,
    /// Stated and counted sum differ.
    ControlSumMismatch,
    /// A currency other than CNY.
    CurrencyNotSupported,
    /// The month for which is paid can't be read.
    PayMonthInvalid,
    /// The month for which is paid is later than the current one.
    PayMonthInFuture,
    /// The employer's code fails GB 32100.
    UsccInvalid,
    /// The paying bank is not one of the book.
    PayingBankUnknown,
    /// The employer is not the caller's certificate.
    UsccNotYours,
    /// USCC, bank and account are not a registered mandate.
    PayerAccountNotMandated,
    /// No name.
    NameMissing,
    /// The name is longer than the paying bank takes.
    NameTooLong,
    /// The name has a character that the paying bank's character set lacks, or that no name has.
    NameNotEncodable,
    /// No document number.
    IdNumberMissing,
    /// The document number fails its rule.
    IdNumberInvalid,
    /// No account.
    AccountMissing,
    /// The account is not 8 to 32 digits.
    AccountInvalid,
    /// The 联行号 fails its rule.
    CnapsCodeInvalid,
    /// The stated bank of the payee is not known.
    BankUnknown,
    /// No amount.
    AmountMissing,
    /// The amount can't be read as yuan and fen.
    AmountInvalid,
    /// Zero or less.
    AmountNotPositive,
    /// More than the limit for one payment.
    AmountOverLimit,
    /// The line number stands on an earlier line.
    LineNoDuplicate,
    /// The same wage is on its way or paid in another batch, or the file corrects it as well.
    PayeeInFlight,
    /// The line to correct can't be corrected.
    CorrectionConflict,
    /// A card number that fails the Luhn check.
    AccountCheckDigit,
    /// A card prefix of no bank that we know.
    AccountBankUnknown,
    /// A card prefix of another bank than stated.
    AccountBankMismatch,
    /// Same person, account and amount as an earlier line.
    PayeeDuplicate,
    /// One account for two persons.
    AccountShared,
    /// A column or element that carries data and is not read.
    FieldIgnored,
    /// The month was taken from the execution date.
    PayMonthAssumed,
    /// A bank's record contradicts a final state.
    ResultContradiction,
    /// A bank's record differs in amount or account.
    ResultMismatch,
    /// A bank's record names no line of ours.
    UnmatchedRecord,
    /// A bank's answer says two different things of one line.
    AnswerContradictory,
    /// A bank's answer to a question says nothing of what was asked.
    QuestionNotAnswered,
    /// A bank's message that somebody kept has lost its ending.
    MessageEndingMissing,
    /// A text other than the name has a character that the bank's character set lacks.
    TextNotEncodable,
    /// A text other than the name is longer than the bank takes.
    TextTooLong,
    /// The line number is not a positive whole number.
    LineNoInvalid,
    /// The batch number can't be one.
    BatchNoInvalid,
    /// The project code can't be one.
    ProjectCodeInvalid,
    /// The kind of document is not of the list.
    IdTypeInvalid,
    /// The payer's account is not 8 to 32 digits.
    PayerAccountInvalid,
    /// A control total can't be read.
    ControlTotalInvalid,
    /// The number of the line to correct can't be one.
    CorrectsInvalid,
    /// The sender's own reference stands on an earlier line.
    ReferenceDuplicate,
    /// 项目编码 that names no region; the employer's own region then supervises.
    ProjectRegionUnknown,
    /// A correction names another person, or more money, than the payment that it corrects.
    CorrectionDiffers,
    /// The payee's bank is another one, and the paying bank pays its own accounts only.
    PayeeBankNotPaid,
}

impl FindingCode {
    /// Every code.
    pub const ALL: [Self; 59] = [
        Self::Unreadable,
        Self::UnsupportedFormat,
        Self::EncodingInvalid,
        Self::SchemaViolation,
        Self::MissingField,
        Self::TooLarge,
        Self::TooManyLines,
        Self::EmptyBatch,
        Self::ControlCountMismatch,
        Self::ControlSumMismatch,
        Self::CurrencyNotSupported,
        Self::PayMonthInvalid,
        Self::PayMonthInFuture,
        Self::UsccInvalid,
        Self::PayingBankUnknown,
        Self::UsccNotYours,
        Self::PayerAccountNotMandated,
        Self::NameMissing,
        Self::NameTooLong,
        Self::NameNotEncodable,
        Self::IdNumberMissing,
        Self::IdNumberInvalid,
        Self::AccountMissing,
        Self::AccountInvalid,
        Self::CnapsCodeInvalid,
        Self::BankUnknown,
        Self::AmountMissing,
        Self::AmountInvalid,
        Self::AmountNotPositive,
        Self::AmountOverLimit,
        Self::LineNoDuplicate,
        Self::PayeeInFlight,
        Self::CorrectionConflict,
        Self::AccountCheckDigit,
        Self::AccountBankUnknown,
        Self::AccountBankMismatch,
        Self::PayeeDuplicate,
        Self::AccountShared,
        Self::FieldIgnored,
        Self::PayMonthAssumed,
        Self::ResultContradiction,
        Self::ResultMismatch,
        Self::UnmatchedRecord,
        Self::AnswerContradictory,
        Self::QuestionNotAnswered,
        Self::MessageEndingMissing,
        Self::TextNotEncodable,
        Self::TextTooLong,
        Self::LineNoInvalid,
        Self::BatchNoInvalid,
        Self::ProjectCodeInvalid,
        Self::IdTypeInvalid,
        Self::PayerAccountInvalid,
        Self::ControlTotalInvalid,
        Self::CorrectsInvalid,
        Self::ReferenceDuplicate,
        Self::ProjectRegionUnknown,
        Self::CorrectionDiffers,
        Self::PayeeBankNotPaid,
    ];

    /// The word of the public contract.
    #[must_use]
    #[rustfmt::skip]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::UnsupportedFormat => "unsupported_format",
            Self::EncodingInvalid => "encoding_invalid",
            Self::SchemaViolation => "schema_violation",
            Self::MissingField => "missing_field",
            Self::TooLarge => "too_large",
            Self::TooManyLines => "too_many_lines",
            Self::EmptyBatch => "empty_batch",
            Self::ControlCountMismatch => "control_count_mismatch",
            Self::ControlSumMismatch => "control_sum_mismatch",
            Self::CurrencyNotSupported => "currency_not_supported",
            Self::PayMonthInvalid => "pay_month_invalid",
            Self::PayMonthInFuture => "pay_month_in_future",
            Self::UsccInvalid => "uscc_invalid",
            Self::PayingBankUnknown => "paying_bank_unknown",
            Self::UsccNotYours => "uscc_not_yours",
            Self::PayerAccountNotMandated => "payer_account_not_mandated",
            Self::NameMissing => "name_missing",
            Self::NameTooLong => "name_too_long",
            Self::NameNotEncodable => "name_not_encodable",
            Self::IdNumberMissing => "id_number_missing",
            Self::IdNumberInvalid => "id_number_invalid",
            Self::AccountMissing => "account_missing",
            Self::AccountInvalid => "account_invalid",
            Self::CnapsCodeInvalid => "cnaps_code_invalid",
            Self::BankUnknown => "bank_unknown",
            Self::AmountMissing => "amount_missing",
            Self::AmountInvalid => "amount_invalid",
            Self::AmountNotPositive => "amount_not_positive",
            Self::AmountOverLimit => "amount_over_limit",
            Self::LineNoDuplicate => "line_no_duplicate",
            Self::PayeeInFlight => "payee_in_flight",
            Self::CorrectionConflict => "correction_conflict",
            Self::AccountCheckDigit => "account_check_digit",
            Self::AccountBankUnknown => "account_bank_unknown",
            Self::AccountBankMismatch => "account_bank_mismatch",
            Self::PayeeDuplicate => "payee_duplicate",
            Self::AccountShared => "account_shared",
            Self::FieldIgnored => "field_ignored",
            Self::PayMonthAssumed => "pay_month_assumed",
            Self::ResultContradiction => "result_contradiction",
            Self::ResultMismatch => "result_mismatch",
            Self::UnmatchedRecord => "unmatched_record",
            Self::AnswerContradictory => "answer_contradictory",
            Self::QuestionNotAnswered => "question_not_answered",
            Self::MessageEndingMissing => "message_ending_missing",
            Self::TextNotEncodable => "text_not_encodable",
            Self::TextTooLong => "text_too_long",
            Self::LineNoInvalid => "line_no_invalid",
            Self::BatchNoInvalid => "batch_no_invalid",
            Self::ProjectCodeInvalid => "project_code_invalid",
            Self::IdTypeInvalid => "id_type_invalid",
            Self::PayerAccountInvalid => "payer_account_invalid",
            Self::ControlTotalInvalid => "control_total_invalid",
            Self::CorrectsInvalid => "corrects_invalid",
            Self::ReferenceDuplicate => "reference_duplicate",
            Self::ProjectRegionUnknown => "project_region_unknown",
            Self::CorrectionDiffers => "correction_differs",
            Self::PayeeBankNotPaid => "payee_bank_not_paid",
        }
    }

    /// Reads the word of the public contract.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == word)
    }

    /// The severity of the contract's table; a place may lower it where the contract says so.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::AccountCheckDigit
            | Self::AccountBankUnknown
            | Self::AccountBankMismatch
            | Self::PayeeDuplicate
            | Self::AccountShared
            | Self::ReferenceDuplicate
            | Self::ResultContradiction
            | Self::ResultMismatch
            | Self::UnmatchedRecord
            | Self::AnswerContradictory
            | Self::QuestionNotAnswered
            | Self::MessageEndingMissing
            | Self::CorrectionDiffers => Severity::Warning,
            Self::FieldIgnored | Self::PayMonthAssumed | Self::ProjectRegionUnknown => {
                Severity::Note
            }
            Self::Unreadable
            | Self::UnsupportedFormat
            | Self::EncodingInvalid
            | Self::SchemaViolation
            | Self::MissingField
            | Self::TooLarge
            | Self::TooManyLines
            | Self::EmptyBatch
            | Self::ControlCountMismatch
            | Self::ControlSumMismatch
            | Self::CurrencyNotSupported
            | Self::PayMonthInvalid
            | Self::PayMonthInFuture
            | Self::UsccInvalid
            | Self::PayingBankUnknown
            | Self::UsccNotYours
            | Self::PayerAccountNotMandated
            | Self::NameMissing
            | Self::NameTooLong
            | Self::NameNotEncodable
            | Self::IdNumberMissing
            | Self::IdNumberInvalid
            | Self::AccountMissing
            | Self::AccountInvalid
            | Self::CnapsCodeInvalid
            | Self::BankUnknown
            | Self::AmountMissing
            | Self::AmountInvalid
            | Self::AmountNotPositive
            | Self::AmountOverLimit
            | Self::LineNoDuplicate
            | Self::PayeeInFlight
            | Self::CorrectionConflict
            | Self::TextNotEncodable
            | Self::TextTooLong
            | Self::LineNoInvalid
            | Self::BatchNoInvalid
            | Self::ProjectCodeInvalid
            | Self::IdTypeInvalid
            | Self::PayerAccountInvalid
            | Self::ControlTotalInvalid
            | Self::CorrectsInvalid
            | Self::PayeeBankNotPaid => Severity::Error,
        }
    }
}

impl std::fmt::Display for FindingCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
