use super::*;

#[test]
fn of_a_row_and_a_list_only_the_own_part_is_shown() {
    for (piece, to_bank, to_others) in [
        ("event=\"outcomes\"", true, true),
        ("row=07000000aa,bb", true, true),
        ("row=08000000aa,bb", false, false),
        ("lines[]=7", true, true),
        ("lines[]=77", false, false),
        ("moves[]={\"i\":7,\"e\":\"pay\"}", true, true),
        ("moves[]={\"i\":70,\"e\":\"pay\"}", false, false),
        ("disputes[]=[7,\"result_mismatch\",{\"i\":7}]", true, true),
        ("disputes[]=[8,\"result_mismatch\",{\"i\":7}]", false, false),
        ("refused_late=[4]", true, true),
        ("refused_late[]=6", true, true),
        ("refused_late[]=7", false, false),
        ("refused_late[]=9", true, true),
        ("refused_late[]=10", false, false),
        ("proposal=9", true, true),
        ("must_acknowledge[]=\"payee_duplicate\"", false, false),
        ("digest=\"ab\"", false, false),
        ("evidence_digest=\"ab\"", false, false),
        ("total_fen=1", false, false),
        ("person=\"urn\"", false, true),
        ("operator=\"urn\"", false, true),
        ("bytes=00", false, false),
        ("", false, false),
    ] {
        let shown = |is_for_bank| Shown {
            row: 7,
            is_for_bank,
            late: vec![6, 9],
        };
        assert_eq!(shown(true).has(piece), to_bank, "{piece} to a bank");
        assert_eq!(shown(false).has(piece), to_others, "{piece}");
    }
}

#[test]
fn beside_a_row_are_its_neighbours_alone() {
    for (row, expected) in [
        (1, vec![2]),
        (2, vec![2]),
        (3, vec![2, 5]),
        (5, vec![5]),
        (6, vec![5, 9]),
        (10, vec![9]),
    ] {
        assert_eq!(beside(&[2, 5, 9], row), expected, "{row}");
    }
    assert!(beside(&[], 1).is_empty());
}
