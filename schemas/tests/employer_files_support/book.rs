//! Workbooks of texts, one sheet after the other.

use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A workbook whose sheets hold the rows of csv texts; an empty row is a gap in the numbers.
pub fn book(sheets: &[(&str, &str)]) -> Vec<u8> {
    let (mut list, mut relations) = (String::new(), String::new());
    let mut parts = Vec::new();
    for (number, (title, rows)) in (1..).zip(sheets) {
        list += &format!("<sheet name=\"{title}\" sheetId=\"{number}\" r:id=\"r{number}\"/>");
        let part = format!("s{number}.xml");
        relations +=
            &format!("<Relationship Id=\"r{number}\" Type=\"t/worksheet\" Target=\"{part}\"/>");
        parts.push((format!("xl/{part}"), sheet(rows)));
    }
    let list = format!("<workbook xmlns:r=\"r\"><sheets>{list}</sheets></workbook>");
    let relations = format!("<Relationships>{relations}</Relationships>");
    parts.push(("xl/workbook.xml".to_owned(), list));
    parts.push(("xl/_rels/workbook.xml.rels".to_owned(), relations));
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A sheet of a csv text without quotes.
fn sheet(rows: &str) -> String {
    let mut sheet = String::from("<worksheet><sheetData>");
    for (row, line) in (1..).zip(rows.lines()).filter(|(_, line)| !line.is_empty()) {
        sheet += &format!("<row r=\"{row}\">");
        for (column, cell) in ('A'..).zip(line.split(',')).filter(|(_, c)| !c.is_empty()) {
            sheet += &format!("<c r=\"{column}{row}\" t=\"str\"><v>{cell}</v></c>");
        }
        sheet += "</row>";
    }
    sheet + "</sheetData></worksheet>"
}
