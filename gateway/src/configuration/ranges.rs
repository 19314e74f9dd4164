//! Within which bounds the numbers of `gateway.toml` lie.

use super::value;
use serde::Deserializer;

pub(super) fn lines<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    value::within(deserializer, 1_000_000..=50_000_000)
}

pub(super) fn body_bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    value::within(deserializer, 1_048_576..=4_294_967_296)
}

pub(super) fn message_bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    value::within(deserializer, 1_048_576..=value::MESSAGE_BYTES_MAX)
}

pub(super) fn day_bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    value::within(deserializer, 1_048_576..=1_099_511_627_776)
}

pub(super) fn day_lines<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    value::within(deserializer, 1_000_000..=1_000_000_000)
}

pub(super) fn small_bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    value::within(deserializer, 1_024..=16_777_216)
}

pub(super) fn head_bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    value::within(deserializer, 8_192..=1_048_576)
}

pub(super) fn many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    value::within(deserializer, 1..=100_000)
}

pub(super) fn group<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    value::within(deserializer, 1..=1_000_000)
}

pub(super) fn wait_ms<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    value::within(deserializer, 100..=3_600_000)
}

pub(super) fn divisor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    value::within(deserializer, 1..=1_000_000)
}
