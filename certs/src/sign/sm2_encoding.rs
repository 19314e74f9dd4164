//! The two forms in which banks carry an SM2 signature.

use crate::der;

/// The order of SM2's group (GM/T 0003.5-2012), big-endian.
const ORDER: [u8; 32] = [
    0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0x72, 0x03, 0xDF, 0x6B, 0x21, 0xC6, 0x05, 0x2B, 0x53, 0xBB, 0xF4, 0x09, 0x39, 0xD5, 0x41, 0x23,
];

/// How a bank writes an SM2 signature; its definition says which, nothing is guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sm2Encoding {
    /// `SEQUENCE { r INTEGER, s INTEGER }` (GM/T 0009-2012 section 7.3).
    Der,
    /// `r ‖ s`, 32 bytes each, as CMB's interface has it.
    RawRs,
}

/// Why bytes are not an SM2 signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Sm2EncodingError {
    /// Neither 64 bytes nor the one DER form, whichever was asked for.
    #[error("not the stated form of an SM2 signature")]
    Form,
    /// r or s is zero, or not below the group's order.
    #[error("r or s of the SM2 signature is out of range")]
    Range,
}

impl Sm2Encoding {
    /// Reads a signature in this form into `r ‖ s`, which [`super::PublicKey::verify`] takes.
    ///
    /// # Errors
    /// [`Sm2EncodingError`]: the form is not exact, or a number is out of range.
    pub fn decode(self, bytes: &[u8]) -> Result<[u8; 64], Sm2EncodingError> {
        match self {
            Self::RawRs => {
                let (r, s) = bytes.split_at_checked(32).ok_or(Sm2EncodingError::Form)?;
                if s.len() != 32 {
                    return Err(Sm2EncodingError::Form);
                }
                Self::join(r, s)
            }
            Self::Der => {
                let (r, s) = parts_of_der(bytes).ok_or(Sm2EncodingError::Form)?;
                Self::join(r, s)
            }
        }
    }

    /// Writes `r ‖ s`, as a [`super::Signer`] returns it, in this form.
    ///
    /// # Errors
    /// [`Sm2EncodingError`] if the bytes are no signature.
    pub fn encode(self, raw: &[u8]) -> Result<Vec<u8>, Sm2EncodingError> {
        let raw = Self::RawRs.decode(raw)?;
        match self {
            Self::RawRs => Ok(raw.to_vec()),
            Self::Der => {
                let (r, s) = raw.split_at(32);
                let mut content = der::unsigned(r);
                content.extend(der::unsigned(s));
                Ok(der::element(der::SEQUENCE, &content))
            }
        }
    }

    /// Joins the two numbers, each of up to 32 bytes; shorter ones are padded on the left, as
    /// some senders drop leading zeros.
    ///
    /// # Errors
    /// [`Sm2EncodingError::Form`] for a number longer than 32 bytes,
    /// [`Sm2EncodingError::Range`] for one that is zero or not below the order.
    pub fn join(r: &[u8], s: &[u8]) -> Result<[u8; 64], Sm2EncodingError> {
        let mut raw = [0; 64];
        let (left, right) = raw.split_at_mut(32);
        for (target, source) in [(left, r), (right, s)] {
            let pad = 32_usize
                .checked_sub(source.len())
                .ok_or(Sm2EncodingError::Form)?;
            for (to, from) in target.iter_mut().skip(pad).zip(source) {
                *to = *from;
            }
            if target.iter().all(|byte| *byte == 0) || *target >= ORDER[..] {
                return Err(Sm2EncodingError::Range);
            }
        }
        Ok(raw)
    }

    /// The readings of an unpadded `r ‖ s` of 62 to 64 bytes. Where bytes are missing, it is not
    /// written which number lost them, so up to three readings come back; the caller accepts
    /// the one that verifies. Only for a bank whose definition names this habit.
    #[must_use]
    pub fn unpadded_readings(bytes: &[u8]) -> Vec<[u8; 64]> {
        if !(62..=64).contains(&bytes.len()) {
            return Vec::new();
        }
        (bytes.len() - 32..=32)
            .filter_map(|length| bytes.split_at_checked(length))
            .filter_map(|(r, s)| Self::join(r, s).ok())
            .collect()
    }
}

/// The magnitudes of the two integers; strict, without trailing bytes.
fn parts_of_der(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (content, after) = der::split_short(der::SEQUENCE, bytes)?;
    let (r, content) = der::split_short(der::INTEGER, content)?;
    let (s, rest) = der::split_short(der::INTEGER, content)?;
    if after.is_empty() && rest.is_empty() {
        Some((der::magnitude(r)?, der::magnitude(s)?))
    } else {
        None
    }
}
