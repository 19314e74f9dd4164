//! Workbooks of texts, one sheet after the other.

use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

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
    let parts = parts
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()));
    container(&parts.collect::<Vec<_>>())
}

/// A packed container with these parts.
pub fn container(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in parts {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A sheet of a csv text without quotes.
pub fn sheet(rows: &str) -> String {
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

/// The list of one sheet.
pub const WORKBOOK: &str =
    r#"<workbook xmlns:r="r"><sheets><sheet name="工资" r:id="r1"/></sheets></workbook>"#;
/// Where the sheet and the shared texts are.
pub const RELATIONS: &str = r#"<Relationships>
<Relationship Id="r1" Type="t/worksheet" Target="sheet1.xml"/>
<Relationship Id="r2" Type="t/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;

/// A workbook with one sheet and shared texts.
pub fn workbook(sheet: &str, strings: &str) -> Vec<u8> {
    container(&[
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/sharedStrings.xml", strings.as_bytes()),
        ("xl/sheet1.xml", sheet.as_bytes()),
    ])
}
