use super::*;

const CLEAR: &[u8] =
    br#"{"event":"outcomes","file_no":7,"moves":[{"i":1},{"i":2},{"i":3}],"disputes":[]}"#;

fn source<'a>(hash: &'a Hash, clear: &'a [u8]) -> Source<'a> {
    Source {
        sequence: 9,
        time_ms: 1_764_000_000_123,
        kind: Kind(42),
        actor: "urn:anxin:bank:ICBC",
        clear,
        hash,
    }
}

#[test]
fn any_choice_of_pieces_leads_to_the_leaf() {
    let hash = [3; 32];
    let record = source(&hash, CLEAR);
    let leaf = Leaf::of(&record);
    assert_eq!(leaf.pieces, 7);
    for choice in 0..1_u32 << leaf.pieces {
        let mut number = 0;
        let opened = open(&record, &mut |_| {
            number += 1;
            choice >> (number - 1) & 1 == 1
        });
        assert_eq!(opened.pieces.len() as u32, choice.count_ones());
        assert_eq!(
            opened.root(leaf.pieces),
            Some(leaf.clear),
            "choice {choice:b}"
        );
    }
    let miscounted = Leaf { pieces: 8, ..leaf };
    assert_ne!(miscounted.hash(), leaf.hash(), "the count is in the leaf");
    assert_eq!(open_actor(&record).hash(), leaf.actor);
}

#[test]
fn a_changed_piece_or_hash_leads_elsewhere() {
    let hash = [3; 32];
    let record = source(&hash, CLEAR);
    let leaf = Leaf::of(&record);
    let opened = open(&record, &mut |piece| piece.starts_with("moves[]={\"i\":2"));
    let mut changed = opened.clone();
    if let Some(piece) = changed.pieces.get_mut(&4) {
        piece.text = piece.text.replace('2', "3");
    }
    assert_ne!(changed.root(leaf.pieces), Some(leaf.clear));
    let mut moved = opened.clone();
    let piece = moved.pieces.remove(&4);
    moved.pieces.extend(piece.map(|piece| (5, piece)));
    assert_ne!(moved.root(leaf.pieces), Some(leaf.clear));
    for at in 0..opened.closed.len() {
        let mut wrong = opened.clone();
        wrong.closed[at][31] ^= 1;
        assert_ne!(wrong.root(leaf.pieces), Some(leaf.clear));
        wrong.closed.remove(at);
        assert_ne!(wrong.root(leaf.pieces), Some(leaf.clear));
    }
    let mut longer = opened;
    longer.closed.push([0; 32]);
    assert_eq!(longer.root(leaf.pieces), None);
}

#[test]
fn each_field_of_the_record_changes_the_leaf() {
    let (hash, other) = ([3; 32], [4; 32]);
    let record = source(&hash, CLEAR);
    let one = Leaf::of(&record).hash();
    let changed = [
        Source {
            sequence: 10,
            ..record
        },
        Source {
            time_ms: 0,
            ..record
        },
        Source {
            kind: Kind(43),
            ..record
        },
        Source {
            actor: "urn:anxin:bank:CCB",
            ..record
        },
        Source {
            clear: b"{}",
            ..record
        },
        Source {
            hash: &other,
            ..record
        },
    ];
    for record in changed {
        assert_ne!(Leaf::of(&record).hash(), one, "{record:?}");
    }
}

/// The example of PROOF.md, which the verifier in Python computed.
#[test]
fn the_example_of_the_format_comes_out() {
    let mut hash = [0; 32];
    let digits = "fedaf1cf05a2508e950c44a418ca58013a810bdd3c0cb0e284bc2767930853c9";
    for (byte, pair) in hash.iter_mut().zip(digits.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    }
    let record = Source {
        sequence: 2,
        time_ms: 1_764_000_000_123,
        kind: Kind(2),
        actor: "urn:anxin:operator:li",
        clear: "批次 GZ-1".as_bytes(),
        hash: &hash,
    };
    let format = include_str!("../../../../../schemas/journal/PROOF.md");
    let data = Leaf::of(&record).data();
    assert!(format.contains(&format!("```\n{data}```\n")), "{data}");
}
