//! The journal read by other eyes than the book's: states from a table written by hand from the
//! public contract, sums counted anew.

use gateway::book::table::TableRow;
use gateway::core::{Core, read_event};
use gateway::event::{Event, Move};
use schemas::value::BatchId;
use schemas::{LineEvent, LineState};
use std::collections::BTreeMap;

/// One line as the walk finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    pub state: LineState,
    pub fen: i64,
}

/// What the journal says of one bank file.
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
    pub batches: BTreeMap<BatchId, Vec<Line>>,
    accepted: BTreeMap<BatchId, (u32, i64)>,
    arriving: BTreeMap<u64, Vec<TableRow>>,
    pub files: BTreeMap<u64, Filed>,
}

/// M5: what may follow what, by the contract's section on states.
fn next(state: LineState, event: LineEvent) -> LineState {
    use LineState as S;
    match (event, state) {
        (LineEvent::Release, S::Held) => S::Released,
        (LineEvent::Cancel, S::Held | S::Released) => S::Cancelled,
        (LineEvent::Intend, S::Released) => S::Intended,
        (LineEvent::NotSent, S::Intended) => S::Released,
        (LineEvent::Accept, S::Intended | S::Unknown | S::Accepted) => S::Accepted,
        (LineEvent::Pay, S::Intended | S::Accepted | S::Unknown) => S::Paid,
        (LineEvent::Fail, S::Intended | S::Accepted | S::Unknown) => S::Failed,
        (LineEvent::LoseTrack, S::Intended | S::Accepted) => S::Unknown,
        other => panic!("M5: {other:?}"),
    }
}

impl Told {
    pub fn by(core: &Core) -> Self {
        let mut told = Self::default();
        for entry in core.journal().scan(1) {
            let (_, record) = entry.unwrap();
            if record.kind.is_reserved() {
                continue;
            }
            let (event, table) = read_event(&record).unwrap();
            told.take(record.sequence, event, table);
        }
        told
    }

    fn take(&mut self, sequence: u64, event: Event, table: &[u8]) {
        match event {
            Event::BatchLines { opened, .. } => {
                let rows = TableRow::read_all(table).unwrap();
                self.arriving.entry(opened).or_default().extend(rows);
            }
            Event::BatchAccepted(head) => {
                let rows = self.arriving.remove(&head.batch.sequence()).unwrap();
                let held = |row: &TableRow| Line {
                    state: LineState::Held,
                    fen: row.amount_fen,
                };
                assert!(rows.iter().all(|row| !row.refused), "none of ours is");
                let lines = rows.iter().map(held).collect();
                assert!(self.batches.insert(head.batch, lines).is_none(), "M7");
                let total = (head.line_count, head.total_fen);
                self.accepted.insert(head.batch, total);
                self.conserved(head.batch, sequence);
            }
            Event::BatchApproved { batch, .. } => self.all(batch, LineEvent::Release),
            Event::BatchWithdrawn { batch, .. } => self.all(batch, LineEvent::Cancel),
            Event::FileIntended(intent) => {
                let filed = Filed {
                    batch: intent.batch,
                    lines: intent.lines.clone(),
                    left: false,
                    answered: false,
                };
                let earlier = self.files.insert(intent.file_no, filed.clone());
                if let Some(earlier) = earlier {
                    assert_eq!(earlier.lines, filed.lines, "an intent is for ever");
                    assert!(!earlier.left || earlier.answered, "M1: sent again");
                }
                self.some(intent.batch, &intent.lines, LineEvent::Intend);
            }
            Event::MessageLeaving {
                file_no, instructs, ..
            } if instructs => self.leaves(file_no),
            Event::MessageAnswered { file_no, .. } => {
                self.files.get_mut(&file_no).unwrap().answered = true;
            }
            Event::Outcomes { file_no, moves, .. } => self.moves(file_no, &moves, sequence),
            _ => {}
        }
    }

    fn leaves(&mut self, file_no: u64) {
        let filed = self.files.get_mut(&file_no).expect("M2: no intent");
        filed.left = true;
        let batch = &self.batches[&filed.batch];
        for index in &filed.lines {
            let line = batch[*index as usize - 1];
            assert_eq!(line.state, LineState::Intended, "M2: file {file_no}");
        }
    }

    fn moves(&mut self, file_no: u64, moves: &[Move], sequence: u64) {
        let filed = self.files.get_mut(&file_no).unwrap();
        filed.answered = true;
        let batch = filed.batch;
        for step in moves {
            assert!(filed.lines.contains(&step.index), "another file's line");
            let line = &mut self.batches.get_mut(&batch).unwrap()[step.index as usize - 1];
            line.state = next(line.state, step.event);
        }
        self.conserved(batch, sequence);
    }

    fn all(&mut self, batch: BatchId, event: LineEvent) {
        for line in self.batches.get_mut(&batch).unwrap() {
            line.state = next(line.state, event);
        }
    }

    fn some(&mut self, batch: BatchId, indexes: &[u32], event: LineEvent) {
        let lines = self.batches.get_mut(&batch).unwrap();
        for index in indexes {
            let line = &mut lines[*index as usize - 1];
            line.state = next(line.state, event);
        }
    }

    /// M4: the states' counts and sums make the accepted total.
    fn conserved(&self, batch: BatchId, sequence: u64) {
        let lines = &self.batches[&batch];
        let sum: i64 = lines.iter().map(|line| line.fen).sum();
        let counted = (u32::try_from(lines.len()).unwrap(), sum);
        assert_eq!(counted, self.accepted[&batch], "M4 at record {sequence}");
    }
}
