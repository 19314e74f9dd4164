//! A toy key store, and what it signs.

use adapters::exchange::{Crypto, CryptoError, Enveloped};

/// A toy: signs by a sum of bytes, seals by adding one to each byte and a mark.
pub struct ToyKeys;

fn toy_sum(slot: &str, message: &[u8]) -> Vec<u8> {
    let seed = slot.len() as u32;
    let sum = message.iter().fold(seed, |sum, b| {
        sum.wrapping_mul(31).wrapping_add(u32::from(*b))
    });
    sum.to_be_bytes().to_vec()
}

impl Crypto for ToyKeys {
    fn sign(&self, _: &str, slot: &str, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        Ok(toy_sum(slot, message))
    }

    fn verify(&self, _: &str, slot: &str, m: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        if toy_sum(slot, m) == signature {
            Ok(())
        } else {
            Err(CryptoError::BadSignature)
        }
    }

    fn encrypt(&self, _: &str, _: &str, plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let mut sealed: Vec<u8> = plain.iter().map(|byte| byte.wrapping_add(1)).collect();
        sealed.extend(toy_sum("", plain));
        Ok(sealed)
    }

    fn decrypt(&self, _: &str, _: &str, sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let cut = sealed
            .len()
            .checked_sub(4)
            .ok_or(CryptoError::BadCipherText)?;
        let (body, mark) = sealed.split_at(cut);
        let plain: Vec<u8> = body.iter().map(|byte| byte.wrapping_sub(1)).collect();
        if toy_sum("", &plain) == mark {
            Ok(plain)
        } else {
            Err(CryptoError::BadCipherText)
        }
    }

    fn seal_envelope(&self, c: &str, slot: &str, p: &[u8]) -> Result<Enveloped, CryptoError> {
        Ok(Enveloped {
            key: toy_sum(slot, p),
            body: self.encrypt(c, slot, p)?,
        })
    }

    fn open_envelope(&self, c: &str, slot: &str, e: &Enveloped) -> Result<Vec<u8>, CryptoError> {
        let plain = self.decrypt(c, slot, &e.body)?;
        match e.key == toy_sum(slot, &plain) {
            true => Ok(plain),
            false => Err(CryptoError::BadCipherText),
        }
    }

    fn now_s(&self) -> Option<i64> {
        Some(TOY_NOW_S)
    }

    fn nonce(&self) -> Option<[u8; 16]> {
        Some([0xA5; 16])
    }

    fn key_name(&self, slot: &str) -> Option<String> {
        Some(format!("TOY-KEY-{slot}"))
    }
}

/// 2026-11-23 09:35:00 +08:00: when the toy keys sign and check.
pub const TOY_NOW_S: i64 = 1_795_397_700;

/// The toy keys of a reader who has none of the bank: its signatures are not checked.
pub struct Unchecked;

impl Crypto for Unchecked {
    fn sign(&self, algorithm: &str, slot: &str, m: &[u8]) -> Result<Vec<u8>, CryptoError> {
        ToyKeys.sign(algorithm, slot, m)
    }

    fn verify(&self, _: &str, _: &str, _: &[u8], _: &[u8]) -> Result<(), CryptoError> {
        Ok(())
    }

    fn encrypt(&self, cipher: &str, slot: &str, plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        ToyKeys.encrypt(cipher, slot, plain)
    }

    fn decrypt(&self, cipher: &str, slot: &str, sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        ToyKeys.decrypt(cipher, slot, sealed)
    }

    fn open_envelope(&self, c: &str, slot: &str, e: &Enveloped) -> Result<Vec<u8>, CryptoError> {
        ToyKeys.open_envelope(c, slot, e)
    }

    fn knows_key(&self, _: &str, _: &str) -> bool {
        true
    }

    fn is_fresh(&self, _: i64, _: u32) -> bool {
        true
    }
}

/// A text with the bank's toy signature over it in its one empty place, in hexadecimal.
pub fn signed(text: &[u8], before: &str, after: &str) -> Vec<u8> {
    let empty = [before, after].concat();
    let mut places = text.windows(empty.len());
    let at = places.position(|bytes| bytes == empty.as_bytes());
    let (head, tail) = text.split_at(at.expect("an empty place") + before.len());
    let signature: String = toy_sum("bank", text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    [head, signature.as_bytes(), tail].concat()
}

/// The same for a JSON object with a member `sign`.
pub fn signed_json(message: &serde_json::Value) -> Vec<u8> {
    signed(message.to_string().as_bytes(), "\"sign\":\"", "\"")
}
