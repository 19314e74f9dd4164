//! The parties and their URIs (INTERFACE section 5).

use std::fmt;
use std::str::FromStr;

/// What every URI begins with.
const PREFIX: &str = "urn:anxin:";
/// The characters of a unified social credit code (GB 32100-2015): no I, O, S, V, Z.
const USCC_ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// A party of the interface. `person` is the login name of a natural person where the
/// certificate is a person's; without it the certificate is a system's.
///
/// The texts are those that the URI carries; [`FromStr`] and the constructors check them. The
/// check character of the USCC is not checked here: the certificate's issuer answers for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// An employer, `urn:anxin:employer:<USCC>[:person:<id>]`.
    Employer {
        /// Unified social credit code: 18 of `0-9A-HJ-NPQRTUWXY`.
        uscc: String,
        /// 1 to 64 of `[A-Za-z0-9._-]`.
        person: Option<String>,
    },
    /// A bank, `urn:anxin:bank:<CODE>`. Banks have no persons here.
    Bank {
        /// 2 to 10 of `[A-Z0-9]`, as in `schemas/codes`.
        code: String,
    },
    /// A labour regulator, `urn:anxin:regulator:<code>[:person:<id>]`.
    Regulator {
        /// GB/T 2260 code, 6 digits: `330000` all of Zhejiang.
        region: String,
        /// 1 to 64 of `[A-Za-z0-9._-]`.
        person: Option<String>,
    },
    /// The gateway's operator, `urn:anxin:operator:<name>[:person:<id>]`.
    Operator {
        /// 1 to 64 of `[A-Za-z0-9._-]`: the organisation.
        name: String,
        /// 1 to 64 of `[A-Za-z0-9._-]`.
        person: Option<String>,
    },
}

/// Which part of a party's URI is wrong. Does not repeat the text, which came from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartyError {
    /// Not `urn:anxin:` and one of employer, bank, regulator, operator, with its parts.
    #[error("not a URI of the form urn:anxin:<role>:<code>[:person:<id>]")]
    Form,
    /// Not 18 characters of GB 32100's alphabet.
    #[error("not a unified social credit code")]
    Uscc,
    /// Not 2 to 10 upper-case letters or digits.
    #[error("not a bank code")]
    Bank,
    /// Not 6 digits.
    #[error("not a GB/T 2260 region code")]
    Region,
    /// Not 1 to 64 of `[A-Za-z0-9._-]`.
    #[error("not a valid name or person id")]
    Name,
}

impl Party {
    /// An employer's system, or one of its persons.
    ///
    /// # Errors
    /// [`PartyError`] for a text that the URI can't carry.
    pub fn employer(uscc: &str, person: Option<&str>) -> Result<Self, PartyError> {
        Ok(Self::Employer {
            uscc: text(uscc, PartyError::Uscc, |bytes| {
                bytes.len() == 18 && bytes.iter().all(|byte| USCC_ALPHABET.contains(byte))
            })?,
            person: person.map(name_text).transpose()?,
        })
    }

    /// A bank.
    ///
    /// # Errors
    /// [`PartyError::Bank`] for a text that is no code.
    pub fn bank(code: &str) -> Result<Self, PartyError> {
        let code = text(code, PartyError::Bank, |bytes| {
            let allowed = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
            (2..=10).contains(&bytes.len()) && bytes.iter().all(allowed)
        })?;
        Ok(Self::Bank { code })
    }

    /// A regulator's system, or one of its persons.
    ///
    /// # Errors
    /// [`PartyError`] for a text that the URI can't carry.
    pub fn regulator(region: &str, person: Option<&str>) -> Result<Self, PartyError> {
        Ok(Self::Regulator {
            region: text(region, PartyError::Region, |bytes| {
                bytes.len() == 6 && bytes.iter().all(u8::is_ascii_digit)
            })?,
            person: person.map(name_text).transpose()?,
        })
    }

    /// An operator.
    ///
    /// # Errors
    /// [`PartyError::Name`] for a text that the URI can't carry.
    pub fn operator(name: &str, person: Option<&str>) -> Result<Self, PartyError> {
        Ok(Self::Operator {
            name: name_text(name)?,
            person: person.map(name_text).transpose()?,
        })
    }

    /// The natural person, if the certificate is a person's. Unique within the organisation only:
    /// to compare persons, compare parties.
    #[must_use]
    pub fn person(&self) -> Option<&str> {
        match self {
            Self::Employer { person, .. }
            | Self::Regulator { person, .. }
            | Self::Operator { person, .. } => person.as_deref(),
            Self::Bank { .. } => None,
        }
    }

    /// The role's word in URIs and records: `employer`, `bank`, `regulator`, `operator`.
    #[must_use]
    pub fn role(&self) -> &'static str {
        match self {
            Self::Employer { .. } => "employer",
            Self::Bank { .. } => "bank",
            Self::Regulator { .. } => "regulator",
            Self::Operator { .. } => "operator",
        }
    }
}

fn text(
    value: &str,
    wrong: PartyError,
    allowed: impl Fn(&[u8]) -> bool,
) -> Result<String, PartyError> {
    if allowed(value.as_bytes()) {
        Ok(value.to_owned())
    } else {
        Err(wrong)
    }
}

fn name_text(value: &str) -> Result<String, PartyError> {
    text(value, PartyError::Name, |bytes| {
        let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
        (1..=64).contains(&bytes.len()) && bytes.iter().all(allowed)
    })
}

impl FromStr for Party {
    type Err = PartyError;

    fn from_str(uri: &str) -> Result<Self, PartyError> {
        let rest = uri.strip_prefix(PREFIX).ok_or(PartyError::Form)?;
        let mut parts = rest.split(':');
        let role = parts.next().ok_or(PartyError::Form)?;
        let code = parts.next().ok_or(PartyError::Form)?;
        let person = match (parts.next(), parts.next(), parts.next()) {
            (None, _, _) => None,
            (Some("person"), Some(person), None) => Some(person),
            _ => return Err(PartyError::Form),
        };
        match (role, person) {
            ("employer", _) => Self::employer(code, person),
            ("regulator", _) => Self::regulator(code, person),
            ("operator", _) => Self::operator(code, person),
            ("bank", None) => Self::bank(code),
            _ => Err(PartyError::Form),
        }
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (code, person) = match self {
            Self::Employer { uscc, person } => (uscc, person),
            Self::Bank { code } => (code, &None),
            Self::Regulator { region, person } => (region, person),
            Self::Operator { name, person } => (name, person),
        };
        write!(f, "{PREFIX}{}:{code}", self.role())?;
        match person {
            Some(person) => write!(f, ":person:{person}"),
            None => Ok(()),
        }
    }
}
