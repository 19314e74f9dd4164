//! What is to be recorded.

use crate::event::Event;

/// One fact to record.
#[derive(Clone, Debug)]
pub struct Fact {
    /// The event.
    pub event: Event,
    /// The attached table, for `BatchLines`; else empty.
    pub table: Vec<u8>,
    /// Data-key owner (the employer's code, or `bank:CODE`) and personal part; `None` for none.
    pub personal: Option<(String, Vec<u8>)>,
}

impl From<Event> for Fact {
    fn from(event: Event) -> Self {
        Self {
            event,
            table: Vec::new(),
            personal: None,
        }
    }
}

impl Fact {
    /// A fact with a sealed part under the data key of `owner`.
    #[must_use]
    pub fn sealed(event: Event, owner: &str, personal: Vec<u8>) -> Self {
        Self {
            event,
            table: Vec::new(),
            personal: Some((owner.to_owned(), personal)),
        }
    }
}
