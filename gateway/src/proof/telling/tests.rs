use super::*;

const BATCH: &str = "B20261130-7";

fn pieces(shown: &[(u32, &str)]) -> Pieces {
    Pieces::read(shown.iter().copied()).unwrap()
}

/// A row of the table: index, row, line number, refused at intake, amount.
fn row(index: u32, is_refused: bool) -> String {
    let numbers = [index, 1, 1, u32::from(is_refused)];
    let mut bytes: Vec<u8> = numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect();
    bytes.extend(100_i64.to_le_bytes());
    format!("row={},{}", crate::hex(&bytes), "cd".repeat(32))
}

/// Line 6 after its row.
fn seen() -> Telling {
    let mut telling = Telling::of(PaymentId::parse(&format!("{BATCH}.6")).unwrap());
    let lines = [
        (0, "event=\"batch_lines\""),
        (1, "opened=7"),
        (2, &row(6, false)),
    ];
    telling.take(1, &pieces(&lines)).unwrap();
    telling
}

fn accepted(late: &[(u32, &str)]) -> Result<LineState, Untold> {
    let mut telling = seen();
    let batch = format!("batch=\"{BATCH}\"");
    let shown = [
        &[(0, "event=\"batch_accepted\""), (1, batch.as_str())],
        late,
    ]
    .concat();
    telling.take(2, &pieces(&shown))?;
    Ok(telling.state.unwrap())
}

/// The list is 2, 5, 9, 12 behind its count at 20.
#[test]
fn only_its_neighbours_show_that_a_line_was_not_refused_late() {
    let two = (21, "refused_late[]=2");
    let five = (22, "refused_late[]=5");
    let nine = (23, "refused_late[]=9");
    let twelve = (24, "refused_late[]=12");
    let count = (20, "refused_late=[4]");
    assert_eq!(accepted(&[count, five, nine]), Ok(LineState::Held));
    assert_eq!(
        accepted(&[count, two, five, nine, twelve]),
        Ok(LineState::Held)
    );
    assert_eq!(accepted(&[(20, "refused_late=[0]")]), Ok(LineState::Held));
    for hiding in [
        &[][..],
        &[five, nine],
        &[count],
        &[count, five],
        &[count, nine],
        &[count, two, nine],
        &[count, five, twelve],
        // Not as the gateway writes it: nothing can be told.
        &[count, (21, "refused_late[]=9"), (22, "refused_late[]=5")],
    ] {
        assert_eq!(accepted(hiding), Err(Untold::Incomplete), "{hiding:?}");
    }
    // At either end there is one neighbour; the line itself needs none.
    assert_eq!(
        accepted(&[(20, "refused_late=[2]"), (21, "refused_late[]=7")]),
        Ok(LineState::Held)
    );
    assert_eq!(
        accepted(&[(20, "refused_late=[2]"), (22, "refused_late[]=4")]),
        Ok(LineState::Held)
    );
    assert_eq!(
        accepted(&[count, (22, "refused_late[]=6")]),
        Ok(LineState::Refused)
    );
}

fn intended() -> Telling {
    let mut telling = seen();
    let batch = format!("batch=\"{BATCH}\"");
    let accepted = [
        (0, "event=\"batch_accepted\""),
        (1, batch.as_str()),
        (9, "refused_late=[0]"),
    ];
    telling.take(2, &pieces(&accepted)).unwrap();
    let intended = [
        (0, "event=\"file_intended\""),
        (1, "file_no=3"),
        (2, batch.as_str()),
        (5, "lines[]=6"),
    ];
    telling.take(3, &pieces(&intended)).unwrap();
    telling
}

fn outcomes(parts: &[&str]) -> Result<(LineState, bool), Untold> {
    let mut telling = intended();
    let mut shown = vec![(0, "event=\"outcomes\""), (1, "file_no=3")];
    shown.extend((5..).zip(parts.iter().copied()));
    telling.take(4, &pieces(&shown))?;
    Ok((telling.state.unwrap(), telling.disputed))
}

#[test]
fn no_part_of_what_a_record_says_of_a_line_can_be_kept_back() {
    let pay = "moves[]={\"i\":6,\"e\":\"pay\",\"n\":3}";
    let back = "moves[]={\"i\":6,\"e\":\"return\",\"n\":3}";
    let doubt = "disputes[]=[6,\"result_mismatch\",{\"i\":6,\"e\":\"fail\",\"n\":3}]";
    let other = "moves[]={\"i\":7,\"e\":\"pay\",\"n\":1}";
    assert_eq!(
        outcomes(&[pay, back, doubt]),
        Ok((LineState::Returned, true))
    );
    assert_eq!(
        outcomes(&[pay, back, other, doubt]),
        Ok((LineState::Returned, true))
    );
    for hiding in [
        &[pay][..],
        &[doubt],
        &[pay, back],
        &[pay, doubt],
        &[back, doubt],
        &[pay, other, doubt],
    ] {
        assert_eq!(outcomes(hiding), Err(Untold::Incomplete), "{hiding:?}");
    }
    // An earlier version did not count.
    let uncounted = "moves[]={\"i\":6,\"e\":\"pay\"}";
    assert_eq!(outcomes(&[uncounted]), Err(Untold::Unsaid));
    assert_eq!(outcomes(&[other]), Err(Untold::Elsewhere));
    let resolved = "moves[]={\"i\":6,\"e\":\"resolve_paid\",\"n\":1}";
    assert_eq!(outcomes(&[resolved]), Err(Untold::Form));
}

fn resolved(steps: &[(u64, &str)]) -> Result<(LineState, bool), Untold> {
    let mut telling = intended();
    let lost = [
        (0, "event=\"outcomes\""),
        (1, "file_no=3"),
        (5, "moves[]={\"i\":6,\"e\":\"lose_track\",\"n\":1}"),
    ];
    telling.take(4, &pieces(&lost)).unwrap();
    let payment = format!("payment=\"{BATCH}.6\"");
    for (sequence, step) in steps {
        let mut shown = vec![(1, payment.as_str())];
        shown.extend((2..).zip(step.split(' ')));
        telling.take(*sequence, &pieces(&shown))?;
    }
    Ok((telling.state.unwrap(), telling.disputed))
}

#[test]
fn a_confirmation_confirms_the_proposal_that_it_names() {
    let paid = (5, "event=\"resolution_proposed\" outcome=\"resolve_paid\"");
    let failed = (
        6,
        "event=\"resolution_proposed\" outcome=\"resolve_failed\"",
    );
    let confirmed = "event=\"resolution_confirmed\" proposal=6 outcome=\"resolve_failed\"";
    let confirmed = (7, confirmed);
    assert_eq!(
        resolved(&[paid, failed, confirmed]),
        Ok((LineState::Failed, false))
    );
    assert_eq!(
        resolved(&[failed, confirmed]),
        Ok((LineState::Failed, false))
    );
    // What was replaced is shown, what was confirmed is not.
    assert_eq!(resolved(&[paid, confirmed]), Err(Untold::OtherProposal));
    let another = (5, failed.1);
    assert_eq!(resolved(&[another, confirmed]), Err(Untold::OtherProposal));
    assert_eq!(resolved(&[confirmed]), Err(Untold::OffTheMachine));
    // Closed, or of an earlier version.
    for unsaid in [
        "event=\"resolution_confirmed\"",
        "event=\"resolution_confirmed\" proposal=6",
        "event=\"resolution_confirmed\" outcome=\"resolve_failed\"",
    ] {
        assert_eq!(resolved(&[failed, (7, unsaid)]), Err(Untold::Unsaid));
    }
    let other = "event=\"resolution_confirmed\" proposal=6 outcome=\"resolve_paid\"";
    assert_eq!(resolved(&[failed, (7, other)]), Err(Untold::OtherProposal));
}

#[test]
fn a_line_has_one_row() {
    let mut telling = Telling::of(PaymentId::parse(&format!("{BATCH}.6")).unwrap());
    let (one, other) = (row(6, false), row(6, true));
    let lines = [
        (0, "event=\"batch_lines\""),
        (1, "opened=7"),
        (2, one.as_str()),
        (3, other.as_str()),
    ];
    assert_eq!(telling.take(1, &pieces(&lines)), Err(Untold::Form));
}

/// Of a batch of which only good lines were taken, the refused ones stay what they are.
#[test]
fn a_withdrawal_cancels_what_was_held_and_leaves_a_refused_line_refused() {
    let batch = format!("batch=\"{BATCH}\"");
    let accepted = [(0, "event=\"batch_accepted\""), (1, batch.as_str())];
    let accepted = [&accepted[..], &[(9, "refused_late=[0]")]].concat();
    let withdrawn = [(0, "event=\"batch_withdrawn\""), (1, batch.as_str())];
    for (is_refused, state) in [(false, LineState::Cancelled), (true, LineState::Refused)] {
        let row = row(6, is_refused);
        let lines = [(0, "event=\"batch_lines\""), (1, "opened=7"), (2, &row)];
        let mut telling = Telling::of(PaymentId::parse(&format!("{BATCH}.6")).unwrap());
        for (sequence, record) in (1..).zip([&lines[..], &accepted, &withdrawn]) {
            telling.take(sequence, &pieces(record)).unwrap();
        }
        assert_eq!(
            (telling.state, telling.amount_fen),
            (Some(state), Some(100))
        );
    }
    let nothing_held = seen().take(2, &pieces(&withdrawn));
    assert_eq!(nothing_held, Err(Untold::OffTheMachine));
}
