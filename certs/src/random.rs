//! Randomness through one narrow trait, so that a simulation can replay it.

use std::sync::atomic::{AtomicU64, Ordering};

use ring::rand::SecureRandom as _;

use crate::digest::HmacKey;

/// A source of unpredictable bytes.
pub trait Random: Send + Sync {
    /// Fills the whole buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// The operating system's generator. The only source outside tests and simulations.
#[derive(Clone, Debug)]
pub struct SystemRandom {
    source: ring::rand::SystemRandom,
}

impl SystemRandom {
    /// Opens nothing: the system call is made at each `fill`.
    #[must_use]
    pub fn new() -> Self {
        Self {
            source: ring::rand::SystemRandom::new(),
        }
    }
}

impl Default for SystemRandom {
    fn default() -> Self {
        Self::new()
    }
}

impl Random for SystemRandom {
    /// Fills the buffer from the operating system. Ends the process if the system has no
    /// randomness: every continuation would make guessable keys or repeat a nonce, and a
    /// gateway that stops loses nothing that it acknowledged.
    fn fill(&self, buffer: &mut [u8]) {
        if self.source.fill(buffer).is_err() {
            std::process::abort();
        }
    }
}

/// A repeatable stream for tests, the demonstration and simulations: the same seed gives the
/// same bytes. Whoever knows the seed knows every byte, so never for a real key.
#[derive(Debug)]
pub struct SeededRandom {
    key: HmacKey,
    blocks_used: AtomicU64,
}

impl SeededRandom {
    /// A stream that depends on `seed` alone.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            key: HmacKey::new(&seed.to_be_bytes()),
            blocks_used: AtomicU64::new(0),
        }
    }
}

impl Random for SeededRandom {
    /// HMAC-SHA-256 of a counter under the seed; each call starts at a new block of 32 bytes.
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(32) {
            let block = self.blocks_used.fetch_add(1, Ordering::Relaxed);
            let bytes = self.key.sign(&block.to_be_bytes());
            for (target, source) in chunk.iter_mut().zip(bytes) {
                *target = source;
            }
        }
    }
}
