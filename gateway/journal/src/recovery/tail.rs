//! A torn tail is kept beside the journal, durably, before it is cut off.

use std::path::{Path, PathBuf};

use super::{Recovered, Torn, TornTail};
use crate::disk::Disk;
use crate::error::{Damage, Flaw, JournalError};
use crate::walk::Window;

/// Bytes copied at once when a tail is kept aside.
const COPY_BYTES: usize = 1 << 20;

/// Cuts a torn tail off, once it is kept.
pub(super) fn cut_off(
    disk: &dyn Disk,
    dir: &Path,
    torn: Torn,
    recovered: &mut Recovered,
) -> Result<TornTail, JournalError> {
    let path = dir.join(&torn.name);
    let kept_in = {
        let file = disk
            .open_read(&path)
            .map_err(JournalError::io("open", &path))?;
        let mut window = Window::new(file.as_ref()).map_err(JournalError::io("read", &path))?;
        // Nothing is cut off on the word of one read: a disk that gave wrong bytes once would cost
        // a record that was acknowledged.
        if window.record(torn.offset).is_ok() {
            return Err(JournalError::Damaged(Damage {
                segment: torn.name,
                offset: torn.offset,
                sequence: recovered.chain.next,
                what: Flaw::Unreadable(std::io::ErrorKind::InvalidData),
            }));
        }
        keep_aside(disk, dir, &torn.name, &mut window, torn.offset)?
    };
    cut(disk, dir, &path, torn.offset, recovered)?;
    Ok(TornTail {
        segment: torn.name,
        offset: torn.offset,
        bytes_cut: torn.bytes,
        kept_in,
    })
}

/// Copies the tail to `DIR/recovered/`, durably, before anything is cut.
fn keep_aside(
    disk: &dyn Disk,
    dir: &Path,
    name: &str,
    window: &mut Window<'_>,
    from: u64,
) -> Result<PathBuf, JournalError> {
    let aside = match dir.parent() {
        Some(above) => above.join("recovered"),
        None => PathBuf::from("recovered"),
    };
    disk.create_dir_all(&aside)
        .map_err(JournalError::io("make", &aside))?;
    let taken = disk
        .list(&aside)
        .map_err(JournalError::io("list", &aside))?;
    let mut number = 1;
    let mut kept = format!("{name}.torn-{number}");
    while taken.contains(&kept) {
        number += 1;
        kept = format!("{name}.torn-{number}");
    }
    let path = aside.join(kept);
    let told = |error| JournalError::io("keep the torn tail in", &path)(error);
    let mut file = disk.create_append(&path).map_err(told)?;
    let copied = (|| {
        let mut offset = from;
        while offset < window.bytes() {
            let bytes = window.peek(offset, COPY_BYTES)?;
            if bytes.is_empty() {
                break;
            }
            file.append(bytes)?;
            offset += bytes.len() as u64;
        }
        file.sync_data()?;
        disk.sync_dir(&aside)
    })();
    if let Err(error) = copied {
        // A part of it would only take the room that is made for the next start; an error here
        // changes nothing.
        let _ = disk.remove(&path);
        return Err(told(error));
    }
    Ok(path)
}

/// Cuts the tail off. A segment without a header is removed: it never held a record.
fn cut(
    disk: &dyn Disk,
    dir: &Path,
    path: &Path,
    offset: u64,
    recovered: &mut Recovered,
) -> Result<(), JournalError> {
    if offset > 0 {
        return disk
            .truncate(path, offset)
            .map_err(JournalError::io("cut", path));
    }
    recovered.file = None;
    disk.remove(path)
        .map_err(JournalError::io("remove", path))?;
    disk.sync_dir(dir).map_err(JournalError::io("sync", dir))
}
