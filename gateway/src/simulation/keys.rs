//! Keys of the simulated banks: made once a process, by a fixed seed, so that every run signs
//! with the same ones.

use crate::keys::BankKeys;
use crate::sandbox::keys::{KeysError, Smith};
use adapters::{BankAdapter, Book};
use certs::algorithm::Algorithm;
use certs::random::{Random, SeededRandom};
use certs::sign::{KeyError, KeyId, Signer, generate};
use schemas::value::BankCode;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// Seed of the keys.
const SEED: u64 = 57;

/// Keys for the gateway's chair, of every bank of the book.
///
/// # Errors
/// A bank whose keys can't be made: a defect of its definition.
pub(super) fn all(book: &Book) -> Result<&'static BTreeMap<BankCode, BankKeys>, KeysError> {
    static MADE: OnceLock<BTreeMap<BankCode, BankKeys>> = OnceLock::new();
    if let Some(made) = MADE.get() {
        return Ok(made);
    }
    let random: Arc<dyn Random> = Arc::new(SeededRandom::new(SEED));
    let mut smith = Smith::drawing(random);
    let mut keys = BTreeMap::new();
    for adapter in book.adapters() {
        keys.insert(adapter.code(), smith.make(adapter)?);
    }
    Ok(MADE.get_or_init(|| keys))
}

/// The keys of a bank of one world: nonces and moments are that world's.
pub(super) fn of_world(
    adapter: &BankAdapter,
    made: &BTreeMap<BankCode, BankKeys>,
    seed: u64,
    clock: Arc<dyn crate::clock::Clock>,
) -> BankKeys {
    let keys = made.get(&adapter.code()).cloned().unwrap_or_default();
    BankKeys {
        random: Some(Arc::new(SeededRandom::new(seed))),
        clock: Some(clock),
        ..keys
    }
}

/// The same keys with the same nonces each time: two messages differ only where what they say does.
pub(super) fn with_fixed_nonces(keys: &BankKeys) -> BankKeys {
    BankKeys {
        random: Some(Arc::new(SeededRandom::new(SEED))),
        ..keys.clone()
    }
}

/// The key by which the simulated gateway signs checkpoints.
///
/// # Errors
/// When it can't be made: a defect.
pub(super) fn checkpoints() -> Result<Arc<dyn Signer>, KeyError> {
    let random = SeededRandom::new(SEED + 2);
    let key_id = KeyId::new("simulation/checkpoints")?;
    let (_, signer) = generate(Algorithm::Ed25519, key_id, &random)?;
    Ok(signer)
}

/// A key of each algorithm that belongs to nobody of the world.
pub(super) fn stranger() -> &'static BTreeMap<Algorithm, Arc<dyn Signer>> {
    static MADE: OnceLock<BTreeMap<Algorithm, Arc<dyn Signer>>> = OnceLock::new();
    MADE.get_or_init(|| {
        let random = SeededRandom::new(SEED + 1);
        let make = |algorithm| {
            let key_id = KeyId::new("simulation/stranger").ok()?;
            let (_, signer) = generate(algorithm, key_id, &random).ok()?;
            Some((algorithm, signer))
        };
        let algorithms = [Algorithm::RsaSha256, Algorithm::Sm2Sm3];
        algorithms.into_iter().filter_map(make).collect()
    })
}
