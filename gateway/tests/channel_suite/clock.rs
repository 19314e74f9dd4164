use std::sync::Arc;
use std::time::Duration;

use gateway::clock::{Clock, ManualClock, OffsetClock, SystemClock};
use time::macros::{datetime, offset};

use crate::peer::run;

#[test]
fn all_clocks_show_china() {
    assert_eq!(SystemClock::new().now().offset(), offset!(+8));
    let start = datetime!(2026-11-23 02:00 UTC);
    let offset_clock = OffsetClock::new(start, 3_600);
    let shown = offset_clock.now();
    assert_eq!(shown.offset(), offset!(+8));
    assert!(shown >= datetime!(2026-11-23 10:00 +8));
    assert!(ManualClock::new(start).now() == datetime!(2026-11-23 10:00 +8));
}

#[test]
fn a_faster_clock_runs_and_sleeps_faster() {
    run(async {
        let clock = OffsetClock::new(datetime!(2026-11-23 10:00 +8), 3_600_000);
        let before = clock.now();
        clock.sleep(Duration::from_secs(3_600)).await;
        assert!(clock.now() - before >= time::Duration::HOUR);
        assert!(clock.elapsed() >= Duration::from_secs(3_600));
    });
}

#[test]
fn a_manual_clock_wakes_whoever_is_due_and_nobody_else() {
    run(async {
        let clock = Arc::new(ManualClock::new(datetime!(2026-11-23 10:00 +8)));
        let (soon, late) = (
            clock.sleep(Duration::from_secs(1)),
            clock.sleep(Duration::from_secs(10)),
        );
        assert_eq!(clock.sleeping(), 2);
        clock.advance(Duration::from_secs(5));
        soon.await;
        assert_eq!(clock.sleeping(), 1);
        assert_eq!(clock.now(), datetime!(2026-11-23 10:00:05 +8));
        drop(late);
        assert_eq!(clock.sleeping(), 0);
        clock.sleep(Duration::ZERO).await;
    });
}

#[test]
fn a_clock_that_is_set_back_moves_no_interval() {
    let clock = ManualClock::new(datetime!(2026-11-23 10:00 +8));
    clock.step(-time::Duration::HOUR);
    assert_eq!(clock.now(), datetime!(2026-11-23 09:00 +8));
    assert_eq!(clock.elapsed(), Duration::ZERO);
}
