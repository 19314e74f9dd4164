//! From a bank's connection to its channel.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use adapters::exchange::{Outgoing, Wire};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::sync::watch;

use super::layer::{Guarded, Limited, Metered, Paced, Timed, Traced};
use super::{
    Channel, Collector, DropChannel, HttpChannel, HttpSettings, Peer, SendError, SendErrorKind,
    SftpChannel, SftpPeer, SocketLimits, TcpChannel, private_key,
};
use crate::clock::{BoxFuture, Clock};
use crate::configuration::connection::{Connection, Endpoint, EndpointSftp, EndpointTls};
use crate::telemetry::Metrics;

/// The client configuration that holds for each endpoint with TLS, by the endpoint's name.
pub type TlsDoors = BTreeMap<String, watch::Receiver<Arc<ClientConfig>>>;

/// Why a connection makes no channel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// The endpoint wants TLS and no client configuration was given for it.
    #[error("{endpoint}: no TLS configuration was made")]
    NoTls {
        /// Bank and name of the endpoint.
        endpoint: String,
    },
    /// The server name is neither a DNS name nor an IP address.
    #[error("{endpoint}: the server name is not a name")]
    ServerName {
        /// Bank and name of the endpoint.
        endpoint: String,
    },
    /// The private key for SFTP can't be used.
    #[error("{endpoint}: the private key can't be used")]
    Key {
        /// Bank and name of the endpoint.
        endpoint: String,
    },
}

/// The endpoints of one bank as one channel: each message goes where its wire says.
///
/// TCP goes to the endpoint `main`, HTTP to the one that the message names, files to and from
/// `drop`.
pub struct Endpoints {
    bank: String,
    channels: BTreeMap<String, Box<dyn Channel>>,
}

impl Endpoints {
    /// Channels for all endpoints.
    ///
    /// # Errors
    /// See [`BuildError`].
    pub fn new(connection: &Connection, tls: &TlsDoors) -> Result<Self, BuildError> {
        let bank = connection.bank.as_str().to_owned();
        let limits = SocketLimits {
            connect_wait: Duration::from_millis(connection.limits.connect_wait_ms),
            reply_wait: Duration::from_millis(connection.limits.reply_wait_ms),
            reply_bytes_max: usize::try_from(connection.limits.reply_bytes_max)
                .unwrap_or(usize::MAX),
        };
        let mut channels = BTreeMap::new();
        for (name, endpoint) in &connection.endpoints {
            let label = format!("{bank}/{name}");
            let config = tls.get(name);
            let channel: Box<dyn Channel> = match endpoint {
                Endpoint::Tcp { address, tls } => {
                    let peer = peer(label, *address, tls.as_ref(), config)?;
                    Box::new(TcpChannel::new(peer, limits))
                }
                Endpoint::Http {
                    address,
                    tls,
                    host,
                    path_prefix,
                    refusing_statuses,
                } => {
                    let peer = peer(label, *address, tls.as_ref(), config)?;
                    let settings = HttpSettings {
                        host: host.clone(),
                        path_prefix: path_prefix.clone(),
                        refusing_statuses: refusing_statuses.clone(),
                    };
                    Box::new(HttpChannel::new(peer, limits, settings))
                }
                Endpoint::Folder { path } => {
                    Box::new(DropChannel::new(&label, path, limits.connect_wait))
                }
                Endpoint::Sftp(server) => {
                    Box::new(SftpChannel::new(sftp_peer(label, server)?, limits))
                }
            };
            channels.insert(name.clone(), channel);
        }
        Ok(Self { bank, channels })
    }
}

fn sftp_peer(endpoint: String, server: &EndpointSftp) -> Result<SftpPeer, BuildError> {
    let Ok(key) = private_key(&server.key_file) else {
        return Err(BuildError::Key { endpoint });
    };
    Ok(SftpPeer {
        endpoint,
        address: server.address,
        user: server.user.clone(),
        key: Arc::new(key),
        host_keys: server.host_keys.clone(),
        root: server.root.clone(),
    })
}

fn peer(
    endpoint: String,
    address: std::net::SocketAddr,
    tls: Option<&EndpointTls>,
    config: Option<&watch::Receiver<Arc<ClientConfig>>>,
) -> Result<Peer, BuildError> {
    let tls = match (tls, config) {
        (None, _) => None,
        (Some(_), None) => return Err(BuildError::NoTls { endpoint }),
        (Some(tls), Some(config)) => {
            let Ok(name) = ServerName::try_from(tls.server_name.clone()) else {
                return Err(BuildError::ServerName { endpoint });
            };
            Some((config.clone(), name))
        }
    };
    Ok(Peer {
        endpoint,
        address,
        tls,
    })
}

/// The endpoint to which a message goes.
fn endpoint_of(out: &Outgoing) -> &str {
    match &out.wire {
        Wire::Tcp { .. } => "main",
        Wire::Http { endpoint, .. } => endpoint,
        Wire::Drop { .. } | Wire::Fetch { .. } => "drop",
    }
}

impl Channel for Endpoints {
    fn ready<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, ()> {
        match self.channels.get(endpoint_of(out)) {
            Some(channel) => channel.ready(out),
            // Sending says that there is none.
            None => Box::pin(std::future::ready(())),
        }
    }

    fn send<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, Result<Vec<u8>, SendError>> {
        let name = endpoint_of(out);
        match self.channels.get(name) {
            Some(channel) => channel.send(out),
            None => {
                let endpoint = format!("{}/{name}", self.bank);
                let missing = SendError::not_sent(SendErrorKind::NoEndpoint, &endpoint);
                Box::pin(std::future::ready(Err(missing)))
            }
        }
    }
}

/// The folder where the bank leaves files for us: the endpoint `collect`; `None` without one.
#[must_use]
pub fn collector(connection: &Connection) -> Option<Collector> {
    match connection.endpoints.get("collect") {
        Some(Endpoint::Folder { path }) => {
            Some(Collector::new(path, connection.limits.reply_bytes_max))
        }
        Some(Endpoint::Tcp { .. } | Endpoint::Http { .. } | Endpoint::Sftp(_)) | None => None,
    }
}

/// The channel of one bank with all layers around it, from the inside: a stop for defects, the
/// total time limit, the pace, the limit of messages under way, metrics, the trace.
///
/// # Errors
/// See [`BuildError`].
pub fn build(
    connection: &Connection,
    tls: &TlsDoors,
    clock: &Arc<dyn Clock>,
    metrics: &Arc<Metrics>,
) -> Result<Arc<dyn Channel>, BuildError> {
    let bank = connection.bank;
    let limits = &connection.limits;
    let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let endpoints = Endpoints::new(connection, tls)?;
    let guarded = Guarded::new(endpoints, bank.as_str());
    let timed = Timed::new(guarded, bank.as_str(), limits.total_wait());
    let interval = Duration::from_millis(limits.interval_ms);
    let paced = Paced::new(timed, interval, Arc::clone(clock));
    let limited = Limited::new(
        paced,
        bank.as_str(),
        count(limits.under_way_max),
        count(limits.waiting_max),
    );
    let metered = Metered::new(limited, bank, Arc::clone(metrics));
    Ok(Arc::new(Traced::new(metered, bank, Arc::clone(clock))))
}
