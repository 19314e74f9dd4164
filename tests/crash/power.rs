//! Power lost: ext4 on a loop device over a file in memory. What the file holds in the moment of
//! the loss is what the disk had; everything in the kernel's caches is gone.

use super::ground::Ground;
use super::serving::Serving;
use super::tally::{self, violation};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The disk. The folder of one ground never comes near it.
const BYTES: &str = "256M";
/// So much more room is left where filling it failed, and so much at most.
const ROOM_MORE: u64 = 64 << 10;
const ROOM_MORE_MAX: u64 = 32 * ROOM_MORE;

/// Runs a program of the system.
fn run(words: &[&str]) -> Result<String, String> {
    let output = Command::new(words[0]).args(&words[1..]).output();
    let output = output.map_err(|error| format!("{}: {error}", words[0]))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        false => {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            Err(format!("{}: {said}", words.join(" ")))
        }
    }
}

/// The disk and where it is mounted.
pub struct Image {
    file: PathBuf,
    mount: PathBuf,
    device: Option<String>,
}

impl Image {
    /// Makes and mounts a new one.
    pub fn make(mount: &Path, name: u64) -> Result<Self, String> {
        let mut image = Self {
            file: PathBuf::from(format!(
                "/dev/shm/anxin-crash-{}-{name}",
                std::process::id()
            )),
            mount: mount.to_owned(),
            device: None,
        };
        std::fs::create_dir_all(mount).map_err(|error| error.to_string())?;
        let file = image.file.display().to_string();
        run(&["truncate", "-s", BYTES, &file])?;
        run(&[
            "mkfs.ext4",
            "-q",
            "-F",
            "-m",
            "0",
            "-E",
            "lazy_itable_init=0",
            &file,
        ])?;
        image.mount("rw")?;
        Ok(image)
    }

    /// Nothing reaches the disk by the clock: only what is synced, and what the kernel likes.
    fn mount(&mut self, mode: &str) -> Result<(), String> {
        let file = self.file.display().to_string();
        let device = run(&["losetup", "--find", "--show", &file])?;
        self.device = Some(device.clone());
        let options = format!("{mode},commit=300");
        let mount = self.mount.display().to_string();
        run(&["mount", "-t", "ext4", "-o", &options, &device, &mount])?;
        Ok(())
    }

    fn unmount(&mut self) -> Result<(), String> {
        let Some(device) = self.device.take() else {
            return Ok(());
        };
        let unmounted = run(&["umount", &self.mount.display().to_string()]);
        run(&["losetup", "-d", &device])?;
        unmounted.map(|_| ())
    }

    /// What is in the file now is what the disk had. `dead` ends whoever uses it.
    fn lose<T>(&mut self, dead: impl FnOnce() -> T) -> Result<T, String> {
        let copy = self.file.with_extension("copy");
        let (from, to) = (self.file.display().to_string(), copy.display().to_string());
        // A copy that the device wrote into is of no single moment: what was committed can be
        // missing in it. Once the writers stand still, one of a moment comes soon.
        while !self.is_still(|| run(&["cp", "--sparse=always", &from, &to]).map(|_| ()))? {
            tally::COPIES_AGAIN.add(1);
            std::thread::sleep(Duration::from_millis(5));
        }
        let died = dead();
        self.unmount()?;
        std::fs::rename(&copy, &self.file).map_err(|error| error.to_string())?;
        self.mount("rw")?;
        Ok(died)
    }

    /// Whether the device neither read nor wrote while `done` was done.
    fn is_still(&self, done: impl FnOnce() -> Result<(), String>) -> Result<bool, String> {
        let name = self
            .device
            .as_deref()
            .unwrap_or_default()
            .replace("/dev/", "");
        let path = format!("/sys/block/{name}/stat");
        let counts = || std::fs::read_to_string(&path).map_err(|error| error.to_string());
        let before = counts()?;
        done()?;
        // The ninth counts what is under way.
        let is_idle = before.split_whitespace().nth(8) == Some("0");
        Ok(is_idle && counts()? == before)
    }

    /// The file system refuses every write from now on, as after an error of its device: in the
    /// middle of whatever is written and synced.
    pub fn abort(&self) -> Result<(), String> {
        run(&[
            "mount",
            "-o",
            "remount,abort",
            &self.mount.display().to_string(),
        ])?;
        tally::harm("ext4 aborts and is read-only");
        Ok(())
    }

    /// Takes every block but about so many bytes.
    pub fn fill(&self, room: u64) -> Result<(), String> {
        let mut left = room;
        loop {
            let free = self.free()?;
            let length = free.saturating_sub(left).to_string();
            let ballast = self.mount.join("ballast").display().to_string();
            let taken = run(&["fallocate", "-l", &length, &ballast]);
            // The program writes on meanwhile, and the file system needs blocks of its own.
            match taken {
                Err(_) if left < room + ROOM_MORE_MAX => left += ROOM_MORE,
                taken => {
                    tally::harm("ext4 is full");
                    return taken.map(|_| ());
                }
            }
            self.empty();
        }
    }

    /// Bytes that a file may still take.
    fn free(&self) -> Result<u64, String> {
        let mount = self.mount.display().to_string();
        let told = run(&["df", "--output=avail", "-B1", &mount])?;
        let bytes = told.lines().last().unwrap_or_default().trim();
        bytes
            .parse()
            .map_err(|error| format!("df says {bytes:?}: {error}"))
    }

    /// Gives the blocks back.
    pub fn empty(&self) {
        std::fs::remove_file(self.mount.join("ballast")).unwrap();
    }

    /// Unmounts and mounts again, as an operator does after a repair.
    pub fn again(&mut self) -> Result<(), String> {
        self.unmount()?;
        // Replays the file system's own journal; 1 says that something was put right.
        let file = self.file.display().to_string();
        let _ = Command::new("e2fsck").args(["-p", &file]).output();
        self.mount("rw")
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        if let Err(error) = self.unmount() {
            eprintln!("    {error}");
        }
        let _ = std::fs::remove_file(&self.file);
    }
}

/// Whether images can be mounted here; if not, why. Also that the method works at all: what was
/// synced is there after a cut, what was not is gone.
pub fn can_mount() -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut image = Image::make(folder.path(), u64::MAX)?;
    let (synced, loose) = (folder.path().join("synced"), folder.path().join("loose"));
    std::fs::write(&synced, b"x").unwrap();
    std::fs::File::open(&synced).unwrap().sync_all().unwrap();
    std::fs::File::open(folder.path())
        .unwrap()
        .sync_all()
        .unwrap();
    std::fs::write(&loose, b"x").unwrap();
    image.lose(|| ())?;
    if std::fs::read(&synced).ok().as_deref() != Some(b"x") || loose.exists() {
        violation("the method: a cut must lose what was not synced and nothing else");
    }
    Ok(())
}

impl Ground for Image {
    fn path(&self) -> PathBuf {
        self.mount.clone()
    }

    fn die(&mut self, serving: Serving) -> Option<String> {
        serving.signal("-STOP");
        self.lose(|| serving.kill()).unwrap()
    }
}
