//! Returns that a bank tells only when it is asked: what the question says, what its answer comes
//! to, and definitions that can't be.

use crate::support::*;
use adapters::exchange::{Next, Outcome, Reply, ResultFile};
use adapters::{BankAdapter, BankReply, Book, RequestKind};
use schemas::FailureReason;
use schemas::text::Charset;
use std::collections::BTreeMap;

const DIALECT: &str = include_str!("../../dialects/cmb_fbsdk/dialect.toml");
const FILE: &str = "dialects/cmb_fbsdk/dialect.toml";

fn ask(adapter: &BankAdapter, said: &BankReply) -> ResultFile {
    let order = order(adapter.code().as_str());
    let (receipt, ..) = converse(adapter, &mut adapter.submit(&order), accept);
    let Reply::Receipt(receipt) = receipt else {
        panic!("a submission ends in a receipt")
    };
    let asked = query(&order, receipt.references);
    let mut conversation = adapter.ask_returns(&asked);
    assert!(conversation.asks_returns() && !adapter.query(&asked).asks_returns());
    let (reply, requests, _) = converse(adapter, &mut conversation, |_| said.clone());
    let place = adapter.dialect();
    for request in &requests {
        assert_eq!(request.file_no, Some(order.file_no), "{place}");
    }
    let last = requests.last().unwrap();
    let kind = match adapter.returns_pace().unwrap().repeats_query {
        true => RequestKind::Query,
        false => RequestKind::Returns,
    };
    assert_eq!(last.kind, kind, "{place}");
    match reply {
        Reply::Result(result) => result,
        Reply::Receipt(_) => panic!("a question ends in a result"),
    }
}

fn asking() -> impl Iterator<Item = &'static BankAdapter> {
    let all = one_of_each_dialect().into_iter();
    all.filter(|adapter| adapter.returns_pace().is_some())
}

#[test]
fn what_came_back_is_told_row_by_row() {
    let mut dialects = Vec::new();
    for adapter in asking() {
        dialects.push(adapter.dialect());
        let order = order(adapter.code().as_str());
        let rows: Vec<_> = outcomes(&order, &[Outcome::Returned])
            .into_iter()
            .skip(1)
            .take(1)
            .collect();
        let result = ask(adapter, &BankReply::result(rows));
        let told: Vec<_> = result.lines.iter().map(|l| (l.row_no, l.outcome)).collect();
        assert_eq!(
            told,
            [(Some(2), Outcome::Returned)],
            "{}",
            adapter.dialect()
        );
    }
    assert_eq!(dialects, ["citic_dl", "cmb_fbsdk"]);
}

#[test]
fn an_answer_without_rows_and_a_refusal_say_nothing_of_any_row() {
    for adapter in asking() {
        let none = ask(adapter, &BankReply::result(Vec::new()));
        assert!(none.lines.is_empty(), "{}", adapter.dialect());
        let refused = ask(adapter, &BankReply::of(Outcome::Unknown));
        assert!(refused.lines.is_empty(), "{}", adapter.dialect());
        assert_eq!(refused.outcome, Outcome::Unknown, "{}", adapter.dialect());
    }
}

/// CMB's question about the golden order, and what comes of an answer; `None`: it can't be read.
fn cmb(reqnbr: Option<&str>, answer: &str) -> (String, Option<ResultFile>) {
    let references = reqnbr.map(|number| ("reqnbr".to_owned(), number.to_owned()));
    let asked = query(&order("CMB"), BTreeMap::from_iter(references));
    let mut conversation = bank("CMB").ask_returns(&asked);
    let Next::Send(question) = conversation.next(&ToyKeys).unwrap() else {
        panic!("it asks")
    };
    let question = Charset::Gbk.decode(&question.bytes).unwrap().into_owned();
    let answer = Charset::Gbk.encode(answer).unwrap();
    if conversation.feed(&answer, &ToyKeys).is_err() {
        return (question, None);
    }
    match conversation.next(&ToyKeys).unwrap() {
        Next::Done(Reply::Result(result)) => (question, Some(result)),
        other => panic!("{other:?}"),
    }
}

/// A row as the public reader's own sample has it: elements by name, a code beside the status
/// (sinri, CMBFirmBankSDK 5.37, NTAGDRFDZ1); person, numbers and amount are of our order.
fn cmb_row(of: &str, row: &str, (name, account, amount): (&str, &str, &str)) -> String {
    format!(
        "<NTAGDRFDZ1>\n<BTHDTL>{row}</BTHDTL> <CPRACT></CPRACT> <CPRCNV>A01039</CPRCNV> \
         <EACNAM>{name}</EACNAM> <EACNBR>{account}</EACNBR> <REQNBR>0000004711</REQNBR> \
         <RTNCOD>002</RTNCOD> <RTNTXT>账号、户名不符</RTNTXT> <STSCOD>B</STSCOD> \
         <TRSAMT>{amount}</TRSAMT> <TRSDAT>20261123</TRSDAT> <TXTCLT>工资</TXTCLT> \
         <YURREF>{of}</YURREF>\n</NTAGDRFDZ1>"
    )
}

fn cmb_answer(rows: &[String]) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"GBK\"?><CMBSDKPGK><INFO><DATTYP>2</DATTYP>\
         <ERRMSG></ERRMSG><FUNNAM>NTAGDRFD</FUNNAM><LGNNAM>样例用户</LGNNAM><RETCOD>0</RETCOD>\
         </INFO>{}</CMBSDKPGK>",
        rows.concat()
    )
}

const OURS: &str = "PK20261123004711";
const FIRST: (&str, &str, &str) = ("张样一", "6200000000000000018", "6523.50");

#[test]
fn the_question_and_the_rows_are_those_of_the_public_reader() {
    let row = cmb_row(OURS, "00000001", FIRST);
    let (question, result) = cmb(Some("0000004711"), &cmb_answer(&[row]));
    let group = "<NTAGDRFDY1><BBKNBR>57</BBKNBR><ACCNBR>3300000000000000019</ACCNBR>\
                 <TRSTYP>BYSA</TRSTYP><BGNDAT>20261123</BGNDAT><ENDDAT>20261123</ENDDAT>\
                 <REQNBR>0000004711</REQNBR></NTAGDRFDY1>";
    assert!(question.contains(group), "{question}");
    let result = result.unwrap();
    let [line] = result.lines.as_slice() else {
        panic!("one row: {:?}", result.lines)
    };
    assert_eq!((line.row_no, line.outcome), (Some(1), Outcome::Returned));
    assert_eq!(line.bank_code.as_deref(), Some("002"));
    assert_eq!(line.bank_text.as_deref(), Some("账号、户名不符"));
    assert_eq!(line.amount.map(|fen| fen.0), Some(652_350));
    assert!(result.flaws.is_empty());
}

/// A lost receipt leaves no number of the bank's: the rows name our file all the same.
#[test]
fn rows_of_another_batch_make_the_list_unreadable() {
    let ours = || cmb_row(OURS, "00000001", FIRST);
    let other = || cmb_row("PK20261023000815", "00000001", FIRST);
    for reqnbr in [None, Some("0000004711")] {
        let (_, read) = cmb(reqnbr, &cmb_answer(&[ours()]));
        assert_eq!(read.unwrap().lines.len(), 1);
        let nameless = cmb_row("", "00000001", FIRST);
        for rows in [
            [ours(), other()],
            [other(), ours()],
            [ours(), nameless.clone()],
            [other(), String::new()],
            [nameless, String::new()],
        ] {
            let (_, read) = cmb(reqnbr, &cmb_answer(&rows));
            assert_eq!(read, None, "{rows:?}");
        }
    }
    // Of the same file number on another day: an earlier installation's.
    let day = cmb_row("PK20261023004711", "00000001", FIRST);
    assert_eq!(cmb(None, &cmb_answer(&[day])).1, None);
    // Two numbers of the bank's in one list, and one that is not ours.
    let mixed = ours().replace("<REQNBR>0000004711<", "<REQNBR>0000004712<");
    for rows in [[mixed.clone(), ours()], [ours(), mixed]] {
        assert_eq!(cmb(None, &cmb_answer(&rows)).1, None);
    }
    let (_, read) = cmb(Some("0000009999"), &cmb_answer(&[ours()]));
    assert_eq!(read, None);
}

/// B and T came back. E is what the reader's own sample says, and failed wherever it is said: of a
/// paid line people decide. Any other word says nothing.
#[test]
fn only_the_words_for_a_return_return() {
    let word = |word: &str| {
        let said = format!("<STSCOD>{word}<");
        let row = cmb_row(OURS, "00000001", FIRST).replace("<STSCOD>B<", &said);
        cmb(None, &cmb_answer(&[row])).1.unwrap().lines[0].outcome
    };
    let (back, open) = (Outcome::Returned, Outcome::Unknown);
    let failed = Outcome::Failed(FailureReason::RefusedByBank);
    let told = ["B", "T", "E", "", "S", "A", "C", "I", "U"].map(word);
    assert_eq!(
        told,
        [back, back, failed, open, open, open, open, open, open]
    );
}

/// The number of the batch that the question for its state gave is kept: the receipt may be lost.
#[test]
fn a_question_keeps_the_number_of_the_batch() {
    let order = order("CMB");
    let asked = query(&order, BTreeMap::new());
    let adapter = bank("CMB");
    let (reply, ..) = converse(adapter, &mut adapter.query(&asked), |_| {
        BankReply::result(outcomes(&order, &[Outcome::Paid]))
    });
    let Reply::Result(result) = reply else {
        panic!("a result")
    };
    let kept: Vec<_> = result.references.iter().collect();
    assert_eq!(kept, [(&"reqnbr".to_owned(), &"0000004711".to_owned())]);
}

fn refused(old: &str, new: &str, mark: &str, word: &str) {
    assert!(DIALECT.contains(old), "{old}");
    let text = DIALECT.replacen(old, new, 1);
    let errors = Book::from_files([(FILE, text.as_str())]).expect_err("refused");
    let line = text[..text.find(mark).unwrap()].matches('\n').count() + 1;
    assert_eq!(
        (errors[0].file.as_str(), errors[0].line),
        (FILE, line),
        "{}",
        errors[0]
    );
    assert!(errors[0].what.contains(word), "{}", errors[0]);
}

#[test]
fn a_flow_that_asks_for_returns_is_whole_or_refused() {
    let pace = "[returns_pace]\nfirst_ms = 86_400_000\ninterval_ms = 86_400_000\ncount_max = 10\n";
    let named = "\"returned_rows\"";
    refused(pace, "", named, "without `returns_pace`");
    let both = format!("{pace}repeats_query = true\n");
    refused(
        pace,
        &both,
        named,
        "either steps of `returns` or `repeats_query`",
    );
    for never in [
        pace.replacen("86_400_000", "0", 1),
        pace.replace("count_max = 10", "count_max = 0"),
        pace.replace("count_max = 10", "count_max = 101"),
    ] {
        refused(pace, &never, named, "asks 1 to 100 times");
    }
    refused(
        "count_max = 10\n",
        "count_most = 10\n",
        "count_most",
        "count_max",
    );
    let rows = ", line = \"returns\"";
    refused(rows, "", named, "`line` among its codes");
    // A refused question says nothing of a payment, and a question never instructs.
    let codes = "codes = { request = \"query\", line = \"returns\" }";
    let failing = "codes = { request = \"request\", line = \"returns\" }";
    refused(
        codes,
        failing,
        "\"request\", line = \"returns\"",
        "not_found or unknown only",
    );
    let name = "name = \"returned_rows\"";
    let pays = "name = \"returned_rows\"\ninstructs = true";
    refused(name, pays, named, "never instructs");
}
