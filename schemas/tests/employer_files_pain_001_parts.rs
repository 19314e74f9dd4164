//! Control totals of a pain.001 by their level, sums beyond every amount, references that come
//! again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::*;
use schemas::Lang;

fn transaction(reference: &str, at: usize, amount: &str) -> String {
    format!(
        "<CdtTrfTxInf><PmtId><EndToEndId>{reference}</EndToEndId></PmtId>\
         <Amt><InstdAmt Ccy=\"CNY\">{amount}</InstdAmt></Amt>\
         <Cdtr><Nm>张样一</Nm><Id><PrvtId><Othr><Id>11010519491231002X</Id></Othr></PrvtId></Id>\
         </Cdtr><CdtrAcct><Id><Othr><Id>120202120200000001{at}</Id></Othr></Id></CdtrAcct>\
         </CdtTrfTxInf>"
    )
}

/// Two parts of one payment each, `P-1` and `P-2`: their references, amounts and stated sums.
fn message(references: [&str; 2], amounts: [&str; 2], sums: [&str; 2]) -> String {
    let part = |at: usize| {
        format!(
            "<PmtInf><PmtInfId>P-{}</PmtInfId><PmtMtd>TRF</PmtMtd><NbOfTxs>1</NbOfTxs>\
             <CtrlSum>{}</CtrlSum><ReqdExctnDt>2026-10-28</ReqdExctnDt>\
             <DbtrAcct><Id><Othr><Id>1202020009900012345</Id></Othr></Id></DbtrAcct>\
             <DbtrAgt><FinInstnId><Nm>ICBC</Nm></FinInstnId></DbtrAgt>{}</PmtInf>\n",
            at + 1,
            sums[at],
            transaction(references[at], at, amounts[at]),
        )
    };
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.03\"><CstmrCdtTrfInitn>\n\
         <GrpHdr><MsgId>GZ-1</MsgId><NbOfTxs>2</NbOfTxs><CtrlSum>3.00</CtrlSum><InitgPty><Id>\
         <OrgId><Othr><Id>913301006639233248</Id></Othr></OrgId></Id></InitgPty></GrpHdr>\n\
         {}{}</CstmrCdtTrfInitn></Document>",
        part(0),
        part(1)
    )
}

const AMOUNTS: [&str; 2] = ["1.00", "2.00"];

/// What is said of each mismatch.
fn said(text: &str, code: &str, lang: Lang) -> Vec<String> {
    let (_, kept) = read_bytes(text.as_bytes());
    let found = kept.findings.iter().filter(|f| f.code.as_str() == code);
    found.map(|finding| finding.message(lang)).collect()
}

#[test]
fn a_total_that_differs_names_its_level() {
    let text = message(["1", "2"], AMOUNTS, ["1.00", "2.01"]);
    let (sum, count) = ("control_sum_mismatch", "control_count_mismatch");
    assert_eq!(
        said(&text, sum, Lang::Zh),
        ["总金额不符（付款组 PmtInf[2] P-2/CtrlSum）：填写 2.01 元，各行合计 2.00 元"]
    );
    let group = message(["1", "2"], AMOUNTS, AMOUNTS).replace(">3.00<", ">3.01<");
    assert_eq!(
        said(&group, sum, Lang::En),
        [
            "The total amount differs in the group header (GrpHdr/CtrlSum): stated 3.01 yuan, \
             counted 3.00 yuan"
        ]
    );
    let both =
        group
            .replace("<NbOfTxs>2<", "<NbOfTxs>3<")
            .replacen("<NbOfTxs>1<", "<NbOfTxs>9<", 1);
    assert_eq!(
        said(&both, count, Lang::Zh),
        [
            "总笔数不符（付款组 PmtInf[1] P-1/NbOfTxs）：填写 9 笔，实际 1 笔",
            "总笔数不符（报文头 GrpHdr/NbOfTxs）：填写 3 笔，实际 2 笔",
        ]
    );
    // Without a name of its own, a part is called by its place.
    let nameless = text.replace("<PmtInfId>P-2</PmtInfId>", "");
    let told = said(&nameless, sum, Lang::Zh);
    assert!(told[0].contains("（付款组 PmtInf[2]/CtrlSum）"), "{told:?}");
    let unread = text.replace(">2.01<", ">2,01<");
    let told = said(&unread, "control_total_invalid", Lang::Zh);
    assert_eq!(
        told,
        ["总金额“2,01”无法识别（PmtInf[2] P-2/CtrlSum）：格式不对"]
    );
}

/// The stated numbers are held against the true sum, not against what fits.
#[test]
fn a_sum_beyond_every_amount_is_named() {
    let most = "92233720368547758.07";
    let text = message(["1", "2"], [most, most], [most, most]);
    let (summary, kept) = read_bytes(text.as_bytes());
    assert_eq!(
        (summary.total, summary.total_ok),
        (None, Some(schemas::Fen(0)))
    );
    assert_eq!(
        kept.one("too_large").message(Lang::Zh),
        "内容过大：各行金额的合计（元），共 184467440737095516.14，上限 92233720368547758.07"
    );
    let counted = kept.argument("control_sum_mismatch", "counted");
    assert_eq!(counted, "184467440737095516.14");
}

#[test]
fn a_reference_that_comes_again_is_a_warning_with_both_places() {
    let found = |references| {
        let text = message(references, AMOUNTS, AMOUNTS);
        read_bytes(text.as_bytes()).1
    };
    let month = "pay_month_assumed - - pay_month";
    let again = found(["R-1", "R-1"]);
    assert_eq!(again.places(), ["reference_duplicate 2 2 line_no", month]);
    let finding = again.one("reference_duplicate");
    assert_eq!(
        finding.message(Lang::Zh),
        "付款参考号（EndToEndId）与第 1 笔的相同"
    );
    for others in [
        ["R-1", "R-2"],
        ["R-1", "r-1"],
        // What the standard writes for none.
        ["NOTPROVIDED", "NOTPROVIDED"],
        ["", ""],
    ] {
        assert_eq!(found(others).places(), [month], "{others:?}");
    }
    // A number is one of a line, and refuses it.
    let number = found(["7", "7"]);
    assert_eq!(number.places(), ["line_no_duplicate 7 2 line_no", month]);
}

const EMPLOYER: &str = "913301006639233248";
const OTHER: &str = "91330103MA2B0NBY10";

/// The debtor of a part is named by a code.
fn debtor(text: &str, part: usize, code: &str) -> String {
    let account = "<DbtrAcct>";
    let at = text.match_indices(account).nth(part).unwrap().0;
    let of =
        format!("<Dbtr><Nm>x</Nm><Id><OrgId><Othr><Id>{code}</Id></Othr></OrgId></Id></Dbtr>\n");
    format!("{}{of}{}", &text[..at], &text[at..])
}

/// Whoever initiates and whoever pays is one employer, in every part, where both have a code.
#[test]
fn two_employers_in_one_file_refuse_it_at_their_place() {
    let text = message(["1", "2"], AMOUNTS, AMOUNTS);
    let month = "pay_month_assumed - - pay_month";
    for part in 0..2 {
        let same = debtor(&text, part, EMPLOYER);
        assert_eq!(read_bytes(same.as_bytes()).1.places(), [month]);
        // No code of a firm: an agent's own number.
        let number = debtor(&text, part, "0000123");
        assert_eq!(read_bytes(number.as_bytes()).1.places(), [month]);
        let (summary, kept) = read_bytes(debtor(&text, part, OTHER).as_bytes());
        let refused = ["uscc_invalid - - employer_uscc", month];
        let mut places = kept.places();
        places.sort_by(|one, other| other.cmp(one));
        assert_eq!(places, refused, "{part}");
        assert_eq!(summary.errors, 1);
        let said = kept.one("uscc_invalid").message(Lang::En);
        for told in [
            format!("\"{OTHER}\" is wrong: one file names two employers at line "),
            format!(" in PmtInf[{}] P-{}/Dbtr/Id", part + 1, part + 1),
            format!(", stated before as \"{EMPLOYER}\""),
        ] {
            assert!(said.contains(&told), "{told}: {said}");
        }
    }
    // Where only the parts have codes, the first one's counts.
    let parts = text.replace(EMPLOYER, "");
    let parts = debtor(&debtor(&parts, 1, OTHER), 0, EMPLOYER);
    let (_, kept) = read_bytes(parts.as_bytes());
    let said = kept.one("uscc_invalid").message(Lang::Zh);
    assert!(said.contains("位于 PmtInf[2] P-2/Dbtr/Id"), "{said}");
}

/// RmtInf may hold several Ustrd; they make one memo, a space between each two that say something.
#[test]
fn the_texts_of_a_remittance_are_one_memo() {
    for (texts, memo) in [
        (&["工资"][..], "工资"),
        (&["2026年11月", "工资"], "2026年11月 工资"),
        (&["", "2026年11月", " ", "工资", ""], "2026年11月 工资"),
    ] {
        let texts = texts.iter().map(|text| format!("<Ustrd>{text}</Ustrd>"));
        let remittance = format!("</CdtrAcct><RmtInf>{}</RmtInf>", texts.collect::<String>());
        let text = message(["1", "2"], AMOUNTS, AMOUNTS);
        let text = text.replacen("</CdtrAcct>", &remittance, 1);
        let (_, kept) = read_bytes(text.as_bytes());
        assert_eq!(
            kept.lines[0].memo.as_deref(),
            Some(memo),
            "{:?}",
            kept.places()
        );
        assert_eq!(kept.lines[1].memo, None);
    }
}

/// The five references that XML has without a declaration; that of a character too.
#[test]
fn entities_of_xml_are_the_characters_that_they_name() {
    let memo = "<RmtInf><Ustrd>&lt;a&gt; &amp;&#38; &apos;b&apos; &quot;c&quot;</Ustrd></RmtInf>";
    let text = message(["1", "2"], AMOUNTS, AMOUNTS);
    let text = text.replacen("</CdtTrfTxInf>", &format!("{memo}</CdtTrfTxInf>"), 1);
    let (_, kept) = read_bytes(text.as_bytes());
    assert_eq!(kept.lines[0].memo.as_deref(), Some("<a> && 'b' \"c\""));
}

/// The parser keeps a text whole, up to 64 KiB. The white space fills the second block of that
/// size that is read.
#[test]
fn white_space_of_64_kib_between_elements_is_read() {
    const SIZE: usize = 64 << 10;
    let text = message(["1", "2"], AMOUNTS, AMOUNTS);
    let (begin, end) = text.split_once("<GrpHdr>").unwrap();
    let filler = "x".repeat(SIZE - begin.len() - "<!---->".len());
    let text = format!("{begin}<!--{filler}-->{}<GrpHdr>{end}", " ".repeat(SIZE));
    assert_eq!(text.find("-->").map(|at| at + 3), Some(SIZE));
    let (summary, kept) = read_bytes(text.as_bytes());
    assert_eq!(
        (summary.errors, kept.lines.len()),
        (0, 2),
        "{:?}",
        kept.places()
    );
}
