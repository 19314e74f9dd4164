//! What a file comes to: the same in every format.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::planted::{Batch, LINES};
use employer_files_support::*;
use schemas::employer_files::Format;

/// Lines without an error, of all, with what `spoil` does to a good batch.
fn counts(format: Format, spoil: impl Fn(&mut Batch)) -> (u32, u32, Vec<String>) {
    let mut batch = Batch::good(1);
    spoil(&mut batch);
    let (summary, kept) = read_bytes(&batch.write(format));
    assert_eq!(summary.format, Some(format));
    assert_eq!(summary.lines_ok as usize, kept.lines.len());
    let codes = kept
        .findings
        .iter()
        .filter(|f| f.severity == schemas::Severity::Error);
    let codes = codes.map(|finding| finding.code.to_string()).collect();
    (summary.lines_ok, summary.line_count, codes)
}

#[test]
fn an_error_of_the_file_leaves_its_good_lines_good() {
    let all = LINES as u32;
    for format in Format::ALL {
        let good = counts(format, |_| {});
        assert_eq!(good, (all, all, vec![]), "{format}");
        for (key, value, code) in [
            ("total_amount", "1.00", "control_sum_mismatch"),
            ("line_count", "8", "control_count_mismatch"),
            ("employer_uscc", "913301006639233240", "uscc_invalid"),
            ("batch_no", "", "missing_field"),
        ] {
            let (ok, lines, codes) = counts(format, |batch| batch.set_head(key, value));
            assert_eq!(
                (ok, lines, codes),
                (all, all, vec![code.to_owned()]),
                "{format}"
            );
        }
    }
}

#[test]
fn a_line_with_an_error_of_its_own_is_not_good() {
    let all = LINES as u32;
    for format in Format::ALL {
        for (key, value, code) in [
            ("name", "", "name_missing"),
            ("amount", "0.00", "amount_not_positive"),
            ("line_no", "1", "line_no_duplicate"),
            // Said once for the file, and true of the line.
            ("currency", "USD", "currency_not_supported"),
        ] {
            let spoil = |batch: &mut Batch| {
                batch.columns.push("currency");
                batch.set_field(4, key, value);
                batch.state_totals();
            };
            let expected = (all - 1, all, vec![code.to_owned()]);
            assert_eq!(counts(format, spoil), expected, "{format}");
        }
    }
}

/// A line of which a required column lacks in the whole file can't be paid, though it has no
/// finding of its own.
#[test]
fn a_line_that_is_not_whole_is_not_good() {
    for format in [Format::Csv, Format::Xlsx] {
        let spoil = |batch: &mut Batch| batch.columns.retain(|key| *key != "account");
        let expected = (0, LINES as u32, vec!["missing_field".to_owned()]);
        assert_eq!(counts(format, spoil), expected, "{format}");
    }
}
