//! Names and headers of segments, by FORMAT.md sections 1 and 3.

use super::*;
use crate::record::Frame;

#[test]
fn a_segments_name_is_twenty_digits_and_nothing_else() {
    assert_eq!(sequence_of("00000000000000000001.seg"), Some(1));
    assert_eq!(sequence_of("18446744073709551615.seg"), Some(u64::MAX));
    for name in [
        "1.seg",
        "0000000000000000001.seg",
        "000000000000000000001.seg",
        "+0000000000000000001.seg",
        "0000000000000000001x.seg",
        "18446744073709551616.seg",
        "00000000000000000001",
        "00000000000000000001.seg.new",
        ".seg",
    ] {
        assert_eq!(sequence_of(name), None, "{name}");
    }
}

const SEQUENCE: u64 = 12;
const PREVIOUS: Hash = [5; 32];

/// The clear part of the header of the segment that begins with record 12.
fn clear() -> Vec<u8> {
    let mut clear = b"ANXINJNL\x00\x01\x02\x00".to_vec();
    clear.extend(SEQUENCE.to_be_bytes());
    clear.extend(PREVIOUS);
    clear.extend([6; 16]);
    clear
}

/// What is said of a record 12 with this kind and these parts.
fn read(kind: Kind, clear: &[u8], sealed: &[u8]) -> Result<Header, Flaw> {
    let draft = Draft {
        sealed,
        ..own_draft(kind, 0, clear)
    };
    let mut frame = Frame::of(&draft);
    frame.complete(Digest::Sm3, SEQUENCE, &PREVIOUS, SEQUENCE);
    let (head, sealed, hashes) = frame.into_parts();
    let bytes = [head.as_slice(), &sealed, &hashes].concat();
    Header::of(&View::parse(&bytes, true)?)
}

#[test]
fn a_header_says_digest_first_record_previous_hash_and_journal() {
    let expected = Header {
        digest: Digest::Sm3,
        first: 12,
        previous: PREVIOUS,
        journal_id: [6; 16],
    };
    assert_eq!(read(Kind::HEADER, &clear(), b""), Ok(expected));
    assert_eq!(expected.to_bytes(), clear());
}

#[test]
fn a_header_is_wrong_where_any_one_thing_in_it_is() {
    let refused = |clear: &[u8], what| {
        assert_eq!(read(Kind::HEADER, clear, b""), Err(Flaw::Header(what)));
    };
    let changed = |at: usize| {
        let mut clear = clear();
        clear[at] ^= 0x10;
        clear
    };
    let other_kind = read(Kind(7), &clear(), b"");
    assert_eq!(other_kind, Err(Flaw::Header("not a header")));
    refused(&clear()[..67], "not a header");
    refused(&[clear().as_slice(), b"\0"].concat(), "not a header");
    refused(b"", "not a header");
    refused(&changed(0), "not a header");
    refused(&changed(7), "not a header");
    refused(&changed(8), "unknown version");
    refused(&changed(9), "unknown version");
    refused(&changed(10), "unknown digest");
    refused(&changed(11), "unknown contents");
    let sealed = read(Kind::HEADER, &clear(), b"x");
    assert_eq!(sealed, Err(Flaw::Header("unknown contents")));
    refused(&changed(19), "header and record differ");
    refused(&changed(20), "header and record differ");
    refused(&changed(51), "header and record differ");
}
