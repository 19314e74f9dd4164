//! A sandbox bank's SFTP server, in-process: uploads become files in the bank's folder, and what
//! the bank gives out is asked of it at the moment when it is opened.

mod files;

use super::{SandboxError, Teller};
use crate::configuration::connection::EndpointSftp;
use files::Files;
use russh::keys::ssh_key::LineEnding;
use russh::keys::ssh_key::private::{Ed25519Keypair, KeypairData};
use russh::keys::{HashAlg, PrivateKey, PublicKey};
use russh::server::{Auth, ChannelOpenHandle, Config, Handler, Msg, Session, VerifiedPublicKey};
use russh::{Channel, ChannelId};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// The gateway's name at every sandbox bank.
const USER: &str = "anxin";

/// A server with its keys, not yet listening.
pub struct Server {
    config: Arc<Config>,
    ours: PublicKey,
    root: PathBuf,
    /// What the gateway's configuration needs; `address` is filled in once it listens.
    pub endpoint: EndpointSftp,
}

impl Server {
    /// Makes the keys of both sides; the gateway's private one goes into `key_file`.
    ///
    /// # Errors
    /// No randomness, or a file that can't be written.
    pub fn make(root: &Path, key_file: PathBuf, address: SocketAddr) -> Result<Self, SandboxError> {
        let (host, client) = (key_pair()?, key_pair()?);
        let text = client.to_openssh(LineEnding::LF).map_err(broken)?;
        crate::command::write_private(&key_file, text.as_bytes()).map_err(SandboxError::Folder)?;
        let host_keys = vec![host.public_key().fingerprint(HashAlg::Sha256).to_string()];
        let config = Config {
            keys: vec![host],
            // Nobody guesses keys on loopback.
            auth_rejection_time: Duration::ZERO,
            ..Config::default()
        };
        Ok(Self {
            config: Arc::new(config),
            ours: client.public_key().clone(),
            root: root.to_owned(),
            endpoint: EndpointSftp {
                address,
                user: USER.to_owned(),
                key_file,
                host_keys,
                root: String::new(),
            },
        })
    }

    /// Serves until the task is ended.
    pub async fn serve(self, listener: TcpListener, teller: Arc<Teller>) {
        let mut open = tokio::task::JoinSet::new();
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                tokio::task::yield_now().await;
                continue;
            };
            let guest = Guest {
                ours: self.ours.clone(),
                files: Some(Files::new(&self.root, Arc::clone(&teller))),
                channels: HashMap::new(),
            };
            let config = Arc::clone(&self.config);
            open.spawn(async move {
                // A caller that breaks off is its own affair.
                if let Ok(session) = russh::server::run_stream(config, stream, guest).await {
                    let _ = session.await;
                }
            });
            while open.try_join_next().is_some() {}
        }
    }
}

fn broken<E>(_: E) -> SandboxError {
    SandboxError::Folder(std::io::Error::other("the keys for SFTP can't be made"))
}

fn key_pair() -> Result<PrivateKey, SandboxError> {
    use ring::rand::SecureRandom as _;
    let mut seed = zeroize::Zeroizing::new([0; 32]);
    let random = ring::rand::SystemRandom::new();
    random.fill(seed.as_mut_slice()).map_err(broken)?;
    let pair = KeypairData::from(Ed25519Keypair::from_seed(&seed));
    PrivateKey::new(pair, "").map_err(broken)
}

/// One connection.
struct Guest {
    ours: PublicKey,
    files: Option<Files>,
    channels: HashMap<ChannelId, Channel<Msg>>,
}

impl Handler for Guest {
    type Error = russh::Error;

    async fn auth_publickey(
        &mut self,
        user: &str,
        key: VerifiedPublicKey<'_>,
    ) -> Result<Auth, Self::Error> {
        let known = user == USER && key.public_key.key_data() == self.ours.key_data();
        Ok(if known { Auth::Accept } else { Auth::reject() })
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Self::Error> {
        self.channels.insert(channel.id(), channel);
        reply.accept().await;
        Ok(())
    }

    async fn subsystem_request(
        &mut self,
        id: ChannelId,
        name: &str,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        let channel = self.channels.remove(&id).filter(|_| name == "sftp");
        match (channel, self.files.take()) {
            (Some(channel), Some(files)) => {
                session.channel_success(id)?;
                russh_sftp::server::run(channel.into_stream(), files).await;
            }
            (Some(_) | None, _) => session.channel_failure(id)?,
        }
        Ok(())
    }
}
