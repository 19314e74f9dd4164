//! The witnesses of how far the journal had come, against the journal.

use crate::command::words::Words;
use crate::index::{WitnessRefusal, Witnesses};
use journal::Report;
use journal::chain::Hash;
use journal::witness::{End, Testimony, WitnessError};
use std::path::Path;

/// How the witnesses stand to the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Witnessed {
    /// The record that they know is there, and so many came after it.
    Agrees { record: u64, behind: u64 },
    /// All is there but the closing record, which is torn.
    ClosingTorn { record: u64 },
    /// There is none.
    Absent,
    /// This one was removed, as others show.
    OneMissing(String),
    /// The journal lost its end, was set back, or is another one.
    SetBack { seen: u64, journal: u64 },
    /// One can't be read: the library's words, English.
    Unreadable(String),
}

impl Witnessed {
    /// The word of the document.
    pub(super) fn as_str(&self) -> &'static str {
        match self {
            Self::Agrees { behind: 0, .. } => "agrees",
            Self::Agrees { .. } => "behind",
            Self::ClosingTorn { .. } => "closing_torn",
            Self::Absent => "absent",
            Self::OneMissing(_) => "one_missing",
            Self::SetBack { .. } => "set_back",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// The last record that a witness has seen.
    pub(super) fn record(&self) -> Option<u64> {
        match self {
            Self::Agrees { record, .. } | Self::ClosingTorn { record } => Some(*record),
            Self::SetBack { seen, .. } => Some(*seen),
            Self::Absent | Self::OneMissing(_) | Self::Unreadable(_) => None,
        }
    }

    /// Whether the check fails by it. What was closed was witnessed to its last record.
    pub(super) fn is_damage(&self, is_closed: bool) -> bool {
        match self {
            Self::Agrees { behind: 0, .. } => false,
            Self::Agrees { .. } | Self::Absent => is_closed,
            Self::ClosingTorn { .. }
            | Self::OneMissing(_)
            | Self::SetBack { .. }
            | Self::Unreadable(_) => true,
        }
    }

    /// What a person reads.
    pub(super) fn words(&self) -> Words {
        match self {
            Self::Agrees { record, behind: 0 } => Words::new(
                format!("见证文件与末条记录 {record} 一致"),
                format!("the witness knows the last record, {record}"),
            ),
            Self::Agrees { record, behind } => Words::new(
                format!("见证文件停在记录 {record},其后还有 {behind} 条"),
                format!("the witness is at record {record}, {behind} before the last"),
            ),
            Self::ClosingTorn { record } => Words::new(
                format!("只有收尾记录 {record} 不完整,业务记录一条不缺;`serve` 启动时会修复"),
                format!(
                    "the closing record {record} alone is torn, nothing that was done is lost: \
                     `serve` mends it"
                ),
            ),
            Self::Absent => Words::new(
                "没有见证文件(DIR/witness):日志尾部是否缺失,无从判断",
                "there is no witness (DIR/witness): nobody knows whether the end is missing",
            ),
            Self::OneMissing(file) => Words::new(
                format!("见证文件 {file} 缺失:日志尾部是否缺失,无从判断"),
                format!(
                    "the witness {file} is missing: nobody knows whether the end of the journal is"
                ),
            ),
            Self::SetBack { seen, journal } => Words::new(
                format!(
                    "见证文件见过记录 {seen},日志到 {journal} 为止或与之不符:尾部缺失、被回退,\
                     或不是同一日志"
                ),
                format!(
                    "the witness has seen record {seen}, the journal ends at {journal} or differs: \
                     its end is missing, it was set back, or it is another one"
                ),
            ),
            Self::Unreadable(_) => Words::new(
                "见证文件(DIR/witness、DIR/index/witness 或 --witness 所指)读不出:日志尾部是否缺失,\
                 无从判断",
                "a witness (DIR/witness, DIR/index/witness or that of --witness) can't be read: \
                 nobody knows whether the end is missing",
            ),
        }
    }
}

/// The witnesses, read before the journal: a gateway may write on.
pub(super) struct Asked(Result<Witnesses, WitnessError>);

impl Asked {
    /// Reads the witnesses of a data folder, and the one in the folder `outside`.
    pub(super) fn of(data: &Path, outside: Option<&Path>) -> Self {
        Self(Witnesses::read(data, outside))
    }

    /// Told every record of the journal.
    pub(super) fn see(&mut self, sequence: u64, hash: &Hash) {
        if let Ok(witnesses) = &mut self.0 {
            witnesses.see(sequence, hash);
        }
    }

    /// What they say of the journal.
    pub(super) fn testify(&self, report: &Report) -> Witnessed {
        let witnesses = match &self.0 {
            Ok(witnesses) => witnesses,
            Err(error) => return Witnessed::Unreadable(error.to_string()),
        };
        match witnesses.testify(&End::of(report)) {
            Ok(Some((Testimony::ClosingTorn, witness))) => Witnessed::ClosingTorn {
                record: witness.sequence,
            },
            Ok(Some((Testimony::Agrees { behind }, witness))) => Witnessed::Agrees {
                record: witness.sequence,
                behind,
            },
            Ok(Some((Testimony::SetBack, witness))) => Witnessed::SetBack {
                seen: witness.sequence,
                journal: report.head_sequence,
            },
            Err(WitnessRefusal::SetBack { seen, journal, .. }) => {
                Witnessed::SetBack { seen, journal }
            }
            Err(WitnessRefusal::Unreadable(error)) => Witnessed::Unreadable(error.to_string()),
            Err(WitnessRefusal::OneMissing(file)) => {
                let is_inner = file.ends_with("index/witness");
                let file = ["DIR/witness", "DIR/index/witness"][usize::from(is_inner)];
                Witnessed::OneMissing(file.to_owned())
            }
            Err(WitnessRefusal::OutsideMissing(file)) => {
                Witnessed::OneMissing(file.display().to_string())
            }
            // A kept checkpoint is told of by itself.
            Ok(None) | Err(WitnessRefusal::Missing(_) | WitnessRefusal::NoEvidence(_)) => {
                Witnessed::Absent
            }
        }
    }
}
