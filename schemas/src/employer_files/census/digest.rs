//! The digest of the bytes; of a large file on a second thread, while the first reads on.

use ring::digest::{Context, SHA256};
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread::{Builder, scope};

/// Bytes for which no second thread is worth its start: some ten thousand lines.
const ALONE_MAX: u64 = 1 << 20;
/// Blocks on their way to the other thread: the memory of its backlog.
const WAITING_MAX: usize = 4;

/// A block, and how many bytes at its front belong to the block before.
type Part = (Vec<u8>, usize);

/// Takes blocks in their order.
pub(super) struct Digest {
    own: Context,
    /// The channels to and from the other thread, if there is one: blocks come back empty.
    other: Option<(SyncSender<Part>, Receiver<Vec<u8>>)>,
    empty: Vec<u8>,
}

impl Digest {
    fn alone() -> Self {
        Self {
            own: Context::new(&SHA256),
            other: None,
            empty: Vec::new(),
        }
    }

    /// A block to fill.
    pub(super) fn empty_block(&mut self) -> Vec<u8> {
        let back = self.other.as_ref().map(|(_, back)| back.try_recv());
        back.and_then(Result::ok)
            .unwrap_or_else(|| std::mem::take(&mut self.empty))
    }

    /// Takes what follows the first `carried` bytes of a block.
    pub(super) fn add(&mut self, block: Vec<u8>, carried: usize) -> io::Result<()> {
        let Some((full, _)) = &self.other else {
            self.own.update(block.get(carried..).unwrap_or_default());
            self.empty = block;
            return Ok(());
        };
        full.send((block, carried)).map_err(|_| failed())
    }
}

/// The digest of what `walk` adds; `expected` bytes, if the source has as many as it says.
pub(super) fn of_walk(
    expected: u64,
    walk: impl FnOnce(&mut Digest) -> io::Result<()>,
) -> io::Result<[u8; 32]> {
    scope(|scope| {
        // Lives in here: when it ends, whatever the reason, the other thread ends too.
        let mut digest = Digest::alone();
        let (full, parts) = sync_channel::<Part>(WAITING_MAX);
        let (used, back) = channel();
        let work = move || {
            let mut context = Context::new(&SHA256);
            for (block, carried) in parts {
                context.update(block.get(carried..).unwrap_or_default());
                // Nobody takes the last blocks back.
                let _ = used.send(block);
            }
            context
        };
        let thread = (expected > ALONE_MAX).then(|| Builder::new().spawn_scoped(scope, work));
        // Without a second thread to be had, this one does it all.
        let Some(Ok(thread)) = thread else {
            walk(&mut digest)?;
            return Ok(finished(digest.own));
        };
        digest.other = Some((full, back));
        walk(&mut digest)?;
        drop(digest);
        thread.join().map(finished).map_err(|_| failed())
    })
}

fn finished(context: Context) -> [u8; 32] {
    let digest = context.finish();
    *digest.as_ref().first_chunk().unwrap_or(&[0; 32])
}

fn failed() -> io::Error {
    io::Error::other("the thread of the digest failed")
}
