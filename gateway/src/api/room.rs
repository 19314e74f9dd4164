//! How many uploads are read at once, and how many bytes of bodies lie in memory at once: what
//! one party may take of both, and what all together.

use crate::clock::Clock;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// Places for uploads. One party holds at most half of them (at least one), so that slow uploads
/// of one can't shut out the others.
pub(crate) struct Uploads {
    most: usize,
    held: Mutex<BTreeMap<String, usize>>,
    freed: Notify,
}

/// One place; given back when dropped.
pub(crate) struct Place {
    uploads: Arc<Uploads>,
    party: String,
}

impl Uploads {
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most: most.max(1),
            held: Mutex::default(),
            freed: Notify::new(),
        })
    }

    /// Takes a place for an upload of `party`, after a wait of at most `wait`.
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
                () = freed => {}
                () = over.as_mut() => return None,
            }
        }
    }

    fn take_now(self: &Arc<Self>, party: &str) -> Option<Place> {
        let mut held = self.held();
        let own = held.get(party).copied().unwrap_or_default();
        if held.values().sum::<usize>() >= self.most || own >= (self.most / 2).max(1) {
            return None;
        }
        held.insert(party.to_owned(), own + 1);
        Some(Place {
            uploads: Arc::clone(self),
            party: party.to_owned(),
        })
    }

    /// How many are held now.
    pub fn count(&self) -> usize {
        self.held().values().sum()
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<String, usize>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.uploads.held();
        match held.get_mut(&self.party) {
            Some(count) if *count > 1 => *count -= 1,
            Some(_) | None => {
                held.remove(&self.party);
            }
        }
        drop(held);
        self.uploads.freed.notify_waiters();
    }
}

/// Bytes of bodies that may lie in memory at once, over all callers.
#[derive(Clone)]
pub(crate) struct Memory(Arc<Semaphore>);

/// So many of them; given back when dropped.
#[derive(Default)]
pub(crate) struct Share(Option<OwnedSemaphorePermit>);

impl Memory {
    pub fn new(bytes_max: usize) -> Self {
        Self(Arc::new(Semaphore::new(
            bytes_max.min(Semaphore::MAX_PERMITS),
        )))
    }

    /// Adds bytes to a share; false where there are not so many left, and nothing is taken.
    pub fn grow(&self, share: &mut Share, bytes: usize) -> bool {
        let Ok(count) = u32::try_from(bytes) else {
            return false;
        };
        let Ok(more) = Arc::clone(&self.0).try_acquire_many_owned(count) else {
            return false;
        };
        match &mut share.0 {
            Some(held) => held.merge(more),
            free => *free = Some(more),
        }
        true
    }
}

#[cfg(test)]
mod tests;
