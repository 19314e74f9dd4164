//! What a disk in memory holds, and how often it was asked.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use super::node::Node;
use crate::disk::faults::Faults;

#[derive(Default)]
pub(super) struct Content {
    pub(super) nodes: Vec<Node>,
    pub(super) names: BTreeMap<PathBuf, Entry>,
    pub(super) durable_names: BTreeMap<PathBuf, Entry>,
    pub(super) faults: Faults,
    pub(super) syncs: u64,
    pub(super) dir_syncs: u64,
    pub(super) appends: u64,
    pub(super) operations: u64,
    pub(super) reads: u64,
    pub(super) has_failed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    Folder,
    File(usize),
}

fn no_power() -> io::Error {
    io::Error::other("no power")
}

impl Content {
    /// Counts a changing operation, or fails because the power has gone.
    pub(super) fn change(&mut self) -> io::Result<()> {
        self.powered()?;
        self.operations += 1;
        Ok(())
    }

    pub(super) fn used_bytes(&self) -> u64 {
        let sizes = self.nodes.iter().map(|node| node.bytes().len() as u64);
        sizes.sum()
    }

    /// Counts a sync of a file, which may be one that fails.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        self.syncs += 1;
        if self.faults.sync.is_some_and(|nth| self.syncs >= nth) {
            self.has_failed = true;
            return Err(io::Error::other("the sync failed"));
        }
        Ok(())
    }

    pub(super) fn powered(&self) -> io::Result<()> {
        match self.faults.power {
            Some(last) if self.operations >= last => Err(no_power()),
            _ => Ok(()),
        }
    }

    pub(super) fn file(&self, path: &Path) -> io::Result<usize> {
        match self.names.get(path) {
            Some(Entry::File(node)) => Ok(*node),
            Some(Entry::Folder) | None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    pub(super) fn node(&mut self, node: usize) -> io::Result<&mut Node> {
        let missing = || io::Error::from(io::ErrorKind::NotFound);
        self.nodes.get_mut(node).ok_or_else(missing)
    }

    pub(super) fn without_faults(&self) -> Self {
        Self {
            nodes: self.nodes.clone(),
            names: self.names.clone(),
            durable_names: self.durable_names.clone(),
            ..Self::default()
        }
    }

    /// The bytes of files that have no name any more, nor will have one after a power cut, are gone
    /// with whoever had them open.
    pub(super) fn forget_the_nameless(&mut self) {
        let names = self.names.values().chain(self.durable_names.values());
        let named = names.filter_map(|entry| match entry {
            Entry::File(node) => Some(*node),
            Entry::Folder => None,
        });
        let named: BTreeSet<usize> = named.collect();
        for (at, node) in self.nodes.iter_mut().enumerate() {
            if !named.contains(&at) {
                *node = Node::default();
            }
        }
    }

    /// Whether the name and all folders above it would still be there.
    pub(super) fn survives(&self, path: &Path) -> bool {
        path.ancestors().all(|above| {
            above.parent().is_none()
                || above.as_os_str().is_empty()
                || self.durable_names.contains_key(above)
        })
    }
}
