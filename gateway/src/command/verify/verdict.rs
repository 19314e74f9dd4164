//! What all that was found comes to.

use super::Judged;
use super::index::Standing;
use super::witness::Witnessed;
use crate::proof::held::Sealing;

/// What journal and index are found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Sound,
    /// The journal is whole, the index is not.
    IndexDamaged,
    /// The journal is whole as far as it goes, and its witness knows more or something else.
    SetBack,
    /// The journal is whole as far as it goes, and its witness is missing or can't be read.
    WitnessDamaged,
    /// The journal agrees with itself, and is not the one that was signed.
    CheckpointsDiffer,
    /// A kept checkpoint is no evidence, or the key that signed is not named: nobody can say that
    /// the journal is the one that was signed.
    CheckpointsDamaged,
    /// The journal was closed, and the checkpoint over its end is gone.
    CheckpointsMissing,
    /// The journal agrees with its witnesses, and the index knows another one.
    IndexForeign,
    /// The journal is whole, and was not held against a checkpoint that nobody vouches for.
    CheckpointUnsigned,
    /// The journal is whole, a tile is not.
    TilesDamaged,
    /// The journal is whole, a data key is damaged or missing.
    KeysDamaged,
    /// Everything up to the head is whole; a gateway holds the folder and writes on.
    Running,
    /// Whole as far as it goes, and nobody says that it ended there.
    NotClosed,
    /// Damage while a gateway writes: the last record may have been half written when it was
    /// read.
    DamagedRunning,
    Damaged,
}

impl Verdict {
    /// Of all that was found; the worst counts.
    pub(super) fn of(judged: &Judged) -> Self {
        let Judged {
            report,
            running,
            found,
            witnessed,
            sealing,
            keyed,
        } = judged;
        let (running, standing) = (*running, found.standing);
        let is_closed = report.closed_cleanly;
        if !report.damages.is_empty() {
            return match running {
                true => Self::DamagedRunning,
                false => Self::Damaged,
            };
        }
        match (witnessed, standing) {
            (Witnessed::SetBack { .. }, _) | (Witnessed::Absent, Standing::Foreign) => {
                Self::SetBack
            }
            (_, _) if matches!(sealing, Sealing::Differs { .. } | Sealing::Unreadable) => {
                Self::CheckpointsDiffer
            }
            (_, _) if is_no_evidence(sealing) => Self::CheckpointsDamaged,
            (Witnessed::Unreadable(_) | Witnessed::OneMissing(_), _) => Self::WitnessDamaged,
            (_, Standing::Foreign) => Self::IndexForeign,
            (_, _) if matches!(sealing, Sealing::EndUnsigned { .. }) => Self::CheckpointsMissing,
            (_, _) if keyed.is_damage() => Self::KeysDamaged,
            (_, _) if running && !is_closed => Self::Running,
            (_, _) if !is_closed => Self::NotClosed,
            (_, _) if standing.is_damage(is_closed) => Self::IndexDamaged,
            (_, _) if witnessed.is_damage(is_closed) => Self::WitnessDamaged,
            (_, _) if *sealing == Sealing::Unsigned => Self::CheckpointUnsigned,
            (_, _) if sealing.is_damage() => Self::TilesDamaged,
            (_, _) => Self::Sound,
        }
    }

    /// The word of the document.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Sound => "sound",
            Self::IndexDamaged => "index_damaged",
            Self::SetBack => "set_back",
            Self::WitnessDamaged => "witness_damaged",
            Self::CheckpointsDiffer => "checkpoints_differ",
            Self::CheckpointsDamaged => "checkpoints_damaged",
            Self::CheckpointsMissing => "checkpoints_missing",
            Self::IndexForeign => "index_foreign",
            Self::CheckpointUnsigned => "checkpoint_unsigned",
            Self::TilesDamaged => "tiles_damaged",
            Self::KeysDamaged => "keys_damaged",
            Self::Running => "gateway_running",
            Self::NotClosed => "not_closed",
            Self::DamagedRunning => "damaged_gateway_running",
            Self::Damaged => "damaged",
        }
    }
}

fn is_no_evidence(sealing: &Sealing) -> bool {
    matches!(
        sealing,
        Sealing::NoEvidence { .. } | Sealing::KeyDamaged { .. }
    )
}
