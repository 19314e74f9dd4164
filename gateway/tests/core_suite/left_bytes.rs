//! What a file that comes to nothing counts for is what the journal keeps of it: a packed one is
//! small, and its lines and findings are many.

use super::desk::{Desk, LI, MAKER, USCC, ZHANG, file};
use gateway::core::read_event;
use gateway::event::{Event, Policy};
use gateway::intake::Submitted;
use schemas::value::Uscc;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// What the journal keeps of a file, in bytes.
#[derive(Debug, Default)]
pub struct Left {
    pub bytes: u64,
    /// With their table.
    pub lines: u64,
    pub findings: u64,
}

impl Left {
    /// By the records themselves, each opened.
    pub fn of_the_last_file(desk: &Desk) -> Self {
        let mut left = Self::default();
        for sequence in 1..=desk.core.desk().sequence() {
            let Ok((record, event)) = desk.core.event(sequence) else {
                continue;
            };
            let sealed = || desk.core.personal(&record).unwrap().len() as u64;
            match event {
                Event::BatchOpened { .. } => left = Self::default(),
                Event::BatchBytes { .. } => left.bytes += sealed(),
                Event::BatchLines { .. } => {
                    let (_, table) = read_event(&record).unwrap();
                    left.lines += sealed() + table.len() as u64;
                }
                Event::BatchFindings { .. } => left.findings += sealed(),
                _ => {}
            }
        }
        left
    }

    pub fn all(&self) -> u64 {
        self.bytes + self.lines + self.findings
    }
}

/// What counts for the day on which the desk opens.
pub fn counted(desk: &Desk) -> u64 {
    let employer = Uscc::parse(USCC).unwrap();
    desk.core.desk().refusals(employer, 20_261_123).bytes
}

/// A file in the template as a workbook, every cell a text.
fn workbook(csv: &str) -> Vec<u8> {
    let mut sheet = String::from("<worksheet><sheetData>");
    // The empty row is a gap in the numbers of the rows.
    for (row, line) in (1..).zip(csv.lines()).filter(|(_, line)| !line.is_empty()) {
        sheet += &format!("<row r=\"{row}\">");
        for (column, cell) in ('A'..).zip(line.split(',')) {
            sheet += &format!("<c r=\"{column}{row}\" t=\"str\"><v>{cell}</v></c>");
        }
        sheet += "</row>";
    }
    sheet += "</sheetData></worksheet>";
    let list = r#"<sheets><sheet name="工资" r:id="r1"/></sheets>"#;
    let list = format!(r#"<workbook xmlns:r="r">{list}</workbook>"#);
    let relation = r#"<Relationship Id="r1" Type="t/worksheet" Target="sheet1.xml"/>"#;
    let relations = format!("<Relationships>{relation}</Relationships>");
    let mut packed = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [
        ("xl/workbook.xml", list),
        ("xl/_rels/workbook.xml.rels", relations),
        ("xl/sheet1.xml", sheet),
    ] {
        let options = SimpleFileOptions::default();
        packed.start_file(name, options).unwrap();
        packed.write_all(text.as_bytes()).unwrap();
    }
    packed.finish().unwrap().into_inner()
}

/// One line so many times, and a sum that is not theirs: known when all of them are written.
fn wrong_sum(batch_no: &str, count: usize) -> String {
    let text = file(batch_no, &vec![ZHANG; count]);
    let sum = text
        .lines()
        .find(|line| line.starts_with("总金额"))
        .unwrap();
    text.replacen(sum, "总金额,1.00", 1)
}

fn submit(desk: &Desk, bytes: &[u8]) -> Submitted {
    let mut source = Cursor::new(bytes.to_vec());
    desk.submit_from(MAKER, Policy::AllOrNothing, &mut source)
        .unwrap()
}

fn is_refused(submitted: &Submitted) -> bool {
    matches!(submitted, Submitted::Refused { .. })
}

/// A line as it is kept, by hand, where its numbers have one digit.
const SHORTEST: &str = concat!(
    r#"[1,9,1,null,"张样一",1,"11010519491231002X","6222021202000000019","#,
    "null,null,652350,null,null,null]\n"
);
/// Its row of the table.
const ROW: usize = 40;

#[test]
fn a_packed_workbook_counts_with_what_its_lines_take() {
    let first = workbook(&wrong_sum("GZ-1", 3_000));
    let all_lines = 3_000 * (SHORTEST.len() + ROW);
    assert!(first.len() * 5 < all_lines, "{}", first.len());
    let mut desk = Desk::new();
    desk.refusals.bytes_max = all_lines as u64;
    let answer = submit(&desk, &first);
    assert!(is_refused(&answer), "{answer:?}");
    let further = submit(&desk, file("GZ-2", &[LI]).as_bytes());
    assert!(
        matches!(further, Submitted::TooManyRefused { .. }),
        "{further:?}"
    );
    // Not forgotten by a restart.
    let before = counted(&desk);
    desk.core.journal().commit().unwrap();
    assert_eq!(counted(&desk.crash()), before);
}

#[test]
fn a_refused_file_counts_with_all_that_is_written_of_it() {
    for bytes in [
        wrong_sum("GZ-1", 3_000).into_bytes(),
        workbook(&wrong_sum("GZ-1", 3_000)),
    ] {
        let desk = Desk::new();
        assert!(is_refused(&submit(&desk, &bytes)));
        let left = Left::of_the_last_file(&desk);
        // The same person and account again, in every line: warnings.
        assert!(left.lines > 0 && left.findings > 0, "{left:?}");
        assert_eq!(left.bytes, bytes.len() as u64);
        assert_eq!(counted(&desk), left.all(), "{left:?}");
    }
}

#[test]
fn a_file_whose_number_is_in_use_counts_with_its_lines() {
    let desk = Desk::new();
    desk.accept(&file("GZ-1", &[ZHANG]));
    assert_eq!(counted(&desk), 0, "what is accepted is another count");
    let answer = submit(&desk, file("GZ-1", &vec![LI; 3_000]).as_bytes());
    assert!(matches!(answer, Submitted::Conflict(_)), "{answer:?}");
    let left = Left::of_the_last_file(&desk);
    assert!(left.lines > 0, "{left:?}");
    assert_eq!(counted(&desk), left.all(), "{left:?}");
}
