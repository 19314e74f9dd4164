//! Office files of ours, read by programs that are not ours: openpyxl for xlsx, xlrd for xls.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// Prints each line of the first sheet, its cells as `kind:text`; a text's kind is `s`.
const READ: &str = r#"
import io, sys
data = sys.stdin.buffer.read()
if data[:2] == b"PK":
    import openpyxl
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    lines = [[(c.data_type, c.value) for c in row] for row in sheet.iter_rows()]
else:
    import xlrd
    kinds = {xlrd.XL_CELL_EMPTY: "", xlrd.XL_CELL_BLANK: "", xlrd.XL_CELL_TEXT: "s"}
    book = xlrd.open_workbook(file_contents=data, formatting_info=True)
    sheet = book.sheet_by_index(0)
    rows = [sheet.row(at) for at in range(sheet.nrows)]
    lines = [[(kinds.get(c.ctype, "other"), c.value or None) for c in row] for row in rows]
    formats = {book.format_map[book.xf_list[c.xf_index].format_key].format_str
               for row in rows for c in row if c.ctype == xlrd.XL_CELL_TEXT}
    assert formats == {"@"}, formats
for cells in lines:
    told = ["" if value is None else kind + ":" + value for kind, value in cells]
    sys.stdout.buffer.write(("|".join(told) + "\n").encode())
"#;

/// The lines that the other program reads.
pub fn lines(office_file: &[u8]) -> Vec<String> {
    // The system's own: what its package manager brings is not seen by others.
    let needs = "/usr/bin/python3 with python3-openpyxl and python3-xlrd (apt-get install)";
    let mut python = Command::new("/usr/bin/python3")
        .args(["-c", READ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect(needs);
    let mut stdin = python.stdin.take().unwrap();
    stdin.write_all(office_file).unwrap();
    drop(stdin);
    let told = python.wait_with_output().unwrap();
    assert!(told.status.success(), "{needs}");
    let told = String::from_utf8(told.stdout).unwrap();
    told.lines().map(str::to_owned).collect()
}
