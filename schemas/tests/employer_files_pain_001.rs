//! pain.001: what is read, every defect in its place, and hostile XML.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::*;
use schemas::PayMonth;
use schemas::employer_files::{Format, ReadOptions};

/// The example of the contract as a pain.001.001.09, written by hand.
const MESSAGE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>
<GrpHdr><MsgId>GZ-2026-11-001</MsgId><CreDtTm>2026-11-23T10:00:00</CreDtTm><NbOfTxs>2</NbOfTxs>
<CtrlSum>13603.50</CtrlSum><InitgPty><Nm>样例</Nm></InitgPty></GrpHdr>
<PmtInf><PmtInfId>P1</PmtInfId><PmtMtd>TRF</PmtMtd><NbOfTxs>2</NbOfTxs><CtrlSum>13603.5</CtrlSum>
<ReqdExctnDt><Dt>2026-11-25</Dt></ReqdExctnDt>
<Dbtr><Nm>杭州样例建设有限公司</Nm><Id><OrgId><Othr><Id>913301006639233248</Id></Othr></OrgId></Id></Dbtr>
<DbtrAcct><Id><Othr><Id>1202020009900012345</Id></Othr></Id><Ccy>CNY</Ccy></DbtrAcct>
<DbtrAgt><FinInstnId><BICFI>ICBKCNBJ</BICFI></FinInstnId></DbtrAgt>
<CdtTrfTxInf><PmtId><EndToEndId>1</EndToEndId></PmtId><Amt>
<InstdAmt Ccy="CNY">6523.50</InstdAmt></Amt>
<CdtrAgt><FinInstnId><Nm>ICBC</Nm></FinInstnId></CdtrAgt>
<Cdtr><Nm>张样一</Nm><Id><PrvtId><Othr><Id>11010519491231002X</Id></Othr></PrvtId></Id></Cdtr>
<CdtrAcct><Id><Othr><Id>6222021202000000019</Id></Othr></Id></CdtrAcct>
<RmtInf><Ustrd>2026年11月工资</Ustrd></RmtInf></CdtTrfTxInf>
<CdtTrfTxInf><PmtId><EndToEndId>2</EndToEndId></PmtId><Amt>
<InstdAmt Ccy="CNY">7080.00</InstdAmt></Amt>
<CdtrAgt><FinInstnId><Nm>ABC</Nm></FinInstnId></CdtrAgt>
<Cdtr><Nm>李样二</Nm><Id><PrvtId><Othr><Id>34052419800101001X</Id></Othr></PrvtId></Id></Cdtr>
<CdtrAcct><Id><Othr><Id>6228480000000000000</Id></Othr></Id></CdtrAcct>
<RmtInf><Ustrd>2026年11月工资</Ustrd></RmtInf></CdtTrfTxInf>
</PmtInf></CstmrCdtTrfInitn></Document>
"#;

fn november() -> ReadOptions<'static> {
    ReadOptions {
        pay_month: Some(PayMonth::new(2026, 11).unwrap()),
        ..options()
    }
}

fn places(text: &str) -> Vec<String> {
    let (summary, kept) = read_with(text.as_bytes(), &november());
    assert_eq!(summary.format, Some(Format::Pain001));
    kept.places()
}

fn expected() -> Vec<Line> {
    let mut lines = example_lines();
    for (line, row) in lines.iter_mut().zip(1..) {
        line.row = row;
        line.gross_fen = None;
    }
    lines
}

/// Other prefixes, versions, encodings and spellings of the same content.
#[test]
fn the_message_gives_the_lines_of_the_example() {
    let prefixed = MESSAGE
        .replace("</", "</p:")
        .replace('<', "<p:")
        .replace("<p:/p:", "</p:")
        .replace("<p:?", "<?")
        .replace("xmlns=", "xmlns:p=");
    let third = MESSAGE
        .replace("001.09", "001.03")
        .replace("<Dt>", "")
        .replace("</Dt>", "")
        .replace("BICFI", "BIC");
    let entities = MESSAGE
        .replace("张样一", "&#x5F20;<![CDATA[样]]><!-- a -->&#19968;")
        .replace("6523.50", "<!-- x -->6523.50");
    let envelope = MESSAGE
        .replace("<Document", "<Env xmlns=\"urn:x\"><Hdr>h</Hdr><Document")
        .replace("</Document>", "</Document></Env>");
    let gbk = gb18030(&MESSAGE.replace("UTF-8", "GBK"));
    let cases: [(&str, Vec<u8>); 7] = [
        ("as it stands", MESSAGE.into()),
        ("prefix", prefixed.into()),
        ("version 03", third.into()),
        ("entities", entities.into()),
        ("envelope", envelope.into()),
        ("gbk", gbk),
        ("bom", format!("\u{FEFF}{MESSAGE}").into()),
    ];
    for (name, bytes) in cases {
        let (summary, kept) = read_with(&bytes, &november());
        assert_eq!(kept.lines, expected(), "{name}: {:#?}", kept.findings);
        assert_eq!(kept.places(), [""; 0], "{name}");
        let head = summary.head.unwrap();
        assert_eq!(head.batch_no.as_str(), "GZ-2026-11-001");
        assert_eq!(head.employer_uscc.as_str(), "913301006639233248");
        assert_eq!((head.line_count, head.total.0), (2, 1_360_350));
        assert_eq!(head.paying_bank.as_str(), "ICBC");
    }
}

#[test]
fn every_supported_version_and_no_other() {
    for version in ["03", "05", "08", "09", "11", "12"] {
        let text = MESSAGE.replace("001.09", &format!("001.{version}"));
        assert_eq!(places(&text), [""; 0], "{version}");
    }
    for (version, found) in [
        ("pain.001.001.10", "pain.001.001.10"),
        ("pain.001.001.99", "pain.001.001.99"),
        ("pain.008.001.02", "pain.008.001.02"),
    ] {
        let text = MESSAGE.replace("pain.001.001.09", version);
        let (_, kept) = read_with(text.as_bytes(), &november());
        assert_eq!(kept.argument("unsupported_format", "format"), found);
    }
    let none = MESSAGE.replace(
        " xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\"",
        "",
    );
    let (summary, kept) = read_with(none.as_bytes(), &november());
    assert_eq!((summary.format, kept.places().len()), (None, 1));
    let (_, kept) = read_with(b"<p><body/></p>", &november());
    assert_eq!(kept.places(), ["unsupported_format - - -"]);
}

#[test]
fn the_month_is_taken_from_the_date_but_never_from_the_future() {
    for (date, month) in [("2026-10-31", "2026-10"), ("2027-01-04", "2026-11")] {
        let (summary, kept) = read_bytes(MESSAGE.replace("2026-11-25", date).as_bytes());
        assert_eq!(kept.places(), ["pay_month_assumed - - pay_month"]);
        assert_eq!(kept.argument("pay_month_assumed", "month"), month);
        assert_eq!(summary.head.unwrap().pay_month.to_string(), month);
    }
    let (_, kept) = read_bytes(MESSAGE.replace("2026-11-25", "YYYY-MM-DD").as_bytes());
    assert_eq!(kept.places(), ["pay_month_invalid - - pay_month"]);
    let with_time = MESSAGE.replace(
        "<Dt>2026-11-25</Dt>",
        "<DtTm>2026-10-25T09:00:00+08:00</DtTm>",
    );
    let (_, kept) = read_bytes(with_time.as_bytes());
    assert_eq!(kept.argument("pay_month_assumed", "month"), "2026-10");
    // Half past seven in the morning of 1 November in China.
    let elsewhere = with_time.replace("2026-10-25T09:00:00+08:00", "2026-10-31T23:30:00Z");
    let (_, kept) = read_bytes(elsewhere.as_bytes());
    assert_eq!(kept.argument("pay_month_assumed", "month"), "2026-11");
    // A day that no calendar has is no month either.
    let (_, kept) = read_bytes(MESSAGE.replace("2026-11-25", "2026-02-30").as_bytes());
    assert_eq!(kept.places(), ["pay_month_invalid - - pay_month"]);
}

#[test]
fn references_corrections_and_banks_by_number() {
    let text = MESSAGE
        .replace(
            "<EndToEndId>1</EndToEndId>",
            "<InstrId>B20261101-7.3</InstrId><EndToEndId>REF-A</EndToEndId>",
        )
        .replace(
            "<EndToEndId>2</EndToEndId>",
            "<InstrId>I-2</InstrId><EndToEndId>2</EndToEndId>",
        )
        .replace(
            "<Nm>ICBC</Nm>",
            "<ClrSysMmbId><MmbId>102100099996</MmbId></ClrSysMmbId>",
        );
    let (_, kept) = read_with(text.as_bytes(), &november());
    let first = &kept.lines[0];
    assert_eq!(
        (first.line_no, first.reference.as_deref()),
        (1, Some("REF-A"))
    );
    assert_eq!(first.corrects.as_deref(), Some("B20261101-7.3"));
    assert_eq!(first.bank.as_deref(), Some("ICBC"));
    assert_eq!(first.cnaps_code.as_deref(), Some("102100099996"));
    assert_eq!(kept.lines[1].corrects, None);
}

/// What is replaced, by what, and the findings.
const DEFECTS: [(&str, &str, &[&str]); 14] = [
    (
        "<NbOfTxs>2</NbOfTxs>\n",
        "<NbOfTxs>3</NbOfTxs>\n",
        &["control_count_mismatch - - line_count"],
    ),
    (
        "<NbOfTxs>2</NbOfTxs><",
        "<NbOfTxs>3</NbOfTxs><",
        &["control_count_mismatch - - line_count"],
    ),
    (
        ">13603.50<",
        ">13603.51<",
        &["control_sum_mismatch - - total_amount"],
    ),
    (
        ">13603.5<",
        ">13603.49<",
        &["control_sum_mismatch - - total_amount"],
    ),
    (
        ">13603.50<",
        ">98529.8699999<",
        &["control_total_invalid - - total_amount"],
    ),
    (
        "<CtrlSum>13603.50</CtrlSum>",
        "",
        &["missing_field - - total_amount"],
    ),
    (
        "InstdAmt Ccy=\"CNY\">6",
        "InstdAmt Ccy=\"EUR\">6",
        &["currency_not_supported - - currency"],
    ),
    (
        "InstdAmt Ccy=\"CNY\">6",
        "InstdAmt>6",
        &["schema_violation - 1 -"],
    ),
    (">TRF<", ">CHK<", &["schema_violation - - -"]),
    (
        "<Othr><Id>6222021202000000019</Id></Othr>",
        "<IBAN>DE89370400440532013000</IBAN>",
        &["account_invalid 1 1 account"],
    ),
    (
        "ICBKCNBJ",
        "XXXXXXXX",
        &["paying_bank_unknown - - paying_bank"],
    ),
    (
        "<RmtInf>",
        "<Tax><Rfnd>1</Rfnd></Tax><RmtInf>",
        &["field_ignored - - -"],
    ),
    (
        "<Nm>张样一</Nm>",
        "<Nm>张样一</Nm><Nm>x</Nm>",
        &["schema_violation - 1 -"],
    ),
    (
        "<Cdtr><Nm>李样二</Nm>",
        "<Cdtr>",
        &["name_missing 2 2 name"],
    ),
];

#[test]
fn each_defect_is_found_in_its_place() {
    for (from, to, expected) in DEFECTS {
        let text = MESSAGE.replacen(from, to, 1);
        assert_ne!(text, MESSAGE, "{from}");
        assert_eq!(places(&text), expected, "{from}");
        let (_, kept) = read_with(text.as_bytes(), &november());
        let place = |f: &schemas::Finding| f.arguments.contains_key("column");
        let structure = |f: &&schemas::Finding| f.code.as_str() == "schema_violation";
        assert!(kept.findings.iter().filter(structure).all(place), "{from}");
    }
}

#[test]
fn a_place_that_an_earlier_number_takes_is_a_duplicate() {
    let text = MESSAGE.replace("<EndToEndId>2<", "<EndToEndId>R2<");
    let text = text.replace("<EndToEndId>1<", "<EndToEndId>2<");
    assert_eq!(places(&text), ["line_no_duplicate 2 2 line_no"]);
}

#[test]
fn an_amount_has_at_most_two_decimals_as_in_every_format() {
    for written in ["1.000", "5.0.0", "6523.500"] {
        let text = MESSAGE.replacen(">6523.50<", &format!(">{written}<"), 1);
        let (_, kept) = read_with(text.as_bytes(), &november());
        let value = kept.one("amount_invalid").value.clone();
        assert_eq!(value.as_deref(), Some(written));
    }
}

#[test]
fn equivalent_amounts_and_unknown_elements() {
    let equivalent = MESSAGE.replacen(
        "<InstdAmt Ccy=\"CNY\">6523.50</InstdAmt>",
        "<EqvtAmt><Amt Ccy=\"EUR\">6523.50</Amt><CcyOfTrf>CNY</CcyOfTrf></EqvtAmt>",
        1,
    );
    let found = places(&equivalent);
    assert!(found.starts_with(&[
        "schema_violation - 1 -".into(),
        "amount_missing 1 1 amount".into()
    ]));
    let (_, kept) = read_with(
        MESSAGE
            .replace("<RmtInf>", "<Tax>1</Tax><RmtInf>")
            .as_bytes(),
        &november(),
    );
    let path = "CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf/Tax";
    assert_eq!(kept.argument("field_ignored", "element"), path);
}

/// The message with its second transaction in a part of its own.
fn in_two_parts() -> String {
    let (head, rest) = MESSAGE.split_once("<PmtInf>").unwrap();
    let (part, _) = rest.split_once("<CdtTrfTxInf>").unwrap();
    let part = part.replace(
        "<NbOfTxs>2</NbOfTxs><CtrlSum>13603.5</CtrlSum>",
        "<NbOfTxs>1</NbOfTxs>",
    );
    let (first, second) = rest
        .split_once("<CdtTrfTxInf>")
        .unwrap()
        .1
        .split_once("<CdtTrfTxInf>")
        .unwrap();
    format!("{head}<PmtInf>{part}<CdtTrfTxInf>{first}</PmtInf><PmtInf>{part}<CdtTrfTxInf>{second}")
}

#[test]
fn several_parts_are_one_batch_where_account_and_date_agree() {
    let text = in_two_parts();
    let (_, kept) = read_with(text.as_bytes(), &november());
    assert_eq!((kept.places(), kept.lines), (vec![], expected()));
    for (from, to, element) in [
        (
            "1202020009900012345",
            "1202020009900012346",
            "PmtInf[2] P1/DbtrAcct",
        ),
        ("2026-11-25", "2026-11-26", "PmtInf[2] P1/ReqdExctnDt"),
    ] {
        let (first, second) = text.rsplit_once(from).unwrap();
        let (summary, kept) = read_with(format!("{first}{to}{second}").as_bytes(), &november());
        assert_eq!(kept.argument("schema_violation", "element"), element);
        assert_eq!(summary.lines_ok, 1);
    }
}

#[test]
fn what_is_not_well_formed_is_refused_with_its_line() {
    let cut = &MESSAGE[..MESSAGE.find("<Cdtr>").unwrap()];
    let (_, kept) = read_with(cut.as_bytes(), &november());
    assert_eq!(kept.argument("schema_violation", "reason"), "truncated");
    let crossed = MESSAGE.replacen("</Nm><Id>", "</Id><Nm>", 1);
    let (_, kept) = read_with(crossed.as_bytes(), &november());
    assert_eq!(kept.argument("schema_violation", "line_in_file"), "7");
    for text in [
        MESSAGE.replace("张样一", "&zhang;"),
        MESSAGE.replace("Ccy=\"CNY\"", "Ccy=\"CNY\" Ccy=\"CNY\""),
        format!("{MESSAGE}<x/>"),
        format!("{MESSAGE}x"),
        MESSAGE.replace("<GrpHdr>", "text<GrpHdr>"),
    ] {
        let found = places(&text);
        assert!(
            found.contains(&"schema_violation - - -".to_owned()),
            "{found:?}"
        );
    }
    let again = "\n<?xml version=\"1.0\"?><a/>";
    for text in ["<", "<a", "<a></b>", "<!DOCTYPE a><a/>", again] {
        let (_, kept) = read_bytes(text.as_bytes());
        assert_eq!(kept.places(), ["schema_violation - - -"], "{text}");
        for place in ["line_in_file", "column"] {
            let number: u32 = kept.argument("schema_violation", place).parse().unwrap();
            assert!(number >= 1, "{text}");
        }
    }
    // `</b>` on the second line ends with its seventh character; 张 is one.
    let (_, kept) = read_bytes("<a>\n张 <b/></c>".as_bytes());
    assert_eq!(kept.argument("schema_violation", "line_in_file"), "2");
    assert_eq!(kept.argument("schema_violation", "column"), "10");
    // What is no XML at all can't be read as pain.001, whatever the caller says.
    let forced = ReadOptions {
        format: Some(Format::Pain001),
        ..options()
    };
    let (_, kept) = read_with(EXAMPLE.as_bytes(), &forced);
    assert_eq!(kept.places(), ["unreadable - - -"]);
}

#[test]
fn hostile_xml_is_refused_without_growing() {
    let bomb =
        "<!DOCTYPE lolz [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]><Document>&b;</Document>";
    assert_eq!(places(bomb), ["schema_violation - - -"]);
    let attributes =
        |count: usize| -> String { (0..count).map(|n| format!(" a{n}=\"\"")).collect() };
    let many = MESSAGE.replace("<GrpHdr>", &format!("<GrpHdr{}>", attributes(100_000)));
    assert_eq!(places(&many), ["too_large - - -"]);
    let some = MESSAGE.replace("<GrpHdr>", &format!("<GrpHdr{}>", attributes(65)));
    assert_eq!(places(&some), ["schema_violation - - -"]);
    let deep = MESSAGE.replace("<GrpHdr>", &format!("<GrpHdr>{}", "<x>".repeat(1_000_000)));
    assert_eq!(places(&deep), ["schema_violation - - -"]);
    let names: String = (0..200_000).map(|n| format!(" xmlns:a{n}=\"u\"")).collect();
    let named = MESSAGE.replace("<GrpHdr>", &format!("<GrpHdr{names}>"));
    assert_eq!(places(&named), ["too_large - - -"]);
    let long = MESSAGE.replace("张样一", &"x".repeat(1 << 20));
    assert_eq!(places(&long), ["too_large - - -"]);
    let long = MESSAGE.replace("张样一", &"x".repeat(5000));
    assert_eq!(places(&long), ["too_large - - -"]);
    let comment = MESSAGE.replace("张样一", &format!("<!--{}-->", "x".repeat(1 << 20)));
    assert_eq!(places(&comment), ["too_large - - -"]);
}
