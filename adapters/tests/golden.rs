//! Bytes against the public samples: what we write is what integrators write.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use support::{BRANCH, ToyKeys, bank, golden_order, sample};

/// Puts `new` for each `old`; both of the same length.
fn swap(bytes: &[u8], old: &str, new: &str) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let mut out = bytes.to_vec();
    for at in 0..=bytes.len() - old.len() {
        if bytes[at..].starts_with(old.as_bytes()) {
            out[at..at + old.len()].copy_from_slice(new.as_bytes());
        }
    }
    out
}

#[test]
fn hxb_writes_the_line_of_the_sample() {
    let order = golden_order("HXB", "2026年11月", "00000000000000019");
    assert!(order.lines[0].cnaps_code.is_some());
    let messages = bank("HXB").encode_payment(&order, &ToyKeys).unwrap();
    assert_eq!(messages.len(), 1);
    assert!(messages[0].instructs);
    let expected = swap(&sample("hxb_xhj2001_request.txt"), "304999000019", BRANCH);
    assert_eq!(messages[0].bytes, expected);
}
