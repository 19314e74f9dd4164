//! The journal read by other eyes than the program's: from the bytes on the disk, with moves
//! written down by hand from INTERFACE section 4.

use gateway::book::table::TableRow;
use gateway::core::read_clear;
use gateway::event::{AcceptedHead, Event, Move};
use journal::disk::OsDisk;
use journal::{Damage, Flaw, Report, verify_with};
use schemas::value::BatchId;
use schemas::{LineEvent as E, LineState as S};
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    pub state: S,
    pub fen: i64,
}

/// A batch that exists.
pub struct Batch {
    pub head: AcceptedHead,
    pub lines: Vec<Line>,
    pub approved: Option<String>,
    pub withdrawn: bool,
}

/// A bank file.
#[derive(Clone, Debug)]
pub struct Filed {
    pub batch: BatchId,
    pub lines: Vec<u32>,
    /// Its instructing message is in the journal.
    pub left: bool,
    /// So is something that settles it.
    pub answered: bool,
}

/// The whole journal.
#[derive(Default)]
pub struct Told {
    pub batches: BTreeMap<BatchId, Batch>,
    pub files: BTreeMap<u64, Filed>,
    /// What banks pushed: digest and file by sequence.
    pub messages: BTreeMap<u64, (String, Option<u64>)>,
    arriving: BTreeMap<u64, Vec<TableRow>>,
    pub breaches: Vec<String>,
    pub report: Option<Report>,
}

impl Told {
    /// Reads a journal that nobody has open. A torn tail is what a death may leave; anything else
    /// is a breach.
    pub fn by(journal: &Path) -> Self {
        let mut told = Self::default();
        let report = verify_with(&OsDisk, journal, 0, &mut |passed| {
            if passed.kind.is_reserved() {
                return;
            }
            match read_clear(passed.sequence, passed.clear) {
                Ok((event, table)) => told.take(passed.sequence, event, table),
                Err(error) => told.breach(passed.sequence, error.to_string()),
            }
        });
        match report {
            Ok(report) => {
                for damage in report.damages.iter().filter(|damage| !is_torn(damage)) {
                    told.breaches.push(format!("M10 {damage}"));
                }
                told.report = Some(report);
            }
            Err(error) => told.breaches.push(format!("M10 the journal: {error}")),
        }
        told
    }

    /// Whether the last write was cut.
    pub fn is_torn(&self) -> bool {
        let damages = self.report.iter().flat_map(|report| &report.damages);
        damages.into_iter().any(is_torn)
    }

    fn breach(&mut self, sequence: u64, what: impl std::fmt::Display) {
        self.breaches.push(format!("record {sequence}: {what}"));
    }

    fn take(&mut self, sequence: u64, event: Event, table: &[u8]) {
        match event {
            Event::Refused { what, .. } => self.breach(sequence, format!("refused: {what}")),
            Event::BatchLines { opened, .. } => match TableRow::read_all(table) {
                Some(rows) => self.arriving.entry(opened).or_default().extend(rows),
                None => self.breach(sequence, "a table that can't be read"),
            },
            Event::BatchAccepted(head) => self.accepted(sequence, *head),
            Event::BatchApproved { batch, person, .. } => {
                self.all(sequence, batch, |state| {
                    (state == S::Held).then_some(S::Released)
                });
                if let Some(known) = self.batches.get_mut(&batch) {
                    known.approved = Some(person);
                }
            }
            Event::BatchWithdrawn { batch, .. } => {
                let cancels =
                    |state| matches!(state, S::Held | S::Released).then_some(S::Cancelled);
                self.all(sequence, batch, cancels);
                if let Some(known) = self.batches.get_mut(&batch) {
                    known.withdrawn = true;
                }
            }
            Event::LinesWithdrawn { batch, lines, .. } => {
                let released = |state| (state == S::Released).then_some(S::Cancelled);
                self.some(sequence, batch, &lines, released);
            }
            Event::FileIntended(intent) => {
                let filed = Filed {
                    batch: intent.batch,
                    lines: intent.lines.clone(),
                    left: false,
                    answered: false,
                };
                if let Some(earlier) = self.files.insert(intent.file_no, filed) {
                    if earlier.lines != intent.lines {
                        self.breach(sequence, "an intent is for ever");
                    }
                    if earlier.left && !earlier.answered {
                        self.breach(sequence, format!("M1 file {} again", intent.file_no));
                    }
                }
                let released = |state| (state == S::Released).then_some(S::Intended);
                self.some(sequence, intent.batch, &intent.lines, released);
            }
            Event::MessageLeaving {
                file_no,
                instructs: true,
                ..
            } => self.leaves(sequence, file_no),
            Event::MessageAnswered { file_no, .. } => {
                if let Some(filed) = self.files.get_mut(&file_no) {
                    filed.answered = true;
                }
            }
            Event::Outcomes { file_no, moves, .. } => self.moves(sequence, file_no, &moves),
            Event::BankMessage {
                digest, file_no, ..
            } => {
                self.messages.insert(sequence, (digest, file_no));
            }
            _ => {}
        }
    }

    fn accepted(&mut self, sequence: u64, head: AcceptedHead) {
        let rows = self
            .arriving
            .remove(&head.batch.sequence())
            .unwrap_or_default();
        let lines = rows.iter().map(|row| Line {
            state: if row.refused { S::Refused } else { S::Held },
            fen: row.amount_fen,
        });
        let (id, lines) = (head.batch, lines.collect());
        let twice = self.batches.values().any(|known| {
            (known.head.employer, &known.head.batch_no) == (head.employer, &head.batch_no)
        });
        if twice {
            self.breach(sequence, format!("M7 {} is accepted twice", head.batch_no));
        }
        let batch = Batch {
            head,
            lines,
            approved: None,
            withdrawn: false,
        };
        self.batches.insert(id, batch);
        self.conserved(sequence, id);
    }

    fn leaves(&mut self, sequence: u64, file_no: u64) {
        let Some(filed) = self.files.get_mut(&file_no) else {
            return self.breach(sequence, format!("M2 file {file_no} without an intent"));
        };
        filed.left = true;
        let (batch, lines) = (filed.batch, filed.lines.clone());
        for index in lines {
            if self.state(batch, index) != Some(S::Intended) {
                self.breach(sequence, format!("M2 {batch}.{index} leaves unintended"));
            }
        }
    }

    fn state(&self, batch: BatchId, index: u32) -> Option<S> {
        let lines = &self.batches.get(&batch)?.lines;
        let place = usize::try_from(index).ok()?.checked_sub(1)?;
        Some(lines.get(place)?.state)
    }

    fn moves(&mut self, sequence: u64, file_no: u64, moves: &[Move]) {
        let Some(filed) = self.files.get_mut(&file_no) else {
            return self.breach(sequence, format!("M2 an outcome of file {file_no}"));
        };
        filed.answered = true;
        let (batch, lines) = (filed.batch, filed.lines.clone());
        for step in moves {
            if !lines.contains(&step.index) {
                self.breach(sequence, "another file's line");
            }
            self.some(sequence, batch, &[step.index], |state| {
                follows(state, step.event)
            });
        }
        self.conserved(sequence, batch);
    }

    fn all(&mut self, sequence: u64, batch: BatchId, step: impl Fn(S) -> Option<S>) {
        let count = self
            .batches
            .get(&batch)
            .map_or(0, |known| known.lines.len());
        let indexes: Vec<u32> = (1..=u32::try_from(count).unwrap()).collect();
        // An approval once more moves only what was barred, and a refused line never moves.
        for index in indexes {
            let stays = match self.state(batch, index) {
                Some(S::Refused) => true,
                Some(S::Released) => step(S::Released).is_none(),
                _ => false,
            };
            if !stays {
                self.some(sequence, batch, &[index], &step);
            }
        }
    }

    fn some(
        &mut self,
        sequence: u64,
        batch: BatchId,
        lines: &[u32],
        step: impl Fn(S) -> Option<S>,
    ) {
        for index in lines {
            let from = self.state(batch, *index);
            let Some(to) = from.and_then(&step) else {
                self.breach(sequence, format!("M5 {batch}.{index} from {from:?}"));
                continue;
            };
            let known = self.batches.get_mut(&batch).unwrap();
            known.lines[usize::try_from(*index).unwrap() - 1].state = to;
        }
    }

    /// M4: the lines' counts and sums make the accepted total.
    fn conserved(&mut self, sequence: u64, batch: BatchId) {
        let Some(known) = self.batches.get(&batch) else {
            return;
        };
        let lines = || known.lines.iter().filter(|line| line.state != S::Refused);
        let counted = (lines().count(), lines().map(|line| line.fen).sum::<i64>());
        let stated = (known.head.line_count as usize, known.head.total_fen);
        if counted != stated {
            self.breach(
                sequence,
                format!("M4 {batch}: {counted:?}, accepted {stated:?}"),
            );
        }
    }
}

fn is_torn(damage: &Damage) -> bool {
    matches!(damage.what, Flaw::TornTail { .. })
}

/// The moves that an outcome may make; a repetition is no move.
fn follows(from: S, event: E) -> Option<S> {
    match (from, event) {
        (S::Intended, E::NotSent) => Some(S::Released),
        (S::Intended | S::Unknown, E::Accept) => Some(S::Accepted),
        (S::Intended | S::Accepted | S::Unknown, E::Pay) => Some(S::Paid),
        (S::Intended | S::Accepted | S::Unknown, E::Fail) => Some(S::Failed),
        (S::Intended | S::Accepted, E::LoseTrack) => Some(S::Unknown),
        (S::Paid, E::Return) => Some(S::Returned),
        _ => None,
    }
}
