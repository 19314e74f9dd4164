//! What the command line asks for.

use std::path::PathBuf;

/// How the program dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// `kill -9`; the disk keeps every write.
    Kill,
    /// Power lost: the disk image as it was in that moment.
    Cut,
    /// Power lost on a disk that kept, tore and reordered what it liked of unsynced writes.
    Layer,
    /// Disks that are full, that refuse, that become read-only, in the middle of the work.
    Full,
    /// Lost for good, and restored from a backup that was made under load.
    Backup,
    /// Changed bytes in a journal at rest.
    Flip,
}

impl Way {
    pub const ALL: [Self; 6] = [
        Self::Kill,
        Self::Cut,
        Self::Layer,
        Self::Full,
        Self::Backup,
        Self::Flip,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Cut => "cut",
            Self::Layer => "layer",
            Self::Full => "full",
            Self::Backup => "backup",
            Self::Flip => "flip",
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Empty: the quick form of all.
    pub ways: Vec<Way>,
    pub rounds: Option<u64>,
    pub seed: u64,
    /// The summary as one JSON document on stdout.
    pub json: bool,
    /// Where the folder of a violation is kept.
    pub keep: Option<PathBuf>,
    /// Somebody looks for a test that is not here.
    pub named_others: bool,
}

/// Whether the driver script calls, whose words are for us alone.
fn is_strict() -> bool {
    std::env::var_os("ANXIN_CRASH_ROUNDS").is_some()
}

pub const USAGE: &str = "\
usage: tests/crash-rounds [kill|cut|layer|full|backup|flip]... [--rounds N] [--seed S]
                          [--json] [--keep DIR]
Without a word, a few rounds of each. Exit 0: no violation; 1: a violation; 2: wrong usage;
3: could not be run here (no root, no loop device, no FUSE).";

impl Options {
    /// Reads the words behind the program's name.
    pub fn read(words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            ways: Vec::new(),
            rounds: None,
            seed: 1,
            json: false,
            keep: None,
            named_others: false,
        };
        let mut words = words;
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value"));
            let number = |text: String| text.parse().map_err(|_| format!("{text} is no number"));
            match word.as_str() {
                "--rounds" => options.rounds = Some(number(value()?)?),
                "--seed" => options.seed = number(value()?)?,
                "--keep" => options.keep = Some(PathBuf::from(value()?)),
                "--json" => options.json = true,
                // What `cargo test` passes on.
                "--quiet" | "--nocapture" => {}
                other => match Way::ALL.into_iter().find(|way| way.as_str() == other) {
                    Some(way) => options.ways.push(way),
                    // `cargo test WORD` names tests of other suites.
                    None if !other.starts_with('-') && !is_strict() => options.named_others = true,
                    None => return Err(format!("{other} is not known")),
                },
            }
        }
        Ok(options)
    }
}
