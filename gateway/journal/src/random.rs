//! Randomness through a narrow door, so that a simulation can supply a seed.

use ring::rand::SecureRandom;

/// A source of unpredictable bytes.
pub trait Random: Send + Sync {
    /// Fills `out`, or says that there is no randomness to be had.
    ///
    /// # Errors
    /// When the source fails; the caller must not go on with what is in `out`.
    fn fill(&self, out: &mut [u8]) -> Result<(), RandomUnavailable>;
}

/// The source of randomness failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the source of randomness gave nothing")]
pub struct RandomUnavailable;

/// The operating system's generator.
#[derive(Debug)]
pub struct SystemRandom(ring::rand::SystemRandom);

impl SystemRandom {
    /// The operating system's generator.
    #[must_use]
    pub fn new() -> Self {
        Self(ring::rand::SystemRandom::new())
    }
}

impl Default for SystemRandom {
    fn default() -> Self {
        Self::new()
    }
}

impl Random for SystemRandom {
    fn fill(&self, out: &mut [u8]) -> Result<(), RandomUnavailable> {
        self.0.fill(out).map_err(|_| RandomUnavailable)
    }
}

/// Bytes that follow from a seed: for simulations and tests, never for real keys.
#[derive(Debug)]
pub struct SeededRandom(std::sync::Mutex<u64>);

impl SeededRandom {
    /// The sequence of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(std::sync::Mutex::new(seed))
    }
}

impl Random for SeededRandom {
    fn fill(&self, out: &mut [u8]) -> Result<(), RandomUnavailable> {
        let mut state = crate::state::lock(&self.0);
        for part in out.chunks_mut(8) {
            let bytes = split_mix(&mut state).to_be_bytes();
            part.copy_from_slice(&bytes[..part.len()]);
        }
        Ok(())
    }
}

/// One step of SplitMix64 (Steele, Lea, Flood 2014): small, even and reproducible.
pub(crate) fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests;
