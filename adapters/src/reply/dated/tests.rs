#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::layout::values::Record;

fn outcome(settled: Option<&str>, asked_at: Option<&str>) -> Outcome {
    let entry: Code = toml::from_str(
        "exact = [\"33\"]\noutcome = \"accepted\"\ndetail = \"awaiting_settlement\"\n\
         paid_after = \"batch.settlement_date\"",
    )
    .unwrap();
    let (mut head, mut question) = (Values::default(), Values::default());
    question.set(Field::FileDate, "20261123");
    if let Some(date) = settled {
        head.set(Field::BatchSettlementDate, date);
    }
    if let Some(at) = asked_at {
        question.set(Field::FileAt, at);
    }
    let row = Record::new();
    let said = Said {
        head: &head,
        row: row.texts(),
        days: Days::of(&question),
    };
    said.outcome(&entry)
}

#[test]
fn paid_from_the_day_after_the_date_on() {
    let on = |at| outcome(Some("20261124"), Some(at));
    assert_eq!(on("20261123093000000"), Outcome::Accepted);
    assert_eq!(on("20261124235959999"), Outcome::Accepted);
    assert_eq!(on("20261125000000000"), Outcome::Paid);
}

#[test]
fn a_date_that_says_nothing_never_pays() {
    let late = Some("20261231093000000");
    for date in [
        None,
        Some("00000000"),
        Some("20261131"),
        Some("20261122"),
        Some("19700101"),
    ] {
        assert_eq!(outcome(date, late), Outcome::Accepted, "{date:?}");
    }
    assert_eq!(outcome(Some("20261124"), None), Outcome::Accepted);
}
