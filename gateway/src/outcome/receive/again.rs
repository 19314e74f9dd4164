//! Messages that nobody could read when they came.

use super::{MessageKind, Since, going_on, take, understand};
use crate::core::{Core, CoreError};
use adapters::BankAdapter;
use adapters::exchange::{AsOf, Crypto};
use schemas::value::BankCode;

/// Reads once more, with today's keys, what could not be read when it came: a bank may never send
/// it again. Gives how many messages were read.
///
/// # Errors
/// Ours only.
pub fn read_again<'a>(
    core: &Core,
    bank_of: &dyn Fn(BankCode) -> Option<(&'a BankAdapter, &'a dyn Crypto)>,
) -> Result<usize, CoreError> {
    let unread: Vec<(BankCode, u64, Option<MessageKind>)> = core
        .desk()
        .unread()
        .flat_map(|(bank, messages)| messages.iter().map(move |unread| (bank, unread)))
        .map(|(bank, ((_, sequence), kind))| (bank, *sequence, MessageKind::parse(kind)))
        .collect();
    let mut count = 0;
    for (bank, sequence, kind) in unread {
        let (Some((adapter, crypto)), Some(kind)) = (bank_of(bank), kind) else {
            continue;
        };
        let read = read_stored(core, adapter, crypto, kind, sequence);
        count += usize::from(going_on(bank, sequence, read)? == Some(true));
    }
    Ok(count)
}

/// Whether a message that nobody could read is read now.
fn read_stored(
    core: &Core,
    adapter: &BankAdapter,
    crypto: &dyn Crypto,
    kind: MessageKind,
    sequence: u64,
) -> Result<bool, CoreError> {
    let bank = adapter.code();
    let (record, _) = core.event(sequence)?;
    let bytes = core.personal(&record)?;
    let then = AsOf::new(crypto, record.time_ms / 1000);
    let Some((_, understood)) = understand(core, adapter, &then, kind, &bytes) else {
        return Ok(false);
    };
    let _one_at_a_time = core.receiving(bank);
    let key = format!("{}:{}", kind.as_str(), crate::sha256_hex(&bytes));
    let stored = (kind.as_str(), key, bytes.as_slice());
    let since = Since {
        again: Some(sequence),
        found: None,
    };
    take(core, bank, stored, Some(&understood), since)?;
    Ok(true)
}
