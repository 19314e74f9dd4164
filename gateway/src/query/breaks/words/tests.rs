use super::message;
use crate::reconcile::BreakKind;
use schemas::Lang;

/// Every `why` that a break can carry, as INTERFACE and the reading of messages give it.
const EVERY: [(BreakKind, &str); 32] = [
    (BreakKind::Conservation, ""),
    (BreakKind::Defect, "no such batch"),
    (BreakKind::ResultContradiction, "failed"),
    (BreakKind::ResultMismatch, "paid"),
    (
        BreakKind::MessageMismatch,
        "count_not_of_rows: 5 stated, 4 counted",
    ),
    (
        BreakKind::MessageMismatch,
        "count_not_of_file: 5 stated, 4 counted",
    ),
    (BreakKind::MessageMismatch, "amount_fen_not_of_rows"),
    (
        BreakKind::MessageMismatch,
        "paid_count_not_of_rows: 1 stated, 2 counted",
    ),
    (BreakKind::MessageMismatch, "paid_fen_not_of_file"),
    (
        BreakKind::MessageMismatch,
        "failed_count_not_of_rows: ? stated, 2 counted",
    ),
    (BreakKind::MessageMismatch, "failed_fen_not_of_rows"),
    (
        BreakKind::MessageMismatch,
        "open_count_not_of_rows: 1 stated, 0 counted",
    ),
    (BreakKind::MessageMismatch, "row_twice: row 2"),
    (BreakKind::MessageMismatch, "reference_twice: 2 and 3"),
    (BreakKind::MessageMismatch, "payee_twice: 2 and 3"),
    (BreakKind::MessageMismatch, "row_against_batch: 2"),
    (BreakKind::MessageMismatch, "rows_left_out: 1 of 3"),
    (BreakKind::MessageMismatch, "other_file_date"),
    (BreakKind::MessageMismatch, "other_bank_batch_no"),
    (BreakKind::MessageMismatch, "answer_of_another_file"),
    (BreakKind::MessageMismatch, "answer_unreadable"),
    (BreakKind::MessageMismatch, "returns_unreadable"),
    (BreakKind::UnmatchedRecord, "no_such_row"),
    (BreakKind::UnmatchedRecord, "names_no_line"),
    (BreakKind::UnmatchedRecord, "several_lines_match"),
    (BreakKind::UnmatchedRecord, "no_line_matches"),
    (BreakKind::UnmatchedRecord, "no_such_file"),
    (BreakKind::UnmatchedRecord, "names_no_file"),
    (BreakKind::MessageUnreadable, "push"),
    (BreakKind::MessageUnreadable, "result"),
    (BreakKind::MessageOpen, "receipt"),
    (BreakKind::Unknown, "bank_evidence_or_resolution"),
];

#[test]
fn every_break_has_words_in_both_languages() {
    for (kind, why) in EVERY {
        let (zh, en) = (message(kind, why, Lang::Zh), message(kind, why, Lang::En));
        assert!(zh.chars().any(|c| c > '\u{4e00}'), "{why}: {zh}");
        assert!(en.is_ascii() && en.contains(' '), "{why}: {en}");
        for text in [zh, en] {
            // No code of the program is left in it.
            assert!(!text.contains('_') && !text.is_empty(), "{why}: {text}");
        }
    }
}

#[test]
fn numbers_are_said_where_they_are_known() {
    let of = |why, lang| message(BreakKind::MessageMismatch, why, lang);
    let count = "count_not_of_rows: 5 stated, 4 counted";
    assert_eq!(
        of(count, Lang::Zh),
        "报文写明的总笔数与其各行不符：写明 5，实为 4"
    );
    assert_eq!(
        of(count, Lang::En),
        "the number of lines that the message states is not that of its rows: 5 stated, 4 counted"
    );
    assert_eq!(of("row_twice: row 2", Lang::Zh), "第 2 行在报文中不止一次");
    let contradicted = message(BreakKind::ResultContradiction, "failed", Lang::En);
    assert_eq!(
        contradicted,
        "the bank contradicts our books, which say: failed"
    );
    // A word of a later version.
    assert_eq!(of("moon_phase: 3", Lang::Zh), "moon_phase: 3");
}
