//! One bank file: what an intent fixed, how far it got, when to ask.

use crate::event::{Dispute, FileWord, Intent, Move, Origin};
use schemas::LineEvent;
use std::collections::{BTreeMap, BTreeSet};

/// The finer word of a line that is disputed because the bank contradicts itself about its file.
pub const FILE_IN_DOUBT: &str = "file_in_doubt";

/// How far a bank file got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// Intended; no instructing byte has left.
    Intended,
    /// The instructing message is leaving or has left; no answer yet.
    Leaving,
    /// Certainly not sent: may be intended again, the same file.
    NotSent,
    /// The bank answered, or may have it: ask for the result.
    AtBank,
    /// Given up before anything left; its lines are planned anew.
    Abandoned,
}

/// A bank file.
#[derive(Clone, Debug)]
pub struct BankFile {
    /// What it instructs.
    pub intent: Intent,
    /// How far it got.
    pub state: FileState,
    /// Journal sequences of the records that hold references of the bank's, sealed.
    pub reference_records: Vec<u64>,
    /// When the current state began, Unix milliseconds.
    pub since_ms: i64,
    /// When the instructing message left, Unix milliseconds.
    pub left_ms: Option<i64>,
    /// Journal sequence of that message; 0 before.
    pub left_at: u64,
    /// Journal sequence of the last message about it that left, of a question's several messages
    /// the first: what the answer says is no older; 0 before.
    pub asked_at: u64,
    /// Journal sequence with which the last message of the bank's own came that names it; 0 for
    /// none.
    pub pushed_at: u64,
    /// Questions asked so far, each of as many messages as the dialect needs.
    pub queries: u32,
    /// When the last message of a question left, Unix milliseconds.
    pub queried_ms: Option<i64>,
    /// When the answer to its instruction refused it as a whole, Unix milliseconds.
    pub refused_ms: Option<i64>,
    /// Questions about the outcome asked since then.
    pub asked_since_refusal: u32,
    /// Questions for returns asked so far.
    pub returns_asked: u32,
    /// Those asked since a line of it last became paid.
    pub returns_since_paid: u32,
    /// When the last message of a question for returns left, Unix milliseconds.
    pub returns_asked_ms: Option<i64>,
    /// Lines of it that are paid.
    pub paid: u32,
    /// When a line of it last became paid, Unix milliseconds.
    pub paid_ms: Option<i64>,
    /// Times it was intended.
    pub attempts: u32,
    /// The bank's last word was final.
    pub is_final: bool,
    /// The bank has, or has had, the file: it gave a receipt, a word about a line, or answered
    /// the instruction with something that nobody could read. Its "not found" is then a
    /// contradiction and fails nothing (decision 010).
    pub heard: bool,
    /// Journal sequence of the last answer of the bank with a code of its own that moved nothing; 0
    /// for none.
    pub coded_at: u64,
    /// When the bank said that it knows no such file, Unix milliseconds, in the order of its
    /// answers.
    pub not_found_ms: Vec<i64>,
    /// Words about lines that changed nothing: the same again is no news.
    pub noted: BTreeSet<(u32, LineEvent)>,
    /// Words about lines that contradicted them: the same again is none.
    pub disputed: BTreeSet<Contradiction>,
    /// Lines that were disputed by such words, or for the file's sake.
    pub doubted: BTreeSet<u32>,
    /// Lines that the bank failed: the journal sequence after which it said so, at the earliest.
    pub failed_after: BTreeMap<u32, u64>,
    /// Words about lines with another amount or account than ours.
    pub mismatched: BTreeSet<(u32, LineEvent)>,
    /// The bank named a row of it that it has not.
    pub has_stray: bool,
    /// Journal sequence of the last word that moved or disputed a line of it, or named a row that
    /// it has not; 0 for none.
    pub changed_at: u64,
}

/// A word about a line that contradicted it; of one that is no word of money the bank's code, too.
pub type Contradiction = (u32, LineEvent, Option<String>);

/// "I do not know it", "I have that number", a code that nobody lists: each says that nobody can
/// tell, and is another word than the one that two people had before them.
fn contradiction(step: &Move) -> Contradiction {
    let is_codes = step.event == LineEvent::LoseTrack;
    let code = step.bank_code.as_ref().filter(|_| is_codes);
    (step.index, step.event, code.cloned())
}

impl BankFile {
    /// A file as it is intended for the first time.
    #[must_use]
    pub fn new(intent: Intent, at_ms: i64) -> Self {
        Self {
            intent,
            state: FileState::Intended,
            reference_records: Vec::new(),
            since_ms: at_ms,
            left_ms: None,
            left_at: 0,
            asked_at: 0,
            pushed_at: 0,
            queries: 0,
            queried_ms: None,
            refused_ms: None,
            asked_since_refusal: 0,
            returns_asked: 0,
            returns_since_paid: 0,
            returns_asked_ms: None,
            paid: 0,
            paid_ms: None,
            attempts: 1,
            is_final: false,
            heard: false,
            coded_at: 0,
            not_found_ms: Vec::new(),
            noted: BTreeSet::new(),
            disputed: BTreeSet::new(),
            doubted: BTreeSet::new(),
            failed_after: BTreeMap::new(),
            mismatched: BTreeSet::new(),
            has_stray: false,
            changed_at: 0,
        }
    }

    /// Whether that word about a line of it contradicted the line before.
    #[must_use]
    pub fn has_contradicted(&self, step: &Move) -> bool {
        self.disputed.contains(&contradiction(step))
    }

    /// What a message says of the file as a whole.
    pub(super) fn told(&mut self, said: FileWord, noted: &[Move], time_ms: i64) {
        match said {
            FileWord::Nothing => {}
            FileWord::Known => self.heard = true,
            FileWord::NotFound => self.not_found_ms.push(time_ms),
        }
        let words = noted.iter().map(|step| (step.index, step.event));
        self.noted.extend(words);
    }

    /// An answer came while the instruction was leaving: whatever it says, something got it.
    pub(super) fn answered(&mut self, digest: &str) {
        let empty = digest == crate::sha256_hex(b"");
        self.heard |= self.state == FileState::Leaving && !empty;
    }

    /// The bank failed lines of it, by a message of its own that came at `pushed_at` or by its
    /// answer to what left last.
    pub(super) fn failed(
        &mut self,
        moves: &[Move],
        (origin, pushed_at): (Origin, Option<u64>),
        sequence: u64,
    ) {
        let after = pushed_at.unwrap_or(match origin {
            Origin::Receipt | Origin::Result => self.asked_at,
            Origin::Push | Origin::Channel | Origin::AnswerLimit | Origin::Recovery => sequence,
        });
        let failed = moves.iter().filter(|step| step.event == LineEvent::Fail);
        self.failed_after
            .extend(failed.map(|step| (step.index, after)));
    }

    /// What outcomes of its lines make of the file.
    pub(super) fn settled(
        &mut self,
        origin: Origin,
        moves: &[Move],
        disputes: &[(u32, Dispute, Move)],
    ) {
        let steps = || moves.iter().chain(disputes.iter().map(|(_, _, step)| step));
        for (index, kind, step) in disputes {
            match kind {
                Dispute::ResultMismatch => self.mismatched.insert((*index, step.event)),
                // A line in doubt for another's sake has heard no word of its own.
                Dispute::ResultContradiction if step.detail.as_deref() == Some(FILE_IN_DOUBT) => {
                    self.doubted.insert(*index)
                }
                Dispute::ResultContradiction => {
                    self.doubted.insert(*index);
                    self.disputed.insert(contradiction(step))
                }
            };
        }
        let of_bank = match origin {
            // Older records do not say what the bank said of the file.
            Origin::Receipt | Origin::Push => true,
            Origin::Result => steps().any(|step| step.event != LineEvent::LoseTrack),
            Origin::Channel | Origin::AnswerLimit | Origin::Recovery => false,
        };
        self.heard |= of_bank;
        let not_sent = moves.iter().any(|step| step.event == LineEvent::NotSent);
        let unsent = match self.state {
            FileState::NotSent | FileState::Abandoned => true,
            FileState::Intended | FileState::Leaving | FileState::AtBank => false,
        };
        self.state = match origin {
            Origin::Channel | Origin::Recovery if not_sent => FileState::NotSent,
            // A bank's word that says nothing of a line does not bring an unsent file to the bank:
            // its lines would wait for ever (M12).
            Origin::Receipt | Origin::Result | Origin::Push
                if unsent && steps().next().is_none() =>
            {
                self.state
            }
            Origin::Channel
            | Origin::Recovery
            | Origin::Receipt
            | Origin::Result
            | Origin::Push
            | Origin::AnswerLimit => FileState::AtBank,
        };
    }

    /// Questions about it of either kind: each has its own number at the bank.
    #[must_use]
    pub fn questions(&self) -> u32 {
        self.queries.saturating_add(self.returns_asked)
    }

    /// The place in the batch of a row of the file (rows count from 1).
    #[must_use]
    pub fn line_of_row(&self, row_no: u32) -> Option<u32> {
        self.intent
            .lines
            .get(usize::try_from(row_no.checked_sub(1)?).ok()?)
            .copied()
    }

    /// Lowest and highest line.
    #[must_use]
    pub fn span(&self) -> (u32, u32) {
        let lines = &self.intent.lines;
        (
            lines.iter().copied().min().unwrap_or_default(),
            lines.iter().copied().max().unwrap_or_default(),
        )
    }
}
