//! Opening an SFTP session: the server's key first, then ours.

use std::sync::Arc;
use std::time::Duration;

use russh::client::{self, Handle};
use russh::keys::PublicKeyOrCertificate;
use russh::keys::{HashAlg, PrivateKeyWithHashAlg};
use russh_sftp::client::{Config, SftpSession};
use tokio::net::TcpStream;

use super::{Failure, SftpPeer};
use crate::channel::SendErrorKind;

/// A server that proved who it is and took our key.
pub(super) struct Session {
    /// Its files.
    pub(super) files: SftpSession,
    connection: Handle<Pinned>,
}

impl Session {
    /// Says goodbye; what the server makes of it changes nothing.
    pub(super) async fn close(self) {
        let reason = russh::Disconnect::ByApplication;
        let _ = self.connection.disconnect(reason, "", "").await;
    }
}

/// Every failure here is `NotSent`. Each request to the opened session waits at most
/// `reply_wait`.
pub(super) async fn open(peer: &SftpPeer, reply_wait: Duration) -> Result<Session, Failure> {
    let stream = TcpStream::connect(peer.address)
        .await
        .and_then(|stream| stream.set_nodelay(true).map(|()| stream))
        .map_err(|error| (SendErrorKind::Connect, error.into()))?;
    let pinned = Pinned {
        host_keys: peer.host_keys.clone(),
    };
    let config = Arc::new(client::Config::default());
    let connection = client::connect_stream(config, stream, pinned).await;
    let mut connection = connection.map_err(|error| {
        let other_key = matches!(error, russh::Error::UnknownKey);
        let kind = if other_key {
            SendErrorKind::HostKey
        } else {
            SendErrorKind::Connect
        };
        (kind, error.into())
    })?;
    let key = PrivateKeyWithHashAlg::new(Arc::clone(&peer.key), None);
    let signed_in = connection.authenticate_publickey(&peer.user, key).await;
    let broken = |error: russh::Error| -> Failure { (SendErrorKind::SignIn, error.into()) };
    if !signed_in.map_err(broken)?.success() {
        let refused = "the server does not take our user and key";
        return Err((SendErrorKind::SignIn, refused.into()));
    }
    let channel = connection.channel_open_session().await.map_err(broken)?;
    let started = channel.request_subsystem(true, "sftp").await;
    started.map_err(broken)?;
    let config = Config {
        // Whole seconds, and the finer limit around the whole file speaks first.
        request_timeout_secs: reply_wait.as_secs().saturating_add(1),
        ..Config::default()
    };
    let files = SftpSession::new_with_config(channel.into_stream(), config).await;
    let files = files.map_err(|error| (SendErrorKind::SignIn, error.into()))?;
    Ok(Session { files, connection })
}

/// Knows the server by its key alone: no key is learnt, no authority is asked.
pub(super) struct Pinned {
    host_keys: Vec<String>,
}

impl client::Handler for Pinned {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        shown: &PublicKeyOrCertificate,
    ) -> Result<bool, Self::Error> {
        let PublicKeyOrCertificate::PublicKey { key, .. } = shown else {
            return Ok(false);
        };
        let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
        Ok(self.host_keys.contains(&fingerprint))
    }
}
