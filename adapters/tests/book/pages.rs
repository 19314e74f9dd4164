//! A query whose answer comes in pages.

use crate::support::{ToyKeys, accept, bank, converse, golden_order, incoming, outcomes, query};
use adapters::exchange::{Next, Outcome, PaymentOrder, Reply, ResultFile};
use adapters::{BankReply, Book};
use std::collections::BTreeMap;

const DIALECT: &str = include_str!("../../dialects/citic_dl/dialect.toml");

/// As many lines as three pages of 20, 20 and 5 hold.
fn long_order() -> PaymentOrder {
    let mut order = golden_order("CITIC", "", "3300000000000000019");
    let line = order.lines[0].clone();
    let lines = (1..=45).map(|row_no| {
        let mut line = line.clone();
        line.row_no = row_no;
        line
    });
    order.lines = lines.collect();
    order
}

#[test]
fn every_page_is_asked_for_and_the_result_is_whole() {
    let adapter = bank("CITIC");
    let order = long_order();
    let (receipt, ..) = converse(adapter, &mut adapter.submit(&order), accept);
    let Reply::Receipt(receipt) = receipt else {
        panic!("a receipt")
    };
    let asked = query(&order, receipt.references);
    let said = outcomes(&order, &[Outcome::Paid]);
    let (reply, requests, _) = converse(adapter, &mut adapter.query(&asked), |_| {
        BankReply::result(said.clone())
    });
    let first = |request: &adapters::BankRequest| request.fields["page.first"].clone();
    let pages: Vec<String> = requests.iter().map(first).collect();
    assert_eq!(pages, ["1", "21", "41"]);
    let Reply::Result(result) = reply else {
        panic!("a result")
    };
    let rows: Vec<Option<u32>> = result.lines.iter().map(|line| line.row_no).collect();
    assert_eq!(rows, (1..=45).map(Some).collect::<Vec<_>>());
    assert!(result.is_final && result.flaws.is_empty());
}

/// Answers every page with the same bytes until the conversation is done; how often that was.
fn same_answer(order: &PaymentOrder, change: impl Fn(&str) -> String) -> (ResultFile, usize) {
    let adapter = bank("CITIC");
    let asked = query(order, BTreeMap::new());
    let mut conversation = adapter.query(&asked);
    let mut answered = 0;
    let mut bytes = None;
    for _ in 0..100 {
        match conversation.next(&ToyKeys).unwrap() {
            Next::Done(Reply::Result(result)) => return (result, answered),
            Next::Done(Reply::Receipt(_)) | Next::Wait { .. } => panic!("a result"),
            Next::Send(message) => {
                let bytes = bytes.get_or_insert_with(|| {
                    let side = adapter.bank_side();
                    let request = side.read_request(&incoming(&message), &ToyKeys).unwrap();
                    let reply = BankReply::result(outcomes(order, &[Outcome::Paid]));
                    let reply = side.write_reply(&request, &reply, &ToyKeys).unwrap();
                    let text = schemas::text::Charset::Gb18030.decode(&reply).unwrap();
                    let text = change(&text);
                    schemas::text::Charset::Gb18030
                        .encode(&text)
                        .unwrap()
                        .into_owned()
                });
                answered += 1;
                conversation.feed(bytes, &ToyKeys).unwrap();
            }
        }
    }
    panic!("it asks for ever")
}

/// A bank that always gives its first page is not asked for ever, and its doubled rows are told.
#[test]
fn a_bank_that_repeats_a_page_is_left() {
    let (result, answered) = same_answer(&long_order(), str::to_owned);
    assert_eq!((answered, result.lines.len()), (3, 60));
    assert!(!result.flaws.is_empty() && !result.is_final);
}

/// A total that is larger than ours does not keep it asking.
#[test]
fn a_stated_total_beyond_the_file_ends() {
    let order = golden_order("CITIC", "", "3300000000000000019");
    let (result, answered) = same_answer(&order, |text| {
        text.replace("<totalRecords>5<", "<totalRecords>200000<")
    });
    assert_eq!((answered, result.lines.len()), (1, 5));
    assert!(!result.is_final && !result.flaws.is_empty());
}

/// A question that is refused on the way says nothing of any row.
#[test]
fn a_refusal_is_no_page() {
    let (result, answered) = same_answer(&long_order(), |text| {
        text.replacen("<status>AAAAAAA<", "<status>ET00001<", 1)
    });
    assert_eq!(answered, 1);
    assert_eq!(result.outcome, Outcome::Unknown);
    assert!(
        result
            .lines
            .iter()
            .all(|line| line.outcome == Outcome::Unknown)
    );
}

/// Who asks what a definition says is told of its pages and its forbidden characters.
#[test]
fn pages_and_forbidden_characters_are_explained() {
    let said = |code: &str, name: &str| {
        let explained = bank(code).explain();
        let found = explained.iter().find(|each| each.name == name);
        found.map(|each| each.value.clone())
    };
    assert_eq!(said("CITIC", "query.query.pages").as_deref(), Some("20"));
    let forbidden = said("CIB", "submit.submit.request.forbidden");
    assert_eq!(forbidden.as_deref(), Some("\"<>&\""));
}

#[test]
fn pages_that_can_not_be_asked_for_are_refused() {
    let refused = |from: &str, to: &str, what: &str| {
        assert!(DIALECT.contains(from), "{from}");
        let text = DIALECT.replacen(from, to, 1);
        let files = [("dialects/citic_dl/dialect.toml", text.as_str())];
        let errors = Book::from_files(files).expect_err("refused");
        assert_eq!(errors[0].what, what);
    };
    let asks = "a query in pages of one row or more asks for page.first or a key";
    refused("field = \"page.first\"", "spare = \"1\"", asks);
    refused("pages = { rows = 20 }", "pages = { rows = 0 }", asks);
    let submits = "codes = { request = \"submit\" }\npages = { rows = 20 }";
    let only = "only a query comes in pages";
    refused("codes = { request = \"submit\" }", submits, only);
}
