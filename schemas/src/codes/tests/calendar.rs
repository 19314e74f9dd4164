//! Bank days.

use super::super::*;
use time::macros::date;

#[test]
fn banks_work_as_the_notices_say() {
    use BankDay::{Closed, Open};
    let cases = [
        (date!(2025 - 01 - 01), Closed),
        (date!(2025 - 01 - 26), Open),
        (date!(2025 - 02 - 04), Closed),
        (date!(2025 - 02 - 05), Open),
        (date!(2025 - 10 - 08), Closed),
        (date!(2025 - 10 - 11), Open),
        (date!(2025 - 12 - 31), Open),
        (date!(2026 - 01 - 02), Closed),
        (date!(2026 - 01 - 04), Open),
        (date!(2026 - 02 - 23), Closed),
        (date!(2026 - 02 - 24), Open),
        (date!(2026 - 09 - 20), Open),
        (date!(2026 - 11 - 21), Closed),
        (date!(2026 - 11 - 23), Open),
    ];
    for (day, expected) in cases {
        assert_eq!(bank_day(day).unwrap(), expected, "{day}");
    }
}

#[test]
fn each_year_has_its_published_number_of_working_days() {
    assert!(bank_day_years().eq([2025, 2026]));
    for year in [2025, 2026] {
        let first = time::Date::from_ordinal_date(year, 1).unwrap();
        let days = std::iter::successors(Some(first), |day| day.next_day())
            .take_while(|day| day.year() == year);
        let open = days.filter(|day| bank_day(*day).unwrap() == BankDay::Open);
        assert_eq!(open.count(), 248, "{year}");
    }
}

#[test]
fn the_next_bank_day_skips_holidays_and_never_guesses_a_year() {
    assert_eq!(
        next_bank_day(date!(2026 - 10 - 01)).unwrap(),
        date!(2026 - 10 - 08)
    );
    assert_eq!(
        next_bank_day(date!(2026 - 02 - 14)).unwrap(),
        date!(2026 - 02 - 14)
    );
    assert_eq!(
        next_bank_day(date!(2026 - 02 - 15)).unwrap(),
        date!(2026 - 02 - 24)
    );
    let unknown = |day| match next_bank_day(day) {
        Err(CodesError::YearUnknown { year }) => year,
        other => panic!("{other:?}"),
    };
    assert_eq!(unknown(date!(2024 - 12 - 31)), 2024);
    assert_eq!(unknown(date!(2027 - 01 - 01)), 2027);
    assert!(bank_day(time::Date::MIN).is_err());
    assert!(bank_day(time::Date::MAX).is_err());
}

/// 4 and 11 January 2027 are Mondays; 2 January is a Saturday.
#[test]
fn an_operators_days_go_before_the_programs_and_no_year_is_guessed() {
    let days = [
        (date!(2027 - 01 - 02), BankDay::Open),
        (date!(2027 - 01 - 04), BankDay::Closed),
        (date!(2026 - 11 - 24), BankDay::Closed),
        (date!(2028 - 03 - 01), BankDay::Open),
    ];
    let calendar = BankCalendar::with([2027].into(), days.into());
    let expected = [
        (date!(2027 - 01 - 02), BankDay::Open),
        (date!(2027 - 01 - 03), BankDay::Closed),
        (date!(2027 - 01 - 04), BankDay::Closed),
        (date!(2027 - 01 - 11), BankDay::Open),
        (date!(2026 - 11 - 23), BankDay::Open),
        (date!(2026 - 11 - 24), BankDay::Closed),
        (date!(2026 - 10 - 10), BankDay::Open),
    ];
    for (day, expected) in expected {
        assert_eq!(calendar.bank_day(day).unwrap(), expected, "{day}");
    }
    // One day of 2028 makes no year known, not even that day.
    assert!(calendar.bank_day(date!(2028 - 03 - 01)).is_err());
    assert!(calendar.years().eq([2025, 2026, 2027]));
    let next = calendar.next_bank_day(date!(2026 - 11 - 24)).unwrap();
    assert_eq!(next, date!(2026 - 11 - 25));
    // The program's own years stay what they are.
    let built_in = BankCalendar::built_in();
    assert!(built_in.years().eq([2025, 2026]));
    assert_eq!(
        built_in.bank_day(date!(2026 - 11 - 24)).unwrap(),
        BankDay::Open
    );
    assert!(built_in.bank_day(date!(2027 - 01 - 11)).is_err());
}
