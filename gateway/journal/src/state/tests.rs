use super::*;

/// A journal of one record, all of it durable.
fn state() -> State {
    State {
        journal_id: [0; 16],
        digest: Digest::Sha256,
        next: 2,
        head: Hash::default(),
        time_ms: 0,
        set_back: Vec::new(),
        tail: Position {
            segment: 1,
            offset: 180,
        },
        durable: 1,
        wanted: 0,
        segments: BTreeMap::new(),
        pending: VecDeque::new(),
        in_flight: None,
        loose_bytes: 0,
        groups: Vec::new(),
        poison: None,
        is_closed: false,
        must_stop: false,
    }
}

/// Stepping from a mark to a record passes 32 KiB at most, and marks are no closer than that.
#[test]
fn the_first_record_in_every_32_kib_has_a_mark() {
    let mut marks = Marks::default();
    let places = [
        0, 100, 32_767, 32_768, 40_000, 65_535, 100_000, 132_767, 132_768,
    ];
    for (sequence, offset) in (11..).zip(places) {
        marks.see(sequence, offset);
    }
    let before: Vec<_> = (10..=20).map(|sequence| marks.before(sequence)).collect();
    let (first, second) = (Some((11, 0)), Some((14, 32_768)));
    let (third, fourth) = (Some((17, 100_000)), Some((19, 132_768)));
    assert_eq!(
        before,
        [
            None, first, first, first, second, second, second, third, third, fourth, fourth
        ]
    );
}

#[test]
fn there_is_work_only_while_something_is_pending() {
    let mut state = state();
    assert!(state.load() == Load::Nothing);
    state.push_closing(0);
    assert!(state.load() == Load::Some);
    // What is being written is no work for anybody else.
    let group = state.take_group().unwrap();
    assert_eq!(state.loose_bytes, group.bytes());
    assert!(state.load() == Load::Nothing);
    state.push_closing(0);
    state.loose_bytes = 1 << 20;
    assert!(state.load() == Load::Much);
}

#[test]
fn groups_that_nobody_counts_are_kept_up_to_a_limit() {
    let mut state = state();
    state.groups = vec![1; 65_535];
    for _ in 0..3 {
        state.push_closing(0);
        state.take_group();
        state.group_is_durable();
        assert_eq!(state.groups.len(), 65_536);
    }
    assert_eq!((state.durable, state.loose_bytes), (4, 0));
}
