//! What the gateway tells those who run it: logs, metrics, and where a defect was. Never a
//! person's name, number or account (INVARIANTS M9).

mod metrics;

pub use metrics::{Metrics, Queue, RenderError};
