//! A pushed message as a dialect of its bank reads it.

use super::{ByFile, MessageKind, Pushed, is_file_of};
use crate::core::Core;
use adapters::BankAdapter;
use adapters::exchange::Crypto;
use std::collections::BTreeMap;

/// The dialect that reads the message, the file that it names there, and what it says. Where a
/// reading names a file of the bank it counts only if it is that of the file's own dialect: the
/// same code may be a failure in the other one. What names no such file is kept as the first of
/// the dialects reads it.
pub(super) fn understand<'a>(
    core: &Core,
    adapter: &'a BankAdapter,
    crypto: &dyn Crypto,
    kind: MessageKind,
    bytes: &[u8],
) -> Option<(&'a BankAdapter, ByFile)> {
    let mut stray = None;
    for own in adapter.by_dialect() {
        let Some(read) = understand_by(own, crypto, kind, bytes) else {
            continue;
        };
        match file_speaker(core, adapter, read.0) {
            Some(Some(speaker)) if speaker.dialect() == own.dialect() => return Some((own, read)),
            Some(_) => {}
            None => stray = stray.or(Some((own, read))),
        }
    }
    stray
}

/// The dialect of a file of the bank, where the bank still has it; `None` where there is no such
/// file.
pub(super) fn file_speaker<'a>(
    core: &Core,
    adapter: &'a BankAdapter,
    file_no: Option<u64>,
) -> Option<Option<&'a BankAdapter>> {
    let desk = core.desk();
    let file_no = file_no.filter(|file_no| is_file_of(&desk, adapter.code(), *file_no))?;
    let file = desk.file(file_no)?;
    Some(adapter.of_file(file.intent.dialect.as_deref()))
}

fn understand_by(
    adapter: &BankAdapter,
    crypto: &dyn Crypto,
    kind: MessageKind,
    bytes: &[u8],
) -> Option<ByFile> {
    match kind {
        MessageKind::Push => {
            let push = adapter.decode_push(bytes, crypto).ok()?;
            Some((push.file_no, Pushed::Records(push)))
        }
        MessageKind::Result => {
            let result = adapter.decode_result(bytes, crypto).ok()?;
            let file_no = named_file(&result.references);
            Some((file_no, Pushed::Result(Box::new(result))))
        }
        MessageKind::Receipt => {
            let receipt = adapter.decode_receipt(bytes, crypto).ok()?;
            let file_no = named_file(&receipt.references);
            Some((file_no, Pushed::Receipt(Box::new(receipt))))
        }
    }
}

fn named_file(references: &BTreeMap<String, String>) -> Option<u64> {
    references.get("file_no")?.parse().ok()
}
