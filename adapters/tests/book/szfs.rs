//! Shenzhen financial clearing centre: no sample is public, so that the layout is by hand from the
//! section; and the status that a day turns into paid.

use super::unionpay_df::{pairs, unpacked};
use crate::support::{ToyKeys, bank, golden_order, outcomes, query};
use adapters::exchange::{Next, Outcome, PaymentOrder, Reply, ResultFile};
use adapters::{BankReply, Book, Incoming, IncomingWire};
use schemas::FailureReason;
use std::collections::BTreeMap;
use time::macros::{date, datetime};

const BATCH: &str = "A000000000013170000000001";

fn order() -> PaymentOrder {
    let mut order = golden_order("NCBANK", "11月工资", "3300000000000000019");
    order.lines.truncate(2);
    order
}

#[test]
fn a_batch_by_hand() {
    let messages = bank("NCBANK").encode_payment(&order(), &ToyKeys).unwrap();
    assert!(messages.len() == 1 && messages[0].instructs);
    let pairs = pairs(&messages[0].bytes);
    let head = ["msgtype", "version", "resptype", "subnode", "zip"].map(|name| &*pairs[name]);
    assert_eq!(
        head,
        ["BATSINGLEPAY", "1.0", "ACTQRY", "A00000000001", "true"]
    );
    let row = |row: u32, account: &str, name: &str, money: &str| {
        format!(
            "<detail><lstno>0001000{row}</lstno><outid>PK000000000100000{row}</outid>\
             <custbankno>304100040000</custbankno><custaccbankno></custaccbankno>\
             <custaccno>{account}</custaccno><custaccname>{name}</custaccname>\
             <money>{money}</money><memo>11月工资</memo></detail>"
        )
    };
    let expected = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><BATSINGLEPAY><subdate>20261123</subdate>\
         <batno>{BATCH}</batno><corpno>A00000000001</corpno><transcode>31702</transcode>\
         <productcode>G0001</productcode><feeitem>00800</feeitem><bankno>105584000005</bankno>\
         <accbankno></accbankno><accno>3300000000000000019</accno>\
         <accname>浙江样例建设有限公司</accname><currency>CNY</currency><totalnum>2</totalnum>\
         <totalmoney>13603.50</totalmoney><summary>工资</summary><details>{}{}</details>\
         </BATSINGLEPAY>",
        row(1, "6200000000000000018", "张样一", "6523.50"),
        row(2, "6200000000000000026", "李样二", "7080.00"),
    );
    assert_eq!(
        String::from_utf8(unpacked(&pairs["xml"])).unwrap(),
        expected
    );
}

fn notice(status: &str, settled: &str, rows: &str) -> String {
    format!(
        "<BizTransNotice xmlns=\"szfs.tws.actqry.biztransnotice\"><status>{status}</status>\
         <remark>text</remark><setwrkdate>{settled}</setwrkdate><details>{rows}</details>\
         </BizTransNotice>"
    )
}

fn row(number: u32, status: &str) -> String {
    format!(
        "<detail><outid>PK0000000001{number:06}</outid><custaccno>620000000000000001</custaccno>\
         <dttrnmoney>1.00</dttrnmoney><dtstatus>{status}</dtstatus><dtprocode>R0</dtprocode>\
         </detail>"
    )
}

/// What a question at `asked_at` makes of an answer.
fn asked(asked_at: time::OffsetDateTime, answer: &str) -> ResultFile {
    let mut question = query(&order(), BTreeMap::new());
    question.asked_at = asked_at;
    let mut conversation = bank("NCBANK").query(&question);
    let Next::Send(_) = conversation.next(&ToyKeys).unwrap() else {
        panic!("a question")
    };
    conversation.feed(answer.as_bytes(), &ToyKeys).unwrap();
    let Next::Done(Reply::Result(result)) = conversation.next(&ToyKeys).unwrap() else {
        panic!("a result")
    };
    result
}

/// The table of the section, on the settlement day itself and on the day after.
#[test]
fn a_day_turns_33_and_35_into_paid_and_nothing_else() {
    let statuses = ["00", "01", "32", "99", "33", "35", "31", "02", ""];
    let rows: String = statuses.iter().zip(1..).map(|(s, n)| row(n, s)).collect();
    let rows = rows.replace("<dtstatus></dtstatus>", "<dtstatus>?</dtstatus>");
    let answer = notice("00", "20261124", &rows);
    let failed = Outcome::Failed(FailureReason::RefusedByBank);
    let (paid, accepted, unknown) = (Outcome::Paid, Outcome::Accepted, Outcome::Unknown);
    let told = |at, is_final: bool| {
        let result = asked(at, &answer);
        assert_eq!(result.is_final, is_final);
        result
            .lines
            .iter()
            .map(|line| line.outcome)
            .collect::<Vec<_>>()
    };
    let open = [
        paid, failed, failed, failed, accepted, accepted, unknown, unknown, unknown,
    ];
    assert_eq!(told(datetime!(2026-11-23 09:35 +8), false), open);
    assert_eq!(told(datetime!(2026-11-24 23:59:59 +8), false), open);
    // In UTC it is still the day before.
    let over = [
        paid, failed, failed, failed, paid, paid, unknown, unknown, unknown,
    ];
    assert_eq!(told(datetime!(2026-11-24 16:00:00 UTC), true), over);
}

#[test]
fn a_settlement_day_that_can_not_be_leaves_the_row_open() {
    for day in ["", "00000000", "20261122", "20261331", "tomorrow"] {
        let answer = notice("00", day, &row(1, "33"));
        let mut question = query(&order(), BTreeMap::new());
        question.asked_at = datetime!(2027-01-01 09:00 +8);
        let mut conversation = bank("NCBANK").query(&question);
        conversation.next(&ToyKeys).unwrap();
        if conversation.feed(answer.as_bytes(), &ToyKeys).is_err() {
            continue;
        }
        let Next::Done(Reply::Result(result)) = conversation.next(&ToyKeys).unwrap() else {
            panic!("a result")
        };
        assert_eq!(result.lines[0].outcome, Outcome::Accepted, "{day}");
        let detail = result.lines[0].detail.as_deref();
        assert_eq!(detail, Some("awaiting_settlement"), "{day}");
    }
    // Read without a question there is no day at all.
    let answer = notice("00", "20200101", &row(1, "35"));
    let result = bank("NCBANK")
        .decode_result(answer.as_bytes(), &ToyKeys)
        .unwrap();
    assert_eq!(result.lines[0].outcome, Outcome::Accepted);
}

#[test]
fn a_failed_batch_fails_its_rows_and_an_open_one_none() {
    let said = |status| {
        let result = asked(datetime!(2026-12-31 09:00 +8), &notice(status, "", ""));
        assert!(result.lines.is_empty());
        (result.outcome, result.is_final)
    };
    let failed = Outcome::Failed(FailureReason::RefusedByBank);
    for status in ["01", "31", "99"] {
        assert_eq!(said(status), (failed, true));
    }
    assert_eq!(said("00").0, Outcome::Accepted);
    assert_eq!(said("02"), (Outcome::Unknown, false));
}

/// The bank's chair writes the code and the day, and the gateway reads them.
#[test]
fn the_banks_chair_says_the_day() {
    let adapter = bank("NCBANK");
    let order = order();
    let mut question = query(&order, BTreeMap::new());
    let mut lines = outcomes(&order, &[Outcome::Accepted, Outcome::Paid]);
    lines[0].detail = Some("awaiting_settlement".to_owned());
    for (asked_at, expected) in [
        (datetime!(2026-11-25 09:00 +8), Outcome::Accepted),
        (datetime!(2026-11-26 09:00 +8), Outcome::Paid),
    ] {
        question.asked_at = asked_at;
        let mut conversation = adapter.query(&question);
        let Next::Send(message) = conversation.next(&ToyKeys).unwrap() else {
            panic!("a question")
        };
        let incoming = Incoming {
            wire: IncomingWire::Http {
                method: adapters::exchange::Method::Post,
                path: "/tws".to_owned(),
                headers: Vec::new(),
            },
            bytes: message.bytes,
        };
        let side = adapter.bank_side();
        let request = side.read_request(&incoming, &ToyKeys).unwrap();
        let reply = BankReply {
            batch: Some(Outcome::Paid),
            settles_on: Some(date!(2026 - 11 - 25)),
            ..BankReply::result(lines.clone())
        };
        let bytes = side.write_reply(&request, &reply, &ToyKeys).unwrap();
        let text = std::str::from_utf8(&bytes).unwrap();
        assert!(text.contains("<setwrkdate>20261125</setwrkdate>"), "{text}");
        assert!(text.contains("<dtstatus>33</dtstatus>"), "{text}");
        conversation.feed(&bytes, &ToyKeys).unwrap();
        let Next::Done(Reply::Result(result)) = conversation.next(&ToyKeys).unwrap() else {
            panic!("a result")
        };
        let told = result.lines.iter().map(|line| line.outcome);
        assert!(told.eq([expected, Outcome::Paid]), "{asked_at}");
        assert_eq!(result.is_final, expected == Outcome::Paid);
    }
}

const DIALECT: &str = include_str!("../../dialects/szfs/dialect.toml");

fn refused(old: &str, new: &str) -> String {
    assert!(DIALECT.contains(old), "{old}");
    let dialect = DIALECT.replacen(old, new, 1);
    let files = [
        ("dialects/szfs/dialect.toml", dialect.as_str()),
        (
            "banks/NCBANK/bank.toml",
            include_str!("../../banks/NCBANK/bank.toml"),
        ),
    ];
    Book::from_files(files).unwrap_err()[0].to_string()
}

/// A day turns a row's code only, and only where the answer tells it.
#[test]
fn a_day_that_nobody_tells_is_refused() {
    let no_date = refused("field = \"batch.settlement_date\"", "spare = \"\"");
    let of_text = refused("= \"batch.settlement_date\"\n", "= \"batch.text\"\n");
    let bare = refused("detail = \"awaiting_settlement\"\n", "");
    let dated = "exact = [\"AXP\"]\noutcome = \"accepted\"\ndetail = \"wait\"\n\
                 paid_after = \"batch.settlement_date\"";
    let of_batch = refused("exact = [\"AXP\"]\noutcome = \"accepted\"", dated);
    let paid = refused("detail = \"awaiting_settlement\"", "reason = \"other\"");
    let said = [no_date, of_text, bare, of_batch, paid];
    let words = [
        "the answer does not tell batch.settlement_date",
        "not a date",
        "of an accepted code with a detail",
        "of a row's code only",
        "only failed has a reason",
    ];
    for (said, words) in said.iter().zip(words) {
        assert!(said.contains(words), "{said}");
    }
}
