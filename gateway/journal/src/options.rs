//! How a journal is opened.

use std::sync::Arc;

use crate::chain::Digest;
use crate::random::{Random, SystemRandom};

/// How a journal is opened. `Options::default()` is right for production.
#[derive(Clone)]
pub struct Options {
    /// A segment is ended before it would grow past this many bytes (a larger record still gets
    /// a segment of its own). Default 64 MiB.
    pub segment_bytes_max: u64,
    /// At most about this many bytes are written before one sync. Default 8 MiB.
    pub group_bytes_max: usize,
    /// At most about so many records are written before one sync. Default 16,384.
    pub group_records_max: u64,
    /// `append` waits while this many bytes are not durable yet. Default 64 MiB.
    pub in_flight_bytes_max: usize,
    /// The digest of new segments. A journal that ends in another one goes on in a new segment,
    /// unless `digest_is_fixed`.
    pub digest: Digest,
    /// A journal that ends in another digest is refused as it stands. Default false.
    pub digest_is_fixed: bool,
    /// No thread: a group is committed in `wait_durable`, `durable_at`, `commit` or when the
    /// limit in flight is reached, by the caller. For simulations, which must be deterministic.
    pub commits_inline: bool,
    /// Time in the header of a new journal's first segment, Unix milliseconds UTC. Later headers
    /// carry the time of the record that made them necessary.
    pub opened_ms: i64,
    /// Where a new journal's id comes from.
    pub random: Arc<dyn Random>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            segment_bytes_max: 64 << 20,
            group_bytes_max: 8 << 20,
            group_records_max: 16_384,
            in_flight_bytes_max: 64 << 20,
            digest: Digest::Sha256,
            digest_is_fixed: false,
            commits_inline: false,
            opened_ms: 0,
            random: Arc::new(SystemRandom::new()),
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("segment_bytes_max", &self.segment_bytes_max)
            .field("group_bytes_max", &self.group_bytes_max)
            .field("group_records_max", &self.group_records_max)
            .field("in_flight_bytes_max", &self.in_flight_bytes_max)
            .field("digest", &self.digest)
            .field("digest_is_fixed", &self.digest_is_fixed)
            .field("commits_inline", &self.commits_inline)
            .finish_non_exhaustive()
    }
}
