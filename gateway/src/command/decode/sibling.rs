//! A file of another dialect of the same bank.

use super::keys::Keys;
use super::{Decoded, cut, decode};
use crate::command::adapter::book;
use crate::command::arguments::MessageWord;
use adapters::BankAdapter;

/// The message by the first dialect of the same bank that reads it, whose name it then bears.
pub(super) fn read(
    adapter: &BankAdapter,
    message: MessageWord,
    bytes: &[u8],
    keys: &Keys,
) -> Option<Decoded> {
    let book = book().ok()?;
    let names = adapter.siblings().iter();
    let mut siblings = names.filter_map(|name| book.dialect(name));
    siblings.find_map(|sibling| {
        let decoded = decode(sibling, message, bytes, keys).ok()?;
        let decoded = cut::doubted(sibling, decoded, (message, bytes), keys);
        let sibling = Some(sibling);
        Some(Decoded { sibling, ..decoded })
    })
}
