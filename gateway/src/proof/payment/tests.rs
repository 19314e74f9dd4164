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
        ("must_acknowledge[]=\"payee_duplicate\"", false, false),
        ("digest=\"ab\"", false, false),
        ("evidence_digest=\"ab\"", false, false),
        ("total_fen=1", false, false),
        ("person=\"urn\"", false, true),
        ("operator=\"urn\"", false, true),
        ("bytes=00", false, false),
        ("", false, false),
    ] {
        assert_eq!(is_shown(piece, 7, true), to_bank, "{piece} to a bank");
        assert_eq!(is_shown(piece, 7, false), to_others, "{piece}");
    }
}
