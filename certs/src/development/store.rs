//! The development authority in a folder. Private keys have mode 0600 in folders of mode 0700.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use rcgen::{Issuer, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};
use time::OffsetDateTime;
use x509_parser::prelude::{CertificateRevocationList, FromDer as _, X509Certificate};
use zeroize::Zeroizing;

use super::{AUTHORITY_NAME, DevelopmentPki, IdentityPem, PkiError};

/// The authority's certificate.
const CERTIFICATE: &str = "ca.pem";
/// The authority's private key.
const KEY: &str = "ca.key";
/// The current revocation list.
const LIST: &str = "crl.pem";

impl DevelopmentPki {
    /// Writes the authority into a folder (`ca.pem`, `ca.key`, `crl.pem`), which is made with
    /// mode 0700 if it is missing.
    ///
    /// # Errors
    /// [`PkiError::Exists`] if the folder holds another authority, [`PkiError::Disk`].
    pub fn write_to(&self, folder: &Path) -> Result<(), PkiError> {
        make_folder(folder)?;
        let present = folder.join(CERTIFICATE);
        if present.exists() && read(&present)?.as_slice() != self.authority_pem.as_bytes() {
            return Err(PkiError::Exists);
        }
        write(&folder.join(KEY), self.authority_key_pem.as_bytes(), true)?;
        write(&present, self.authority_pem.as_bytes(), false)?;
        write(&folder.join(LIST), self.crl_pem.as_bytes(), false)
    }

    /// Reads what [`DevelopmentPki::write_to`] wrote. `now` dates what is issued from here on;
    /// the stored list stays until [`DevelopmentPki::revoke`] or [`DevelopmentPki::renew_list`].
    ///
    /// # Errors
    /// [`PkiError::Disk`]; [`PkiError::Stored`] for a damaged file, a key of another authority,
    /// or an authority that is not a development one.
    pub fn load(folder: &Path, now: OffsetDateTime) -> Result<Self, PkiError> {
        let authority_pem = read_text(folder, CERTIFICATE)?;
        let key_pem = read_text(folder, KEY)?;
        let crl_pem = read_text(folder, LIST)?;

        let key = KeyPair::from_pem(&key_pem).map_err(|_| PkiError::Stored(KEY))?;
        let der = CertificateDer::from_pem_slice(authority_pem.as_bytes())
            .map_err(|_| PkiError::Stored(CERTIFICATE))?;
        let (_, certificate) =
            X509Certificate::from_der(&der).map_err(|_| PkiError::Stored(CERTIFICATE))?;
        let mut names = certificate.subject().iter_common_name();
        if !names.any(|name| name.as_str() == Ok(AUTHORITY_NAME)) {
            return Err(PkiError::Stored(CERTIFICATE));
        }
        let point = &certificate.public_key().subject_public_key.data;
        if point.as_ref() != key.public_key_raw() {
            return Err(PkiError::Stored(KEY));
        }
        let authority_not_after = certificate.validity().not_after.to_datetime();
        let (revoked, crl_number) = read_list(&crl_pem).ok_or(PkiError::Stored(LIST))?;
        let issuer =
            Issuer::from_ca_cert_der(&der, key).map_err(|_| PkiError::Stored(CERTIFICATE))?;
        Ok(Self {
            authority_pem: authority_pem.to_string(),
            authority_key_pem: key_pem,
            issuer,
            authority_not_after,
            now,
            revoked,
            crl_number,
            crl_pem: crl_pem.to_string(),
        })
    }
}

impl IdentityPem {
    /// Writes `<name>.pem` and `<name>.key` (mode 0600) into a folder, which is made with mode
    /// 0700 if it is missing.
    ///
    /// # Errors
    /// [`PkiError::Disk`].
    pub fn write_to(&self, folder: &Path, name: &str) -> Result<(), PkiError> {
        make_folder(folder)?;
        write(
            &folder.join(format!("{name}.key")),
            self.key_pem.as_bytes(),
            true,
        )?;
        write(
            &folder.join(format!("{name}.pem")),
            self.certificate_pem.as_bytes(),
            false,
        )
    }
}

/// Serial numbers with times, and the list's number.
type ListContent = (Vec<(Vec<u8>, OffsetDateTime)>, u64);

fn read_list(pem: &str) -> Option<ListContent> {
    let der = CertificateRevocationListDer::from_pem_slice(pem.as_bytes()).ok()?;
    let (_, list) = CertificateRevocationList::from_der(&der).ok()?;
    let revoked = list
        .iter_revoked_certificates()
        .map(|entry| {
            // DER puts a zero byte before a number whose first bit is set.
            let raw = entry.raw_serial();
            let serial = raw.strip_prefix(&[0]).unwrap_or(raw).to_vec();
            (serial, entry.revocation_date.to_datetime())
        })
        .collect();
    let number = list.crl_number()?.to_u64_digits();
    match number.as_slice() {
        [] => Some((revoked, 0)),
        [number] => Some((revoked, *number)),
        _ => None,
    }
}

fn disk(path: &Path, source: std::io::Error) -> PkiError {
    PkiError::Disk {
        path: path.display().to_string(),
        source,
    }
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, PkiError> {
    fs::read(path)
        .map(Zeroizing::new)
        .map_err(|source| disk(path, source))
}

fn read_text(folder: &Path, name: &'static str) -> Result<Zeroizing<String>, PkiError> {
    let bytes = read(&folder.join(name))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| PkiError::Stored(name))?;
    Ok(Zeroizing::new(text.to_owned()))
}

fn make_folder(folder: &Path) -> Result<(), PkiError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|source| disk(folder, source))
}

/// Writes a new file beside the target and renames it, so that no reader sees half a file and
/// a secret one never exists with wider rights, not even where an older file had them.
fn write(path: &Path, bytes: &[u8], secret: bool) -> Result<(), PkiError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let temporary = std::path::PathBuf::from(name);
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(disk(&temporary, error));
        }
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        let mode = if secret { 0o600 } else { 0o644 };
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    }
    options
        .open(&temporary)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .map_err(|source| disk(&temporary, source))?;
    fs::rename(&temporary, path).map_err(|source| disk(path, source))
}
