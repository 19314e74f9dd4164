//! Keys that are not the bank's.

use gateway::keys::{BankKeys, BodyKey};
use zeroize::Zeroizing;

/// The same slots with other keys.
#[must_use]
pub fn others(keys: &BankKeys) -> BankKeys {
    let mut others = keys.clone();
    for body in others.body_keys.values_mut() {
        *body = BodyKey {
            key: Zeroizing::new(vec![0x43; body.key.len()]),
            ..body.clone()
        };
    }
    let random = certs::random::SeededRandom::new(58);
    for key in others.public_keys.values_mut() {
        let key_id = certs::sign::KeyId::new("test/other").unwrap();
        let made = certs::sign::generate(key.algorithm(), key_id, &random).unwrap();
        *key = made.1.public_key();
    }
    others
}
