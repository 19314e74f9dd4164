use adapters::exchange::FrameEnd;
use gateway::channel::frame::{FrameError, FrameScan, complete};

fn length(offset: usize, digits: usize, uncounted: usize) -> FrameEnd {
    FrameEnd::Length {
        offset,
        digits,
        uncounted,
    }
}

fn line(terminator: &[u8]) -> FrameEnd {
    FrameEnd::Line {
        terminator: terminator.to_vec(),
    }
}

#[test]
fn the_six_length_prefixes_of_formats_2_4_end_where_they_say() {
    // Counts itself; the reply pads with spaces.
    assert_eq!(complete(&length(0, 6, 0), b"10    body"), Ok(Some(10)));
    assert_eq!(complete(&length(0, 6, 0), b"000010bodyMORE"), Ok(Some(10)));
    // Counts the body only, spaces before or zeros.
    assert_eq!(complete(&length(0, 8, 8), b"       4body"), Ok(Some(12)));
    assert_eq!(
        complete(&length(0, 10, 10), b"0000000004body"),
        Ok(Some(14))
    );
    // Flags after the digits that count.
    assert_eq!(
        complete(&length(0, 10, 10), b"6         00body"),
        Ok(Some(16))
    );
    // One flag byte, six characters, neither counted.
    assert_eq!(complete(&length(1, 6, 7), b"04     body"), Ok(Some(11)));
    // A length at an offset within a head of fixed size.
    let mut head = vec![b' '; 222];
    head[30..40].copy_from_slice(b"0000000003");
    assert_eq!(complete(&length(30, 10, 222), &head), Ok(None));
    head.extend_from_slice(b"abc");
    assert_eq!(complete(&length(30, 10, 222), &head), Ok(Some(225)));
}

#[test]
fn every_cut_of_a_length_frame_waits_for_more() {
    let whole = b"0004body";
    for size in 0..whole.len() {
        assert_eq!(complete(&length(0, 4, 4), &whole[..size]), Ok(None));
    }
    assert_eq!(complete(&length(0, 4, 4), whole), Ok(Some(8)));
}

#[test]
fn a_length_that_is_no_number_is_refused() {
    for field in [
        b"    ".as_slice(),
        b"1 2 ",
        b"-001",
        b"+001",
        b"0x10",
        b"1.00",
        b"\xA3\xB1\xA3\xB2",
    ] {
        let refused = complete(&length(0, 4, 4), field);
        assert_eq!(refused, Err(FrameError::NotANumber { offset: 0 }));
    }
    let many = [b'9'; 40];
    let refused = complete(&length(0, 40, 40), &many);
    assert_eq!(refused, Err(FrameError::NotANumber { offset: 0 }));
    // 2^64 - 1 and the head on top do not wrap.
    let refused = complete(&length(0, 20, 20), b"18446744073709551615");
    assert_eq!(refused, Err(FrameError::TooShort { stated: usize::MAX }));
    assert_eq!(
        complete(&length(0, 6, 0), b"000005"),
        Err(FrameError::TooShort { stated: 5 })
    );
    assert_eq!(complete(&length(0, 0, 0), b""), Err(FrameError::Definition));
    assert_eq!(complete(&line(b""), b"x"), Err(FrameError::Definition));
}

/// 珅 瑋 韡 東 end in `|`; the bytes are those of GBK.
#[test]
fn a_terminator_byte_inside_a_character_ends_nothing() {
    for name in [[0xAB, 0x7C], [0xAC, 0x7C], [0xED, 0x7C], [0x96, 0x7C]] {
        let mut bytes = name.to_vec();
        assert_eq!(complete(&line(b"|"), &bytes), Ok(None));
        bytes.extend_from_slice(b"|");
        assert_eq!(complete(&line(b"|"), &bytes), Ok(Some(3)));
    }
    // 81 40 is one character; the four signs after it are the ending.
    assert_eq!(complete(&line(b"@@@@"), b"\x81@@@@@"), Ok(Some(6)));
    assert_eq!(complete(&line(b"@@@@"), b"\x81@@@@"), Ok(None));
    // Four bytes of GB18030 (𠮷) with digits in them.
    assert_eq!(complete(&line(b"4"), b"\x954\xB25\x31"), Ok(None));
    assert_eq!(complete(&line(b"4"), b"\x954\xB254"), Ok(Some(5)));
}

#[test]
fn half_a_character_does_not_swallow_a_line_end() {
    assert_eq!(complete(&line(b"\r\n"), b"a\xD5\r\n"), Ok(Some(4)));
    assert_eq!(complete(&line(b"#@@@@"), b"a\xD5#@@@@"), Ok(Some(7)));
    assert_eq!(complete(&line(b"\r\n"), b"a\xFF\r\n"), Ok(Some(4)));
}

#[test]
fn a_line_in_utf8_ends_as_well() {
    let text = "张样一#你1#@@@@";
    for size in 0..text.len() {
        assert_eq!(
            complete(&line(b"#@@@@"), &text.as_bytes()[..size]),
            Ok(None)
        );
    }
    assert_eq!(
        complete(&line(b"#@@@@"), text.as_bytes()),
        Ok(Some(text.len()))
    );
}

/// Whatever the pieces in which bytes arrive, the end is the same.
#[test]
fn a_search_in_pieces_finds_what_a_search_at_once_finds() {
    let bytes = b"\x954\xB25a\xAB|b\xD5\r\n\x81\r\r\n";
    for terminator in [b"\r\n".as_slice(), b"|", b"\r\r\n", b"5", b"zz"] {
        let end = line(terminator);
        let mut scan = FrameScan::new(&end);
        let mut found = None;
        for size in 0..=bytes.len() {
            found = scan.advance(&bytes[..size]).unwrap();
            if found.is_some() {
                break;
            }
        }
        assert_eq!(found, complete(&end, bytes).unwrap(), "{terminator:?}");
    }
}

#[test]
fn only_closing_ends_a_stream() {
    assert_eq!(complete(&FrameEnd::EndOfStream, b"anything"), Ok(None));
}
