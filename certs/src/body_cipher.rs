//! The ciphers of message bodies by their names: what a bank agreed on with us.

use crate::cipher::{CipherError, sm4_cbc_decrypt, sm4_cbc_encrypt};
use aes::Aes192;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use std::str::FromStr;

/// A block cipher in CBC with PKCS#7 padding. Nothing that it seals is authenticated: banks sign
/// it besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BodyCipher {
    /// SM4 (GB/T 32907), key of 16 bytes.
    Sm4Cbc,
    /// AES-192 (FIPS 197), key of 24 bytes.
    Aes192Cbc,
}

/// A name that is not in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown body cipher; known are sm4_cbc, aes192_cbc")]
pub struct UnknownBodyCipher;

impl FromStr for BodyCipher {
    type Err = UnknownBodyCipher;

    fn from_str(name: &str) -> Result<Self, UnknownBodyCipher> {
        let mut all = Self::ALL.into_iter();
        all.find(|own| own.as_str() == name)
            .ok_or(UnknownBodyCipher)
    }
}

impl BodyCipher {
    /// Every cipher.
    pub const ALL: [Self; 2] = [Self::Sm4Cbc, Self::Aes192Cbc];

    /// Its name in definitions.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sm4Cbc => "sm4_cbc",
            Self::Aes192Cbc => "aes192_cbc",
        }
    }

    /// Bytes of a key.
    #[must_use]
    pub fn key_bytes(self) -> usize {
        match self {
            Self::Sm4Cbc => 16,
            Self::Aes192Cbc => 24,
        }
    }

    /// Ending of the name of a key's file.
    #[must_use]
    pub fn file_ending(self) -> &'static str {
        match self {
            Self::Sm4Cbc => "sm4",
            Self::Aes192Cbc => "aes192",
        }
    }

    /// Seals a body; always longer than the plain text.
    ///
    /// # Errors
    /// [`CipherError::NotAuthentic`] for a key of another length.
    pub fn encrypt(self, key: &[u8], iv: &[u8; 16], plain: &[u8]) -> Result<Vec<u8>, CipherError> {
        Ok(match self {
            Self::Sm4Cbc => sm4_cbc_encrypt(fixed(key)?, iv, plain),
            Self::Aes192Cbc => cbc::Encryptor::<Aes192>::new(fixed::<24>(key)?.into(), iv.into())
                .encrypt_padded_vec::<Pkcs7>(plain),
        })
    }

    /// Reverses [`BodyCipher::encrypt`]. A wrong padding is an error here, and nothing else about
    /// the text is proved.
    ///
    /// # Errors
    /// [`CipherError::NotAuthentic`] for a key of another length, a length that is no multiple of
    /// 16 or a wrong padding.
    pub fn decrypt(self, key: &[u8], iv: &[u8; 16], sealed: &[u8]) -> Result<Vec<u8>, CipherError> {
        match self {
            Self::Sm4Cbc => sm4_cbc_decrypt(fixed(key)?, iv, sealed),
            Self::Aes192Cbc => cbc::Decryptor::<Aes192>::new(fixed::<24>(key)?.into(), iv.into())
                .decrypt_padded_vec::<Pkcs7>(sealed)
                .map_err(|_| CipherError::NotAuthentic),
        }
    }
}

fn fixed<const N: usize>(key: &[u8]) -> Result<&[u8; N], CipherError> {
    key.try_into().map_err(|_| CipherError::NotAuthentic)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        (0..hex.len()).step_by(2).map(digit).collect()
    }

    /// NIST SP 800-38A, F.2.3 (CBC-AES192.Encrypt): the first two blocks.
    #[test]
    fn aes_192_by_the_published_vector() {
        let key = bytes("8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b");
        let iv: [u8; 16] = bytes("000102030405060708090a0b0c0d0e0f")
            .try_into()
            .unwrap();
        let plain = bytes("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
        let expected = bytes("4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a");
        let cipher: BodyCipher = "aes192_cbc".parse().unwrap();
        let sealed = cipher.encrypt(&key, &iv, &plain).unwrap();
        assert_eq!(sealed[..32], expected);
        assert_eq!(sealed.len(), 48);
        assert_eq!(cipher.decrypt(&key, &iv, &sealed).unwrap(), plain);
    }

    #[test]
    fn a_key_or_text_of_another_length_is_refused() {
        for cipher in BodyCipher::ALL {
            let key = vec![7; cipher.key_bytes()];
            let sealed = cipher.encrypt(&key, &[0; 16], b"text").unwrap();
            assert_eq!(cipher.decrypt(&key, &[0; 16], &sealed).unwrap(), b"text");
            assert!(cipher.encrypt(&key[1..], &[0; 16], b"text").is_err());
            assert!(cipher.decrypt(&key[1..], &[0; 16], &sealed).is_err());
            assert!(cipher.decrypt(&key, &[0; 16], &sealed[1..]).is_err());
            assert!("des".parse::<BodyCipher>().is_err());
        }
    }
}
