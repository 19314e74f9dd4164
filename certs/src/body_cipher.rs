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
mod tests;
