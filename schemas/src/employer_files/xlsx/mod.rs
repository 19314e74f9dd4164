//! The template as a workbook.
use super::raw::{Receiver, Stop};
use super::{ReadOptions, Source};
pub(super) fn parse(
    _: &mut dyn Source,
    _: &ReadOptions<'_>,
    _: &mut dyn Receiver,
) -> Result<(), Stop> {
    Err(super::detect::unreadable(super::Format::Xlsx, "form").into())
}
