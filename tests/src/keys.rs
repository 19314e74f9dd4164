//! Keys towards a bank, made for a test: whatever its dialect asks for, on both sides.

use adapters::BankAdapter;
use adapters::exchange::{Crypto, CryptoError, Enveloped, Next, PaymentOrder, StatusQuery};
use adapters::wire::seal::SealCipher;
use adapters::wire::sign::key_algorithm;
use certs::body_cipher::BodyCipher;
use certs::seal::Opener;
use certs::sign::{KeyId, Signer, generate};
use gateway::clock::ManualClock;
use gateway::keys::{BankKeys, BodyKey};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock};
use zeroize::Zeroizing;

/// Which keys a dialect asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Algorithm and slot of each signature.
    pub signatures: BTreeSet<(String, String)>,
    /// Cipher and slot of each body.
    pub ciphers: BTreeSet<(String, String)>,
}

#[derive(Default)]
struct Asking(Mutex<Wanted>);

impl Crypto for Asking {
    fn sign(&self, algorithm: &str, slot: &str, _: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let key = (key_algorithm(algorithm).to_owned(), slot.to_owned());
        self.0.lock().unwrap().signatures.insert(key);
        Ok(vec![1; 64])
    }

    fn verify(&self, algorithm: &str, slot: &str, _: &[u8], _: &[u8]) -> Result<(), CryptoError> {
        let key = (key_algorithm(algorithm).to_owned(), slot.to_owned());
        self.0.lock().unwrap().signatures.insert(key);
        Ok(())
    }

    fn encrypt(&self, cipher: &str, slot: &str, plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let key = (cipher.to_owned(), slot.to_owned());
        self.0.lock().unwrap().ciphers.insert(key);
        Ok(plain.to_vec())
    }

    fn decrypt(&self, cipher: &str, slot: &str, sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let key = (cipher.to_owned(), slot.to_owned());
        self.0.lock().unwrap().ciphers.insert(key);
        Ok(sealed.to_vec())
    }

    fn seal_envelope(&self, _: &str, _: &str, p: &[u8]) -> Result<Enveloped, CryptoError> {
        let key = vec![1; 64];
        let body = p.to_vec();
        Ok(Enveloped { key, body })
    }

    fn now_s(&self) -> Option<i64> {
        Some(0)
    }

    fn nonce(&self) -> Option<[u8; 16]> {
        Some([0; 16])
    }
}

/// The keys that a submission and a query of this adapter use.
#[must_use]
pub fn wanted(adapter: &BankAdapter, order: &PaymentOrder, query: &StatusQuery) -> Wanted {
    let asking = Asking::default();
    adapter.encode_payment(order, &asking).expect("an order");
    let Ok(Next::Send(_)) = adapter.query(query).next(&asking) else {
        panic!("a query begins with a message")
    };
    let mut wanted = asking.0.into_inner().unwrap();
    // One pair of each algorithm signs in both chairs.
    wanted.signatures.extend(adapter.key_slots().verifying);
    wanted
}

/// Whether a submission begins with a message that is signed or sealed; else a file that needs no
/// key goes first, which instructs nothing.
#[must_use]
pub fn begins_with_a_key(adapter: &BankAdapter) -> bool {
    let (order, _) = crate::orders::order_and_query(adapter, 1);
    let asking = Asking::default();
    adapter.submit(&order).next(&asking).expect("a message");
    let wanted = asking.0.into_inner().unwrap();
    !wanted.signatures.is_empty() || !wanted.ciphers.is_empty()
}

/// One key an algorithm: making one takes a while.
fn pair(algorithm: &str) -> Pair {
    static MADE: OnceLock<Mutex<BTreeMap<String, Pair>>> = OnceLock::new();
    let mut made = MADE.get_or_init(Mutex::default).lock().unwrap();
    let make = || {
        let random = certs::random::SeededRandom::new(57);
        let key_id = KeyId::new("test/signing").unwrap();
        let (pem, signer) = generate(algorithm.parse().unwrap(), key_id, &random).unwrap();
        let opener = Opener::from_pem(&pem).ok().map(Arc::new);
        (signer, opener)
    };
    made.entry(algorithm.to_owned())
        .or_insert_with(make)
        .clone()
}

/// A pair that signs, and what opens texts that are sealed to it, where it can.
type Pair = (Arc<dyn Signer>, Option<Arc<Opener>>);

/// Keys for both chairs. Their clock stands at the moment of the orders of
/// [`crate::orders::order`]; a desk has its own.
#[must_use]
pub fn keys(adapter: &BankAdapter, wanted: &Wanted) -> BankKeys {
    let moment = time::macros::datetime!(2026-11-24 10:00 +8);
    let mut keys = BankKeys {
        key_names: adapter.key_names(&adapter.example_connection()),
        random: Some(Arc::new(certs::random::SeededRandom::new(57))),
        clock: Some(Arc::new(ManualClock::new(moment))),
        ..BankKeys::default()
    };
    for (algorithm, slot) in &wanted.signatures {
        let (signer, opener) = pair(algorithm);
        keys.public_keys.insert(slot.clone(), signer.public_key());
        let opener = opener.map(|opener| (slot.clone(), opener));
        keys.openers.extend(opener);
        keys.signers.insert(slot.clone(), signer);
    }
    let bodies = wanted.ciphers.iter();
    for (cipher, slot) in bodies.filter(|(cipher, _)| cipher != SealCipher::RsaOaepSha1.as_str()) {
        let cipher: BodyCipher = cipher.parse().unwrap();
        let body = BodyKey {
            cipher,
            key: Zeroizing::new(vec![0x42; cipher.key_bytes()]),
            iv: [0x17; 16],
        };
        keys.body_keys.insert(slot.clone(), body);
    }
    keys
}

/// Keys for both chairs of a bank.
#[must_use]
pub fn keys_towards(adapter: &BankAdapter) -> BankKeys {
    let (order, query) = crate::orders::order_and_query(adapter, 1);
    keys(adapter, &wanted(adapter, &order, &query))
}
