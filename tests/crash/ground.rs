//! What the program stands on, and what becomes of it when it dies.

use super::serving::Serving;
use schemas::people::SplitMix64;
use std::path::{Path, PathBuf};

/// A place for the data folder.
pub trait Ground: Send {
    /// The folder.
    fn path(&self) -> PathBuf;

    /// The program dies in this moment. Afterwards the folder is as the next start finds it.
    /// Gives how the program had ended by itself, if it had.
    fn die(&mut self, serving: Serving) -> Option<String>;

    /// Something goes wrong with it soon, or not: the name of what, once the program is at work.
    fn harm(&mut self, _: &mut SplitMix64) -> Option<&'static str> {
        None
    }

    /// The same while the program starts.
    fn harm_start(&mut self, _: &mut SplitMix64) -> Option<&'static str> {
        None
    }

    /// From now on the ground is firm: it fails no more and a stop is clean.
    fn heal(&mut self) {}
}

/// A folder of the machine's own file system: it keeps whatever the dead had written.
pub struct Firm(PathBuf);

impl Firm {
    pub fn at(path: &Path) -> Self {
        std::fs::create_dir_all(path).unwrap();
        Self(path.to_owned())
    }
}

impl Ground for Firm {
    fn path(&self) -> PathBuf {
        self.0.clone()
    }

    fn die(&mut self, serving: Serving) -> Option<String> {
        serving.kill()
    }
}
