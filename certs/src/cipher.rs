//! Ciphers: SM4 for the bodies of banks that demand it, AES-256-GCM for data at rest.

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt as _, BlockCipherEncrypt as _};
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyInit as _, KeyIvInit as _};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sm4::Sm4;
use zeroize::Zeroizing;

/// Length of an AES-256-GCM tag in bytes.
pub const TAG_BYTES: usize = 16;

/// Why a cipher gave no result. Deliberately without detail: padding or tag, a caller can't
/// tell, so it can't become an oracle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CipherError {
    /// The bytes were not made with this key, nonce and associated data, or were changed.
    #[error("the sealed bytes do not open with this key")]
    NotAuthentic,
    /// The plain text is longer than the cipher allows under one nonce (AES-GCM: 64 GiB) or the
    /// key holds (RSA).
    #[error("the plain text is too long for one sealing")]
    TooLong,
}

/// SM4-CBC with PKCS#7 padding (GB/T 32907, GB/T 17964). Always longer than the plain text.
/// The result is not authenticated: banks sign it besides.
#[must_use]
pub fn sm4_cbc_encrypt(key: &[u8; 16], iv: &[u8; 16], plain: &[u8]) -> Vec<u8> {
    cbc::Encryptor::<Sm4>::new(key.into(), iv.into()).encrypt_padded_vec::<Pkcs7>(plain)
}

/// Reverses [`sm4_cbc_encrypt`]. Check the bank's signature first: a wrong padding is an error
/// here, and nothing else about the text is proved.
///
/// # Errors
/// [`CipherError::NotAuthentic`] for a length that is no multiple of 16 or a wrong padding.
pub fn sm4_cbc_decrypt(
    key: &[u8; 16],
    iv: &[u8; 16],
    sealed: &[u8],
) -> Result<Vec<u8>, CipherError> {
    cbc::Decryptor::<Sm4>::new(key.into(), iv.into())
        .decrypt_padded_vec::<Pkcs7>(sealed)
        .map_err(|_| CipherError::NotAuthentic)
}

/// SM4-ECB with PKCS#7 padding (GB/T 32907, GB/T 17964). Always longer than the plain text.
/// Equal blocks stay equal: for bodies of banks that demand it, under a key made afresh for each.
#[must_use]
pub fn sm4_ecb_encrypt(key: &[u8; 16], plain: &[u8]) -> Vec<u8> {
    let cipher = Sm4::new(key.into());
    let (blocks, rest) = plain.as_chunks::<16>();
    // What is missing to a whole block, which is a whole one where nothing is.
    let missing = (rest.len()..16).fold(0_u8, |missing, _| missing + 1);
    let mut last = [missing; 16];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    let mut sealed = Vec::with_capacity(plain.len() + 16);
    for block in blocks.iter().chain([&last]) {
        let mut block = (*block).into();
        cipher.encrypt_block(&mut block);
        sealed.extend_from_slice(&block);
    }
    sealed
}

/// Reverses [`sm4_ecb_encrypt`]. Check the bank's signature as well: a wrong padding is an error
/// here, and nothing else about the text is proved.
///
/// # Errors
/// [`CipherError::NotAuthentic`] for a length that is no multiple of 16 or a wrong padding.
pub fn sm4_ecb_decrypt(key: &[u8; 16], sealed: &[u8]) -> Result<Vec<u8>, CipherError> {
    let cipher = Sm4::new(key.into());
    let (blocks, []) = sealed.as_chunks::<16>() else {
        return Err(CipherError::NotAuthentic);
    };
    let mut plain = Vec::with_capacity(sealed.len());
    for block in blocks {
        let mut block = (*block).into();
        cipher.decrypt_block(&mut block);
        plain.extend_from_slice(&block);
    }
    let missing = plain.last().copied().unwrap_or_default();
    let body = plain.len().checked_sub(usize::from(missing));
    let body = body.filter(|_| (1..=16).contains(&missing));
    let body = body.ok_or(CipherError::NotAuthentic)?;
    let padding = plain.split_off(body);
    match padding.iter().all(|byte| *byte == missing) {
        true => Ok(plain),
        false => Err(CipherError::NotAuthentic),
    }
}

/// An AES-256-GCM key. The bytes it was made from are wiped; ring keeps the expanded key.
///
/// A nonce must never serve twice under one key: that reveals both texts and the
/// authentication key. Callers count them or bind them to a journal position.
pub struct Aead {
    key: LessSafeKey,
}

impl Aead {
    /// Takes the key bytes and wipes them.
    #[must_use]
    pub fn new(key: impl Into<Zeroizing<[u8; 32]>>) -> Self {
        let bytes = key.into();
        // ring refuses a wrong length only, and the type fixes the length.
        let Ok(key) = UnboundKey::new(&AES_256_GCM, &*bytes) else {
            std::process::abort()
        };
        Self {
            key: LessSafeKey::new(key),
        }
    }

    /// Seals `plain`: ciphertext followed by a tag of [`TAG_BYTES`]. `aad` is bound, not sent.
    /// Ends the process above 64 GiB, a thousand times what any door of the gateway lets in;
    /// where a length comes from outside unchecked, use [`Aead::seal_in_place`].
    #[must_use]
    pub fn seal(&self, nonce: [u8; 12], aad: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut buffer = Vec::with_capacity(plain.len() + TAG_BYTES);
        buffer.extend_from_slice(plain);
        if self.seal_in_place(nonce, aad, &mut buffer).is_err() {
            std::process::abort();
        }
        buffer
    }

    /// Seals the buffer in place and appends the tag.
    ///
    /// # Errors
    /// [`CipherError::TooLong`] above 64 GiB; the buffer's content is then not to be used.
    pub fn seal_in_place(
        &self,
        nonce: [u8; 12],
        aad: &[u8],
        buffer: &mut Vec<u8>,
    ) -> Result<(), CipherError> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.key
            .seal_in_place_append_tag(nonce, Aad::from(aad), buffer)
            .map_err(|_| CipherError::TooLong)
    }

    /// Opens what [`Aead::seal`] made.
    ///
    /// # Errors
    /// [`CipherError::NotAuthentic`] for another key, nonce, `aad`, or any changed byte.
    pub fn open(&self, nonce: [u8; 12], aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CipherError> {
        let mut buffer = sealed.to_vec();
        let length = self.open_in_place(nonce, aad, &mut buffer)?.len();
        buffer.truncate(length);
        Ok(buffer)
    }

    /// Opens in place; the plain text is the front of the buffer.
    ///
    /// # Errors
    /// [`CipherError::NotAuthentic`]; ring has then overwritten the buffer.
    pub fn open_in_place<'a>(
        &self,
        nonce: [u8; 12],
        aad: &[u8],
        buffer: &'a mut [u8],
    ) -> Result<&'a mut [u8], CipherError> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.key
            .open_in_place(nonce, Aad::from(aad), buffer)
            .map_err(|_| CipherError::NotAuthentic)
    }
}

impl std::fmt::Debug for Aead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Aead(hidden)")
    }
}
