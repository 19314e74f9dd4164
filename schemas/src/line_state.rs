//! The states of a line and the only moves between them (INTERFACE section 4).

mod machine;

#[cfg(test)]
mod tests;

pub use machine::{Applied, Why, apply};

use crate::finding::Lang;

/// Where one wage payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum LineState {
    /// Stored, not released.
    Held,
    /// Approved; waits for the bank day, the cut-off or a free slot.
    Released,
    /// The intent is in the journal; bytes may be leaving.
    Intended,
    /// The bank has it.
    Accepted,
    /// The bank says that it paid.
    Paid,
    /// The bank refused it or could not pay.
    Failed,
    /// It may have been sent, or the bank says nothing that we can read. Never sent again.
    Unknown,
    /// Paid, and the money came back.
    Returned,
    /// Withdrawn before any intent.
    Cancelled,
    /// Refused at intake; visible, outside the sums.
    Refused,
}

impl LineState {
    /// Every state, in the order of the golden table.
    pub const ALL: [Self; 10] = [
        Self::Held,
        Self::Released,
        Self::Intended,
        Self::Accepted,
        Self::Paid,
        Self::Failed,
        Self::Unknown,
        Self::Returned,
        Self::Cancelled,
        Self::Refused,
    ];

    /// The word of the public contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Released => "released",
            Self::Intended => "intended",
            Self::Accepted => "accepted",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Returned => "returned",
            Self::Cancelled => "cancelled",
            Self::Refused => "refused",
        }
    }

    /// Reads the word of the public contract.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// The state in words for people.
    #[must_use]
    pub fn text(self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            Self::Held => ("待复核", "held"),
            Self::Released => ("待发送", "released"),
            Self::Intended => ("发送中", "being sent"),
            Self::Accepted => ("银行已受理", "accepted by the bank"),
            Self::Paid => ("已支付", "paid"),
            Self::Failed => ("支付失败", "failed"),
            Self::Unknown => ("支付不明", "unknown"),
            Self::Returned => ("已退汇", "returned"),
            Self::Cancelled => ("已撤销", "cancelled"),
            Self::Refused => ("未受理", "refused at intake"),
        };
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// No event of ordinary work follows (a paid line may still come back).
    #[must_use]
    pub fn is_final(self) -> bool {
        match self {
            Self::Paid | Self::Failed | Self::Returned | Self::Cancelled | Self::Refused => true,
            Self::Held | Self::Released | Self::Intended | Self::Accepted | Self::Unknown => false,
        }
    }

    /// The ISO 20022 word at the edges (pain.002 status); returned lines are told in camt.054.
    #[must_use]
    pub fn iso_status(self) -> &'static str {
        match self {
            Self::Held => "RCVD",
            Self::Released => "ACTC",
            Self::Intended | Self::Accepted => "ACSP",
            Self::Paid | Self::Returned => "ACSC",
            Self::Failed | Self::Refused => "RJCT",
            Self::Unknown => "PDNG",
            Self::Cancelled => "CANC",
        }
    }
}

impl std::fmt::Display for LineState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a bank did not pay: the closed list of the public contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum FailureReason {
    /// 账号不存在.
    AccountNotFound,
    /// 账户已销户.
    AccountClosed,
    /// 账户冻结.
    AccountFrozen,
    /// 睡眠户.
    AccountDormant,
    /// 户名不符.
    NameMismatch,
    /// 证件不符.
    IdMismatch,
    /// 超限额.
    AmountOverLimit,
    /// 余额不足.
    InsufficientFunds,
    /// 银行通道不可用.
    BankUnavailable,
    /// 银行判为重复.
    Duplicate,
    /// 报文错.
    MessageError,
    /// 在银行被撤销.
    CancelledAtBank,
    /// 在银行过期.
    ExpiredAtBank,
    /// 银行拒绝, without a finer reason.
    RefusedByBank,
    /// 其他.
    Other,
}

impl FailureReason {
    /// Every reason.
    pub const ALL: [Self; 15] = [
        Self::AccountNotFound,
        Self::AccountClosed,
        Self::AccountFrozen,
        Self::AccountDormant,
        Self::NameMismatch,
        Self::IdMismatch,
        Self::AmountOverLimit,
        Self::InsufficientFunds,
        Self::BankUnavailable,
        Self::Duplicate,
        Self::MessageError,
        Self::CancelledAtBank,
        Self::ExpiredAtBank,
        Self::RefusedByBank,
        Self::Other,
    ];

    /// The word of the public contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccountNotFound => "account_not_found",
            Self::AccountClosed => "account_closed",
            Self::AccountFrozen => "account_frozen",
            Self::AccountDormant => "account_dormant",
            Self::NameMismatch => "name_mismatch",
            Self::IdMismatch => "id_mismatch",
            Self::AmountOverLimit => "amount_over_limit",
            Self::InsufficientFunds => "insufficient_funds",
            Self::BankUnavailable => "bank_unavailable",
            Self::Duplicate => "duplicate",
            Self::MessageError => "message_error",
            Self::CancelledAtBank => "cancelled_at_bank",
            Self::ExpiredAtBank => "expired_at_bank",
            Self::RefusedByBank => "refused_by_bank",
            Self::Other => "other",
        }
    }

    /// Reads the word of the public contract.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

impl std::fmt::Display for FailureReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// What can happen to a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineEvent {
    /// Approved by a second person.
    Release,
    /// Withdrawn by the employer.
    Cancel,
    /// The intent with the bank-side number is written.
    Intend,
    /// Certainly not sent: the bytes did not leave, or the bank definitively has nothing.
    NotSent,
    /// The bank has it, or is working on it.
    Accept,
    /// The bank paid.
    Pay,
    /// The bank refused or could not pay.
    Fail,
    /// May have been sent; an unlisted code; the answer limit passed; left out of a final result.
    LoseTrack,
    /// The money came back.
    Return,
    /// Two operators decided, with evidence, that it was paid.
    ResolvePaid,
    /// Two operators decided, with evidence, that it was not paid.
    ResolveFailed,
}

impl LineEvent {
    /// Every event, in the order of the golden table.
    pub const ALL: [Self; 11] = [
        Self::Release,
        Self::Cancel,
        Self::Intend,
        Self::NotSent,
        Self::Accept,
        Self::Pay,
        Self::Fail,
        Self::LoseTrack,
        Self::Return,
        Self::ResolvePaid,
        Self::ResolveFailed,
    ];

    /// Reads the word of the golden table and the journal.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == word)
    }

    /// A word for the event, as in the golden table and the journal.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Cancel => "cancel",
            Self::Intend => "intend",
            Self::NotSent => "not_sent",
            Self::Accept => "accept",
            Self::Pay => "pay",
            Self::Fail => "fail",
            Self::LoseTrack => "lose_track",
            Self::Return => "return",
            Self::ResolvePaid => "resolve_paid",
            Self::ResolveFailed => "resolve_failed",
        }
    }
}
