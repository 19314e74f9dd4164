//! What the files of the index are after a clean stop: sled leaves room in them that no entry is
//! read from, and goes back in silence to what it can read. So that any damage is seen, the stop
//! writes down every file with its digest; the next start takes the list away.

use super::WITNESS;
use ring::digest::{Context, SHA256};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// The list's name in the folder.
pub(super) const INVENTORY: &str = "inventory";
const PART_BYTES: usize = 1 << 20;

/// Writes the list of a folder that nobody changes any more.
///
/// # Errors
/// The disk's.
pub fn write_inventory(folder: &Path) -> io::Result<()> {
    let text = inventory_of(folder)?;
    let new = folder.join("inventory.new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, folder.join(INVENTORY))
}

/// Takes the list away before the index changes.
///
/// # Errors
/// The disk's.
pub(super) fn remove_inventory(folder: &Path) -> io::Result<()> {
    match fs::remove_file(folder.join(INVENTORY)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The first file that is not as it was at the stop; `None` where all are, or there is no list.
///
/// # Errors
/// The disk's.
pub fn changed_file(folder: &Path) -> io::Result<Option<String>> {
    let listed = match fs::read(folder.join(INVENTORY)) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let found = inventory_of(folder)?;
    if listed == found {
        return Ok(None);
    }
    let name = |line: &str| line.split_once(' ').map(|(_, name)| name.to_owned());
    let mut others = found
        .lines()
        .filter(|line| !listed.lines().any(|one| one == *line));
    let lost = || {
        listed
            .lines()
            .find(|line| !found.lines().any(|one| one == *line))
    };
    let line = others.next().or_else(lost);
    Ok(Some(
        line.and_then(name).unwrap_or_else(|| INVENTORY.to_owned()),
    ))
}

/// A line for each file: its digest and its name, in the order of names.
fn inventory_of(folder: &Path) -> io::Result<String> {
    let mut lines = Vec::new();
    list(folder, "", &mut lines)?;
    lines.sort();
    Ok(lines
        .into_iter()
        .map(|(name, digest)| format!("{digest} {name}\n"))
        .collect())
}

fn list(folder: &Path, prefix: &str, lines: &mut Vec<(String, String)>) -> io::Result<()> {
    for entry in folder.read_dir()? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{name}/"), lines)?;
        } else if ![WITNESS, INVENTORY, "inventory.new", "witness.new"].contains(&name.as_str()) {
            let digest = digest_of(&mut File::open(entry.path())?)?;
            lines.push((name, digest));
        }
    }
    Ok(())
}

fn digest_of(file: &mut File) -> io::Result<String> {
    let mut context = Context::new(&SHA256);
    let mut part = vec![0; PART_BYTES];
    loop {
        let count = file.read(&mut part)?;
        if count == 0 {
            return Ok(crate::hex(context.finish().as_ref()));
        }
        context.update(part.get(..count).unwrap_or_default());
    }
}
