//! The door to keys, and to what a signature needs besides a key.

/// Keys as an adapter sees them: algorithms and slots by name, never a key.
pub trait Crypto {
    /// Signs with our key of `slot` (`signing`) by the named algorithm (`sm2_sm3`, `sm2_sm3_der`,
    /// `rsa_sha256`).
    ///
    /// # Errors
    /// When there is no such key or algorithm.
    fn sign(&self, algorithm: &str, slot: &str, message: &[u8]) -> Result<Vec<u8>, CryptoError>;
    /// Whether `signature` over `message` verifies with the bank's key of `slot`.
    ///
    /// # Errors
    /// When there is no such key, or the signature is wrong.
    fn verify(
        &self,
        algorithm: &str,
        slot: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError>;
    /// Encrypts a body by the named cipher (`sm4_cbc`, `aes192_cbc`).
    ///
    /// # Errors
    /// When there is no such key or cipher.
    fn encrypt(&self, cipher: &str, slot: &str, plain: &[u8]) -> Result<Vec<u8>, CryptoError>;
    /// Decrypts a body by the named cipher.
    ///
    /// # Errors
    /// When there is no such key or cipher, or the padding is wrong.
    fn decrypt(&self, cipher: &str, slot: &str, sealed: &[u8]) -> Result<Vec<u8>, CryptoError>;

    /// Puts a body into a digital envelope by the named ciphers (`sm4_ecb_rsa_pkcs1`): under a key
    /// made afresh, which is sealed to the public key of `slot`.
    ///
    /// # Errors
    /// When there is no such key or cipher, or no source of new keys.
    fn seal_envelope(
        &self,
        cipher: &str,
        slot: &str,
        _plain: &[u8],
    ) -> Result<Enveloped, CryptoError> {
        no_key(cipher, slot)
    }
    /// Takes a body out of a digital envelope with the private key of `slot`.
    ///
    /// # Errors
    /// When there is no such key or cipher; `BadCipherText` whatever of it does not open.
    fn open_envelope(
        &self,
        cipher: &str,
        slot: &str,
        _sealed: &Enveloped,
    ) -> Result<Vec<u8>, CryptoError> {
        no_key(cipher, slot)
    }

    /// The moment, in seconds since 1970 (UTC): what a signature in headers says of its own
    /// moment, and what that is held against. `None` where there is no clock: nothing that says
    /// its moment is then written or believed.
    fn now_s(&self) -> Option<i64> {
        None
    }

    /// Sixteen bytes that nobody can guess, new at each call; `None` where there is no source of
    /// them, and nothing that needs a nonce is then written.
    fn nonce(&self) -> Option<[u8; 16]> {
        None
    }

    /// The name by which both sides know the bank's key of `slot`, as the deployment gives it;
    /// `None` where it gives none, and nothing that names its key is then written or believed.
    fn key_name(&self, _slot: &str) -> Option<String> {
        None
    }

    /// Whether `name` is that of the bank's key of `slot`.
    fn knows_key(&self, slot: &str, name: &str) -> bool {
        self.key_name(slot).is_some_and(|own| own == name)
    }

    /// Whether a moment, in seconds since 1970, is at most `within_s` from now, either way.
    fn is_fresh(&self, moment_s: i64, within_s: u32) -> bool {
        let now = self.now_s();
        now.is_some_and(|now| now.abs_diff(moment_s) <= u64::from(within_s))
    }
}

fn no_key<T>(cipher: &str, slot: &str) -> Result<T, CryptoError> {
    Err(CryptoError::NoKey {
        algorithm: cipher.to_owned(),
        slot: slot.to_owned(),
    })
}

/// A body in a digital envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enveloped {
    /// The key of the body, sealed.
    pub key: Vec<u8>,
    /// The body, sealed.
    pub body: Vec<u8>,
}

/// Keys as of another moment: a message that was stored is held against the moment at which it
/// came.
pub struct AsOf<'a> {
    keys: &'a dyn Crypto,
    moment_s: i64,
}

impl<'a> AsOf<'a> {
    /// The keys at `moment_s`, in seconds since 1970 (UTC).
    #[must_use]
    pub fn new(keys: &'a dyn Crypto, moment_s: i64) -> Self {
        Self { keys, moment_s }
    }
}

impl Crypto for AsOf<'_> {
    fn sign(&self, algorithm: &str, slot: &str, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.keys.sign(algorithm, slot, message)
    }

    fn verify(
        &self,
        algorithm: &str,
        slot: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        self.keys.verify(algorithm, slot, message, signature)
    }

    fn encrypt(&self, cipher: &str, slot: &str, plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.keys.encrypt(cipher, slot, plain)
    }

    fn decrypt(&self, cipher: &str, slot: &str, sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.keys.decrypt(cipher, slot, sealed)
    }

    fn seal_envelope(
        &self,
        cipher: &str,
        slot: &str,
        plain: &[u8],
    ) -> Result<Enveloped, CryptoError> {
        self.keys.seal_envelope(cipher, slot, plain)
    }

    fn open_envelope(
        &self,
        cipher: &str,
        slot: &str,
        sealed: &Enveloped,
    ) -> Result<Vec<u8>, CryptoError> {
        self.keys.open_envelope(cipher, slot, sealed)
    }

    fn now_s(&self) -> Option<i64> {
        Some(self.moment_s)
    }

    fn nonce(&self) -> Option<[u8; 16]> {
        self.keys.nonce()
    }

    fn key_name(&self, slot: &str) -> Option<String> {
        self.keys.key_name(slot)
    }

    fn knows_key(&self, slot: &str, name: &str) -> bool {
        self.keys.knows_key(slot, name)
    }
}

/// Why a signature or cipher did not work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CryptoError {
    /// No key of that slot or no such algorithm.
    #[error("no {algorithm} key in slot {slot}")]
    NoKey {
        /// Name of the algorithm.
        algorithm: String,
        /// Name of the slot.
        slot: String,
    },
    /// The signature does not verify.
    #[error("the signature does not verify")]
    BadSignature,
    /// The sealed text can't be opened.
    #[error("the sealed body can't be opened")]
    BadCipherText,
}
