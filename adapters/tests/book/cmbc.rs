//! China Minsheng Bank: batchCostReimb for its own accounts, batchXfer for other banks.

use crate::support::{
    ToyKeys, assert_bytes, bank, golden_order, of_dialect, query, sample, with_ours,
};
use adapters::BankAdapter;
use adapters::exchange::{Next, Outcome};
use schemas::employer_files::{Asked, LineRules as _};
use schemas::text::Charset;
use schemas::{BankCode, FailureReason, Fen, FindingCode, LineNo, PersonName};
use std::collections::BTreeMap;
use time::macros::datetime;

fn of(dialect: &str) -> &'static BankAdapter {
    of_dialect("CMBC", dialect)
}

fn asked(dialect: &str) -> Vec<u8> {
    let order = golden_order("CMBC", "", "3300000000000000019");
    let mut question = query(&order, BTreeMap::new());
    question.asked_at = datetime!(2026-11-23 10:30:00 +8);
    match of(dialect).query(&question).next(&ToyKeys).unwrap() {
        Next::Send(sent) => sent.bytes,
        Next::Wait { .. } | Next::Done(_) => panic!("a message is sent"),
    }
}

/// `trnId` is a number of our own, which names the file and the question.
#[test]
fn it_asks_as_in_the_sample() {
    let Some(sample) = sample("cmbc_qrybatchxfer_request.xml") else {
        return;
    };
    let theirs = "20261123000002";
    let at = String::from_utf8_lossy(&sample).find(theirs).unwrap();
    let expected = with_ours(&sample, &[(at, theirs, "Q00000000010001")]);
    assert_bytes(&asked("cmbc_xfer"), &expected);
    let own_bank = String::from_utf8_lossy(&expected).replace("qryBatchXfer", "qryBatchCostReimb");
    assert_bytes(&asked("cmbc_reimb"), own_bank.as_bytes());
}

/// The section by hand; columns 6 on are ours.
#[test]
fn it_writes_its_rows_into_one_element() {
    let rows = [
        "1|PK00000001|1|01|6200000000000000018|张样一|304100040000|中国民生银行|6523.50|工资",
        "1|PK00000002|1|01|6200000000000000026|李样二|304100040000|中国民生银行|7080.00|工资",
        "1|PK00000003|1|01|6200000000000000034|欧阳样三|304100040000|中国民生银行|5988.05|工资",
        "1|PK00000004|1|01|6200000000000000042|阿样·木样|304100040000|中国民生银行|6300.00|工资",
        "1|PK00000005|1|01|6200000000000000059|王样五|304100040000|中国民生银行|0.01|工资",
    ];
    let head = |code: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"GB2312\"?><CMBC header=\"100\" version=\"100\" \
             security=\"none\" lang=\"chs\" trnCode=\"{code}\"><requestHeader>\
             <dtClient>2026-11-23 09:30:00</dtClient><clientId>3300000001</clientId>\
             <userId>3300000001001</userId><userPswd>******</userPswd><language>chs</language>\
             <appId>nsbdes</appId><appVer>201</appVer></requestHeader><xDataBody>\
             <trnId>20261123000001</trnId><cltcookie></cltcookie><insId>PK20261123000001</insId>"
        )
    };
    let sums = "<payType>0</payType><totalRow>5</totalRow><totalAmt>25891.56</totalAmt>";
    let own = golden_order("CMBC", "工资", "3300000000000000019");
    let mut others = own.clone();
    for line in &mut others.lines {
        line.payee_bank = BankCode::parse("CCB").ok();
    }
    let (reimb, xfer) = (of("cmbc_reimb"), of("cmbc_xfer"));
    let messages = xfer.encode_payment(&others, &ToyKeys).unwrap();
    let expected = format!(
        "{}<payerAcct>3300000000000000019</payerAcct>{sums}\
         <fileContent>{}</fileContent></xDataBody></CMBC>",
        head("batchXfer"),
        rows.join("^").replace("民生", "建设")
    );
    assert_bytes(&messages[0].bytes, expected.as_bytes());
    let messages = reimb.encode_payment(&own, &ToyKeys).unwrap();
    let expected = format!(
        "{}<PayerAcNo>3300000000000000019</PayerAcNo>{sums}<Usage>工资</Usage>\
         <fileContent>{}</fileContent></xDataBody></CMBC>",
        head("batchCostReimb"),
        rows.join("^")
    );
    assert_bytes(&messages[0].bytes, expected.as_bytes());
    // Neither is ever written for an account of the other's class.
    for (adapter, order) in [(reimb, &others), (xfer, &own)] {
        let findings = adapter.encode_payment(order, &ToyKeys).unwrap_err();
        assert_eq!(findings[0].code, FindingCode::PayeeBankNotPaid);
    }
}

/// It is asked in UTF-8 and answers in GBK. Taken is not paid; the codes are ours.
#[test]
fn it_answers_in_gbk() {
    let answer = "<?xml version=\"1.0\" encoding=\"GB2312\"?><CMBC trnCode=\"qryBatchXfer\">\
                  <responseHeader><status><code>0</code><message>成功</message></status>\
                  </responseHeader><xDataBody><insId>PK20261123000001</insId>\
                  <fileContent>PK00000001|6200000000000000018|张样一|6523.50|AX00|^\
                  PK00000002|6200000000000000026|李样二|7080.00|AX99|户名不符^\
                  PK00000003|6200000000000000034|欧阳样三|5988.05|AX01|^\
                  PK00000004|6200000000000000042|阿样·木样|6300.00|0000|</fileContent>\
                  </xDataBody></CMBC>";
    let bytes = Charset::Gbk.encode(answer).unwrap();
    let result = of("cmbc_xfer").decode_result(&bytes, &ToyKeys).unwrap();
    let outcomes: Vec<Outcome> = result.lines.iter().map(|line| line.outcome).collect();
    let refused = Outcome::Failed(FailureReason::RefusedByBank);
    let expected = [Outcome::Paid, refused, Outcome::Accepted, Outcome::Unknown];
    assert_eq!(outcomes, expected);
    assert_eq!(result.lines[1].amount, Some(Fen(708_000)));
    assert_eq!(result.lines[1].bank_text.as_deref(), Some("户名不符"));
    let read = of("cmbc_xfer").decode_result(answer.as_bytes(), &ToyKeys);
    assert!(read.is_err(), "UTF-8 is no answer of this bank");
}

/// UTF-8 has every character, the GBK of its answers has not: such a name is refused before
/// anything leaves, by the check and by the encoder.
#[test]
fn a_name_that_it_could_not_answer_is_refused() {
    let mut order = golden_order("CMBC", "工资", "3300000000000000019");
    order.lines[1].name = PersonName::parse("张𠮷样").unwrap();
    let findings = of("cmbc_reimb")
        .encode_payment(&order, &ToyKeys)
        .unwrap_err();
    assert_eq!(findings[0].code, FindingCode::NameNotEncodable);
    assert_eq!(findings[0].row, Some(2));
    let line = Asked {
        line_no: LineNo(2),
        row: 2,
        name: Some("张𠮷样"),
        memo: Some("工资"),
        amount: Some(Fen(100)),
        account: None,
        payee_bank: None,
    };
    let mut judged = Vec::new();
    bank("CMBC").line_rules().judge(&line, &mut judged);
    assert_eq!(judged.len(), 1);
    assert_eq!(judged[0].code, FindingCode::NameNotEncodable);
    assert_eq!(judged[0].arguments["encoding"], "GBK");
}
