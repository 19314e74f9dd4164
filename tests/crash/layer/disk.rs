//! A disk that remembers what was synced and what was not. Losing its power, it keeps of the rest
//! what it likes: each write whole, in part or not at all, each name made, changed or removed, or
//! not, in any order. Nothing but `fsync` of a file makes its bytes last, and nothing but `fsync`
//! of a folder the names in it: as little as POSIX promises.

use super::super::tally;
use schemas::people::SplitMix64;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};

/// The root folder.
pub const ROOT: u64 = 1;
/// What reaches the medium in one piece.
const SECTOR: usize = 512;

type Names = BTreeMap<OsString, u64>;

/// A change of a file that nobody synced.
enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

/// A change of a name that nobody synced; those of one number happen together or not at all.
struct Naming {
    number: u64,
    name: OsString,
    node: Option<u64>,
}

/// What is in a node.
pub enum Body {
    File(File),
    Folder(Folder),
}

#[derive(Default)]
pub struct File {
    pub now: Vec<u8>,
    kept: Vec<u8>,
    loose: Vec<Change>,
}

#[derive(Default)]
pub struct Folder {
    pub now: Names,
    kept: Names,
    loose: Vec<Naming>,
}

/// What goes wrong on purpose.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// After so many more, syncs fail and what they should have kept is lost.
    pub syncs_left: Option<u64>,
    /// After so many more, a sync is called done and keeps nothing, and nothing is taken from then
    /// on: as ext4 gives up.
    pub gives_up_after: Option<u64>,
    /// After so many more bytes there is no room: the last write is short.
    pub bytes_left: Option<u64>,
    /// After so many more, reads fail.
    pub reads_left: Option<u64>,
    /// One read in so many has a bit flipped.
    pub flips_one_in: Option<u64>,
    /// Nothing may be written.
    pub read_only: bool,
}

/// Why a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    Missing,
    Exists,
    NotFolder,
    IsFolder,
    NotEmpty,
    Full,
    Broken,
    ReadOnly,
}

pub struct Node {
    pub mode: u16,
    pub body: Body,
}

/// The disk.
pub struct Disk {
    pub nodes: BTreeMap<u64, Node>,
    next: u64,
    namings: u64,
    pub faults: Faults,
    /// Whether a sync failed since a process ended last: what it should have kept is shown, and no
    /// later one keeps it.
    is_stale: bool,
    draw: SplitMix64,
}

impl Disk {
    pub fn new(seed: u64) -> Self {
        let body = Body::Folder(Folder::default());
        Self {
            nodes: BTreeMap::from([(ROOT, Node { mode: 0o700, body })]),
            next: ROOT + 1,
            namings: 0,
            faults: Faults::default(),
            is_stale: false,
            draw: SplitMix64::new(seed),
        }
    }

    pub fn folder(&mut self, node: u64) -> Result<&mut Folder, Refusal> {
        match self.nodes.get_mut(&node).map(|node| &mut node.body) {
            Some(Body::Folder(folder)) => Ok(folder),
            Some(Body::File(_)) => Err(Refusal::NotFolder),
            None => Err(Refusal::Missing),
        }
    }

    pub fn file(&mut self, node: u64) -> Result<&mut File, Refusal> {
        match self.nodes.get_mut(&node).map(|node| &mut node.body) {
            Some(Body::File(file)) => Ok(file),
            Some(Body::Folder(_)) => Err(Refusal::IsFolder),
            None => Err(Refusal::Missing),
        }
    }

    pub fn find(&mut self, folder: u64, name: &OsStr) -> Result<u64, Refusal> {
        self.folder(folder)?
            .now
            .get(name)
            .copied()
            .ok_or(Refusal::Missing)
    }

    pub fn writable(&self) -> Result<(), Refusal> {
        match self.faults.read_only {
            true => {
                tally::fault(&tally::CHANGES_REFUSED_READ_ONLY);
                Err(Refusal::ReadOnly)
            }
            false => Ok(()),
        }
    }

    /// A new file or folder under a name.
    pub fn make(&mut self, folder: u64, name: &OsStr, node: Node) -> Result<u64, Refusal> {
        self.writable()?;
        if self.find(folder, name).is_ok() {
            return Err(Refusal::Exists);
        }
        let number = self.next;
        self.next += 1;
        self.nodes.insert(number, node);
        let naming = self.naming();
        self.name(folder, name, Some(number), naming)?;
        Ok(number)
    }

    fn naming(&mut self) -> u64 {
        self.namings += 1;
        self.namings
    }

    fn name(
        &mut self,
        folder: u64,
        name: &OsStr,
        node: Option<u64>,
        number: u64,
    ) -> Result<(), Refusal> {
        let folder = self.folder(folder)?;
        match node {
            Some(node) => folder.now.insert(name.to_owned(), node),
            None => folder.now.remove(name),
        };
        let name = name.to_owned();
        folder.loose.push(Naming { number, name, node });
        Ok(())
    }

    pub fn remove(&mut self, folder: u64, name: &OsStr) -> Result<(), Refusal> {
        self.writable()?;
        let node = self.find(folder, name)?;
        if let Ok(inner) = self.folder(node)
            && !inner.now.is_empty()
        {
            return Err(Refusal::NotEmpty);
        }
        let number = self.naming();
        self.name(folder, name, None, number)
    }

    pub fn rename(&mut self, from: (u64, &OsStr), to: (u64, &OsStr)) -> Result<(), Refusal> {
        self.writable()?;
        let node = self.find(from.0, from.1)?;
        let number = self.naming();
        self.name(from.0, from.1, None, number)?;
        self.name(to.0, to.1, Some(node), number)
    }

    /// Bytes that were written: fewer than asked for where the room ends.
    pub fn write(&mut self, node: u64, at: usize, bytes: &[u8]) -> Result<usize, Refusal> {
        self.writable()?;
        let mut count = bytes.len();
        if let Some(left) = self.faults.bytes_left {
            count = count.min(usize::try_from(left).unwrap_or(usize::MAX));
            self.faults.bytes_left = Some(left - count as u64);
            if count < bytes.len() {
                tally::fault(&tally::WRITES_CUT_SHORT_OR_WITHOUT_ROOM);
            }
            if count == 0 && !bytes.is_empty() {
                return Err(Refusal::Full);
            }
        }
        let file = self.file(node)?;
        let part = bytes.get(..count).unwrap_or(bytes);
        put(&mut file.now, at, part);
        file.loose.push(Change::Write(at, part.to_vec()));
        Ok(count)
    }

    pub fn set_length(&mut self, node: u64, length: usize) -> Result<(), Refusal> {
        self.writable()?;
        let file = self.file(node)?;
        file.now.resize(length, 0);
        file.loose.push(Change::Length(length));
        Ok(())
    }

    pub fn read(&mut self, node: u64, at: usize, count: usize) -> Result<Vec<u8>, Refusal> {
        if is_due(&mut self.faults.reads_left) {
            tally::fault(&tally::READS_FAILED);
            return Err(Refusal::Broken);
        }
        let file = self.file(node)?;
        let end = file.now.len().min(at.saturating_add(count));
        let mut bytes = file.now.get(at..end).unwrap_or_default().to_vec();
        if let Some(one_in) = self.faults.flips_one_in
            && !bytes.is_empty()
            && self.draw.below(one_in) == 0
        {
            tally::fault(&tally::READS_FLIPPED);
            let place = usize::try_from(self.draw.below(bytes.len() as u64)).unwrap();
            bytes[place] ^= 1 << self.draw.below(8);
        }
        Ok(bytes)
    }

    /// A sync of a file or a folder.
    pub fn sync(&mut self, node: u64) -> Result<(), Refusal> {
        let fails = is_due(&mut self.faults.syncs_left);
        let gives_up = is_due(&mut self.faults.gives_up_after);
        if gives_up {
            self.faults.gives_up_after = None;
            self.faults.syncs_left = Some(0);
            self.faults.read_only = true;
        }
        let loses = fails || gives_up;
        if loses {
            tally::fault(&tally::SYNCS_FAILED);
            self.is_stale = true;
        }
        match self.nodes.get_mut(&node).map(|node| &mut node.body) {
            // As Linux does: what could not be written counts as clean from now on.
            Some(Body::File(file)) if loses => file.loose.clear(),
            Some(Body::File(file)) => file
                .loose
                .drain(..)
                .for_each(|change| keep(&mut file.kept, change)),
            Some(Body::Folder(_)) if loses => {}
            Some(Body::Folder(folder)) => {
                folder.loose.clear();
                folder.kept = folder.now.clone();
            }
            None => return Err(Refusal::Missing),
        }
        match fails {
            true => Err(Refusal::Broken),
            false => Ok(()),
        }
    }

    /// The process is gone, and the faults with it. After a failed sync, somebody starts it anew
    /// over what is shown, or the whole machine; else the power is gone, too.
    pub fn end(&mut self) {
        if self.is_stale && self.draw.below(2) == 0 {
            tally::STALE_CACHES.add(1);
            self.is_stale = false;
            self.faults = Faults::default();
            return;
        }
        self.lose_power();
    }

    /// The power is gone, and the faults with it.
    pub fn lose_power(&mut self) {
        self.faults = Faults::default();
        self.is_stale = false;
        let mut forgotten: BTreeMap<u64, bool> = BTreeMap::new();
        // Each cut has a temper: some keep nearly all, some nearly nothing.
        let temper = 1 + self.draw.below(9);
        let mut draw = SplitMix64::new(self.draw.draw());
        for node in self.nodes.values_mut() {
            match &mut node.body {
                Body::File(file) => lose(file, temper, &mut draw),
                Body::Folder(folder) => {
                    for naming in folder.loose.drain(..) {
                        let forgets = forgotten
                            .entry(naming.number)
                            .or_insert_with(|| draw.below(10) < temper);
                        if *forgets {
                            tally::NAMES_FORGOTTEN.add(1);
                            continue;
                        }
                        match naming.node {
                            Some(node) => folder.kept.insert(naming.name, node),
                            None => folder.kept.remove(&naming.name),
                        };
                    }
                    folder.now = folder.kept.clone();
                }
            }
        }
        self.sweep();
    }

    /// Nodes without a name are gone.
    fn sweep(&mut self) {
        let mut seen = BTreeSet::from([ROOT]);
        let mut open = vec![ROOT];
        while let Some(node) = open.pop() {
            let inner = self
                .folder(node)
                .map(|folder| folder.now.values().copied().collect());
            let inner: Vec<u64> = inner.unwrap_or_default();
            open.extend(inner.into_iter().filter(|node| seen.insert(*node)));
        }
        self.nodes.retain(|node, _| seen.contains(node));
    }
}

/// Whether so many are over; counts one.
fn is_due(left: &mut Option<u64>) -> bool {
    match left {
        Some(0) => true,
        Some(left) => {
            *left -= 1;
            false
        }
        None => false,
    }
}

fn put(bytes: &mut Vec<u8>, at: usize, part: &[u8]) {
    let end = at + part.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[at..end].copy_from_slice(part);
}

fn keep(kept: &mut Vec<u8>, change: Change) {
    match change {
        Change::Write(at, bytes) => put(kept, at, &bytes),
        Change::Length(length) => kept.resize(length, 0),
    }
}

/// What a cut leaves of a file.
fn lose(file: &mut File, temper: u64, draw: &mut SplitMix64) {
    let mut loose: Vec<Change> = file.loose.drain(..).collect();
    if draw.below(2) == 0 {
        tally::FILES_REORDERED.add(u64::from(loose.len() > 1));
        loose.reverse();
    }
    for change in loose {
        let (drops, tears) = (draw.below(10) < temper, draw.below(3) == 0);
        match change {
            _ if drops => tally::WRITES_DROPPED.add(1),
            Change::Write(at, bytes) if tears => {
                tally::WRITES_TORN.add(1);
                for (number, sector) in bytes.chunks(SECTOR).enumerate() {
                    if draw.below(2) == 0 {
                        put(&mut file.kept, at + number * SECTOR, sector);
                    }
                }
            }
            whole => keep(&mut file.kept, whole),
        }
    }
    file.now = file.kept.clone();
}
