//! Where a message ends on a TCP connection.

use super::layer::Layer;
use super::message::Message;
use crate::exchange::FrameEnd;
use crate::layout::Layout;
use crate::layout::slot::{Slot, Source};

impl Message {
    /// The end of the message on a TCP connection: by the length in its outermost head, else by
    /// its last characters, else the peer closes.
    #[must_use]
    pub fn frame_end(&self) -> FrameEnd {
        if let Some(Layer::Head { slots }) = self.layers.last()
            && let Some(end) = length_at(slots)
        {
            return end;
        }
        match &self.body {
            Layout::Delimited(lines) | Layout::Fixed(lines) if self.layers.is_empty() => {
                match lines.end.as_bytes() {
                    [] => FrameEnd::EndOfStream,
                    end => FrameEnd::Line {
                        terminator: end.to_vec(),
                    },
                }
            }
            Layout::Delimited(_)
            | Layout::Fixed(_)
            | Layout::Xml(_)
            | Layout::Json(_)
            | Layout::Marked(_)
            | Layout::Sheet(_)
            | Layout::Empty {} => FrameEnd::EndOfStream,
        }
    }

    /// The end of a request: as [`Self::frame_end`], and for bare XML the end of its root.
    #[must_use]
    pub fn request_end(&self) -> FrameEnd {
        match (self.frame_end(), &self.body) {
            (FrameEnd::EndOfStream, Layout::Xml(tree)) if self.layers.is_empty() => {
                FrameEnd::Line {
                    terminator: format!("</{}>", tree.root()).into_bytes(),
                }
            }
            (end, _) => end,
        }
    }
}

fn length_at(slots: &[Slot]) -> Option<FrameEnd> {
    let whole: usize = slots.iter().filter_map(|slot| slot.width).sum();
    let mut offset = 0;
    for slot in slots {
        let digits = slot.width.unwrap_or_default();
        if let Source::PayloadLength(plus) = slot.source {
            return Some(FrameEnd::Length {
                offset,
                digits,
                uncounted: whole.saturating_sub(plus),
            });
        }
        offset += digits;
    }
    None
}
