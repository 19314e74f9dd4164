//! The master key's file: 64 hexadecimal digits, readable by its owner only.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use zeroize::Zeroizing;

use super::{KEY_BYTES, SealError, hex, io_error};
use crate::random::Random;

/// Digits and a line end.
const TEXT_BYTES_MAX: usize = 2 * KEY_BYTES + 2;

/// Reads the master key. In production the file comes from the operator's key store, for
/// example on a memory file system.
///
/// # Errors
/// `MasterMode` if group or others have any right on the file, `Master` if it is not 64
/// hexadecimal digits (a line end may follow, of two bytes at most), `Io`.
pub fn master_from_file(path: &Path) -> Result<Zeroizing<[u8; KEY_BYTES]>, SealError> {
    let mut file = File::open(path).map_err(io_error("open", path))?;
    let metadata = file.metadata().map_err(io_error("read", path))?;
    let mode = metadata.mode() & 0o7777;
    if mode & 0o077 != 0 {
        let path = path.to_owned();
        return Err(SealError::MasterMode { path, mode });
    }
    let mut text = Zeroizing::new(Vec::with_capacity(TEXT_BYTES_MAX + 2));
    // One byte more shows that something else follows.
    let mut limited = Read::by_ref(&mut file).take(TEXT_BYTES_MAX as u64 + 1);
    limited
        .read_to_end(&mut text)
        .map_err(io_error("read", path))?;
    let digits = (text.len() <= TEXT_BYTES_MAX).then(|| text.trim_ascii_end());
    digits
        .and_then(parse)
        .ok_or_else(|| SealError::Master(path.to_owned()))
}

fn parse(digits: &[u8]) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
    if digits.len() != 2 * KEY_BYTES {
        return None;
    }
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |at: usize| char::from(*pair.get(at)?).to_digit(16);
        *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(key)
}

/// Makes a new master key file with mode 0600, for development; refuses to replace one.
///
/// # Errors
/// `Io`, `Random`.
pub fn create_master_file(path: &Path, random: &dyn Random) -> Result<(), SealError> {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    random.fill(key.as_mut())?;
    let digits = Zeroizing::new(hex(key.as_ref()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let mut file = options.open(path).map_err(io_error("make", path))?;
    file.write_all(digits.as_bytes())
        .and_then(|()| file.write_all(b"\n"))
        .and_then(|()| file.sync_all())
        .map_err(io_error("write", path))
}
