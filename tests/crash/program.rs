//! Which program is broken: `ANXIN_PROGRAM`, or the one built beside the test.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::OnceLock;

pub fn program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| match std::env::var_os("ANXIN_PROGRAM") {
        Some(path) => PathBuf::from(path),
        None => tests::workspace::program().to_owned(),
    })
}

/// How it is built: as this program is, which stands beside it.
pub const BUILD: &str = if cfg!(debug_assertions) {
    "debug"
} else {
    "release"
};

/// Of which commit it is, as the driver script says.
pub fn commit() -> String {
    std::env::var("ANXIN_PROGRAM_COMMIT").unwrap_or_else(|_| "unknown".to_owned())
}

/// Runs one command of it to its end, in English.
pub fn run(words: &[&str]) -> Output {
    let run = Command::new(program())
        .args(words)
        .args(["--lang", "en"])
        .output();
    run.unwrap()
}
