//! Who may shake hands: before a caller has shown a certificate, it holds a place of these and
//! nothing that the others need.

use crate::api::room::{Place, Places};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Places for those who come, in all and of one address.
pub(super) struct Door {
    all: Arc<Semaphore>,
    addresses: Arc<Places>,
}

/// A place; given back when dropped.
pub(super) struct Entry {
    _of_all: OwnedSemaphorePermit,
    _of_address: Place,
}

impl Door {
    /// `most` in all, `each` of one address.
    pub fn new(most: usize, each: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS))),
            addresses: Places::new(u64::MAX, each as u64),
        }
    }

    /// Waits until there is a place for somebody.
    pub async fn room(&self) -> Option<OwnedSemaphorePermit> {
        // Never closed.
        Arc::clone(&self.all).acquire_owned().await.ok()
    }

    /// The place of a caller from an address; `None` where it has as many as it may.
    pub fn enter(&self, room: OwnedSemaphorePermit, address: IpAddr) -> Option<Entry> {
        let place = self.addresses.take_now(&origin(address).to_string())?;
        Some(Entry {
            _of_all: room,
            _of_address: place,
        })
    }
}

/// What counts as one address: of IPv6 the first 64 bits, for whoever has one has all behind them.
fn origin(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(long) => {
            let network = long.to_bits() & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from_bits(network))
        }
        short @ IpAddr::V4(_) => short,
    }
}

#[cfg(test)]
mod tests;
