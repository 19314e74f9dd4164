//! What a bank refuses of a line, and how a batch is cut into its files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use adapters::Book;
use adapters::exchange::PlanLine;
use adapters::layout::values::Values;
use adapters::wire::Layer;
use adapters::wire::layer::Around;
use schemas::employer_files::{Asked, LineRules};
use schemas::{BankCode, Fen, Finding, FindingCode, LineNo};
use support::bank;

fn judge(code: &str, name: &str, memo: Option<&str>, fen: i64) -> Vec<Finding> {
    let line = Asked {
        line_no: LineNo(7),
        row: 21,
        name: Some(name),
        memo,
        amount: Some(Fen(fen)),
        account: None,
        payee_bank: None,
    };
    let mut findings = Vec::new();
    bank(code).line_rules().judge(&line, &mut findings);
    assert!(
        findings
            .iter()
            .all(|f| (f.line, f.row) == (Some(7), Some(21)))
    );
    findings
}

fn codes(findings: &[Finding]) -> Vec<FindingCode> {
    findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn characters_bytes_and_amounts_are_judged() {
    use FindingCode as C;
    assert_eq!(codes(&judge("HXB", "张样一", Some("工资"), 100)), []);
    // 30 hanzi are 60 bytes of GBK.
    assert_eq!(codes(&judge("HXB", &"长".repeat(30), None, 100)), []);
    let long = judge("HXB", &"长".repeat(31), None, 100);
    assert_eq!(codes(&long), [C::NameTooLong]);
    assert_eq!(long[0].arguments["bytes"], "62");
    assert_eq!(long[0].arguments["bytes_max"], "60");
    let rare = judge("HXB", "张𠮷", None, 100);
    assert_eq!(codes(&rare), [C::NameNotEncodable]);
    assert_eq!(rare[0].arguments["character"], "𠮷");
    assert_eq!(rare[0].value.as_deref(), Some("张*"));
    assert_eq!(codes(&judge("WZCB", "张𠮷", None, 100)), []);
    // GBK has the middle dot.
    assert_eq!(codes(&judge("HXB", "阿样·木样", None, 100)), []);
    assert_eq!(
        codes(&judge("HXB", "张|三", None, 100)),
        [C::NameNotEncodable]
    );
    assert_eq!(
        codes(&judge("HXB", "张三", Some("#1"), 100)),
        [C::TextNotEncodable]
    );
    let memo = "工".repeat(40);
    assert_eq!(
        codes(&judge("HXB", "张三", Some(&memo), 100)),
        [C::TextTooLong]
    );
    let over = judge("HXB", "张三", None, 500_000_001);
    assert_eq!(codes(&over), [C::AmountOverLimit]);
    assert_eq!(over[0].arguments["limit"], "5000000.00");
}

fn lines(count: usize, bank: &str, fen: i64) -> Vec<PlanLine> {
    let line = PlanLine {
        payee_bank: Some(BankCode::parse(bank).unwrap()),
        amount: Fen(fen),
        name_bytes: 6,
        memo_bytes: 8,
    };
    vec![line; count]
}

#[test]
fn a_batch_is_cut_by_rows_sum_and_class_and_keeps_every_line_once() {
    let sizes = |code: &str, lines: &[PlanLine]| -> Vec<usize> {
        let plan = bank(code).plan(lines);
        let mut all: Vec<usize> = plan.iter().flatten().copied().collect();
        all.sort_unstable();
        assert_eq!(all, (0..lines.len()).collect::<Vec<_>>());
        plan.iter().map(Vec::len).collect()
    };
    assert_eq!(sizes("HXB", &lines(201, "HXB", 1)), [200, 1]);
    assert_eq!(sizes("HXB", &[]), [0usize; 0]);
    // 500 million yuan a file, 5 million a line.
    assert_eq!(sizes("HXB", &lines(101, "PSBC", 500_000_000)), [100, 1]);
    let mixed = [lines(2, "PSBC", 1), lines(3, "ZJNX", 1)].concat();
    assert_eq!(sizes("ZJNX", &mixed), [3, 2]);
    assert_eq!(sizes("HXB", &mixed), [5]);
}

#[test]
fn a_full_file_stays_within_the_bytes_of_its_bank() {
    for adapter in Book::built_in().unwrap().by_dialect() {
        let code = adapter.code();
        let mut order = support::order_for(adapter);
        let one = order.lines.last().unwrap().clone();
        let plan = adapter.plan(&lines(5_000, support::payee_bank(adapter).as_str(), 1));
        let most = plan.first().unwrap().len();
        order.lines = (1..=most as u32)
            .map(|row_no| {
                let mut line = one.clone();
                line.row_no = row_no;
                line
            })
            .collect();
        let written = adapter.encode_payment(&order, &support::ToyKeys).unwrap();
        // The seal doubles it, the form trebles a few characters of base64.
        let bytes = written
            .iter()
            .map(|message| message.bytes.len())
            .max()
            .unwrap();
        assert!(
            bytes as u64 <= 3 * adapter.limits().bytes_max,
            "{code}: {bytes}"
        );
    }
}

/// A preset that says less than the dialect's fields hold binds what is written, not only what
/// the intake asks: 40 bytes of a name, 30 of a memo.
#[test]
fn a_text_longer_than_the_preset_says_does_not_leave() {
    let bank = bank("HCRCB");
    let (name_max, memo_max) = (bank.limits().name_bytes_max, bank.limits().memo_bytes_max);
    assert_eq!((name_max, memo_max), (40, 30));
    let written = |name: usize, memo: usize| {
        let mut order = support::order("HCRCB");
        let line = order.lines.last_mut().unwrap();
        line.name = schemas::PersonName::parse(&"长".repeat(name)).unwrap();
        line.memo = Some("工".repeat(memo));
        bank.encode_payment(&order, &support::ToyKeys)
            .map_err(|findings| (findings[0].code, findings[0].row))
    };
    assert!(written(20, 15).is_ok());
    let (name, memo) = (FindingCode::NameTooLong, FindingCode::TextTooLong);
    assert_eq!(written(21, 15).unwrap_err(), (name, Some(5)));
    assert_eq!(written(20, 16).unwrap_err(), (memo, Some(5)));
}

/// 64 KiB of DEFLATE that unpack to more than a message may have are refused before they are
/// unpacked to the end; what fits comes back whole.
#[test]
fn a_packed_bomb_is_refused() {
    let around = Around {
        crypto: &support::ToyKeys,
        charset: schemas::text::Charset::Utf8,
    };
    let (layer, mut values) = (Layer::Deflate {}, Values::default());
    let pack = |size: usize, values: &Values| layer.wrap(vec![b' '; size], values, around).unwrap();
    let most = 64 << 20;
    let fits = pack(most, &values);
    let plain = layer.unwrap(fits, &mut values, around).unwrap();
    assert_eq!(plain.len(), most);
    let bomb = pack(most + 1, &values);
    assert!(bomb.len() <= 64 << 10, "{}", bomb.len());
    let refused = layer.unwrap(bomb, &mut values, around).unwrap_err();
    assert_eq!(refused.what, "unpacks to too much");
}
