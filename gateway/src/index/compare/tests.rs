#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! A changed, a missing and an additional entry are named.

use super::*;
use crate::book::table::TableRow;
use crate::event::Event;
use journal::index::{Change, MemoryIndex};

/// The clear part of a record of one block of two lines.
fn clear(first: u32) -> Vec<u8> {
    let event = Event::BatchLines {
        opened: 7,
        first,
        count: 2,
        corrects: Vec::new(),
    };
    let mut clear = serde_json::to_vec(&event).unwrap();
    clear.push(b'\n');
    for index in [first, first + 1] {
        let row = TableRow {
            index,
            row: index + 13,
            line_no: index,
            refused: false,
            amount_fen: 100,
            person: u64::from(index) * 11,
            account: u64::from(index) * 17,
        };
        row.write(&mut clear);
    }
    clear
}

/// An index over records 1 and 2, one block each.
fn index() -> MemoryIndex {
    let index = MemoryIndex::new();
    for (sequence, first) in [(1, 1), (2, 3)] {
        let clear = clear(first);
        let (event, table) = read_clear(sequence, &clear).unwrap();
        let mut changes = Vec::new();
        changes_of(&event, table, &mut changes);
        index.apply(&changes, sequence, &[9; 32]).unwrap();
    }
    index
}

/// The third record came after the index stopped following: it is none of its business.
fn compared(index: &MemoryIndex, is_whole: bool) -> Vec<Difference> {
    let mut comparison = Comparison::begin(index).unwrap();
    for (sequence, first) in [(1, 1), (2, 3), (3, 5)] {
        comparison.record(sequence, &clear(first)).unwrap();
    }
    comparison.end(is_whole).unwrap()
}

fn place(kind: EntryKind, first: u32) -> Place {
    Place {
        kind,
        opened: 7,
        first,
    }
}

fn change(key: Vec<u8>, value: Option<Vec<u8>>, index: &MemoryIndex) {
    let changes = [Change { key, value }];
    index.apply(&changes, 2, &[9; 32]).unwrap();
}

#[test]
fn an_index_that_follows_agrees() {
    assert_eq!(compared(&index(), true), Vec::new());
}

#[test]
fn every_kind_of_difference_is_named() {
    let key = |kind: u8, first| super::super::block_key(kind, 7, first);
    let index = index();
    change(key(PERSON, 1), Some(vec![0; 24]), &index);
    change(key(ACCOUNT, 3), None, &index);
    change(key(PERSON, 5), Some(vec![0; 24]), &index);
    change(b"zzz".to_vec(), Some(vec![1]), &index);
    let strange = Place {
        kind: EntryKind::Strange,
        opened: 0,
        first: 0,
    };
    let listed = [
        Difference::Changed(place(EntryKind::Person, 1)),
        Difference::Missing(place(EntryKind::Account, 3)),
    ];
    let additional = [
        Difference::Additional(place(EntryKind::Person, 5)),
        Difference::Additional(strange),
    ];
    assert_eq!(compared(&index, true), [listed, additional].concat());
    // Of a damaged journal nobody knows what the lost records made.
    assert_eq!(compared(&index, false), listed);
}
