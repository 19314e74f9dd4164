//! How a sandbox bank behaves: decided by the seed alone, so a run can be repeated.

use certs::digest::{DigestAlgorithm, digest};
use schemas::FailureReason;
use schemas::value::BankCode;

/// How a bank treats whole messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Manner {
    /// Answers everything at once.
    Prompt,
    /// Is still working on every line when it is asked for the first three times.
    Slow,
    /// Takes an instruction and closes the connection without a word.
    HangsUp,
    /// Takes an instruction and holds the connection without a word.
    Holds,
    /// Closes the connection that follows on an instruction before it reads from it.
    HangsUpNext,
    /// Takes an instruction, pays its first line, says a few times that it works on the others,
    /// and then says nothing any more.
    Mute,
    /// Pushes everything twice.
    PushesTwice,
    /// Pushes nothing: it waits to be asked.
    OnlyAnswers,
}

impl Manner {
    /// Every manner.
    pub const ALL: [Self; 8] = [
        Self::Prompt,
        Self::Slow,
        Self::HangsUp,
        Self::Holds,
        Self::HangsUpNext,
        Self::Mute,
        Self::PushesTwice,
        Self::OnlyAnswers,
    ];

    /// A word for statistics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Slow => "slow",
            Self::HangsUp => "hangs_up",
            Self::Holds => "holds",
            Self::HangsUpNext => "hangs_up_next",
            Self::Mute => "mute",
            Self::PushesTwice => "pushes_twice",
            Self::OnlyAnswers => "only_answers",
        }
    }

    /// The manner of the bank at `place` of the list: with eight banks or more, each manner
    /// occurs, whatever the seed.
    #[must_use]
    pub fn of(seed: u64, place: usize) -> Self {
        let count = Self::ALL.len();
        let turn = usize::try_from(seed % 8).unwrap_or_default();
        Self::ALL
            .get((place + turn) % count)
            .copied()
            .unwrap_or(Self::Prompt)
    }
}

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Paid.
    Paid,
    /// Not paid.
    Failed(FailureReason),
    /// Paid, and come back later.
    Returned,
    /// The bank's status is a code that no table lists.
    Unlisted,
    /// The bank never says more than that it works on it.
    Never,
}

/// Reasons that the sandbox gives.
const REASONS: [FailureReason; 5] = [
    FailureReason::AccountNotFound,
    FailureReason::AccountClosed,
    FailureReason::AccountFrozen,
    FailureReason::NameMismatch,
    FailureReason::RefusedByBank,
];

/// The fate of a line: the first line of a file is always paid, the others by the seed, the
/// bank, the row and the account.
#[must_use]
pub fn fate(seed: u64, bank: BankCode, row_no: u32, account: &str, manner: Manner) -> Fate {
    if row_no == 1 {
        return Fate::Paid;
    }
    if manner == Manner::Mute {
        return Fate::Never;
    }
    let draw = draw(seed, bank, row_no, account);
    let reason = REASONS
        .get(usize::try_from(draw / 1000 % 5).unwrap_or_default())
        .copied()
        .unwrap_or(FailureReason::RefusedByBank);
    match draw % 1000 {
        0..70 => Fate::Failed(reason),
        70..120 => Fate::Returned,
        120..140 => Fate::Unlisted,
        _ => Fate::Paid,
    }
}

fn draw(seed: u64, bank: BankCode, row_no: u32, account: &str) -> u64 {
    let text = format!("{seed} {bank} {row_no} {account}");
    let [a, b, c, d, e, f, g, h, ..] = digest(DigestAlgorithm::Sha256, text.as_bytes());
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}
