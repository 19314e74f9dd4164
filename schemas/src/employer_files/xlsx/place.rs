//! Where in a workbook a structure finding is: the sheet by its title, the cell as people call it.

use crate::employer_files::raw::{RawHead, RawLine, Receiver, Stop, Tally, shown};
use crate::finding::{Finding, FindingCode};

/// The sheet that is read.
#[derive(Clone, Copy)]
pub(super) struct Place<'b> {
    pub(super) title: &'b str,
}

impl Place<'_> {
    /// Names cell or row, with the sheet, in a structure finding that has a row.
    fn of(self, finding: Finding) -> Finding {
        let Some(row) = finding.row else {
            return finding;
        };
        if finding.code != FindingCode::SchemaViolation {
            return finding;
        }
        let column = finding.arguments.get("column");
        match column.and_then(|column| column.parse().ok()) {
            Some(column) => {
                let cell = format!("{}!{}{row}", shown(self.title), letters(column));
                finding.with("cell", cell)
            }
            None => finding.with("sheet", shown(self.title)),
        }
    }

    /// The same for a finding that stops the reading.
    pub(super) fn of_stop(self, stop: Stop) -> Stop {
        match stop {
            Stop::File(finding) => self.of(*finding).into(),
            stop @ Stop::Read(_) => stop,
        }
    }
}

/// The letters of a column from 1: `A`, `Z`, `AA`.
fn letters(column: usize) -> String {
    let (mut letters, mut rest) = (String::new(), column);
    while let Some(left) = rest.checked_sub(1) {
        letters.insert(
            0,
            char::from(b'A' + u8::try_from(left % 26).unwrap_or_default()),
        );
        rest = left / 26;
    }
    letters
}

/// Hands on what is read of the sheet.
pub(super) struct OnSheet<'t, 'b> {
    pub(super) to: &'t mut dyn Receiver,
    pub(super) place: Place<'b>,
}

impl Receiver for OnSheet<'_, '_> {
    fn head(&mut self, head: &RawHead) -> Result<(), Stop> {
        self.to.head(head)
    }

    fn line(&mut self, line: &RawLine<'_>) -> Result<(), Stop> {
        self.to.line(line)
    }

    fn finding(&mut self, finding: Finding) -> Result<(), Stop> {
        self.to.finding(self.place.of(finding))
    }

    fn tally(&self) -> Tally {
        self.to.tally()
    }
}

#[cfg(test)]
mod tests {
    use super::letters;

    #[test]
    fn columns_have_the_letters_of_a_spreadsheet() {
        let known = [
            (1, "A"),
            (26, "Z"),
            (27, "AA"),
            (52, "AZ"),
            (53, "BA"),
            (702, "ZZ"),
            (703, "AAA"),
        ];
        for (column, expected) in known {
            assert_eq!(letters(column), expected);
        }
    }
}
