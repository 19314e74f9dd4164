//! Banks that say themselves who they are: the `[identity]` of each folder in `adapters/banks`
//! joins the list of `codes/banks.toml`, so that a bank is added by its folder alone. The text is
//! only carried over here; the list and the adapters check it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const BANKS: &str = "../adapters/banks";

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={BANKS}");
    let mut folders: Vec<PathBuf> = match std::fs::read_dir(BANKS) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        // The crate alone, without the workspace around it.
        Err(_) => Vec::new(),
    };
    folders.sort();
    let mut rows = String::new();
    for folder in folders {
        let preset = std::fs::read_to_string(folder.join("bank.toml")).unwrap_or_default();
        if let Some(identity) = identity(&preset) {
            let code = folder.file_name().unwrap_or_default().to_string_lossy();
            // Writing into a text does not fail.
            let _ = write!(rows, "[[bank]]\ncode = {code:?}\n{identity}\n");
        }
    }
    let out = std::env::var_os("OUT_DIR").unwrap_or_default();
    std::fs::write(Path::new(&out).join("identities.toml"), rows)
}

/// The lines of the table `[identity]`, without its head.
fn identity(preset: &str) -> Option<String> {
    let mut lines = preset.lines().map(str::trim);
    lines.find(|line| *line == "[identity]")?;
    let own: Vec<&str> = lines.take_while(|line| !line.starts_with('[')).collect();
    Some(own.join("\n"))
}
