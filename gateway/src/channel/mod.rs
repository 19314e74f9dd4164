//! The way to a bank and back: sockets, folders, SFTP, waiting, and the truth about what left.
//!
//! A channel sends one complete message and brings the reply. It knows nothing of wages; what it
//! knows exactly is whether a byte can have left, and that is what [`SendError::certainty`] says;
//! where a bank put it in writing, also that its front sent the message back unread (decision 011).
//! No address comes from a message: all are the operator's (no request forgery, THREATS row 17).
//! Every message travels on a new connection, so a stale one can't make its fate doubtful.

mod collector;
mod drop_folder;
mod endpoints;
mod error;
pub mod frame;
mod http;
pub mod layer;
mod progress;
mod safe_name;
mod sftp;
mod stream;
mod tcp;
mod turn;

pub use collector::{Collected, Collector, CollectorError, FoundFile, Listing, SettledFile};
pub use drop_folder::DropChannel;
pub use endpoints::{BuildError, Endpoints, TlsDoors, build, collector};
pub use error::{Certainty, SendError, SendErrorKind};
pub(crate) use http::named_headers;
pub use http::{HttpChannel, HttpSettings};
pub use safe_name::{NameError, safe_folder, safe_name};
pub use sftp::{SftpChannel, SftpPeer, private_key};
pub use stream::{Peer, SocketLimits};
pub use tcp::TcpChannel;

use crate::clock::BoxFuture;
use adapters::exchange::Outgoing;

/// Sends one message to one bank.
pub trait Channel: Send + Sync {
    /// Ends when `out` may begin: at once, unless the connection has a pace. Whoever sends awaits
    /// this before the last question whether the message may leave at all, so that nothing which
    /// is said in the meantime comes too late. A layer hands it on to its inner channel.
    ///
    /// Nothing of the message leaves here: dropping the future is harmless, and the message that
    /// waited has certainly not been sent.
    fn ready<'a>(&'a self, _out: &'a Outgoing) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }

    /// Sends `out` and brings the reply as it came; empty for a file drop, which has none.
    ///
    /// # Errors
    /// See [`SendError`]. Dropping the future before it ends leaves the fate of the message
    /// open: whoever drops it must treat an instructing message as perhaps sent.
    fn send<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, Result<Vec<u8>, SendError>>;
}

impl<C: Channel + ?Sized> Channel for std::sync::Arc<C> {
    fn ready<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, ()> {
        (**self).ready(out)
    }

    fn send<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, Result<Vec<u8>, SendError>> {
        (**self).send(out)
    }
}
