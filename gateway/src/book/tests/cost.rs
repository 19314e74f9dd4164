//! What a look costs, in payments looked at: twice the lines cost twice as much, whatever an
//! employer has submitted. All of it is done under the lock that everybody waits for.

use super::super::visits;
use super::*;
use crate::book::Scope;
use schemas::LineState;

const WAGE: (u64, i64) = (7, 100_000);

fn fail_all(book: &mut Book, id: BatchId) {
    for line in &mut book.batches.get_mut(&id).unwrap().lines {
        line.state = LineState::Failed;
    }
}

/// So many lines of one wage that failed, and as many corrections of them.
fn corrections(count: u32) -> (Book, Sheet) {
    let mut book = Book::default();
    let failed = Sheet::of(&vec![WAGE; usize::try_from(count).unwrap()]);
    let first = accepted(&mut book, &failed);
    // A second batch near it, so that the scope has its list of places.
    accepted(&mut book, &Sheet::of(&[(8, 1)]));
    fail_all(&mut book, first);
    let corrects = (1..=count).map(|row| (row, payment(first, row))).collect();
    let sheet = Sheet { corrects, ..failed };
    (book, sheet)
}

/// How often payments are looked at for so many lines.
fn assert_linear(what: &str, work: impl Fn(u32) -> u64) {
    let (once, twice) = (work(400), work(800));
    assert!(once > 0, "{what}: nothing was counted");
    assert!(
        twice <= once * 2 + 50,
        "{what}: {once} for 400 lines, {twice} for 800"
    );
    assert!(once <= 400 * 30, "{what}: {once} for 400 lines");
}

#[test]
fn corrections_of_one_wage_cost_by_their_number_at_intake() {
    assert_linear("intake", |count| {
        let (book, sheet) = corrections(count);
        let scope = Scope::of(&sheet.head(BatchId::new(20_261_123, 99)));
        visits::of(|| drop(book.in_flight(Some(&scope), false, &sheet.rows(), &sheet.corrects)))
    });
}

#[test]
fn corrections_beside_their_wages_cost_by_their_number() {
    assert_linear("beside", |count| {
        let (book, sheet) = corrections(count);
        let id = BatchId::new(20_261_123, 99);
        let scope = Scope::of(&sheet.head(id));
        let plain = (count + 1..=2 * count).map(|index| (index, WAGE));
        let lines = (1..).zip(sheet.lines.iter().copied()).chain(plain);
        let corrects = sheet.corrects.iter().copied().collect();
        let mut found = Vec::new();
        let visits = visits::of(|| found = book.beside((id, &scope), lines, &corrects));
        assert_eq!(found.len(), usize::try_from(count).unwrap());
        visits
    });
}

#[test]
fn corrections_of_one_wage_cost_by_their_number_at_approval_and_before_they_leave() {
    for barred in [false, true] {
        let released = |count| {
            let (mut book, sheet) = corrections(count);
            let id = accepted(&mut book, &sheet);
            for line in &mut book.batches.get_mut(&id).unwrap().lines {
                line.state = LineState::Released;
            }
            if barred {
                let twin = accepted(&mut book, &Sheet::of(&[WAGE]));
                let dispute = crate::event::Dispute::ResultMismatch;
                book.batches
                    .get_mut(&twin)
                    .unwrap()
                    .dispute(1, Some(dispute), (0, 0));
                book.note_may_bar(payment(twin, 1));
            }
            (book, id)
        };
        assert_linear("approval", |count| {
            let (book, id) = released(count);
            visits::of(|| drop(book.elsewhere_of(batch(&book, id))))
        });
        let before_leaving = |count| {
            let (book, id) = released(count);
            let mut found = 0;
            let visits = visits::of(|| found = book.barred(batch(&book, id)).len());
            let expected = if barred { count } else { 0 };
            assert_eq!(found, usize::try_from(expected).unwrap());
            visits
        };
        assert_linear("before leaving", before_leaving);
    }
}

/// One wage submitted and taken back again and again under the name of one failed payment.
#[test]
fn corrections_that_were_taken_back_cost_by_their_number() {
    assert_linear("taken back", |count| {
        let (mut book, sheet) = corrections(1);
        for _ in 0..count {
            let id = accepted(&mut book, &sheet);
            book.batches
                .get_mut(&id)
                .unwrap()
                .line_mut(1)
                .unwrap()
                .state = LineState::Cancelled;
        }
        let scope = Scope::of(&sheet.head(BatchId::new(20_261_123, 1 << 40)));
        visits::of(|| drop(book.in_flight(Some(&scope), false, &sheet.rows(), &sheet.corrects)))
    });
}

/// A month with many projects, and a file that names none: near all of them.
#[test]
fn a_file_without_project_costs_by_its_lines_and_theirs() {
    let mut book = Book::default();
    for project in PROJECTS {
        let sheet = Sheet::of(&[WAGE]);
        accepted(
            &mut book,
            &Sheet {
                project: Some(project),
                ..sheet
            },
        );
    }
    let several: Vec<_> = (0..1_000).map(|person| (person, WAGE.1)).collect();
    let sheet = Sheet::of(&several);
    let scope = Scope::of(&sheet.head(BatchId::new(20_261_123, 99)));
    let mut found = Vec::new();
    let visits = visits::of(|| found = book.in_flight(Some(&scope), false, &sheet.rows(), &[]));
    assert_eq!(found.len(), 1, "one person has a wage in every project");
    let projects = u64::try_from(PROJECTS.len()).unwrap();
    assert!(visits <= 4 * projects, "{visits}");
}

const PROJECTS: [&str; 8] = ["A", "B", "C", "D", "E", "F", "G", "H"];

/// Who asks again pays nothing until something of the employer changes.
#[test]
fn a_look_at_all_lines_is_made_once_until_something_changes() {
    let mut book = Book::default();
    let id = accepted(&mut book, &Sheet::of(&vec![WAGE; 500]));
    let twin = accepted(&mut book, &Sheet::of(&[WAGE]));
    let approved = |batch| Event::BatchApproved {
        batch,
        person: String::new(),
        acknowledged: Vec::new(),
        as_of: None,
    };
    told(&mut book, &approved(id), &[]);
    told(&mut book, &approved(twin), &[]);
    assert_eq!(book.waits_for(batch(&book, id)).unwrap().0, "dispatch");
    let dispute = crate::event::Dispute::ResultMismatch;
    book.batches
        .get_mut(&twin)
        .unwrap()
        .dispute(1, Some(dispute), (0, 0));
    book.note_may_bar(payment(twin, 1));
    // Anything that the employer does.
    accepted(&mut book, &Sheet::of(&[(9, 1)]));
    let ask = |book: &Book| {
        let of = batch(book, id);
        assert_eq!(book.waits_for(of).unwrap().0, "other_payment");
        assert!(!book.has_free_line(of) && book.revived_unseen(of).is_empty());
        assert!(book.is_elsewhere(of));
    };
    assert!(visits::of(|| ask(&book)) >= 500);
    assert_eq!(visits::of(|| ask(&book)), 0);
    // Another one's change says nothing of it; one of its own does.
    told(
        &mut book,
        &Event::Started {
            version: String::new(),
            first_file_no: None,
        },
        &[],
    );
    assert_eq!(visits::of(|| ask(&book)), 0);
    accepted(&mut book, &Sheet::of(&[(10, 1)]));
    assert!(visits::of(|| ask(&book)) >= 500);
}

/// Decision 001 counts on it: the book holds millions.
#[test]
fn a_line_takes_eighty_bytes() {
    assert_eq!(size_of::<crate::book::Line>(), 80);
}
