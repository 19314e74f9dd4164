//! One bank's connection: where it is, how long to wait, under whose exception it runs.
//! Deployment, not protocol: how the bank speaks is in its adapter.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use schemas::BankCode;
use serde::{Deserialize, Deserializer};
use time::Date;

use super::value;

/// `config/connections/<anything>.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    /// The bank.
    #[serde(deserialize_with = "value::bank")]
    pub bank: BankCode,
    /// By name: `main` for TCP, `main`, `sign` … as the dialect calls them for HTTP, `drop` for
    /// files out, `collect` for files in.
    pub endpoints: BTreeMap<String, Endpoint>,
    /// Numbers of the deployment that the dialect puts into messages (customer number, operator).
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// Passwords among those numbers, by name: names in the key store, never the values.
    #[serde(default)]
    pub secrets: BTreeMap<String, String>,
    /// Key id by slot of the dialect (`signing`, `encryption`): names in the key store, never keys.
    #[serde(default)]
    pub keys: BTreeMap<String, String>,
    /// Waiting and sizes.
    #[serde(default)]
    pub limits: ConnectionLimits,
    /// Exceptions from the production profile's demands.
    #[serde(default)]
    pub admission: Admission,
}

impl Connection {
    /// Makes relative paths begin at `folder`.
    pub(super) fn complete(&mut self, folder: &Path) {
        for endpoint in self.endpoints.values_mut() {
            match endpoint {
                Endpoint::Folder { path } => *path = folder.join(&*path),
                Endpoint::Sftp(server) => server.key_file = folder.join(&server.key_file),
                Endpoint::Tcp { tls, .. } | Endpoint::Http { tls, .. } => {
                    let Some(tls) = tls else { continue };
                    tls.ca_file = folder.join(&tls.ca_file);
                    let others = tls.crl_files.iter_mut();
                    let others = others.chain(&mut tls.chain_file).chain(&mut tls.key_file);
                    for path in others {
                        *path = folder.join(&*path);
                    }
                }
            }
        }
    }
}

/// Where a kind of message goes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "transport", rename_all = "lowercase", deny_unknown_fields)]
pub enum Endpoint {
    /// TCP, framed by the dialect.
    Tcp {
        /// IP address and port. No host name: what is looked up can be changed by others.
        address: SocketAddr,
        /// TLS; absent for a plain connection.
        tls: Option<EndpointTls>,
    },
    /// HTTP/1.1 POST.
    Http {
        /// IP address and port.
        address: SocketAddr,
        /// TLS; absent for a plain connection.
        tls: Option<EndpointTls>,
        /// Value of `Host`; the address where absent.
        #[serde(default)]
        host: String,
        /// Put before each path.
        #[serde(default, deserialize_with = "path_prefix")]
        path_prefix: String,
        /// Statuses by which this bank, in writing, refuses without having processed: of 401,
        /// 403, 404, 405, 413, 415 only (decision 011).
        #[serde(default, deserialize_with = "refusing_statuses")]
        refusing_statuses: Vec<u16>,
    },
    /// A folder of ours that the bank's program empties or fills.
    Folder {
        /// The folder; made with mode 0700 where it is not there.
        path: PathBuf,
    },
    /// Files into a folder at the bank, over SFTP.
    Sftp(EndpointSftp),
}

/// A bank's SFTP server.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndpointSftp {
    /// IP address and port. No host name: what is looked up can be changed by others.
    pub address: SocketAddr,
    /// Our name at the server.
    pub user: String,
    /// Our private key without a passphrase, Ed25519 or ECDSA, mode 0600. Read at the start.
    pub key_file: PathBuf,
    /// Fingerprints of the server's host keys as the bank gave them, `SHA256:…` as
    /// `ssh-keygen -l` prints them; at least one. No other server is spoken to.
    #[serde(deserialize_with = "host_keys")]
    pub host_keys: Vec<String>,
    /// The folder below which everything stands; where the server puts us when left out.
    #[serde(default, deserialize_with = "path_prefix")]
    pub root: String,
}

/// TLS towards a bank.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndpointTls {
    /// Name that the bank's certificate must carry (DNS name or IP address).
    pub server_name: String,
    /// PEM file of the authority that the bank's certificate must come from.
    pub ca_file: PathBuf,
    /// PEM files of that authority's revocation lists.
    #[serde(default)]
    pub crl_files: Vec<PathBuf>,
    /// PEM file of our chain, where the bank asks for one.
    pub chain_file: Option<PathBuf>,
    /// PEM file of our key, mode 0600.
    pub key_file: Option<PathBuf>,
    /// TLS 1.2 with AEAD suites as well, for a bank that has no 1.3.
    #[serde(default)]
    pub allow_tls12: bool,
}

/// Waiting and sizes of one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConnectionLimits {
    /// Connecting and the TLS handshake, in milliseconds. 5,000.
    #[serde(deserialize_with = "wait_ms")]
    pub connect_wait_ms: u64,
    /// Writing and the whole reply, in milliseconds. 60,000.
    #[serde(deserialize_with = "wait_ms")]
    pub reply_wait_ms: u64,
    /// Largest reply or collected file, in bytes; at most 63 MiB, which one record of the journal
    /// takes. 63 MiB.
    #[serde(deserialize_with = "reply_bytes")]
    pub reply_bytes_max: u64,
    /// Messages under way at once. 2.
    #[serde(deserialize_with = "places")]
    pub under_way_max: u64,
    /// Messages that may wait for one of those places. 256.
    #[serde(deserialize_with = "places")]
    pub waiting_max: u64,
    /// Least time between the beginnings of two messages, in milliseconds. 0. It is waited for
    /// before the last look at what a message pays.
    #[serde(deserialize_with = "interval_ms")]
    pub interval_ms: u64,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            connect_wait_ms: 5_000,
            reply_wait_ms: 60_000,
            reply_bytes_max: value::MESSAGE_BYTES_MAX,
            under_way_max: 2,
            waiting_max: 256,
            interval_ms: 0,
        }
    }
}

impl ConnectionLimits {
    /// Limit over one whole message, with time for the finer limits to speak first.
    #[must_use]
    pub fn total_wait(&self) -> Duration {
        let inner = self.connect_wait_ms.saturating_add(self.reply_wait_ms);
        Duration::from_millis(inner.saturating_add(1_000))
    }
}

/// Why a bank that is not certified may run in production.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Admission {
    /// Each signed by an operator and for a time.
    #[serde(default)]
    pub exceptions: Vec<EvidenceException>,
}

/// An operator's signed word that a bank may run below `certified`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceException {
    /// Name of the operator who signs, as in the certificate.
    pub signer: String,
    /// Why.
    pub reason: String,
    /// Last day on which it holds.
    #[serde(deserialize_with = "value::date")]
    pub expires: Date,
}

/// Statuses that are about the message and the door to which it came, and not about the moment:
/// had a machine in between tried twice, both tries would have met the same (decision 011).
const MAY_REFUSE: [u16; 6] = [401, 403, 404, 405, 413, 415];

fn refusing_statuses<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u16>, D::Error> {
    let statuses = Vec::<u16>::deserialize(deserializer)?;
    match statuses.iter().find(|status| !MAY_REFUSE.contains(status)) {
        None => Ok(statuses),
        Some(_) => Err(serde::de::Error::custom(
            "expected only statuses of 401, 403, 404, 405, 413, 415",
        )),
    }
}

/// SHA-256 in base64 without padding, as OpenSSH prints it.
fn host_keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    use base64::Engine as _;
    let keys = Vec::<String>::deserialize(deserializer)?;
    let is_fingerprint = |text: &String| {
        let digest = text.strip_prefix("SHA256:");
        let digest =
            digest.and_then(|text| base64::prelude::BASE64_STANDARD_NO_PAD.decode(text).ok());
        digest.is_some_and(|digest| digest.len() == 32)
    };
    if keys.is_empty() || !keys.iter().all(is_fingerprint) {
        return Err(serde::de::Error::custom(
            "expected fingerprints such as \"SHA256:…\", at least one",
        ));
    }
    Ok(keys)
}

fn path_prefix<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    value::through(
        deserializer,
        |text| {
            let rooted = text.starts_with('/') && !text.starts_with("//") && !text.ends_with('/');
            let plain = !text.contains(['?', '#', ' ', '\\']) && !text.contains("..");
            if text.is_empty() || (rooted && plain) {
                Ok(text.to_owned())
            } else {
                Err(())
            }
        },
        "a path such as \"/front\", without a slash at its end",
    )
}

fn wait_ms<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    value::within(deserializer, 100..=600_000)
}

fn interval_ms<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    value::within(deserializer, 0..=3_600_000)
}

fn reply_bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    value::within(deserializer, 1_024..=value::MESSAGE_BYTES_MAX)
}

fn places<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    value::within(deserializer, 1..=10_000)
}
