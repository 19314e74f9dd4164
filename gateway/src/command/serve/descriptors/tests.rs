//! What the system says of its limit, and what is needed of it.

use super::*;

/// As Linux 6 writes it.
const LINUX: &str = "\
Limit                     Soft Limit           Hard Limit           Units     
Max processes             63432                63432                processes 
Max open files            1024                 1048576              files     
Max locked memory         8388608              8388608              bytes     
";

#[test]
fn the_soft_limit_is_the_one_that_holds() {
    assert_eq!(soft_limit(LINUX), Some(1024));
    let none = LINUX.replace("1024   ", "unlimited");
    assert_eq!(soft_limit(&none), Some(u64::MAX));
    assert_eq!(soft_limit(""), None);
}

/// 4,096 connections, 1,024 handshakes, 256 uploads that are received, 256 for itself.
#[test]
fn what_callers_may_hold_is_counted_with_a_reserve() {
    assert_eq!(needed(&Settings::default()), 5_632);
}
