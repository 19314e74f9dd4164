//! Bytes that are no record, by FORMAT.md section 2.

use super::*;

/// A record of kind 7 with an actor of 3 bytes, a key id of 2, 4 in clear and 5 sealed.
fn frame() -> Vec<u8> {
    let draft = Draft {
        kind: Kind(7),
        time_ms: 1_764_000_000_000,
        actor: "act",
        key_id: "id",
        clear: b"text",
        sealed: b"seal!",
    };
    let mut frame = Frame::of(&draft);
    frame.complete(Digest::Sha256, 9, &[3; 32], 8);
    let (head, sealed, hashes) = frame.into_parts();
    [head.as_slice(), &sealed, &hashes].concat()
}

/// Bytes 4 to 7: CRC-32 over the others.
fn with_checksum(mut frame: Vec<u8>) -> Vec<u8> {
    let others = [&frame[..4], &frame[8..]].concat();
    frame[4..8].copy_from_slice(&crc32fast::hash(&others).to_be_bytes());
    frame
}

fn flaw(frame: &[u8]) -> Option<Flaw> {
    View::parse(frame, true).err()
}

#[test]
fn a_record_is_exactly_as_long_as_it_says() {
    let whole = frame();
    assert_eq!(whole.len(), 112 + 3 + 2 + 4 + 5);
    assert_eq!(flaw(&whole), None);
    let longer = with_checksum([whole.as_slice(), &[0]].concat());
    assert_eq!(flaw(&longer), Some(Flaw::Length));
    assert_eq!(flaw(&whole[..whole.len() - 1]), Some(Flaw::Length));
    assert_eq!(flaw(&whole[..111]), Some(Flaw::Length));
    assert_eq!(flaw(&[]), Some(Flaw::Length));
}

/// Also where the checksum says that nothing changed on the way.
#[test]
fn lengths_inside_that_do_not_add_up_and_reserved_bytes_are_ill_formed() {
    let whole = frame();
    for at in [35, 37, 38, 39, 43, 47] {
        for change in [1, 0x80] {
            let mut other = whole.clone();
            other[at] ^= change;
            assert_eq!(flaw(&with_checksum(other)), Some(Flaw::Fields), "byte {at}");
        }
    }
    // A byte that moves from one part to its neighbour is told by the hash alone.
    let mut moved = whole;
    (moved[43], moved[47]) = (5, 4);
    let moved = with_checksum(moved);
    let view = View::parse(&moved, true).unwrap();
    assert_eq!(view.clear, b"texts");
    assert_eq!(view.digest(), None);
}

#[test]
fn the_digest_of_a_record_is_the_one_with_which_its_hash_fits() {
    for digest in [Digest::Sha256, Digest::Sm3] {
        let mut bytes = frame();
        let end = bytes.len() - 64;
        let hash = digest.link(&[3; 32], &[&bytes[16..end]]);
        bytes[end + 32..].copy_from_slice(&hash);
        let bytes = with_checksum(bytes);
        assert_eq!(View::parse(&bytes, true).unwrap().digest(), Some(digest));
    }
    let mut forged = frame();
    *forged.last_mut().unwrap() ^= 1;
    let forged = with_checksum(forged);
    assert_eq!(View::parse(&forged, true).unwrap().digest(), None);
}

/// A record may end up in a log line: what it is shows there, and nothing of what is in it.
#[test]
fn a_printed_record_shows_no_contents() {
    let bytes = frame();
    let view = View::parse(&bytes, true).unwrap();
    let about = "kind: Kind(7), time_ms: 1764000000000, clear_bytes: 4, sealed_bytes: 5, ..";
    let record = format!("{:?}", view.to_record());
    assert_eq!(record, format!("Record {{ sequence: 9, {about} }}"));
    let draft = Draft {
        kind: view.kind,
        time_ms: view.time_ms,
        actor: view.actor,
        key_id: view.key_id,
        clear: view.clear,
        sealed: view.sealed,
    };
    assert_eq!(format!("{draft:?}"), format!("Draft {{ {about} }}"));
}
