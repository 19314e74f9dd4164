//! What must hold after every kill, checked on a copy: the next process recovers the original.

use super::bank::{Memory, Row, is_paid, remember};
use super::child::{clock, data, memory};
use super::wages::{Wages, employer};
use super::walk::{Filed, Told};
use gateway::book::BatchState;
use gateway::core::Core;
use gateway::dispatch::order::kept_lines;
use gateway::reconcile::{BreakKind, breaks};
use gateway::serving::open_data;
use journal::disk::OsDisk;
use journal::{Flaw, verify};
use schemas::LineState;
use schemas::value::{BatchNo, Purpose};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// What the process told of one batch before it died.
#[derive(Clone, Debug, Default)]
pub struct Acknowledged {
    pub id: String,
    pub approved: bool,
    pub withdrawn: bool,
}

/// Everything acknowledged since the folder is new, by batch number.
#[derive(Debug, Default)]
pub struct Acknowledgements {
    pub batches: BTreeMap<u64, Acknowledged>,
    /// The highest number that was tried.
    pub tried: u64,
    pub started: bool,
    pub settled: bool,
}

impl Acknowledgements {
    pub fn hear(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |word: &str| word.parse::<u64>().unwrap();
        match words[..] {
            ["started"] => self.started = true,
            ["settled"] => self.settled = true,
            ["trying", batch] => self.tried = self.tried.max(number(batch)),
            ["accepted", batch, id] => {
                let known = self.batches.entry(number(batch)).or_default();
                // M7: the same number and bytes again are the same batch.
                assert!(known.id.is_empty() || known.id == id, "M7: batch {batch}");
                id.clone_into(&mut known.id);
            }
            ["approved", batch] => {
                self.batches.get_mut(&number(batch)).unwrap().approved = true;
            }
            ["withdrawn", batch] => {
                self.batches.get_mut(&number(batch)).unwrap().withdrawn = true;
            }
            // The harness speaks, too.
            _ => {}
        }
    }
}

/// What a kill left, for the counts of the report.
#[derive(Clone, Copy, Debug, Default)]
pub struct Left {
    pub torn: bool,
    pub open_intents: usize,
    pub left_unanswered: usize,
    pub batches: usize,
    pub instructed: usize,
    pub unknown: usize,
}

/// After a kill.
pub fn after_kill(folder: &Path, acknowledged: &Acknowledgements) -> Left {
    let copy = tempfile::tempdir().unwrap();
    copy_all(folder, copy.path());
    let torn = journal_is_whole_but_for_a_torn_tail(&data(copy.path()).join("journal"));
    if !data(copy.path()).join("journal").exists() || !copy.path().join("master").exists() {
        assert!(acknowledged.batches.is_empty(), "M3");
        return Left::default();
    }
    let mut left = holds(copy.path(), acknowledged);
    left.torn = torn;
    left
}

/// After a clean stop at rest: also the bank's truth.
pub fn at_rest(folder: &Path, acknowledged: &Acknowledgements) -> Left {
    let report = verify(&OsDisk, &data(folder).join("journal")).unwrap();
    assert!(report.is_sound(), "M10: {report:?}");
    let copy = tempfile::tempdir().unwrap();
    copy_all(folder, copy.path());
    let left = holds(copy.path(), acknowledged);
    let core = open(copy.path());
    let told = Told::by(&core);
    banks_truth(&told, &instructions(&remember(&memory(folder))));
    left
}

fn holds(folder: &Path, acknowledged: &Acknowledgements) -> Left {
    let core = open(folder);
    let told = Told::by(&core);
    acknowledged_is_whole(&core, acknowledged);
    book_agrees(&core, &told);
    let instructed = instructions(&remember(&memory(folder)));
    intents_cover(&core, &told, &instructed);
    let found = breaks(&core.desk());
    // The bank answers with what nobody can read now and then, and that is listed.
    let serious: Vec<_> = found
        .iter()
        .filter(|found| found.kind != BreakKind::Unknown && found.why != "answer_unreadable")
        .collect();
    assert!(serious.is_empty(), "M4, M11: {serious:?}");
    let open_files = || told.files.values().filter(|filed| !filed.answered);
    Left {
        torn: false,
        open_intents: open_files().count(),
        left_unanswered: open_files().filter(|filed| filed.left).count(),
        batches: told.batches.len(),
        instructed: instructed.len(),
        unknown: found.len(),
    }
}

fn open(folder: &Path) -> Arc<Core> {
    let opened = open_data(
        &data(folder),
        None,
        &folder.join("master"),
        false,
        clock(0),
        journal::Options::default(),
        &mut |_| {},
    );
    opened.unwrap().core
}

/// M10: before recovery nothing may be wrong but the last, interrupted write.
fn journal_is_whole_but_for_a_torn_tail(dir: &Path) -> bool {
    if !dir.exists() {
        return false;
    }
    let report = verify(&OsDisk, dir).unwrap();
    let is_torn = |flaw: &Flaw| matches!(flaw, Flaw::TornTail { .. });
    match &report.damages[..] {
        [] => false,
        [only] if is_torn(&only.what) => true,
        more => panic!("M10: {more:?}"),
    }
}

/// M3: what was acknowledged is there, whole.
fn acknowledged_is_whole(core: &Core, acknowledged: &Acknowledgements) {
    for (number, said) in &acknowledged.batches {
        let wages = Wages::of(*number);
        let batch_no = BatchNo::parse(&wages.batch_no()).unwrap();
        let batch = core
            .desk()
            .batch_by_number(employer(), &batch_no)
            .cloned()
            .unwrap_or_else(|| panic!("M3: batch {number} is lost"));
        assert_eq!(batch.id().to_string(), said.id, "M3, M7");
        assert_eq!(u64::from(batch.head.line_count), wages.lines, "M3");
        assert_eq!(batch.head.total_fen, wages.total_fen(), "M3");
        assert!(!said.approved || batch.approved.is_some(), "M3: approval");
        let is_withdrawn = batch.state() == BatchState::Withdrawn;
        assert!(!said.withdrawn || is_withdrawn, "M3: withdrawal");
        let indexes: Vec<u32> = (1..=batch.head.line_count).collect();
        let kept = kept_lines(core, batch.id(), &indexes).unwrap();
        for (index, line) in (1u64..).zip(&kept) {
            let account = line.account.reveal(Purpose::Matching);
            assert_eq!(account, wages.account(index), "M3: batch {number}");
            assert_eq!(line.amount.0, wages.fen(index), "M3: batch {number}");
        }
    }
}

/// The book is what the journal says, line by line and in its sums (M4, M5).
fn book_agrees(core: &Core, told: &Told) {
    let desk = core.desk();
    assert_eq!(desk.batches().count(), told.batches.len());
    for batch in desk.batches() {
        let lines = &told.batches[&batch.id()];
        let mut sums: BTreeMap<LineState, (u32, i64)> = BTreeMap::new();
        for (mine, theirs) in lines.iter().zip(&batch.lines) {
            assert_eq!(mine.state, theirs.state, "M5: {}", batch.id());
            let sum = sums.entry(mine.state).or_default();
            sum.0 += 1;
            sum.1 += mine.fen;
        }
        for (state, sum) in batch.sums.iter() {
            let counted = sums.get(&state).copied().unwrap_or_default();
            assert_eq!((sum.count, sum.fen), counted, "M4: {}", batch.id());
        }
    }
}

/// M1: every file and every account reached the bank at most once. Gives rows by file.
fn instructions(memories: &[Memory]) -> BTreeMap<u64, Vec<Row>> {
    let mut files = BTreeMap::new();
    let mut accounts = BTreeSet::new();
    for told in memories {
        let Memory::Submit(file_no, rows) = told else {
            continue;
        };
        for (_, account, _) in rows {
            assert!(accounts.insert(account.clone()), "M1: a wage twice");
        }
        let earlier = files.insert(*file_no, rows.clone());
        assert!(earlier.is_none(), "M1: file {file_no} twice");
    }
    files
}

/// M2: whatever the bank was told, the journal told first, with the same lines.
fn intents_cover(core: &Core, told: &Told, instructed: &BTreeMap<u64, Vec<Row>>) {
    for (file_no, rows) in instructed {
        let filed = told
            .files
            .get(file_no)
            .filter(|filed| filed.left)
            .unwrap_or_else(|| panic!("M2: file {file_no} is not in the journal"));
        let lines = kept_lines(core, filed.batch, &filed.lines).unwrap();
        assert_eq!(lines.len(), rows.len(), "M2: file {file_no}");
        for (line, (_, account, fen)) in lines.iter().zip(rows) {
            let known = (line.account.reveal(Purpose::Matching), line.amount.0);
            assert_eq!(known, (account.as_str(), *fen), "M2: file {file_no}");
        }
    }
}

/// Every wage of which the bank knows ended as the bank says; of the others nobody pretends.
fn banks_truth(told: &Told, instructed: &BTreeMap<u64, Vec<Row>>) {
    for (file_no, Filed { batch, lines, .. }) in &told.files {
        let states = lines
            .iter()
            .map(|index| told.batches[batch][*index as usize - 1].state);
        let Some(rows) = instructed.get(file_no) else {
            for state in states {
                assert_eq!(state, LineState::Unknown, "file {file_no}");
            }
            continue;
        };
        for (state, (_, account, _)) in states.zip(rows) {
            let expected = match is_paid(account) {
                true => LineState::Paid,
                false => LineState::Failed,
            };
            assert_eq!(state, expected, "file {file_no}");
        }
    }
}

fn copy_all(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy_all(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
        }
    }
}

/// M2: files whose instruction had left without an answer when the process died. Each must be
/// asked about afterwards.
pub fn to_be_asked(folder: &Path) -> Vec<u64> {
    if !data(folder).join("journal").exists() || !folder.join("master").exists() {
        return Vec::new();
    }
    let copy = tempfile::tempdir().unwrap();
    copy_all(folder, copy.path());
    let told = Told::by(&open(copy.path()));
    let unsettled = told.files.into_iter().filter(|(_, filed)| !filed.answered);
    unsettled
        .filter(|(_, filed)| filed.left)
        .map(|(file_no, _)| file_no)
        .collect()
}
