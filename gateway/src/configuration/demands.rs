//! What the profile demands of the server, of a connection and of a bank's evidence.

use std::net::IpAddr;
use std::path::Path;

use super::connection::{Connection, Endpoint, EndpointTls};
use super::error::{ConfigurationError, Problem};
use super::file::{Source, at, folder, present, private};
use super::profile::{EvidenceLevel, Profile};
use super::settings::{DevelopmentSettings, Places, Settings};

/// Words in every certificate of the development authority (crate `certs`).
const DEVELOPMENT_MARK: &[u8] = b"DEVELOPMENT CA";

pub(super) fn of_server(
    source: &Source,
    settings: &Settings,
    profile: &Profile,
    errors: &mut Vec<ConfigurationError>,
) {
    if profile.tls_required && settings.development != DevelopmentSettings::default() {
        errors.push(source.problem("[development]", Problem::DevelopmentTime));
    }
    let Some(tls) = &settings.tls else {
        if profile.tls_required {
            errors.push(source.problem("profile", Problem::NoTls));
        }
        return;
    };
    errors.extend(private(&tls.key_file).err());
    errors.extend(present(&tls.chain_file).err());
    for crl in &tls.crl_files {
        errors.extend(present(crl).err());
    }
    if profile.crl_required && tls.crl_files.is_empty() {
        errors.push(source.problem("[tls]", Problem::NoCrl));
    }
    of_authority(&tls.client_ca_file, profile, errors);
    if profile.tls_required {
        errors.extend(private(&settings.places.master_key_file).err());
    }
}

/// In production the key that signs checkpoints is a file of its own, apart from what it signs.
pub(super) fn of_checkpoints(
    source: &Source,
    settings: &Settings,
    profile: &Profile,
    errors: &mut Vec<ConfigurationError>,
) {
    let Some(file) = &settings.checkpoints.file else {
        if profile.checkpoint_key_required {
            errors.push(source.problem("profile", Problem::NoCheckpointKey));
        }
        return;
    };
    if profile.checkpoint_key_required && lies_in(file, &settings.places.data) {
        errors.push(source.problem("[checkpoints]", Problem::CheckpointKeyInside));
    }
    errors.extend(private(file).err());
}

/// The witness outside lies outside, in a folder that is there: an empty one would be made where
/// its volume is missing.
pub(super) fn of_witness(source: &Source, places: &Places, errors: &mut Vec<ConfigurationError>) {
    let Some(witness) = &places.witness else {
        return;
    };
    if lies_in(witness, &places.data) {
        errors.push(source.problem("witness", Problem::WitnessInside));
    }
    errors.extend(folder(witness).err());
}

/// Whether a file lies in a folder, also by another name or through a link.
fn lies_in(file: &Path, folder: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    file.starts_with(folder) || real(file).starts_with(real(folder))
}

fn of_authority(path: &Path, profile: &Profile, errors: &mut Vec<ConfigurationError>) {
    match std::fs::read_to_string(path) {
        Err(error) => errors.push(at(path, Problem::Unreadable(error.kind()))),
        Ok(pem) => {
            if !profile.development_authority_allowed && is_development(&pem) {
                errors.push(at(path, Problem::DevelopmentAuthority));
            }
        }
    }
}

/// Looks for the mark in the certificates themselves; the text around them proves nothing.
fn is_development(pem: &str) -> bool {
    use base64::Engine as _;
    pem.split("-----BEGIN CERTIFICATE-----")
        .skip(1)
        .filter_map(|part| part.split("-----END").next())
        .any(|body| {
            let body: String = body.split_ascii_whitespace().collect();
            base64::engine::general_purpose::STANDARD
                .decode(body)
                .is_ok_and(|der| {
                    der.windows(DEVELOPMENT_MARK.len())
                        .any(|window| window == DEVELOPMENT_MARK)
                })
        })
}

pub(super) fn of_connection(
    source: &Source,
    connection: &Connection,
    profile: &Profile,
    errors: &mut Vec<ConfigurationError>,
) {
    for (name, endpoint) in &connection.endpoints {
        let key = format!("[endpoints.{name}");
        let (address, tls) = match endpoint {
            Endpoint::Folder { .. } => continue,
            Endpoint::Sftp(server) => {
                errors.extend(ssh_key(&server.key_file).err());
                continue;
            }
            Endpoint::Tcp { address, tls } | Endpoint::Http { address, tls, .. } => (address, tls),
        };
        match tls {
            None if !profile.plain_public_allowed && !is_inside(address.ip()) => {
                errors.push(source.problem(&key, Problem::Plain));
            }
            None => {}
            Some(tls) => of_endpoint_tls(source, &key, tls, profile, errors),
        }
    }
    for (nth, exception) in connection.admission.exceptions.iter().enumerate() {
        if exception.signer.trim().is_empty() || exception.reason.trim().is_empty() {
            let key = "[[admission.exceptions]]";
            errors.push(source.nth_problem(key, nth, Problem::ExceptionUnsigned));
        }
    }
}

fn of_endpoint_tls(
    source: &Source,
    key: &str,
    tls: &EndpointTls,
    profile: &Profile,
    errors: &mut Vec<ConfigurationError>,
) {
    of_authority(&tls.ca_file, profile, errors);
    if profile.crl_required && tls.crl_files.is_empty() {
        errors.push(source.problem(key, Problem::NoCrl));
    }
    if tls.chain_file.is_some() != tls.key_file.is_some() {
        errors.push(source.problem(key, Problem::HalfIdentity));
    }
    for crl in tls.crl_files.iter().chain(&tls.chain_file) {
        errors.extend(present(crl).err());
    }
    if let Some(path) = &tls.key_file {
        errors.extend(private(path).err());
    }
}

/// That our key for SFTP is there, for us alone, and one.
fn ssh_key(path: &Path) -> Result<(), ConfigurationError> {
    private(path)?;
    match crate::channel::private_key(path) {
        Ok(_) => Ok(()),
        Err(_) => Err(at(path, Problem::SshKey)),
    }
}

/// The same room or the same private network.
fn is_inside(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private(),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.is_loopback() || v4.is_private(),
            None => v6.is_loopback() || v6.is_unique_local(),
        },
    }
}

pub(super) fn of_evidence(
    source: &Source,
    connection: &Connection,
    level: EvidenceLevel,
    min: EvidenceLevel,
    today: time::Date,
) -> Vec<ConfigurationError> {
    if level >= min {
        return Vec::new();
    }
    let exceptions = &connection.admission.exceptions;
    if exceptions
        .iter()
        .any(|exception| exception.expires >= today)
    {
        return Vec::new();
    }
    let key = "[[admission.exceptions]]";
    let ended = |(nth, exception): (usize, &super::EvidenceException)| {
        source.nth_problem(key, nth, Problem::ExceptionExpired(exception.expires))
    };
    let mut errors: Vec<ConfigurationError> = exceptions.iter().enumerate().map(ended).collect();
    let problem = Problem::Evidence {
        bank: connection.bank,
        level: level.as_str(),
    };
    errors.push(source.problem("bank", problem));
    errors
}
