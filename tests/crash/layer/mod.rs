//! The disk of [`disk`] as a file system below the real program (FUSE): every call of it arrives
//! here, whatever library makes it, and the kernel caches nothing.
//!
//! A preloaded C library would see only what goes through libc, and would have to keep all of this
//! in the process that dies.

pub mod disk;

use super::ground::Ground;
use super::serving::Serving;
use disk::{Body, Disk, Faults, Folder, Node, Refusal};
use fuser::{
    BackgroundSession, BsdFileFlags, Config, Errno, FileAttr, FileHandle, FileType, Filesystem,
    FopenFlags, Generation, INodeNo, LockOwner, MountOption, OpenFlags, RenameFlags, ReplyAttr,
    ReplyCreate, ReplyData, ReplyDirectory, ReplyEmpty, ReplyEntry, ReplyOpen, ReplyStatfs,
    ReplyWrite, Request, TimeOrNow, WriteFlags,
};
use schemas::people::SplitMix64;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The kernel believes nothing that it was told before.
const TTL: Duration = Duration::ZERO;

type Shared = Arc<Mutex<Disk>>;

/// The disk, mounted.
pub struct Layer {
    disk: Shared,
    mount: PathBuf,
    session: Option<BackgroundSession>,
}

impl Layer {
    /// Makes an empty disk and mounts it.
    pub fn make(mount: &Path, seed: u64) -> Result<Self, String> {
        std::fs::create_dir_all(mount).map_err(|error| error.to_string())?;
        let disk = Arc::new(Mutex::new(Disk::new(seed)));
        let mut config = Config::default();
        config.mount_options = vec![
            MountOption::FSName("anxin-crash".to_owned()),
            MountOption::DefaultPermissions,
        ];
        let session = fuser::spawn_mount(View(Arc::clone(&disk)), mount, &config);
        let session = session.map_err(|error| format!("FUSE: {error}"))?;
        Ok(Self {
            disk,
            mount: mount.to_owned(),
            session: Some(session),
        })
    }

    pub fn disk(&self) -> MutexGuard<'_, Disk> {
        self.disk.lock().unwrap()
    }

    /// What goes wrong from now on.
    pub fn fail(&self, faults: Faults) {
        self.disk().faults = faults;
    }
}

impl Drop for Layer {
    fn drop(&mut self) {
        if let Some(Err(error)) = self.session.take().map(BackgroundSession::umount_and_join) {
            eprintln!("    {error}");
        }
    }
}

impl Ground for Layer {
    fn path(&self) -> PathBuf {
        self.mount.clone()
    }

    fn die(&mut self, serving: Serving) -> Option<String> {
        serving.signal("-STOP");
        let ended = serving.kill();
        self.disk().lose_power();
        ended
    }

    fn harm(&mut self, draw: &mut SplitMix64) -> Option<&'static str> {
        let mut faults = Faults::default();
        let name = match draw.below(8) {
            0 => {
                faults.syncs_left = Some(draw.below(150));
                "syncs fail"
            }
            1 => {
                faults.bytes_left = Some(draw.below(400_000));
                "the disk is full"
            }
            2 => {
                faults.reads_left = Some(draw.below(100));
                "reads fail"
            }
            3 => {
                faults.flips_one_in = Some(1 + draw.below(20));
                "reads have flipped bits"
            }
            4 => {
                faults.read_only = true;
                "the disk is read-only"
            }
            _ => return None,
        };
        self.fail(faults);
        Some(name)
    }

    fn harm_start(&mut self, draw: &mut SplitMix64) -> Option<&'static str> {
        let mut faults = Faults::default();
        let name = match draw.below(12) {
            0 => {
                faults.syncs_left = Some(draw.below(12));
                "syncs fail at the start"
            }
            1 => {
                faults.bytes_left = Some(draw.below(2_000));
                "the disk is full at the start"
            }
            2 => {
                faults.reads_left = Some(draw.below(40));
                "reads fail at the start"
            }
            3 => {
                faults.flips_one_in = Some(1 + draw.below(20));
                "reads have flipped bits at the start"
            }
            _ => return None,
        };
        self.fail(faults);
        Some(name)
    }

    fn heal(&mut self) {
        self.disk().faults = Faults::default();
    }
}

/// Whether it can be mounted here; if not, why.
pub fn can_mount() -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let layer = Layer::make(folder.path(), 1)?;
    for name in ["synced", "loose"] {
        std::fs::write(folder.path().join(name), b"x").map_err(|error| error.to_string())?;
    }
    let file = std::fs::File::open(folder.path().join("synced")).unwrap();
    file.sync_all().unwrap();
    // Only the name of the one and the bytes of the one are to last.
    let bytes = |disk: &mut Disk, name: &str| {
        let node = disk.find(disk::ROOT, OsStr::new(name)).ok()?;
        Some(disk.file(node).ok()?.now.clone())
    };
    std::fs::File::open(folder.path())
        .unwrap()
        .sync_all()
        .unwrap();
    let mut disk = layer.disk();
    let mut lost = 0;
    for _ in 0..8 {
        disk.lose_power();
        if bytes(&mut disk, "synced").as_deref() != Some(b"x") {
            super::tally::violation("the method: a synced byte is lost");
        }
        lost += u32::from(bytes(&mut disk, "loose").is_none_or(|bytes| bytes.is_empty()));
    }
    drop(disk);
    eprintln!("    the layer: an unsynced write was lost in {lost} of 8 looks at one cut");
    Ok(())
}

/// What the kernel sees.
struct View(Shared);

impl View {
    fn disk(&self) -> MutexGuard<'_, Disk> {
        self.0.lock().unwrap()
    }
}

fn errno(refusal: Refusal) -> Errno {
    match refusal {
        Refusal::Missing => Errno::ENOENT,
        Refusal::Exists => Errno::EEXIST,
        Refusal::NotFolder => Errno::ENOTDIR,
        Refusal::IsFolder => Errno::EISDIR,
        Refusal::NotEmpty => Errno::ENOTEMPTY,
        Refusal::Full => Errno::ENOSPC,
        Refusal::Broken => Errno::EIO,
        Refusal::ReadOnly => Errno::EROFS,
    }
}

fn attr(disk: &Disk, number: u64) -> Result<FileAttr, Refusal> {
    let node = disk.nodes.get(&number).ok_or(Refusal::Missing)?;
    let (kind, size) = match &node.body {
        Body::File(file) => (FileType::RegularFile, file.now.len() as u64),
        Body::Folder(_) => (FileType::Directory, 4096),
    };
    let time: SystemTime = UNIX_EPOCH;
    Ok(FileAttr {
        ino: INodeNo(number),
        size,
        blocks: size.div_ceil(512),
        atime: time,
        mtime: time,
        ctime: time,
        crtime: time,
        kind,
        perm: node.mode,
        nlink: 1,
        uid: 0,
        gid: 0,
        rdev: 0,
        blksize: 4096,
        flags: 0,
    })
}

fn place(offset: u64) -> usize {
    usize::try_from(offset).unwrap()
}

fn bits(mode: u32, umask: u32) -> u16 {
    u16::try_from(mode & !umask & 0o7777).unwrap()
}

/// Answers an empty reply.
fn done(result: Result<(), Refusal>, reply: ReplyEmpty) {
    match result {
        Ok(()) => reply.ok(),
        Err(refusal) => reply.error(errno(refusal)),
    }
}

impl Filesystem for View {
    fn lookup(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let mut disk = self.disk();
        match disk.find(parent.0, name).and_then(|node| attr(&disk, node)) {
            Ok(attr) => reply.entry(&TTL, &attr, Generation(0)),
            Err(refusal) => reply.error(errno(refusal)),
        }
    }

    fn getattr(&self, _: &Request, ino: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match attr(&self.disk(), ino.0) {
            Ok(attr) => reply.attr(&TTL, &attr),
            Err(refusal) => reply.error(errno(refusal)),
        }
    }

    fn setattr(
        &self,
        _: &Request,
        ino: INodeNo,
        mode: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        size: Option<u64>,
        _: Option<TimeOrNow>,
        _: Option<TimeOrNow>,
        _: Option<SystemTime>,
        _: Option<FileHandle>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let mut disk = self.disk();
        if let (Some(mode), Some(node)) = (mode, disk.nodes.get_mut(&ino.0)) {
            node.mode = bits(mode, 0);
        }
        let set = size.map_or(Ok(()), |size| disk.set_length(ino.0, place(size)));
        match set.and_then(|()| attr(&disk, ino.0)) {
            Ok(attr) => reply.attr(&TTL, &attr),
            Err(refusal) => reply.error(errno(refusal)),
        }
    }

    fn mkdir(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        reply: ReplyEntry,
    ) {
        let mut disk = self.disk();
        let body = Body::Folder(Folder::default());
        let node = Node {
            mode: bits(mode, umask),
            body,
        };
        match disk
            .make(parent.0, name, node)
            .and_then(|node| attr(&disk, node))
        {
            Ok(attr) => reply.entry(&TTL, &attr, Generation(0)),
            Err(refusal) => reply.error(errno(refusal)),
        }
    }

    fn unlink(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        done(self.disk().remove(parent.0, name), reply);
    }

    fn rmdir(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        done(self.disk().remove(parent.0, name), reply);
    }

    fn rename(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        newparent: INodeNo,
        newname: &OsStr,
        _: RenameFlags,
        reply: ReplyEmpty,
    ) {
        done(
            self.disk().rename((parent.0, name), (newparent.0, newname)),
            reply,
        );
    }

    fn open(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        reply.opened(FileHandle(0), FopenFlags::FOPEN_DIRECT_IO);
    }

    fn create(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        _: i32,
        reply: ReplyCreate,
    ) {
        let mut disk = self.disk();
        let body = Body::File(disk::File::default());
        let node = Node {
            mode: bits(mode, umask),
            body,
        };
        match disk
            .make(parent.0, name, node)
            .and_then(|node| attr(&disk, node))
        {
            Ok(attr) => {
                let flags = FopenFlags::FOPEN_DIRECT_IO;
                reply.created(&TTL, &attr, Generation(0), FileHandle(0), flags);
            }
            Err(refusal) => reply.error(errno(refusal)),
        }
    }

    fn read(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        match self.disk().read(ino.0, place(offset), size as usize) {
            Ok(bytes) => reply.data(&bytes),
            Err(refusal) => reply.error(errno(refusal)),
        }
    }

    fn write(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        match self.disk().write(ino.0, place(offset), data) {
            Ok(count) => reply.written(u32::try_from(count).unwrap()),
            Err(refusal) => reply.error(errno(refusal)),
        }
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        reply.ok();
    }

    fn fsync(&self, _: &Request, ino: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        done(self.disk().sync(ino.0), reply);
    }

    fn fsyncdir(&self, _: &Request, ino: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        done(self.disk().sync(ino.0), reply);
    }

    fn readdir(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        mut reply: ReplyDirectory,
    ) {
        let mut disk = self.disk();
        let names: Vec<_> = match disk.folder(ino.0) {
            Ok(folder) => folder.now.clone().into_iter().collect(),
            Err(refusal) => return reply.error(errno(refusal)),
        };
        for (number, (name, node)) in (1u64..).zip(names).skip(place(offset)) {
            let kind = attr(&disk, node).map_or(FileType::RegularFile, |attr| attr.kind);
            if reply.add(INodeNo(node), number, kind, &name) {
                break;
            }
        }
        reply.ok();
    }

    fn statfs(&self, _: &Request, _: INodeNo, reply: ReplyStatfs) {
        let free = 1 << 20;
        reply.statfs(free, free, free, free, free, 4096, 255, 4096);
    }
}
