use super::*;

#[test]
fn a_slow_honest_sender_keeps_the_pace_and_a_trickle_does_not() {
    let limits = ApiLimits::default();
    // 64 KiB a second, second by second for an hour.
    for seconds in 1..=3_600 {
        let took = Duration::from_secs(seconds);
        assert!(!is_too_slow(&limits, took, seconds * 65_536), "{seconds}");
    }
    // 4 KiB a second is asked for when half a minute has gone: 31 * 4,096 = 126,976.
    assert!(!is_too_slow(&limits, Duration::from_secs(30), 1));
    assert!(is_too_slow(&limits, Duration::from_secs(31), 126_975));
    assert!(!is_too_slow(&limits, Duration::from_secs(31), 126_976));
}
