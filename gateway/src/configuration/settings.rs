//! `gateway.toml`: every option with its default. The reasons stand in `config/gateway.toml`.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;
use time::OffsetDateTime;

use super::profile::ProfileName;
use super::ranges::{
    body_bytes, day_bytes, day_lines, divisor, group, head_bytes, lines, many, message_bytes,
    small_bytes, wait_ms,
};
use super::value;
use crate::api::ApiLimits;
use crate::proof::CheckpointKey;

/// The whole file. Every table and every option may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// What the installation demands of itself.
    pub profile: ProfileName,
    /// Where things lie.
    pub places: Places,
    /// Addresses to listen on.
    pub listen: Listen,
    /// TLS towards callers; absent in development, where an authority is made at the start.
    pub tls: Option<ServerTlsFiles>,
    /// How much a caller may send and hold.
    pub limits: Limits,
    /// How long is waited.
    pub time_outs: TimeOuts,
    /// How records are made durable together.
    pub group_commit: GroupCommit,
    /// Segments of the journal.
    pub journal: JournalSettings,
    /// The key that signs checkpoints of the journal.
    pub checkpoints: CheckpointKey,
    /// Sending and asking.
    pub dispatch: DispatchSettings,
    /// Logs.
    pub logs: LogSettings,
    /// Time for tests and demonstrations; refused by the production profile.
    pub development: DevelopmentSettings,
}

/// Folders and files; relative ones begin at the folder of `gateway.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Places {
    /// Journal, index and locks.
    pub data: PathBuf,
    /// Folder for a witness of how far the journal had come, outside the data folder.
    pub witness: Option<PathBuf>,
    /// The key that opens the data keys; mode 0600. Made at the first start in development.
    pub master_key_file: PathBuf,
    /// One file for each bank.
    pub connections: PathBuf,
    /// Registered payer accounts; mode 0600.
    pub mandates_file: PathBuf,
    /// Who may call what.
    pub roles_file: PathBuf,
    /// Closed and working days beyond the built-in ones.
    pub calendar: PathBuf,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            data: "data".into(),
            witness: None,
            master_key_file: "master.key".into(),
            connections: "connections".into(),
            mandates_file: "mandates.toml".into(),
            roles_file: "roles.toml".into(),
            calendar: "calendar".into(),
        }
    }
}

/// Addresses to listen on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Listen {
    /// For employers, banks and regulators: mutual TLS.
    pub parties: SocketAddr,
    /// For the operator's network: health and metrics.
    pub operator: SocketAddr,
}

impl Default for Listen {
    fn default() -> Self {
        Self {
            parties: SocketAddr::from(([127, 0, 0, 1], 8443)),
            operator: SocketAddr::from(([127, 0, 0, 1], 8444)),
        }
    }
}

/// TLS files of the server, all PEM.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerTlsFiles {
    /// Our chain, own certificate first.
    pub chain_file: PathBuf,
    /// Our key; mode 0600.
    pub key_file: PathBuf,
    /// The authorities of callers.
    pub client_ca_file: PathBuf,
    /// Their revocation lists.
    #[serde(default)]
    pub crl_files: Vec<PathBuf>,
}

/// How much a caller may send and hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Lines of one batch, at least 1,000,000 (INTERFACE section 2).
    #[serde(deserialize_with = "lines")]
    pub lines_max: u64,
    /// Bytes of one uploaded file.
    #[serde(deserialize_with = "body_bytes")]
    pub upload_bytes_max: u64,
    /// Bytes of one message that a bank pushes; at most 63 MiB, which one record of the journal
    /// takes.
    #[serde(deserialize_with = "message_bytes")]
    pub bank_message_bytes_max: u64,
    /// Bytes of any other request body.
    #[serde(deserialize_with = "small_bytes")]
    pub request_bytes_max: u64,
    /// Bytes of uploads and messages that lie in memory at once, over all callers; one party has
    /// half of them. One message of a bank fits in any case.
    #[serde(deserialize_with = "body_bytes")]
    pub buffered_bytes_max: u64,
    /// Bytes of a request's head.
    #[serde(deserialize_with = "head_bytes")]
    pub head_bytes_max: u64,
    /// TLS handshakes at once, which are no connections yet.
    #[serde(deserialize_with = "many")]
    pub handshakes_max: u64,
    /// The same of one address.
    #[serde(deserialize_with = "many")]
    pub address_handshakes_max: u64,
    /// Connections open at once.
    #[serde(deserialize_with = "many")]
    pub connections_max: u64,
    /// Connections open at once of one party.
    #[serde(deserialize_with = "many")]
    pub party_connections_max: u64,
    /// Uploads being worked on at once; one party has half of the places.
    #[serde(deserialize_with = "many")]
    pub uploads_max: u64,
    /// Uploads being received at once.
    #[serde(deserialize_with = "many")]
    pub receptions_max: u64,
    /// Uploads being received at once of one party.
    #[serde(deserialize_with = "many")]
    pub party_receptions_max: u64,
    /// Bytes of one party's uploads that are received and not yet worked off. One upload fits in
    /// any case.
    #[serde(deserialize_with = "body_bytes")]
    pub party_received_bytes_max: u64,
    /// Files of one employer that may come to nothing in a day.
    #[serde(deserialize_with = "many")]
    pub party_refused_uploads_per_day_max: u64,
    /// Bytes that the journal keeps of them.
    #[serde(deserialize_with = "day_bytes")]
    pub party_refused_bytes_per_day_max: u64,
    /// Files of one employer that are accepted in a day.
    #[serde(deserialize_with = "many")]
    pub party_accepted_uploads_per_day_max: u64,
    /// Their lines.
    #[serde(deserialize_with = "day_lines")]
    pub party_accepted_lines_per_day_max: u64,
    /// Their bytes.
    #[serde(deserialize_with = "day_bytes")]
    pub party_accepted_bytes_per_day_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        let api = ApiLimits::default();
        Self {
            lines_max: 1_000_000,
            upload_bytes_max: 512 * 1024 * 1024,
            bank_message_bytes_max: api.message_bytes_max as u64,
            request_bytes_max: api.command_bytes_max as u64,
            buffered_bytes_max: api.buffered_bytes_max as u64,
            head_bytes_max: api.head_bytes_max as u64,
            handshakes_max: api.handshakes_max as u64,
            address_handshakes_max: api.handshakes_per_address_max as u64,
            connections_max: api.connections_max as u64,
            party_connections_max: api.connections_per_party_max as u64,
            uploads_max: api.uploads_max as u64,
            receptions_max: api.receptions_max as u64,
            party_receptions_max: api.receptions_per_party_max as u64,
            party_received_bytes_max: api.received_bytes_per_party_max,
            party_refused_uploads_per_day_max: api.refusals.uploads_max,
            party_refused_bytes_per_day_max: api.refusals.bytes_max,
            party_accepted_uploads_per_day_max: api.acceptances.uploads_max,
            party_accepted_lines_per_day_max: api.acceptances.lines_max,
            party_accepted_bytes_per_day_max: api.acceptances.bytes_max,
        }
    }
}

/// How long is waited, in milliseconds, and how slow a body may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TimeOuts {
    /// For a TLS handshake.
    #[serde(deserialize_with = "wait_ms")]
    pub handshake_wait_ms: u64,
    /// For a request's head.
    #[serde(deserialize_with = "wait_ms")]
    pub head_wait_ms: u64,
    /// Without a byte of the body, without anything of a long answer taken, and without a request
    /// on a connection.
    #[serde(deserialize_with = "wait_ms")]
    pub idle_wait_ms: u64,
    /// Least bytes a second of a body.
    #[serde(deserialize_with = "small_bytes")]
    pub body_bytes_per_second_min: u64,
    /// For work under way when the gateway stops.
    #[serde(deserialize_with = "wait_ms")]
    pub stop_wait_ms: u64,
}

impl Default for TimeOuts {
    fn default() -> Self {
        let api = ApiLimits::default();
        Self {
            handshake_wait_ms: value::milliseconds(api.handshake),
            head_wait_ms: value::milliseconds(api.head),
            idle_wait_ms: value::milliseconds(api.body_idle),
            body_bytes_per_second_min: api.body_bytes_per_second_min,
            stop_wait_ms: value::milliseconds(api.drain),
        }
    }
}

/// How records are made durable together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GroupCommit {
    /// Records in one group at most.
    #[serde(deserialize_with = "group")]
    pub records_max: u64,
    /// Bytes in one group at most.
    #[serde(deserialize_with = "body_bytes")]
    pub bytes_max: u64,
}

impl Default for GroupCommit {
    fn default() -> Self {
        Self {
            records_max: 16_384,
            bytes_max: 8 * 1024 * 1024,
        }
    }
}

/// Which digest chains the journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChainDigest {
    /// SHA-256.
    #[default]
    Sha256,
    /// SM3, GB/T 32905.
    Sm3,
}

/// Segments of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JournalSettings {
    /// Bytes after which a new segment begins.
    #[serde(deserialize_with = "body_bytes")]
    pub segment_bytes_max: u64,
    /// Digest of the chain; fixed when a journal is made.
    pub digest: ChainDigest,
}

impl Default for JournalSettings {
    fn default() -> Self {
        Self {
            segment_bytes_max: 256 * 1024 * 1024,
            digest: ChainDigest::Sha256,
        }
    }
}

/// Sending and asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DispatchSettings {
    /// Before a message that was certainly not sent is tried again; doubled up to 32 times it.
    #[serde(deserialize_with = "wait_ms")]
    pub retry_wait_ms: u64,
    /// Least time between two questions about the same file; the longer of it and the dialect's
    /// own holds.
    #[serde(deserialize_with = "wait_ms")]
    pub query_wait_ms: u64,
    /// Between two looks into a folder; a file is taken when two find it the same.
    #[serde(deserialize_with = "wait_ms")]
    pub collect_wait_ms: u64,
}

impl Default for DispatchSettings {
    fn default() -> Self {
        Self {
            retry_wait_ms: 5_000,
            query_wait_ms: 60_000,
            collect_wait_ms: 10_000,
        }
    }
}

/// How much is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Defects and what needs a person.
    Error,
    /// Also what failed and is dealt with.
    Warn,
    /// Also what happened.
    #[default]
    Info,
    /// Also how.
    Debug,
}

impl LogLevel {
    /// The word of the file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }
}

/// Logs, on the standard error output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogSettings {
    /// How much.
    pub level: LogLevel,
}

/// Time for tests and demonstrations: a bank day whatever the hour outside, and answer limits of
/// hours that pass in seconds. The production profile refuses anything but the defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DevelopmentSettings {
    /// What the business clock shows at the start; it runs on from there. The machine's time
    /// where absent. Certificates live by the machine's time all the same.
    #[serde(deserialize_with = "value::moment")]
    pub clock: Option<OffsetDateTime>,
    /// Divides the waiting times of the adapters.
    #[serde(deserialize_with = "divisor")]
    pub pace_divisor: u64,
}

impl Default for DevelopmentSettings {
    fn default() -> Self {
        Self {
            clock: None,
            pace_divisor: 1,
        }
    }
}
