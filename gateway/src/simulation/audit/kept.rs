//! M8: the bytes that came and left are in the record, and have the digest that it states.

use super::Found;
use crate::core::Core;
use crate::event::Event;
use journal::Record;
use std::collections::BTreeMap;

/// Bytes of files that are arriving, by their opening record.
#[derive(Debug, Default)]
pub(super) struct Kept(BTreeMap<u64, Vec<u8>>);

impl Kept {
    pub(super) fn look(
        &mut self,
        core: &Core,
        record: &Record,
        event: &Event,
        found: &mut Found<'_>,
    ) {
        let bytes = || match core.personal(record) {
            Ok(bytes) => Some(bytes.to_vec()),
            Err(_) => None,
        };
        let (stated, bytes) = if let Event::MessageLeaving { digest, .. }
        | Event::MessageAnswered { digest, .. } = event
        {
            (digest.as_str(), bytes())
        } else if let Event::BankMessage { digest, .. } = event {
            (digest.rsplit(':').next().unwrap_or_default(), bytes())
        } else if let Event::BatchBytes { opened, .. } = event {
            let part = bytes();
            if part.is_none() {
                found.add("M8", "the bytes can't be opened");
            }
            let whole = self.0.entry(*opened).or_default();
            return whole.extend(part.unwrap_or_default());
        } else if let Event::BatchAccepted(head) = event {
            let whole = self.0.remove(&head.batch.sequence());
            (head.digest.as_str(), Some(whole.unwrap_or_default()))
        } else if let Event::BatchAbandoned { opened, .. } = event {
            self.0.remove(opened);
            return;
        } else {
            return;
        };
        if bytes.is_none_or(|bytes| crate::sha256_hex(&bytes) != stated) {
            found.add("M8", "other bytes are kept");
        }
    }
}
