#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn a_network_of_ipv6_is_one_address() {
    let of = |text: &str| origin(text.parse().unwrap()).to_string();
    assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    assert_eq!(of("2001:db8:1:2::9"), "2001:db8:1:2::");
    assert_eq!(of("2001:db8:1:3::9"), "2001:db8:1:3::");
    // The same machine, however the system shows it.
    assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
    assert_eq!(of("192.0.2.7"), "192.0.2.7");
}
