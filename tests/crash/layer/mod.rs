//! The disk of [`disk`] as a file system below the real program (FUSE): every call of it arrives
//! here, whatever library makes it, and the kernel caches nothing.
//!
//! A preloaded C library would see only what goes through libc, and would have to keep all of this
//! in the process that dies.

pub mod disk;
mod view;

use super::ground::Ground;
use super::serving::Serving;
use super::tally;
use disk::{Disk, Faults};
use fuser::{BackgroundSession, Config, MountOption};
use schemas::people::SplitMix64;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use view::View;

/// The disk, shared by the kernel's view and the play.
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
        if let Some(name) = name_of(faults) {
            tally::harm(name);
        }
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
        self.disk().end();
        ended
    }

    fn harm(&mut self, draw: &mut SplitMix64) -> Option<&'static str> {
        let mut faults = Faults::default();
        match draw.below(8) {
            0 => faults.syncs_left = Some(draw.below(150)),
            1 => faults.bytes_left = Some(draw.below(400_000)),
            2 => faults.reads_left = Some(draw.below(100)),
            3 => faults.flips_one_in = Some(1 + draw.below(20)),
            4 => faults.read_only = true,
            _ => return None,
        }
        self.fail(faults);
        name_of(faults)
    }

    fn harm_start(&mut self, draw: &mut SplitMix64) -> Option<&'static str> {
        let mut faults = Faults::default();
        match draw.below(12) {
            0 => faults.syncs_left = Some(draw.below(12)),
            1 => faults.bytes_left = Some(draw.below(2_000)),
            2 => faults.reads_left = Some(draw.below(40)),
            3 => faults.flips_one_in = Some(1 + draw.below(20)),
            _ => return None,
        }
        self.fail(faults);
        name_of(faults)
    }

    fn heal(&mut self) {
        self.disk().faults = Faults::default();
    }
}

/// Faults in words; none where nothing goes wrong.
fn name_of(faults: Faults) -> Option<&'static str> {
    let all = [
        (faults.syncs_left.is_some(), "syncs fail"),
        (faults.gives_up_after.is_some(), "the file system gives up"),
        (faults.bytes_left.is_some(), "the disk is full"),
        (faults.reads_left.is_some(), "reads fail"),
        (faults.flips_one_in.is_some(), "reads have flipped bits"),
        (faults.read_only, "the disk is read-only"),
    ];
    all.into_iter().find_map(|(is, name)| is.then_some(name))
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
            tally::violation("the method: a synced byte is lost");
        }
        lost += u32::from(bytes(&mut disk, "loose").is_none_or(|bytes| bytes.is_empty()));
    }
    drop(disk);
    if lost == 0 {
        tally::violation("the method: an unsynced byte outlasts every cut");
    }
    Ok(())
}
