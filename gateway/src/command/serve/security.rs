//! TLS and keys from the installation's files.

mod named;

use super::unusable;
use crate::clock::Clock;
use crate::command::words::{Failure, Words};
use crate::configuration::connection::EndpointTls;
use crate::configuration::{ProfileName, Settings};
use crate::keys::{BankKeys, BodyKey};
use adapters::{BankAdapter, ConnectionValues};
use certs::algorithm::Algorithm;
use certs::body_cipher::{BodyCipher, UnknownBodyCipher};
use certs::development::{DevelopmentPki, PkiError};
use certs::digest::bytes_of_hex;
use certs::random::SystemRandom;
use certs::seal::Opener;
use certs::sign::{KeyId, PublicKey, signer_from_pem};
use certs::tls::{ClientTls, Mode, ServerTls, client_config, server_config, system_clock};
pub use named::{Files, Table};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use time::OffsetDateTime;
use zeroize::Zeroizing;

fn mode(profile: ProfileName) -> Mode {
    match profile {
        ProfileName::Development => Mode::Development,
        ProfileName::Production => Mode::Production,
    }
}

/// TLS of one side, and when it runs out.
pub struct Secured<C> {
    /// What is used.
    pub config: Arc<C>,
    /// The first end of certificate and revocation lists; `None` where no list says.
    pub ends: Option<End>,
}

/// When a file of TLS runs out.
#[derive(Clone, Debug)]
pub struct End {
    /// From when on it holds no more.
    pub at: OffsetDateTime,
    /// The key of the configuration that names it.
    pub key: &'static str,
    /// The file.
    pub file: PathBuf,
}

/// TLS towards callers. Development without files makes an authority in the data folder.
///
/// # Errors
/// Files that can't be used.
pub fn server_tls(
    settings: &Settings,
    clock: &dyn Clock,
) -> Result<Secured<rustls::ServerConfig>, Failure> {
    let Some(named) = &settings.tls else {
        let config = development_tls(settings, clock)?;
        return Ok(Secured { config, ends: None });
    };
    let files = Files {
        table: &Table::of_server(),
        own: Some((&named.chain_file, &named.key_file)),
        authority: ("client_ca_file", &named.client_ca_file),
        lists: &named.crl_files,
    };
    let (read, ends) = files.read()?;
    let lists: Vec<&[u8]> = read.lists.iter().map(|list| list.as_slice()).collect();
    let (chain, key) = read.own.unwrap_or_default();
    let config = server_config(&ServerTls {
        chain_pem: &chain,
        key_pem: &key,
        client_ca_pem: &read.authority,
        crls: &lists,
        mode: mode(settings.profile),
        allow_tls12: false,
        clock: system_clock(),
    });
    let config = config.map_err(|error| files.unusable(&error))?;
    Ok(Secured { config, ends })
}

fn development_tls(
    settings: &Settings,
    clock: &dyn Clock,
) -> Result<Arc<rustls::ServerConfig>, Failure> {
    let folder = settings.places.data.join("pki");
    let made = development_pki(&folder, clock);
    let (pki, server) = made.map_err(|error| unusable(&folder, &error))?;
    tracing::warn!(folder = %folder.display(), "development certificates, not for production");
    server_config(&ServerTls {
        chain_pem: server.certificate_pem.as_bytes(),
        key_pem: server.key_pem.as_bytes(),
        client_ca_pem: pki.ca_pem().as_bytes(),
        crls: &[pki.crl_pem().as_bytes()],
        mode: mode(settings.profile),
        allow_tls12: false,
        clock: system_clock(),
    })
    .map_err(|error| unusable(&folder, &error))
}

fn development_pki(
    folder: &Path,
    clock: &dyn Clock,
) -> Result<(DevelopmentPki, certs::development::IdentityPem), PkiError> {
    let pki = if folder.join("ca.key").exists() {
        let mut pki = DevelopmentPki::load(folder, clock.now())?;
        pki.renew_list()?;
        pki
    } else {
        DevelopmentPki::create(clock.now())?
    };
    pki.write_to(folder)?;
    let server = pki.issue_server(&["localhost", "127.0.0.1", "::1"])?;
    server.write_to(&folder.join("server"), "server")?;
    Ok((pki, server))
}

/// TLS towards one address of a bank; `table` names its files, `protocols` what its channel speaks
/// inside.
///
/// # Errors
/// Files that can't be used.
pub fn bank_tls(
    table: &Table,
    tls: &EndpointTls,
    protocols: &[&[u8]],
    profile: ProfileName,
) -> Result<Secured<rustls::ClientConfig>, Failure> {
    let own = tls.chain_file.as_deref().zip(tls.key_file.as_deref());
    let files = Files {
        table,
        own,
        authority: ("ca_file", &tls.ca_file),
        lists: &tls.crl_files,
    };
    let (read, ends) = files.read()?;
    let lists: Vec<&[u8]> = read.lists.iter().map(|list| list.as_slice()).collect();
    let identity = read.own.as_ref();
    let config = client_config(&ClientTls {
        identity: identity.map(|(chain, key)| (chain.as_slice(), key.as_slice())),
        ca_pem: &read.authority,
        crls: &lists,
        protocols,
        mode: mode(profile),
        allow_tls12: tls.allow_tls12,
        clock: system_clock(),
    });
    let config = config.map_err(|error| files.unusable(&error))?;
    Ok(Secured { config, ends })
}

/// The keys that a bank's adapter asks for, from the folder `keys` beside `gateway.toml`:
/// `<id>.pem` (PKCS#8) for a signature, `<id>.pub.pem` for the bank's, `<id>.sm4` or `<id>.aes192`
/// (hex: the key, and in a second line the vector) for a body. `fields` are the connection's own:
/// an SM2 key may sign as one of them, and the bank then signs as the same; another one may name
/// the bank's key. The clock is set by whoever talks to the bank.
///
/// # Errors
/// A slot without a key id, or a file that can't be used.
pub fn bank_keys(
    adapter: &BankAdapter,
    ids: &BTreeMap<String, String>,
    fields: &ConnectionValues,
    folder: &Path,
) -> Result<BankKeys, Failure> {
    let identity = adapter.sm2_user_id(fields);
    let needs = adapter.key_slots();
    let mut keys = BankKeys {
        key_names: adapter.key_names(fields),
        random: Some(Arc::new(SystemRandom::new())),
        ..BankKeys::default()
    };
    for (algorithm, slot) in needs.signing {
        let id = key_id(adapter, ids, &slot)?;
        let path = folder.join(format!("{id}.pem"));
        let text = read_private(&path)?;
        let parsed = algorithm.parse().map_err(|error| unusable(&path, &error))?;
        let name = KeyId::new(id).map_err(|error| unusable(&path, &error))?;
        let identity = identity.as_deref().filter(|_| parsed == Algorithm::Sm2Sm3);
        let signer = signer_from_pem(parsed, name, &text, identity.map(str::as_bytes));
        let signer = signer.map_err(|error| unusable(&path, &error))?;
        keys.signers.insert(slot, signer);
    }
    for (algorithm, slot) in needs.verifying {
        let path = folder.join(format!("{}.pub.pem", key_id(adapter, ids, &slot)?));
        let text = std::fs::read_to_string(&path).map_err(|error| unusable(&path, &error))?;
        let parsed = algorithm.parse().map_err(|error| unusable(&path, &error))?;
        let identity = identity.as_deref().filter(|_| parsed == Algorithm::Sm2Sm3);
        let key = PublicKey::from_pem(parsed, &text, identity.map(str::as_bytes));
        let key = key.map_err(|error| unusable(&path, &error))?;
        keys.public_keys.insert(slot, key);
    }
    for (_, slot) in needs.opening {
        let path = folder.join(format!("{}.pem", key_id(adapter, ids, &slot)?));
        let opener = Opener::from_pem(&read_private(&path)?);
        let opener = opener.map_err(|error| unusable(&path, &error))?;
        keys.openers.insert(slot, Arc::new(opener));
    }
    for (cipher, slot) in needs.sealing {
        let id = key_id(adapter, ids, &slot)?;
        let unknown = |error: UnknownBodyCipher| unusable(folder, &error);
        let cipher: BodyCipher = cipher.parse().map_err(unknown)?;
        let path = folder.join(format!("{id}.{}", cipher.file_ending()));
        let text = read_private(&path)?;
        let digits = 2 * cipher.key_bytes();
        let wrong = std::io::Error::other(format!("not {digits} hexadecimal digits"));
        let body_key = body_key(cipher, &text).ok_or_else(|| unusable(&path, &wrong))?;
        keys.body_keys.insert(slot, body_key);
    }
    Ok(keys)
}

/// A line with the key, and one with the vector; without a second line it is zeros.
fn body_key(cipher: BodyCipher, text: &str) -> Option<BodyKey> {
    let mut lines = text.lines().map(str::trim);
    let key = Zeroizing::new(bytes_of_hex(lines.next()?)?);
    let iv = match lines.next().unwrap_or_default() {
        "" => [0; 16],
        vector => bytes_of_hex(vector)?.try_into().ok()?,
    };
    let whole = key.len() == cipher.key_bytes() && lines.all(str::is_empty);
    whole.then_some(BodyKey { cipher, key, iv })
}

fn key_id<'a>(
    adapter: &BankAdapter,
    ids: &'a BTreeMap<String, String>,
    slot: &str,
) -> Result<&'a str, Failure> {
    let bank = adapter.code();
    ids.get(slot).map(String::as_str).ok_or_else(|| {
        Failure::usage(
            Words::new(
                format!("{bank} 的连接缺少密钥 {slot}"),
                format!("the connection of {bank} names no key for the slot {slot}"),
            ),
            Words::new(
                "在该行连接文件的 [keys] 中写明密钥编号。",
                "Name the key's id under [keys] in the bank's connection file.",
            ),
        )
    })
}

/// A key's file, which only its owner may read.
pub(super) fn read_private(path: &Path) -> Result<Zeroizing<String>, Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    let wide = |file: &std::fs::Metadata| file.permissions().mode() & 0o077 != 0;
    let checked = std::fs::metadata(path).and_then(|file| match wide(&file) {
        true => Err(std::io::ErrorKind::PermissionDenied.into()),
        false => std::fs::read_to_string(path),
    });
    checked
        .map(Zeroizing::new)
        .map_err(|error| unusable(path, &error))
}
