//! A sink that keeps everything, and short words for what tests ask of it.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod book;
pub mod planted;

use schemas::employer_files::{ReadOptions, Sink, SinkError, Summary, read};
use schemas::value::Purpose;
use schemas::{BatchHead, Finding, HeadDraft, PayLine};
use std::io::Cursor;

/// 23 November 2026.
pub fn today() -> time::Date {
    time::Date::from_calendar_date(2026, time::Month::November, 23).unwrap()
}

pub fn options() -> ReadOptions<'static> {
    ReadOptions::new(today())
}

/// A line as a test compares it: everything in clear, by value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub index: u32,
    pub row: u32,
    pub line_no: u32,
    pub reference: Option<String>,
    pub name: String,
    pub id_type: u8,
    pub id_number: String,
    pub account: String,
    pub bank: Option<String>,
    pub cnaps_code: Option<String>,
    pub fen: i64,
    pub gross_fen: Option<i64>,
    pub memo: Option<String>,
    pub corrects: Option<String>,
}

#[derive(Debug, Default)]
pub struct Kept {
    pub head: Option<BatchHead>,
    pub draft: Option<HeadDraft>,
    pub lines: Vec<Line>,
    pub refused: Vec<(u32, u32, Option<u32>)>,
    pub findings: Vec<Finding>,
}

impl Sink for Kept {
    fn head(&mut self, head: &BatchHead) -> Result<(), SinkError> {
        assert!(self.head.is_none() && self.draft.is_none() && self.lines.is_empty());
        self.head = Some(head.clone());
        Ok(())
    }

    fn draft(&mut self, draft: &HeadDraft) -> Result<(), SinkError> {
        assert!(self.head.is_none() && self.draft.is_none() && self.lines.is_empty());
        self.draft = Some(draft.clone());
        Ok(())
    }

    fn line(&mut self, line: &PayLine<'_>) -> Result<(), SinkError> {
        let head_came = self.head.is_some() || self.draft.is_some();
        assert!(head_came, "the head comes first");
        self.lines.push(Line {
            index: line.index,
            row: line.row,
            line_no: line.line_no.0,
            reference: line.reference.map(str::to_owned),
            name: line.payee.name.to_owned(),
            id_type: line.payee.id_type.number(),
            id_number: line.payee.id_number.reveal(Purpose::Matching).to_owned(),
            account: line.payee.account.reveal(Purpose::Matching).to_owned(),
            bank: line.payee_bank.map(|bank| bank.to_string()),
            cnaps_code: line.cnaps_code.map(|code| code.to_string()),
            fen: line.amount.0,
            gross_fen: line.gross_amount.map(|amount| amount.0),
            memo: line.memo.map(str::to_owned),
            corrects: line.corrects.map(|payment| payment.to_string()),
        });
        Ok(())
    }

    fn refused(&mut self, index: u32, row: u32, line_no: Option<u32>) -> Result<(), SinkError> {
        self.refused.push((index, row, line_no));
        Ok(())
    }

    fn finding(&mut self, finding: Finding) -> Result<(), SinkError> {
        self.findings.push(finding);
        Ok(())
    }
}

impl Kept {
    /// `code line row field` of each finding, `-` for none.
    pub fn places(&self) -> Vec<String> {
        let text = |number: Option<u32>| number.map_or("-".to_owned(), |n| n.to_string());
        self.findings
            .iter()
            .map(|finding| {
                let field = finding.field.unwrap_or("-");
                let (line, row) = (text(finding.line), text(finding.row));
                format!("{} {line} {row} {field}", finding.code)
            })
            .collect()
    }

    /// The one finding of a code.
    pub fn one(&self, code: &str) -> &Finding {
        let mut found = self.findings.iter().filter(|f| f.code.as_str() == code);
        let one = found
            .next()
            .unwrap_or_else(|| panic!("no {code} in {:#?}", self.places()));
        assert!(found.next().is_none(), "more than one {code}");
        one
    }

    pub fn argument(&self, code: &str, name: &str) -> &str {
        let finding = self.one(code);
        finding
            .arguments
            .get(name)
            .unwrap_or_else(|| panic!("no {name} in {finding:?}"))
    }
}

pub fn read_with(bytes: &[u8], options: &ReadOptions<'_>) -> (Summary, Kept) {
    let mut kept = Kept::default();
    let summary = read(&mut Cursor::new(bytes), options, &mut kept).unwrap();
    let of = |severity| {
        let same = kept.findings.iter().filter(|f| f.severity == severity);
        same.count() as u64
    };
    assert_eq!(summary.errors, of(schemas::Severity::Error));
    assert_eq!(summary.warnings, of(schemas::Severity::Warning));
    assert_eq!(summary.notes, of(schemas::Severity::Note));
    (summary, kept)
}

pub fn read_bytes(bytes: &[u8]) -> (Summary, Kept) {
    read_with(bytes, &options())
}

pub fn gb18030(text: &str) -> Vec<u8> {
    schemas::text::Charset::Gb18030
        .encode(text)
        .unwrap()
        .into_owned()
}

/// The example of the public contract, word for word.
pub const EXAMPLE: &str = "安薪代发工资表,V1
批次号,GZ-2026-11-001
统一社会信用代码,913301006639233248
单位名称,杭州样例建设有限公司
项目编码,330110202611000001
工资月份,2026-11
付款银行,ICBC
付款账号,1202020009900012345
付款户名,杭州样例建设有限公司样例项目农民工工资专用账户
总笔数,2
总金额,13603.50

序号,姓名,证件类型,证件号码,银行账号,开户银行,联行号,实发金额,应发金额,备注
1,张样一,01,11010519491231002X,6222021202000000019,ICBC,,6523.50,6600.00,2026年11月工资
2,李样二,01,34052419800101001X,6228480000000000000,ABC,,7080.00,7080.00,2026年11月工资
";

/// What the example says, brought to values by hand.
pub fn example_lines() -> Vec<Line> {
    let one = Line {
        index: 1,
        row: 14,
        line_no: 1,
        reference: None,
        name: "张样一".into(),
        id_type: 1,
        id_number: "11010519491231002X".into(),
        account: "6222021202000000019".into(),
        bank: Some("ICBC".into()),
        cnaps_code: None,
        fen: 652_350,
        gross_fen: Some(660_000),
        memo: Some("2026年11月工资".into()),
        corrects: None,
    };
    let two = Line {
        index: 2,
        row: 15,
        line_no: 2,
        name: "李样二".into(),
        id_number: "34052419800101001X".into(),
        account: "6228480000000000000".into(),
        bank: Some("ABC".into()),
        fen: 708_000,
        gross_fen: Some(708_000),
        ..one.clone()
    };
    vec![one, two]
}

pub const TITLES: &str =
    "序号,姓名,证件类型,证件号码,银行账号,开户银行,联行号,实发金额,应发金额,备注,原明细";

/// The head of the example, then `rows`; totals as given.
pub fn file(count: &str, total: &str, rows: &str) -> String {
    let head = EXAMPLE.split_once("\n\n").unwrap().0;
    let head = head.replace("总笔数,2", &format!("总笔数,{count}"));
    format!("{}\n\n{TITLES}\n{rows}", head.replace("13603.50", total))
}

/// A line without a flaw but for what `change` replaces.
pub fn row(number: u32, column: usize, change: &str) -> String {
    let account = format!("10000000{number:04}");
    let number = number.to_string();
    let mut cells = [
        number.as_str(),
        "张样一",
        "01",
        "11010519491231002X",
        &account,
        "ICBC",
        "",
        "1.00",
        "",
        "",
        "",
    ];
    cells[column] = change;
    format!("{}\n", cells.join(","))
}
