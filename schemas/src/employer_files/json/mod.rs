//! The JSON object of INTERFACE section 2.
use super::raw::{Receiver, Stop};
use super::{ReadOptions, Source};
use crate::text::Charset;
pub(super) fn parse(_: &mut dyn Source, _: Charset, _: &ReadOptions<'_>, _: &mut dyn Receiver) -> Result<(), Stop> {
    Err(super::detect::unreadable(super::Format::Json, "form").into())
}
