//! Messages compared, and conversations that are fed from a test.

use crate::support::ToyKeys;
use adapters::exchange::{Next, Reply, ResultFile, StatusQuery};
use adapters::{BankAdapter, Conversation};
use schemas::text::Charset;

/// Compares byte by byte and says where two messages part.
pub fn assert_bytes(own: &[u8], expected: &[u8]) {
    let pairs = own.iter().zip(expected);
    let same = pairs.take_while(|(one, other)| one == other).count();
    assert!(own == expected, "they part at byte {same}");
}

/// Bytes of a message that is written here in its own words.
pub fn gbk(text: &str) -> Vec<u8> {
    Charset::Gbk.encode(text).unwrap().into_owned()
}

/// The bytes of the next message of a conversation.
pub fn sent(conversation: &mut Conversation<'_>) -> Vec<u8> {
    match conversation.next(&ToyKeys).unwrap() {
        Next::Send(outgoing) => outgoing.bytes,
        other => panic!("a message leaves: {other:?}"),
    }
}

/// What a query makes of these answers to its messages.
pub fn asked(adapter: &BankAdapter, query: &StatusQuery, answers: &[&[u8]]) -> ResultFile {
    let mut conversation = adapter.query(query);
    for answer in answers {
        sent(&mut conversation);
        conversation.feed(answer, &ToyKeys).unwrap();
    }
    match conversation.next(&ToyKeys).unwrap() {
        Next::Done(Reply::Result(result)) => result,
        other => panic!("a result: {other:?}"),
    }
}
