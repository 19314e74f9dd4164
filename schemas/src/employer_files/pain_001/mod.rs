//! ISO 20022 pain.001.
use super::ReadOptions;
use super::decoded::Decoded;
use super::raw::{Receiver, Stop};
pub(super) fn parse(_: Decoded<'_>, _: &ReadOptions<'_>, _: &mut dyn Receiver) -> Result<(), Stop> {
    Err(super::detect::unreadable(super::Format::Pain001, "form").into())
}
