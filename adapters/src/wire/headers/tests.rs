use super::*;

fn given(headers: &[(&str, &[u8])]) -> Vec<(String, Vec<u8>)> {
    let owned = headers.iter();
    owned
        .map(|(name, value)| ((*name).to_owned(), value.to_vec()))
        .collect()
}

fn names() -> Vec<String> {
    vec!["X-Time".to_owned(), "X-Sign".to_owned()]
}

#[test]
fn a_block_stands_before_the_body_in_the_order_of_the_definition() {
    let whole = fronted(
        &names(),
        &given(&[("x-sign", b"abc="), ("Server", b"nginx"), ("x-time", b"17")]),
        b"{}\n\n".to_vec(),
    );
    assert_eq!(whole, b"X-Time: 17\nX-Sign: abc=\n\n{}\n\n");
    let (values, body) = parted(&["X-Time", "X-Sign"], &whole).unwrap();
    assert_eq!((values, body), (vec!["17", "abc="], b"{}\n\n".as_slice()));
    let bare = fronted(&[], &given(&[("X-Time", b"17")]), b"{}".to_vec());
    assert_eq!(bare, b"{}");
}

/// What comes from outside is taken once, short and in ASCII, or not at all.
#[test]
fn a_header_that_is_not_clear_is_left_out() {
    let long = vec![b'a'; VALUE_BYTES_MAX + 1];
    let cases: [&[(&str, &[u8])]; 7] = [
        &[("X-Sign", b"a")],
        &[("X-Time", b"1"), ("x-time", b"1"), ("X-Sign", b"a")],
        &[("X-Time", b"1\n\n{}"), ("X-Sign", b"a")],
        &[("X-Time", b"\xC3\xA4"), ("X-Sign", b"a")],
        &[("X-Time", b" 1"), ("X-Sign", b"a")],
        &[("X-Time", &long), ("X-Sign", b"a")],
        &[],
    ];
    for headers in cases {
        let whole = fronted(&names(), &given(headers), b"{}".to_vec());
        assert!(parted(&["X-Time", "X-Sign"], &whole).is_none());
    }
    let longest = vec![b'a'; VALUE_BYTES_MAX];
    let headers = given(&[("X-Time", &longest), ("X-Sign", b"")]);
    let whole = fronted(&names(), &headers, b"{}".to_vec());
    assert!(parted(&["X-Time", "X-Sign"], &whole).is_some());
}

#[test]
fn a_block_is_exactly_its_lines() {
    let whole = b"X-Time: 17\nX-Sign: a\n\n{}";
    assert!(parted(&["X-Time", "X-Sign"], whole).is_some());
    for other in [
        b"X-Sign: a\nX-Time: 17\n\n{}".as_slice(),
        b"x-Time: 17\nX-Sign: a\n\n{}",
        b"X-Time: 17\nX-Sign: a\nX-More: b\n\n{}",
        b"X-Time:17\nX-Sign: a\n\n{}",
        b"X-Time: 17\r\nX-Sign: a\r\n\r\n{}",
        b"X-Time: 17\nX-Sign: a\n{}",
        b"X-Time: 17",
        b"{}",
        b"",
    ] {
        assert!(parted(&["X-Time", "X-Sign"], other).is_none());
    }
}
