//! The index over the journal: what a search needs, sorted, in sled. It follows behind in large
//! groups and may be thrown away at any time; the journal rebuilds it.
//!
//! | key | value |
//! | --- | --- |
//! | `b` batch sequence (8 bytes, big-endian) | the accepted head as JSON |
//! | `p` batch sequence, first line (4 bytes) | (hash of the document u64, index u32) sorted |
//! | `q` batch sequence, first line | (hash of the account u64, index u32) sorted |
//!
//! Two entries for a thousand lines: sled slows down with the number of entries.

mod compare;
mod follower;
mod inventory;
mod search;
mod witness;

pub use compare::{Comparison, Difference, EntryKind, Place};
pub use follower::{FollowError, Follower, build_index, open_sled};
pub use inventory::{changed_file, write_inventory};
pub use search::{Field, Search};
pub use witness::{
    Keeper, OpenError, WITNESS, WitnessRefusal, Witnesses, ask_witnesses, open_journal,
    open_journal_on,
};

use crate::book::table::TableRow;
use crate::event::Event;
use journal::index::Change;

const BATCH: u8 = b'b';
const PERSON: u8 = b'p';
const ACCOUNT: u8 = b'q';

/// Bytes of one entry of a lookup block: hash, index.
const ENTRY_BYTES: usize = 12;

fn block_key(kind: u8, opened: u64, first: u32) -> Vec<u8> {
    let mut key = vec![kind];
    key.extend_from_slice(&opened.to_be_bytes());
    key.extend_from_slice(&first.to_be_bytes());
    key
}

/// What one record changes.
fn changes_of(event: &Event, table: &[u8], changes: &mut Vec<Change>) {
    match event {
        Event::BatchLines { opened, first, .. } => {
            let rows = TableRow::read_all(table).unwrap_or_default();
            for (kind, hash) in [
                (
                    PERSON,
                    (|row: &TableRow| row.person) as fn(&TableRow) -> u64,
                ),
                (ACCOUNT, |row: &TableRow| row.account),
            ] {
                let key = block_key(kind, *opened, *first);
                changes.push(Change {
                    key,
                    value: Some(block(&rows, hash)),
                });
            }
        }
        Event::BatchAccepted(head) => {
            let mut key = vec![BATCH];
            key.extend_from_slice(&head.batch.sequence().to_be_bytes());
            changes.push(Change {
                key,
                value: serde_json::to_vec(head).ok(),
            });
        }
        Event::BatchAbandoned { .. }
        | Event::Started { .. }
        | Event::Restored { .. }
        | Event::Refused { .. }
        | Event::BatchOpened { .. }
        | Event::BatchBytes { .. }
        | Event::BatchFindings { .. }
        | Event::BatchApproved { .. }
        | Event::BatchWithdrawn { .. }
        | Event::LinesWithdrawn { .. }
        | Event::FileIntended(_)
        | Event::MessageLeaving { .. }
        | Event::MessageAnswered { .. }
        | Event::FileReceipt { .. }
        | Event::FileAbandoned { .. }
        | Event::Outcomes { .. }
        | Event::BankMessage { .. }
        | Event::BankMessageClosed { .. }
        | Event::Unmatched { .. }
        | Event::ResolutionProposed { .. }
        | Event::ResolutionConfirmed { .. }
        | Event::Disclosed { .. } => {}
    }
}

/// Hashes and indexes of rows, sorted by hash.
fn block(rows: &[TableRow], hash: fn(&TableRow) -> u64) -> Vec<u8> {
    let mut entries: Vec<(u64, u32)> = rows
        .iter()
        .filter(|row| !row.refused)
        .map(|row| (hash(row), row.index))
        .collect();
    entries.sort_unstable();
    let mut block = Vec::with_capacity(entries.len() * ENTRY_BYTES);
    for (hash, index) in entries {
        block.extend_from_slice(&hash.to_be_bytes());
        block.extend_from_slice(&index.to_be_bytes());
    }
    block
}
