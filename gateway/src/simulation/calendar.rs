//! Days that people and calendars get wrong, as a world's clock comes to them.

use super::faults::FaultKind;
use super::world::World;
use crate::clock::{CHINA, Clock as _};
use time::{Date, Month};

impl World {
    /// Counts what the bank's day has come to since the last look. A clock that is set back comes
    /// to it once more.
    pub(super) fn notices_days(&mut self) {
        let today = self.stage.clock.now().to_offset(CHINA).date();
        // On its first day a world comes from the day before.
        let before = self.day.replace(today).or_else(|| today.previous_day());
        let Some(before) = before.filter(|before| *before != today) else {
            return;
        };
        if today.year() > before.year() {
            self.stage.struck(FaultKind::YearEnd);
        }
        if has_leap_day(before, today) {
            self.stage.struck(FaultKind::LeapDay);
        }
    }
}

/// Whether a 29 February lies behind the one day and not behind the other.
fn has_leap_day(before: Date, today: Date) -> bool {
    let mut years = before.year()..=today.year();
    years.any(|year| {
        let leap = Date::from_calendar_date(year, Month::February, 29);
        leap.is_ok_and(|leap| before < leap && leap <= today)
    })
}

#[cfg(test)]
mod tests {
    use super::has_leap_day;
    use time::macros::date;

    #[test]
    fn a_leap_day_is_come_to_once() {
        assert!(has_leap_day(date!(2028 - 02 - 28), date!(2028 - 02 - 29)));
        assert!(has_leap_day(date!(2028 - 02 - 27), date!(2028 - 03 - 02)));
        assert!(!has_leap_day(date!(2028 - 02 - 29), date!(2028 - 03 - 01)));
        assert!(!has_leap_day(date!(2026 - 02 - 28), date!(2026 - 03 - 01)));
        // A clock that is set back goes by no day.
        assert!(!has_leap_day(date!(2028 - 03 - 01), date!(2028 - 02 - 29)));
    }
}
