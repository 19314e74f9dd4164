//! Digital envelopes (数字信封): a body under a key made afresh, and that key sealed to the other
//! side's RSA key.

use crate::cipher::{CipherError, sm4_ecb_decrypt, sm4_ecb_encrypt};
use crate::random::Random;
use crate::seal::{Opener, rsa_pkcs1};
use crate::sign::PublicKey;
use zeroize::Zeroizing;

/// A body and the key to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The key of the body, sealed by RSA PKCS#1 v1.5; as long as the modulus.
    pub key: Vec<u8>,
    /// The body under SM4-ECB with PKCS#7 padding.
    pub body: Vec<u8>,
}

impl Envelope {
    /// Seals a body under a new key of SM4, and the key to `to`.
    ///
    /// # Errors
    /// [`CipherError::NotAuthentic`] for a key of another algorithm or above 4,096 bits.
    pub fn seal(to: &PublicKey, random: &dyn Random, plain: &[u8]) -> Result<Self, CipherError> {
        let mut key = Zeroizing::new([0; 16]);
        random.fill(key.as_mut());
        Ok(Self {
            key: rsa_pkcs1(to, random, key.as_ref())?,
            body: sm4_ecb_encrypt(&key, plain),
        })
    }

    /// The body. Check its signature then: a wrong padding is an error here, and nothing else
    /// about the text is proved.
    ///
    /// # Errors
    /// [`CipherError::NotAuthentic`] whatever is wrong. A key that does not open is replaced by a
    /// random one, so that the answer does not say which of both was wrong (RFC 8017, section 7.2).
    pub fn open(&self, opener: &Opener, random: &dyn Random) -> Result<Vec<u8>, CipherError> {
        let key = opener.open_pkcs1(random, &self.key);
        sm4_ecb_decrypt(&key, &self.body)
    }
}
