//! An index that fails by plan.

use std::sync::Mutex;

use super::{Change, Entry, Index, IndexError};
use crate::chain::Hash;
use crate::state::lock;

/// When an index fails. Numbers count from 1 since the plan was set; `None` never.
#[derive(Debug, Clone, Copy, Default)]
pub struct IndexFaults {
    /// This `apply` and all later ones fail.
    pub apply: Option<u64>,
    /// This `lookup`, `range`, `position` or `head` and all later ones fail.
    pub read: Option<u64>,
    /// This `flush` and all later ones fail.
    pub flush: Option<u64>,
}

/// Another index with faults: for tests and simulations.
pub struct FaultyIndex<I> {
    inner: I,
    plan: Mutex<Plan>,
}

#[derive(Default)]
struct Plan {
    faults: IndexFaults,
    applies: u64,
    reads: u64,
    flushes: u64,
}

impl<I: Index> FaultyIndex<I> {
    /// An index without faults as yet.
    pub fn new(inner: I) -> Self {
        let plan = Mutex::default();
        Self { inner, plan }
    }

    /// Sets the plan and begins to count anew.
    pub fn set_faults(&self, faults: IndexFaults) {
        *lock(&self.plan) = Plan {
            faults,
            ..Plan::default()
        };
    }

    /// The index behind the faults.
    pub fn inner(&self) -> &I {
        &self.inner
    }

    fn read(&self) -> Result<(), IndexError> {
        let mut plan = lock(&self.plan);
        plan.reads += 1;
        due(plan.faults.read, plan.reads)
    }
}

fn due(fault: Option<u64>, count: u64) -> Result<(), IndexError> {
    match fault.is_some_and(|nth| count >= nth) {
        true => Err(IndexError::Unusable("a planned fault".to_owned())),
        false => Ok(()),
    }
}

impl<I: Index> Index for FaultyIndex<I> {
    fn apply(&self, changes: &[Change], position: u64, head: &Hash) -> Result<(), IndexError> {
        {
            let mut plan = lock(&self.plan);
            plan.applies += 1;
            due(plan.faults.apply, plan.applies)?;
        }
        self.inner.apply(changes, position, head)
    }

    fn lookup(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
        self.read()?;
        self.inner.lookup(key)
    }

    fn range(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Entry>, IndexError> {
        self.read()?;
        self.inner.range(from, to, limit)
    }

    fn position(&self) -> Result<u64, IndexError> {
        self.read()?;
        self.inner.position()
    }

    fn head(&self) -> Result<Option<Hash>, IndexError> {
        self.read()?;
        self.inner.head()
    }

    fn clear(&self) -> Result<(), IndexError> {
        self.inner.clear()
    }

    fn flush(&self) -> Result<(), IndexError> {
        {
            let mut plan = lock(&self.plan);
            plan.flushes += 1;
            due(plan.faults.flush, plan.flushes)?;
        }
        self.inner.flush()
    }
}
