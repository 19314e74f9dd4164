use super::*;

#[test]
fn pieces_read_as_one() {
    let mut pieces = Pieces::default();
    let mut whole: Vec<u8> = Vec::new();
    // Below and above each bound, in an order that opens, fills and closes pieces.
    for (size, byte) in [10, 70_000, 5, 20_000, 16_383, 0, 50_000, 16_384, 1]
        .into_iter()
        .zip(1..)
    {
        let part = vec![byte; size];
        whole.extend_from_slice(&part);
        match byte % 2 {
            0 => pieces.take(part),
            _ => pieces.copy(&part),
        }
    }
    assert_eq!(pieces.bytes, whole.len());
    for from in [
        0,
        1,
        10,
        11,
        70_009,
        70_010,
        70_016,
        90_015,
        whole.len() - 1,
        whole.len(),
    ] {
        assert_eq!(
            pieces.after(from).collect::<Vec<_>>().concat(),
            whole[from..]
        );
    }
    assert_eq!(pieces.after(whole.len() + 1).count(), 0);
}

/// Small parts come to lie behind each other in one piece of at most 64 KiB; a part of 16 KiB
/// or more is never copied, so that it stays at its address.
#[test]
fn small_parts_share_a_piece_and_large_ones_stay_where_they_are() {
    let mut pieces = Pieces::default();
    for part in [16_000, 16_000, 16_000, 17_536, 1] {
        pieces.copy(&vec![1; part]);
    }
    let lengths = |pieces: &Pieces| pieces.all.iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!(lengths(&pieces), [65_536, 1]);
    pieces.take(vec![2; 16_383]);
    assert_eq!(lengths(&pieces), [65_536, 16_384]);
    for bytes in [16_384, 16_385] {
        let large = vec![3; bytes];
        let place = large.as_ptr();
        pieces.take(large);
        assert_eq!(pieces.all.last().unwrap().as_ptr(), place);
    }
    pieces.copy(&[4]);
    assert_eq!(lengths(&pieces), [65_536, 16_384, 16_384, 16_385, 1]);
}

#[test]
fn no_more_is_read_than_is_asked_for() {
    let mut chunk = Chunk::new(1, 0, 1, false);
    let whole: Vec<u8> = (0..=255).cycle().take(50_000).collect();
    chunk.pieces.copy(&whole[..10]);
    chunk.pieces.take(whole[10..30_000].to_vec());
    chunk.pieces.take(whole[30_000..].to_vec());
    for (from, want) in [(0, 15), (0, 10), (5, 29_995), (5, 30_000), (49_990, 10)] {
        assert_eq!(
            chunk.read(from, want),
            whole[from..from + want],
            "{from} {want}"
        );
    }
    assert_eq!(chunk.read(49_990, 11), whole[49_990..]);
}
