//! A file of another dialect of the same bank.

use super::keys::Keys;
use super::{Decoded, cut, decode};
use crate::command::adapter::book;
use crate::command::arguments::MessageWord;
use adapters::BankAdapter;
use adapters::exchange::Unreadable;

/// The message by the first dialect of the same bank that reads it, whose name it then bears.
///
/// # Errors
/// Where none does: why the bank's own does not, or that another of them, which got further, met
/// a sealed body.
pub(super) fn read(
    adapter: &BankAdapter,
    message: MessageWord,
    bytes: &[u8],
    (keys, wrong): (&Keys, Unreadable),
) -> Result<Decoded, Unreadable> {
    let Ok(book) = book() else {
        return Err(wrong);
    };
    let mut why = wrong;
    let names = adapter.siblings().iter();
    for sibling in names.filter_map(|name| book.dialect(name)) {
        match decode(sibling, message, bytes, keys) {
            Ok(decoded) => {
                let decoded = cut::doubted(sibling, decoded, (message, bytes), keys);
                let sibling = Some(sibling);
                return Ok(Decoded { sibling, ..decoded });
            }
            Err(other) if other.is_sealed() && other.is_further_than(&why) => why = other,
            Err(_) => {}
        }
    }
    Err(why)
}
