use super::*;

fn cut(clear: &[u8]) -> Vec<String> {
    let mut pieces = Vec::new();
    each_piece(clear, &[7; 32], &mut |number, _, piece| {
        assert_eq!(number as usize, pieces.len());
        pieces.push(String::from_utf8_lossy(piece).into_owned());
    });
    pieces
}

#[test]
fn members_and_elements_are_pieces() {
    let moves = r#"{"i":1,"e":"pay","d":"a,]}\"b"},{"i":2}"#;
    let head = r#"{"event":"outcomes","file_no":7,"why":null"#;
    let clear = format!(r#"{head},"moves":[{moves}],"disputes":[],"pair":["x",[1,2]]}}"#);
    assert_eq!(
        cut(clear.as_bytes()),
        [
            r#"event="outcomes""#,
            "file_no=7",
            "why=null",
            "moves=[2]",
            r#"moves[]={"i":1,"e":"pay","d":"a,]}\"b"}"#,
            r#"moves[]={"i":2}"#,
            "disputes=[0]",
            "pair=[2]",
            r#"pair[]="x""#,
            "pair[]=[1,2]",
        ]
    );
}

#[test]
fn what_is_no_plain_object_is_one_piece() {
    for clear in [
        &b"\xe6\x89\xb9 GZ-1"[..],
        br#"{"a": 1}"#,
        br#"{"a":1"#,
        br#"{"a":1}x"#,
        br#"{"a":1,}"#,
        br#"{"a":[1,]}"#,
        br#"{"a"}"#,
        br#"{"a":{"b":1}x,"c":2}"#,
        br#"{"a":}"#,
        br#"{"a":,"b":1}"#,
        br#"{"a":[1,,2]}"#,
        b"{,}",
        b"[1]",
        b"{\"a\":1}\nshort",
    ] {
        assert_eq!(cut(clear), [format!("bytes={}", hex(clear))]);
    }
    assert_eq!(cut(b"{}"), [""; 0]);
    assert_eq!(cut(b""), [""; 0]);
}

#[test]
fn a_row_shows_its_amount_and_hides_its_payee() {
    let mut clear = b"{\"count\":2}\n".to_vec();
    for _ in 0..2 {
        clear.extend(1..=40_u8);
    }
    let pieces = cut(&clear);
    assert_eq!(pieces.len(), 3);
    let place = "row=0102030405060708090a0b0c0d0e0f101112131415161718,";
    let (one, other) = (&pieces[1], &pieces[2]);
    assert!(one.starts_with(place) && other.starts_with(place));
    assert_eq!(one.len(), place.len() + 64);
    assert_ne!(one, other, "the same payee looks the same twice");
}
