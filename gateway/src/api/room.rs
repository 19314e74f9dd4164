//! What one party may take, and what all together: connections, uploads that are received, their
//! bytes, uploads that are worked on, long answers, bytes of bodies that lie in memory.

use crate::clock::Clock;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// So many units of something, and how many of them one party may hold: none can shut out the
/// others.
pub(crate) struct Places {
    most: u64,
    each: u64,
    held: Mutex<Held>,
    freed: Notify,
}

#[derive(Default)]
struct Held {
    sum: u64,
    parties: BTreeMap<String, u64>,
}

/// What a party holds; given back when dropped.
pub(crate) struct Place {
    places: Arc<Places>,
    party: String,
    units: u64,
}

impl Places {
    /// `most` in all, `each` for one party.
    pub fn new(most: u64, each: u64) -> Arc<Self> {
        Arc::new(Self {
            most,
            each,
            held: Mutex::default(),
            freed: Notify::new(),
        })
    }

    /// Takes one for `party`, after a wait of at most `wait`.
    pub async fn take(
        self: &Arc<Self>,
        party: &str,
        clock: &dyn Clock,
        wait: Duration,
    ) -> Option<Place> {
        let mut over = clock.sleep(wait);
        loop {
            let mut freed = std::pin::pin!(self.freed.notified());
            // Registered before the look: a place that is freed in between is not missed.
            freed.as_mut().enable();
            if let Some(place) = self.take_now(party) {
                return Some(place);
            }
            tokio::select! {
                // A place that is free is looked at first, whatever the time.
                biased;
                () = freed => {}
                () = over.as_mut() => return None,
            }
        }
    }

    /// Takes one for `party` if it may have it now.
    pub fn take_now(self: &Arc<Self>, party: &str) -> Option<Place> {
        let mut place = self.none(party);
        place.grow(1).then_some(place)
    }

    /// Nothing yet, to grow.
    pub fn none(self: &Arc<Self>, party: &str) -> Place {
        Place {
            places: Arc::clone(self),
            party: party.to_owned(),
            units: 0,
        }
    }

    /// How many are held now.
    pub fn count(&self) -> u64 {
        self.held().sum
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Takes more; false where the party may not have so many now, and nothing is taken.
    pub fn grow(&mut self, units: u64) -> bool {
        let mut held = self.places.held();
        let own = held.parties.get(&self.party).copied().unwrap_or_default();
        let (own, sum) = (own.saturating_add(units), held.sum.saturating_add(units));
        if own > self.places.each || sum > self.places.most {
            return false;
        }
        held.parties.insert(self.party.clone(), own);
        held.sum = sum;
        self.units += units;
        true
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.units == 0 {
            // Nobody is woken for nothing, least of all who is just looking.
            return;
        }
        let mut held = self.places.held();
        held.sum = held.sum.saturating_sub(self.units);
        match held.parties.get_mut(&self.party) {
            Some(own) if *own > self.units => *own -= self.units,
            Some(_) | None => {
                held.parties.remove(&self.party);
            }
        }
        drop(held);
        self.places.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests;
