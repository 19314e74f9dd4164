//! A bank's bytes: bank, kind of message, bytes. The entry is `adapters::fuzzing::decode_any`,
//! as in the mutation tests and the
//! hostile cases of every bank.
#![no_main]

use adapters::Book;
use adapters::exchange::{Crypto, CryptoError};
use adapters::fuzzing::{Door, decode_any};
use libfuzzer_sys::fuzz_target;

/// Every seal fits and every cipher is none, so that changed bytes reach what lies behind.
struct OpenDoors;

impl Crypto for OpenDoors {
    fn sign(&self, _: &str, _: &str, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        Ok(message.iter().take(32).copied().collect())
    }

    fn verify(&self, _: &str, _: &str, _: &[u8], _: &[u8]) -> Result<(), CryptoError> {
        Ok(())
    }

    fn encrypt(&self, _: &str, _: &str, plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        Ok(plain.to_vec())
    }

    fn decrypt(&self, _: &str, _: &str, sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        Ok(sealed.to_vec())
    }

    fn knows_key(&self, _: &str, _: &str) -> bool {
        true
    }

    fn is_fresh(&self, _: i64, _: u32) -> bool {
        true
    }
}

fuzz_target!(|data: &[u8]| {
    let [bank, door, bytes @ ..] = data else {
        return;
    };
    let book = Book::built_in().expect("the book is sound");
    let codes: Vec<_> = book
        .adapters()
        .iter()
        .map(|adapter| adapter.code())
        .collect();
    let code = codes[usize::from(*bank) % codes.len()];
    let door = match door % 4 {
        0 => Door::Receipt,
        1 => Door::Result,
        2 => Door::Push,
        _ => Door::Request(None),
    };
    // What can't be read is refused; what can be read tells outcomes. Neither may be a panic.
    let _ = decode_any(code, &door, bytes, &OpenDoors);
});
