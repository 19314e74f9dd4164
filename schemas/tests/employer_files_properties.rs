//! Whatever the bytes are: no panic, no end without a summary, no count that contradicts itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::*;
use proptest::prelude::*;
use schemas::Severity;
use schemas::employer_files::{Format, ReadError, ReadOptions, read};
use std::io::{Cursor, Read, Seek, SeekFrom, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const JSON: &str = r#"{"batch_no":"A-1","employer_uscc":"913301006639233248","pay_month":"2026-11",
"paying_bank":"ICBC","payer_account":"1202020009900012345","line_count":1,"total_amount":"1.00",
"employer_name":"x","project_code":"330110","payer_name":"y","lines":[{"line_no":1,"name":"张样一",
"id_number":"11010519491231002X","account":"6222021202000000019","bank":"ICBC","amount":1.00}]}"#;

const XML: &str = r#"<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03">
<CstmrCdtTrfInitn>
<GrpHdr><MsgId>A-1</MsgId><NbOfTxs>1</NbOfTxs><CtrlSum>1.00</CtrlSum><InitgPty><Id><OrgId><Othr>
<Id>913301006639233248</Id></Othr></OrgId></Id></InitgPty></GrpHdr><PmtInf><PmtMtd>TRF</PmtMtd>
<NbOfTxs>1</NbOfTxs><CtrlSum>1.00</CtrlSum><ReqdExctnDt>2026-11-25</ReqdExctnDt><DbtrAcct><Id><Othr>
<Id>1202020009900012345</Id></Othr></Id></DbtrAcct><DbtrAgt><FinInstnId><BIC>ICBKCNBJ</BIC>
</FinInstnId>
</DbtrAgt><CdtTrfTxInf><PmtId><EndToEndId>1</EndToEndId></PmtId><Amt>
<InstdAmt Ccy="CNY">1.00</InstdAmt>
</Amt><Cdtr><Nm>张&#x6837;一</Nm><Id><PrvtId><Othr><Id>11010519491231002X</Id></Othr></PrvtId>
</Id></Cdtr>
<CdtrAcct><Id><Othr><Id>6222021202000000019</Id></Othr></Id></CdtrAcct></CdtTrfTxInf></PmtInf>
</CstmrCdtTrfInitn></Document>"#;

/// A workbook that is stored, not packed, so that a changed byte reaches the XML.
fn workbook() -> Vec<u8> {
    let mut sheet = String::from("<worksheet><sheetData>");
    for (row, line) in (1..).zip(EXAMPLE.lines().filter(|line| !line.is_empty())) {
        let row = if row > 11 { row + 1 } else { row };
        sheet += &format!("<row r=\"{row}\">");
        for (column, cell) in ('A'..).zip(line.split(',')) {
            sheet += &format!("<c r=\"{column}{row}\" t=\"str\"><v>{cell}</v></c>");
        }
        sheet += "</row>";
    }
    sheet += "</sheetData></worksheet>";
    let relations = r#"<R><Relationship Id="a" Type="/worksheet" Target="s.xml"/></R>"#;
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, text) in [
        (
            "xl/workbook.xml",
            r#"<w><sheets><sheet id="a"/></sheets></w>"#,
        ),
        ("xl/_rels/workbook.xml.rels", relations),
        ("xl/s.xml", &sheet),
    ] {
        zip.start_file(name, stored).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Good files of every format and encoding.
fn seeds() -> Vec<Vec<u8>> {
    vec![
        EXAMPLE.into(),
        gb18030(EXAMPLE),
        EXAMPLE.replace(",张样一,", ",\"张\"\"样一\",").into(),
        JSON.into(),
        gb18030(JSON),
        XML.into(),
        workbook(),
    ]
}

fn check(bytes: &[u8], format: Option<Format>) {
    let options = ReadOptions {
        format,
        ..options()
    };
    let (summary, kept) = read_with(bytes, &options);
    assert!(summary.lines_ok <= summary.line_count);
    assert!(summary.total.is_none() || summary.total_ok <= summary.total);
    assert_eq!(kept.lines.len(), summary.lines_ok as usize);
    let seen = kept.lines.len() + kept.refused.len();
    assert_eq!(seen, summary.line_count as usize);
    // Rows in order, the whole file's last.
    let rows: Vec<_> = kept
        .findings
        .iter()
        .map(|f| f.row.unwrap_or(u32::MAX))
        .collect();
    assert!(rows.is_sorted(), "{:?}", kept.places());
    // A line that may be paid has no error of its own.
    for finding in kept
        .findings
        .iter()
        .filter(|f| f.severity == Severity::Error)
    {
        assert!(kept.lines.iter().all(|line| Some(line.row) != finding.row));
    }
}

/// A place whose `fails`th read fails, and no other.
struct Faulty<'a> {
    place: Cursor<&'a [u8]>,
    reads: usize,
    fails: usize,
}

impl Read for Faulty<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.reads += 1;
        if self.reads == self.fails {
            return Err(std::io::Error::other("a torn cable"));
        }
        // Little at once: a workbook has several reads then.
        let most = into.len().min(64);
        self.place.read(&mut into[..most])
    }
}

impl Seek for Faulty<'_> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.place.seek(to)
    }
}

/// What comes of a file whose `fails`th read fails, and how often it was read.
fn faulty(bytes: &[u8], fails: usize) -> (bool, usize) {
    let mut source = Faulty {
        place: Cursor::new(bytes),
        reads: 0,
        fails,
    };
    let read = read(&mut source, &options(), &mut Kept::default());
    (matches!(read, Err(ReadError::Io(_))), source.reads)
}

/// A read that fails is no end of the file, and nothing that the sender could mend, even if the
/// next one succeeds.
#[test]
fn a_place_that_fails_under_a_text_is_our_own_trouble() {
    let batch = planted::Batch::good(3);
    for format in [Format::Csv, Format::Json, Format::Pain001] {
        let bytes = batch.write(format);
        let (_, reads) = faulty(&bytes, 0);
        for fails in 1..=reads {
            let (is_ours, _) = faulty(&bytes, fails);
            assert!(is_ours, "{format}: read {fails} of {reads}");
        }
    }
}

/// As under a text: while the container is opened, and while a part of it unpacks.
#[test]
fn a_place_that_fails_under_a_workbook_is_our_own_trouble() {
    let bytes = planted::Batch::good(3).write(Format::Xlsx);
    let (_, reads) = faulty(&bytes, 0);
    assert!(reads > 60, "{reads}");
    for fails in 1..=reads {
        let (is_ours, _) = faulty(&bytes, fails);
        assert!(is_ours, "read {fails} of {reads}");
    }
}

/// What the sender can mend stays his: a workbook that is cut off, or changed at a place.
#[test]
fn a_workbook_that_is_damaged_is_not_our_trouble() {
    let bytes = planted::Batch::good(3).write(Format::Xlsx);
    for at in (0..bytes.len()).step_by(37) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x55;
        for damaged in [&bytes[..at], &changed] {
            let (is_ours, _) = faulty(damaged, 0);
            assert!(!is_ours, "at {at}");
        }
    }
}

#[test]
fn the_seeds_are_good() {
    for seed in seeds() {
        let (summary, kept) = read_bytes(&seed);
        let names = kept.places();
        assert_eq!(
            (summary.errors, summary.lines_ok > 0),
            (0, true),
            "{names:?}"
        );
    }
}

#[derive(Clone, Debug)]
enum Change {
    Set(usize, u8),
    Remove(usize, usize),
    Double(usize, usize),
    Insert(usize, Vec<u8>),
    Cut(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let spice = prop_oneof![
        Just(b"\"".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b",".to_vec()),
        Just(b"<![CDATA[".to_vec()),
        Just(b"<a>".to_vec()),
        Just(b"&#0;".to_vec()),
        Just(b"\xD5".to_vec()),
        Just(b"\xEF\xBB\xBF".to_vec()),
        Just(b"\x95\x34\xB2\x35".to_vec()),
        Just("\u{202E}".as_bytes().to_vec()),
        Just(b"1e400".to_vec()),
        proptest::collection::vec(any::<u8>(), 1..8),
    ];
    prop_oneof![
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (any::<usize>(), 1..20usize).prop_map(|(at, count)| Change::Remove(at, count)),
        (any::<usize>(), 1..200usize).prop_map(|(at, count)| Change::Double(at, count)),
        (any::<usize>(), spice).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        any::<usize>().prop_map(Change::Cut),
    ]
}

fn apply(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let length = bytes.len().max(1);
        let piece = |at: usize, count: usize| at % length..(at % length + count).min(bytes.len());
        match change {
            Change::Set(at, byte) => {
                if let Some(place) = bytes.get_mut(at % length) {
                    *place = *byte;
                }
            }
            Change::Remove(at, count) => {
                let piece = piece(*at, *count);
                bytes.drain(piece);
            }
            Change::Double(at, count) => {
                let piece = piece(*at, *count);
                let copy = bytes[piece.clone()].to_vec();
                bytes.splice(piece.start..piece.start, copy);
            }
            Change::Insert(at, more) => {
                let at = (at % length).min(bytes.len());
                bytes.splice(at..at, more.iter().copied());
            }
            Change::Cut(at) => bytes.truncate(at % length),
        }
    }
    bytes
}

fn format() -> impl Strategy<Value = Option<Format>> {
    prop_oneof![
        4 => Just(None),
        1 => proptest::sample::select(Format::ALL.to_vec()).prop_map(Some),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
        format in format(),
    ) {
        check(&bytes, format);
    }

    #[test]
    fn changed_files_never_panic(
        seed in 0..7usize,
        changes in proptest::collection::vec(change(), 1..6),
        format in format(),
    ) {
        let bytes = apply(seeds()[seed].clone(), &changes);
        check(&bytes, format);
    }

    /// A name cut at any byte never moves the columns after it.
    #[test]
    fn a_cut_character_never_moves_a_boundary(cut in 0..6usize, gb in any::<bool>()) {
        let name = "张珅𠮷";
        let text = EXAMPLE.replace("张样一", name);
        let (all, name) = if gb {
            (gb18030(&text), gb18030(name))
        } else {
            (text.into_bytes(), name.as_bytes().to_vec())
        };
        let at = all.windows(name.len()).position(|w| w == name).unwrap();
        let mut bytes = all[..at + cut].to_vec();
        bytes.extend_from_slice(&all[at + name.len()..]);
        let (_, kept) = read_bytes(&bytes);
        let said = kept.findings.iter().any(|f| f.severity == Severity::Error);
        let amount_kept = kept.lines.first().is_some_and(|line| line.fen == 652_350);
        prop_assert!(said || amount_kept, "{:?}", kept.places());
    }
}
