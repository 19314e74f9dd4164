//! Why a message did not come through, and what is certain about it.

use std::error::Error;
use std::fmt;

use adapters::exchange::Outgoing;

/// What is known about a message that failed. Retry reads this and nothing else. That a bank
/// refuses a payment is never known here: it is read from the bank's own answer (decision 011).
///
/// It speaks of this message alone. Where an earlier message of the same conversation already
/// instructed the bank, the conversation is perhaps sent whatever a later poll says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// No byte of an instruction left, or the bank's front sent it back unread, by a status that
    /// means so in writing (decision 011): it may be sent again.
    NotSent,
    /// A byte may have left: ask, never send again.
    MaybeSent,
}

impl Certainty {
    /// Stable name for logs, metrics and records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotSent => "not_sent",
            Self::MaybeSent => "maybe_sent",
        }
    }
}

impl fmt::Display for Certainty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SendErrorKind {
    /// The connection has no endpoint for this kind of message.
    NoEndpoint,
    /// The message can't travel this way: a name, path or header that we refuse to send.
    Message,
    /// The peer could not be reached.
    Connect,
    /// The TLS handshake failed.
    Tls,
    /// The server's host key is none of those that are pinned.
    HostKey,
    /// The server did not take our key, or has no SFTP for us.
    SignIn,
    /// Writing failed.
    Write,
    /// Reading the reply failed, or it ended early.
    Read,
    /// The reply's length field or ending is not what the frame demands.
    Frame,
    /// The reply, or the folder's content, is larger than allowed.
    TooLarge,
    /// Time ran out.
    TimeOut,
    /// The peer answered with an HTTP status that is not a success.
    HttpStatus(u16),
    /// Too many messages to this bank were waiting already.
    Limit,
    /// The folder refused the file.
    Folder,
    /// A file of the same name with other content is there.
    Collision,
    /// What was read back is not what was written.
    ReadBack,
    /// A defect of ours.
    Defect,
}

impl SendErrorKind {
    /// Stable name for logs and metrics, without numbers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoEndpoint => "no_endpoint",
            Self::Message => "message",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::HostKey => "host_key",
            Self::SignIn => "sign_in",
            Self::Write => "write",
            Self::Read => "read",
            Self::Frame => "frame",
            Self::TooLarge => "too_large",
            Self::TimeOut => "time_out",
            Self::HttpStatus(_) => "http_status",
            Self::Limit => "limit",
            Self::Folder => "folder",
            Self::Collision => "collision",
            Self::ReadBack => "read_back",
            Self::Defect => "defect",
        }
    }
}

impl fmt::Display for SendErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HttpStatus(status) => write!(f, "http_status {status}"),
            Self::NoEndpoint
            | Self::Message
            | Self::Connect
            | Self::Tls
            | Self::HostKey
            | Self::SignIn
            | Self::Write
            | Self::Read
            | Self::Frame
            | Self::TooLarge
            | Self::TimeOut
            | Self::Limit
            | Self::Folder
            | Self::Collision
            | Self::ReadBack
            | Self::Defect => f.write_str(self.as_str()),
        }
    }
}

/// A message that did not come through.
pub struct SendError {
    /// What went wrong.
    pub kind: SendErrorKind,
    /// What is certain about it.
    pub certainty: Certainty,
    /// Name and address of the endpoint, never personal data.
    pub endpoint: String,
    /// What of a reply came before it broke: evidence to be kept (INVARIANTS M8), never printed.
    pub received: Vec<u8>,
    /// The cause.
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl SendError {
    /// An error of which it is certain that nothing was instructed.
    #[must_use]
    pub fn not_sent(kind: SendErrorKind, endpoint: &str) -> Self {
        Self {
            kind,
            certainty: Certainty::NotSent,
            endpoint: endpoint.to_owned(),
            received: Vec::new(),
            source: None,
        }
    }

    /// An error after a byte of `out` may have left: `MaybeSent` where `out` instructs, else
    /// `NotSent`, because nothing was instructed.
    #[must_use]
    pub fn after_bytes(kind: SendErrorKind, endpoint: &str, out: &Outgoing) -> Self {
        let certainty = if out.instructs {
            Certainty::MaybeSent
        } else {
            Certainty::NotSent
        };
        Self {
            certainty,
            ..Self::not_sent(kind, endpoint)
        }
    }

    /// The same error with its cause.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The same error with what had been received.
    #[must_use]
    pub fn with_received(mut self, received: Vec<u8>) -> Self {
        self.received = received;
        self
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {}", self.kind, self.endpoint, self.certainty)
    }
}

impl fmt::Debug for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendError")
            .field("kind", &self.kind)
            .field("certainty", &self.certainty)
            .field("endpoint", &self.endpoint)
            .field("received_bytes", &self.received.len())
            .field("source", &self.source)
            .finish()
    }
}

impl Error for SendError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.source {
            Some(source) => Some(source.as_ref()),
            None => None,
        }
    }
}
