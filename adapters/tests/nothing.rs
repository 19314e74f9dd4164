//! An answer without any content says nothing, and none is ever taken for a bank's consent.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use adapters::exchange::{Next, Outcome};
use adapters::{BankAdapter, Book};
use support::{ToyKeys, order_for};

const NOTHING: [&[u8]; 4] = [b"", b" \n", b"\r\n", b"\xEF\xBB\xBF\n"];

fn all() -> impl Iterator<Item = &'static BankAdapter> {
    let book = Book::built_in().unwrap();
    book.dialects().iter().chain(book.by_dialect())
}

/// No dialect documents an empty answer of any kind.
#[test]
fn nothing_is_no_message_of_any_dialect() {
    for adapter in all() {
        for bytes in NOTHING {
            let place = (adapter.code(), adapter.dialect(), bytes);
            let receipts = [
                adapter.decode_receipt(bytes, &ToyKeys),
                adapter.kept_receipt(bytes, &ToyKeys),
            ];
            assert!(receipts.iter().all(Result::is_err), "{place:?}");
            let results = [
                adapter.decode_result(bytes, &ToyKeys),
                adapter.kept_result(bytes, &ToyKeys),
            ];
            assert!(results.iter().all(Result::is_err), "{place:?}");
            let pushes = [
                adapter.decode_push(bytes, &ToyKeys),
                adapter.kept_push(bytes, &ToyKeys),
            ];
            assert!(pushes.iter().all(Result::is_err), "{place:?}");
        }
    }
}

/// The same in a conversation, at the first reply that it awaits.
#[test]
fn an_empty_reply_is_no_answer_to_a_submission() {
    for adapter in Book::built_in().unwrap().by_dialect() {
        for bytes in NOTHING {
            let order = order_for(adapter);
            let mut conversation = adapter.submit(&order);
            let sent = conversation.next(&ToyKeys);
            if matches!(sent, Ok(Next::Send(_))) {
                let fed = conversation.feed(bytes, &ToyKeys);
                assert!(fed.is_err(), "{} {bytes:?}", adapter.dialect());
            }
        }
    }
}

/// An answer that holds a structure and no word in it is not accepted either.
#[test]
fn an_answer_that_says_nothing_is_not_accepted() {
    let empty: [&[u8]; 6] = [b"{}", b"[]", b"<a/>", b"x=", b"|\r\n", b"#\r\n"];
    for adapter in all() {
        for bytes in empty {
            for receipt in [
                adapter.decode_receipt(bytes, &ToyKeys),
                adapter.kept_receipt(bytes, &ToyKeys),
            ] {
                let accepted = receipt.is_ok_and(|said| said.outcome == Outcome::Accepted);
                assert!(!accepted, "{} {bytes:?}", adapter.dialect());
            }
        }
    }
}
