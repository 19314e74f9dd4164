//! The closed list of values that a layout may name.

/// What kind of value a field holds: decides which formats it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Free text.
    Text,
    /// A whole number, canonically without leading zeros.
    Number,
    /// Money, canonically in fen.
    Amount,
    /// A date, canonically `yyyyMMdd`.
    Date,
    /// A month, canonically `yyyyMM`.
    Month,
    /// A moment in +08:00, canonically `yyyyMMddHHmmssSSS`.
    Moment,
}

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident = $word:literal : $kind:ident,)*) => {
        /// A value that a layout names: `payee.name`, `row.amount`. The words are the
        /// definition language's; an unknown one is refused at load with this list.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(serde::Deserialize, schemars::JsonSchema)]
        pub enum Field { $($(#[$doc])* #[serde(rename = $word)] $variant,)* }

        impl Field {
            /// Every field.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word of the definition language.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What it holds.
            #[must_use]
            pub fn kind(self) -> FieldKind {
                match self { $(Self::$variant => FieldKind::$kind,)* }
            }
        }
    };
}

fields! {
    /// Bank-side number of the file.
    FileNo = "file.no": Number,
    /// Bank day of the file.
    FileDate = "file.date": Date,
    /// Our number of the file as a kept message spells it, whatever its form.
    FileReference = "file.reference": Text,
    /// Moment of the message's own: that of the intent in a submission, that of the question in a
    /// query.
    FileAt = "file.at": Moment,
    /// Moment of the intent, in a query as well: banks that find a batch by it.
    FileInstructedAt = "file.instructed_at": Moment,
    /// Lines of the file as instructed.
    FileCount = "file.count": Number,
    /// Sum of the file as instructed.
    FileTotal = "file.total": Amount,
    /// `own` or `other`, where every line of the file is of this class (`payee.class`).
    FileClass = "file.class": Text,
    /// Number of the part, counted from 1; 1 where the file is not in parts, as all that follows.
    PartNo = "part.no": Number,
    /// Parts in all.
    PartCount = "part.count": Number,
    /// Sum of the part's rows; their number is `row.count`.
    PartTotal = "part.total": Amount,
    /// `yes` or `no`: the first part.
    PartFirst = "part.first": Text,
    /// `yes` or `no`: the last part.
    PartLast = "part.last": Text,
    /// Number of the query, counted from 1 for each file.
    QueryNo = "query.no": Number,
    /// First row of the page that is asked for, from 1.
    PageFirst = "page.first": Number,
    /// Most rows of a page.
    PageRows = "page.rows": Number,
    /// Payer's account.
    PayerAccount = "payer.account": Text,
    /// Payer's name.
    PayerName = "payer.name": Text,
    /// Month for which is paid.
    PayMonth = "pay.month": Month,
    /// Rows in this message: fewer or more make it unreadable.
    RowCount = "row.count": Number,
    /// Number of the row in the file.
    RowNo = "row.no": Number,
    /// Our number of the row as a kept message spells it, whatever its form.
    RowReference = "row.reference": Text,
    /// Payee's name.
    PayeeName = "payee.name": Text,
    /// Payee's account.
    PayeeAccount = "payee.account": Text,
    /// Payee's document number.
    PayeeIdNumber = "payee.id_number": Text,
    /// Kind of document, two digits.
    PayeeIdType = "payee.id_type": Text,
    /// 联行号 of the payee's branch.
    PayeeCnapsCode = "payee.cnaps_code": Text,
    /// Our code of the payee's bank.
    PayeeBank = "payee.bank": Text,
    /// Chinese name of the payee's bank without its legal form (`广发银行`), where it is stated.
    PayeeBankName = "payee.bank_name": Text,
    /// `own` where the payee's bank is the paying bank or not stated, else `other`.
    PayeeClass = "payee.class": Text,
    /// Amount of the row.
    RowAmount = "row.amount": Amount,
    /// Text for the payee.
    RowMemo = "row.memo": Text,
    /// Status of the row: read by the line codes.
    RowStatus = "row.status": Text,
    /// Finer code of the row: read by the reasons.
    RowCode = "row.code": Text,
    /// Text of the row.
    RowText = "row.text": Text,
    /// The bank's serial number of the payment.
    RowSerial = "row.serial": Text,
    /// Serial number of the payment that came back.
    RowOriginalSerial = "row.original_serial": Text,
    /// When it was booked, as the bank writes it.
    RowBookedAt = "row.booked_at": Text,
    /// Code of the request: read by the request codes.
    ReplyCode = "reply.code": Text,
    /// Second code of the request: read by the flag codes. Both must say the same.
    ReplyFlag = "reply.flag": Text,
    /// Text of the request.
    ReplyText = "reply.text": Text,
    /// Status of the batch: read by the batch codes.
    BatchCode = "batch.code": Text,
    /// What came of a batch whose status has two places: the batch codes list `FIN/S` for
    /// `batch.code` FIN and this S.
    BatchResult = "batch.result": Text,
    /// Day on which the batch is settled between the banks (清算日期).
    BatchSettlementDate = "batch.settlement_date": Date,
    /// Text of the batch.
    BatchText = "batch.text": Text,
    /// The bank's number of the batch.
    BankBatchNo = "bank.batch_no": Text,
    /// Lines as the bank counts them, where it is not known which: not more than there are rows.
    StatedCount = "stated.count": Number,
    /// Their sum: not more than that of the rows.
    StatedTotal = "stated.total": Amount,
    /// Lines paid.
    PaidCount = "paid.count": Number,
    /// Sum paid.
    PaidTotal = "paid.total": Amount,
    /// Lines failed.
    FailedCount = "failed.count": Number,
    /// Sum failed.
    FailedTotal = "failed.total": Amount,
    /// Lines that are neither yet.
    OpenCount = "open.count": Number,
    /// Journal position of a receipt.
    ReceiptPosition = "receipt.position": Number,
    /// `yes` or `no`: a push was taken.
    ReceiptAccepted = "receipt.accepted": Text,
}

impl Field {
    /// Belongs to a row, not to the head.
    #[must_use]
    pub fn of_row(self) -> bool {
        // They stand together in the list above.
        (Self::RowNo..=Self::RowBookedAt).contains(&self)
    }
}

impl Field {
    /// A name, or words that somebody wrote: blanks in it are its own.
    #[must_use]
    pub fn is_free_text(self) -> bool {
        matches!(
            self,
            Self::PayerName
                | Self::PayeeName
                | Self::PayeeBankName
                | Self::RowMemo
                | Self::RowText
                | Self::ReplyText
                | Self::BatchText
        )
    }
}

impl std::fmt::Display for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
#[test]
fn a_field_is_of_a_row_by_its_word() {
    for field in Field::ALL {
        let word = field.as_str();
        let of_row = word.starts_with("payee.") || word.starts_with("row.");
        assert_eq!(field.of_row(), of_row && word != "row.count", "{word}");
    }
}
