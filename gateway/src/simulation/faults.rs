//! What can go wrong in a simulated world.

/// One kind of trouble. The word is that of the generated coverage page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// The process ends between two polls.
    Killed,
    /// Power goes: unsynced bytes and names are gone.
    PowerLost,
    /// Power goes: a beginning of the unsynced bytes is there.
    TornWrite,
    /// Power goes: some unsynced pages are there, others are zeros.
    ReorderedWrite,
    /// Power goes in the middle of an operation of the disk.
    PowerLostInside,
    /// A sync fails.
    SyncFails,
    /// An append writes a part and fails.
    ShortWrite,
    /// The disk is full.
    DiskFull,
    /// The disk takes its time: the clock moves while it writes.
    SlowDisk,
    /// A read fails.
    ReadError,
    /// A bit of what is stored is another one.
    BitFlip,
    /// The index fails.
    IndexFails,
    /// The wall clock is set forward.
    ClockForward,
    /// The wall clock is set back.
    ClockBack,
    /// Nothing happens for days.
    LongSilence,
    /// The bank's year ends.
    YearEnd,
    /// It is 29 February at the bank, or it was while time passed.
    LeapDay,
    /// The process is asked to end, and starts again.
    Stopped,
    /// The bank can't be reached.
    Unreachable,
    /// A message is lost on its way; nobody knows.
    LostBefore,
    /// The bank has the message; its answer is lost.
    LostAfter,
    /// The line breaks after some bytes of a message left.
    ResetAfterBytes,
    /// A message comes to the bank twice.
    Duplicated,
    /// A message or its answer is late.
    Delayed,
    /// The certificate of the bank's connection has expired.
    BankCertificateExpired,
    /// The certificate of a caller has expired.
    CallerCertificateExpired,
    /// A bank is silent.
    BankSilent,
    /// A bank tells late.
    BankLate,
    /// A bank says the same thing twice.
    BankRepeats,
    /// A bank works again on what it has just refused, and says so before its refusal comes.
    BankWorksAgain,
    /// A bank contradicts what it said before.
    BankContradicts,
    /// A bank's totals are not those of its rows.
    BankLiesAboutTotals,
    /// A bank's answer can't be read.
    BankUnreadable,
    /// A bank says that it does not know a file that it has.
    BankDeniesFile,
    /// A bank leaves lines out.
    BankLeavesOut,
    /// A bank returns what it paid.
    BankReturns,
    /// A bank tells rows of another file.
    BankOtherFile,
    /// A bank's seal or signature is wrong.
    BankWrongSeal,
    /// A bank names another amount or account.
    BankMismatch,
    /// The same file is submitted again.
    SubmittedTwice,
    /// Another file is submitted under the same number.
    SubmittedChanged,
    /// The same file is submitted by another policy.
    SubmittedByOtherPolicy,
    /// A file has lines with errors.
    FlawedLines,
    /// An upload breaks off.
    UploadBroken,
    /// The maker approves.
    ApprovedByMaker,
    /// Somebody approves with sums that are not those.
    ApprovedStale,
    /// Withdrawal and dispatch or approval race.
    WithdrawRace,
    /// Two corrections of one line race.
    CorrectionRace,
    /// A wage is submitted again under another number.
    WageElsewhere,
    /// One operator tries to resolve alone.
    ResolvedAlone,
    /// A resolution races with the bank's evidence.
    ResolutionRace,
    /// Two operators agree on what is not so.
    ResolvedWrongly,
    /// A party asks for or changes what is another's.
    AcrossParties,
}

impl FaultKind {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 53] = [
        Self::Killed,
        Self::PowerLost,
        Self::TornWrite,
        Self::ReorderedWrite,
        Self::PowerLostInside,
        Self::SyncFails,
        Self::ShortWrite,
        Self::DiskFull,
        Self::SlowDisk,
        Self::ReadError,
        Self::BitFlip,
        Self::IndexFails,
        Self::ClockForward,
        Self::ClockBack,
        Self::LongSilence,
        Self::YearEnd,
        Self::LeapDay,
        Self::Stopped,
        Self::Unreachable,
        Self::LostBefore,
        Self::LostAfter,
        Self::ResetAfterBytes,
        Self::Duplicated,
        Self::Delayed,
        Self::BankCertificateExpired,
        Self::CallerCertificateExpired,
        Self::BankSilent,
        Self::BankLate,
        Self::BankRepeats,
        Self::BankWorksAgain,
        Self::BankContradicts,
        Self::BankLiesAboutTotals,
        Self::BankUnreadable,
        Self::BankDeniesFile,
        Self::BankLeavesOut,
        Self::BankReturns,
        Self::BankOtherFile,
        Self::BankWrongSeal,
        Self::BankMismatch,
        Self::SubmittedTwice,
        Self::SubmittedChanged,
        Self::SubmittedByOtherPolicy,
        Self::FlawedLines,
        Self::UploadBroken,
        Self::ApprovedByMaker,
        Self::ApprovedStale,
        Self::WithdrawRace,
        Self::CorrectionRace,
        Self::WageElsewhere,
        Self::ResolvedAlone,
        Self::ResolutionRace,
        Self::ResolvedWrongly,
        Self::AcrossParties,
    ];

    /// The word of `--json` and of the coverage page.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Killed => "killed",
            Self::PowerLost => "power_lost",
            Self::TornWrite => "torn_write",
            Self::ReorderedWrite => "reordered_write",
            Self::PowerLostInside => "power_lost_inside",
            Self::SyncFails => "sync_fails",
            Self::ShortWrite => "short_write",
            Self::DiskFull => "disk_full",
            Self::SlowDisk => "slow_disk",
            Self::ReadError => "read_error",
            Self::BitFlip => "bit_flip",
            Self::IndexFails => "index_fails",
            Self::ClockForward => "clock_forward",
            Self::ClockBack => "clock_back",
            Self::LongSilence => "long_silence",
            Self::YearEnd => "year_end",
            Self::LeapDay => "leap_day",
            Self::Stopped => "stopped",
            Self::Unreachable => "unreachable",
            Self::LostBefore => "lost_before",
            Self::LostAfter => "lost_after",
            Self::ResetAfterBytes => "reset_after_bytes",
            Self::Duplicated => "duplicated",
            Self::Delayed => "delayed",
            Self::BankCertificateExpired => "bank_certificate_expired",
            Self::CallerCertificateExpired => "caller_certificate_expired",
            Self::BankSilent => "bank_silent",
            Self::BankLate => "bank_late",
            Self::BankRepeats => "bank_repeats",
            Self::BankWorksAgain => "bank_works_again",
            Self::BankContradicts => "bank_contradicts",
            Self::BankLiesAboutTotals => "bank_lies_about_totals",
            Self::BankUnreadable => "bank_unreadable",
            Self::BankDeniesFile => "bank_denies_file",
            Self::BankLeavesOut => "bank_leaves_out",
            Self::BankReturns => "bank_returns",
            Self::BankOtherFile => "bank_other_file",
            Self::BankWrongSeal => "bank_wrong_seal",
            Self::BankMismatch => "bank_mismatch",
            Self::SubmittedTwice => "submitted_twice",
            Self::SubmittedChanged => "submitted_changed",
            Self::SubmittedByOtherPolicy => "submitted_by_other_policy",
            Self::FlawedLines => "flawed_lines",
            Self::UploadBroken => "upload_broken",
            Self::ApprovedByMaker => "approved_by_maker",
            Self::ApprovedStale => "approved_stale",
            Self::WithdrawRace => "withdraw_race",
            Self::CorrectionRace => "correction_race",
            Self::WageElsewhere => "wage_elsewhere",
            Self::ResolvedAlone => "resolved_alone",
            Self::ResolutionRace => "resolution_race",
            Self::ResolvedWrongly => "resolved_wrongly",
            Self::AcrossParties => "across_parties",
        }
    }
}
