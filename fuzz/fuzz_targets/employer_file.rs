//! An employer's file: the first byte says whether the format is detected or given, the rest is
//! the file. The same entry and the same demands as schemas/tests/employer_files_properties.rs.
#![no_main]

use libfuzzer_sys::fuzz_target;
use schemas::employer_files::{Format, Limits, ReadOptions, Sink, SinkError, read};
use schemas::{BatchHead, Finding, PayLine, Severity};
use std::io::Cursor;

#[derive(Default)]
struct Kept {
    lines: Vec<u32>,
    refused: usize,
    rows: Vec<u32>,
    wrong: Vec<u32>,
}

impl Sink for Kept {
    fn head(&mut self, _: &BatchHead) -> Result<(), SinkError> {
        Ok(())
    }

    fn line(&mut self, line: &PayLine<'_>) -> Result<(), SinkError> {
        self.lines.push(line.row);
        Ok(())
    }

    fn refused(&mut self, _: u32, _: u32, _: Option<u32>) -> Result<(), SinkError> {
        self.refused += 1;
        Ok(())
    }

    fn finding(&mut self, finding: Finding) -> Result<(), SinkError> {
        self.rows.push(finding.row.unwrap_or(u32::MAX));
        if finding.severity == Severity::Error {
            self.wrong.extend(finding.row);
        }
        Ok(())
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((first, file)) = data.split_first() else {
        return;
    };
    let given = usize::from(*first).checked_rem(8).unwrap_or_default();
    let options = ReadOptions {
        format: Format::ALL.get(given).copied(),
        limits: Limits {
            // A workbook must not make the fuzzer slow by being large alone.
            unpacked_bytes_max: 8 << 20,
            ..Limits::default()
        },
        ..ReadOptions::new(time::macros::date!(2026 - 11 - 23))
    };
    let mut kept = Kept::default();
    let summary = read(&mut Cursor::new(file), &options, &mut kept).expect("memory does not fail");
    assert!(summary.lines_ok <= summary.line_count);
    assert!(summary.total.is_none() || summary.total_ok <= summary.total);
    assert_eq!(kept.lines.len(), summary.lines_ok as usize);
    assert_eq!(kept.lines.len() + kept.refused, summary.line_count as usize);
    assert!(kept.rows.is_sorted(), "findings in order");
    assert!(kept.lines.iter().all(|row| !kept.wrong.contains(row)));
});
