//! What the census finds does not depend on its blocks, nor on who takes the digest.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{Census, take_in_blocks};
use crate::employer_files::Limits;
use proptest::prelude::*;
use std::io::{Cursor, ErrorKind, Read, Seek, SeekFrom};

fn assert_census(bytes: &[u8], block_bytes: usize) {
    let census = take_in_blocks(&mut Cursor::new(bytes), u64::MAX, block_bytes).unwrap();
    let fault = std::str::from_utf8(bytes).err();
    let fault = fault.map(|error| error.valid_up_to() as u64);
    assert_eq!(census.utf8_fault, fault, "{block_bytes}");
    assert_eq!(census.bytes, bytes.len() as u64);
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    assert_eq!(census.digest, digest.as_ref());
    assert_eq!(census.first, bytes[..bytes.len().min(block_bytes)]);
    let before = &bytes[..fault.map_or(bytes.len(), |at| at as usize)];
    let leads = before.iter().filter(|byte| **byte >= 0xC0).count();
    assert_eq!(census.multibyte.min(8), leads.min(8) as u32);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn blocks_change_nothing(text in "[a一𠮷é]{0,40}", block_bytes in 1..40usize) {
        assert_census(text.as_bytes(), block_bytes);
    }

    #[test]
    fn nor_do_they_in_broken_text(
        text in "[a一𠮷é]{1,40}",
        at in any::<prop::sample::Index>(),
        byte: u8,
        block_bytes in 1..40usize,
    ) {
        let mut bytes = text.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        assert_census(&bytes, block_bytes);
    }
}

/// Large enough for the second thread; more blocks than may wait for it.
#[test]
fn the_second_thread_takes_the_same_digest() {
    let text = "张样一,1\n".repeat(120_000);
    assert!(text.len() > 1 << 20);
    assert_census(text.as_bytes(), 4099);
    let mut broken = text.into_bytes();
    let last = broken.len() - 2;
    broken[last] = 0xFF;
    assert_census(&broken, 64 << 10);
}

/// A file as large as the limit is looked at to its last byte, one byte more shows, also where the
/// limit falls on the end of a block.
#[test]
fn the_limit_itself_is_no_end() {
    for block_bytes in [3, 4, 8, 100] {
        let of = |bytes: &[u8]| take_in_blocks(&mut Cursor::new(bytes), 8, block_bytes).unwrap();
        let cut = of(b"1234567\xE5");
        assert_eq!((cut.bytes, cut.utf8_fault), (8, Some(7)), "{block_bytes}");
        let whole = of("12345一".as_bytes());
        assert_eq!((whole.bytes, whole.utf8_fault), (8, None), "{block_bytes}");
        assert!(of(b"123456789").bytes > 8, "{block_bytes}");
    }
}

/// The digest of "abc" as the examples of FIPS 180-4 give it.
#[test]
fn size_and_digest_are_those_of_the_bytes() {
    let census = Census::of(&mut Cursor::new(b"abc"), &Limits::default()).unwrap();
    assert_eq!(census.bytes(), 3);
    let digest = census.digest().map(|byte| format!("{byte:02x}")).concat();
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(digest, expected);
}

/// A source whose first read fails in some way, and no other.
struct FailsOnce {
    bytes: Cursor<&'static [u8]>,
    failure: Option<ErrorKind>,
}

impl Read for FailsOnce {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        match self.failure.take() {
            Some(kind) => Err(kind.into()),
            None => self.bytes.read(into),
        }
    }
}

impl Seek for FailsOnce {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.bytes.seek(to)
    }
}

/// A signal may interrupt a read, which says nothing of the disk; any other failure is said at
/// once, and no half of a file is taken for all of it.
#[test]
fn an_interrupted_read_is_repeated_and_a_failed_one_is_an_error() {
    let of = |kind| {
        let bytes = Cursor::new(b"abc".as_slice());
        let failure = Some(kind);
        let census = Census::of(&mut FailsOnce { bytes, failure }, &Limits::default());
        census.map(|census| census.bytes)
    };
    assert_eq!(of(ErrorKind::Interrupted).unwrap(), 3);
    let failed = of(ErrorKind::PermissionDenied).unwrap_err();
    assert_eq!(failed.kind(), ErrorKind::PermissionDenied);
}
