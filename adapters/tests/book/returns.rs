//! Returns that a bank tells only when it is asked: what the question says, what its answer comes
//! to, and definitions that can't be.

use crate::support::*;
use adapters::exchange::{Outcome, Reply, ResultFile};
use adapters::{BankAdapter, BankReply, Book, RequestKind};

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
    refused("line = \"returns\"", "", named, "`line` among its codes");
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
