//! Keys towards the banks, the same for the program and for the sandbox's chair.

use adapters::BankAdapter;
use certs::random::SystemRandom;
use certs::seal::Opener;
use certs::sign::{KeyId, Signer, generate};
use gateway::command::adapter::BODY_KEY;
use gateway::keys::{BankKeys, BodyKey};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};
use zeroize::Zeroizing;

type Pair = (String, Arc<dyn Signer>);

/// One pair of each algorithm, as PEM and as a key.
fn pair(algorithm: &str) -> Pair {
    static MADE: OnceLock<Mutex<BTreeMap<String, Pair>>> = OnceLock::new();
    let mut made = MADE.get_or_init(Mutex::default).lock().unwrap();
    let make = || {
        let id = KeyId::new("journey").unwrap();
        let made = generate(algorithm.parse().unwrap(), id, &SystemRandom::new()).unwrap();
        (made.0.to_string(), made.1)
    };
    made.entry(algorithm.to_owned())
        .or_insert_with(make)
        .clone()
}

/// The program's keys towards a bank; the bank signs with the same pair.
pub fn keys(adapter: &BankAdapter) -> BankKeys {
    let (slots, mut keys) = (adapter.key_slots(), BankKeys::default());
    keys.random = Some(Arc::new(SystemRandom::new()));
    for (algorithm, slot) in slots.signing {
        keys.signers.insert(slot, pair(&algorithm).1);
    }
    for (algorithm, slot) in slots.opening {
        let opener = Opener::from_pem(&pair(&algorithm).0).unwrap();
        keys.openers.insert(slot, Arc::new(opener));
    }
    for (algorithm, slot) in slots.verifying {
        let public = pair(&algorithm).1.public_key();
        keys.public_keys.insert(slot, public);
    }
    for (cipher, slot) in slots.sealing {
        let body = BodyKey {
            cipher: cipher.parse().unwrap(),
            key: Zeroizing::new(BODY_KEY.to_vec()),
            iv: [0; 16],
        };
        keys.body_keys.insert(slot, body);
    }
    keys
}

/// The same as files: slot, ending of the name and text.
pub fn files(adapter: &BankAdapter) -> Vec<(String, &'static str, String)> {
    let slots = adapter.key_slots();
    let ours = slots.signing.into_iter();
    let ours = ours.map(|(algorithm, slot)| (slot, "pem", pair(&algorithm).0));
    let theirs = slots.verifying.into_iter().map(|(algorithm, slot)| {
        let public = pair(&algorithm).1.public_key();
        (slot, "pub.pem", public.to_pem().to_string())
    });
    let bodies = slots.sealing.into_iter();
    let bodies = bodies.map(|(_, slot)| (slot, "sm4", gateway::hex(&BODY_KEY)));
    ours.chain(theirs).chain(bodies).collect()
}
