//! pain.001: who is meant where a party, a bank or a document is named in several ways, and
//! elements that stand where they are not read.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::planted::Batch;
use employer_files_support::*;
use schemas::PayMonth;
use schemas::employer_files::{Format, ReadOptions, Summary};
use schemas::value::Purpose;

const EMPLOYER: &str = "913301006639233248";
const OTHER: &str = "91330103MA2B0NBY10";

/// A message of seven lines without a flaw.
fn message() -> String {
    let mut batch = Batch::good(1);
    batch.set_head("employer_uscc", EMPLOYER);
    String::from_utf8(batch.write(Format::Pain001)).unwrap()
}

fn read_message(text: &str) -> (Summary, Kept) {
    let options = ReadOptions {
        pay_month: PayMonth::new(2026, 10).ok(),
        ..options()
    };
    read_with(text.as_bytes(), &options)
}

/// The text with another content of its first element of a tag.
fn with_first(text: &str, tag: &str, content: &str) -> String {
    let (before, rest) = text.split_once(&format!("<{tag}>")).unwrap();
    let (_, after) = rest.split_once(&format!("</{tag}>")).unwrap();
    format!("{before}<{tag}>{content}</{tag}>{after}")
}

/// The text, with its first element of a tag moved behind an end tag, or copied there.
fn behind(text: &str, tag: &str, end: &str, stays: bool) -> String {
    let close = format!("</{tag}>");
    let (before, rest) = text.split_once(&format!("<{tag}>")).unwrap();
    let (content, after) = rest.split_once(&close).unwrap();
    let element = format!("<{tag}>{content}{close}");
    let after = after.replacen(end, &format!("{end}{element}"), 1);
    match stays {
        true => format!("{before}{element}{after}"),
        false => format!("{before}{after}"),
    }
}

/// An agency may give its own number too: the code of an organisation counts, the first of two.
#[test]
fn of_several_identifications_the_credit_code_counts() {
    let read_codes = |codes: [&str; 2]| {
        let othr = codes.map(|code| format!("<Othr><Id>{code}</Id></Othr>"));
        read_message(&with_first(&message(), "OrgId", &othr.concat()))
    };
    for (codes, expected) in [
        ([EMPLOYER, "0000123"], EMPLOYER),
        (["0000123", EMPLOYER], EMPLOYER),
        ([EMPLOYER, OTHER], EMPLOYER),
        ([OTHER, EMPLOYER], OTHER),
    ] {
        let (summary, kept) = read_codes(codes);
        assert_eq!(kept.places(), [""; 0], "{codes:?}");
        let head = summary.head.unwrap();
        assert_eq!(head.employer_uscc.as_str(), expected, "{codes:?}");
    }
    // Of two that are none the first is shown.
    let (_, kept) = read_codes(["0000123", "0000456"]);
    assert_eq!(kept.places(), ["uscc_invalid - - employer_uscc"]);
    assert_eq!(kept.findings[0].value.as_deref(), Some("0000123"));
}

/// The debtor goes before whoever sends the message, and the account's own name before both.
#[test]
fn employer_and_payer_have_the_name_that_is_nearest() {
    for (initiator, debtor, account, expected) in [
        ("样例代理", "", "", ("样例代理", None)),
        ("样例代理", "样例建设", "", ("样例建设", Some("样例建设"))),
        (
            "样例代理",
            "样例建设",
            "样例专户",
            ("样例建设", Some("样例专户")),
        ),
        ("", "", "样例专户", ("", Some("样例专户"))),
    ] {
        let name = |name: &str| format!("<Nm>{name}</Nm>");
        let text = message()
            .replace("<InitgPty>", &format!("<InitgPty>{}", name(initiator)))
            .replace(
                "<DbtrAcct>",
                &format!("<Dbtr>{}</Dbtr><DbtrAcct>", name(debtor)),
            )
            .replace("</DbtrAcct>", &format!("{}</DbtrAcct>", name(account)));
        let (summary, kept) = read_message(&text);
        assert_eq!(kept.places(), [""; 0]);
        let head = summary.head.unwrap();
        let payer = head.payer_name.as_ref();
        let payer = payer.map(|name| name.reveal(Purpose::Matching));
        let employer = head.employer_name.as_deref().unwrap_or_default();
        assert_eq!((employer, payer), expected);
    }
}

/// CCPT is the passport of ISO 20022; 08 is that of the national list, whose numbers may stand as
/// they are.
#[test]
fn the_kind_of_a_document_is_that_of_its_scheme() {
    let document = |number: &str, scheme: &str| {
        let othr = format!("<Othr><Id>{number}</Id><SchmeNm>{scheme}</SchmeNm></Othr>");
        read_message(&with_first(&message(), "PrvtId", &othr)).1
    };
    for (scheme, kind) in [
        ("<Cd>CCPT</Cd>", 8),
        ("<Prtry>08</Prtry>", 8),
        ("<Prtry>03</Prtry>", 3),
    ] {
        let kept = document("E12345678", scheme);
        assert_eq!(kept.places(), [""; 0], "{scheme}");
        let first = &kept.lines[0];
        assert_eq!(
            (first.id_type, first.id_number.as_str()),
            (kind, "E12345678")
        );
    }
    // What says nothing of the kind leaves it that of most: 01.
    for scheme in [
        "<Cd>NIDN</Cd>",
        "<Prtry>PP</Prtry>",
        "<Prtry>8</Prtry>",
        "<Prtry>008</Prtry>",
    ] {
        let kept = document("11010519491231002X", scheme);
        assert_eq!(kept.places(), [""; 0], "{scheme}");
        assert_eq!(kept.lines[0].id_type, 1, "{scheme}");
        let kept = document("E12345678", scheme);
        assert_eq!(kept.places(), ["id_number_invalid 1 1 id_number"]);
    }
    let kept = document("E12345678", "<Prtry>18</Prtry>");
    assert_eq!(kept.places(), ["id_type_invalid 1 1 id_type"]);
}

#[test]
fn a_persons_second_identification_is_named_and_not_read() {
    let text = message();
    let second = "<Othr><Id>W-17</Id></Othr></PrvtId>";
    let (_, plain) = read_message(&text);
    let (summary, kept) = read_message(&text.replacen("</PrvtId>", second, 1));
    assert_eq!(kept.places(), ["field_ignored - - -"]);
    assert_eq!(
        kept.argument("field_ignored", "element"),
        "CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf/Cdtr/Id/PrvtId/Othr"
    );
    assert_eq!((kept.lines, summary.errors), (plain.lines, 0));
}

/// The account is no card, so that only the message says which bank it is of. 102 is the class of
/// one bank, 313 of many; the check digits are of ISO 7064.
#[test]
fn a_bank_is_known_by_its_bic_its_name_or_its_number() {
    let bic = |bic: &str| format!("<BICFI>{bic}</BICFI>");
    let name = |name: &str| format!("<Nm>{name}</Nm>");
    let member = |number: &str| format!("<ClrSysMmbId><MmbId>{number}</MmbId></ClrSysMmbId>");
    let branch = name("中国工商银行股份有限公司杭州延安支行");
    let unknown = "bank_unknown 1 1 bank";
    for (institution, expected, finding) in [
        (bic("ICBKCNBJ"), Some("ICBC"), None),
        (bic("ICBKCNBJ") + &branch, Some("ICBC"), None),
        (bic("ICBKCNBJ") + &name("ABC"), Some("ICBC"), None),
        (bic("XXXXCNBJ") + &name("ABC"), Some("ABC"), None),
        (bic("XXXXCNBJ"), None, Some(unknown)),
        (branch.clone(), None, Some(unknown)),
        (member("102100099996"), Some("ICBC"), None),
        (member("102331001236"), Some("ICBC"), None),
        (branch.clone() + &member("102331001236"), Some("ICBC"), None),
        (member("313331009999"), None, None),
        (
            name("杭州银行") + &member("313331009999"),
            Some("HZCB"),
            None,
        ),
        (name("ABC") + &member("102331001236"), Some("ABC"), None),
    ] {
        let institution = format!("<FinInstnId>{institution}</FinInstnId>");
        let text = with_first(&message(), "CdtrAgt", &institution);
        let account = "<Id><Othr><Id>12020212010000001</Id></Othr></Id>";
        let (_, kept) = read_message(&with_first(&text, "CdtrAcct", account));
        assert_eq!(kept.places(), Vec::from_iter(finding), "{institution}");
        if finding.is_none() {
            let bank = kept.lines[0].bank.as_deref();
            assert_eq!(bank, expected, "{institution}");
        }
    }
}

/// The head is given with the first line: what it should have said before is not read, and said.
#[test]
fn a_head_behind_the_lines_that_it_should_lead_is_not_read() {
    let group = "CstmrCdtTrfInitn/GrpHdr";
    let account = "CstmrCdtTrfInitn/PmtInf/DbtrAcct/Id/Othr/Id";
    let of_group = ["MsgId", "NbOfTxs", "CtrlSum", "InitgPty/Id/OrgId/Othr/Id"];
    let of_group = of_group.map(|element| format!("{group}/{element}"));
    for (tag, end, elements, missing) in [
        ("GrpHdr", "</PmtInf>", of_group.to_vec(), 4),
        ("DbtrAcct", "</CdtTrfTxInf>", vec![account.to_owned()], 1),
    ] {
        // An identification of the initiator may come several times, but not so late.
        for (stays, reason) in [(false, "form"), (true, "stated_twice")] {
            let (_, kept) = read_message(&behind(&message(), tag, end, stays));
            let of_code = |code: &'static str| {
                let findings = kept.findings.iter();
                findings.filter(move |finding| finding.code.as_str() == code)
            };
            let found = of_code("schema_violation").map(|finding| {
                let word = |name| finding.arguments[name].as_str();
                (word("element").to_owned(), word("reason"))
            });
            let expected = elements.iter().map(|element| {
                let several = element.contains("OrgId");
                (element.clone(), if several { "form" } else { reason })
            });
            assert_eq!(
                found.collect::<Vec<_>>(),
                expected.collect::<Vec<_>>(),
                "{tag} {stays}"
            );
            let lacking = if stays { 0 } else { missing };
            assert_eq!(of_code("missing_field").count(), lacking, "{tag}");
        }
    }
}

/// A namespace of another house within what nobody reads says nothing; elsewhere it is named.
#[test]
fn elements_of_another_namespace_are_named_where_something_is_read() {
    let foreign = "<x:Note xmlns:x=\"urn:x\">a</x:Note>";
    let quiet = format!("<PmtTpInf>{foreign}</PmtTpInf><ReqdExctnDt>");
    let (_, kept) = read_message(&message().replace("<ReqdExctnDt>", &quiet));
    assert_eq!(kept.places(), [""; 0]);
    let named = format!("{foreign}<ReqdExctnDt>");
    let (_, kept) = read_message(&message().replace("<ReqdExctnDt>", &named));
    assert_eq!(kept.places(), ["field_ignored - - -"]);
    let element = kept.argument("field_ignored", "element");
    assert_eq!(element, "CstmrCdtTrfInitn/PmtInf/Note");
}

#[test]
fn an_attribute_is_what_its_whole_name_says() {
    for (from, to) in [
        ("Ccy=\"CNY\"", "Ccy=\"CNY\" Id=\"EUR\""),
        ("Ccy=\"CNY\"", "Id=\"EUR\" Ccy=\"CNY\""),
        ("<GrpHdr>", "<GrpHdr xmlns样=\"urn:x\">"),
        ("<GrpHdr>", "<GrpHdr xmlns_=\"urn:x\">"),
    ] {
        let (_, kept) = read_message(&message().replace(from, to));
        assert_eq!(kept.places(), [""; 0], "{to}");
    }
    // No colon, no prefix.
    let unbound = message()
        .replace("<Document xmlns=", "<p:Document xmlnsxp=")
        .replace("</Document>", "</p:Document>");
    let (_, kept) = read_message(&unbound);
    assert_eq!(kept.places(), ["unsupported_format - - -"]);
}

/// Another message of the same family is no payment, whatever stands in it.
#[test]
fn payments_stand_in_a_credit_transfer_only() {
    let text = message().replace("CstmrCdtTrfInitn", "CstmrDrctDbtInitn");
    let (summary, kept) = read_message(&text);
    assert_eq!((summary.line_count, kept.lines.len()), (0, 0));
    assert!(summary.errors > 0);
    kept.one("empty_batch");
}
