//! A disk in memory that forgets, fills up and fails by plan.

mod content;
mod node;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use super::faults::{Faults, PowerCut};
use super::{Disk, DiskFile, DiskRead};
use content::{Content, Entry};
use node::Node;

/// A disk in memory. Clones are the same disk. Deterministic: faults follow a plan, and what a
/// power cut leaves follows a seed.
#[derive(Clone, Default)]
pub struct MemoryDisk(Arc<Mutex<Content>>);

struct Handle(MemoryDisk, usize);

impl MemoryDisk {
    /// An empty disk without faults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        crate::state::lock(&self.0)
    }

    /// Sets the plan of faults and begins to count anew.
    pub fn set_faults(&self, faults: Faults) {
        let mut content = self.content();
        content.faults = faults;
        (content.syncs, content.dir_syncs) = (0, 0);
        (content.appends, content.operations) = (0, 0);
        (content.reads, content.has_failed) = (0, false);
    }

    /// Syncs of files since `set_faults`.
    #[must_use]
    pub fn syncs(&self) -> u64 {
        self.content().syncs
    }

    /// Appends since `set_faults`.
    #[must_use]
    pub fn appends(&self) -> u64 {
        self.content().appends
    }

    /// Changing operations of every kind since `set_faults`.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.content().operations
    }

    /// Whether the plan has taken the power away.
    #[must_use]
    pub fn is_powerless(&self) -> bool {
        self.content().powered().is_err()
    }

    /// Whether an operation failed by the plan since `set_faults`.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.content().has_failed
    }

    /// Reads of bytes since `set_faults`.
    #[must_use]
    pub fn reads(&self) -> u64 {
        self.content().reads
    }

    /// Bytes that all files together hold, those included that nobody can name any more.
    #[must_use]
    pub fn used_bytes(&self) -> u64 {
        self.content().used_bytes()
    }

    /// Every file, in the order of the names.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        let content = self.content();
        let files = content.names.iter();
        let files = files.filter(|(_, entry)| matches!(entry, Entry::File(_)));
        files.map(|(path, _)| path.clone()).collect()
    }

    /// The bytes of a file, if there is one.
    #[must_use]
    pub fn bytes(&self, path: &Path) -> Option<Vec<u8>> {
        let mut content = self.content();
        let node = content.file(path).ok()?;
        content.node(node).ok().map(|node| node.bytes().to_vec())
    }

    /// Replaces or makes a file, durably and behind everyone's back: damage for tests.
    pub fn put(&self, path: &Path, bytes: Vec<u8>) {
        let mut content = self.content();
        content.nodes.push(Node::durable(bytes));
        let entry = Entry::File(content.nodes.len() - 1);
        content.names.insert(path.to_owned(), entry);
        content.durable_names.insert(path.to_owned(), entry);
    }

    /// What the disk would hold if the power went now. This disk goes on; the copy is without
    /// faults. Bytes and names that were synced are always there.
    #[must_use]
    pub fn after_power_cut(&self, cut: PowerCut, seed: u64) -> Self {
        let content = self.content();
        let mut random = seed;
        let mut left = content.without_faults();
        for node in &mut left.nodes {
            node.lose_power(cut.unsynced, &mut random);
        }
        if cut.forgets_names {
            let durable = content.durable_names.iter();
            let kept = durable.filter(|(path, _)| content.survives(path));
            left.names = kept.map(|(path, entry)| (path.clone(), *entry)).collect();
        }
        left.durable_names.clone_from(&left.names);
        left.forget_the_nameless();
        Self(Arc::new(Mutex::new(left)))
    }

    /// What it holds when the process alone has ended: what was written and not synced is there,
    /// and not yet on the disk. This disk goes on; the copy is without faults.
    #[must_use]
    pub fn after_kill(&self) -> Self {
        let mut left = self.content().without_faults();
        left.forget_the_nameless();
        Self(Arc::new(Mutex::new(left)))
    }
}

impl Disk for MemoryDisk {
    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let content = self.content();
        content.powered()?;
        if content.names.get(dir) != Some(&Entry::Folder) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let inside = content
            .names
            .iter()
            .filter(|(path, entry)| path.parent() == Some(dir) && !matches!(entry, Entry::Folder));
        let names = inside.filter_map(|(path, _)| path.file_name()?.to_str());
        Ok(names.map(str::to_owned).collect())
    }

    fn create_append(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut content = self.content();
        content.change()?;
        if content.names.contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        content.nodes.push(Node::default());
        let node = content.nodes.len() - 1;
        content.names.insert(path.to_owned(), Entry::File(node));
        Ok(Box::new(Handle(self.clone(), node)))
    }

    fn open_append(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let content = self.content();
        content.powered()?;
        Ok(Box::new(Handle(self.clone(), content.file(path)?)))
    }

    fn open_read(&self, path: &Path) -> io::Result<Box<dyn DiskRead>> {
        let content = self.content();
        content.powered()?;
        Ok(Box::new(Handle(self.clone(), content.file(path)?)))
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        self.open_append(path)?.sync_data()
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let mut content = self.content();
        content.change()?;
        content.dir_syncs += 1;
        if content.faults.sync_dir == Some(content.dir_syncs) {
            return Err(io::Error::other("the folder could not be synced"));
        }
        let inside = |path: &Path| path.parent() == Some(dir);
        content.durable_names.retain(|path, _| !inside(path));
        let names = content.names.iter().filter(|(path, _)| inside(path));
        let names: Vec<_> = names.map(|(path, entry)| (path.clone(), *entry)).collect();
        content.durable_names.extend(names);
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut content = self.content();
        content.change()?;
        let node = content.file(from)?;
        content.names.remove(from);
        content.names.insert(to.to_owned(), Entry::File(node));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut content = self.content();
        content.change()?;
        content.file(path)?;
        content.names.remove(path);
        Ok(())
    }

    fn truncate(&self, path: &Path, bytes: u64) -> io::Result<()> {
        let mut content = self.content();
        content.change()?;
        let node = content.file(path)?;
        let bytes = usize::try_from(bytes).unwrap_or(0);
        content.node(node)?.cut_to(bytes);
        Ok(())
    }

    fn write_over(&self, path: &Path, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut content = self.content();
        content.change()?;
        let node = content.file(path)?;
        content.sync()?;
        content.node(node)?.write_over(offset, bytes)
    }

    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        if let Some(above) = dir.parent() {
            if self.content().names.contains_key(dir) {
                return self.sync_dir(above);
            }
            self.create_dir_all(above)?;
            {
                let mut content = self.content();
                content.change()?;
                content.names.insert(dir.to_owned(), Entry::Folder);
            }
            self.sync_dir(above)?;
        }
        Ok(())
    }

    fn room(&self, _dir: &Path) -> io::Result<Option<u64>> {
        let content = self.content();
        content.powered()?;
        let (used, capacity) = (content.used_bytes(), content.faults.capacity_bytes);
        Ok(capacity.map(|capacity| capacity.saturating_sub(used)))
    }
}

impl DiskFile for Handle {
    fn append_all(&mut self, parts: &[&[u8]]) -> io::Result<()> {
        let bytes = parts.concat();
        let mut content = self.0.content();
        content.change()?;
        content.appends += 1;
        let (mut take, mut result) = (bytes.len(), Ok(()));
        if let Some((nth, some)) = content.faults.append
            && nth == content.appends
        {
            (take, result) = (some.min(take), Err(io::Error::other("a short write")));
        }
        if let Some(capacity) = content.faults.capacity_bytes {
            let room = capacity.saturating_sub(content.used_bytes());
            let room = usize::try_from(room).unwrap_or(usize::MAX);
            if room < take {
                (take, result) = (room, Err(io::ErrorKind::StorageFull.into()));
            }
        }
        content.has_failed |= result.is_err();
        let written = bytes.get(..take).unwrap_or(&bytes);
        content.node(self.1)?.append(written);
        result
    }

    fn sync_data(&mut self) -> io::Result<()> {
        let mut content = self.0.content();
        content.change()?;
        let synced = content.sync();
        let node = content.node(self.1)?;
        match synced {
            Ok(()) => node.sync(),
            Err(_) => node.fail_to_sync(),
        }
        synced
    }

    fn len(&self) -> io::Result<u64> {
        DiskRead::len(self)
    }
}

impl DiskRead for Handle {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut content = self.0.content();
        content.powered()?;
        content.reads += 1;
        if content.faults.read == Some(content.reads) {
            content.has_failed = true;
            return Err(io::Error::other("the read failed"));
        }
        let bytes = content.node(self.1)?.bytes();
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = bytes.get(from..).unwrap_or_default();
        let read = rest.len().min(buffer.len());
        buffer[..read].copy_from_slice(&rest[..read]);
        Ok(read)
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.0.content().node(self.1)?.bytes().len() as u64)
    }
}
