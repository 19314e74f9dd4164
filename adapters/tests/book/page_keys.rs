//! A query that goes on with a key of the bank's.

use crate::support::{ToyKeys, bank, converse, order, outcomes, query};
use adapters::exchange::{Next, Outcome, PaymentOrder, Reply, ResultFile};
use adapters::{BankReply, Book};
use schemas::text::Charset;
use std::collections::BTreeMap;

const DIALECT: &str = include_str!("../../dialects/cmb_fbsdk/dialect.toml");
const BANK: &str = include_str!("../../banks/CMB/bank.toml");
const KEY: &str = "key = [\"bthnbr\", \"trxseq\", \"histag\"]";

/// CMB with pages of two rows, and its key as given.
fn by_twos(key: &str) -> Book {
    let from = format!("rows = 1_000, {KEY}");
    assert_eq!(DIALECT.matches(&from).count(), 1);
    let text = DIALECT.replacen(&from, &format!("rows = 2, {key}"), 1);
    let files = [
        ("dialects/cmb_fbsdk/dialect.toml", text.as_str()),
        ("banks/CMB/bank.toml", BANK),
    ];
    Book::from_files(files).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn references() -> BTreeMap<String, String> {
    BTreeMap::from([("reqnbr".to_owned(), "0000004711".to_owned())])
}

/// Rows as told: number, outcome.
fn told(result: &ResultFile) -> Vec<(u32, Outcome)> {
    let lines = result.lines.iter();
    lines
        .map(|line| (line.row_no.unwrap(), line.outcome))
        .collect()
}

/// One captured value is ICBC's NextTag, three are CMB's: both chairs agree on either.
#[test]
fn a_key_of_one_or_of_three_values_brings_every_page() {
    for (key, names) in [
        (KEY, ["bthnbr", "trxseq", "histag"].as_slice()),
        ("key = [\"trxseq\"]", &["trxseq"]),
    ] {
        let book = by_twos(key);
        let adapter = &book.adapters()[0];
        let order = order("CMB");
        // What an earlier question ended with does not say where this one begins.
        let mut known = references();
        known.extend(names.iter().map(|n| ((*n).to_owned(), "5".to_owned())));
        let asked = query(&order, known);
        let (reply, requests, _) = converse(adapter, &mut adapter.query(&asked), |_| {
            BankReply::result(outcomes(&order, &[Outcome::Paid]))
        });
        let rows = requests.iter().filter(|request| request.step == "rows");
        let sent: Vec<Vec<Option<&String>>> = rows
            .map(|request| {
                let value = |name| request.fields.get(&format!("captured.{name}"));
                names.iter().map(value).collect()
            })
            .collect();
        let (third, fifth) = ("3".to_owned(), "5".to_owned());
        let of = |value| vec![value; names.len()];
        assert_eq!(sent, [of(None), of(Some(&third)), of(Some(&fifth))]);
        let Reply::Result(result) = reply else {
            panic!("a result")
        };
        let all: Vec<_> = (1..=5).map(|row_no| (row_no, Outcome::Paid)).collect();
        assert_eq!(told(&result), all);
        assert!(result.is_final && result.flaws.is_empty());
        assert!(names.iter().all(|n| !result.references.contains_key(*n)));
    }
}

/// The answer to NTAGDINF by hand: rows of these numbers, and the key behind them.
fn page(rows: &[u32], key: [&str; 3]) -> Vec<u8> {
    let mut text = "<CMBSDKPGK><INFO><FUNNAM>NTAGDINF</FUNNAM><DATTYP>2</DATTYP>\
                    <RETCOD>0</RETCOD><ERRMSG></ERRMSG></INFO>"
        .to_owned();
    let [batch, row, history] = key;
    if key != ["", "", ""] {
        text.push_str(&format!(
            "<NTAGDINFY1><REQNBR>0000004711</REQNBR><BTHNBR>{batch}</BTHNBR>\
             <TRXSEQ>{row}</TRXSEQ><HISTAG>{history}</HISTAG></NTAGDINFY1>"
        ));
    }
    for row in rows {
        text.push_str(&format!(
            "<NTAGCDTLY1><TRXSEQ>{row:08}</TRXSEQ><STSCOD>S</STSCOD></NTAGCDTLY1>"
        ));
    }
    text.push_str("</CMBSDKPGK>");
    text.into_bytes()
}

fn state() -> Vec<u8> {
    b"<CMBSDKPGK><INFO><FUNNAM>NTAGCINY</FUNNAM><DATTYP>2</DATTYP><RETCOD>0</RETCOD>\
      <ERRMSG></ERRMSG></INFO><NTAGCINQZ><REQNBR>0000004711</REQNBR><REQSTA>FIN</REQSTA>\
      <RTNFLG>S</RTNFLG></NTAGCINQZ></CMBSDKPGK>"
        .to_vec()
}

/// Feeds these pages; the questions as text, and how it ended.
fn asked_with(order: &PaymentOrder, pages: &[Vec<u8>]) -> (Vec<String>, Result<Reply, String>) {
    let adapter = bank("CMB");
    let asked = query(order, references());
    let mut conversation = adapter.query(&asked);
    let mut questions = Vec::new();
    let first = [state()];
    for answer in first.iter().chain(pages) {
        match conversation.next(&ToyKeys).unwrap() {
            Next::Send(message) => {
                let text = Charset::Gbk.decode(&message.bytes).unwrap();
                questions.push(text.into_owned());
            }
            Next::Wait { .. } | Next::Done(_) => panic!("a question"),
        }
        if let Err(error) = conversation.feed(answer, &ToyKeys) {
            assert!(conversation.next(&ToyKeys).is_err(), "nothing is concluded");
            return (questions, Err(error.what));
        }
    }
    match conversation.next(&ToyKeys).unwrap() {
        Next::Done(reply) => (questions, Ok(reply)),
        Next::Send(_) | Next::Wait { .. } => panic!("the conversation is over"),
    }
}

/// Each question sends the last answer's key whole: nothing stays of the one before it.
#[test]
fn the_key_of_the_last_answer_is_sent_whole() {
    let pages = [
        page(&[1, 2], ["B1", "00000003", "H"]),
        page(&[3, 4], ["B2", "", ""]),
        page(&[5], ["", "", ""]),
    ];
    let (questions, reply) = asked_with(&order("CMB"), &pages);
    let key = |batch: &str, row: &str, history: &str| {
        format!("<BTHNBR>{batch}</BTHNBR><TRXSEQ>{row}</TRXSEQ><HISTAG>{history}</HISTAG>")
    };
    let expected = [
        key("", "", ""),
        key("B1", "00000003", "H"),
        key("B2", "", ""),
    ];
    assert_eq!(questions.len(), 4);
    for (question, expected) in questions[1..].iter().zip(&expected) {
        assert!(question.contains(expected), "{question}");
    }
    let Ok(Reply::Result(result)) = reply else {
        panic!("a result")
    };
    assert_eq!(result.lines.len(), 5);
    // A full last page may promise one more, which is then empty.
    let pages = [
        page(&[1, 2, 3, 4, 5], ["B1", "", ""]),
        page(&[], ["", "", ""]),
    ];
    let (_, reply) = asked_with(&order("CMB"), &pages);
    assert!(matches!(reply, Ok(Reply::Result(result)) if result.lines.len() == 5));
}

/// A key that leads nowhere says nothing of any row: neither paid nor failed.
#[test]
fn a_key_that_does_not_end_is_unreadable() {
    let again = "the answer goes on where it went on before";
    let behind = "the answer goes on behind its last row";
    let (b1, b2) = (["B1", "3", ""], ["B2", "5", ""]);
    for (pages, what) in [
        (vec![page(&[1, 2], b1), page(&[3], b1)], again),
        (vec![page(&[1], b1), page(&[2], b2), page(&[3], b1)], again),
        (vec![page(&[], b1)], behind),
        (vec![page(&[1, 2, 3], b1), page(&[1, 2, 3], b2)], behind),
    ] {
        let (_, reply) = asked_with(&order("CMB"), &pages);
        assert_eq!(reply, Err(what.to_owned()));
    }
}

/// A row that two pages tell is a flaw, as in one answer.
#[test]
fn a_row_on_two_pages_is_a_flaw() {
    let pages = [page(&[1, 2], ["B1", "2", ""]), page(&[2, 3], ["", "", ""])];
    let (_, reply) = asked_with(&order("CMB"), &pages);
    let Ok(Reply::Result(result)) = reply else {
        panic!("a result")
    };
    assert!(!result.flaws.is_empty() && !result.is_final);
}

#[test]
fn a_key_that_is_not_passed_on_is_refused() {
    for key in ["key = [\"reqnbr\"]", "key = [\"nexttag\"]"] {
        let text = DIALECT.replacen(KEY, key, 1);
        let files = [("dialects/cmb_fbsdk/dialect.toml", text.as_str())];
        let errors = Book::from_files(files).expect_err("refused");
        let what = "a key of pages is a captured value that the reply gives, the request sends, \
                    and that names no batch";
        assert_eq!(errors[0].what, what);
    }
}
